"""Short clusters with ways in as text, and what is said of them."""

from agreement.pipeline import read_inventory
from netverify.verify import Settings, Verifier

PODS = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: other, labels: {team: b}}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}}
spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}
---
"""
CLOSED = "{podSelector: {}, policyTypes: [Ingress]}"


def written(kind, name, body, *, namespace="shop", group="v1", annotations="{}"):
    metadata = f"{{name: {name}, namespace: {namespace}, annotations: {annotations}}}"
    return f"apiVersion: {group}\nkind: {kind}\nmetadata: {metadata}\n{body}\n---\n"


def service(spec, name="api", **more):
    return written("Service", name, f"spec: {spec}", **more)


def policy(spec, namespace="shop", name="p"):
    return written("NetworkPolicy", name, f"spec: {spec}", namespace=namespace, group="networking.k8s.io/v1")


def from_blocks(*cidrs, port=8080):
    """The pods ``app: api`` admit these blocks alone, on one port."""
    peers = ", ".join(f"{{ipBlock: {{cidr: {cidr}}}}}" for cidr in cidrs)
    return policy(
        f"{{podSelector: {{matchLabels: {{app: api}}}}, ingress: [{{from: [{peers}], ports: [{{port: {port}}}]}}]}}"
    )


def from_namespace(namespace, port=8080):
    """The pods ``app: api`` admit pods of ``namespace`` alone, on one port."""
    peer = f"{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}}}"
    return policy(
        f"{{podSelector: {{matchLabels: {{app: api}}}}, ingress: [{{from: [{peer}], ports: [{{port: {port}}}]}}]}}"
    )


def asked(text, question, **settings):
    return Verifier(read_inventory(text), Settings(**settings)).ask(question)


def verdict(text, question, **settings):
    return asked(text, question, **settings).verdict.value


def exposed(text, **settings):
    """Every way in with what became of it."""
    return Verifier(read_inventory(text), Settings(**settings)).exposed().ways


def openness(text, **settings):
    """What became of each way in, by what it is opened with, in order."""
    return [(one.way.by, one.openness.value) for one in exposed(text, **settings)]
