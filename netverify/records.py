"""Dataclasses that cost little until they are used: each method is written when it is needed.

A short run defines hundreds of dataclasses and makes a few objects of some. The standard library compiles all methods
of all of them at once, which took half of such a run. Here ``__init__``, ``__eq__`` and ``__hash__`` go field by field
at first, and are compiled for classes that use them often. What they do is the same, and type checkers see the standard
library's ``dataclass`` alone, whose functions take these classes.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from functools import partial
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(plain: type | None = None, /, **options: bool) -> Any:
        """As the standard library's, of which it has the options of :class:`_Options`."""
        if plain is None:
            return lambda plain: _record(plain, _Options(plain, **options))
        return _record(plain, _Options(plain, **options))


__all__ = ["dataclass"]

_FEW = 10
"""So many calls of a method take less time than to compile it."""

_NONE: Any = object()
_A_FIELD: Any = dataclasses._FIELD  # type: ignore[attr-defined] # noqa: SLF001 -- see its only use


class _Options(NamedTuple):
    """What was decorated, and with which options."""

    plain: type
    eq: bool = True
    order: bool = False
    frozen: bool = False
    slots: bool = False
    kw_only: bool = False


class _Late:
    """Stands in a class for the attribute ``name`` until it is first looked up; ``write`` makes it for the class."""

    __slots__ = ("name", "write")

    def __init__(self, name: str, write: Callable[[Any], Any]) -> None:
        self.name = name
        self.write = write

    def owner(self, kind: type) -> type:
        """The class, ``kind`` or one that it is made from, in which this stands."""
        if kind.__dict__.get(self.name) is self:
            return kind
        return next(cls for cls in kind.__mro__ if cls.__dict__.get(self.name) is self)

    def __get__(self, one: object, kind: type) -> Any:
        owner = self.owner(kind)
        value = self.write(owner)
        setattr(owner, self.name, value)
        return value if one is None or not hasattr(value, "__get__") else value.__get__(one, kind)


class _Early(_Late):
    """Stands in one class for a method that is written after some calls; the first ones do without, by ``first``."""

    __slots__ = ("calls", "first")

    def __init__(self, name: str, write: Callable[[Any], Any], first: Callable[..., Any]) -> None:
        super().__init__(name, write)
        self.first = first
        self.calls = 0

    def __get__(self, one: object, kind: type) -> Any:
        if one is None or self.calls >= _FEW:
            return super().__get__(one, kind)
        self.calls += 1
        return partial(self.first, self.owner(kind), one)


def _record(plain: type, options: _Options) -> type:
    own = {**plain.__dict__, "__record__": options, "__dataclass_fields__": _FIELDS}
    own["__init__"] = _Early("__init__", _init, _set_fields)
    own.setdefault("__repr__", _REPR)
    own.setdefault("__match_args__", _MATCH_ARGS)
    if options.eq:
        if own.get("__hash__") is None and ("__hash__" not in own or "__eq__" in own):
            own["__hash__"] = _Early("__hash__", _hash, _hash_fields) if options.frozen else None
        own.setdefault("__eq__", _Early("__eq__", _compare("__eq__", "=="), _equal_fields))
    if options.order:
        own |= _ORDER
    if options.frozen:
        own |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
    if not options.slots:
        for name, value in own.items():
            if plain.__dict__.get(name) is not value:
                setattr(plain, name, value)
        return plain
    if options.frozen:
        own.setdefault("__getstate__", _state)
        own.setdefault("__setstate__", _set_state)
    return _with_slots(plain, own)


def _with_slots(plain: type, own: dict[str, Any]) -> type:
    """A class with what ``own`` has: slots cannot be added to one that is there."""
    names = plain.__annotations__
    taken = {slot for base in plain.__mro__[1:-1] for slot in base.__dict__.get("__slots__", ())}
    for name in ("__dict__", "__weakref__", *names):
        own.pop(name, None)
    own["__slots__"] = tuple(name for name in names if name not in taken)
    own["__qualname__"] = plain.__qualname__
    return type(plain)(plain.__name__, plain.__bases__, own)


def _fields(cls: Any) -> dict[str, dataclasses.Field[Any]]:
    """The fields of ``cls`` and of what it is made from, with what was said to ``field``.

    As the standard library finds them, which makes methods and a signature as well; no field is a ``ClassVar`` here.
    """
    found: dict[str, dataclasses.Field[Any]] = {}
    for base in cls.__mro__[:0:-1]:
        if "__dataclass_fields__" in base.__dict__:
            found |= base.__dataclass_fields__
    options: _Options = cls.__record__
    for name, hint in options.plain.__annotations__.items():
        said = options.plain.__dict__.get(name, dataclasses.MISSING)
        one: Any = said if isinstance(said, dataclasses.Field) else dataclasses.field(default=said)
        one.name, one.type = name, hint
        one._field_type = _A_FIELD  # noqa: SLF001 -- what the functions for dataclasses look for
        if one.kw_only is dataclasses.MISSING:
            one.kw_only = options.kw_only
        found[name] = one
    return found


