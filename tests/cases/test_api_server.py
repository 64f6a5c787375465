"""The API server by its names: where it listens differs between clusters, and few manifests say it."""

from __future__ import annotations

from pathlib import Path

import pytest

import netverify
from cases.gates import Gates
from netverify import AssumptionError, Cluster, Verdict

CLUSTER = """
apiVersion: v1
kind: Namespace
metadata: {name: ops}
---
apiVersion: v1
kind: Pod
metadata: {name: operator, namespace: ops, labels: {app: operator}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: egress, namespace: ops}
spec: {podSelector: {}, policyTypes: [Egress], egress: EGRESS}
"""
SERVICE = """
---
apiVersion: v1
kind: Service
metadata: {name: kubernetes, namespace: default}
spec: {clusterIP: 10.96.0.1, ports: [{name: https, port: 443, targetPort: 6443}]}
"""
SLICE = """
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kubernetes, namespace: default, labels: {kubernetes.io/service-name: kubernetes}}
addressType: IPv4
endpoints: [{addresses: [198.51.100.1]}]
ports: [{name: https, port: PORT, protocol: TCP}]
"""
ASK = "can ops/operator reach kubernetes.default.svc:443"
TO_443 = "[{ports: [{port: 443}]}]"
TO_BOTH = "[{ports: [{port: 443}, {port: 6443}]}]"
POLICED = "cni: kube-router\nassume: {pod-to-local-node-allowed: false}\n"
ALLOW = "allow: {from: ops/operator, to: kubernetes.default.svc, ports: [443]}"
DENY = ALLOW.replace("allow", "deny")


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


def cluster(egress: str, more: str = "", **given: str) -> Cluster:
    return netverify.read(texts={"m.yaml": CLUSTER.replace("EGRESS", egress) + more}, **given)


def test_egress_for_443_alone_opens_it_only_where_it_listens_on_443() -> None:
    """kubeadm: "--apiserver-bind-port int32 Default: 6443"; the Service translates 443 to that port."""
    found = cluster(TO_443, cni="cilium").ask(ASK)
    assert found.verdict is Verdict.REACHABLE
    assert found.route.provided == ("where the API server listens on 443 (EKS, GKE, AKS)",)
    assert any("give `--api-server ADDRESS:PORT`" in line for line in found.assumptions)
    closed = {route.text for route in found.routes if route.verdict is Verdict.UNREACHABLE}
    assert "the API server outside the cluster:6443" in closed


def test_the_service_without_its_endpoints_says_nothing_of_the_port() -> None:
    """Service.spec.ports[].targetPort is not read for a Service without a selector: its endpoints have the ports."""
    found = cluster(TO_443, SERVICE, cni="cilium").ask(ASK)
    assert found.route.provided == ("where the API server listens on 443 (EKS, GKE, AKS)",)


def test_egress_for_both_common_ports_opens_it_everywhere() -> None:
    found = cluster(TO_BOTH).ask(ASK)
    assert found.verdict is Verdict.REACHABLE
    assert found.route.provided == ()
    assert "the API server listens on TCP 443 or 6443" in found.assumptions


@pytest.mark.parametrize(("port", "verdict"), [(443, Verdict.REACHABLE), (6443, Verdict.UNREACHABLE)])
def test_its_endpoints_settle_the_port(port: int, verdict: Verdict) -> None:
    for service in ("", SERVICE):
        found = cluster(TO_443, service + SLICE.replace("PORT", str(port)), cni="cilium").ask(ASK)
        assert found.verdict is verdict
        assert not any("listens on" in line for line in found.assumptions)


@pytest.mark.parametrize(("port", "verdict"), [(443, Verdict.REACHABLE), (6443, Verdict.UNREACHABLE)])
def test_the_user_settles_the_port(port: int, verdict: Verdict) -> None:
    found = cluster(TO_443, cni="cilium", api_server=f"192.0.2.1:{port}").ask(ASK)
    assert found.verdict is verdict
    assert found.route is None or found.route.provided == ()


@pytest.mark.parametrize(
    "name", ["kubernetes", "default/kubernetes", "service default/kubernetes", "kubernetes.default"]
)
def test_it_goes_by_every_name_of_its_service(name: str) -> None:
    found = cluster(TO_443, cni="cilium").ask(f"can ops/operator reach {name}:443")
    assert found.route.provided == ("where the API server listens on 443 (EKS, GKE, AKS)",)


def test_its_service_has_port_443_alone() -> None:
    with pytest.raises(netverify.SentenceError, match="Service default/kubernetes has no port `6443`"):
        cluster(TO_443).ask("can ops/operator reach kubernetes.default.svc:6443")


def test_a_pod_on_its_node_may_pass_where_plugins_let_it() -> None:
    """ "Traffic to and from the node where a Pod is running is always allowed": the API server may be that node."""
    found = cluster("[]").ask(ASK)
    assert found.verdict is Verdict.REACHABLE
    assert {key.value: value for key, value in found.witness.behaviours.items()} == {"pod-to-local-node-allowed": True}
    assert cluster("[]", cni="cilium").ask(ASK).verdict is Verdict.UNREACHABLE


