"""What keeps an answer from holding or bears on it: inputs not read, objects not modelled, templates not rendered."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from netverify.answers.settings import Settings
from netverify.model.cluster import Unsupported
from netverify.sources.coverage import Coverage, Inventory
from netverify.sources.emptiness import NOTHING_READ, is_empty
from netverify.sources.unmodelled import TEMPLATE

_LISTED = 10
_NAMED = 3
_SEVERAL = 2


def unread_inputs(inventory: Inventory) -> tuple[str, ...]:
    """Why the inputs are incomplete, a line for each; empty when every one was read."""
    unread = inventory.coverage.unread
    lines = [f"{origin} could not be read or was refused" for origin in unread[:_LISTED]]
    if unread[_LISTED:]:
        lines.append(f"and {len(unread) - _LISTED} further inputs")
    if is_empty(inventory) and inventory.has_errors and not lines:
        lines.append(NOTHING_READ)
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
        if (unsupported.may_allow if effect == "allow" else unsupported.may_deny) and acts_in(unsupported, places)
    )


def objects_that_relabel(inventory: Inventory, places: Collection[str] | None) -> tuple[Unsupported, ...]:
    """The unmodelled objects that may change labels of pods that the manifests show, in ``places`` (None: anywhere)."""
    if places is not None and not places:
        return ()
    return tuple(one for one in inventory.cluster.unsupported if one.relabels_pods and acts_in(one, places))


def objects_that_route(inventory: Inventory, places: Collection[str] | None = None) -> tuple[Unsupported, ...]:
    """The unmodelled objects that may bring traffic to pods in ``places`` (None: anywhere) by a way of their own."""
    return tuple(one for one in inventory.cluster.unsupported if one.may_route and acts_in(one, places))


def not_rendered(inventory: Inventory, namespace: str) -> bool:
    """Whether something that was not rendered may create objects in ``namespace``."""
    return any(one.unrendered and one.may_allow and acts_in(one, (namespace,)) for one in inventory.cluster.unsupported)


def acts_in(thing: Unsupported, places: Collection[str] | None) -> bool:
    """Whether ``thing`` may change anything in ``places`` (None: anywhere)."""
    return thing.namespace is None or places is None or thing.namespace in places


def proved_without(objects: Iterable[Unsupported]) -> tuple[Unsupported, ...]:
    """Of ``objects`` those that a flow which was found holds beside: what is not rendered keeps proofs alone open."""
    return tuple(one for one in objects if not one.unrendered)


def settled(inventory: Inventory, settings: Settings) -> Inventory:
    """``inventory`` without what the user takes to be harmless."""
    if not settings.unrendered_is_harmless:
        return inventory
    kept = tuple(one for one in inventory.cluster.unsupported if not one.unrendered)
    return replace(inventory, cluster=replace(inventory.cluster, unsupported=kept))


def given_of_unknown(inventory: Inventory) -> tuple[str, ...]:
    """What a proof takes as given about objects of kinds that are on no list, in a line."""
    kinds = sorted({one.kind for one in inventory.cluster.unsupported if not one.is_known})
    if not kinds:
        return ()
    some = ", ".join(kinds[:_NAMED]) + (", ..." if kinds[_NAMED:] else "")
    return (f"objects of unknown kinds ({some}) create pods, and no policies or namespaces",)


def missing_pods(inventory: Inventory, places: Collection[str] | None = None) -> tuple[str, ...]:
    """That there are pods in ``places`` (None: anywhere) which the manifests do not show, in a line."""
    makers = [one for one in inventory.cluster.unsupported if one.makes_pods and not one.unrendered]
    makers = [one for one in makers if acts_in(one, places)]
    if not makers or (places is not None and not places):
        return ()
    some = ", ".join(f"{one.kind} {_full_name(one)}" for one in makers[:_NAMED]) + (", ..." if makers[_NAMED:] else "")
    makes = "makes" if len(makers) == 1 else "make"
    return (f"pods are missing: the existing pods do not include those that {some} {makes}",)


def described(objects: Collection[Unsupported], effect: str) -> tuple[str, ...]:
    """A line for each of ``objects``, and one for all templates; ``effect`` says what it could do: ``allow it``."""
    ordered = sorted(objects, key=lambda thing: (thing.origin, thing.kind, thing.name))
    templates = [thing for thing in ordered if thing.unrendered and thing.kind == TEMPLATE]
    lines = [
        f"{thing.kind} {_full_name(thing)}".rstrip()
        + f" at {thing.origin} is not {'rendered' if thing.unrendered else 'modelled'}, and could {effect}"
        for thing in ordered
        if len(templates) < _SEVERAL or thing not in templates
    ]
    further = len(lines) - _LISTED
    if len(templates) >= _SEVERAL:
        first = templates[0].origin
        lines.insert(0, f"{len(templates)} templates, the first at {first}, are not rendered, and could {effect}")
    kept = len(lines) - max(further, 0)
    return (*lines[:kept], *([f"and {further} further objects"] if further > 0 else []))


def _full_name(thing: Unsupported) -> str:
    return f"{thing.namespace}/{thing.name}" if thing.namespace and not thing.unrendered else thing.name


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
