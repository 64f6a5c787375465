"""Rules that allow everything where a default-deny was to allow nothing.

Source: "Network Policies": policies are additive, so no other policy can take back what one of them allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netverify.diagnostics import Diagnostic, Severity
from netverify.lint.parts import RulePart, rules_of
from netverify.model.flow import Direction
from netverify.model.network_policy import NetworkPolicy


def allowance_findings(
    policies: tuple[NetworkPolicy, ...], by_namespace: Mapping[str, Sequence[NetworkPolicy]]
) -> Iterator[Diagnostic]:
    """NV629: a rule without peers and ports, in a namespace that has a default-deny of that direction."""
    for policy in policies:
        for part in rules_of(policy):
            if part.rule.peers or part.rule.ports or not part.listed:
                continue
            denying = next((one for one in by_namespace[policy.namespace] if _denies_all(one, part.direction)), None)
            if denying is not None:
                yield _finding(part, denying)


def _finding(part: RulePart, denying: NetworkPolicy) -> Diagnostic:
    everyone = "everyone, on every port" if part.direction is Direction.INGRESS else "everywhere, to every port"
    text = f"{part} allows {everyone}, whatever other policies say"
    where = ((denying.origin, "the default-deny that it cancels"),)
    return Diagnostic("NV629", Severity.NOTE, text, part.rule.origin, "list peers and ports in the rule", where)


def _denies_all(policy: NetworkPolicy, direction: Direction) -> bool:
    ingress = direction is Direction.INGRESS
    listed, rules = (policy.for_ingress, policy.ingress) if ingress else (policy.for_egress, policy.egress)
    return listed and not rules and not policy.pod_selector.requirements
