"""Text from inputs for readers that can show all of Unicode: nothing in it hides, reorders or breaks a line."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Controls, formats (marks of direction, joiners), surrogates, what is not assigned, and separators of lines."""


def visible(text: str) -> str:
    r"""``text`` on one line, with every character escaped that cannot be seen: ``\n``, ``\u202e``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        one.encode("unicode_escape").decode("ascii") if unicodedata.category(one) in _HIDDEN else one for one in text
    )


def shortened(text: str, most: int) -> str:
    """``text`` with at most ``most`` characters, and ``...`` where something was cut off."""
    return text if len(text) <= most else f"{text[: most - 3]}..."
