"""Sets of external addresses in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from netverify.model.addresses import AddressRange, cidrs, in_order, is_cidr, subtract
from netverify.query.internet import internet_ranges


@cache
def _internets() -> Mapping[str, tuple[AddressRange, ...]]:
    """What each word for the internet holds."""
    everything = internet_ranges()
    by_family = ((4, "internet (IPv4)"), (6, "internet (IPv6)"))
    return {"internet": everything} | {
        words: tuple(block for block in everything if block.family == family) for family, words in by_family
    }


def joined(ranges: Iterable[AddressRange]) -> tuple[AddressRange, ...]:
    """The same addresses as the fewest ranges; ``ranges`` are disjoint."""
    found: list[AddressRange] = []
    for one in in_order(ranges):
        last = found[-1] if found else None
        if last is not None and last.family == one.family and last.last + 1 == one.first:
            found[-1] = AddressRange(one.family, last.first, one.last)
        else:
            found.append(one)
    return tuple(found)


def address_words(ranges: Iterable[AddressRange], known: tuple[AddressRange, ...]) -> tuple[str, ...]:
    """The addresses of ``ranges``, which are among the ``known`` ones, in the fewest words.

    All of them, the internet, what is there, or what is not.
    """
    merged, everything = joined(ranges), joined(known)
    if merged == everything:
        return ("every address outside",)
    for name, addresses in _internets().items():
        if merged == addresses:
            return (name,)
    rest = tuple(part for whole in everything for part in subtract(whole, merged))
    if len(rest) < len(merged):
        return (f"every address outside but {', '.join(map(range_text, rest))}",)
    return tuple(map(range_text, merged))


def range_text(block: AddressRange) -> str:
    """One range: as CIDR where it is one, else by its ends."""
    return cidrs(block)[0] if block.first != block.last and is_cidr(block) else str(block)
