"""What stands for an access in every row that has it: made once, since few accesses make up millions of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from netverify.connectivity.outcome import Access
from netverify.model.traffic import PortSet

_ROWS_AT_ONCE = 1024


class AccessTexts:
    """Remembers what ``render`` makes of each access."""

    def __init__(self, render: Callable[[Access], str]) -> None:
        self._render = render
        self._known: dict[int, tuple[Access, str]] = {}

    def of(self, access: Access) -> str:
        """The text for ``access``."""
        known = self._known.get(id(access))
        if known is None:
            known = self._known[id(access)] = (access, self._render(access))
        return known[1]


def port_list(ports: PortSet) -> list[str]:
    """The ports as the shortest sorted list of ``a`` and ``a-b``."""
    return [str(first) if first == last else f"{first}-{last}" for first, last in ports.ranges]


def in_pieces(rows: Iterator[str]) -> Iterator[str]:
    """``rows`` with many of them in one piece, which is cheaper to write."""
    while piece := "".join(islice(rows, _ROWS_AT_ONCE)):
        yield piece
