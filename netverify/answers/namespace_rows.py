"""What the pods of one namespace may open to those of another, summed up over all pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from netverify.answers.membership import Membership
from netverify.connectivity.all_pairs import Connectivity
from netverify.connectivity.outcome import Access, Connection
from netverify.model.traffic import PortSet, Protocol, port_set, without


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the ``possible`` ordered pairs have a connection."""

    pairs: int
    possible: int


@dataclass(slots=True)
class _Sum:
    """What is known so far about two places; ``accesses`` by their id."""

    pairs: int = 0
    accesses: dict[int, Access] = field(default_factory=dict)


def namespace_rows(
    connectivity: Connectivity, membership: Membership, own: Mapping[int, Access] | None
) -> tuple[tuple[Connection, ...], Mapping[tuple[int, int], Share]]:
    """A row for each ordered pair of places with any connection, and the share of their pairs that has one.

    Rows are in the order of places. ``own`` is what workloads may open to themselves; None where
    that does not count.
    """
    sums: dict[tuple[int, int], _Sum] = {}
    for bundle in connectivity.bundles():
        targets = membership.parts(bundle.destinations)
        for piece in bundle.sources.parts():
            for source, sources in membership.parts(piece):
                for target, destinations in targets:
                    pairs = len(sources) * len(destinations) - (sources & destinations)
                    _add(sums, (source, target), pairs, bundle.access)
    for number, access in (own or {}).items():
        _add(sums, (membership.of[number], membership.of[number]), 1, access)
    ordered = sorted(sums.items())
    rows = tuple(Connection(*places, _union(one.accesses.values())) for places, one in ordered)
    return rows, {places: Share(one.pairs, _possible(*places, membership, own)) for places, one in ordered}


def _add(sums: dict[tuple[int, int], _Sum], places: tuple[int, int], pairs: int, access: Access) -> None:
    if not pairs:
        return
    known = sums.get(places)
    if known is None:
        known = sums[places] = _Sum()
    known.pairs += pairs
    known.accesses[id(access)] = access


def _possible(source: int, destination: int, membership: Membership, own: Mapping[int, Access] | None) -> int:
    size = membership.sizes[source]
    if source != destination:
        return size * membership.sizes[destination]
    return size * (size - 1) if own is None else size * size


def _union(accesses: Iterable[Access]) -> Access:
    """What some of ``accesses`` allow; ``depends`` is what others only perhaps do beyond that."""
    allowed: dict[Protocol, list[tuple[int, int]]] = {}
    depends: dict[Protocol, list[tuple[int, int]]] = {}
    on: set[str] = set()
    for access in accesses:
        for into, given in ((allowed, access.allowed), (depends, access.depends)):
            for protocol, ports in given.items():
                into.setdefault(protocol, []).extend(ports.ranges)
        on.update(access.on)
    surely = {protocol: port_set(*allowed[protocol]) for protocol in Protocol if protocol in allowed}
    perhaps = {
        protocol: rest
        for protocol in Protocol
        if protocol in depends and (rest := without(port_set(*depends[protocol]), surely.get(protocol, PortSet())))
    }
    return Access(surely, perhaps, tuple(sorted(on)) if perhaps else ())
