"""A name that a workload and its Service share: `deny` covers both ways to it, `allow` needs the Service's."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import Gates

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: lab}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: bench, namespace: lab, labels: {app: bench}}
spec: {containers: [{name: c, image: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: till, namespace: shop, labels: {app: till, part: one}}
spec: {containers: [{name: c, image: c, ports: [{containerPort: 9000}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: spare, namespace: shop, labels: {app: till, part: two}}
spec: {containers: [{name: c, image: c, ports: [{containerPort: 9000}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: till, namespace: shop}
spec: {selector: {app: till}, ports: [{port: 80, targetPort: 9000}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: from-lab, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: lab}}}]
    ports: [{port: %s}]
---
"""
ONLY_THE_SPARE = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: from-lab, namespace: shop}
spec:
  podSelector: {matchLabels: {part: two}}
  policyTypes: [Ingress]
  ingress: []
---
"""
ZONE = "zones: {tills: {any: [shop/till]}}"


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


@pytest.mark.parametrize("target", ["shop/till", "tills"])
def test_to_deny_a_port_is_to_deny_it_of_the_service_and_of_the_pods(gates: Gates, target: str) -> None:
    denied = {port: f"deny: {{from: namespace lab, to: {target}, ports: [{port}]}}" for port in (80, 9000, 7000)}
    behind = gates.results(SHOP % 9000, list(denied.values()), more=ZONE)
    assert {port: behind[text]["verdict"] for port, text in denied.items()} == {
        80: "refuted",
        9000: "refuted",
        7000: "proved",
    }
    assert any(
        "service shop/till" in one["text"] or "Service shop/till" in one["text"]
        for one in behind[denied[80]]["violations"]
    )
    itself = gates.results(SHOP % 80, list(denied.values()), more=ZONE)
    assert [itself[text]["verdict"] for text in denied.values()] == ["refuted", "proved", "proved"]


@pytest.mark.parametrize("target", ["shop/till", "tills"])
def test_to_allow_a_port_is_to_allow_it_by_way_of_the_service(gates: Gates, target: str) -> None:
    allowed = f"allow: {{from: namespace lab, to: {target}, ports: [80]}}"
    assert gates.verdict(SHOP % 9000, allowed, more=ZONE) == "proved"
    assert gates.verdict(SHOP % 80, allowed, more=ZONE) == "refuted"
    assert gates.verdict(SHOP % 9000, f"allow: {{from: namespace lab, to: {target}}}", more=ZONE) == "proved"


def test_the_other_pods_behind_the_service_are_not_meant(gates: Gates) -> None:
    closed = SHOP.replace("podSelector: {}", "podSelector: {matchLabels: {part: one}}") % 9000 + ONLY_THE_SPARE.replace(
        "from-lab", "shut"
    )
    assert gates.verdict(closed, "allow: {from: namespace lab, to: shop/till, ports: [80]}") == "proved"
    assert gates.verdict(closed, "allow: {from: namespace lab, to: service shop/till, ports: [80]}") == "refuted"


def test_a_port_that_the_service_does_not_have_is_not_what_is_to_be_allowed(gates: Gates) -> None:
    Path("m.yaml").write_text(SHOP % 9000)
    Path("netverify.yaml").write_text(
        "assertions: [{id: it, allow: {from: namespace lab, to: shop/till, ports: [9000]}}]"
    )
    gate = gates.run("-f", "m.yaml")
    assert gate.status == 2
    assert "Service shop/till has no port `9000`" in gate.err


def test_to_approve_the_port_of_the_service_approves_no_other_port_of_the_pods(gates: Gates) -> None:
    approved = "only: {to: shop/till, flows: [{from: namespace lab, ports: [80]}]}"
    assert gates.verdict(SHOP % 9000, approved, more=ZONE) == "proved"
    assert gates.verdict(SHOP % 80, approved, more=ZONE) == "refuted"


def test_a_service_that_leads_elsewhere_is_asked_about(gates: Gates) -> None:
    Path("m.yaml").write_text((SHOP % 9000).replace("selector: {app: till}", "selector: {app: other}"))
    Path("netverify.yaml").write_text("assertions: [{id: it, deny: {from: namespace lab, to: shop/till}}]")
    gate = gates.run("-f", "m.yaml")
    assert gate.status == 2
    assert "`shop/till` is a Pod, and a Service that does not lead to its pods" in gate.err
