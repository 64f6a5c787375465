"""What diagrams of a map share: which grouping they can show, and what stands on nodes and edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from netverify.answers.map_view import MapView, Node
from netverify.answers.mapping import Map
from netverify.model.flow import Direction
from netverify.pairs.outcome import EXTERNAL_KIND, Access, Isolation
from netverify.query.grouping import Grouping
from netverify.query.traffic_text import traffic_text
from netverify.records import dataclass
from netverify.report.address_text import range_text
from netverify.visible import visible

MOST_EDGES = 500
"""A diagram of more connections is by namespace, unless a grouping is asked for. Mermaid draws no more by default."""


def drawable(mapped: Map) -> Grouping:
    """By workload, or by namespace when that has more than :data:`MOST_EDGES` connections."""
    pairs = 0
    for bundle in mapped.connectivity.bundles():
        pairs += len(bundle)
        if pairs > MOST_EDGES:
            return Grouping.NAMESPACE
    return Grouping.WORKLOAD


@dataclass(frozen=True, slots=True)
class Box:
    """The node ``number`` with the ``lines`` on it; ``open``: no policy isolates it for ingress."""

    number: int
    lines: tuple[str, ...]
    outside: bool
    open: bool


def boxes(view: MapView) -> Iterator[tuple[str | None, Sequence[Box]]]:
    """The nodes by namespace; None for what stands in no frame."""
    isolation = view.map.connectivity.isolation(Direction.INGRESS)
    for frame, numbers in groupby(view.listed(), key=lambda number: _frame(view.nodes[number])):
        yield (
            frame,
            [
                Box(
                    number,
                    _label(view, view.nodes[number]),
                    view.nodes[number].kind == EXTERNAL_KIND,
                    _is_open(view.nodes[number], isolation),
                )
                for number in numbers
            ],
        )


def _frame(node: Node) -> str | None:
    return node.namespace if node.kind != "namespace" else None


def _is_open(node: Node, isolation: Sequence[Isolation]) -> bool:
    return node.kind not in {EXTERNAL_KIND, "namespace"} and isolation[node.members[0]] is Isolation.OPEN


def _label(view: MapView, node: Node) -> tuple[str, ...]:
    block = view.map.connectivity.endpoints[node.members[0]].block if len(node.members) == 1 else None
    if block is not None:
        return (range_text(block),)
    if node.name is not None:
        return (visible(node.name), visible(node.kind))
    return (visible(node.id.removeprefix(f"{node.namespace}/")),)


def edge_lines(access: Access) -> tuple[str, ...]:
    """What stands on an edge: ports, and below them those that depend on something."""
    surely = (traffic_text(access.allowed),) if access.allowed else ()
    perhaps = (f"perhaps {traffic_text(access.depends)}",) if access.depends else ()
    return (*surely, *perhaps)


def remarks(view: MapView) -> Iterator[str]:
    """What comments say above a diagram: doubts, premises, and how it is grouped."""
    yield f"by {view.grouping}; red: selected by no ingress policy; dashed: allowed only under some conditions"
    for lead, texts in (
        ("in doubt", view.map.unknown_because),
        ("vacuous", view.map.vacuous_because),
        ("assumes", view.map.assumptions),
        ("inexact", view.map.approximations),
        ("note", view.map.notes),
    ):
        for text in texts:
            yield f"{lead}: {visible(text)}"
