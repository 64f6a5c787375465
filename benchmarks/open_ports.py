"""What is open between endpoints, in one form for every tool, so that two tools can be compared.

A port set is a tuple of ``(protocol, first, last)``, sorted and as few as possible. Two maps are equal
iff they open the same, however they cut the addresses outside.
"""

from __future__ import annotations

import ipaddress
from collections import deque
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Ports: TypeAlias = "tuple[tuple[str, int, int], ...]"
Place: TypeAlias = "tuple[str, str]"
"""The two ends, of which one may be :data:`OUTSIDE`."""

Part: TypeAlias = "tuple[int, int, int, Ports]"
"""A range of addresses, as family, first and last, and what is open there."""

OUTSIDE = "outside"
PROTOCOLS = ("SCTP", "TCP", "UDP")
EVERY_PORT = (1, 65535)


def normal(ranges: Iterable[tuple[str, int, int]]) -> Ports:
    """The union of ``ranges``."""
    merged: list[tuple[str, int, int]] = []
    for protocol, first, last in sorted(ranges):
        if merged and merged[-1][0] == protocol and first <= merged[-1][2] + 1:
            merged[-1] = (protocol, merged[-1][1], max(last, merged[-1][2]))
        else:
            merged.append((protocol, first, last))
    return tuple(merged)


def all_but(ports: Ports) -> Ports:
    """Every port of the three protocols that is not in ``ports``."""
    rest: list[tuple[str, int, int]] = []
    for protocol in PROTOCOLS:
        start = EVERY_PORT[0]
        for _, first, last in (one for one in ports if one[0] == protocol):
            if first > start:
                rest.append((protocol, start, first - 1))
            start = last + 1
        if start <= EVERY_PORT[1]:
            rest.append((protocol, start, EVERY_PORT[1]))
    return tuple(rest)


ALL_PORTS = all_but(())


@dataclass(slots=True)
class Opened:
    """What a tool says is open; what it says of one place in several lines is all open.

    ``outside`` has the parts of IPv4 and IPv6 that a workload may talk with, as they come.
    """

    pairs: dict[Place, Ports] = field(default_factory=dict)
    outside: dict[Place, list[Part]] = field(default_factory=dict)

    def add(self, source: str, destination: str, ports: Ports) -> None:
        """``source`` may open ``ports`` of ``destination``; an end without a slash is a range of addresses."""
        if not ports or source == destination:
            return
        if "/" in source and "/" in destination:
            self.pairs[source, destination] = normal((*self.pairs.get((source, destination), ()), *ports))
            return
        place = (source, OUTSIDE) if "/" in source else (OUTSIDE, destination)
        family, first, last = addresses(destination if "/" in source else source)
        self.outside.setdefault(place, []).append((family, first, last, ports))

    def parts(self, place: Place) -> list[Part]:
        """The parts of the outside at ``place``: sorted and disjoint, and merged where neighbours are alike."""
        merged: list[Part] = []
        for family, first, last, ports in disjoint(self.outside.get(place, ())):
            if merged and merged[-1][0] == family and merged[-1][3] == ports and merged[-1][2] + 1 == first:
                merged[-1] = (family, merged[-1][1], last, ports)
            else:
                merged.append((family, first, last, ports))
        return merged


def disjoint(parts: Iterable[Part]) -> Iterator[Part]:
    """``parts`` cut at each other's edges, in order; where several lie, the union of what they open."""
    by_family = groupby(sorted(parts), key=itemgetter(0))
    for family, of_family in ((family, list(found)) for family, found in by_family):
        edges = sorted({edge for _, first, last, _ in of_family for edge in (first, last + 1)})
        waiting, open_now = deque(of_family), list[Part]()
        for first, after in pairwise(edges):
            while waiting and waiting[0][1] <= first:
                open_now.append(waiting.popleft())
            open_now = [part for part in open_now if part[2] >= first]
            if open_now:
                yield family, first, after - 1, normal(one for part in open_now for one in part[3])


def addresses(text: str) -> tuple[int, int, int]:
    """Family, first and last address of ``10.0.0.0-10.0.0.255``, of one address or of a CIDR."""
    if "/" in text:
        network = ipaddress.ip_network(text)
        return network.version, int(network[0]), int(network[-1])
    first, _, last = text.partition("-")
    low = ipaddress.ip_address(first)
    return low.version, int(low), int(ipaddress.ip_address(last or first))


def differences(one: Opened, other: Opened) -> Iterator[str]:
    """Every pair that the two open differently, with what each says."""
    for place in sorted(one.pairs.keys() | other.pairs.keys()):
        ours, theirs = one.pairs.get(place, ()), other.pairs.get(place, ())
        if ours != theirs:
            yield f"{place[0]} -> {place[1]}: {shown(ours)}, but {shown(theirs)}"
    for place in sorted(one.outside.keys() | other.outside.keys()):
        ours_outside, theirs_outside = one.parts(place), other.parts(place)
        if ours_outside != theirs_outside:
            only = [part for part in ours_outside if part not in theirs_outside]
            missing = [part for part in theirs_outside if part not in ours_outside]
            yield f"{place[0]} -> {place[1]}: {only[:2]}, but {missing[:2]}"


def shown(ports: Ports) -> str:
    return " ".join(f"{protocol} {first}-{last}" for protocol, first, last in ports) or "nothing"
