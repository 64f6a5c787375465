"""Characters that readers of YAML disagree about, or that a person cannot see, are refused."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from netverify.documents.refusal import Mark, Refusal
from netverify.patterns import pattern

_BOM: Final = b"\xef\xbb\xbf"
_PLAIN_ASCII: Final = bytes((0x09, 0x0A, *range(0x20, 0x7F)))
_CONTROL: Final = pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_LINE_BREAK_TO_SOME: Final = pattern("[\x85\u2028\u2029]")
_INNER_BOM: Final = "\ufeff"
_INVISIBLE: Final = pattern(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff\U000e0000-\U000e007f]"
)


def checked_text(data: bytes) -> bytes:
    """``data`` without its byte order mark, if all of it is UTF-8 text that every reader splits into the same lines.

    Raises ``Refusal``: NV111 for another encoding, NV110 for a carriage return that ends a line alone, NV109 for
    control characters, Unicode line separators and a byte order mark that is not the first character.
    """
    data = data.removeprefix(_BOM)
    if not data.translate(None, _PLAIN_ASCII):
        return data
    if data.count(b"\r") != data.count(b"\r\n"):
        raise _bare_carriage_return(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(data, error.start) from None
    for form in (_CONTROL, _LINE_BREAK_TO_SOME):
        if found := form.search(text):
            raise _forbidden(text, found.start())
    if (at := text.find(_INNER_BOM)) >= 0:
        raise _forbidden(text, at)
    return data


def check_visible(text: str) -> None:
    """Raise ``Refusal`` (NV109, without a place) iff ``text`` holds a zero-width or direction-changing character."""
    if found := _INVISIBLE.search(text):
        raise Refusal(
            "NV109",
            f"the text holds the invisible character {_named(found.group())}",
            help="remove it: two names that look the same would differ",
        )


def _forbidden(text: str, at: int) -> Refusal:
    return Refusal(
        "NV109",
        f"the character {_named(text[at])} is not allowed in a manifest",
        help='remove it, or write it as an escape in double quotes: "\\u2028"',
        mark=_mark(text, at),
    )


def _bare_carriage_return(data: bytes) -> Refusal:
    at = re.search(rb"\r(?!\n)", data)
    start = at.start() if at else 0
    return Refusal(
        "NV110",
        "a carriage return without a line feed: some readers end the line here, kubectl does not",
        help="end lines with a line feed, or with a carriage return and a line feed",
        mark=_mark(data[:start].decode("utf-8", "replace") + "\r", len(data[:start].decode("utf-8", "replace"))),
    )


def _not_utf8(data: bytes, start: int) -> Refusal:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        what = "the file is in UTF-16"
    else:
        what = f"the byte 0x{data[start]:02x} is not UTF-8 text"
    before = data[:start].decode("utf-8", "replace")
    return Refusal("NV111", what, help="save the file in UTF-8", mark=_mark(before, len(before)))


def _mark(text: str, at: int) -> Mark:
    line_start = text.rfind("\n", 0, at) + 1
    return Mark(text.count("\n", 0, at), at - line_start)


def _named(character: str) -> str:
    return f"U+{ord(character):04X} ({unicodedata.name(character, 'control character').lower()})"
