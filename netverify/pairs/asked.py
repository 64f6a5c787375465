"""What is asked of flows, for all who may stand at their ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from netverify.model.flow import End
from netverify.pairs.diagrams import NEVER
from netverify.pairs.domain import Domain
from netverify.pairs.evaluate import Evaluator
from netverify.pairs.examples import Piece
from netverify.pairs.narrowing import covering
from netverify.pairs.population import Block
from netverify.pairs.spread import Spread, Spreads
from netverify.policy.predicate import All, AnyOf, Not, Predicate
from netverify.policy.visit import ends_of, leaves
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class AskedOfFlows:
    """Flows for which something holds at each of their ``ends``, and all of ``joint``, which look at both.

    Flows that are ``apart`` do not count, by what holds of their source and of their destination.
    """

    ends: Mapping[End, Spread]
    apart: tuple[tuple[Spread, Spread], ...]
    joint: tuple[Predicate, ...]

    def left_of(self, piece: Piece, source: Block, destination: Block, domain: Domain) -> Iterator[Piece]:
        """What is left of ``piece`` without the flows that are apart."""
        diagrams, cells_of = domain.diagrams, domain.spreads.cells
        pieces = [piece]
        for ours, theirs in self.apart:
            at_source, at_destination = cells_of(ours, source), cells_of(theirs, destination)
            if at_source and at_destination:
                pieces = [
                    Piece(one.sources & us, one.destinations & them, left)
                    for (apart, us), (also, them) in product(
                        covering(at_source, source.full), covering(at_destination, destination.full)
                    )
                    for one in pieces
                    if one.sources & us
                    and one.destinations & them
                    and (left := diagrams.without(one.diagram, diagrams.both(apart, also))) != NEVER
                ]
        yield from pieces


def asked_of_flows(predicates: Iterable[Predicate], evaluator: Evaluator, spreads: Spreads) -> AskedOfFlows:
    """All of ``predicates``."""
    ends = dict.fromkeys(End, spreads.always)
    apart: list[tuple[Spread, Spread]] = []
    joint: list[Predicate] = []
    for part in _conjuncts(predicates):
        looks_at = _looks_at(part)
        if len(looks_at) < 2:
            end = next(iter(looks_at), End.DESTINATION)
            ends[end] = spreads.both(ends[end], evaluator.spread(part, end))
        elif isinstance(part, Not) and (both := _rectangle(part.part, evaluator, spreads)) is not None:
            apart.append(both)
        else:
            joint.append(part)
    return AskedOfFlows(ends, tuple(apart), tuple(joint))


def _rectangle(predicate: Predicate, evaluator: Evaluator, spreads: Spreads) -> tuple[Spread, Spread] | None:
    """``predicate`` as what it says of the source and of the destination; None where it is not both alone."""
    ends = dict.fromkeys(End, spreads.always)
    for part in _conjuncts((predicate,)):
        looks_at = _looks_at(part)
        if len(looks_at) > 1:
            return None
        end = next(iter(looks_at), End.DESTINATION)
        ends[end] = spreads.both(ends[end], evaluator.spread(part, end))
    return ends[End.SOURCE], ends[End.DESTINATION]


def _conjuncts(predicates: Iterable[Predicate]) -> Iterator[Predicate]:
    """What must all hold for ``predicates`` to hold; a negated union is its negated parts."""
    for predicate in predicates:
        match predicate:
            case All(parts):
                yield from _conjuncts(parts)
            case Not(AnyOf(parts)):
                yield from _conjuncts(map(Not, parts))
            case Not(Not(part)):
                yield from _conjuncts((part,))
            case _:
                yield predicate


def _looks_at(predicate: Predicate) -> frozenset[End]:
    found: frozenset[End] = frozenset()
    for leaf in leaves(predicate):
        found |= ends_of(leaf)
        if len(found) > 1:
            break
    return found
