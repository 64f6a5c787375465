"""Assertions of `netverify check` that were proved once although something was against them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from agreement.judged_intents import spec_of
from cases.gates import Gates
from netverify.gate.checking import Terms, undecided_report

PAIR = """
apiVersion: v1
kind: Pod
metadata: {name: known, namespace: a, labels: {app: known}}
spec: {containers: [{name: c, image: c}]}
status: {podIP: 10.0.0.9, phase: Running}
---
apiVersion: v1
kind: Pod
metadata: {name: closed, namespace: a, labels: {app: closed}}
spec: {containers: [{name: c, image: c}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: a}
spec: {podSelector: {matchLabels: {app: closed}}, policyTypes: [Ingress, Egress]}
---
"""
LISTED = """
apiVersion: v1
kind: Service
metadata: {name: listed, namespace: a}
spec: {ports: [{port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: listed-1, namespace: a, labels: {kubernetes.io/service-name: listed}}
addressType: IPv4
endpoints: [{addresses: [10.0.0.9]}]
ports: [{port: 80}]
---
"""
EXPOSED = """
apiVersion: v1
kind: Service
metadata: {name: known, namespace: a}
spec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: known}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: from-office, namespace: a}
spec:
  podSelector: {matchLabels: {app: known}}
  policyTypes: [Ingress]
  ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]
