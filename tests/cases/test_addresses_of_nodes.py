"""Addresses that belong to nodes: of Node objects, of hosts of pods, of the API server, and those taken as given.

"Traffic from the node where a Pod is running is always allowed" (Network Policies), and it is up to the plugin whether
an ipBlock matches a node.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import Gates
from netverify.model.behaviours import CNI_PROFILES
from netverify.query.outcome import Answer, Listing
from netverify.sources.coverage import Inventory
from netverify.sources.inventory import read_inventory
from netverify.verify import Settings, Verifier

NODE = """
apiVersion: v1
kind: Node
metadata: {name: worker, labels: {zone: a}}
spec: {podCIDR: 10.244.1.0/24, podCIDRs: [10.244.1.0/24]}
status: {addresses: [{type: Hostname, address: worker}, {type: InternalIP, address: 192.168.7.11}]}
---
"""
DATABASE = """
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {nodeName: worker, containers: [{name: c, image: i}]}
---
"""
BESIDE = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
---
"""
OPERATOR = """
apiVersion: v1
kind: Pod
metadata: {name: operator, namespace: ops, labels: {app: operator}}
spec: {containers: [{name: c, image: i}]}
---
"""


def ingress(rules: str) -> str:
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: guard, namespace: shop}}
spec: {{podSelector: {{matchLabels: {{app: db}}}}, policyTypes: [Ingress], ingress: {rules}}}
---
"""


def egress(rules: str) -> str:
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: out, namespace: ops}}
spec: {{podSelector: {{}}, policyTypes: [Egress], egress: {rules}}}
---
"""


NOBODY = ingress("[]")
SILENT = egress("[]").replace("ops", "shop")
FROM_BLOCK = ingress("[{from: [{ipBlock: {cidr: 192.168.0.0/16}}]}]")
FROM_NODE_ALONE = ingress("[{from: [{ipBlock: {cidr: 192.168.7.11/32}}]}]")
TO_NODE = egress("[{to: [{ipBlock: {cidr: 192.168.7.11/32}}], ports: [{port: 6443}]}]")


def inventory(text: str) -> Inventory:
    read = read_inventory([], texts={"manifests.yaml": text.encode()})
    assert not read.has_errors, read.diagnostics
    return read


def asked(text: str, sentence: str, cni: str | None = None, **settings: object) -> Answer | Listing:
    behaviours = CNI_PROFILES[cni] if cni else {}
    return Verifier(inventory(text), Settings(behaviours=behaviours, cni=cni, **settings)).ask(sentence)


def verdict(text: str, sentence: str, cni: str | None = None, **settings: object) -> str:
    return asked(text, sentence, cni, **settings).verdict.value


def test_a_declared_node_reaches_the_pods_that_run_on_it_whatever_policy_says() -> None:
    """A17. A node's address used to be taken for one outside, so that this was proved unreachable."""
    answer = asked(NODE + DATABASE + NOBODY, "can 192.168.7.11 reach pod shop/db:5432")
    assert answer.verdict.value == "reachable"
    assert isinstance(answer, Answer)
    assert answer.witness is not None
    assert answer.witness.flow.same_node
    assert str(answer.witness.flow.source.workload) == "node worker"
    without = DATABASE + NOBODY
    assert verdict(without, "can 192.168.7.11 reach pod shop/db:5432") == "unreachable"


def test_the_exemption_of_a_node_is_the_plugins_to_give() -> None:
    policies = NODE + DATABASE + NOBODY
    fixed = {**CNI_PROFILES["calico"]}
    for allowed, wanted in ((True, "reachable"), (False, "unreachable")):
        behaviours = {**fixed, next(one for one in fixed if one.value == "node-to-local-pod-allowed"): allowed}
        answer = Verifier(inventory(policies), Settings(behaviours=behaviours)).ask("can 192.168.7.11 reach shop/db:80")
        assert answer.verdict.value == wanted


def test_whether_an_ip_block_matches_a_node_is_the_plugins_choice() -> None:
    """A41: Cilium matches no node by its CIDR, Calico does."""
    cluster = NODE + DATABASE + OPERATOR + TO_NODE
    assert verdict(cluster, "can ops/operator reach 192.168.7.11:6443", "calico") == "reachable"
    assert verdict(cluster, "can ops/operator reach 192.168.7.11:6443", "cilium") == "unreachable"
    answer = asked(cluster, "can ops/operator reach 192.168.7.11:6443")
    assert isinstance(answer, Answer)
    assert answer.witness is not None
    assert {str(one): value for one, value in answer.witness.behaviours.items()} == {"ipblock-matches-nodes": True}


