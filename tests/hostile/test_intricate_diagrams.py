"""What is left open in too many ways ends in an error of its own, in bounded time and depth."""

from collections.abc import Iterable

import pytest

from netverify.connectivity.diagrams import NEVER, Diagram, Diagrams, TooIntricateError

_FALSE_OR_TRUE, _TRUE = 0b11, 0b10


def _all_of(diagrams: Diagrams, variables: Iterable[int]) -> Diagram:
    found: Diagram = diagrams.always
    for variable in variables:
        found = diagrams.both(diagrams.when(variable, _TRUE), found)
    return found


@pytest.mark.parametrize("step", [1, -1])
def test_thousands_of_variables_are_too_intricate_and_not_too_deep(step: int) -> None:
    diagrams = Diagrams(1, dict.fromkeys(range(5_000), _FALSE_OR_TRUE))
    with pytest.raises(TooIntricateError):
        _all_of(diagrams, range(5_000)[::step])


def test_the_deepest_diagrams_can_be_combined_with_each_other() -> None:
    diagrams = Diagrams(1, dict.fromkeys(range(300), _FALSE_OR_TRUE))
    odd, even = (_all_of(diagrams, range(first, 300, 2)) for first in (1, 0))
    assert diagrams.both(odd, diagrams.complement(odd)) == NEVER
    with pytest.raises(TooIntricateError):
        diagrams.both(odd, even)
