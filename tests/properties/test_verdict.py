"""The verdict function, exhaustively: every combination of what it depends on, against the rule in words."""

from itertools import product

import pytest

from netverify.answers.verdict import Evidence, UnreplayedError, of_all, of_any, verdict
from netverify.queries.outcome import Verdict
from netverify.symbolic.status import Status

EVERY_EVIDENCE = [
    Evidence(solved, premises, replayed, complete, may_allow, may_deny)
    for solved, premises, replayed, complete, may_allow, may_deny in product(Status, *[(False, True)] * 5)
]


def judged(evidence):
    try:
        return verdict(evidence)
    except UnreplayedError:
        return None


def test_the_table_of_evidence_is_complete():
    assert len(set(EVERY_EVIDENCE)) == 3 * 2**5


@pytest.mark.parametrize("evidence", EVERY_EVIDENCE, ids=str)
def test_unreachable_needs_unsat_premises_every_input_and_nothing_that_could_allow(evidence):
    proved = (
        evidence.solved is Status.UNSAT
        and evidence.premises_hold
        and evidence.inputs_complete
        and not evidence.may_allow
    )
    assert (judged(evidence) is Verdict.UNREACHABLE) == proved


@pytest.mark.parametrize("evidence", EVERY_EVIDENCE, ids=str)
def test_reachable_needs_a_replayed_witness_every_input_and_nothing_that_could_deny(evidence):
    shown = (
        evidence.solved is Status.SAT
        and evidence.replayed
        and evidence.premises_hold
        and evidence.inputs_complete
        and not evidence.may_deny
    )
    assert (judged(evidence) is Verdict.REACHABLE) == shown


@pytest.mark.parametrize("evidence", EVERY_EVIDENCE, ids=str)
def test_a_satisfiable_goal_without_a_replay_is_an_error_and_never_a_verdict(evidence):
    assert (judged(evidence) is None) == (evidence.solved is Status.SAT and not evidence.replayed)


@pytest.mark.parametrize("evidence", EVERY_EVIDENCE, ids=str)
def test_vacuous_needs_every_input_and_a_clear_word_of_the_solver(evidence):
    vacuous = (
        evidence.inputs_complete
        and not evidence.premises_hold
        and (evidence.solved is Status.UNSAT or (evidence.solved is Status.SAT and evidence.replayed))
    )
    assert (judged(evidence) is Verdict.VACUOUS) == vacuous


@pytest.mark.parametrize("evidence", EVERY_EVIDENCE, ids=str)
def test_everything_else_is_unknown(evidence):
    others = {Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.VACUOUS, None}
    assert judged(evidence) in others or judged(evidence) is Verdict.UNKNOWN
    if not evidence.inputs_complete and not (evidence.solved is Status.SAT and not evidence.replayed):
        assert judged(evidence) is Verdict.UNKNOWN


SEVERAL = [several for length in range(4) for several in product(Verdict, repeat=length)]


@pytest.mark.parametrize("several", SEVERAL, ids=str)
def test_any_of_several_is_reachable_by_one_and_unreachable_only_where_none_is_in_doubt(several):
    found = of_any(several)
    assert (found is Verdict.REACHABLE) == (Verdict.REACHABLE in several)
    assert (found is Verdict.VACUOUS) == (set(several) <= {Verdict.VACUOUS})
    assert (found is Verdict.UNREACHABLE) == (
        Verdict.UNREACHABLE in several and set(several) <= {Verdict.UNREACHABLE, Verdict.VACUOUS}
    )


@pytest.mark.parametrize("several", SEVERAL, ids=str)
def test_all_of_several_are_reachable_only_together_and_unreachable_by_one(several):
    found = of_all(several)
    assert (found is Verdict.REACHABLE) == (set(several) <= {Verdict.REACHABLE})
    assert (found is Verdict.VACUOUS) == (Verdict.VACUOUS in several)
    assert (found is Verdict.UNREACHABLE) == (Verdict.UNREACHABLE in several and Verdict.VACUOUS not in several)


@pytest.mark.parametrize("several", SEVERAL, ids=str)
def test_neither_order_nor_repetition_counts(several):
    for join in (of_any, of_all):
        assert join(several) is join(several[::-1]) is join(several * 2)