def _set_fields(cls: Any, one: Any, /, *values: Any, **by_name: Any) -> None:
    """What ``__init__`` does, for the first few objects. Wrong arguments are left to it, which refuses them."""
    put = object.__setattr__ if cls.__record__.frozen else setattr
    left = dict(by_name)
    places = iter(values)
    for name, field in cls.__dataclass_fields__.items():
        value = next(places, _NONE) if field.init and not field.kw_only else _NONE
        if value is _NONE and field.init:
            value = left.pop(name, _NONE)
        if value is _NONE:
            make: Any = field.default_factory
            value = field.default if make is dataclasses.MISSING else make()
        if value is not dataclasses.MISSING:
            put(one, name, value)
        elif field.init:
            return _init(cls)(one, *values, **by_name)
    if left or next(places, _NONE) is not _NONE:
        return _init(cls)(one, *values, **by_name)
    if hasattr(cls, "__post_init__"):
        one.__post_init__()
    return None


def _equal_fields(cls: Any, one: Any, other: object) -> Any:
    names = [field.name for field in cls.__dataclass_fields__.values() if field.compare]
    if other.__class__ is not one.__class__:
        return NotImplemented
    return [getattr(one, name) for name in names] == [getattr(other, name) for name in names]


def _hash_fields(cls: Any, one: Any) -> int:
    return hash(tuple([getattr(one, name) for name in _hashed(cls)]))


def _hashed(cls: Any) -> list[str]:
    """The names of the fields that count for the hash."""
    fields = cls.__dataclass_fields__.values()
    return [field.name for field in fields if (field.compare if field.hash is None else field.hash)]


def _init(cls: Any) -> Callable[..., None]:
    options: _Options = cls.__record__
    known: dict[str, Any] = {"_given": object()}
    positional: list[str] = ["self"]
    by_name: list[str] = []
    lines: list[str] = []
    for one in cls.__dataclass_fields__.values():
        name, value, parameter = one.name, one.name, one.name
        if one.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = one.default_factory
            value = f"_make_{name}() if {name} is _given else {name}" if one.init else f"_make_{name}()"
            parameter = f"{name}=_given"
        elif one.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = one.default
            value = name if one.init else f"_default_{name}"
            parameter = f"{name}=_default_{name}"
        elif not one.init:
            continue
        if one.init:
            (by_name if one.kw_only else positional).append(parameter)
        lines.append(f"self.{name} = {value}")
    if options.frozen and lines:
        known |= {"_set_class": _CLASS.__set__, "_open": _open(cls), "_frozen": cls}
        lines = ["_set_class(self, _open)", *lines, "self.__class__ = _frozen"]
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    parameters = ", ".join([*positional, *(["*", *by_name] if by_name else ())])
    init = _written(cls, f"__init__({parameters})", lines or ["pass"], known)
    init.__annotations__ = {one.name: one.type for one in cls.__dataclass_fields__.values() if one.init} | {
        "return": None
    }
    return init


def _written(cls: Any, head: str, lines: list[str], known: dict[str, Any] | None = None) -> Callable[..., Any]:
    """The method of ``cls`` with that head and body, which may use the names of ``known``."""
    name = head.partition("(")[0]
    body = "\n  ".join(lines)
    text = f"def write({', '.join(known or ())}):\n def {head}:\n  {body}\n return {name}"
    made: dict[str, Any] = {}
    exec(text, sys.modules[cls.__module__].__dict__, made)  # noqa: S102 -- of the names of fields alone
    method: Callable[..., Any] = made["write"](**(known or {}))
    method.__qualname__ = f"{cls.__qualname__}.{name}"
    return method


def _open(cls: Any) -> Any:
    """As ``cls``, but its fields can be set: what an object is while it is made, which takes half the time."""
    own: dict[str, Any] = {"__setattr__": object.__setattr__}
    if "__slots__" in cls.__dict__:
        own["__slots__"] = cls.__slots__
    return type(cls)(cls.__name__, cls.__bases__, own)


def _compare(name: str, operator: str) -> Callable[[Any], Callable[..., Any]]:
    """Writes the method ``name``, which compares two objects of the very same class, field by field."""

    def write(cls: Any) -> Callable[..., Any]:
        names = [one.name for one in cls.__dataclass_fields__.values() if one.compare]
        compared = f"{_tuple('self', names)} {operator} {_tuple('other', names)}"
        line = f"return {compared} if other.__class__ is self.__class__ else NotImplemented"
        return _written(cls, f"{name}(self, other)", [line])

    return write


def _hash(cls: Any) -> Callable[..., Any]:
    return _written(cls, "__hash__(self)", [f"return hash({_tuple('self', _hashed(cls))})"])


def _tuple(owner: str, names: list[str]) -> str:
    return f"({''.join(f'{owner}.{name}, ' for name in names)})"


def _repr(cls: Any) -> Callable[[Any], str]:
    names = [one.name for one in cls.__dataclass_fields__.values() if one.repr]

    @recursive_repr()
    def __repr__(self: Any) -> str:  # noqa: N807 -- one of a class
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return __repr__


def _match_args(cls: Any) -> tuple[str, ...]:
    return tuple(one.name for one in cls.__dataclass_fields__.values() if one.init and not one.kw_only)


def _refuse_to_set(_self: object, name: str, _value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in self.__dataclass_fields__.values()]


def _set_state(self: Any, state: list[Any]) -> None:
    for one, value in zip(self.__dataclass_fields__.values(), state, strict=True):
        object.__setattr__(self, one.name, value)


_CLASS: Any = object.__dict__["__class__"]
_FIELDS = _Late("__dataclass_fields__", _fields)
_REPR = _Late("__repr__", _repr)
_MATCH_ARGS = _Late("__match_args__", _match_args)
_ORDER = {
    name: _Late(name, _compare(name, operator))
    for name, operator in {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}.items()
}
