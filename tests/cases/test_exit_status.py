"""The one function that decides the exit status, over its whole domain."""

from __future__ import annotations

from itertools import combinations_with_replacement, permutations, product

import pytest

from netverify.cli.exit_status import ExitStatus, exit_status, gravest, map_status
from netverify.query.outcome import Verdict

GRAVEST_FIRST = [5, 4, 2, 3, 1, 0]
EXPECTATIONS = (None, Verdict.REACHABLE, Verdict.UNREACHABLE)


def test_the_statuses_are_those_of_the_contract() -> None:
    assert {status.name: status.value for status in ExitStatus} == {
        "ANSWERED": 0,
        "VIOLATED": 1,
        "USAGE": 2,
        "UNKNOWN": 3,
        "INPUT": 4,
        "INTERNAL": 5,
    }


def test_the_gravest_of_any_statuses_wins_in_any_order() -> None:
    for several in combinations_with_replacement(ExitStatus, 3):
        expected = min(several, key=GRAVEST_FIRST.index)
        assert {gravest(order) for order in permutations(several)} == {expected}
    assert gravest([]) is ExitStatus.ANSWERED


ALL = list(product((None, *Verdict), EXPECTATIONS, (False, True), (False, True)))


@pytest.mark.parametrize(("verdict", "expected", "input_refused", "misused"), ALL)
def test_every_outcome_has_the_status_of_the_contract(verdict, expected, input_refused, misused) -> None:
    status = exit_status(verdict, expected=expected, input_refused=input_refused, misused=misused)
    if input_refused:
        assert status == 4
    elif misused:
        assert status == 2
    elif verdict is Verdict.UNKNOWN:
        assert status == 3
    elif verdict is Verdict.VACUOUS or (verdict is not None and expected is not None and verdict is not expected):
        assert status == 1
    else:
        assert status == 0


def test_zero_means_that_a_question_was_answered_as_expected() -> None:
    """Nothing that is unknown, vacuous, unread or misused ever ends with 0."""
    zero = [case for case in ALL if exit_status(case[0], expected=case[1], input_refused=case[2], misused=case[3]) == 0]
    answered = {Verdict.REACHABLE, Verdict.UNREACHABLE}
    asked = [case for case in zero if case[0] is not None]
    assert all(case[0] in answered and case[1] in (None, case[0]) for case in asked)
    assert all(not refused and not misused for _, _, refused, misused in zero)


@pytest.mark.parametrize(("vacuous", "in_doubt", "input_refused"), list(product((False, True), repeat=3)))
def test_every_map_has_the_gravest_status_of_what_is_wrong_with_it(vacuous, in_doubt, input_refused) -> None:
    status = map_status(fails=vacuous, in_doubt=in_doubt, input_refused=input_refused)
    assert status == (4 if input_refused else 3 if in_doubt else 1 if vacuous else 0)
