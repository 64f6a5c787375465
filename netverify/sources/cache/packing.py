"""Facts as JSON: a pool for each type, in which equal values stand once and name each other by number.

The form of a type follows from its fields, so that a field that is added to a fact is packed without a change here.
The paths of sources stand outside: what one source gave is the same under another name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from netverify.diagnostics import Origin
from netverify.sources.cache.forms import (
    Choice,
    Form,
    Map,
    NotPackableError,
    Object,
    OneOf,
    Path,
    Plain,
    Pooled,
    Pools,
    Sequential,
)
from netverify.sources.gathered import Gathered


class _Forms:
    """The forms of a type and of all that it consists of, each before what uses it."""

    def __init__(self) -> None:
        self.pooled: list[Pooled] = []
        self._known: dict[Any, Form] = {}

    def of(self, hint: Any) -> Form:
        """The form of values that are annotated with ``hint``."""
        if hint not in self._known:
            self._known[hint] = self._new(hint)
        return self._known[hint]

    def _new(self, hint: Any) -> Form:
        if hint in {str, int, bool}:
            return Plain()
        if isinstance(hint, type) and issubclass(hint, Enum):
            return Choice(hint)
        if isinstance(hint, type) and is_dataclass(hint):
            return self._dataclass(hint)
        return self._composed(hint, get_origin(hint), get_args(hint))

    def _composed(self, hint: Any, origin: Any, arguments: tuple[Any, ...]) -> Form:
        if origin in {UnionType, Union}:
            return self._union([one for one in arguments if one is not NoneType])
        if origin is tuple and arguments[1:] == (...,):
            item = self.of(arguments[0])
            return self._pool(lambda number: Sequential(number, item))
        if origin is tuple:
            forms = [self.of(argument) for argument in arguments]
            return self._pool(lambda number: Object(number, lambda *parts: parts, tuple, forms))
        if isinstance(origin, type) and issubclass(origin, Mapping):
            value = self.of(arguments[1])
            return self._pool(lambda number: Map(number, value))
        raise NotPackableError(str(hint))

    def _union(self, hints: Sequence[Any]) -> Form:
        """The form of one of ``hints``, or None."""
        forms = [self.of(hint) for hint in hints]
        if len(forms) == 1 and isinstance(forms[0], Pooled | Plain):
            return forms[0]
        if all(isinstance(form, Plain) for form in forms):
            return forms[0]
        by_type = {hint: form for hint, form in zip(hints, forms, strict=True) if isinstance(form, Object)}
        if len(by_type) < len(forms):
            raise NotPackableError(str(hints))
        return self._pool(lambda number: OneOf(number, by_type))

    def _dataclass(self, kind: type) -> Form:
        hints = get_type_hints(kind)
        names = [field.name for field in fields(kind)]
        forms = [Path() if (kind, name) == (Origin, "path") else self.of(hints[name]) for name in names]
        get = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)
        return self._pool(lambda number: Object(number, kind, get, forms))

    def _pool(self, make: Callable[[int], Pooled]) -> Pooled:
        """A form with the next pool; pool 0 is that of the paths."""
        form = make(len(self.pooled) + 1)
        self.pooled.append(form)
        return form


@cache
def _forms() -> _Forms:
    forms = _Forms()
    forms.of(Gathered)
    return forms


def pack(gathered: Gathered, path: str) -> bytes:
    """``gathered``, which comes from the source at ``path`` alone, as JSON that does not tell the path.

    Raises :class:`NotPackableError` where it has no form, such as a place in another source.
    """
    forms = _forms()
    pools = Pools((path,), len(forms.pooled) + 1)
    forms.of(Gathered).pack(gathered, pools)
    written = [form.written(list(pools.numbers[form.number])) for form in forms.pooled]
    return json.dumps(written, separators=(",", ":")).encode("ascii")


def unpack(data: bytes, path: str) -> Gathered:
    """What :func:`pack` was given, as if it came from ``path``. Raises ``ValueError`` for what it did not make."""
    made: list[Sequence[Any]] = [(path,)]
    try:
        for form, written in zip(_forms().pooled, json.loads(data), strict=True):
            made.append([*form.build(written, made), None])
        gathered = made[-1][0]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise ValueError("not packed by netverify") from error
    if not isinstance(gathered, Gathered) or not all(_is_sound(getattr(gathered, field.name)) for field in _FIELDS):
        raise ValueError("nothing is packed here")
    return gathered


_FIELDS = fields(Gathered)


def _is_sound(value: object) -> bool:
    """Whether ``value`` may be a field of what was gathered: a number, numbers or places by name, or several things."""
    if isinstance(value, Mapping):
        return all(isinstance(one, int) or (isinstance(one, tuple) and None not in one) for one in value.values())
    return isinstance(value, int) or (isinstance(value, tuple) and not any(one is None for one in value))
