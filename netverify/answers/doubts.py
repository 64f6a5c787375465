"""What keeps an answer from holding or bears on it: inputs not read, objects not modelled, templates not rendered."""

from __future__ import annotations

from collections.abc import Collection

from netverify.manifests.coverage import Coverage, Inventory
from netverify.model.cluster import Unsupported

_LISTED = 10
_NAMED = 3


def unread_inputs(inventory: Inventory) -> tuple[str, ...]:
    """Why the inputs are incomplete, a line for each; empty when every one was read."""
    unread = inventory.coverage.unread
    lines = [f"{origin} could not be read or was refused" for origin in unread[:_LISTED]]
    if unread[_LISTED:]:
        lines.append(f"and {len(unread) - _LISTED} further inputs")
    if not lines and inventory.has_errors:
        lines.append("an input could not be read or was refused")
    return tuple(lines)


def objects_that_may(
    effect: str,
    inventory: Inventory,
    places: Collection[str] | None,
) -> tuple[Unsupported, ...]:
    """The unmodelled objects that may ``allow`` or ``deny`` flows with an end in ``places`` (None: anywhere)."""
    return tuple(
        unsupported
        for unsupported in inventory.cluster.unsupported
        if (unsupported.may_allow if effect == "allow" else unsupported.may_deny)
        and (unsupported.namespace is None or places is None or unsupported.namespace in places)
    )


def objects_that_route(inventory: Inventory) -> tuple[Unsupported, ...]:
    """The unmodelled objects that may bring traffic to pods by a way of their own."""
    return tuple(unsupported for unsupported in inventory.cluster.unsupported if unsupported.may_route)


def described(objects: Collection[Unsupported], effect: str) -> tuple[str, ...]:
    """A line for each of ``objects``; ``effect`` says what it could do: ``allow it``, ``take from this list``."""
    lines = [
        f"{thing.kind} {_full_name(thing)} at {thing.origin} is not modelled, and could {effect}"
        for thing in sorted(objects, key=lambda thing: (thing.origin, thing.kind, thing.name))
    ]
    further = len(lines) - _LISTED
    return (*lines[:_LISTED], *([f"and {further} further objects"] if further > 0 else []))


def _full_name(thing: Unsupported) -> str:
    return f"{thing.namespace}/{thing.name}" if thing.namespace else thing.name


def notes(coverage: Coverage) -> tuple[str, ...]:
    """What the account of the inputs says that bears on every answer."""
    lines = []
    if count := len(coverage.templates):
        subject = "1 file is a template that was" if count == 1 else f"{count} files are templates that were"
        lines.append(f"{subject} not rendered: what {_they(count)} would create is not in this answer")
    if count := len(coverage.unrendered):
        some = ", ".join(what for what, _ in coverage.unrendered[:_NAMED]) + (", ..." if count > _NAMED else "")
        was = "was" if count == 1 else "were"
        lines.append(f"{some} {was} not rendered: what {_they(count)} would create or allow is not in this answer")
    return tuple(lines)


def _they(count: int) -> str:
    return "it" if count == 1 else "they"
