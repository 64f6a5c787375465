"""A map as a Mermaid flowchart, which Markdown on many platforms draws."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.map_view import MapView
from netverify.pairs.outcome import Access
from netverify.patterns import pattern
from netverify.report.diagram_text import Box, boxes, edge_lines, remarks
from netverify.report.remembered import Remembered, in_pieces
from netverify.visible import visible

_UNSAFE = pattern(r"[^A-Za-z0-9 .,:/_-]")


def render_map_mermaid(view: MapView) -> Iterator[str]:
    """A flowchart from left to right with a frame for each namespace; ids are ``n`` and the number of the node."""
    yield "flowchart LR\n"
    yield from (f"  %% {escaped(text)}\n" for text in remarks(view))
    opened: list[str] = []
    for position, (frame, members) in enumerate(boxes(view)):
        opened += [f"n{box.number}" for box in members if box.open]
        if frame is None:
            yield from (f"  {_node(box)}\n" for box in members)
            continue
        yield f'  subgraph s{position}["{escaped(frame)}"]\n'
        yield from (f"    {_node(box)}\n" for box in members)
        yield "  end\n"
    yield from in_pieces(_edges(view))
    if opened:
        yield f"  classDef open stroke:#d00\n  class {','.join(opened)} open\n"


def _edges(view: MapView) -> Iterator[str]:
    arrow = Remembered(_arrow).of
    for row in view.rows():
        yield f"  n{row.source} {arrow(row.access)} n{row.destination}\n"


def _node(box: Box) -> str:
    label = "<br>".join(map(escaped, box.lines))
    return f'n{box.number}(["{label}"])' if box.outside else f'n{box.number}["{label}"]'


def _arrow(access: Access) -> str:
    label = "<br>".join(map(escaped, edge_lines(access)))
    return f'{"-->" if access.allowed else "-.->"}|"{label}"|'


def escaped(text: str) -> str:
    """``text`` with everything that could mean something to Mermaid, or to the page around it, as ``#code;``."""
    return _UNSAFE.sub(lambda found: f"#{ord(found.group())};", visible(text))
