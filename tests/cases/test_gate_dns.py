"""`dns-works` holds only where every pod may ask every server: what is unknown of one of them is not proved."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import Gates

SLICES = """
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec: {ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kube-dns-1, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
addressType: IPv4
endpoints: [{addresses: [10.0.0.1]}, {addresses: [10.0.0.2]}]
ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
---
"""


def server(namespace: str, address: str) -> str:
    """A pod that answers DNS, at a known address."""
    return f"""
apiVersion: v1
kind: Namespace
metadata: {{name: {namespace}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: dns, namespace: {namespace}, labels: {{app: dns}}}}
spec: {{containers: [{{name: c, image: i}}]}}
status: {{podIP: {address}, phase: Running}}
---
"""


CLIENT = """
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: a, labels: {app: client}}
spec: {containers: [{name: c, image: i}]}
---
"""
MANY = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: a}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: c}]}}
---
"""
RELEASE = """
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: unread, namespace: second}
spec: {chart: {spec: {chart: c, sourceRef: {kind: HelmRepository, name: r}}}, interval: 1h}
---
"""
CILIUM = """
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: unread, namespace: second}
spec: {endpointSelector: {}, ingressDeny: [{fromEntities: [all]}]}
---
"""
BASE = SLICES + server("first", "10.0.0.1") + server("second", "10.0.0.2")
EVERY_SERVER = "dns-works: namespace a"


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


@pytest.mark.parametrize("pods", [CLIENT, MANY], ids=["one pod", "pods with labels of their own"])
def test_without_anything_that_is_not_modelled_it_is_proved(gates: Gates, pods: str) -> None:
    assert gates.verdict(BASE + pods, EVERY_SERVER) == "proved"


@pytest.mark.parametrize("pods", [CLIENT, MANY], ids=["one pod", "pods with labels of their own"])
@pytest.mark.parametrize("where", ["second", "a"], ids=["one of the servers", "the pods that ask"])
@pytest.mark.parametrize("thing", [CILIUM, RELEASE], ids=["a policy", "a release"])
def test_what_may_deny_queries_to_one_server_keeps_it_open(gates: Gates, thing: str, where: str, pods: str) -> None:
    """A Service sends a query to any of its endpoints; an object that is not modelled or rendered may deny it there."""
    manifests = BASE + pods + thing.replace("namespace: second", f"namespace: {where}")
    assert gates.verdict(manifests, EVERY_SERVER) == "unknown"


def test_what_may_deny_elsewhere_keeps_nothing_open(gates: Gates) -> None:
    manifests = BASE + CLIENT + RELEASE.replace("namespace: second", "namespace: elsewhere")
    assert gates.verdict(manifests, EVERY_SERVER) == "proved"


def test_a_replica_whose_address_is_not_admitted_may_not_ask(gates: Gates) -> None:
    """The servers admit the addresses of both pods that are known; the next one may have any other."""
    admitted = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: one, namespace: first}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 10.0.1.0/31}}]}]}
---
"""
    known = ("--assume", "ipblock-matches-pods=true")
    pods = CONTROLLER + replica(0, "10.0.1.0") + replica(1, "10.0.1.1")
    assert gates.verdict(BASE + pods, EVERY_SERVER, *known) == "proved"
    result = gates.result(BASE + admitted + pods, EVERY_SERVER, *known)
    assert [(one["text"], one["scope"], one["refused"]) for one in result["violations"]] == [
        ("a pod of a/web[ReplicationController] cannot ask the DNS of the cluster over UDP", "existing", True)
    ]
    shut = (
        admitted.replace("name: one, namespace: first", "name: shut, namespace: a")
        .replace("[Ingress], ingress", "[Egress], egress")
        .replace("from:", "to:")
    )
    (blocked,) = gates.result(BASE + shut + CLIENT, EVERY_SERVER, *known)["violations"]
    assert (blocked["scope"], blocked["refused"]) == ("existing", True)


CONTROLLER = """
apiVersion: v1
kind: ReplicationController
metadata: {name: web, namespace: a}
spec:
  replicas: 3
  selector: {app: web}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
---
"""
"""It adds no labels to its pods, so that they differ by their addresses alone."""


def replica(number: int, address: str) -> str:
    """One of the two pods of the controller, at a known address."""
    owner = "{apiVersion: v1, kind: ReplicationController, name: web, uid: u, controller: true}"
    return f"""
apiVersion: v1
kind: Pod
metadata: {{name: web-{number}, namespace: a, labels: {{app: web}}, ownerReferences: [{owner}]}}
spec: {{containers: [{{name: c, image: i}}]}}
status: {{podIP: {address}, phase: Running}}
---
"""