def test_an_ip_block_opens_it_on_a_node_only_where_ip_blocks_match_nodes() -> None:
    """cilium/cilium#20550: an egress ipBlock of a control-plane node does not open the API server there."""
    block = "[{to: [{ipBlock: {cidr: 192.0.2.1/32}}], ports: [{port: 6443}]}]"
    told = {"api_server": "192.0.2.1:6443"}
    found = cluster(block, cni="cilium", **told).ask(ASK)
    verdicts = {route.text: route.verdict for route in found.routes}
    assert verdicts == {
        "the API server at 192.0.2.1:6443": Verdict.REACHABLE,
        "the API server on the node at 192.0.2.1:6443": Verdict.UNREACHABLE,
    }
    assert all(one.verdict is Verdict.REACHABLE for one in cluster(block, cni="calico", **told).ask(ASK).routes)


def test_a_list_of_who_reaches_it_says_that_it_is_on_condition() -> None:
    found = cluster(TO_443, cni="cilium").ask("who can reach kubernetes.default.svc:443")
    assert "ops/operator[Pod]" in [one.text for one in found.existing]
    assert any("where the API server listens on 443 (EKS, GKE, AKS)" in line for line in found.notes)
    assert any("give `--api-server ADDRESS:PORT`" in line for line in found.assumptions)
    told = cluster(TO_443, cni="cilium", api_server="192.0.2.1:6443").ask("who can reach kubernetes.default.svc:443")
    assert told.existing == ()
    assert told.notes == ()


def manifests(egress: str, more: str = "") -> str:
    return CLUSTER.replace("EGRESS", egress) + more


class TestAllow:
    """A proof needs every common port."""

    def test_fails_where_one_of_the_common_ports_is_closed(self, gates: Gates) -> None:
        for more in ("", SERVICE):
            found = gates.violations(manifests(TO_443, more), ALLOW, "--cni", "cilium")
            assert len(found) == 2
            assert all(one.endswith("listens on 6443 (kubeadm, k3s, RKE2, kind, OpenShift)") for one in found)

    def test_holds_where_both_are_open_or_the_only_one_is(self, gates: Gates) -> None:
        assert gates.verdict(manifests(TO_BOTH), ALLOW) == "proved"
        assert gates.verdict(manifests(TO_443), ALLOW, more="api-server: 192.0.2.1:443") == "proved"
        assert gates.verdict(manifests(TO_443), ALLOW, "--api-server", "192.0.2.1:443") == "proved"
        assert gates.verdict(manifests(TO_443), ALLOW, more="api-server: [192.0.2.1:443, 192.0.2.2:6443]") == "refuted"

    def test_the_flag_goes_before_the_intent_file(self, gates: Gates) -> None:
        told = ("--api-server", "192.0.2.1:6443")
        assert gates.verdict(manifests(TO_443), ALLOW, *told, more="api-server: 192.0.2.1:443") == "refuted"


class TestDeny:
    """Refuted when any usual port gets through, whatever else is not known."""

    @pytest.mark.parametrize("port", [443, 6443, 8443, 16443])
    def test_fails_where_a_usual_port_is_open(self, port: int, gates: Gates) -> None:
        assert gates.verdict(manifests(f"[{{ports: [{{port: {port}}}]}}]"), DENY, more=POLICED) == "refuted"

    def test_holds_where_none_is_open(self, gates: Gates) -> None:
        found = gates.result(manifests("[{ports: [{port: 5432}]}]"), DENY, more=POLICED)
        assert found["verdict"] == "proved"
        assert any("listens on TCP 443, 6443, 8443 or 16443" in line for line in found["assumptions"])

    def test_of_the_internet_is_about_no_policy(self, gates: Gates) -> None:
        assert gates.verdict(manifests(TO_443), DENY.replace("ops/operator", "internet")) == "vacuous"


@pytest.mark.parametrize(
    "text", ["10.0.0.1", "10.0.0.1:0", "10.0.0.1:70000", "api.example:6443", "2001:db8::1:443", ":1", "[10.0.0.1]:1"]
)
def test_what_is_no_place_is_refused(text: str, gates: Gates) -> None:
    with pytest.raises(AssumptionError, match="is not an address and port of an API server"):
        cluster(TO_443, api_server=text)
    Path("manifests.yaml").write_text(manifests(TO_443))
    Path("netverify.yaml").write_text(f"api-server: '{text}'\nassertions: [{{id: it, {ALLOW}}}]\n")
    found = gates.run("-f", "manifests.yaml")
    assert found.status == 2
    assert "netverify.yaml:1:13" in found.err
    assert "write an address and a port: `10.0.0.1:6443`, `[2001:db8::1]:6443`" in found.err
