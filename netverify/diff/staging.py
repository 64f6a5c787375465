"""The stages of a comparison: who may stand where, so that together they hold every flow that can differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netverify.diff.changes import ChangedWorkload, Changes
from netverify.diff.sides import Sides
from netverify.model.cluster import Workload
from netverify.model.flow import Direction, End
from netverify.records import dataclass
from netverify.symbolic import widths
from netverify.symbolic.scene import NEW_NAMESPACE, Cast


@dataclass(frozen=True, slots=True)
class Stage:
    """Who may stand at the ends of a flow, as the allowing side knows them and as the denying one does.

    The two differ in what existing workloads are like, and in nothing else. ``denied`` is the direction in which the
    denying side has to refuse.
    """

    allowing: Mapping[End, Cast]
    denying: Mapping[End, Cast]
    denied: Direction
    text: str


class Staging:
    """Makes the stages; ``allowing_new`` says which side is to allow: the new one, or the old one."""

    def __init__(self, sides: Sides, changes: Changes, *, allowing_new: bool) -> None:
        self._changes = changes
        self._allowing_new = allowing_new
        self._anyone = Cast(tuple(sorted((NEW_NAMESPACE, *sides.namespaces))), external=True, hosts=True)
        self._allows, self._denies = ("new", "old") if allowing_new else ("old", "new")

    def policies(self) -> Iterator[Stage]:
        """Every flow between pods that could be created, on their own network or on a node's, and addresses outside.

        Flows that are left out meet the same policies on both sides.
        """
        for direction in Direction:
            yield from self._of_subjects(direction, self._changes.places(direction))

    def unchanged(self) -> Iterator[Stage]:
        """As :meth:`policies`, about subjects whose policies are written the same on both sides."""
        for direction in Direction:
            changed = set(self._changes.places(direction))
            names = (name for name in self._changes.subjects(direction) if name not in changed)
            yield from self._of_subjects(direction, tuple(names))

    def _of_subjects(self, direction: Direction, names: Sequence[str]) -> Iterator[Stage]:
        for places in _portions(names):
            casts = {direction.subject: Cast(places, hosts=True), direction.peer: self._anyone}
            subjects = f"{direction} of {', '.join(name or 'a new namespace' for name in places)}"
            yield Stage(casts, casts, direction, self._text(subjects))

    def workloads(self) -> Iterator[Stage]:
        """Every flow between a workload that is not what it was, and pods that could be created or the outside."""
        for changed in self._changes.workloads:
            for direction in Direction:
                yield from self._as_subject(changed, direction)
                yield from self._as_peer(changed, direction)

    def pair(self, source: ChangedWorkload, destination: ChangedWorkload) -> Iterator[Stage]:
        """Every flow between two workloads that are not what they were, or between two pods of one."""
        ends = {End.SOURCE: source, End.DESTINATION: destination}
        for direction in Direction:
            yield self._stage(
                {end: self._cast(one, allowing=True) for end, one in ends.items()},
                {end: self._cast(one, allowing=False) for end, one in ends.items()},
                direction,
                f"{direction} from {source.new.key} to {destination.new.key}",
            )

    def _as_subject(self, changed: ChangedWorkload, direction: Direction) -> Iterator[Stage]:
        if self._changes.speaks_of(direction, changed.new.key.namespace):
            yield self._about(changed, direction.subject, self._anyone, direction)

    def _as_peer(self, changed: ChangedWorkload, direction: Direction) -> Iterator[Stage]:
        for places in _portions(self._changes.places_that_see(direction, changed)):
            yield self._about(changed, direction.peer, Cast(places, hosts=True), direction)

    def _about(self, changed: ChangedWorkload, end: End, others: Cast, direction: Direction) -> Stage:
        other = end.other
        return self._stage(
            {end: self._cast(changed, allowing=True), other: others},
            {end: self._cast(changed, allowing=False), other: others},
            direction,
            f"{direction} with {changed.new.key} as the {end}",
        )

    def _cast(self, changed: ChangedWorkload, *, allowing: bool) -> Cast:
        workload: Workload = changed.new if allowing is self._allowing_new else changed.old
        return Cast(workloads=(workload,))

    def _stage(
        self, allowing: Mapping[End, Cast], denying: Mapping[End, Cast], direction: Direction, subjects: str
    ) -> Stage:
        return Stage(allowing, denying, direction, self._text(subjects))

    def _text(self, subjects: str) -> str:
        return f"allowed by the {self._allows} manifests and denied by the {self._denies} ones, {subjects}"


def _portions(places: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(places), widths.SUBJECTS_AT_ONCE):
        yield tuple(places[start : start + widths.SUBJECTS_AT_ONCE])
