"""Records behave as dataclasses of the standard library do, patterns as compiled ones."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
import re
from collections.abc import Callable
from copy import copy
from types import SimpleNamespace
from typing import Any

import pytest

from netverify import records
from netverify.patterns import pattern


def _classes(dataclass: Callable[..., Any]) -> Any:
    """The same classes, decorated by ``dataclass``."""

    @dataclass(frozen=True, slots=True, order=True)
    class Point:
        """A place."""

        x: int
        y: int = 0
        note: str = dataclasses.field(default="", compare=False, repr=False)

    @dataclass(frozen=True, slots=True)
    class Named(Point):
        """A place with a name; ``y`` has another default."""

        y: int = 7
        names: list[str] = dataclasses.field(default_factory=list)

    @dataclass(frozen=True, slots=True, kw_only=True)
    class ByName:
        """Nothing by position."""

        first: int
        second: int = 2

    @dataclass(frozen=True, slots=True, kw_only=True)
    class MoreByName(ByName):
        """One more without a default."""

        third: int

    @dataclass(slots=True)
    class Counter:
        """What changes."""

        count: int = 0
        seen: list[int] = dataclasses.field(init=False, default_factory=list)
        doubled: int = dataclasses.field(init=False)

        def __post_init__(self) -> None:
            self.doubled = 2 * self.count

    @dataclass(frozen=True, slots=True)
    class One:
        """One field, and words of its own."""

        only: object

        def __repr__(self) -> str:
            return "one"

    @dataclass(frozen=True, slots=True)
    class Same:
        """Compared by hand."""

        text: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Same) and self.text.lower() == other.text.lower()

        def __hash__(self) -> int:
            return hash(self.text.lower())

    @dataclass(eq=False)
    class Plain:
        """Without slots."""

        parts: dict[str, int] = dataclasses.field(default_factory=dict)

    @dataclass(frozen=True)
    class Open:
        """Frozen, without slots."""

        value: int = 3

    @dataclass(frozen=True, slots=True)
    class Empty:
        """No fields."""

    made = (Point, Named, ByName, MoreByName, Counter, One, Same, Plain, Open, Empty)
    return SimpleNamespace(**{cls.__name__: cls for cls in made})


OURS, THEIRS = _classes(records.dataclass), _classes(dataclasses.dataclass)
NAMES = tuple(vars(OURS))
CALLS: tuple[tuple[str, tuple[Any, ...], dict[str, Any]], ...] = (
    ("Point", (1,), {}),
    ("Point", (1, 2, "here"), {}),
    ("Named", (1,), {"names": ["a"]}),
    ("Named", (1,), {}),
    ("ByName", (), {"first": 1}),
    ("MoreByName", (), {"first": 1, "third": 3}),
    ("Counter", (4,), {}),
    ("One", (None,), {}),
    ("Same", ("A",), {}),
    ("Open", (), {}),
    ("Empty", (), {}),
)


def _both(call: tuple[str, tuple[Any, ...], dict[str, Any]]) -> tuple[Any, Any]:
    name, values, by_name = call
    return getattr(OURS, name)(*values, **by_name), getattr(THEIRS, name)(*values, **by_name)


def _parameters(cls: Any) -> tuple[inspect.Parameter, ...]:
    return tuple(inspect.signature(cls).parameters.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_record_takes_what_a_dataclass_takes(name: str) -> None:
    ours, theirs = getattr(OURS, name), getattr(THEIRS, name)
    for parameter, other in zip(_parameters(ours), _parameters(theirs), strict=True):
        made = parameter.name in {"names", "parts", "seen"}
        assert parameter == (other.replace(default=parameter.default) if made else other)
    assert ours.__match_args__ == theirs.__match_args__
    assert getattr(ours, "__slots__", None) == getattr(theirs, "__slots__", None)
    assert (ours.__qualname__, ours.__module__) == (theirs.__qualname__, theirs.__module__)
    for one, other in zip(dataclasses.fields(ours), dataclasses.fields(theirs), strict=True):
        assert (one.name, one.type, one.default, one.init) == (other.name, other.type, other.default, other.init)


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_record_says_and_keeps_what_a_dataclass_does(call: tuple[str, tuple[Any, ...], dict[str, Any]]) -> None:
    ours, theirs = _both(call)
    assert repr(ours) == repr(theirs)
    assert [getattr(ours, one.name) for one in dataclasses.fields(ours)] == [
        getattr(theirs, one.name) for one in dataclasses.fields(theirs)
    ]
    assert ours == _both(call)[0]
    assert ours != theirs
    assert (type(ours).__hash__ is None) == (type(theirs).__hash__ is None)
    if not isinstance(ours, OURS.Counter | OURS.Named):
        assert hash(ours) == hash(_both(call)[0])
        assert hash(ours) == hash(theirs)


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_frozen_record_cannot_be_changed(call: tuple[str, tuple[Any, ...], dict[str, Any]]) -> None:
    for one in _both(call):
        for name in () if isinstance(one, OURS.Counter | THEIRS.Counter) else one.__match_args__:
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(one, name, 1)
            with pytest.raises(dataclasses.FrozenInstanceError):
                delattr(one, name)


def test_what_is_not_compared_tells_no_records_apart() -> None:
    assert OURS.Point(1, 2, "a") == OURS.Point(1, 2, "b")
    assert len({OURS.Point(1, 2, "a"), OURS.Point(1, 2, "b"), OURS.Point(1, 3)}) == 2
    assert OURS.Point(1) != OURS.Named(1, 0)
    assert OURS.Same("a") == OURS.Same("A")
    assert OURS.Plain() != OURS.Plain()


def test_records_are_ordered_by_their_fields() -> None:
    points = [OURS.Point(2), OURS.Point(1, 5), OURS.Point(1)]
    assert sorted(points) == [OURS.Point(1), OURS.Point(1, 5), OURS.Point(2)]
    assert OURS.Point(1) <= OURS.Point(1) >= OURS.Point(1)
    assert not OURS.Point(1) > OURS.Point(1)
    with pytest.raises(TypeError):
        _ = OURS.Point(1) < THEIRS.Point(2)
    with pytest.raises(TypeError):
        _ = OURS.One(1) < OURS.One(2)


def test_wrong_arguments_are_refused() -> None:
    point = _classes(records.dataclass).Point
    for call in (
        point,
        lambda: point(1, x=1),
        OURS.Point,
        lambda: OURS.Point(1, z=2),
        lambda: OURS.ByName(1),
        lambda: OURS.Empty(1),
    ):
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_the_first_objects_of_a_class_are_as_later_ones(call: tuple[str, tuple[Any, ...], dict[str, Any]]) -> None:
    name, values, by_name = call
    ours, theirs = getattr(_classes(records.dataclass), name), getattr(THEIRS, name)
    other = theirs(*values, **by_name)
    names = [one.name for one in dataclasses.fields(ours)]
    hashed = theirs.__hash__ is not None and not isinstance(other, THEIRS.Named)
    first = ours(*values, **by_name)
    for _ in range(12):
        one = ours(*values, **by_name)
        assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
        assert (one == first) == (other == theirs(*values, **by_name))
        assert one != other
        if hashed:
            assert hash(one) == hash(other)
        with pytest.raises(TypeError):
            ours(*values, 1, 2, 3, 4, **by_name)
        with pytest.raises(TypeError):
            ours(*values, **by_name, unknown=1)


def test_each_object_gets_a_list_of_its_own() -> None:
    one, other = OURS.Counter(1), OURS.Counter(1)
    one.seen.append(1)
    assert (one.seen, other.seen, one.doubled) == ([1], [], 2)


def test_the_functions_for_dataclasses_take_records() -> None:
    point = OURS.Point(1, 2, "here")
    assert dataclasses.replace(point, x=9) == OURS.Point(9, 2)
    assert dataclasses.replace(point, x=9).note == "here"
    assert dataclasses.asdict(OURS.Named(1, names=["a"])) == {"x": 1, "y": 7, "note": "", "names": ["a"]}
    assert dataclasses.is_dataclass(OURS.Empty)
    assert copy(point) == point
    match point:
        case OURS.Point(x, y):
            assert (x, y) == (1, 2)


@records.dataclass(frozen=True, slots=True)
class Packed:
    """Found again by its name."""

    left: int
    right: tuple[int, ...] = ()


def test_records_can_be_pickled_before_any_was_made_here() -> None:
    text = pickle.dumps(Packed(1, (2,)))
    assert pickle.loads(text) == Packed(1, (2,))  # noqa: S301 -- made here


def test_a_pattern_is_compiled_when_it_is_first_used() -> None:
    late = pattern("(a)|[")
    with pytest.raises(re.error):
        late.match("a")
    words = pattern("B(.)", re.IGNORECASE)
    assert [words.findall("abc bd"), words.sub("-", "abc"), words.pattern] == [["c", "d"], "a-", "B(.)"]
    assert words.fullmatch("bx")
    assert not words.fullmatch("bxy")
