"""What stands for an access in every row that has it: made once, since few accesses make up millions of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Generic, TypeVar

from netverify.model.traffic import PortSet
from netverify.pairs.outcome import Access

_ROWS_AT_ONCE = 1024


_Made = TypeVar("_Made")


class Remembered(Generic[_Made]):
    """What ``make`` makes of each access."""

    def __init__(self, make: Callable[[Access], _Made]) -> None:
        self._make = make
        self._known: dict[int, tuple[Access, _Made]] = {}

    def of(self, access: Access) -> _Made:
        """What is made of ``access``."""
        known = self._known.get(id(access))
        if known is None:
            known = self._known[id(access)] = (access, self._make(access))
        return known[1]


def port_list(ports: PortSet) -> list[str]:
    """The ports as the shortest sorted list of ``a`` and ``a-b``."""
    return [str(first) if first == last else f"{first}-{last}" for first, last in ports.ranges]


def in_pieces(rows: Iterator[str]) -> Iterator[str]:
    """``rows`` with many of them in one piece, which is cheaper to write."""
    while piece := "".join(islice(rows, _ROWS_AT_ONCE)):
        yield piece
