"""How values of one type are written in JSON: as they are, or by the number of a row in the pool of their type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from itertools import repeat
from typing import Any, Protocol, TypeAlias

Row: TypeAlias = Any
"""What stands in JSON for one value of a pool: numbers of other rows, texts, numbers, null."""
_NONE = -1
"""The number that stands for None in the place of one of a pool: every pool ends with None when it is unpacked."""


class NotPackableError(Exception):
    """Something has no form: the value cannot be kept."""


class Form(Protocol):
    """How values of one type are written."""

    def pack(self, value: Any, pools: Pools) -> Row:
        """What stands for ``value`` in a row."""
        ...

    def unpack(self, column: Iterable[Row], made: Sequence[Sequence[Any]]) -> Iterable[Any]:
        """The values that ``column`` stands for; ``made`` holds the values of every pool before this one."""
        ...


class Plain:
    """Texts, numbers, Booleans and None, as they are."""

    def pack(self, value: Any, pools: Pools) -> Row:
        """As :meth:`Form.pack`."""
        del pools
        return value

    def unpack(self, column: Iterable[Row], made: Sequence[Sequence[Any]]) -> Iterable[Any]:
        """As :meth:`Form.unpack`."""
        del made
        return column


class Choice:
    """A member of an enumeration, by its value."""

    def __init__(self, kind: type[Enum]) -> None:
        self._members = {member.value: member for member in kind}

    def pack(self, value: Any, pools: Pools) -> Row:
        """As :meth:`Form.pack`."""
        del pools
        return value.value

    def unpack(self, column: Iterable[Row], made: Sequence[Sequence[Any]]) -> Iterable[Any]:
        """As :meth:`Form.unpack`."""
        del made
        return map(self._members.__getitem__, column)


class Path:
    """The path of a source, by its number."""

    def pack(self, value: Any, pools: Pools) -> Row:
        """As :meth:`Form.pack`."""
        try:
            return pools.paths.index(value)
        except ValueError:
            raise NotPackableError from None

    def unpack(self, column: Iterable[Row], made: Sequence[Sequence[Any]]) -> Iterable[Any]:
        """As :meth:`Form.unpack`."""
        return map(made[0].__getitem__, column)


class Pooled:
    """A type with a pool of its own; ``number`` is that of the pool."""

    def __init__(self, number: int) -> None:
        self.number = number

    def pack(self, value: Any, pools: Pools) -> Row:
        """The number of ``value`` in its pool, which it joins if it is new."""
        if value is None:
            return _NONE
        seen = pools.seen[self.number]
        known = seen.get(id(value))
        if known is None:
            row = self.row(value, pools)
            numbers = pools.numbers[self.number]
            known = numbers.setdefault(row, len(numbers))
            seen[id(value)] = known
        return known

    def unpack(self, column: Iterable[Row], made: Sequence[Sequence[Any]]) -> Iterable[Any]:
        """As :meth:`Form.unpack`."""
        return map(made[self.number].__getitem__, column)

    def row(self, value: Any, pools: Pools) -> tuple[Row, ...]:
        """What tells ``value`` from others in its pool."""
        raise NotImplementedError

    def written(self, rows: Sequence[tuple[Row, ...]]) -> Row:
        """``rows`` as they are written: row by row, unless they are all alike."""
        return rows

    def build(self, written: Row, made: Sequence[Sequence[Any]]) -> list[Any]:
        """The values of the pool."""
        raise NotImplementedError


class Object(Pooled):
    """A dataclass, or a tuple of fixed length: written column by column."""

    def __init__(self, number: int, make: Callable[..., Any], get: Callable[[Any], Any], forms: Sequence[Form]) -> None:
        super().__init__(number)
        self._make = make
        self._get = get
        self._forms = forms
        self._parts = [(index, form) for index, form in enumerate(forms) if not isinstance(form, Plain)]

    def row(self, value: Any, pools: Pools) -> tuple[Row, ...]:
        """As :meth:`Pooled.row`."""
        parts = list(self._get(value))
        for index, form in self._parts:
            parts[index] = form.pack(parts[index], pools)
        return tuple(parts)

    def written(self, rows: Sequence[tuple[Row, ...]]) -> Row:
        """As :meth:`Pooled.written`."""
        return list(zip(*rows, strict=True))

    def build(self, written: Row, made: Sequence[Sequence[Any]]) -> list[Any]:
        """As :meth:`Pooled.build`."""
        if not written:
            return []
        columns = zip(self._forms, written, strict=True)
        return list(map(self._make, *[form.unpack(column, made) for form, column in columns]))


class Sequential(Pooled):
    """A tuple of any length."""

    def __init__(self, number: int, item: Form) -> None:
        super().__init__(number)
        self._item = item

    def row(self, value: Any, pools: Pools) -> tuple[Row, ...]:
        """As :meth:`Pooled.row`."""
        return tuple(map(self._item.pack, value, repeat(pools)))

    def build(self, written: Row, made: Sequence[Sequence[Any]]) -> list[Any]:
        """As :meth:`Pooled.build`."""
        return [tuple(self._item.unpack(row, made)) for row in written]


class Map(Pooled):
    """A mapping from texts, in its order."""

    def __init__(self, number: int, value: Form) -> None:
        super().__init__(number)
        self._value = value

    def row(self, value: Any, pools: Pools) -> tuple[Row, ...]:
        """As :meth:`Pooled.row`."""
        return tuple([(key, self._value.pack(item, pools)) for key, item in value.items()])

    def written(self, rows: Sequence[tuple[Row, ...]]) -> Row:
        """As :meth:`Pooled.written`."""
        return list(map(dict, rows))

    def build(self, written: Row, made: Sequence[Sequence[Any]]) -> list[Any]:
        """As :meth:`Pooled.build`."""
        return [dict(zip(row, self._value.unpack(row.values(), made), strict=True)) for row in written]


class OneOf(Pooled):
    """One of several dataclasses."""

    def __init__(self, number: int, forms: Mapping[type, Pooled]) -> None:
        super().__init__(number)
        self._forms = forms

    def row(self, value: Any, pools: Pools) -> tuple[Row, ...]:
        """As :meth:`Pooled.row`."""
        form = self._forms[type(value)]
        return form.number, form.pack(value, pools)

    def build(self, written: Row, made: Sequence[Sequence[Any]]) -> list[Any]:
        """As :meth:`Pooled.build`."""
        allowed = {form.number for form in self._forms.values()}
        return [made[number][index] for number, index in written if number in allowed]


class Pools:
    """The rows of each pool while values are packed; what is packed must stay alive as long."""

    def __init__(self, paths: Sequence[str], count: int) -> None:
        self.paths = paths
        self.numbers: list[dict[tuple[Row, ...], int]] = [{} for _ in range(count)]
        self.seen: list[dict[int, int]] = [{} for _ in range(count)]
