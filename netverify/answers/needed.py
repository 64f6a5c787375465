"""Which behaviours of plugins a flow needs, of those that are left open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from netverify.answers.replay import Behaviours
from netverify.policy.predicate import Choice


class _UndecidedError(Exception):
    """An evaluation asked for a behaviour that is left open."""

    def __init__(self, behaviour: Choice) -> None:
        super().__init__(behaviour)
        self.behaviour = behaviour


class _Tried(dict[Choice, bool]):
    """Some behaviours are decided; another one is as ``needed`` says, or an :class:`_UndecidedError`.

    Of those that are ``needed``, the ones that an evaluation asks for are added to ``looked_at``.
    """

    def __init__(self, decided: Behaviours, needed: Mapping[Choice, bool], looked_at: set[Choice]) -> None:
        super().__init__(decided)
        self._needed = needed
        self._looked_at = looked_at

    def __missing__(self, behaviour: Choice) -> bool:
        if behaviour not in self._needed:
            raise _UndecidedError(behaviour)
        self._looked_at.add(behaviour)
        return self._needed[behaviour]


def needed_behaviours(
    accepts: Callable[[Behaviours], bool],
    behaviours: Behaviours,
    free: Sequence[Choice],
) -> dict[Choice, bool]:
    """The ``free`` behaviours that the witness needs, with their values; it is accepted whatever the others are."""
    needed = {behaviour: behaviours[behaviour] for behaviour in free}
    fixed = {behaviour: value for behaviour, value in behaviours.items() if behaviour not in needed}
    if _looked_at(accepts, fixed, {}) is not None:
        return {}
    looked_at = _looked_at(accepts, fixed, needed)
    for behaviour in free:
        others = {other: value for other, value in needed.items() if other is not behaviour}
        # What no evaluation looks at is not needed, and without it all stay as they are.
        told = looked_at if looked_at is not None and behaviour not in looked_at else _looked_at(accepts, fixed, others)
        if told is not None:
            needed, looked_at = others, told
    return needed


def _looked_at(
    accepts: Callable[[Behaviours], bool], decided: Behaviours, needed: Mapping[Choice, bool]
) -> set[Choice] | None:
    """Which of those that are ``needed`` are looked at, if ``accepts`` holds for all values of all others; else None.

    Only those of the others that an evaluation asks for are tried both ways.
    """
    looked_at: set[Choice] = set()
    try:
        return looked_at if accepts(_Tried(decided, needed, looked_at)) else None
    except _UndecidedError as undecided:
        for value in (False, True):
            also = _looked_at(accepts, {**decided, undecided.behaviour: value}, needed)
            if also is None:
                return None
            looked_at |= also
    return looked_at
