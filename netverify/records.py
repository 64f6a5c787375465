"""Dataclasses that cost little until they are used: each method is written when it is first called.

A short run defines hundreds of dataclasses and makes objects of a few. The standard library compiles all methods of all
of them at once, which took half of such a run. What they do is the same: the standard library finds the fields, and
type checkers see its ``dataclass`` alone.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
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

    def __get__(self, one: object, kind: type) -> Any:
        owner = next(cls for cls in kind.__mro__ if cls.__dict__.get(self.name) is self)
        value = self.write(owner)
        setattr(owner, self.name, value)
        return value if one is None or not hasattr(value, "__get__") else value.__get__(one, kind)


def _record(plain: type, options: _Options) -> type:
    own = {**plain.__dict__, "__record__": options, "__dataclass_fields__": _FIELDS, "__init__": _INIT}
    own.setdefault("__repr__", _REPR)
    own.setdefault("__match_args__", _MATCH_ARGS)
    if options.eq:
        if own.get("__hash__") is None and ("__hash__" not in own or "__eq__" in own):
            own["__hash__"] = _HASH if options.frozen else None
        own.setdefault("__eq__", _EQ)
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
    """What the standard library finds, without the methods that it would write."""
    plain, kw_only = cls.__record__.plain, cls.__record__.kw_only
    if cls is plain:
        del cls.__dataclass_fields__
    found: Any = dataclasses.dataclass(init=False, repr=False, eq=False, match_args=False, kw_only=kw_only)(plain)
    cls.__dataclass_params__ = found.__dataclass_params__
    fields: dict[str, dataclasses.Field[Any]] = found.__dict__["__dataclass_fields__"]
    return fields


def _init(cls: Any) -> Callable[..., None]:
    options: _Options = cls.__record__
    known: dict[str, Any] = {"_given": object()}
    positional: list[str] = ["self"]
    by_name: list[str] = []
    lines: list[str] = []
    for one in dataclasses.fields(cls):
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
    init.__annotations__ = {one.name: one.type for one in dataclasses.fields(cls) if one.init} | {"return": None}
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
        names = [one.name for one in dataclasses.fields(cls) if one.compare]
        compared = f"{_tuple('self', names)} {operator} {_tuple('other', names)}"
        line = f"return {compared} if other.__class__ is self.__class__ else NotImplemented"
        return _written(cls, f"{name}(self, other)", [line])

    return write


def _hash(cls: Any) -> Callable[..., Any]:
    names = [one.name for one in dataclasses.fields(cls) if (one.compare if one.hash is None else one.hash)]
    return _written(cls, "__hash__(self)", [f"return hash({_tuple('self', names)})"])


def _tuple(owner: str, names: list[str]) -> str:
    return f"({''.join(f'{owner}.{name}, ' for name in names)})"


def _repr(cls: Any) -> Callable[[Any], str]:
    names = [one.name for one in dataclasses.fields(cls) if one.repr]

    @recursive_repr()
    def __repr__(self: Any) -> str:  # noqa: N807 -- one of a class
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return __repr__


def _match_args(cls: Any) -> tuple[str, ...]:
    return tuple(one.name for one in dataclasses.fields(cls) if one.init and not one.kw_only)


def _refuse_to_set(_self: object, name: str, _value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


_CLASS: Any = object.__dict__["__class__"]
_FIELDS = _Late("__dataclass_fields__", _fields)
_INIT = _Late("__init__", _init)
_REPR = _Late("__repr__", _repr)
_MATCH_ARGS = _Late("__match_args__", _match_args)
_EQ = _Late("__eq__", _compare("__eq__", "=="))
_HASH = _Late("__hash__", _hash)
_ORDER = {
    name: _Late(name, _compare(name, operator))
    for name, operator in {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}.items()
}
