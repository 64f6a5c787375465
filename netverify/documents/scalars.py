"""Plain scalars as Kubernetes reads them.

These are the rules of go-yaml v2 followed by the conversion to JSON of sigs.k8s.io/yaml.

They differ from YAML 1.1 as PyYAML has it: ``5432.0``, ``1e3`` and ``0o17`` are integers, ``22:22`` and
``2024-01-01`` are strings, ``y`` is a Boolean. Source: go-yaml v2.4.4 ``resolve.go``, sigs.k8s.io/yaml v1.6.0
``convertToJSONableObject``.
"""

from __future__ import annotations

import math
import struct
from dataclasses import field
from decimal import Decimal
from typing import Final, TypeAlias

from netverify.documents.document import Value
from netverify.documents.refusal import Refusal, shown
from netverify.patterns import pattern
from netverify.records import dataclass

Scalar: TypeAlias = str | int | float | bool | None

_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_NOT_IN_JSON: Final = frozenset(
    (".nan", ".NaN", ".NAN", *(sign + word for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")))
)
_PREFIXED: Final = pattern(r"([-+]?)0(?:[xX]([0-9a-fA-F]+)|[oO]?([0-7]+)|[bB]([01]+))\Z")
_DECIMAL: Final = pattern(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT: Final = pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_UNSIGNED_64: Final = 2**64
_SIGNED_64: Final = 2**63
_LONGEST_NUMBER: Final = 1024
_INTEGRAL_BELOW: Final = 1e21
"""encoding/json writes floats below this as their shortest digits: whole ones are read back as integers."""


@dataclass(slots=True)
class Memory:
    """Scalars seen before in the same file: each distinct one is resolved, checked and stored once."""

    values: dict[str, Value] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    quoted: dict[str, str] = field(default_factory=dict)


def resolve(text: str) -> Scalar:
    """The JSON value of the plain scalar ``text``.

    Raises ``Refusal`` for what Kubernetes refuses (infinities and NaN) and for numbers with ``_``, which readers
    disagree about.
    """
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first == ".":
        if text in _NOT_IN_JSON:
            raise _not_in_json(text)
        return _number(text) if text[1:2].isdigit() else text
    if first not in "+-0123456789":
        return text
    if text in _NOT_IN_JSON:
        raise _not_in_json(text)
    return _number(text)


def resolve_json_number(text: str) -> int | float:
    """The value of a number of a JSON text; the same as :func:`resolve` gives for it, but never a string."""
    value = _number(text)
    if isinstance(value, str):
        raise _out_of_range(text)
    return value


def resolve_key(text: str) -> str:
    """The string that the plain scalar ``text`` becomes as a key: ``on`` is ``true``, ``0x10`` is ``16``.

    Raises ``Refusal`` for null, for integers beyond 64 bits with sign and for what :func:`resolve` refuses.
    """
    return key_of(resolve(text), text)


def key_of(value: object, text: str) -> str:
    """The string that ``value`` becomes as a key; ``text`` is how it was written, for the message."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() if "." in text or ("e" in text.lower() and "x" not in text.lower()) or _is_zero_led_decimal(text):
            return _float32_text(float(text))
        case int() if -_SIGNED_64 <= value < _SIGNED_64:
            return str(value)
        case float():
            return _float32_text(value)
        case _:
            raise Refusal(
                "NV106",
                f"the key {shown(text)} is not a string and Kubernetes cannot make it one",
                help="write it in quotes",
            )


def _number(text: str) -> int | float | str:
    plain = text.replace("_", "")
    value = _plain_number(plain)
    if isinstance(value, str):
        return text
    if plain != text:
        raise Refusal(
            "NV114",
            f"{shown(text)} is a number to some readers of YAML and a string to others",
            help=f"write {shown(plain)} for the number, or quote it for the string",
        )
    return value


def _plain_number(text: str) -> int | float | str:
    """The integer or float that ``text`` is; ``text`` itself if it is neither."""
    if prefixed := _PREFIXED.match(text):
        sign, hexadecimal, octal, binary = prefixed.groups()
        digits, base = (hexadecimal, 16) if hexadecimal else (octal, 8) if octal else (binary, 2)
        if len(digits) <= _LONGEST_NUMBER and _fits(value := int(sign + digits, base), sign):
            return value
        if len(digits) > _LONGEST_NUMBER or not octal or "o" in text.lower():
            return _string_unless_long(text)
    elif _DECIMAL.match(text):
        if len(text) <= 20 and _fits(value := int(text), text[0]):
            return value
    elif not _FLOAT.match(text):
        return text
    return _as_float(text)


def _fits(value: int, sign: str) -> bool:
    """Whether ``strconv.ParseInt`` or, for texts without a sign, ``ParseUint`` takes it."""
    return -_SIGNED_64 <= value < _SIGNED_64 or (value < _UNSIGNED_64 and sign not in ("+", "-"))


def _as_float(text: str) -> int | float | str:
    """The float as JSON carries it: integral ones below 1e21 are integers, ones beyond the range stay strings."""
    if len(text) > _LONGEST_NUMBER:
        return _string_unless_long(text)
    value = float(text)
    if math.isinf(value):
        return text
    if value.is_integer() and abs(value) < _INTEGRAL_BELOW:
        return int(Decimal(repr(value)))
    return value


def _string_unless_long(text: str) -> str:
    if len(text) > _LONGEST_NUMBER:
        raise Refusal(
            "NV115",
            f"a number of {len(text):,} digits is out of the range of every field",
            help="write it in quotes if it is a string",
        )
    return text


def _out_of_range(text: str) -> Refusal:
    return Refusal("NV115", f"the number {shown(text)} is out of range", help="write it in quotes if it is a string")


def _not_in_json(text: str) -> Refusal:
    return Refusal(
        "NV115",
        f"{shown(text)} is not a number that Kubernetes accepts",
        help="write it in quotes if it is a string",
    )


def _is_zero_led_decimal(text: str) -> bool:
    """Whether ``text`` is like ``089``: no octal number, so read as a float."""
    digits = text.lstrip("+-")
    return len(digits) > 1 and digits[0] == "0" and digits.isdigit() and bool(set(digits) & {"8", "9"})


def _float32_text(value: float) -> str:
    """``value`` as ``strconv.FormatFloat(value, 'g', -1, 32)`` writes it, infinities as in YAML."""
    try:
        single = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return "-.inf" if value < 0 else ".inf"
    for digits in range(9):
        text = f"{single:.{digits}e}"
        if struct.pack("<f", float(text)) == struct.pack("<f", single):
            break
    mantissa, _, exponent_text = text.partition("e")
    exponent = int(exponent_text)
    if -4 <= exponent < 6:
        return f"{single:.{max(digits - exponent, 0)}f}"
    return f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
