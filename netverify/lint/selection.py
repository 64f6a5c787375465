"""Policies that select none of the pods of their namespace.

Source: NetworkPolicySpec.podSelector ("selects pods in the policy's own namespace"); a pod that no policy selects is
not isolated, so a selector with a slip fails open.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.diagnostics import Diagnostic, Severity
from netverify.lint.inhabitants import Inhabitants
from netverify.lint.mending import Mending
from netverify.lint.near_misses import advice, near_misses
from netverify.lint.wording import policy_text, selector_text
from netverify.model.labels import satisfiable
from netverify.model.network_policy import NetworkPolicy
from netverify.sources.places import Places

_DEFAULT = "default"


def selection_findings(
    policies: tuple[NetworkPolicy, ...], there: Inhabitants, places: Places, mending: Mending
) -> Iterator[Diagnostic]:
    """NV620: a policy selects no existing pod, although its namespace has some.

    Nothing is said of a namespace without pods in the manifests (but of ``default``, where policies without a namespace
    land), or where they are made by a controller out of sight.
    A selector that no pod at all could match is another finding.
    """
    for policy in policies:
        selector = policy.pod_selector
        home = there.of(policy.namespace)
        if not home:
            yield from _misplaced(policy, there, places)
            continue
        if there.selected(policy.namespace, selector) or not satisfiable(selector):
            continue
        misses = near_misses(selector, (one.labels for one in home))
        if not there.settled(policy.namespace) and not misses:
            continue
        text = f"{policy_text(policy)} selects no pod: no pod in its namespace has labels `{selector_text(selector)}`"
        help_text = (
            advice(misses) or "compare the selector with the labels of the pod templates, and check the namespace"
        )
        sure = there.whole and there.settled(policy.namespace)
        severity = Severity.WARNING if sure else Severity.NOTE
        origin = places.origin(policy, ("spec", "podSelector"))
        fix = mending.with_label(policy, ("spec", "podSelector"), misses)
        yield Diagnostic("NV620", severity, text, origin, help_text, fix=fix)


def _misplaced(policy: NetworkPolicy, there: Inhabitants, places: Places) -> Iterator[Diagnostic]:
    """That the pods which ``policy`` is for are elsewhere, where it is in ``default``, and nobody else is."""
    selector = policy.pod_selector
    if policy.namespace != _DEFAULT or not selector.requirements or not there.whole or there.makes_pods_in(_DEFAULT):
        return
    homes = there.homes_of(selector)
    if not homes:
        return
    named = ", ".join(f"`{one}`" for one in homes)
    text = (
        f"{policy_text(policy)} selects no pod: the manifests have no pods in `{_DEFAULT}`, "
        f"and those with labels `{selector_text(selector)}` are in {named}"
    )
    origin = places.origin(policy, ("spec", "podSelector"))
    yield Diagnostic("NV620", Severity.WARNING, text, origin, f"write `namespace: {homes[0]}` into its metadata")
