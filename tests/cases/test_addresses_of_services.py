"""Addresses that belong to Services: cluster IPs, external IPs, addresses of load balancers.

"When a client connects to the Service's virtual IP address, the packets are redirected to an endpoint" (Virtual IPs and
Service Proxies), and policy sees that endpoint, on its own port.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import netverify
from cases.gates import Gates
from netverify.model.behaviours import CNI_PROFILES
from netverify.query.outcome import Answer, Listing
from netverify.sources.inventory import read_inventory
from netverify.verify import Settings, Verifier

PODS = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}}
spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}
---
"""
ADDRESS = "10.96.7.7"
CLUSTER_IP = "spec: {clusterIP: 10.96.7.7, selector: {app: api}, ports: [{port: 80, targetPort: http}]}"
EXTERNAL_IP = "spec: {externalIPs: [10.96.7.7], selector: {app: api}, ports: [{port: 80, targetPort: http}]}"
BALANCED = (
    "spec: {type: LoadBalancer, selector: {app: api}, ports: [{port: 80, targetPort: http}]}\n"
    "status: {loadBalancer: {ingress: [{ip: 10.96.7.7}]}}"
)
ASKED = (
    "spec: {type: LoadBalancer, loadBalancerIP: 10.96.7.7, selector: {app: api}, ports: [{port: 80, targetPort: http}]}"
)
PROXIED = BALANCED.replace("{ip: 10.96.7.7}", "{ip: 10.96.7.7, ipMode: Proxy}")
TRANSLATED = pytest.mark.parametrize("spec", [CLUSTER_IP, EXTERNAL_IP, BALANCED, ASKED])


def service(spec: str) -> str:
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: api, namespace: shop}}\n{spec}\n---\n"


def egress(rules: str) -> str:
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: out, namespace: shop}}
spec: {{podSelector: {{matchLabels: {{app: web}}}}, policyTypes: [Egress], egress: {rules}}}
---
"""


TO_ADDRESS = egress("[{to: [{ipBlock: {cidr: 10.96.7.7/32}}], ports: [{port: 80}]}]")
TO_PODS = egress("[{to: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 8080}]}]")


SHUT = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: in, namespace: shop}
spec: {podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress]}
---
"""
BY_ADDRESS, BY_NAME = f"can shop/web reach {ADDRESS}:80", "can shop/web reach service shop/api:80"
NO_NODE_PORT = "type: LoadBalancer, allocateLoadBalancerNodePorts: false"


def asked(text: str, sentence: str, cni: str | None = None) -> Answer | Listing:
    read = read_inventory([], texts={"manifests.yaml": text.encode()})
    assert not read.has_errors, read.diagnostics
    return Verifier(read, Settings(cni=cni)).ask(sentence)


def verdict(text: str, sentence: str, cni: str | None = None) -> str:
    return asked(text, sentence, cni).verdict.value


@pytest.mark.parametrize(("spec", "cni"), [(CLUSTER_IP, None), (EXTERNAL_IP, "calico"), (BALANCED, "calico")])
def test_a_rule_for_the_address_of_a_service_does_not_open_it(spec: str, cni: str | None) -> None:
    cluster = PODS + service(spec) + TO_ADDRESS
    answer = asked(cluster, BY_ADDRESS, cni)
    assert answer.verdict.value == "unreachable"
    assert "policy sees the pods behind the address of a Service, and not that address" in answer.assumptions


@pytest.mark.parametrize("spec", [EXTERNAL_IP, BALANCED, ASKED])
@pytest.mark.parametrize(("cni", "expected"), [(None, "reachable"), ("cilium", "reachable"), ("calico", "unreachable")])
def test_a_rule_for_an_outer_address_opens_it_where_a_plugin_may_look_first(
    spec: str, cni: str | None, expected: str
) -> None:
    """Cilium and Antrea translate such an address after policy, unless they take the place of kube-proxy."""
    cluster = PODS + service(spec.replace("type: LoadBalancer", NO_NODE_PORT)) + TO_ADDRESS
    by_address, by_name = asked(cluster, BY_ADDRESS, cni), asked(cluster, BY_NAME, cni)
    assert (by_address.verdict.value, by_name.verdict.value) == (expected, expected)


