"""Reasons of flows that a tier leaves to the next one, where the tier has many rules."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from cases.gates import Gates
from cases.test_gate_baselined_precedence import CLUSTER
from netverify.diagnostics import NOWHERE
from netverify.gate.causes import _passes
from netverify.model.addresses import Address
from netverify.model.flow import External, Flow
from netverify.model.traffic import Protocol, port_set
from netverify.policy.evaluate import matches
from netverify.policy.predicate import ALWAYS, PortIn
from netverify.policy.table import Action, PolicyRef, Rule, Tier

POLICIES, RULES = 16, 25
"""So many rules that a formula as deep as there are rules could not be gone through."""


def policy(number: int) -> str:
    """A ClusterNetworkPolicy with as many rules as there may be, which deny and pass in turns."""
    rules = ", ".join(
        f"{{action: {'Deny' if one % 2 else 'Pass'}, from: [{{namespaces: {{}}}}], "
        f"protocols: [{{tcp: {{destinationPort: {{number: {1000 + one % 4}}}}}}}]}}"
        for one in range(RULES)
    )
    return (
        "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\n"
        f"metadata: {{name: p{number}}}\nspec: {{tier: Admin, priority: {number}, subject: {{namespaces: {{}}}}, "
        f"ingress: [{rules}]}}\n---\n"
    )


def test_a_tier_of_many_rules_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    manifests = CLUSTER + "".join(map(policy, range(POLICIES)))
    result = Gates(capsys).result(manifests, "deny: {from: a/cli, to: shop/db}", "--cni", "antrea")
    assert [one["text"] for one in result["violations"]] == ["namespace a can reach namespace shop on any TCP port"]


@pytest.mark.parametrize("default", [Action.PASS, Action.DENY])
def test_what_a_tier_leaves_to_the_next_is_what_its_rules_leave(default: Action) -> None:
    """The first rule that matches decides; what none matches has the default."""
    dice = Random(1)
    client, server = External(Address(4, 1)), External(Address(4, 2))
    for length in (*range(6), 30):
        rules = tuple(drawn(dice, number) for number in range(length))
        left = _passes(Tier("t", (), rules, default))
        for port in range(1, 9):
            flow = Flow(client, server, Protocol.TCP, port)
            first = next((one.action for one in rules if matches(one.traffic, flow, {})), default)
            assert matches(left, flow, {}) == (first is Action.PASS)


def drawn(dice: Random, number: int) -> Rule:
    """A rule about a few of the ports."""
    first = dice.randint(1, 8)
    traffic = PortIn(Protocol.TCP, port_set((first, dice.randint(first, 8))))
    action = dice.choice((Action.PASS, Action.DENY, Action.ALLOW))
    ref = PolicyRef("ClusterNetworkPolicy", "", f"p{number}", NOWHERE)
    return Rule(ref, 0, ALWAYS, ALWAYS, traffic, action, NOWHERE, None)
