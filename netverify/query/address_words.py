"""Sets of addresses outside in words."""

from __future__ import annotations

from collections.abc import Sequence

from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, AddressRange, cidrs, joined, subtract

_NAMED = 4
_EVERYTHING = ((4, EVERY_IPV4, "0.0.0.0/0"), (6, EVERY_IPV6, "::/0"))


def range_words(ranges: Sequence[AddressRange]) -> str:
    """``ranges`` as a few blocks, or as all of a family but a few: ``81.2.69.0/24``, ``0.0.0.0/0 but 10.0.0.0/8``."""
    merged = joined(ranges)
    if merged == (EVERY_IPV4, EVERY_IPV6):
        return "anyone"
    return ", ".join(part for family, *_ in _EVERYTHING if (part := _of_family(merged, family)))


def _of_family(merged: Sequence[AddressRange], family: int) -> str:
    ours = [block for block in merged if block.family == family]
    _, whole, name = next(one for one in _EVERYTHING if one[0] == family)
    if not ours:
        return ""
    named = [text for block in ours for text in cidrs(block)]
    rest = [text for block in subtract(whole, tuple(ours)) for text in cidrs(block)]
    if len(rest) < len(named):
        return name + (f" but {_listed(rest)}" if rest else "")
    return _listed(named)


def _listed(texts: Sequence[str]) -> str:
    more = len(texts) - _NAMED
    return ", ".join(texts[:_NAMED]) + (f", and {more} more" if more > 0 else "")
