"""Classes of endpoints that nothing tells apart."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import accumulate
from operator import xor

from netverify.model.cluster import Workload
from netverify.model.flow import Direction
from netverify.pairs.bits import bits_of, ones
from netverify.pairs.domain import Domain
from netverify.pairs.leeway import Leeways
from netverify.pairs.outcome import Members
from netverify.pairs.population import EXTERNAL, Block
from netverify.pairs.tables import Group


class Classes:
    """Tells the classes of one cluster."""

    def __init__(
        self, domain: Domain, leeways: Leeways, groups: Mapping[Direction, Mapping[int, Sequence[Group]]]
    ) -> None:
        self._domain = domain
        self._leeways = leeways
        self._groups = groups
        self._names = sorted((wanted.protocol, wanted.name) for wanted in domain.mentions.port_names)

    def all(self) -> tuple[Members, ...]:
        """Every class, in the order of their first endpoints."""
        found: list[Members] = []
        for block in self._domain.population.blocks:
            keys = self._outside(block) if block.number == EXTERNAL else self._pods(block)
            alike: dict[Hashable, list[int]] = {}
            for bit, key in keys.items():
                alike.setdefault(key, []).append(bit)
            found += [block.members(bits_of(members)) for members in alike.values()]
        return tuple(sorted(found, key=lambda members: next(iter(members))))

    def _pods(self, block: Block) -> dict[int, Hashable]:
        """What is told apart about each member: where it is, its labels, its port names, and what is open about it."""
        leeway = {bit: id(one) for one, bits in self._leeways.of_block(block) for bit in ones(bits)}
        return {
            bit: (
                workload.key.namespace,
                self._labels(workload),
                self._ports(workload),
                leeway[bit],
                self._named(workload),
            )
            for bit, workload in enumerate(block.workloads)
        }

    def _labels(self, workload: Workload) -> Hashable:
        named = self._domain.variables.pod_values
        return tuple(
            sorted(
                (key, value if value in named[key] else None) for key, value in workload.labels.items() if key in named
            )
        ), tuple(sorted(key for key in workload.open_labels if key in named))

    def _ports(self, workload: Workload) -> Hashable:
        if not self._names:
            return ()
        return frozenset(
            (port.protocol, port.name, port.number, port.init)
            for port in workload.ports
            if (port.protocol, port.name) in self._names
        )

    def _named(self, workload: Workload) -> Hashable:
        return workload.key if workload.key in self._domain.mentions.workloads else None

    def _outside(self, block: Block) -> dict[int, Hashable]:
        """The sets that policies put each interval in: told by walking from edge to edge."""
        sets = {group.bits for groups in self._groups.values() for group in groups[EXTERNAL]}
        for of_direction in self._groups.values():
            for groups in of_direction.values():
                for group in groups:
                    sets.update(bits for _, bits in self._domain.spreads.cells(group.spread, block))
        edges = [0] * (len(block.endpoints) + 1)
        for number, members in enumerate(sorted(sets)):
            for edge in ones(members ^ (members << 1)):
                edges[edge] ^= 1 << number
        leeway = {bit: id(one) for one, bits in self._leeways.of_block(block) for bit in ones(bits)}
        within = list(accumulate(edges, xor))
        return {bit: (within[bit], leeway[bit]) for bit in ones(block.full)}
