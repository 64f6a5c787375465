"""Objects that are not modelled, and are the same on both sides: what they do, they do on both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from netverify.comparison.changes import Changes
from netverify.comparison.outcome import Inputs
from netverify.manifests.coverage import Inventory
from netverify.model.cluster import Unsupported
from netverify.model.flow import Direction


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """``opaque`` are the namespaces where something that is not modelled decides, by the same facts on both sides.

    ``inputs`` are both inventories with the other such objects alone: those that put everything in doubt.
    """

    opaque: frozenset[str]
    inputs: Inputs


def unmodelled(inputs: Inputs, changes: Changes) -> Unmodelled:
    """What is not modelled, by what that puts in doubt.

    Where nothing is different at all, nothing is in doubt. Otherwise an object is the same on both sides iff it says
    the same there, acts in its own namespace alone, all policies of that are the same, and so are all labels, ports and
    networks that it could look at, wherever they are.
    """
    changed = {name for direction in Direction for name in changes.places(direction)}
    if not changes.same_facts:
        return Unmodelled(frozenset(), inputs)
    counts = [Counter(map(identity, _deciding(inventory))) for _, inventory in inputs.named]
    differing = {identity for identity in counts[0] | counts[1] if counts[0][identity] != counts[1][identity]}
    known = all(one.digest for _, inventory in inputs.named for one in _deciding(inventory))
    if known and not differing and not changes.any:
        return Unmodelled(frozenset(), Inputs(_without_any(inputs.old), _without_any(inputs.new)))
    places = {one.namespace for _, inventory in inputs.named for one in _deciding(inventory) if one.namespace}
    quiet = {
        place
        for place in places - changed
        if not any(identity[2] == place for identity in differing)
        and all(one.digest for _, inventory in inputs.named for one in _deciding(inventory) if one.namespace == place)
    }
    return Unmodelled(frozenset(quiet), Inputs(_without(inputs.old, quiet), _without(inputs.new, quiet)))


def _deciding(inventory: Inventory) -> Collection[Unsupported]:
    return [one for one in inventory.cluster.unsupported if one.may_allow or one.may_deny]


def identity(one: Unsupported) -> tuple[str, str, str | None, str]:
    """What is the same of two objects that say the same, if it is known what they say."""
    return one.kind, one.name, one.namespace, one.digest


def of_one_side(ours: Iterable[Unsupported], theirs: Iterable[Unsupported]) -> list[Unsupported]:
    """Those of ``ours`` that the other side does not have; each that it has answers for one that says the same."""
    left = Counter(map(identity, theirs))
    found = []
    for one in ours:
        if one.digest and left[identity(one)]:
            left[identity(one)] -= 1
        else:
            found.append(one)
    return found


def _without_any(inventory: Inventory) -> Inventory:
    return replace(inventory, cluster=replace(inventory.cluster, unsupported=()))


def _without(inventory: Inventory, places: Collection[str]) -> Inventory:
    kept = tuple(one for one in inventory.cluster.unsupported if one.namespace not in places)
    return replace(inventory, cluster=replace(inventory.cluster, unsupported=kept))
