"""What namespaces may open to each other, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from netverify.answers.map_view import MapView
from netverify.pairs.outcome import Connection
from netverify.query.traffic_text import traffic_text
from netverify.report.terminal import Ink, Line, Span, line
from netverify.visible import columns, padded, visible


def namespace_lines(view: MapView) -> Iterator[Line]:
    """A heading for each namespace, below it from where it is reached, on what, and by how many of the pairs."""
    by_destination = sorted(view.rows(), key=lambda row: (row.destination, row.source))
    for destination, group in groupby(by_destination, key=lambda row: row.destination):
        rows = list(group)
        yield line(f"to {view.nodes[destination].id}", Ink.BOLD)
        names = [visible(view.nodes[row.source].id) for row in rows]
        shares = [_share(row, view) for row in rows]
        width, share_width = max(map(columns, names)), max(map(len, shares))
        for row, name, share in zip(rows, names, shares, strict=True):
            yield (
                Span(f"  from {padded(name, width)}  {share:<{share_width}}  {traffic_text(row.access.allowed)}"),
                *_perhaps(row),
            )


def _share(row: Connection, view: MapView) -> str:
    share = view.shares[row.source, row.destination]
    return f"{share.pairs} of {share.possible} pairs"


def _perhaps(row: Connection) -> tuple[Span, ...]:
    access = row.access
    if not access.depends:
        return ()
    lead = "; perhaps " if access.allowed else "perhaps "
    return (
        Span(f"{lead}{traffic_text(access.depends)}", Ink.YELLOW),
        Span(f", depending on {', '.join(access.on)}", Ink.DIM),
    )
