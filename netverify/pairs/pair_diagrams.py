"""Single pairs: what is left open about both ends, and the diagram of what one may open to the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from netverify.model.flow import Direction
from netverify.pairs.access import Pair
from netverify.pairs.bits import ones
from netverify.pairs.diagrams import Diagram
from netverify.pairs.domain import Domain
from netverify.pairs.leeway import Leeways
from netverify.pairs.population import HOSTS, Block
from netverify.pairs.spread import Spread
from netverify.pairs.tables import Group, TableReader


class Place(NamedTuple):
    """One endpoint: the member ``bit`` of ``block``."""

    block: Block
    bit: int


class PairDiagrams:
    """Looks single pairs up in what was read for all; the same place twice is two pods of one workload."""

    def __init__(
        self,
        domain: Domain,
        leeways: Leeways,
        readers: Mapping[Direction, TableReader],
        groups: Mapping[Direction, Mapping[int, list[Group]]],
    ) -> None:
        self._domain = domain
        self._leeways = leeways
        self._readers = readers
        self._groups = groups
        self._exact: dict[tuple[Direction, int], Mapping[int, Spread]] = {}

    def place(self, endpoint: int) -> Place:
        """Where the endpoint with that number is."""
        number, bit = self._domain.population.places[endpoint]
        return Place(self._domain.population.blocks[number], bit)

    def pair(self, source: Place, destination: Place) -> Pair:
        """What is left open about both ends."""
        at = self._leeways.at
        if source.block.number == HOSTS == destination.block.number and HOSTS in self._leeways.told:
            at = self._leeways.at_among_hosts
        return Pair(at(*source), at(*destination), replicas=source == destination)

    def diagram(self, source: Place, destination: Place, exact: Collection[Direction] = ()) -> Diagram:
        """What ``source`` may open to ``destination``.

        What a direction of policy says of addresses tells which ones it means only where that is asked to be ``exact``.
        """
        at = self._domain.spreads.at
        opened = at(self._spread(Direction.EGRESS, source, exact), *destination)
        received = at(self._spread(Direction.INGRESS, destination, exact), *source)
        return self._domain.diagrams.both(opened, received)

    def _spread(self, direction: Direction, subject: Place, exact: Collection[Direction]) -> Spread:
        block, bit = subject
        if direction not in exact or not self._domain.addresses_apart:
            return next(group.spread for group in self._groups[direction][block.number] if group.bits >> bit & 1)
        key = (direction, block.number)
        if key not in self._exact:
            groups = self._readers[direction].groups(block, coarse=False)
            self._exact[key] = {member: group.spread for group in groups for member in ones(group.bits)}
        return self._exact[key][bit]
