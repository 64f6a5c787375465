"""A baseline knows what an allowing rule lets through by what denies and passes before it, too.

Source: ClusterNetworkPolicySpec.priority ("Policies with lower priority values have higher precedence") and the
evaluation order of its tiers: Admin, then NetworkPolicy, then Baseline.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import Gates

CLUSTER = """
apiVersion: v1
kind: Namespace
metadata: {name: a, labels: {team: a}}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: shop}}
---
apiVersion: v1
kind: Pod
metadata: {name: cli, namespace: a, labels: {app: cli}}
spec: {containers: [{name: c, image: x}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: x}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: x}]}
---
"""
ALLOWS = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allows, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]}
---
"""
ISOLATES = ALLOWS.replace(
    "spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]}",
    "spec: {podSelector: {matchLabels: {app: db}}}",
)
ANYWHERE = "{namespaces: {}}"
SHOP = "{namespaces: {matchLabels: {team: shop}}}"


def cnp(
    action: str,
    priority: int,
    ports: str = "",
    peer: str = ANYWHERE,
    subject: str = SHOP,
    tier: str = "Admin",
) -> str:
    """A ClusterNetworkPolicy for ingress with one rule, about all ports or a range such as ``5000-6000``."""
    first, _, last = ports.partition("-")
    range_ = f", protocols: [{{tcp: {{destinationPort: {{range: {{start: {first}, end: {last}}}}}}}}}]" if ports else ""
    return f"""
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {{name: {action.lower()}-{priority}}}
spec:
  {{tier: {tier}, priority: {priority}, subject: {subject},
  ingress: [{{action: {action}, from: [{peer}]{range_}}}]}}
---
"""


DENY = cnp("Deny", 10, "5000-6000")
CLIENTS = "{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: cli}}}}"
OTHERS = CLIENTS.replace("cli", "other")
BASELINE = cnp("Accept", 1, tier="Baseline")
OPENED = {
    "a deny is removed": (ALLOWS + DENY, ALLOWS),
    "a deny has fewer ports": (ALLOWS + DENY, ALLOWS + cnp("Deny", 10, "5000-5100")),
    "a deny has other peers": (
        ALLOWS + cnp("Deny", 10, peer=CLIENTS, ports="5000-6000"),
        ALLOWS + cnp("Deny", 10, peer=OTHERS, ports="5000-6000"),
    ),
    "an accept comes first": (DENY + cnp("Accept", 20), DENY + cnp("Accept", 1)),
    "an accept is of the same priority": (DENY + cnp("Accept", 20), DENY + cnp("Accept", 10)),
    "a pass comes before the deny": (ALLOWS + DENY, ALLOWS + DENY + cnp("Pass", 5, "5400-5500")),
    "a pass before the accept is removed": (
        ISOLATES + cnp("Pass", 1, "5000-6000") + cnp("Accept", 2),
        ISOLATES + cnp("Accept", 2),
    ),
    "a NetworkPolicy before Baseline is removed": (ISOLATES + BASELINE, BASELINE),
}
ALIKE = {
    "a deny is renamed": (ALLOWS + DENY, ALLOWS + DENY.replace("deny-10", "another")),
    "a deny has another priority": (ALLOWS + DENY, ALLOWS + cnp("Deny", 3, "5000-6000")),
    "a deny about another namespace comes": (
        ALLOWS + DENY,
        ALLOWS + DENY + cnp("Deny", 1, subject="{namespaces: {matchLabels: {kubernetes.io/metadata.name: c}}}"),
    ),
    "a deny of others comes": (ALLOWS, ALLOWS + cnp("Deny", 1, peer="{namespaces: {matchLabels: {team: c}}}")),
}


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


def verdicts(gates: Gates, before: str, after: str) -> tuple[str, str, str]:
    """The verdict on ``before``, and on it and ``after`` with what was wrong then as the baseline."""
    assertion = "deny: {from: namespace a, to: namespace shop}, world: existing"
    first = gates.verdict(CLUSTER + before, assertion)
    gates.run("-f", "manifests.yaml", "--write-baseline", "known.json")
    known = ("--baseline", "known.json")
    return first, gates.verdict(CLUSTER + before, assertion, *known), gates.verdict(CLUSTER + after, assertion, *known)


@pytest.mark.parametrize("change", OPENED)
def test_less_before_a_rule_is_new(gates: Gates, change: str) -> None:
    assert verdicts(gates, *OPENED[change]) == ("refuted", "baselined", "refuted")


@pytest.mark.parametrize("change", ALIKE)
def test_what_takes_the_same_flows_is_not_new(gates: Gates, change: str) -> None:
    assert verdicts(gates, *ALIKE[change]) == ("refuted", "baselined", "baselined")
