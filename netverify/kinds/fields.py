"""The fields of objects, declared once as typed dictionaries: for the type checker, and for reading.

They say what strict decoding checks: a wrong type or an unknown field is refused. Null stands for an absent field, and
in a list for the item's zero value where the declaration allows it. What values mean is for the rules of each kind.
Fields that do not concern networking are known by name alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple, Protocol, TypeAlias, TypeVar, get_args, get_origin

from netverify.documents.document import FieldPath, Value
from netverify.kinds.remembered import remembered

if TYPE_CHECKING:
    from typing import TypedDict
else:

    class TypedDict:
        """Annotations alone: a short run reads a few of the kinds that it loads, and needs the fields of those."""

        def __init_subclass__(cls, *, total: bool) -> None:
            """As the standard library's, whose classes take ten times as long to make."""

        def __new__(cls, *functional: Any, **values: Any) -> Any:
            """A dictionary with ``values``; or a class, where names of fields are words of Python."""
            if not functional:
                return values
            name, fields = functional
            return type(name, (cls,), {"__annotations__": fields}, **values)


__all__ = [
    "Alike",
    "FreeMap",
    "Int32",
    "IntOrString",
    "Loose",
    "Mistake",
    "StringMap",
    "TypedDict",
    "form_of",
    "names_of",
]

MIN_INT32, MAX_INT32 = -(2**31), 2**31 - 1

_T = TypeVar("_T")
_INT32, _INT_OR_STRING, _LOOSE, _ALIKE = "int32", "int or string", "loose", "alike"

Int32: TypeAlias = Annotated[int, _INT32]
IntOrString: TypeAlias = Annotated[int | str, _INT_OR_STRING]
Loose: TypeAlias = Annotated[_T, _LOOSE]
"""A part of a ``status``: servers of any version write it, so fields that are not known are no error."""
Alike: TypeAlias = Annotated[_T, _ALIKE]
"""A part that many objects have the same: whether it fits is remembered."""
StringMap: TypeAlias = dict[str, str | None]
"""A ``map[string]string``; a null value is the empty string."""
FreeMap: TypeAlias = dict[str, Any]
"""A mapping of which nothing is known."""


class Mistake(NamedTuple):
    """A value of the wrong type, which ``must`` be another; or with an empty ``must`` a field that no API has.

    ``value`` is the one at ``path``, and of an unknown field the mapping that has it, which is of ``owner``.
    """

    path: FieldPath
    must: str
    value: Value
    owner: object = None


class Form(Protocol):
    """What a value that is not null has to be."""

    @property
    def fits(self) -> Callable[[Value], bool]:
        """Whether a value is that; the quick way."""
        ...

    def mistakes(self, value: Value, path: FieldPath) -> Iterator[Mistake]:
        """In which ways the value at ``path`` is not."""
        ...


@cache
def form_of(fields: Any) -> Form:
    """The form that an annotation stands for; ``fields`` is mostly a typed dictionary."""
    if fields is Any:
        return _Typed(object, "")
    origin, arguments = get_origin(fields), get_args(fields)
    if origin is Annotated:
        return _annotated(arguments[0], fields.__metadata__[0])
    if origin is list:
        return _List(form_of(_without_none(arguments[0])), nulls=type(None) in get_args(arguments[0]))
    if origin is dict:
        return _Typed(dict, _MAPPING) if arguments[1] is Any else _Strings()
    if fields in _SCALARS:
        return _Typed(fields, _SCALARS[fields])
    return _Mapping(fields, loose=False)


def names_of(fields: Any) -> tuple[str, ...]:
    """The names of the fields of a typed dictionary, in the order of their declaration."""
    return tuple(_hints(fields))


@cache
def _hints(fields: Any) -> Mapping[str, Any]:
    """The annotations of the fields of a typed dictionary, those that it inherits first."""
    found: dict[str, Any] = {}
    for owner in fields.__mro__[-2::-1]:
        annotations = owner.__annotations__
        text = ", ".join(f"{name!r}: {hint}" for name, hint in annotations.items() if isinstance(hint, str))
        found |= annotations | eval(f"{{{text}}}", vars(sys.modules[owner.__module__]))  # noqa: S307 -- text of ours
    return found


_SCALARS: Final[Mapping[type, str]] = MappingProxyType(
    {
        str: "must be a string",
        int: "must be a whole number",
        bool: "must be `true` or `false`",
    }
)
_MAPPING = "must be a mapping"


