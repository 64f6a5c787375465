"""What the page of a map says about its inputs, assumptions and doubts, as JSON. Every text is visible."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from netverify.diagnostics import Diagnostic
from netverify.query.remarks import Remarks
from netverify.report.behaviour_text import settings_together
from netverify.report.coverage_text import coverage_text
from netverify.report.quantities import counted, counted_kinds
from netverify.sources.coverage import Inventory
from netverify.visible import visible

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int"

_LISTED = 200


def account(remarks: Remarks, inventory: Inventory) -> Json:
    """What a reader has to know before trusting the map; ``warnings`` stand at the top of the page.

    Iff there are no warnings, every input was read and no object that could change the map was left out.
    """
    cluster, coverage = inventory.cluster, inventory.coverage
    return {
        "warnings": _shortened((*_incomplete(inventory), *remarks.unknown_because)),
        "inputs": _texts(coverage_text(inventory)),
        "assumptions": _texts(settings_together(remarks.assumptions)),
        "approximations": _texts(remarks.approximations),
        "notes": _texts(remarks.notes),
        "unread": _shortened(str(origin) for origin in coverage.unread),
        "unsupported": _shortened(
            f"{one.kind} {f'{one.namespace}/' if one.namespace else ''}{one.name} at {one.origin}"
            for one in cluster.unsupported
            if not one.unrendered
        ),
        "templates": _shortened(coverage.templates),
        "skipped": _shortened(f"{path}: {reason}" for path, reason in coverage.skipped),
        "findings": _shortened(_finding(one) for one in inventory.diagnostics),
    }


def _incomplete(inventory: Inventory) -> Iterable[str]:
    """What is missing from the map, in one line for each kind of omission."""
    coverage = inventory.coverage
    if coverage.unread or inventory.has_errors:
        yield f"{counted(len(coverage.unread), 'input')} could not be read or was refused: this map is incomplete"
    if coverage.unsupported:
        yield f"{counted_kinds(coverage.unsupported)} not modelled: what they create, allow or deny is not in this map"
    if coverage.templates:
        yield f"{counted(len(coverage.templates), 'template')} not rendered: what they would create is not in this map"
    if count := len(coverage.unrendered):
        yield f"{counted(count, 'delivery')} could not be rendered: what they would create is not in this map"


def _finding(one: Diagnostic) -> str:
    advice = f" (help: {one.help})" if one.help else ""
    return f"{one.severity.name.lower()}[{one.code}] {one.origin}: {one.message}{advice}"


def _texts(texts: Iterable[str]) -> list[Json]:
    return [visible(text) for text in dict.fromkeys(texts)]


def _shortened(texts: Iterable[str]) -> list[Json]:
    """``texts``, or the first of them and how many there are besides."""
    everything = _texts(texts)
    if len(everything) <= _LISTED:
        return everything
    return [*everything[:_LISTED], f"and {len(everything) - _LISTED} more"]
