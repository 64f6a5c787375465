"""Sets of nodes in words: ``all of namespace shop``, ``everyone but b/api[Deployment]``."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.map_view import MapView
from netverify.model.addresses import AddressRange
from netverify.pairs.bits import bits_of, ones
from netverify.pairs.outcome import EXTERNAL_KIND
from netverify.report.address_text import address_words

_FEW = 3
"""So many exceptions are named; with more, those who are no exception are."""


class NodeWords:
    """Says who is in sets of the nodes of one view; a set is the bits of its nodes."""

    def __init__(self, view: MapView) -> None:
        self._view = view
        of_namespace: dict[str | None, list[int]] = {}
        for number, node in enumerate(view.nodes):
            of_namespace.setdefault(node.namespace, []).append(number)
        self._outside = bits_of(of_namespace.pop(None, []))
        self._namespaces = {name: bits_of(numbers) for name, numbers in of_namespace.items() if name is not None}
        self._workloads = ((1 << len(view.nodes)) - 1) & ~self._outside
        self._known = self.addresses(self._outside)
        self._said: dict[tuple[int, int], tuple[str, ...]] = {}

    def of(self, nodes: int, alone: int = 0) -> tuple[str, ...]:
        """Who ``nodes`` are, in phrases; ``alone`` is the bit of one that may be counted among them or not."""
        key = (nodes & ~alone, alone)
        if key not in self._said:
            self._said[key] = tuple(self._phrases(nodes & ~alone, alone))
        return self._said[key]

    def addresses(self, nodes: int) -> tuple[AddressRange, ...]:
        """The external ranges among ``nodes``."""
        endpoints = self._view.map.connectivity.endpoints
        blocks = (endpoints[member].block for number in ones(nodes) for member in self._view.nodes[number].members)
        return tuple(block for block in blocks if block is not None)

    def outside(self, nodes: int) -> tuple[str, ...]:
        """The external ranges among ``nodes`` in words."""
        return address_words(self.addresses(nodes), self._known)

    def _phrases(self, nodes: int, alone: int) -> Iterator[str]:
        missing = self._workloads & ~nodes & ~alone
        outside = nodes & self._outside
        few = missing.bit_count() <= _FEW and (nodes & self._workloads).bit_count() > 2 * missing.bit_count()
        if few and outside == self._outside:
            yield self._but("everyone", missing)
            return
        if few and self._workloads & ~alone:
            yield self._but("every workload", missing)
        else:
            yield from self._by_namespace(nodes, alone)
        if outside:
            yield from self.outside(outside)

    def _by_namespace(self, nodes: int, alone: int) -> Iterator[str]:
        for name, everybody in self._namespaces.items():
            inside, others = nodes & everybody, everybody & ~alone
            if inside == others and inside.bit_count() > 1:
                yield f"all {'others ' if alone & everybody else ''}of namespace {name}"
            else:
                yield from (self._view.nodes[number].id for number in ones(inside))

    def _but(self, who: str, missing: int) -> str:
        names = [self._view.nodes[number].id for number in ones(missing)]
        return f"{who} but {', '.join(names)}" if names else who


def is_outside(view: MapView, number: int) -> bool:
    """Whether a node is an external range, or several."""
    return view.nodes[number].kind == EXTERNAL_KIND