def test_no_selector_matches_a_node() -> None:
    """A12: "namespaceSelector: {}" means pods."""
    admits = ingress("[{from: [{namespaceSelector: {}, podSelector: {}}, {namespaceSelector: {}}]}]")
    answer = asked(NODE + DATABASE + admits, "who can reach pod shop/db:80")
    assert isinstance(answer, Listing)
    assert not [one.text for one in answer.existing if "node" in one.text]


@pytest.mark.parametrize("statement", ["deny: {{from: {}, to: shop/db}}", "deny: {{from: shop/db, to: {}}}"])
@pytest.mark.parametrize("end", ["192.168.7.11", "192.168.7.0/24", "[192.168.7.11, internet]"])
def test_a_gate_takes_the_address_of_a_node_for_that_node(gates: Gates, statement: str, end: str) -> None:
    closed = NOBODY + NOBODY.replace("guard", "out").replace("Ingress", "Egress").replace(", ingress: []", "")
    assert gates.verdict(DATABASE + closed, statement.format(end)) == "proved"
    assert gates.verdict(NODE + DATABASE + closed, statement.format(end)) == "refuted"


@pytest.mark.parametrize(
    "verb", ["only: {to: shop/db, flows: []}", "isolated: shop/db", "no-external: shop/db", "deny: {to: shop/db}"]
)
def test_a_node_and_its_pods_do_not_count_where_nobody_asks_for_the_node(gates: Gates, verb: str) -> None:
    """No policy can block them, so that such a verb could never hold; the report says that they are left aside."""
    assert gates.verdict(NODE + DATABASE + NOBODY + SILENT, verb) == "proved"


@pytest.mark.parametrize("verb", ["only: {to: shop/db, flows: []}", "deny: {to: shop/db}"])
def test_a_node_that_policy_admits_counts_for_anyone(gates: Gates, verb: str) -> None:
    """It is none of the addresses outside, and must not be lost with them."""
    assert gates.verdict(NODE + DATABASE + FROM_NODE_ALONE, verb) == "refuted"


def test_a_node_is_not_external(gates: Gates) -> None:
    assert gates.verdict(NODE + DATABASE + SILENT + FROM_NODE_ALONE, "no-external: shop/db") == "proved"
    assert gates.verdict(DATABASE + SILENT + FROM_NODE_ALONE, "no-external: shop/db") == "refuted"
    assert gates.verdict(NODE + DATABASE + SILENT + FROM_BLOCK, "no-external: shop/db") == "refuted"


def test_an_approved_flow_from_the_address_of_a_node_is_approved_for_the_node(gates: Gates) -> None:
    Path("manifests.yaml").write_text(NODE + DATABASE + FROM_BLOCK)
    for approved, status in (("192.168.0.0/16", 0), ("192.168.7.11", 1), ("192.168.8.0/24", 1)):
        statement = f"only: {{to: shop/db, flows: [{{from: {approved}}}]}}"
        Path("netverify.yaml").write_text(f"assertions: [{{id: it, {statement}}}]\n")
        assert gates.run("-f", "manifests.yaml", "--assume", "ipblock-matches-pods=false").status == status


def test_a_zone_may_mix_nodes_and_pods(gates: Gates) -> None:
    Path("manifests.yaml").write_text(NODE + DATABASE + BESIDE + NOBODY)
    Path("netverify.yaml").write_text(
        "zones: {ops: [192.168.7.11, shop/web]}\nassertions: [{id: it, deny: {from: ops, to: shop/db}}]\n"
    )
    assert gates.run("-f", "manifests.yaml").status == 1


def test_who_can_reach_lists_nodes_that_policy_admits() -> None:
    answer = asked(NODE + DATABASE + FROM_BLOCK, "who can reach pod shop/db:5432")
    assert isinstance(answer, Listing)
    assert [one.text for one in answer.existing] == ["node worker", "192.168.0.0-192.168.255.255"]
    alone = asked(NODE + DATABASE + FROM_NODE_ALONE, "who can reach pod shop/db:5432", "calico")
    assert isinstance(alone, Listing)
    assert [one.text for one in alone.existing] == ["node worker"]


def test_a_proof_that_leaves_nodes_aside_says_so() -> None:
    answer = asked(NODE + DATABASE + NOBODY, "who can reach pod shop/db:5432")
    assert answer.verdict.value == "unreachable"
    assert any("the node that it runs on" in line for line in answer.assumptions)