class _Typed:
    """A value of one type; of any, if that is ``object``."""

    def __init__(self, kind: type, must: str) -> None:
        self.kind = kind
        self.must = must

        def fits(value: Value) -> bool:
            return value.__class__ is kind or kind is object

        self.fits = fits

    def mistakes(self, value: Value, path: FieldPath) -> Iterator[Mistake]:
        if not self.fits(value):
            yield Mistake(path, self.must, value)


class _Number:
    """A number of 32 bits, or with ``names`` a text as well."""

    def __init__(self, must: str, *, names: bool) -> None:
        self.must = must

        def fits(value: Value) -> bool:
            if value.__class__ is int:
                number: int = value
                return MIN_INT32 <= number <= MAX_INT32
            return names and value.__class__ is str

        self.fits = fits

    def mistakes(self, value: Value, path: FieldPath) -> Iterator[Mistake]:
        if not self.fits(value):
            yield Mistake(path, "must fit in 32 bits" if value.__class__ is int else self.must, value)


class _Strings:
    """A mapping of texts."""

    def __init__(self) -> None:
        def fits(value: Value) -> bool:
            if value.__class__ is not dict:
                return False
            for item in value.values():  # noqa: SIM110 -- a generator takes twice as long
                if item.__class__ is not str and item is not None:
                    return False
            return True

        self.fits = fits

    def mistakes(self, value: Value, path: FieldPath) -> Iterator[Mistake]:
        if value.__class__ is not dict:
            yield Mistake(path, _MAPPING, value)
            return
        for key, item in value.items():
            if item is not None and item.__class__ is not str:
                yield Mistake((*path, key), _SCALARS[str], item)


class _List:
    """A list whose items have one form; with ``nulls`` they may be null."""

    def __init__(self, item: Form, *, nulls: bool) -> None:
        self.item = item
        self.nulls = nulls
        kind, fits_item = item.kind if isinstance(item, _Typed) else None, item.fits

        def fits(value: Value) -> bool:
            if value.__class__ is not list:
                return False
            for one in value:
                if one.__class__ is not kind and not (nulls if one is None else fits_item(one)):
                    return False
            return True

        self.fits = fits

    def mistakes(self, value: Value, path: FieldPath) -> Iterator[Mistake]:
        if value.__class__ is not list:
            yield Mistake(path, "must be a list", value)
            return
        for index, item in enumerate(value):
            if item is not None or not self.nulls:
                yield from self.item.mistakes(item, (*path, index))


class _Alike:
    """What ``form`` says, remembered of each value."""

    def __init__(self, form: Form) -> None:
        self.fits = remembered(form.fits)
        self.mistakes = form.mistakes


class _Mapping:
    """A mapping with the fields of the typed dictionary ``owner``; others are a mistake unless it is ``loose``."""

    def __init__(self, owner: Any, *, loose: bool) -> None:
        hints = _hints(owner)
        self.owner = owner
        self.loose = loose
        self.fields = {name: form_of(_without_none(hint)) for name, hint in hints.items()}
        tests = {name: form.kind if isinstance(form, _Typed) else form.fits for name, form in self.fields.items()}
        test_of = tests.get

        def fits(value: Value) -> bool:
            if value.__class__ is not dict:
                return False
            for name, item in value.items():
                test = test_of(name)
                if test is item.__class__ or test is object:
                    continue
                if test is None:
                    if loose:
                        continue
                    return False
                if item is not None and (test.__class__ is type or not test(item)):
                    return False
            return True

        self.fits = fits

    def mistakes(self, value: Value, path: FieldPath) -> Iterator[Mistake]:
        if value.__class__ is not dict:
            yield Mistake(path, _MAPPING, value)
            return
        for name, form in self.fields.items():
            if value.get(name) is not None:
                yield from form.mistakes(value[name], (*path, name))
        for name in () if self.loose else value:
            if name not in self.fields:
                yield Mistake((*path, name), "", value, self.owner)


def _annotated(annotation: Any, mark: str) -> Form:
    if mark == _INT32:
        return _Number(_SCALARS[int], names=False)
    if mark == _ALIKE:
        return _Alike(form_of(annotation))
    if mark == _INT_OR_STRING:
        return _Number("must be a whole number or a name", names=True)
    return _Mapping(annotation, loose=True)


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated or type(None) not in get_args(annotation):
        return annotation
    return next(one for one in get_args(annotation) if one is not type(None))
