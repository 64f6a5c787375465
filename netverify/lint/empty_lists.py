"""Lists of a rule that are there and empty, and so mean the opposite of what they look like.

Source: NetworkPolicyIngressRule ("If this field is empty or missing, this rule matches all sources", "… all ports").
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.diagnostics import Diagnostic, Severity
from netverify.lint.parts import RulePart, rules_of
from netverify.model.network_policy import NetworkPolicy
from netverify.sources.places import Places


def empty_list_findings(policies: tuple[NetworkPolicy, ...], places: Places) -> Iterator[Diagnostic]:
    """NV634: ``from``, ``to`` or ``ports`` with nothing in it; only of policies that are in a file."""
    for policy in policies:
        for part in rules_of(policy):
            for key, holds in ((part.peers_key, part.rule.peers), ("ports", part.rule.ports)):
                if not holds and key.encode() in places.text(policy):
                    yield from _finding(part, key, places)


def _finding(part: RulePart, key: str, places: Places) -> Iterator[Diagnostic]:
    document = places.document(part.policy)
    if document is None:
        return
    rule = document.value["spec"][str(part.direction)][part.index]
    if rule and key in rule:
        what = "every port of every protocol" if key == "ports" else "everyone, outside the cluster too"
        text = f"{part} has an empty `{key}`, which allows {what}"
        help_text = f"remove `{key}` if you want that; remove the rule to allow nothing"
        origin = document.key_origin((*part.path, key))
        yield Diagnostic("NV634", Severity.WARNING, text, origin, help_text)
