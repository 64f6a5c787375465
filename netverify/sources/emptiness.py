"""Inputs that hold nothing that matters: an answer about them would be about nobody, and is an error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.model.cluster import Unsupported
from netverify.sources.coverage import Inventory
from netverify.visible import visible

NOTHING_READ: Final = "no object that matters was read: no workload, policy, namespace, Service or way in"
_HELP: Final = "name the manifests with `-f`, `-k`, `--helm`, `--flux` or `--argocd`, or allow it with `--allow-empty`"


def is_empty(inventory: Inventory) -> bool:
    """Whether no object was read that an answer could be about, and none is known to change one.

    Objects that stand for others, such as releases, and objects of unknown kinds are none of these.
    """
    coverage = inventory.coverage
    if any(coverage.modelled.values()) or any(coverage.approximated.values()):
        return False
    return not any(one.is_known and not one.unrendered and _acts(one) for one in inventory.cluster.unsupported)


def _acts(thing: Unsupported) -> bool:
    return any((thing.may_allow, thing.may_deny, thing.may_route, thing.makes_pods, thing.relabels_pods))


def refused_if_empty(inventory: Inventory, names: Iterable[str], help_text: str = _HELP) -> Inventory:
    """``inventory``, with an error (NV156) where it is empty and has none; ``names`` are what was read."""
    if inventory.has_errors or not is_empty(inventory):
        return inventory
    origin = Origin(visible(", ".join(names)) or ".")
    finding = Diagnostic("NV156", Severity.ERROR, NOTHING_READ, origin, help_text)
    return replace(inventory, diagnostics=(*inventory.diagnostics, finding))
