"""Policies that select none of the pods of their namespace.

Source: NetworkPolicySpec.podSelector ("selects pods in the policy's own namespace"); a pod that no policy selects is
not isolated, so a selector with a slip fails open.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.diagnostics import Diagnostic, Severity
from netverify.findings.inhabitants import Inhabitants
from netverify.findings.mending import Mending
from netverify.findings.near_misses import advice, near_misses
from netverify.findings.wording import policy_text, selector_text
from netverify.manifests.places import Places
from netverify.model.labels import satisfiable
from netverify.model.network_policy import NetworkPolicy


def selection_findings(
    policies: tuple[NetworkPolicy, ...], there: Inhabitants, places: Places, mending: Mending
) -> Iterator[Diagnostic]:
    """NV620: a policy selects no existing pod, although its namespace has some.

    Nothing is said of a namespace without pods in the manifests, or where they are made by a controller out of sight.
    A selector that no pod at all could match is another finding.
    """
    for policy in policies:
        selector = policy.pod_selector
        home = there.of(policy.namespace)
        if not home or there.selected(policy.namespace, selector) or not satisfiable(selector):
            continue
        misses = near_misses(selector, (one.labels for one in home))
        if not there.settled(policy.namespace) and not misses:
            continue
        text = f"{policy_text(policy)} selects no pod: none of its namespace has labels `{selector_text(selector)}`"
        help_text = advice(misses) or "compare the selector with the labels of the pod templates, and the namespace"
        sure = there.whole and there.settled(policy.namespace)
        severity = Severity.WARNING if sure else Severity.NOTE
        origin = places.origin(policy, ("spec", "podSelector"))
        fix = mending.with_label(policy, ("spec", "podSelector"), misses)
        yield Diagnostic("NV620", severity, text, origin, help_text, fix=fix)
