"""What is known of parts of objects that many objects have alike, such as rules of policies and ports of containers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from marshal import dumps
from typing import Any, TypeVar, TypeVarTuple

_T = TypeVar("_T")
_Part = TypeVar("_Part")
_Further = TypeVarTuple("_Further")
_MOST = 4096
_LONGEST = 2048
"""In bytes, of the parts that are remembered: longer ones are hardly ever there twice."""
_WITHOUT_REFERENCES = 2
"""The version of the format in which equal parts, whose values are of the same types, are the same bytes."""
_TABLES: list[dict[object, Any]] = []


def forget() -> None:
    """Empty all that is remembered, for a test that has changed what a function does."""
    for known in _TABLES:
        known.clear()


def remembered(function: Callable[[_Part, *_Further], _T]) -> Callable[[_Part, *_Further], _T]:
    """``function``, of a part of an object, which is not called again for a part that is the same to the last type."""
    known: dict[object, _T] = {}
    _TABLES.append(known)

    @wraps(function)
    def look_up(part: _Part, *further: *_Further) -> _T:
        value: Any = part
        text = dumps(value, _WITHOUT_REFERENCES)
        key = (text, *further) if further else text
        if key in known:
            return known[key]
        found = function(part, *further)
        if len(text) <= _LONGEST:
            if len(known) >= _MOST:
                known.clear()
            known[key] = found
        return found

    return look_up
