"""How a scope is found: the all-pairs reading, a search over its bundles, and the rules of the shortest paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from netverify.answers.closure import Hop, closure
from netverify.answers.context import Context, make_context, with_namespaces_of
from netverify.answers.listing import Explained, possible_at_open_end
from netverify.answers.mapping import make_map
from netverify.answers.possible import PossibleFound
from netverify.answers.scope import Connected, Inside, Path, Place, Scope, Step
from netverify.model.flow import End
from netverify.model.traffic import PortSet, Protocol
from netverify.pairs.all_pairs import Connectivity
from netverify.pairs.outcome import Access
from netverify.policy.predicate import ALWAYS, AnyOf, PortIn, Predicate
from netverify.query.narrowing import Wanted
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.query.question import Form, Question
from netverify.query.remarks import Remarks
from netverify.records import dataclass


def scope_of(places: Sequence[Place], context: Context, *, is_outward: bool = False) -> Scope:
    """Everyone connected with ``places``; whom they reach alone where ``is_outward``. ``context`` is that of questions.

    As in a map, a node is part of the range that its address is in, and passes nothing on.
    """
    inventory, settings = context.inventory, context.settings
    inventory = replace(inventory, cluster=replace(inventory.cluster, nodes=()))
    asked = [predicate for one in places for predicate in (one.source, one.destination)]
    mapped = make_map(context.inventory, settings, Wanted(), asked)
    connectivity = mapped.connectivity
    inside = [_inside(connectivity, one) for one in places]
    paths = _Paths(connectivity, make_context(inventory, settings), tuple(sets for _, sets in inside))
    entries = tuple(paths.entries((End.SOURCE,) if is_outward else (End.DESTINATION, End.SOURCE)))
    known = {n for one in entries for n in one.members} | {n for one, _ in inside for n in (*one.sure, *one.perhaps)}
    forms = (Form.WHAT,) if is_outward else (Form.WHO, Form.WHAT)
    possible = {form: _possible(form, places, context) for form in forms}
    return Scope(
        connectivity=connectivity,
        inside=tuple(one for one, _ in inside),
        entries=entries,
        apart=tuple(n for n, one in enumerate(connectivity.endpoints) if one.workload is not None and n not in known),
        is_outward=is_outward,
        possible_into=possible[Form.WHO].descriptions if Form.WHO in possible else (),
        possible_out=possible[Form.WHAT].descriptions,
        vacuous_because=tuple(
            f"no existing pod and no address outside is in {one.place.text}"
            for one, _ in inside
            if not (one.sure or one.perhaps)
        ),
        remarks=_remarks(mapped.remarks, possible.values()),
    )


def _remarks(of_map: Remarks, possible: Iterable[PossibleFound]) -> Remarks:
    """The remarks of a map, said of a scope."""
    undecided = tuple(dict.fromkeys(line for one in possible for line in one.undecided))
    return replace(
        of_map,
        unknown_because=(*of_map.unknown_because, *undecided),
        assumptions=tuple(one.replace("in this map", "in this scope") for one in of_map.assumptions),
    )


_Sets = dict[int, int]


@dataclass(frozen=True, slots=True)
class _Start:
    """The endpoints of a place as bits by block: those that are in it for sure, and all that may be."""

    sure: _Sets
    all: _Sets


def _inside(connectivity: Connectivity, place: Place) -> tuple[Inside, _Start]:
    domain = connectivity.reading.domain
    spread = connectivity.reading.evaluator.spread(place.destination, End.DESTINATION)
    start, sure, perhaps = _Start({}, {}), list[int](), list[int]()
    for block in connectivity.reading.blocks:
        for diagram, bits in domain.spreads.cells(spread, block):
            start.all[block.number] = start.all.get(block.number, 0) | bits
            if diagram == domain.diagrams.always:
                start.sure[block.number] = start.sure.get(block.number, 0) | bits
            (sure if diagram == domain.diagrams.always else perhaps).extend(block.members(bits))
    return Inside(place, tuple(sorted(sure)), tuple(sorted(perhaps))), start


def _together(sets: Iterable[_Sets]) -> _Sets:
    union: _Sets = {}
    for one in sets:
        for block, bits in one.items():
            union[block] = union.get(block, 0) | bits
    return union


def _possible(form: Form, places: Sequence[Place], context: Context) -> PossibleFound:
    """The pods that could be created and are one connection away."""
    names = " or ".join(one.text for one in places)
    source, destination = (_any_of(one.source for one in places), _any_of(one.destination for one in places))
    if form is Form.WHO:
        question = Question(form, f"who can reach {names}", ALWAYS, destination, EVERY_TRAFFIC, "anyone", names)
    else:
        question = Question(form, f"what can {names} reach", source, ALWAYS, EVERY_TRAFFIC, names, "anyone")
    return possible_at_open_end(question, with_namespaces_of(question, context))


def _any_of(predicates: Iterable[Predicate]) -> Predicate:
    parts = tuple(dict.fromkeys(predicates))
    return parts[0] if len(parts) == 1 else AnyOf(parts)


class _Paths:
    """Finds and explains the shortest paths from and to the places that ``starts`` hold."""

    def __init__(self, connectivity: Connectivity, context: Context, starts: Sequence[_Start]) -> None:
        self._connectivity = connectivity
        self._context = context
        self._bundles = tuple(connectivity.bundles())
        self._surely = tuple(one for one in self._bundles if one.access.allowed)
        self._sure = _together(one.sure for one in starts)
        self._all = _together(one.all for one in starts)
        self._steps: dict[tuple[int, int], Step] = {}
        self._explained: dict[int, Explained] = {}

    def entries(self, ends: Iterable[End]) -> list[Connected]:
        """Everyone with a path; the places are at each of ``ends``. Nearest first, then in the order of endpoints."""
        found = {end: self._towards(end) for end in ends}
        into, out = found.get(End.DESTINATION, {}), found.get(End.SOURCE, {})
        together: dict[object, list[int]] = {}
        for number in sorted({*into, *out}):
            is_pod = self._connectivity.endpoints[number].workload is not None
            key = number if is_pod else (_told(into.get(number), End.DESTINATION), _told(out.get(number), End.SOURCE))
            together.setdefault(key, []).append(number)
        entries = [Connected(tuple(some), into.get(some[0]), out.get(some[0])) for some in together.values()]
        return sorted(entries, key=lambda one: (one.hops, one.members))

    def _towards(self, at: End) -> dict[int, Path]:
        """The path of everyone who has one, with the places at the end ``at``."""
        surely, perhaps = closure(self._surely, self._sure, at), closure(self._bundles, self._all, at)
        found: dict[int, Path] = {}
        for number in (*surely, *(number for number in perhaps if number not in surely)):
            is_sure = number in surely
            steps = tuple(self._chain(number, surely if is_sure else perhaps, at))
            other = perhaps.get(number)
            sooner = other.hops if other is not None and other.hops < len(steps) else None
            found[number] = Path(steps if at is End.DESTINATION else steps[::-1], is_sure, sooner)
        return found

    def _chain(self, number: int, found: Mapping[int, Hop], at: End) -> Iterator[Step]:
        """The steps from ``number`` to the places."""
        while (hop := found.get(number)) is not None:
            ends = (number, hop.neighbour) if at is End.DESTINATION else (hop.neighbour, number)
            if ends not in self._steps:
                self._steps[ends] = self._step(*ends, hop.access)
            yield self._steps[ends]
            number = hop.neighbour

    def _step(self, source: int, destination: int, access: Access) -> Step:
        """Raises :class:`ReplayError` when the reference reading contradicts the all-pairs reading."""
        found = self._connectivity.witness(source, destination)
        assert found is not None
        flow, behaviours = found
        ports = access.allowed or access.depends
        if access.allowed and flow.port not in access.allowed.get(flow.protocol, PortSet()):
            # What the access allows holds in the world of any flow: one to such a port is shown.
            protocol, first = next((one, ports.ranges[0][0]) for one, ports in access.allowed.items())
            flow = replace(flow, protocol=protocol, port=first)
        if id(access) not in self._explained:
            question = Question(Form.CAN, "who is in scope", ALWAYS, ALWAYS, _traffic(ports), "anyone", "anyone")
            self._explained[id(access)] = Explained(question, self._context, self._connectivity)
        return Step(source, destination, access, *self._explained[id(access)].explained(flow, behaviours))


def _told(path: Path | None, near: End) -> object:
    """What tells addresses outside apart that have ``path``; the places are at the end ``near`` of it."""
    if path is None:
        return None
    steps = tuple(
        (one.source if near is End.SOURCE else one.destination, id(one.access), one.because) for one in path.steps
    )
    return steps, path.is_sure, path.sooner


def _traffic(ports: Mapping[Protocol, PortSet]) -> Predicate:
    return AnyOf(tuple(PortIn(protocol, some) for protocol, some in ports.items()))