def test_what_a_node_can_reach_are_pods() -> None:
    answer = asked(NODE + DATABASE + NOBODY, "what can 192.168.7.11 reach")
    assert isinstance(answer, Listing)
    assert [one.text for one in answer.existing] == ["shop/db[Pod]"]


AGENT = """
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: mon, labels: {app: agent}}
spec: {hostNetwork: true, nodeName: n1, containers: [{name: c, image: i}]}
status: {podIP: 172.18.0.3, hostIP: 172.18.0.3, phase: Running}
---
"""


def test_the_address_of_a_pod_on_the_host_network_is_its_nodes() -> None:
    """Both questions are about the same packets, and have the same answer."""
    cluster = AGENT + DATABASE + NOBODY
    for source in ("172.18.0.3", "mon/agent"):
        assert verdict(cluster, f"can {source} reach pod shop/db:5432") == "reachable"


def test_the_address_of_the_host_of_a_pod_is_a_nodes() -> None:
    hosted = DATABASE.replace("---", "status: {podIP: 10.244.1.11, hostIP: 172.18.0.9, phase: Running}\n---")
    assert verdict(hosted + NOBODY, "can 172.18.0.9 reach pod shop/db:5432") == "reachable"
    assert verdict(hosted + NOBODY, "can 172.18.0.8 reach pod shop/db:5432") == "unreachable"


@pytest.mark.parametrize(
    "endpoints",
    [
        """apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kubernetes, namespace: default, labels: {kubernetes.io/service-name: kubernetes}}
addressType: IPv4
ports: [{name: https, port: 6443}]
endpoints: [{addresses: [192.168.7.11]}]
---
""",
        """apiVersion: v1
kind: Endpoints
metadata: {name: kubernetes, namespace: default}
subsets: [{addresses: [{ip: 192.168.7.11}], ports: [{name: https, port: 6443}]}]
---
""",
    ],
)
def test_the_endpoints_of_the_api_server_are_nodes(endpoints: str) -> None:
    cluster = OPERATOR + TO_NODE + endpoints
    assert verdict(cluster, "can ops/operator reach 192.168.7.11:6443", "cilium") == "unreachable"
    assert verdict(cluster, "can ops/operator reach 192.168.7.11:6443", "calico") == "reachable"


def test_a_cidr_of_nodes_can_be_taken_as_given() -> None:
    cluster = DATABASE + NOBODY
    given = {"node_cidrs": ("192.168.0.0/16",)}
    assert verdict(cluster, "can 192.168.9.9 reach pod shop/db:5432", **given) == "reachable"
    assert verdict(cluster, "can 192.168.0.0/15 reach pod shop/db:5432", **given) == "reachable"
    assert verdict(cluster, "can 192.170.0.1 reach pod shop/db:5432", **given) == "unreachable"
    to_there = OPERATOR + TO_NODE
    assert verdict(to_there, "can ops/operator reach 192.168.7.11:6443", "cilium", **given) == "unreachable"


def test_a_pod_on_the_host_network_may_have_the_address_of_a_known_node() -> None:
    """It runs on some node, and which one no manifest says: the policy that admits that node may admit it."""
    host = AGENT.split("status", maxsplit=1)[0] + "---\n"
    assert verdict(NODE + host + DATABASE + FROM_NODE_ALONE, "can mon/agent reach pod shop/db:80") == "reachable"
    closed = {"node-to-local-pod-allowed"}
    fixed = {one: one.value not in closed and value for one, value in CNI_PROFILES["calico"].items()}
    answer = Verifier(inventory(NODE + host + DATABASE + FROM_NODE_ALONE), Settings(behaviours=fixed)).ask(
        "can mon/agent reach pod shop/db:80"
    )
    assert answer.verdict.value == "reachable"


