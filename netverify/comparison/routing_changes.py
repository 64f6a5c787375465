"""How traffic gets to pods on both sides, compared: ways in from outside, Services for pods, and what is in doubt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netverify.answers.context import Context
from netverify.answers.doubts import described, objects_that_route
from netverify.answers.routed import Router
from netverify.comparison.changes import Changes
from netverify.comparison.outcome import Certainty, RoutingChanges, either
from netverify.comparison.service_changes import ServiceChanges
from netverify.comparison.unmodelled import of_one_side
from netverify.comparison.unmodelled_routing import unmodelled_parts
from netverify.comparison.way_changes import WayChanges
from netverify.manifests.coverage import Inventory
from netverify.model.flow import Direction


def routing_changes(old: Context, new: Context, changes: Changes) -> RoutingChanges:
    """What of routing is not what it was. The settings are those of ``new``.

    The certainties take policy to be the same on both sides; ``NO`` is then a proof.
    """
    routers = Router(replace(old, settings=new.settings)), Router(new)
    ways = WayChanges(*routers, _Touched(changes) if changes.any else None)
    services = ServiceChanges(*routers, {*changes.added, *changes.removed})
    doubts = (
        *_doubts(old.inventory, new.inventory),
        *unmodelled_parts(old.inventory.cluster, new.inventory.cluster),
    )
    unsure = Certainty.UNKNOWN if doubts else Certainty.NO
    return RoutingChanges(
        either(ways.new_access, services.new_access, unsure),
        either(ways.lost_access, services.lost_access, unsure),
        ways.changes,
        services.changes,
        services.added,
        services.removed,
        doubts=(*doubts, *ways.doubts),
        smt2=(*ways.goals, *services.goals),
        no_new=(*ways.no_new, *services.no_new),
        no_lost=(*ways.no_lost, *services.no_lost),
    )


class _Touched:
    """Whether policy may treat subjects of a namespace differently in a direction, or the subjects are different."""

    def __init__(self, changes: Changes) -> None:
        self._places = {direction: frozenset(changes.places(direction)) for direction in Direction}
        self._changed = frozenset(one.new.key.namespace for one in changes.workloads)

    def __call__(self, direction: Direction, place: str) -> bool:
        return place in self._places[direction] or place in self._changed


def _doubts(old: Inventory, new: Inventory) -> Iterator[str]:
    """The objects that are not modelled and could open a way in, unless both sides have the same ones."""
    for name, ours, theirs in (("old", old, new), ("new", new, old)):
        different = of_one_side(objects_that_route(ours), objects_that_route(theirs))
        yield from (f"{name}: {text}" for text in described(different, "open a way in"))
