"""What leaves an object to the full reading."""

from __future__ import annotations

from netverify.manifests.document import Value


class UnusualError(Exception):
    """The object may be wrong, or is only written in another way than most."""


def mapping(value: Value, fields: frozenset[str]) -> dict[str, Value]:
    """``value``, which is a mapping without other keys than ``fields``; a missing one is empty."""
    if value is None:
        return {}
    if value.__class__ is not dict or not fields.issuperset(value):
        raise UnusualError
    known: dict[str, Value] = value
    return known


def items(value: Value) -> list[Value]:
    """``value``, which is a list; a missing one is empty."""
    if value is None:
        return []
    if value.__class__ is not list:
        raise UnusualError
    known: list[Value] = value
    return known


def text(value: Value) -> str:
    """``value``, which is a text and not empty."""
    if value.__class__ is not str or not value:
        raise UnusualError
    known: str = value
    return known