---
"""
FROM_PARTNER = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: from-partner, namespace: a}
spec:
  podSelector: {matchLabels: {app: known}}
  policyTypes: [Ingress]
  ingress: [{from: [{ipBlock: {cidr: 198.51.100.0/24}}]}]
---
"""
DATABASE = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: a}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: first, namespace: a}
spec: {podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: db-0}}, policyTypes: [Egress]}
---
"""


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


@pytest.mark.parametrize("end", ["isolated: {}", "only: {{to: {}, flows: []}}", "deny: {{from: {}, to: internet}}"])
def test_a_service_without_a_selector_is_no_set_of_pods(gates: Gates, end: str) -> None:
    """What its EndpointSlices list would be left out of the proof."""
    Path("manifests.yaml").write_text(PAIR + LISTED)
    zone = "[service a/listed, pods app=closed in namespace a]"
    Path("netverify.yaml").write_text(f"assertions: [{{id: it, {end.format(zone)}}}]\n")
    gate = gates.run("-f", "manifests.yaml")
    assert gate.status == 2
    assert "error[NV714]: Service a/listed has no selector" in gate.err


def test_a_service_without_a_selector_can_be_reached(gates: Gates) -> None:
    assert gates.verdict(PAIR + LISTED, "deny: {from: a/closed, to: service a/listed}") == "proved"
    assert gates.verdict(PAIR + LISTED, "deny: {from: any pod, to: service a/listed}") == "refuted"


@pytest.mark.parametrize(
    "statement",
    [
        "deny: {from: 10.0.0.0/24, to: internet}",
        "deny: {from: [10.0.0.0/24, a/closed], to: internet}",
        "no-egress-to-internet: 10.0.0.0/24",
        "no-ingress-from-internet: 10.0.0.0/24",
        "no-metadata-endpoint: 10.0.0.0/24",
        "deny: {from: internet, to: [10.0.0.0/24, a/closed]}",
    ],
)
def test_a_pod_whose_address_is_known_is_in_a_block_of_addresses(gates: Gates, statement: str) -> None:
    assert gates.verdict(PAIR, statement) == "refuted"


def test_a_way_in_leads_to_the_pod_at_an_address(gates: Gates) -> None:
    cluster = PAIR + EXPOSED.replace("externalTrafficPolicy: Local, ", "")
    found = gates.violations(cluster, "deny: {to: 10.0.0.0/24, from: 192.0.2.0/24}")
    assert found
    assert all("by way of" in one for one in found)


@pytest.mark.parametrize("to", ["pod a/known", "service a/known"])
def test_a_baseline_hides_no_further_rule_of_a_way_in_that_was_known(gates: Gates, to: str) -> None:
    """From the internet, to pods and by way of the load balancer, and to its Service."""
    Path("manifests.yaml").write_text(PAIR + EXPOSED)
    Path("netverify.yaml").write_text(f"assertions: [{{id: it, deny: {{from: 0.0.0.0/0, to: {to}}}}}]\n")
    assert gates.run("-f", "manifests.yaml", "--write-baseline", "known.json").status == 1
    assert gates.run("-f", "manifests.yaml", "--baseline", "known.json").status == 0
    Path("manifests.yaml").write_text(PAIR + EXPOSED + FROM_PARTNER)
    assert gates.run("-f", "manifests.yaml", "--baseline", "known.json").status == 1


def test_dns_works_only_where_every_pod_of_a_workload_may_ask(gates: Gates) -> None:
    assert gates.verdict(DATABASE, "dns-works: namespace a") == "refuted"
    assert gates.verdict(DATABASE, "dns-works: pods statefulset.kubernetes.io/pod-name=db-1 in namespace a") == "proved"


def test_dns_works_of_what_there_is_not_is_told_at_its_place(gates: Gates) -> None:
    Path("manifests.yaml").write_text(PAIR)
    Path("netverify.yaml").write_text("assertions: [{id: it, dns-works: namespace nope}]\n")
    gate = gates.run("-f", "manifests.yaml")
    assert gate.status == 2
    assert "error[NV406]" in gate.err


def test_default_deny_of_existing_pods_is_about_a_stranger_all_the_same(gates: Gates) -> None:
    closed = PAIR.replace("{podSelector: {matchLabels: {app: closed}}", "{podSelector: {}")
    assert gates.verdict(PAIR, "default-deny: {}, world: existing") == "refuted"
    assert gates.verdict(closed, "default-deny: {}, world: existing") == "proved"


def test_every_pair_of_pods_that_could_be_created_is_told_once(gates: Gates) -> None:
    """A pair in a namespace that could be created was found again and again, until the replay refused it."""
    found = gates.violations(PAIR, "allow: {from: any pod, to: namespace a}, world: possible")
    assert "a new namespace cannot reach a/closed[Pod] on any TCP port" in found


def test_an_exception_that_leaves_out_nothing_but_approved_flows_is_unused(gates: Gates) -> None:
    more = (
        "exceptions: [{id: e, assertions: [it], flows: [{from: namespace a, to: a/known}], reason: r, owner: o, "
        "expires: 2999-01-01}]"
    )
    Path("manifests.yaml").write_text(PAIR)
    Path("netverify.yaml").write_text(f"{more}\nassertions: [{{id: it, only: {{to: a/known, flows: [{{}}]}}}}]\n")
    report = gates.run("-f", "manifests.yaml", "-o", "json").report
    assert report["results"][0]["verdict"] == "proved"
    assert report["exceptions"][0]["state"] == "unused"


def test_a_namespace_of_unknown_labels_is_kept_apart_where_it_has_those_that_are_meant(gates: Gates) -> None:
    """The manifests do not say what labels ``lost`` has, so that only a witness with the right ones is one."""
    cluster = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: lost, labels: {app: web}}
spec: {containers: [{name: c, image: c}]}
---
"""
    closed = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: team, operator: DoesNotExist}]}}]}]
---
"""
    assertion = "separate: {matchExpressions: [{key: team, operator: Exists}]}"
    enforced = ("--assume", "policy-enforced=true", "--assume", "host-network-policed=true")
    shown = gates.result(cluster, assertion)["violations"]
    assert all("team" in str(one["witness"]) for one in shown)
    assert gates.verdict(cluster + closed, assertion, *enforced) == "proved"


@pytest.mark.parametrize(("judged", "expected"), [(None, ["a", "b"]), (frozenset({"b"}), ["b"])])
def test_where_nothing_was_judged_what_was_to_be_is_unknown(judged: frozenset[str] | None, expected: list[str]) -> None:
    deny = {"deny": {"from": "namespace a", "to": "namespace b"}}
    spec = spec_of({"assertions": [{"id": name, **deny} for name in ("a", "b")]})
    report = undecided_report(spec, Terms(date(2026, 1, 1), judged=judged), "no time was left")
    assert [(one.assertion.id, one.verdict, one.unknown_because) for one in report.results] == [
        (name, "unknown", ("no time was left",)) for name in expected
    ]
