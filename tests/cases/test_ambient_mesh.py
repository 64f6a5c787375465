"""Istio's ambient mesh: members connect on TCP 15008, so that policy about other ports decides nothing between them."""

from __future__ import annotations

from pathlib import Path

import pytest

import netverify
from cases.gates import Gates
from netverify import Answer, Cluster, Listing, Verdict
from netverify.cli.main import main

CLUSTER = """
apiVersion: v1
kind: Namespace
metadata: {name: mon, labels: {istio.io/dataplane-mode: MODE}}
---
apiVersion: v1
kind: Namespace
metadata: {name: plain}
---
apiVersion: v1
kind: Pod
metadata: {name: grafana, namespace: mon, labels: {app: grafanaSOURCE}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: outsider, namespace: plain, labels: {app: outsider}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: prom, namespace: mon, labels: {app: prom}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: prom, namespace: mon}
spec: {podSelector: {matchLabels: {app: prom}}, policyTypes: [Ingress], ingress: [{ports: PORTS}]}
"""
APP = "[{port: 9090}]"
MESH = "[{port: 15008}]"
BOTH = "[{port: 9090}, {port: 15008}]"
ASK = "can mon/grafana reach mon/prom:9090"


def text(ports: str, mode: str = "ambient", source: str = "") -> str:
    return CLUSTER.replace("PORTS", ports).replace("MODE", mode).replace("SOURCE", source)


def cluster(ports: str, mode: str = "ambient", source: str = "") -> Cluster:
    return netverify.read(texts={"m.yaml": text(ports, mode, source)})


def ask(sentence: str, ports: str, mode: str = "ambient", source: str = "") -> Answer:
    found = cluster(ports, mode, source).ask(sentence)
    assert isinstance(found, Answer)
    return found


def test_a_port_of_the_application_alone_does_not_let_members_through() -> None:
    """istio#52742: a policy that lists the ports of applications blocks the traffic of the mesh."""
    found = ask(ASK, APP)
    assert found.verdict is Verdict.UNKNOWN
    assert "arrives on TCP 15008, which policy does not admit there" in found.unknown_because[0]
    assert ask(ASK, APP, mode="none").verdict is Verdict.REACHABLE


def test_the_port_of_the_mesh_may_open_every_other() -> None:
    """istio#56659: whoever may connect on 15008 may ask for any port behind it."""
    for port in ("9090", "22"):
        found = ask(f"can mon/grafana reach mon/prom:{port}", MESH)
        assert found.verdict is Verdict.UNKNOWN
        assert ask(f"can mon/grafana reach mon/prom:{port}", MESH, mode="none").verdict is Verdict.UNREACHABLE
    assert ask("can mon/grafana reach mon/prom:15008", MESH).verdict is Verdict.REACHABLE


def test_what_policy_says_of_both_ports_stands() -> None:
    assert ask(ASK, BOTH).verdict is Verdict.REACHABLE
    assert ask("can mon/grafana reach mon/prom:22", APP).verdict is Verdict.UNREACHABLE
    assert ask("can mon/grafana reach mon/prom:53/udp", MESH).verdict is Verdict.UNREACHABLE


def test_who_is_no_member_connects_as_ever() -> None:
    assert ask("can plain/outsider reach mon/prom:9090", APP).verdict is Verdict.REACHABLE
    assert ask("can plain/outsider reach mon/prom:9090", MESH).verdict is Verdict.UNREACHABLE
    assert ask("can 192.0.2.1 reach mon/prom:9090", MESH).verdict is Verdict.UNREACHABLE


def test_a_pod_opts_out_and_in_by_its_own_label() -> None:
    out, into = ", istio.io/dataplane-mode: none", ", istio.io/dataplane-mode: ambient"
    assert ask(ASK, APP, source=out).verdict is Verdict.REACHABLE
    alone = text(APP, "none", into).replace(
        "labels: {app: prom}", "labels: {app: prom, istio.io/dataplane-mode: ambient}", 1
    )
    assert netverify.read(texts={"m.yaml": alone}).ask(ASK).verdict is Verdict.UNKNOWN


def test_a_pod_that_could_be_created_may_join() -> None:
    assert ask("can any pod in namespace plain reach mon/prom:9090", MESH).verdict is Verdict.UNKNOWN
    assert ask("can any pod in namespace plain reach mon/prom:9090", "[{port: 1}]").verdict is Verdict.UNREACHABLE


def test_a_list_and_a_map_say_that_policy_does_not_decide(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = cluster(APP).ask("who can reach mon/prom:9090")
    assert isinstance(found, Listing)
    assert found.verdict is Verdict.UNKNOWN
    (tmp_path / "m.yaml").write_text(text(APP))
    assert main(["map", "-f", str(tmp_path)], "netverify") == 0
    assert "members of the ambient mesh of Istio arrives on TCP 15008 (namespace mon)" in capsys.readouterr().out


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


ALLOW = "allow: {from: mon/grafana, to: mon/prom, ports: [9090]}"
DENY = ALLOW.replace("allow", "deny")


@pytest.mark.parametrize(
    ("ports", "allow", "deny"),
    [
        (APP, "unknown", "unknown"),
        (MESH, "unknown", "unknown"),
        (BOTH, "proved", "refuted"),
        ("[{port: 1}]", "refuted", "proved"),
    ],
)
def test_nothing_is_proved_that_the_port_of_the_mesh_may_change(
    ports: str, allow: str, deny: str, gates: Gates
) -> None:
    assert gates.verdict(text(ports), ALLOW) == allow
    assert gates.verdict(text(ports), DENY) == deny


def test_a_comparison_is_unknown_where_the_mesh_gets_other_members(
    gates: Gates, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was equivalent: no policy and no label that a policy selects by is different."""
    del gates
    for name, mode in (("old", "none"), ("new", "ambient"), ("same", "ambient")):
        Path(name).mkdir()
        (Path(name) / "m.yaml").write_text(text(APP, mode))
    assert main(["diff", "old", "new"], "netverify") == 3
    assert "other pods are in the mesh" in capsys.readouterr().out
    assert main(["diff", "new", "same"], "netverify") == 0


def lint(gates: Gates, capsys: pytest.CaptureFixture[str], manifests: str) -> str:
    del gates
    Path("m.yaml").write_text(manifests)
    main(["lint", "-f", "m.yaml"], "netverify")
    return capsys.readouterr().out


def test_lint_finds_policies_that_leave_the_port_of_the_mesh_out(
    gates: Gates, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "NV636" in lint(gates, capsys, text(APP))
    for other in (text(BOTH), text("[]"), text(APP, "none"), text("[{port: 15000, endPort: 15010}]")):
        assert "NV636" not in lint(gates, capsys, other)
    beside = text(APP) + (
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: mesh, namespace: mon}\n"
        "spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: 15008}]}]}\n"
    )
    assert "NV636" not in lint(gates, capsys, beside)
