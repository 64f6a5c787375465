"""Policies that say the same under two names.

Source: NetworkPolicySpec: what a policy is called has no bearing on what it does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace

from netverify.diagnostics import NOWHERE, Diagnostic, Severity
from netverify.lint.mending import Mending
from netverify.lint.wording import policy_text
from netverify.model.network_policy import NetworkPolicy, PolicyRule


def duplicate_findings(policies: tuple[NetworkPolicy, ...], mending: Mending) -> Iterator[Diagnostic]:
    """NV631: a policy says what another one of its namespace says already."""
    for policy, first in duplicates(policies).items():
        text = f"{policy_text(policy)} is the same as {policy_text(first)}"
        where = ((first.origin, "the other one"),)
        yield Diagnostic(
            "NV631", Severity.WARNING, text, policy.origin, "remove one of them", where, mending.without_policy(policy)
        )


def duplicates(policies: tuple[NetworkPolicy, ...]) -> Mapping[NetworkPolicy, NetworkPolicy]:
    """Each policy that repeats an earlier one of its namespace, with that one."""
    first: dict[NetworkPolicy, NetworkPolicy] = {}
    repeated: dict[NetworkPolicy, NetworkPolicy] = {}
    roughly = Counter(map(_outline, policies))
    for policy in policies:
        if roughly[_outline(policy)] == 1:
            continue
        earlier = first.setdefault(nameless(policy), policy)
        if earlier is not policy:
            repeated[policy] = earlier
    return repeated


def _outline(policy: NetworkPolicy) -> Hashable:
    """What is equal for policies that say the same, and cheaper to compare than all that they say."""
    is_open = bool(policy.ingress), bool(policy.egress)
    return policy.namespace, policy.pod_selector, policy.for_ingress, policy.for_egress, is_open


def nameless(policy: NetworkPolicy) -> NetworkPolicy:
    """What ``policy`` says, without its name and without any place; rules, peers and ports in a fixed order."""
    return replace(
        policy, name="", origin=NOWHERE, ingress=_plain_rules(policy.ingress), egress=_plain_rules(policy.egress)
    )


def _plain_rules(rules: tuple[PolicyRule, ...]) -> tuple[PolicyRule, ...]:
    plain = {
        PolicyRule(
            tuple(sorted({replace(peer, origin=None) for peer in rule.peers}, key=repr)),
            tuple(sorted(set(rule.ports), key=repr)),
            NOWHERE,
        )
        for rule in rules
    }
    return tuple(sorted(plain, key=repr))
