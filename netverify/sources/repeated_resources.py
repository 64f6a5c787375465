"""Objects that one kustomization gets twice: kustomize refuses to build them, so that nothing of it is applied.

Source: kustomize, "may not add resource with an already registered id".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from netverify.diagnostics import Diagnostic, Severity
from netverify.sources.coverage import Inventory

_COUNTED_ONCE = "NV206"


def with_repeated_refused(inventory: Inventory, roots: Mapping[str, Collection[str]]) -> Inventory:
    """``inventory`` with an error for each object that is there twice in one kustomization.

    ``roots`` are by path of a file the kustomizations that apply it.
    """
    refused = [one for one in inventory.diagnostics if one.code == _COUNTED_ONCE and _is_of_one(one, roots)]
    if not refused:
        return inventory
    found = [_refusal(one) if one in refused else one for one in inventory.diagnostics]
    unread = (*inventory.coverage.unread, *(one.origin for one in refused))
    coverage = replace(inventory.coverage, unread=tuple(sorted(unread)))
    return replace(inventory, coverage=coverage, diagnostics=tuple(sorted(found, key=Diagnostic.sort_key)))


def _is_of_one(finding: Diagnostic, roots: Mapping[str, Collection[str]]) -> bool:
    """Whether one kustomization applies both places of ``finding``."""
    applied = [roots.get(place.path, ()) for place in (finding.origin, *(place for place, _ in finding.secondary))]
    return bool(set(applied[0]).intersection(*applied[1:]))


def _refusal(finding: Diagnostic) -> Diagnostic:
    return replace(
        finding,
        code="NV143",
        severity=Severity.ERROR,
        message=f"{finding.subject} is there twice in one kustomization",
        help="kustomize refuses it too: leave one of them out",
    )
