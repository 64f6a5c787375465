"""Small clusters in which pods use ways in, each with a question or an assertion and what is right about it."""

from datetime import date

from agreement.judged_intents import spec_of
from agreement.pipeline import read_inventory
from cases.pods_by_ways import (
    ASKED,
    BEHIND,
    BY_CONTROLLER,
    CLUSTER,
    CONTROLLER_BALANCER,
    FROM_EDGE,
    INGRESS,
    LOCAL,
    SHUT,
    START,
)
from cases.ways_in_texts import CLOSED, policy, service
from netverify.gate.checking import Terms
from netverify.model.behaviours import Behaviour
from netverify.verify import Settings, Verifier

BLOCKS_MATCH_NODES = {"pod-to-local-node-allowed": False, "ipblock-matches-pods": False, "ipblock-matches-nodes": True}
NO_NODE = {**BLOCKS_MATCH_NODES, "ipblock-matches-nodes": False}
AWS = {**NO_NODE, "cni": "aws-vpc-cni"}
CALICO = {**NO_NODE, "cni": "calico"}
BALANCER = service(
    "{type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: {app: api}, "
    "ports: [{port: 80, targetPort: 8080}]}"
)
EXTERNAL = service("{selector: {app: api}, externalIPs: [198.51.100.9], ports: [{port: 80, targetPort: 8080}]}")
KNOWN = BALANCER.removesuffix("---\n") + "status: {loadBalancer: {ingress: [{ip: 203.0.113.9}]}}\n---\n"
HOST_PORT = """
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop}
spec: {containers: [{name: c, image: i, ports: [{containerPort: 80, hostPort: 9100}]}]}
---
"""
IDLE = """
apiVersion: v1
kind: Pod
metadata: {name: a-idle, namespace: other, labels: {app: idle}}
spec: {containers: [{name: c, image: i}]}
---
"""
ELSEWHERE = """
apiVersion: v1
kind: Namespace
metadata: {name: far}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: far, labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
status: {phase: Running, podIP: 10.0.0.7}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: far, namespace: shop, labels: {kubernetes.io/service-name: far}}
addressType: IPv4
ports: [{port: 8080}]
endpoints: [{addresses: [10.0.0.7]}]
---
""" + service("{type: NodePort, ports: [{port: 80, nodePort: 30090}]}", name="far")


def egress(to, port="", name="out", pods="{}"):
    """What pods of ``other`` may connect to; nothing where ``to`` is empty."""
    ports = f", ports: [{{port: {port}}}]" if port else ""
    rules = f"[{{to: [{to}]{ports}}}]" if to else "[]"
    return policy(f"{{podSelector: {pods}, policyTypes: [Egress], egress: {rules}}}", "other", name)


def admitting(label):
    peer = f"{{namespaceSelector: {{}}, podSelector: {{matchLabels: {label}}}}}"
    return policy(f"{{podSelector: {{}}, ingress: [{{from: [{peer}]}}]}}")


AT_IP, AT_OTHER = "{ipBlock: {cidr: 198.51.100.9/32}}", "{ipBlock: {cidr: 198.51.100.8/32}}"
ANY_BLOCK = "{ipBlock: {cidr: 0.0.0.0/0}}"
PUBLIC = "{ipBlock: {cidr: 203.0.113.0/24}}"
SHOP = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}"
AMONG_THEMSELVES = "{podSelector: {}}"
EDGE = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}"
KNOCKERS = egress("", name="none") + egress(ANY_BLOCK, name="out", pods="{matchLabels: {app: client}}")
NAMESPACE = "can namespace other reach shop/api[Pod]:8080"
EVERYWHERE = "{podSelector: {}, policyTypes: [Ingress, Egress]}"

KNOCKING = START + LOCAL + KNOCKERS
GUARDED = BY_CONTROLLER + policy(CLOSED, "edge")
APART = START + INGRESS + BEHIND + FROM_EDGE
TO_SERVICE = "can other/client reach service shop/api:80"

