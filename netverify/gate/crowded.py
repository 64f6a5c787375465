"""Which blocks of addresses single somebody out, and which together let in everybody."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, AddressRange, subtract
from netverify.queries.internet import internet_ranges

_Ranges = tuple[AddressRange, ...]


def singled_out(ranges: Collection[AddressRange], pods: Collection[AddressRange]) -> _Ranges:
    """The parts of ``ranges`` that speak of somebody in particular.

    Not those within a whole of which ``ranges`` have half or more, taken together: all addresses of a family, its
    internet, or ``pods``, the addresses that pods may have as far as that is known.
    """
    internet = internet_ranges()
    wholes = [[EVERY_IPV4], [EVERY_IPV6]]
    wholes += [[one for one in part if one.family == family] for part in (internet, pods) for family in (4, 6)]
    crowded = tuple(one for whole in wholes if whole and _has_half(ranges, whole) for one in whole)
    return tuple(sorted(rest for one in merged(ranges) for rest in subtract(one, crowded)))


def _has_half(ranges: Collection[AddressRange], whole: Sequence[AddressRange]) -> bool:
    everything = list(merged(whole))
    left = sum(_size(rest) for one in everything for rest in subtract(one, tuple(merged(ranges))))
    return 2 * left <= sum(map(_size, everything))


def merged(ranges: Iterable[AddressRange]) -> Iterator[AddressRange]:
    """The same addresses as sorted ranges that do not meet."""
    last: AddressRange | None = None
    for one in sorted(ranges):
        if last is not None and last.family == one.family and one.first <= last.last + 1:
            last = AddressRange(one.family, last.first, max(last.last, one.last))
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def _size(block: AddressRange) -> int:
    return block.last - block.first + 1
