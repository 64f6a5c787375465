"""The flows of a goal, class by class, until the solver says that there are no others: where every list comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from netverify.symbolic.refinement import Found
from netverify.symbolic.status import Status

_Asked = TypeVar("_Asked")


def every_class(
    asked: _Asked, find: Callable[[_Asked], Found], left_of: Callable[[_Asked, Found], _Asked | None]
) -> tuple[Found, _Asked]:
    """Take one flow after the other that ``find`` finds of what is ``asked``. What was found last, and of what.

    ``left_of`` replays a flow, keeps it to be shown, and says what is left to ask without all flows that it stands for,
    itself among them. None ends the search, with others left: nothing is sure of that flow, or enough were found.

    All flows were taken, in classes, iff what was found last is ``UNSAT``. No other answer of a solver says so.
    """
    while (found := find(asked)).status is Status.SAT:
        left = left_of(asked, found)
        if left is None:
            break
        asked = left
    return found, asked
