"""``policyTypes`` that say something else than the rules beside them.

Source: NetworkPolicySpec.policyTypes ("If this field is not specified, it will default based on the existence of
ingress or egress rules; policies that contain an egress section are assumed to affect egress, and all policies (whether
or not they contain an ingress section) are assumed to affect ingress").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netverify.diagnostics import Diagnostic, Severity
from netverify.documents.document import Value
from netverify.lint.inhabitants import Inhabitants
from netverify.lint.wording import policy_text
from netverify.model.network_policy import NetworkPolicy
from netverify.sources.places import Places


def policy_type_findings(
    policies: tuple[NetworkPolicy, ...],
    by_namespace: Mapping[str, Sequence[NetworkPolicy]],
    there: Inhabitants,
    places: Places,
) -> Iterator[Diagnostic]:
    """NV624: rules of a direction that is not listed, or a direction that was likely not meant to be isolated, or was.

    What the types default to is looked up in the files; of a policy that is in none only the first is told. Pods that
    exist and cannot look names up are another finding.
    """
    for policy in policies:
        yield from _ignored_rules(policy)
        if b"policyTypes" not in places.text(policy):
            yield from _defaulted(policy, places)
        elif _denies_egress_by_the_way(policy, by_namespace[policy.namespace], there):
            text = f"{policy_text(policy)} lists Egress but has no egress rule: its pods cannot open any connection"
            help_text = "remove `Egress`, or write egress rules, including one for DNS"
            origin = places.origin(policy, ("spec", "policyTypes"))
            yield Diagnostic("NV624", Severity.NOTE, text, origin, help_text)


def _ignored_rules(policy: NetworkPolicy) -> Iterator[Diagnostic]:
    for word, rules, listed in (
        ("Ingress", policy.ingress, policy.for_ingress),
        ("Egress", policy.egress, policy.for_egress),
    ):
        if rules and not listed:
            text = f"{policy_text(policy)} has rules for {word.lower()}, but `policyTypes` does not list {word}: most "
            text += "CNI plugins ignore them, but some enforce them"
            yield Diagnostic("NV624", Severity.WARNING, text, rules[0].origin, f"add `{word}` to `policyTypes`")


def _defaulted(policy: NetworkPolicy, places: Places) -> Iterator[Diagnostic]:
    """What the types of ``policy`` default to, where that is likely not what its author thinks."""
    if policy.ingress:
        return
    document = places.document(policy)
    if document is None:
        return
    spec: Value = document.value.get("spec") or {}
    if spec.get("policyTypes") or "ingress" in spec or "egress" not in spec:
        return
    origin = document.key_origin(("spec", "egress"))
    if policy.egress:
        text = f"{policy_text(policy)} has only egress rules, but without `policyTypes` it also denies all ingress"
        help_text = "write `policyTypes: [Egress]`, or list both if you want both"
        yield Diagnostic("NV624", Severity.NOTE, text, origin, help_text)
    else:
        text = (
            f"{policy_text(policy)} has an empty list of egress rules, which has no effect: without `policyTypes` it "
        )
        text += "denies all ingress and no egress"
        help_text = "write `policyTypes: [Egress]` to deny all egress"
        yield Diagnostic("NV624", Severity.WARNING, text, origin, help_text)


def _denies_egress_by_the_way(policy: NetworkPolicy, others: Sequence[NetworkPolicy], there: Inhabitants) -> bool:
    if not (policy.for_egress and policy.for_ingress and policy.ingress) or policy.egress:
        return False
    if there.selected(policy.namespace, policy.pod_selector):
        return False
    return not any(other.egress for other in others)