@pytest.mark.parametrize("cni", [None, *sorted(CNI_PROFILES)])
@pytest.mark.parametrize("spec", [CLUSTER_IP, EXTERNAL_IP, BALANCED, ASKED])
def test_a_service_is_the_same_by_its_address_and_by_its_name(spec: str, cni: str | None) -> None:
    cluster = PODS + service(spec.replace("type: LoadBalancer", NO_NODE_PORT)) + SHUT
    by_address, by_name = asked(cluster, BY_ADDRESS, cni), asked(cluster, BY_NAME, cni)
    assert by_address.verdict is by_name.verdict


def test_a_pod_at_an_outer_address_is_masqueraded_so_that_its_node_stands_in(gates: Gates) -> None:
    """kube-proxy: "masquerade traffic for external destinations", of pods as well; and a node reaches its own pods."""
    outer = PODS + service(EXTERNAL_IP) + SHUT
    assert verdict(outer, BY_ADDRESS, "calico") == "reachable"
    assert gates.verdict(outer, f"deny: {{from: shop/web, to: {ADDRESS}, ports: [80]}}", "--cni", "calico") == "refuted"
    assert verdict(PODS + service(CLUSTER_IP) + SHUT, BY_ADDRESS, "calico") == "unreachable"


def test_by_an_address_other_ways_to_its_service_are_not_asked_about() -> None:
    """The node port leads there as well, and begins elsewhere."""
    balanced = PODS + service(BALANCED) + egress("[]")
    assert (verdict(balanced, BY_ADDRESS), verdict(balanced, BY_NAME)) == ("unreachable", "reachable")


@TRANSLATED
def test_a_rule_for_the_pods_behind_a_service_opens_its_address(spec: str) -> None:
    answer = asked(PODS + service(spec) + TO_PODS, f"can shop/web reach {ADDRESS}:80")
    assert answer.verdict.value == "reachable"
    assert isinstance(answer, Answer)
    assert answer.route is not None
    assert [hop.text for hop in answer.route.path][1:] == ["Service shop/api"]
    assert answer.witness is not None
    assert answer.witness.flow.port == 8080


def test_a_load_balancer_that_is_a_proxy_is_reached_itself() -> None:
    """LoadBalancerIngress.ipMode: under "Proxy" traffic is "delivered to the load balancer", and not translated."""
    cluster = PODS + service(PROXIED)
    assert verdict(cluster + TO_ADDRESS, f"can shop/web reach {ADDRESS}:80") == "reachable"
    assert verdict(cluster + TO_PODS, f"can shop/web reach {ADDRESS}:80") == "unreachable"


@TRANSLATED
@pytest.mark.parametrize("block", ["10.96.7.7", "10.96.7.0/24", "10.96.0.0/12"])
def test_a_gate_takes_the_address_of_a_service_for_the_service(gates: Gates, spec: str, block: str) -> None:
    cluster = PODS + service(spec)
    allow = f"allow: {{from: shop/web, to: {ADDRESS}, ports: [80]}}"
    deny = f"deny: {{from: shop/web, to: {block}, ports: [80]}}"
    assert gates.verdict(cluster + TO_ADDRESS, allow) == "refuted"
    assert gates.verdict(cluster + TO_PODS, allow) == "proved"
    assert gates.verdict(cluster + TO_PODS, deny) == "refuted"
    closed = f"deny: {{from: shop/web, to: {ADDRESS}, ports: [80]}}"
    assert gates.verdict(cluster + TO_ADDRESS, closed, "--cni", "calico") == "proved"


def test_what_else_is_in_a_block_stays_what_it_is(gates: Gates) -> None:
    cluster = PODS + service(CLUSTER_IP) + egress("[{to: [{ipBlock: {cidr: 10.96.7.0/24}}]}]")
    assert gates.verdict(cluster, "deny: {from: shop/web, to: 10.96.7.0/24, ports: [80]}") == "refuted"
    assert verdict(cluster, "can shop/web reach 10.96.7.8:80") == "reachable"
    assert verdict(cluster, "can shop/web reach 10.96.7.0/24:81") == "reachable"


def test_a_cluster_ip_on_another_port_is_nobody(gates: Gates) -> None:
    cluster = PODS + service(CLUSTER_IP) + TO_PODS
    assert verdict(cluster, f"can shop/web reach {ADDRESS}:81") == "vacuous"
    assert gates.verdict(cluster, f"deny: {{from: shop/web, to: {ADDRESS}, ports: [81]}}") == "vacuous"


