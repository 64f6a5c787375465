"""A map as CSV (RFC 4180): a row for each connection and protocol, written as it is found."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.map_view import MapView
from netverify.model.traffic import PortSet, Protocol
from netverify.pairs.outcome import Access
from netverify.query.grouping import Grouping
from netverify.report.remembered import Remembered, in_pieces, port_list
from netverify.visible import visible

_COLUMNS = ("source", "destination", "protocol", "allowed", "depends", "on")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def render_map_csv(view: MapView) -> Iterator[str]:
    """The head, and the rows in the order of source, destination and protocol; ports are separated by blanks.

    By namespace with ``pairs`` of ``possible_pairs``.
    """
    shared = view.grouping is Grouping.NAMESPACE
    yield f"{','.join((*_COLUMNS, *(('pairs', 'possible_pairs') if shared else ())))}\r\n"
    yield from in_pieces(_rows(view))


def _rows(view: MapView) -> Iterator[str]:
    cells = [cell(node.id) for node in view.nodes]
    cells_of = Remembered(_cells).of
    for row in view.rows():
        ends = f"{cells[row.source]},{cells[row.destination]},"
        share = view.shares.get((row.source, row.destination))
        rest = f",{share.pairs},{share.possible}\r\n" if share else "\r\n"
        for rows_cells in cells_of(row.access):
            yield f"{ends}{rows_cells}{rest}"


def _cells(access: Access) -> tuple[str, ...]:
    """Protocol, allowed, depends and on, for each protocol that there is."""
    found = []
    for protocol in Protocol:
        allowed, depends = (ports.get(protocol, PortSet()) for ports in (access.allowed, access.depends))
        if allowed or depends:
            on = " ".join(access.on) if depends else ""
            ports = (" ".join(port_list(allowed)), " ".join(port_list(depends)))
            found.append(",".join(map(cell, (protocol.value, *ports, on))))
    return tuple(found)


def cell(text: str) -> str:
    """``text`` as one cell: quoted where RFC 4180 wants it, and never a formula to a spreadsheet."""
    safe = visible(text)
    if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA):
        safe = f"'{safe}"
    return f'"{safe.replace(chr(34), chr(34) * 2)}"' if any(one in safe for one in ',";') else safe
