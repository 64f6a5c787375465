"""A map as a graph for Graphviz: ``netverify map -o dot | dot -Tsvg``."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.map_view import MapView
from netverify.pairs.outcome import Access
from netverify.report.diagram_text import Box, boxes, edge_lines, remarks
from netverify.report.remembered import Remembered, in_pieces
from netverify.visible import visible


def render_map_dot(view: MapView) -> Iterator[str]:
    """A directed graph with a cluster for each namespace; nodes are called by the ids of endpoints."""
    yield from (f"// {text}\n" for text in remarks(view))
    yield 'digraph netverify {\n  rankdir=LR;\n  node [shape=box, fontname="Helvetica"];\n'
    yield '  edge [fontname="Helvetica", fontsize=10];\n'
    for position, (frame, members) in enumerate(boxes(view)):
        if frame is None:
            yield from (f"  {_node(view, box)}\n" for box in members)
            continue
        yield f"  subgraph cluster_{position} {{\n    label={quoted(frame)};\n"
        yield from (f"    {_node(view, box)}\n" for box in members)
        yield "  }\n"
    yield from in_pieces(_edges(view))
    yield "}\n"


def _edges(view: MapView) -> Iterator[str]:
    names = [quoted(node.id) for node in view.nodes]
    attributes = Remembered(_attributes).of
    for row in view.rows():
        yield f"  {names[row.source]} -> {names[row.destination]} [{attributes(row.access)}];\n"


def _node(view: MapView, box: Box) -> str:
    look = ", shape=ellipse" if box.outside else ", color=red" if box.open else ""
    return f"{quoted(view.nodes[box.number].id)} [label={_label(box.lines)}{look}];"


def _attributes(access: Access) -> str:
    return f"label={_label(edge_lines(access))}{'' if access.allowed else ', style=dashed'}"


def quoted(text: str) -> str:
    r"""``text`` as a quoted identifier; a backslash is doubled, since labels read ``\N`` and the like as escapes."""
    return '"{}"'.format(visible(text).replace("\\", "\\\\").replace('"', '\\"'))


def _label(lines: tuple[str, ...]) -> str:
    return '"{}"'.format("\\n".join(quoted(one)[1:-1] for one in lines))
