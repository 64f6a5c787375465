"""By which rules flows get through: between each two places, every pair of what lets them out and what lets them in.

Reads existing pods, addresses outside and, as one for each namespace, the pods that could be created. What comes out
depends on the cluster and its policies alone: no solver is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Cluster
from netverify.model.flow import Direction, End, Flow
from netverify.pairs.asked import AskedOfFlows, asked_of_flows
from netverify.pairs.bits import bits_of, ones
from netverify.pairs.cells import Cells, both_cells
from netverify.pairs.creatable import pod_label_keys, with_possible_pods
from netverify.pairs.diagrams import NEVER
from netverify.pairs.domain import Creation, make_domain
from netverify.pairs.evaluate import Evaluator
from netverify.pairs.examples import Examples, Piece
from netverify.pairs.leeway import Leeways
from netverify.pairs.population import HOSTS, Block
from netverify.pairs.spread import Spread
from netverify.pairs.tables import Decider, Group, Reasons, TableReader
from netverify.pairs.telling import tells_apart
from netverify.pairs.variables import Variables
from netverify.policy.predicate import Choices, Predicate
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import Rule
from netverify.records import dataclass

Deciders: TypeAlias = tuple[Decider, ...]
"""What lets a flow through in one direction: one for each table that has to allow."""


@dataclass(frozen=True, slots=True)
class RulePair:
    """Flows between two places get through by ``deciders``: ``flow`` is one, allowed by a CNI with ``behaviours``.

    It is between existing pods, or addresses outside, iff there is such a flow.
    """

    deciders: Mapping[Direction, Deciders]
    flow: Flow
    behaviours: Choices


_Key: TypeAlias = tuple[object, object, int, int]
"""Both places, and the numbers of both deciders."""


class RulePairs:
    """The rule pairs of one cluster."""

    def __init__(  # noqa: PLR0913 - one argument for each thing that the reading depends on
        self,
        cluster: Cluster,
        policies: PolicyIndex,
        fixed: Mapping[Behaviour, bool],
        *,
        asked: Sequence[Predicate],
        pod_cidrs: Iterable[str] = (),
        free_named_ports: bool = False,
    ) -> None:
        """``asked`` are the predicates that flows are asked about with, so that what they tell apart is told apart."""
        extended, created = with_possible_pods(cluster, cluster.workloads, pod_label_keys(policies, asked))
        creation = Creation(frozenset(created.values()), free_named_ports)
        self._domain = make_domain(extended, policies.policies, fixed, pod_cidrs, asked, creation, exact_addresses=True)
        _number(self._domain.variables, (one.name for one in extended.namespaces.values() if not one.declared))
        self._blocks = self._domain.population.blocks
        self._leeways = Leeways(self._domain)
        self._evaluator = Evaluator(self._domain, self._leeways)
        self._readers = {
            direction: TableReader(direction, policies, self._domain, self._evaluator, None, with_deciders=True)
            for direction in Direction
        }
        self._reasons: dict[tuple[Direction, int], Mapping[int, Sequence[tuple[int, Spread]]]] = {}
        self._groups_known: dict[tuple[Direction, int], Sequence[Group]] = {}
        self._deciders: list[Deciders] = []
        self._numbers: dict[object, int] = {}
        self._texts: dict[int, tuple[Rule, object]] = {}
        self._existing = {block.number: self._not_created(block) for block in self._blocks}
        self._examples = Examples(self._domain, self._leeways, self._evaluator, self._existing)

    def tells_apart(self, predicates: Iterable[Predicate]) -> bool:
        """Whether flows can be asked about with ``predicates``; False if in doubt."""
        return tells_apart(self._domain, predicates)

    def allowed(
        self, asked: Sequence[Predicate], *, possible: bool, subjects: Direction | None = None
    ) -> Iterator[RulePair]:
        """The rule pairs by which flows get through for which all of ``asked`` hold, one for each two places.

        With ``possible`` those of pods that could be created too. A place is a namespace, the pods of one on the host
        network, all nodes, or everybody outside. With ``subjects`` of a direction, every workload at that end is a
        place, as are all pods of a namespace that could be created, the other end is one place, and what the other
        direction does makes no difference. The order is always the same.
        """
        about = asked_of_flows(asked, self._evaluator, self._domain.spreads)
        for destination in self._blocks:
            inside = self._cells(about, End.DESTINATION, destination, possible=possible)
            for source in self._blocks if inside else ():
                outside = self._cells(about, End.SOURCE, source, possible=possible)
                if outside:
                    pieces = self._pieces(source, outside, destination, inside, about)
                    yield from self._told(pieces, source, destination, about, subjects)

    def _not_created(self, block: Block) -> int:
        created = self._domain.creation.workloads
        return block.full & ~bits_of([bit for bit, one in enumerate(block.workloads) if one.key in created])

    def _cells(self, about: AskedOfFlows, end: End, block: Block, *, possible: bool) -> Cells:
        cells = self._domain.spreads.cells(about.ends[end], block)
        kept = block.full if possible else self._existing[block.number]
        return tuple((diagram, bits & kept) for diagram, bits in cells if bits & kept)

    def _reasons_of(self, direction: Direction, block: Block) -> Mapping[int, Sequence[tuple[int, Spread]]]:
        """Why flows of the members of ``block`` get through in ``direction``, by the numbers of the deciders."""
        key = (direction, block.number)
        if key not in self._reasons:
            found = self._readers[direction].reasons(block)
            self._reasons[key] = {bits: self._numbered(direction, reasons) for bits, reasons in found.items()}
        return self._reasons[key]

    def _numbered(self, direction: Direction, reasons: Reasons) -> Sequence[tuple[int, Spread]]:
        """``reasons`` by number; rules that say the same are one reason."""
        found: dict[int, Spread] = {}
        for deciders, spread in reasons:
            told = (direction, *map(self._text, deciders))
            if told not in self._numbers:
                self._numbers[told] = len(self._deciders)
                self._deciders.append(deciders)
            number = self._numbers[told]
            found[number] = self._domain.spreads.either(found[number], spread) if number in found else spread
        return tuple((number, spread) for number, spread in found.items() if not spread.is_never)

    def _text(self, decider: Decider) -> object:
        """What tells ``decider`` from others: what a rule says, or which tier it is."""
        if not isinstance(decider, Rule):
            return None if decider is None else decider.name
        if id(decider) not in self._texts:
            who = decider.policy if decider.policy.is_built_in else None
            self._texts[id(decider)] = decider, (decider.subject, decider.peer, decider.traffic, who)
        return self._texts[id(decider)][1]

    def _pieces(
        self, source: Block, outside: Cells, destination: Block, inside: Cells, about: AskedOfFlows
    ) -> Iterator[tuple[int, int, Piece]]:
        """What gets from ``source`` to ``destination``, by which two deciders."""
        diagrams, cells_of = self._domain.diagrams, self._domain.spreads.cells
        going_in = [
            (number, bits, cells)
            for bits, reasons in self._reasons_of(Direction.INGRESS, destination).items()
            for number, spread in reasons
            if (cells := both_cells(diagrams, outside, cells_of(spread, source)))
        ]
        if not going_in:
            return
        for senders, reasons in self._reasons_of(Direction.EGRESS, source).items():
            for out, spread in reasons:
                received = both_cells(diagrams, inside, cells_of(spread, destination))
                for into, receivers, sent in going_in if received else ():
                    for (ours, sending), (theirs, receiving) in product(sent, received):
                        us, them = sending & senders, receiving & receivers
                        both = diagrams.both(ours, theirs) if us and them else NEVER
                        if both != NEVER:
                            for piece in about.left_of(Piece(us, them, both), source, destination, self._domain):
                                yield out, into, piece

    def _told(
        self,
        pieces: Iterable[tuple[int, int, Piece]],
        source: Block,
        destination: Block,
        about: AskedOfFlows,
        subjects: Direction | None,
    ) -> Iterator[RulePair]:
        """One rule pair for each two places and deciders, in the order of places and of rules."""
        by_key: dict[_Key, list[Piece]] = {}
        for out, into, piece in pieces:
            for (place, us), (other, them) in product(
                self._placed(source, piece.sources, _sees(subjects, End.SOURCE)),
                self._placed(destination, piece.destinations, _sees(subjects, End.DESTINATION)),
            ):
                one = out if subjects is not Direction.INGRESS else -1
                two = into if subjects is not Direction.EGRESS else -1
                by_key.setdefault((place, other, one, two), []).append(Piece(us, them, piece.diagram))
        for place, other, out, into in sorted(by_key, key=_order):
            found = self._examples.flow(by_key[place, other, out, into], source, destination, about.joint)
            if found is not None:
                both = {Direction.EGRESS: out, Direction.INGRESS: into}
                deciders = {one: self._deciders[number] for one, number in both.items() if number >= 0}
                yield RulePair(deciders, *found)

    def _placed(self, block: Block, bits: int, how: bool | None) -> Iterator[tuple[object, int]]:
        """``bits`` of ``block`` by place; one by one where that is ``how``, and all as one where it is None."""
        if how is None:
            yield "", bits
        elif how:
            for bit in ones(bits):
                yield f"{bit:09}", 1 << bit
        elif block.number == HOSTS:
            for name in sorted({block.workloads[bit].key.namespace for bit in ones(bits)}):
                yield name, bits & self._domain.population.hosts_of[name]
        else:
            yield "", bits


def _number(variables: Variables, undeclared: Iterable[str]) -> None:
    """Number all labels now, so that their order does not depend on what is asked first."""
    for end in End:
        for key in sorted(variables.pod_values):
            variables.pod_label(end, key)
    for name in sorted(undeclared):
        for key in sorted(variables.namespace_values):
            variables.namespace_label(name, key)


def _sees(subjects: Direction | None, end: End) -> bool | None:
    """How members at ``end`` are told apart: by place, one by one (True), or not at all (None)."""
    return False if subjects is None else True if subjects.subject is end else None


def _order(key: _Key) -> tuple[str, str, int, int]:
    place, other, out, into = key
    return str(place), str(other), out, into
