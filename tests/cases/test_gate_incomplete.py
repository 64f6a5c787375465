"""More is against an assertion than is listed: a baseline cannot know the rest, and nothing is proved by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import SHOP, Gates
from cases.pods_by_ways import BY_CONTROLLER, CLIENT, CLUSTER, CONTROLLER_BALANCER, START
from cases.ways_in_texts import CLOSED, policy
from netverify.gate import by_ways, classes, refusals, routed

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: db, namespace: data}
spec: {selector: {app: db}, ports: [{port: 5432}]}
---
"""
BALANCER = SERVICE.replace("{selector", "{type: LoadBalancer, selector")
CLIENTS = "".join(CLIENT.replace("name: client,", f"name: client-{number},") for number in range(3))
TWO_RULES_EACH = policy(
    "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 198.51.100.0/24}}]}, "
    "{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}",
    namespace="edge",
    name="two",
) + policy(
    "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: "
    "{app.kubernetes.io/name: ingress-nginx}}}]}]}",
    name="another",
)
TWO_RULES = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: two, namespace: data}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
  - from: [{ipBlock: {cidr: 198.51.100.0/24}}]
  - from: [{ipBlock: {cidr: 203.0.113.0/24}}]
  - from: [{ipBlock: {cidr: 192.0.2.0/24}}]
---
"""


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than two classes of flows are looked for: 500 would take long."""
    look_for(2, monkeypatch)


def look_for(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (classes, routed, by_ways, refusals):
        monkeypatch.setattr(module, "MOST_CLASSES", count)


INCOMPLETE = {
    "pods": (SHOP, "deny: {from: any pod, to: data/db}"),
    "a Service": (SHOP + SERVICE, "deny: {from: any pod, to: service data/db}"),
    "from outside": (SHOP + BALANCER + TWO_RULES, "deny: {from: internet, to: service data/db}"),
    "pods by a way in": (
        START + CLUSTER,
        'deny: {from: any pod, to: "shop/api[Pod]"}, world: existing',
    ),
    "a promise": (
        START + CLUSTER + CLIENTS + policy(CLOSED),
        "allow: {from: namespace other, to: service shop/api}",
    ),
    "pods by a controller": (
        BY_CONTROLLER + CONTROLLER_BALANCER,
        'deny: {from: namespace other, to: "shop/api[Pod]"}',
    ),
}


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("case", INCOMPLETE)
def test_a_baseline_passes_no_list_that_is_incomplete(gates: Gates, case: str) -> None:
    manifests, assertion = INCOMPLETE[case]
    first = gates.result(manifests, assertion)
    assert (first["verdict"], first["complete"]) == ("refuted", False)
    assert gates.run("-f", "manifests.yaml", "--write-baseline", "known.json").status == 1
    again = gates.result(manifests, assertion, "--baseline", "known.json")
    assert all(one["baselined"] for one in again["violations"])
    assert (again["verdict"], again["complete"]) == ("refuted", False)


def test_classes_of_two_connections_are_more_together_than_alone(gates: Gates, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has two, which is all of them; together they are four ways to come in."""
    manifests = BY_CONTROLLER + CONTROLLER_BALANCER + TWO_RULES_EACH
    assertion = 'deny: {from: other/client, to: "shop/api[Pod]"}'
    settings = ("--assume", "ipblock-matches-pods=false", "--assume", "host-network-policed=true")
    whole = gates.result(manifests, assertion, *settings)
    look_for(3, monkeypatch)
    some = gates.result(manifests, assertion, *settings)
    assert whole["complete"]
    assert not some["complete"]


@pytest.mark.parametrize("case", ["pods", "a Service", "from outside"])
def test_a_list_that_is_complete_is_passed(gates: Gates, case: str) -> None:
    manifests, assertion = INCOMPLETE[case]
    assert gates.result(manifests, assertion)["complete"]
    gates.run("-f", "manifests.yaml", "--write-baseline", "known.json")
    assert gates.verdict(manifests, assertion, "--baseline", "known.json") == "baselined"


@pytest.mark.parametrize("case", INCOMPLETE)
def test_where_no_flow_was_looked_for_nothing_is_proved(
    gates: Gates, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_for(0, monkeypatch)
    manifests, assertion = INCOMPLETE[case]
    assert gates.verdict(manifests, assertion) in {"unknown", "refuted"}
