"""Which blocks of addresses single somebody out, and which together let in everybody."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, AddressRange, joined, size, subtract
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
    return tuple(sorted(rest for one in joined(ranges) for rest in subtract(one, crowded)))


def _has_half(ranges: Collection[AddressRange], whole: Sequence[AddressRange]) -> bool:
    left = size(rest for one in whole for rest in subtract(one, joined(ranges)))
    return 2 * left <= size(whole)
