"""Ends of assertions that are Services, addresses, or both: ways in count for every part of every end."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import Gates

INSIDE = """
apiVersion: v1
kind: Namespace
metadata: {name: lab}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: edge}
---
apiVersion: v1
kind: Pod
metadata: {name: bench, namespace: lab, labels: {app: bench}}
spec: {containers: [{name: c, image: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: till, namespace: shop, labels: {app: till}}
spec: {containers: [{name: c, image: c, ports: [{containerPort: 9000}]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: proxy, namespace: edge}
spec:
  selector: {matchLabels: {app: proxy}}
  template:
    metadata: {labels: {app: proxy}}
    spec:
      containers:
      - {name: c, image: "registry.k8s.io/ingress-nginx/controller:v1.9.0", ports: [{containerPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: proxy, namespace: edge}
spec: {type: ClusterIP, selector: {app: proxy}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: till, namespace: shop}
spec: {selector: {app: till}, ports: [{port: 80, targetPort: 9000}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: from-the-proxy, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}, podSelector: {}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: lab}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
"""
INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: till, namespace: shop}
spec: {ingressClassName: nginx, defaultBackend: {service: {name: till, port: {number: 80}}}}
---
"""
BEHIND_INGRESS = INSIDE.replace("type: ClusterIP", "type: LoadBalancer") + INGRESS
CLOSED = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shut, namespace: edge}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
"""
ZONES = """
zones:
  elsewhere: {any: [internet, namespace lab]}
  shop: {any: [service shop/till]}
  shop-and-outside: {any: [service shop/till, 198.51.100.0/24]}
"""


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


REFUTED_BY_THE_INGRESS = [
    "separate: [namespace shop, internet]",
    "separate: [namespace shop, internet, namespace lab]",
    "separate: [namespace lab, elsewhere, namespace shop]",
    "separate: [shop, elsewhere]",
    "deny: {from: elsewhere, to: namespace shop}",
    "deny: {from: elsewhere, to: shop}",
    "deny: {from: elsewhere, to: shop-and-outside}",
    "deny: {to: shop}",
    "only: {from: elsewhere, flows: []}",
    "only: {from: elsewhere, flows: [{to: elsewhere}]}",
    "only: {from: elsewhere, flows: [{ports: 1}]}",
    "only: {to: shop-and-outside, flows: [{from: namespace lab}]}",
    "isolated: elsewhere",
    "isolated: shop-and-outside",
    "no-ingress-from-internet: service shop/till",
    "no-ingress-from-internet: shop",
    "no-ingress-from-internet: [shop-and-outside, namespace lab]",
    "no-external: service shop/till",
    "no-external: shop",
]


def test_a_way_in_counts_for_addresses_in_an_end_whatever_else_is_in_it(gates: Gates) -> None:
    results = gates.results(BEHIND_INGRESS, REFUTED_BY_THE_INGRESS, more=ZONES)
    way = "can reach shop/till[Pod]:9000 by way of"
    assert [text for text, one in results.items() if not any(way in each["text"] for each in one["violations"])] == []


def test_without_the_way_in_the_same_assertions_hold(gates: Gates) -> None:
    """What refuted them was the way in, and nothing else."""
    existing = [f"{assertion}, world: existing" for assertion in REFUTED_BY_THE_INGRESS]
    results = gates.results(INSIDE + CLOSED, existing, more=ZONES)
    assert {text: one["verdict"] for text, one in results.items() if one["verdict"] != "proved"} == {}


def test_a_zone_may_hold_a_way_in_and_approve_what_comes_from_it(gates: Gates) -> None:
    mixed = "only: {from: elsewhere, flows: [{to: [service shop/till, namespace edge]}]}, world: existing"
    assert gates.violations(BEHIND_INGRESS, mixed, more=ZONES) == []


def test_within_a_zone_that_holds_addresses_a_way_in_is_approved(gates: Gates) -> None:
    zones = "zones: {all-of-it: {any: [internet, namespace shop, namespace edge]}}"
    within = "only: {from: all-of-it, within: true, flows: []}"
    assert gates.verdict(BEHIND_INGRESS, within, more=zones) == "refuted"  # the proxy gets out to private addresses
    inward = "only: {to: all-of-it, within: true, flows: [{from: 0.0.0.0/0}, {from: '::/0'}, {from: namespace edge}]}"
    assert "Ingress" not in str(gates.result(BEHIND_INGRESS, inward, more=zones)["violations"])


def test_whoever_is_outside_does_not_reach_a_service_but_by_a_way_in(gates: Gates) -> None:
    assert not any("outside" in text for text in gates.violations(INSIDE, "deny: {to: service edge/proxy}"))


NAMED = """
apiVersion: v1
kind: Service
metadata: {name: away, namespace: shop}
spec: {type: ExternalName, externalName: db.example.com}
---
apiVersion: v1
kind: Service
metadata: {name: bare, namespace: shop}
spec: {ports: [{port: 80}]}
---
"""


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ("service shop/till", "refuted"),
        ("db.example.com", "refuted"),
        ("service shop/away", "refuted"),
        ("service shop/bare", "unknown"),
    ],
)
def test_a_zone_may_hold_a_service_or_a_name(gates: Gates, member: str, expected: str) -> None:
    zones = f"zones: {{inner: {{any: ['{member}']}}, outer: {{any: [inner, '{member}']}}}}"
    for zone in ("inner", "outer"):
        assertion = f"deny: {{from: namespace edge, to: {zone}}}"
        assert gates.verdict(BEHIND_INGRESS + NAMED, assertion, more=zones) == expected


def test_a_zone_with_a_name_is_no_source(gates: Gates) -> None:
    Path("manifests.yaml").write_text(BEHIND_INGRESS)
    intent = "zones:\n  z: {any: [internet,\n    db.example.com]}\nassertions: [{id: it, deny: {from: z}}]\n"
    Path("netverify.yaml").write_text(intent)
    gate = gates.run("-f", "manifests.yaml")
    assert gate.status == 2
    assert "netverify.yaml:3:5" in gate.err
    assert "is a DNS name, which is looked up to reach something" in gate.err


EXCEPTED = """assertions: [{id: it, isolated: namespace lab}]
exceptions:
- {id: e, assertions: [it], reason: r, owner: o, expires: 2999-01-01, flows: [{}]}
"""


def test_a_flow_that_says_nothing_is_no_exception(gates: Gates) -> None:
    Path("manifests.yaml").write_text(INSIDE)
    Path("netverify.yaml").write_text(EXCEPTED)
    gate = gates.run("-f", "manifests.yaml")
    assert gate.status == 2
    assert "netverify.yaml:3:79" in gate.err
    assert "a flow of exception `e` names nothing, so it would except everything" in gate.err


def test_the_pods_of_a_service_are_reached_from_outside_by_whatever_leads_to_them(gates: Gates) -> None:
    """`no-external` of a Service is about its pods: the load balancer of another Service leads to them as well."""
    front = """
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec: {type: LoadBalancer, selector: {app: till}, ports: [{port: 443, targetPort: 9000}]}
---
"""
    opened = INSIDE.replace(
        "- from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}, podSelector: {}}]", "- {}"
    )
    assertion = "no-ingress-from-internet: service shop/till"
    assert gates.verdict(INSIDE, assertion) == "proved"
    assert gates.verdict(opened + front, assertion) == "refuted"