QUESTIONS = {
    "a node port": (SHUT + CLUSTER, ASKED, {}, "reachable"),
    "a node port of a Service that is called": (
        SHUT + CLUSTER,
        "can other/client reach service shop/api:80",
        {},
        "reachable",
    ),
    "Local": (SHUT + LOCAL, ASKED, {}, "unreachable"),
    "Local and another side that is closed": (
        START + LOCAL + egress(ANY_BLOCK, 30080),
        ASKED,
        BLOCKS_MATCH_NODES,
        "reachable",
    ),
    "the own node alone": (SHUT + CLUSTER + egress(""), ASKED, {}, "reachable"),
    "no node": (SHUT + CLUSTER + egress(""), ASKED, NO_NODE, "unreachable"),
    "nobody but nodes": (
        SHUT + CLUSTER + policy(EVERYWHERE, "shop", "q") + egress(""),
        "can any pod in namespace other reach shop/api[Pod]",
        NO_NODE,
        "unreachable",
    ),
    "nodes by address": (SHUT + CLUSTER + egress(ANY_BLOCK, 30080), ASKED, BLOCKS_MATCH_NODES, "reachable"),
    "nodes on another port": (SHUT + CLUSTER + egress(ANY_BLOCK, 8080), ASKED, BLOCKS_MATCH_NODES, "unreachable"),
    "another node that is not admitted": (
        SHUT + CLUSTER,
        ASKED,
        {"node-to-local-pod-allowed": False},
        "unreachable",
    ),
    "translated by the node": (SHUT + BALANCER + egress(SHOP, 8080), ASKED, NO_NODE, "reachable"),
    "a balancer outside": (
        SHUT + BALANCER + egress("{ipBlock: {cidr: 203.0.113.0/24}}", 80),
        ASKED,
        NO_NODE,
        "reachable",
    ),
    "a balancer outside, by another port": (
        SHUT + BALANCER + egress(PUBLIC, 8443),
        ASKED,
        NO_NODE,
        "unreachable",
    ),
    "an external IP": (SHUT + EXTERNAL + egress(SHOP, 8080), ASKED, NO_NODE, "reachable"),
    "an external IP, as policy never sees it": (SHUT + EXTERNAL + egress(AT_IP), ASKED, CALICO, "unreachable"),
    "an external IP, as policy sees it": (SHUT + EXTERNAL + egress(AT_IP), ASKED, NO_NODE, "reachable"),
    "another address": (SHUT + EXTERNAL + egress(AT_OTHER), ASKED, AWS, "unreachable"),
    "a known balancer": (SHUT + KNOWN + egress(PUBLIC, 80), ASKED, CALICO, "unreachable"),
    "a known balancer, as policy sees it": (SHUT + KNOWN + egress(PUBLIC, 80), ASKED, AWS, "reachable"),
    "a host port": (SHUT + HOST_PORT, "can other/client reach shop/agent:80", {}, "reachable"),
    "one pod for both": (
        KNOCKING + admitting("{app: client}"),
        NAMESPACE,
        BLOCKS_MATCH_NODES,
        "reachable",
    ),
    "one pod for each": (
        KNOCKING + admitting("{app: idle}"),
        NAMESPACE,
        BLOCKS_MATCH_NODES,
        "unreachable",
    ),
    "the second pod of a namespace": (
        START + IDLE + LOCAL + KNOCKERS + policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}"),
        NAMESPACE,
        BLOCKS_MATCH_NODES,
        "reachable",
    ),
    "a slice that lists a pod elsewhere": (
        START + ELSEWHERE + policy(CLOSED, "far"),
        "can other/client reach far/db:8080",
        {},
        "reachable",
    ),
    "a controller": (BY_CONTROLLER, ASKED, {}, "reachable"),
    "a controller that is out of reach": (BY_CONTROLLER + egress(""), ASKED, {}, "unreachable"),
    "the metrics of a controller": (BY_CONTROLLER + egress(EDGE, 10254), ASKED, {}, "unreachable"),
    "requests to a controller": (BY_CONTROLLER + egress(EDGE, 8000), ASKED, {}, "reachable"),
    "a controller behind a node port": (
        GUARDED + CONTROLLER_BALANCER,
        ASKED,
        {},
        "reachable",
    ),
    "a controller behind nothing": (GUARDED, ASKED, {}, "unreachable"),
    "a controller somewhere": (APART, ASKED, {}, "reachable"),
    "a controller that both ends would need": (
        APART + egress(AMONG_THEMSELVES),
        ASKED,
        NO_NODE,
        "unreachable",
    ),
}

FLOW = {"from": "namespace other", "to": "shop/api[Pod]", "ports": [8080]}
EVERYONE = ["any pod", "0.0.0.0/0", "::/0"]
TWO = [
    {"from": "any pod in namespace other", "ports": [9090]},
    {"from": ["any pod outside namespace other", "0.0.0.0/0", "::/0"]},
]


def only(who):
    return {"only": {"to": "shop/api[Pod]", "flows": [{"from": who}]}}


ASSERTIONS = {
    "deny": (SHUT + CLUSTER, {"deny": FLOW}, "refuted"),
    "deny, of clients that are kept": (SHUT + LOCAL, {"deny": FLOW}, "proved"),
    "allow": (SHUT + CLUSTER, {"allow": {**FLOW, "from": "other/client"}}, "refuted"),
    "everyone is approved": (
        SHUT + CLUSTER,
        only(EVERYONE),
        "proved",
    ),
    "pods are approved, and nodes stand in for others": (
        SHUT + CLUSTER,
        only("any pod"),
        "refuted",
    ),
    "pods are approved for another port": (SHUT + CLUSTER, {"only": {"to": "shop/api[Pod]", "flows": TWO}}, "refuted"),
    "isolated": (SHUT + policy(EVERYWHERE, "shop", "q") + CLUSTER, {"isolated": "namespace shop"}, "refuted"),
    "a controller is approved": (
        BY_CONTROLLER,
        only("namespace edge"),
        "proved",
    ),
}


POINTS = (*QUESTIONS, *ASSERTIONS)


def wrong(number):
    """What the package says of one point, where that is something else than what is right."""
    name = POINTS[number]
    if name in QUESTIONS:
        text, question, behaviours, expected = QUESTIONS[name]
        named = {Behaviour(key): value for key, value in behaviours.items() if key != "cni"}
        said = Verifier(read_inventory(text), Settings(named, behaviours.get("cni"))).ask(question).verdict.value
    else:
        text, assertion, expected = ASSERTIONS[name]
        spec = spec_of({"assertions": [{"id": "one", **assertion}]})
        (result,) = Verifier(read_inventory(text)).check(spec, Terms(date(2026, 1, 1))).results
        said = result.verdict.value
    if said != expected:
        yield name, said