def test_nodes_are_read_and_accounted_for() -> None:
    read = inventory(NODE)
    (node,) = read.cluster.nodes
    assert (node.name, [str(one) for one in node.addresses]) == ("worker", ["192.168.7.11"])
    assert [str(one) for one in node.pod_cidrs] == ["10.244.1.0-10.244.1.255"]
    assert dict(node.labels) == {"zone": "a"}
    assert (read.coverage.modelled, read.coverage.irrelevant) == ({"Node": 1}, {})


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ("{podCIDR: 10.0.0.0/24, podCIDRs: [10.0.1.0/24]}", "NV260"),
        ("{podCIDRs: [10.0.0.0/24, 10.0.1.0/24]}", "NV260"),
        ("{podCIDR: 10.0.0.0}", "NV311"),
        ("{podCIDRS: []}", "NV211"),
    ],
)
def test_a_node_that_a_server_would_refuse_is_refused(spec: str, code: str) -> None:
    text = f"apiVersion: v1\nkind: Node\nmetadata: {{name: worker}}\nspec: {spec}\n"
    read = read_inventory([], texts={"manifests.yaml": text.encode()})
    assert code in [one.code for one in read.diagnostics]
    assert read.has_errors


def test_an_address_that_nodes_give_to_pods_may_be_any_pods(gates: Gates) -> None:
    """NodeSpec.podCIDRs: "the IP ranges assigned to the node for usage by Pods on that node"; not every plugin does."""
    admits = ingress("[{from: [{podSelector: {matchLabels: {app: web}}}]}]")
    cluster = NODE + DATABASE + BESIDE + admits
    for end in ("10.244.1.7", "10.244.0.0/16"):
        assert gates.verdict(cluster, f"deny: {{from: {end}, to: shop/db}}") == "refuted"
        assert gates.verdict(DATABASE + BESIDE + admits, f"deny: {{from: {end}, to: shop/db}}") == "proved"
    assert gates.verdict(cluster, "deny: {from: 10.244.2.7, to: shop/db}") == "proved"
    outside = NODE + DATABASE + ingress("[{from: [{ipBlock: {cidr: 10.244.1.0/24}}]}]")
    assert gates.verdict(outside, "deny: {from: 10.244.1.7, to: shop/db}", "--cni", "cilium") == "refuted"


NODE_PORT = """
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {type: NodePort, selector: {app: db}, ports: [{port: 80, targetPort: 5432, nodePort: 30080}]}
---
"""
HOST_PORT = DATABASE.replace("image: i", "image: i, ports: [{containerPort: 5432, hostPort: 30080}]")
TO_DATABASE_ALONE = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: ops}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{to: [{namespaceSelector: {}, podSelector: {matchLabels: {app: db}}}]}]
---
"""


@pytest.mark.parametrize("way", [DATABASE + NODE_PORT, HOST_PORT])
def test_a_port_of_a_node_leads_to_the_pods_behind_it(way: str, gates: Gates) -> None:
    """kube-proxy and the portmap plugin translate on the pod's own node, so that its policy sees the pod behind."""
    cluster = NODE + OPERATOR + way + TO_DATABASE_ALONE
    assert verdict(cluster, "can ops/operator reach 192.168.7.11:30080", "calico") == "reachable"
    assert verdict(cluster, "can ops/operator reach 192.168.7.11:30081", "calico") == "unreachable"
    for ports, expected in (("[30080]", "refuted"), ("[30081]", "proved"), ("[30000-32767]", "refuted")):
        deny = f"deny: {{from: ops/operator, to: 192.168.7.11, ports: {ports}}}"
        assert gates.verdict(cluster, deny, "--cni", "calico") == expected


@pytest.mark.parametrize("way", [DATABASE + NODE_PORT, HOST_PORT])
def test_that_a_node_is_reached_does_not_prove_that_the_pods_behind_its_port_are(way: str, gates: Gates) -> None:
    cluster = NODE + OPERATOR + way + ingress("[]")
    allow = "allow: {from: ops/operator, to: 192.168.7.11, ports: [PORT]}"
    assert gates.verdict(cluster, allow.replace("PORT", "30080")) == "unknown"
    assert gates.verdict(cluster, allow.replace("PORT", "30081")) == "proved"


def test_nothing_is_proved_of_nodes_and_addresses_outside_that_are_parts_of_an_end(gates: Gates) -> None:
    """What a port of a node leads on to is not asked about here, and a part that is left out would be proved."""
    closed = NODE + OPERATOR + DATABASE + NODE_PORT + egress("[]")
    for source in ("internet", "[ops/operator, internet]"):
        deny = f"deny: {{from: {source}, to: 192.168.7.11, ports: [30080]}}"
        assert gates.verdict(closed, deny, "--cni", "calico") == "vacuous"


def test_a_map_says_that_addresses_of_nodes_are_among_those_outside() -> None:
    notes = Verifier(inventory(NODE + DATABASE + FROM_BLOCK)).map().notes
    assert any("worker at 192.168.7.11" in note for note in notes)


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)
