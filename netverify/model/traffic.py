"""Protocols and sets of ports."""

from __future__ import annotations

from enum import StrEnum

from netverify.records import dataclass

MIN_PORT, MAX_PORT = 1, 65535


class Protocol(StrEnum):
    """The protocols that a NetworkPolicy can name; case-sensitive. Source: ``core/v1 Protocol``."""

    TCP = "TCP"
    UDP = "UDP"
    SCTP = "SCTP"


@dataclass(frozen=True, slots=True)
class PortSet:
    """A set of ports as sorted, disjoint, non-adjacent ranges ``(first, last)``, both ends included."""

    ranges: tuple[tuple[int, int], ...] = ()

    def __contains__(self, port: int) -> bool:
        return any(first <= port <= last for first, last in self.ranges)

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __str__(self) -> str:
        return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in self.ranges)


EVERY_PORT = PortSet(((MIN_PORT, MAX_PORT),))


def port_set(*ranges: tuple[int, int]) -> PortSet:
    """The union of ``ranges``, normalised."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return PortSet(tuple(merged))


def without(ports: PortSet, others: PortSet) -> PortSet:
    """``ports`` that are not among ``others``."""
    rest: list[tuple[int, int]] = []
    for first, last in ports.ranges:
        start = first
        for hole_first, hole_last in others.ranges:
            if hole_first > last or hole_last < start:
                continue
            if hole_first > start:
                rest.append((start, hole_first - 1))
            start = hole_last + 1
        if start <= last:
            rest.append((start, last))
    return PortSet(tuple(rest))
