"""What is left open about single endpoints: where their addresses may lie, and which labels controllers may set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from netverify.model.address_plan import Holder
from netverify.model.addresses import Address
from netverify.model.cluster import Workload
from netverify.pairs.bits import bits_of, ones
from netverify.pairs.domain import Domain
from netverify.pairs.population import EXTERNAL, Block, open_labels_of
from netverify.records import dataclass

OpenLabels: TypeAlias = tuple[tuple[str, tuple[str, ...] | None], ...]
"""Labels with an open value: the key, and the values that it can have, or None for any."""


@dataclass(frozen=True, slots=True)
class Leeway:
    """``intervals`` are where the address may lie, as bits.

    ``known`` counts the addresses that are told, by interval; ``takes_free``: it may also have one that is not.
    ``holder`` says what kind of address that is. ``labels`` are those among selectors' keys whose value is open.
    ``addresses`` are the known ones where it matters which they are: among pods on the host network.
    """

    intervals: int
    holder: Holder
    known: tuple[tuple[int, int], ...] = ()
    takes_free: bool = True
    labels: OpenLabels = ()
    addresses: tuple[Address, ...] = ()

    def known_in(self, interval: int) -> int:
        """How many of its addresses are known to lie in ``interval``."""
        return next((count for at, count in self.known if at == interval), 0)


class Leeways:
    """The leeway of every endpoint; equal ones are one object.

    ``told`` are the blocks that have members with a known address, or one in a known range; ``roomy`` the intervals, as
    bits, in which any two ends fit.
    """

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._plan = domain.plan
        self._room: dict[Holder, int] = {}
        self._hosts: tuple[tuple[Leeway, int], ...] | None = None
        every = range(len(self._plan.intervals.all))
        self.roomy = bits_of([interval for interval in every if not self._is_scarce(interval)])
        one_object: dict[Leeway, Leeway] = {}
        self._blocks = [
            tuple([(one_object.setdefault(leeway, leeway), bits) for leeway, bits in self._members(block)])
            for block in domain.population.blocks
        ]
        self.told = frozenset(
            block.number
            for block in domain.population.blocks
            if any(workload.known_addresses or workload.within for workload in block.workloads)
        )

    def of_block(self, block: Block) -> tuple[tuple[Leeway, int], ...]:
        """The members of ``block`` by what is left open about them, as bits."""
        return self._blocks[block.number]

    def among_hosts(self, block: Block) -> tuple[tuple[Leeway, int], ...]:
        """The members of the ``block`` of hosts, told apart by their addresses too: as they are to each other."""
        if self._hosts is None:
            apart: dict[Leeway, int] = {}
            for leeway, members in self.of_block(block):
                for bit in ones(members):
                    exact = replace(leeway, addresses=block.workloads[bit].addresses)
                    apart[exact] = apart.get(exact, 0) | 1 << bit
            self._hosts = tuple(apart.items())
        return self._hosts

    def at(self, block: Block, bit: int) -> Leeway:
        """The leeway of one member."""
        return _at(self.of_block(block), bit)

    def at_among_hosts(self, block: Block, bit: int) -> Leeway:
        """The leeway of one host as it is to another."""
        return _at(self.among_hosts(block), bit)

    def _members(self, block: Block) -> Iterator[tuple[Leeway, int]]:
        if block.number == EXTERNAL:
            yield from self._outside(block)
            return
        apart: dict[Leeway, int] = {}
        plain = 0
        keys = block.opened.keys()
        created = self._domain.creation.workloads
        for bit, workload in enumerate(block.workloads):
            is_apart = workload.addresses or workload.replica_addresses or workload.within
            if is_apart or (keys and workload.key not in created):
                leeway = self._of(workload, tuple(key for key in open_labels_of(workload) if key in keys))
                apart[leeway] = apart.get(leeway, 0) | 1 << bit
            else:
                plain |= 1 << bit
        if plain:
            holder = _holder(block.workloads[0])
            leeway = Leeway(self._with_room(holder), holder)
            apart[leeway] = apart.get(leeway, 0) | plain
        yield from apart.items()

    def _outside(self, block: Block) -> Iterator[tuple[Leeway, int]]:
        """External ranges are alike but for their family, and where addresses are scarce."""
        ipv4 = (1 << self._plan.intervals.ipv4_count) - 1
        outside = bits_of([bit for bit, endpoint in enumerate(block.endpoints) if endpoint >= 0])
        for bit in ones(outside & ~self.roomy):
            yield Leeway(1 << bit, Holder.EXTERNAL), 1 << bit
        roomy = outside & self.roomy
        for bits in (roomy & ~ipv4, roomy & ipv4):
            if bits:
                yield Leeway(bits, Holder.EXTERNAL), bits

    def _is_scarce(self, interval: int) -> bool:
        """Whether not every two ends can have an address there."""
        if self._plan.plainly_roomy(interval):
            return False
        return len(self._plan.free(Holder.EXTERNAL, interval)) < 2 or self._plan.is_scarce(interval)

    def _of(self, workload: Workload, keys: tuple[str, ...]) -> Leeway:
        opened = open_labels_of(workload)
        labels = tuple((key, opened[key]) for key in sorted(keys))
        holder = _holder(workload)
        if workload.addresses:
            return Leeway(self._bits(workload), holder, self._counts(workload), takes_free=False, labels=labels)
        room = self._with_room(holder) | self._bits(workload)
        if workload.within:
            room &= self._plan.intervals.bits_of(workload.within)
        return Leeway(room, holder, self._counts(workload), labels=labels)

    def _bits(self, workload: Workload) -> int:
        bits = 0
        for address in workload.known_addresses:
            bits |= 1 << self._plan.intervals.index_of(address)
        return bits

    def _counts(self, workload: Workload) -> tuple[tuple[int, int], ...]:
        counts: dict[int, int] = {}
        for address in workload.known_addresses:
            interval = self._plan.intervals.index_of(address)
            counts[interval] = counts.get(interval, 0) + 1
        return tuple(sorted(counts.items()))

    def _with_room(self, holder: Holder) -> int:
        if holder not in self._room:
            self._room[holder] = bits_of(self._plan.with_room(holder))
        return self._room[holder]


def _at(leeways: tuple[tuple[Leeway, int], ...], bit: int) -> Leeway:
    return next(leeway for leeway, bits in leeways if bits >> bit & 1)


def _holder(workload: Workload) -> Holder:
    return Holder.NODE if workload.host_network else Holder.POD
