"""A map as CSV (RFC 4180): a row for each connection and protocol, written as it is found."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.map_view import MapView
from netverify.connectivity.outcome import Access
from netverify.model.traffic import PortSet, Protocol
from netverify.queries.grouping import Grouping
from netverify.report.access_texts import AccessTexts, in_pieces, port_list
from netverify.report.terminal import printable

_COLUMNS = ("source", "destination", "protocol", "allowed", "depends", "on")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render_map_csv(view: MapView) -> Iterator[str]:
    """The head, and the rows in the order of source, destination and protocol; ports are separated by blanks.

    By namespace with ``pairs`` of ``possible_pairs``.
    """
    shared = view.grouping is Grouping.NAMESPACE
    yield f"{','.join((*_COLUMNS, *(('pairs', 'possible_pairs') if shared else ())))}\r\n"
    yield from in_pieces(_rows(view))


def _rows(view: MapView) -> Iterator[str]:
    cells = [cell(node.id) for node in view.nodes]
    texts = {protocol: AccessTexts(_Protocol(protocol).cells) for protocol in Protocol}
    for row in view.rows():
        ends = f"{cells[row.source]},{cells[row.destination]},"
        share = view.shares.get((row.source, row.destination))
        rest = f",{share.pairs},{share.possible}\r\n" if share else "\r\n"
        for protocol in Protocol:
            if protocol in row.access.allowed or protocol in row.access.depends:
                yield f"{ends}{texts[protocol].of(row.access)}{rest}"


class _Protocol:
    """The cells of one protocol."""

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol

    def cells(self, access: Access) -> str:
        """Protocol, allowed, depends, on."""
        allowed, depends = (ports.get(self._protocol, PortSet()) for ports in (access.allowed, access.depends))
        on = " ".join(access.on) if depends else ""
        return ",".join(
            (self._protocol.value, cell(" ".join(port_list(allowed))), cell(" ".join(port_list(depends))), cell(on))
        )


def cell(text: str) -> str:
    """``text`` as one cell: quoted where RFC 4180 wants it, and never a formula to a spreadsheet."""
    safe = printable(text)
    if text.startswith(_FORMULA):
        safe = f"'{safe}"
    return f'"{safe.replace(chr(34), chr(34) * 2)}"' if any(one in safe for one in ',"') else safe
