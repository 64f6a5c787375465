"""A map for programs: endpoints, and connections between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netverify.answers.mapping import Map as Mapped
from netverify.library.errors import InDoubtError
from netverify.library.intricacy import told_in_full
from netverify.model.traffic import PortSet, Protocol
from netverify.pairs.outcome import Connection as Pair
from netverify.pairs.outcome import MapEndpoint
from netverify.records import dataclass
from netverify.report.document_text import lines_of
from netverify.report.map_document import doubts_of
from netverify.report.terminal import paint


@dataclass(frozen=True, slots=True)
class Connection:
    """What ``source`` may open to ``destination``.

    ``allowed`` holds whatever is left open; ``depends`` only under some values of what ``on`` names: behaviours of CNI
    plugins, or what manifests do not tell, such as ``pod-address``. The two are disjoint, one of them has ports, and
    protocols without ports are missing.
    """

    source: MapEndpoint
    destination: MapEndpoint
    allowed: Mapping[Protocol, PortSet]
    depends: Mapping[Protocol, PortSet]
    on: tuple[str, ...]


class Map:
    """Who may open which connections to whom; made by :meth:`Cluster.map`.

    ``endpoints`` are existing workloads in the order of their names, then external ranges of addresses. ``doubts`` are
    why connections may be missing or not exist, or who that was asked about is nobody: empty unless the map was made
    with ``allow_doubt``.
    """

    def __init__(self, mapped: Mapped) -> None:
        self._mapped = mapped
        self.endpoints: tuple[MapEndpoint, ...] = mapped.connectivity.endpoints
        self.doubts: tuple[str, ...] = (*mapped.vacuous_because, *mapped.unknown_because)
        self.assumptions: tuple[str, ...] = mapped.assumptions
        self.approximations: tuple[str, ...] = mapped.approximations
        self.notes: tuple[str, ...] = mapped.notes

    def connections(self, *, replicas: bool = False) -> Iterator[Connection]:
        """Every ordered pair of distinct endpoints with some port, in the order of ``endpoints``; streamed.

        A pair that is missing is denied on every port. With ``replicas`` also a workload and itself, as between two of
        its pods. Raises :class:`InDoubtError` where too much is left open to be told in full.
        """
        found = self._mapped.connectivity.connections(replicas=replicas)
        while (one := _next(found)) is not None:
            access = one.access
            ends = (self.endpoints[one.source], self.endpoints[one.destination])
            yield Connection(*ends, access.allowed, access.depends, access.on)


def _next(pairs: Iterator[Pair]) -> Pair | None:
    with told_in_full():
        return next(pairs, None)


def checked_map(mapped: Mapped, *, allow_doubt: bool) -> Map:
    """``mapped`` for programs. Raises :class:`InDoubtError` for one that is in doubt, unless ``allow_doubt``."""
    found = Map(mapped)
    if found.doubts and not allow_doubt:
        raise InDoubtError(paint(lines_of(doubts_of(mapped)), coloured=False).rstrip("\n"), found.doubts)
    return found
