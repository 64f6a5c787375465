"""Small cases that chance rarely meets: each a cluster and a question that one particular mistake answers wrongly."""

NAME_LABEL = "kubernetes.io/metadata.name"


def policy(namespace, spec, name="policy"):
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: {namespace}}}
spec: {spec}
---
"""


def pod(namespace, name, rest=""):
    return f"""
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{containers: [{{name: c, image: i}}]}}
{rest}
---
"""


def on_host(namespace, name):
    return f"""
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{hostNetwork: true, containers: [{{name: c, image: i}}]}}
---
"""


def within(namespace):
    return {"shape": "pods", "selector": {}, "where": ("in", {"matchLabels": {NAME_LABEL: namespace}})}


def outside(namespace):
    return {"shape": "pods", "selector": {}, "where": ("outside", {"matchLabels": {NAME_LABEL: namespace}})}


ANYONE = {"shape": "pods", "selector": {}, "where": None}


def asking(sentence, source, destination):
    return {"sentence": sentence, "source": source, "destination": destination, "protocols": ("TCP",), "port": (80, 80)}


TWO_TEAMS = (
    "{podSelector: {}, policyTypes: [Ingress, Egress],"
    " ingress: [{from: [{namespaceSelector: {matchLabels: {team: x}}}]}],"
    " egress: [{to: [{namespaceSelector: {matchLabels: {team: z}}}]}]}"
)
FROM_BETA = "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {" + NAME_LABEL + ": beta}}}]}]}"
FROM_NOT_BETA = (
    "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchExpressions:"
    " [{key: " + NAME_LABEL + ", operator: NotIn, values: [beta]}]}}]}]}"
)
FROM_OTHERS = (
    "{podSelector: {}, ingress: [{from: [{podSelector: {matchExpressions:"
    " [{key: app, operator: NotIn, values: [web]}, {key: app, operator: Exists}]}}]}]}"
)
ISOLATED = "{podSelector: {}, policyTypes: [Ingress, Egress]}"
BY_ADDRESS = (
    "{podSelector: {}, policyTypes: [Ingress, Egress],"
    " ingress: [{from: [{ipBlock: {cidr: 10.0.0.5/32}}]}], egress: [{to: [{ipBlock: {cidr: 10.0.0.6/32}}]}]}"
)

LAST_ADDRESS = "{ipBlock: {cidr: 10.0.0.5/32}}"

TELLING = (
    # One namespace cannot carry two values of one label.
    (
        policy("alpha", TWO_TEAMS),
        asking("can namespace alpha reach namespace alpha:80", within("alpha"), within("alpha")),
    ),
    # A namespace that does not exist yet has none of the names that policies mention.
    (
        policy("alpha", FROM_BETA) + policy("beta", ISOLATED),
        asking("can any pod outside namespace beta reach namespace alpha:80", outside("beta"), within("alpha")),
    ),
    (
        policy("alpha", FROM_NOT_BETA) + policy("alpha", "{podSelector: {}, policyTypes: [Egress]}", "leave"),
        asking("can any pod outside namespace alpha reach namespace alpha:80", outside("alpha"), within("alpha")),
    ),
    # Only a label value that nobody mentions gets through.
    (
        policy("alpha", FROM_OTHERS),
        asking("can namespace alpha reach namespace alpha:80", within("alpha"), within("alpha")),
    ),
    # Only the pods with these very addresses get through.
    (
        pod("alpha", "w0", "status: {podIP: 10.0.0.5}")
        + pod("alpha", "w1", "status: {podIP: 10.0.0.6}")
        + policy("alpha", BY_ADDRESS),
        asking("can namespace alpha reach namespace alpha:80", within("alpha"), within("alpha")),
    ),
    (
        pod("alpha", "w0", "status: {podIP: 10.0.0.6}")
        + pod("beta", "w1", "status: {podIP: 10.0.0.5}")
        + policy("alpha", BY_ADDRESS),
        asking("can namespace alpha reach any pod:80", within("alpha"), ANYONE),
    ),
    # A pod has all its addresses, not only the first.
    (
        pod("alpha", "w0", 'status: {podIP: 10.0.0.5, podIPs: [{ip: 10.0.0.5}, {ip: "fd00::5"}]}')
        + pod("beta", "w1", 'status: {podIP: "fd00::6"}')
        + policy("beta", '{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: "fd00::5/128"}}]}]}'),
        asking(
            "can namespace alpha reach pod beta/w1:80",
            within("alpha"),
            {"shape": "workload", "key": ("Pod", "beta", "w1")},
        ),
    ),
    # Pods of two families never meet.
    (
        pod("alpha", "w0", "status: {podIP: 10.0.0.5}") + pod("alpha", "w1", 'status: {podIP: "fd00::5"}'),
        asking(
            "can pod alpha/w0 reach pod alpha/w1:80",
            {"shape": "workload", "key": ("Pod", "alpha", "w0")},
            {"shape": "workload", "key": ("Pod", "alpha", "w1")},
        ),
    ),
    # Only pods on the host network leave, and only to the pods of their own node.
    (
        on_host("alpha", "w0")
        + on_host("alpha", "w1")
        + pod("beta", "w2")
        + pod("beta", "w3")
        + policy("alpha", ISOLATED)
        + policy("beta", ISOLATED),
        asking("can namespace alpha reach namespace beta:80", within("alpha"), within("beta")),
    ),
    # A node has no address that a pod has which is not on its host network.
    (
        on_host("alpha", "w0")
        + pod("beta", "w1")
        + policy("alpha", "{podSelector: {}, policyTypes: [Ingress, Egress], egress: [{to: [" + LAST_ADDRESS + "]}]}")
        + policy(
            "beta", "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [" + LAST_ADDRESS + "]}]}"
        ),
        asking(
            "can pod alpha/w0 reach pod beta/w1:80",
            {"shape": "workload", "key": ("Pod", "alpha", "w0")},
            {"shape": "workload", "key": ("Pod", "beta", "w1")},
        )
        | {
            "fixed": {
                "host-network-policed": True,
                "node-to-local-pod-allowed": False,
                "pod-to-local-node-allowed": False,
            }
        },
    ),
)
