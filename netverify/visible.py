"""Text from inputs as people may see it: letters of all scripts as they are, and nothing that hides or imitates.

Escaped are characters that cannot be seen, that reorder or break lines, and those that could be taken for an ASCII
character, where names and addresses consist of ASCII alone. Source: Unicode Technical Report 36, Unicode Security
Considerations; Unicode Technical Standard 39, Unicode Security Mechanisms (mixed scripts, confusable characters).
"""

from __future__ import annotations

import unicodedata
from typing import Final

from netverify.patterns import pattern

_HIDDEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Me"))
"""Controls, formats (marks of direction, joiners), surrogates, private use, what is not assigned, separators of lines,
marks that enclose a character."""

_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and symbols that show nothing."""

_VARIANTS: Final = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
"""Marks that choose a variant of a character, and show nothing themselves."""

_LIKE_ASCII: Final = (range(0x0250, 0x0300),)
"""Phonetic letters and spacing modifiers, which belong to no script that people write names in."""

_JOINTS: Final = frozenset(
    chr(point)
    for point in (
        0x2010,
        0x2011,
        0x2012,
        0x2013,
        0x2014,
        0x2015,
        0x2212,
        0x2043,
        0x02D7,
        0x2024,
        0x2027,
        0x00B7,
        0x2219,
        0x22C5,
        0x066B,
        0x3002,
        0x06D4,
        0x2044,
        0x2215,
        0x2571,
        0x2236,
        0xA789,
        0x05C3,
        0x0589,
        0x02D0,
    )
)
"""Punctuation that looks like ``-``, ``.``, ``/`` or ``:``. Between letters and digits it may imitate these."""

_LOOKALIKE_SCRIPTS: Final = frozenset(("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "DESERET"))
_TWINS: Final = frozenset(
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u050c\u051a\u051c"
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04bb\u0501\u051b\u051d\u04cf"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u03bd\u03b9\u03f2\u03f3"
)
"""Cyrillic and Greek letters that look like Latin ones."""

_MOST_MARKS: Final = 2
"""So many marks on one letter are written in some script; more of them cover the lines above."""

_WORD: Final = pattern(r"[^\W_]+")


def visible(text: str) -> str:
    r"""``text`` on one line: ``\n``, ``\u202e``, and the Cyrillic letter in ``p\u0430y`` are escaped."""
    while not (text.isascii() and text.isprintable()) and (shown := _shown(text)) != text:
        text = shown  # an escape ends in letters or digits, beside which more may imitate
    return text


def _shown(text: str) -> str:
    imitating = frozenset[int]() if text.isascii() else _imitating(text)
    shown: list[str] = []
    marks = _MOST_MARKS  # a mark at the beginning has no letter to be on
    for position, one in enumerate(text):
        if " " <= one <= "~":  # most are, and looking further would take most of the time of a report
            marks = 0
            shown.append(one)
            continue
        category = unicodedata.category(one)
        marks = marks + 1 if category == "Mn" else 0
        hidden = one != " " and (category in _HIDDEN or category == "Zs" or one in _BLANK)
        hidden = hidden or marks > _MOST_MARKS or any(ord(one) in some for some in (*_VARIANTS, *_LIKE_ASCII))
        shown.append(escape(one) if hidden or position in imitating else one)
    return "".join(shown)


def escape(text: str) -> str:
    r"""Every character of ``text`` as Python writes it in ASCII: ``\n``, ``\xfc``, ``\u202e``."""
    return text.encode("unicode_escape").decode("ascii")


def shortened(text: str, most: int) -> str:
    """``text`` with at most ``most`` characters, and ``...`` where something was cut off."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def columns(text: str) -> int:
    """How many columns ``text``, which is visible, takes on a terminal. Source: Unicode Standard Annex 11."""
    if text.isascii():
        return len(text)
    return sum(_columns(one) for one in text)


def padded(text: str, width: int) -> str:
    """``text``, which is visible, with blanks up to ``width`` columns."""
    return text + " " * (width - columns(text))


def _columns(character: str) -> int:
    if unicodedata.category(character) == "Mn":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _imitating(text: str) -> frozenset[int]:
    """The positions in ``text`` of characters that could be taken for ASCII ones."""
    found = {position for position, one in enumerate(text) if one > "~" and _folds_to_ascii(one)}
    found.update(
        position
        for position in range(1, len(text) - 1)
        if text[position] in _JOINTS and text[position - 1].isalnum() and text[position + 1].isalnum()
    )
    twins: list[list[int]] = []
    own: set[str] = set()
    for word in _WORD.finditer(text):
        if word.group().isascii():
            continue
        letters = [position for position in range(*word.span()) if text[position].isalpha()]
        foreign = [position for position in letters if _script(text[position]) in _LOOKALIKE_SCRIPTS]
        if foreign and len(foreign) < len(letters):
            found.update(foreign)
        elif all(text[position] in _TWINS for position in foreign):
            twins.append(foreign)
        else:
            own.update(_script(text[position]) for position in foreign)
    # In a text with other words of its script, a word of twins alone imitates nothing: people see which script it is.
    found.update(position for word in twins for position in word if _script(text[position]) not in own)
    return frozenset(found)


def _script(letter: str) -> str:
    """The script of ``letter``, by the first word of its name."""
    return unicodedata.name(letter, "").partition(" ")[0]


def _folds_to_ascii(character: str) -> bool:
    """Whether ``character`` is another form of ASCII letters or a digit: full width, mathematical, a ligature."""
    if character.isascii() or not (character.isalpha() or unicodedata.category(character) in ("Nd", "Nl")):
        return False
    folded = unicodedata.normalize("NFKC", character)
    return folded.isascii() and folded.isalnum()
