"""A map by workload, by class of endpoints that are alike, or by namespace: nodes, and rows between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import assert_never

from netverify.answers.mapping import Map
from netverify.answers.membership import Membership, Union
from netverify.model.traffic import PortSet, Protocol, port_set, without
from netverify.pairs.all_pairs import Connectivity
from netverify.pairs.outcome import EXTERNAL_KIND, Access, Connection, MapEndpoint
from netverify.query.grouping import Grouping
from netverify.records import dataclass


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


@dataclass(frozen=True, slots=True)
class Node:
    """What rows are between: an endpoint, or several that are shown as one.

    ``kind`` is that of the workload, ``external``, ``class`` or ``namespace``; ``namespace`` and ``name`` are None
    where there is none, as for external ranges. ``members`` are numbers of endpoints, ascending.
    """

    id: str
    kind: str
    namespace: str | None
    name: str | None
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MapView:
    """``nodes``, and the rows between them by :meth:`rows`; both in the order of endpoints.

    By class, a row's access is that of every pair of distinct members. By namespace it is the union over all pairs:
    ``allowed`` holds for some pair, ``depends`` is the rest, and ``shares`` tells how many pairs have any of it.
    """

    map: Map
    grouping: Grouping
    nodes: tuple[Node, ...]
    replicas: bool
    joined: tuple[Connection, ...] = ()
    shares: Mapping[tuple[int, int], Share] = field(default_factory=dict)

    def rows(self) -> Iterator[Connection]:
        """Connections between nodes, by their numbers, in the order of source and destination; streamed."""
        if self.grouping is Grouping.WORKLOAD:
            return self.map.connectivity.connections(replicas=self.replicas)
        return iter(self.joined)

    def listed(self) -> tuple[int, ...]:
        """The nodes that are worth listing: all, unless endpoints are narrowed down; then those that are in rows."""
        wanted, nodes = self.map.wanted, range(len(self.nodes))
        if wanted.names_endpoints:
            used = _used(self.map.connectivity)
            return tuple(number for number in nodes if not used.isdisjoint(self.nodes[number].members))
        if wanted.pods_only:
            return tuple(number for number in nodes if self.nodes[number].kind != EXTERNAL_KIND)
        return tuple(nodes)


def map_view(mapped: Map, grouping: Grouping, *, replicas: bool = False) -> MapView:
    """``mapped`` by ``grouping``; with ``replicas`` also what workloads may open to themselves, as between two pods."""
    match grouping:
        case Grouping.WORKLOAD:
            return MapView(mapped, grouping, _endpoint_nodes(mapped.connectivity), replicas)
        case Grouping.CLASS:
            return _by_class(mapped, replicas=replicas)
        case Grouping.NAMESPACE:
            return _by_namespace(mapped, replicas=replicas)
        case _ as never:
            assert_never(never)


def own_accesses(connectivity: Connectivity) -> Mapping[int, Access]:
    """What each workload may open to itself, as between two of its pods; by the numbers of those that may anything."""
    pairs = connectivity.connections(replicas=True)
    return {pair.source: pair.access for pair in pairs if pair.source == pair.destination}


def _used(connectivity: Connectivity) -> set[int]:
    used = Union()
    for bundle in connectivity.bundles():
        used.add(bundle.destinations)
        for piece in bundle.sources.parts():
            used.add(piece)
    return used.numbers()


def _endpoint_nodes(connectivity: Connectivity) -> tuple[Node, ...]:
    return tuple(_endpoint_node(endpoint, number) for number, endpoint in enumerate(connectivity.endpoints))


def _endpoint_node(endpoint: MapEndpoint, number: int) -> Node:
    key = endpoint.workload
    if key is None:
        return Node(endpoint.id, EXTERNAL_KIND, None, None, (number,))
    return Node(endpoint.id, endpoint.kind, key.namespace, key.name, (number,))


def _by_class(mapped: Map, *, replicas: bool) -> MapView:
    connectivity = mapped.connectivity
    classes = [tuple(members) for members in connectivity.classes()]
    first_of = {members[0]: number for number, members in enumerate(classes)}
    # Between two members of one class it is as between its first and its second.
    second_of = {members[1]: number for number, members in enumerate(classes) if members[1:]}
    rows: list[Connection] = []
    for bundle in connectivity.bundles():
        sources = [first_of[one] for one in bundle.sources if one in first_of]
        for one in bundle.destinations if sources else ():
            into, within = first_of.get(one), second_of.get(one)
            if into is not None:
                rows += [Connection(source, into, bundle.access) for source in sources if source != into]
            if within is not None and within in sources:
                rows.append(Connection(within, within, bundle.access))
    if replicas:
        own = own_accesses(connectivity)
        rows += [Connection(c, c, own[n]) for n, c in first_of.items() if n in own and not classes[c][1:]]
    rows.sort(key=lambda row: (row.source, row.destination))
    nodes = tuple(_class_node(members, connectivity) for members in classes)
    return MapView(mapped, Grouping.CLASS, nodes, replicas, tuple(rows))


def _class_node(members: tuple[int, ...], connectivity: Connectivity) -> Node:
    first = _endpoint_node(connectivity.endpoints[members[0]], members[0])
    if len(members) == 1:
        return first
    kind = EXTERNAL_KIND if first.kind == EXTERNAL_KIND else "class"
    return Node(f"{first.id} and {len(members) - 1} more", kind, first.namespace, None, members)


def _by_namespace(mapped: Map, *, replicas: bool) -> MapView:
    connectivity = mapped.connectivity
    membership = Membership(connectivity.endpoints)
    own = own_accesses(connectivity) if replicas else None
    rows, shares = namespace_rows(connectivity, membership, own)
    members: list[list[int]] = [[] for _ in membership.sizes]
    for number, place in enumerate(membership.of):
        members[place].append(number)
    nodes = [
        Node(f"namespace {name}", "namespace", name, None, tuple(members[place]))
        for place, name in enumerate(membership.names)
    ]
    outside = Node("outside", EXTERNAL_KIND, None, None, tuple(members[membership.outside]))
    return MapView(mapped, Grouping.NAMESPACE, (*nodes, outside), replicas, rows, shares)