@pytest.mark.parametrize("spec", [EXTERNAL_IP, BALANCED, ASKED])
def test_on_ports_that_are_not_the_services_an_address_is_whoever_has_it(spec: str) -> None:
    """A load balancer in the cluster often takes the addresses of nodes, which listen on other ports as well."""
    rule = egress("[{to: [{ipBlock: {cidr: 10.96.7.7/32}}], ports: [{port: 6443}]}]")
    assert verdict(PODS + service(spec) + rule, f"can shop/web reach {ADDRESS}:6443") == "reachable"


def test_two_services_may_share_the_address_of_a_load_balancer() -> None:
    other = service(BALANCED.replace("port: 80,", "port: 443,")).replace("name: api, namespace", "name: tls, namespace")
    cluster = PODS + service(BALANCED) + other + TO_PODS
    for port in (80, 443):
        answer = asked(cluster, f"can shop/web reach {ADDRESS}:{port}")
        assert isinstance(answer, Answer)
        assert answer.route is not None
        assert [hop.port for hop in answer.route.path] == [None, port]


def test_an_approved_flow_to_the_address_of_a_service_is_approved_to_its_pods(gates: Gates) -> None:
    cluster = PODS + service(CLUSTER_IP.replace("http", "8080")) + TO_PODS
    approved = f"only: {{from: shop/web, flows: [{{to: {ADDRESS}, ports: [80]}}]}}"
    assert gates.verdict(cluster, approved, "--assume", "pod-to-local-node-allowed=false") == "proved"
    assert (
        gates.verdict(cluster, approved.replace("7.7", "7.8"), "--assume", "pod-to-local-node-allowed=false")
        == "refuted"
    )


def test_who_can_reach_the_address_of_a_service_lists_who_reaches_its_pods() -> None:
    listing = asked(PODS + service(CLUSTER_IP) + TO_ADDRESS, f"who can reach {ADDRESS}:80")
    assert isinstance(listing, Listing)
    assert not listing.existing
    opened = asked(PODS + service(CLUSTER_IP) + TO_PODS, f"who can reach {ADDRESS}:80")
    assert isinstance(opened, Listing)
    assert "shop/web[Pod]" in [one.text for one in opened.existing]


@TRANSLATED
@pytest.mark.parametrize("target", [ADDRESS, f"{ADDRESS}:80", "10.96.0.0/16"])
def test_an_assertion_about_who_reaches_an_address_is_about_its_service(spec: str, target: str) -> None:
    """Pods that reach the endpoints reach the address, although no rule lets them out to it."""
    others = ("any pod outside namespace shop", "0.0.0.0/0", "::/0")
    to_pods = egress("[{to: [{podSelector: {}}]}]").replace("matchLabels: {app: web}", "")
    shut = to_pods.replace("name: out", "name: in").replace("Egress], egress: [{to: [{podSelector: {}}]}]", "Ingress]")
    text = PODS + service(spec) + to_pods
    with pytest.raises(netverify.FailedAssertionError, match="REACHABLE"):
        netverify.read(texts={"m.yaml": text}, cni="cilium").assert_only_reachable_from(target, *others)
    if spec == CLUSTER_IP:  # the others are ways in by the pod's own node, which always reaches it
        netverify.read(texts={"m.yaml": text + shut}, cni="cilium").assert_only_reachable_from(target, *others)


def test_a_plugin_that_looks_before_translation_leaves_it_open() -> None:
    cluster = PODS + service(CLUSTER_IP) + TO_ADDRESS
    assert verdict(cluster, f"can shop/web reach {ADDRESS}:80", "aws-vpc-cni") == "unknown"
    assert verdict(cluster, "can shop/web reach service shop/api:80", "aws-vpc-cni") == "unknown"


@TRANSLATED
def test_an_ip_block_of_the_address_of_a_service_is_a_finding(spec: str, tmp_path: Path) -> None:
    path = tmp_path / "manifests.yaml"
    path.write_text(PODS + service(spec) + TO_ADDRESS)
    linted = Verifier(read_inventory([str(path)])).lint({"NV610"})
    assert [one.code for one in linted.findings] == ["NV610"]


def test_the_address_of_a_proxy_in_an_ip_block_is_no_finding(tmp_path: Path) -> None:
    path = tmp_path / "manifests.yaml"
    path.write_text(PODS + service(PROXIED) + TO_ADDRESS)
    assert not Verifier(read_inventory([str(path)])).lint({"NV610"}).findings


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)
