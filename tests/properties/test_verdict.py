"""The verdict function, exhaustively: every combination of what it depends on, against the rule in words."""

import ast
from itertools import product
from pathlib import Path

import pytest

from netverify.answers.verdict import (
    Evidence,
    Judgement,
    UnreplayedError,
    judgement,
    of_all,
    of_any,
    of_claims,
    of_search,
    verdict,
)
from netverify.query.outcome import Verdict
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


@pytest.mark.parametrize("nobody_will_do", [False, True])
@pytest.mark.parametrize("against", Verdict, ids=str)
def test_a_claim_is_proved_iff_no_flow_is_against_it_and_refuted_iff_one_is(against, nobody_will_do):
    said = judgement(against, nobody_will_do=nobody_will_do)
    about_nobody = against is Verdict.VACUOUS
    assert (said is Judgement.PROVED) == (against is Verdict.UNREACHABLE or (about_nobody and nobody_will_do))
    assert (said is Judgement.REFUTED) == (against is Verdict.REACHABLE)
    assert (said is Judgement.VACUOUS) == (about_nobody and not nobody_will_do)
    assert (said is Judgement.UNKNOWN) == (against is Verdict.UNKNOWN)


@pytest.mark.parametrize(("is_found", "is_complete"), list(product((False, True), repeat=2)))
def test_that_a_search_found_nothing_is_a_proof_only_where_it_is_complete(is_found, is_complete):
    said = of_search(is_found=is_found, is_complete=is_complete)
    assert (said is Verdict.REACHABLE) == is_found
    assert (said is Verdict.UNREACHABLE) == (is_complete and not is_found)


SEVERAL_JUDGEMENTS = [one for length in range(4) for one in product(Judgement, repeat=length)]


@pytest.mark.parametrize("several", SEVERAL_JUDGEMENTS, ids=str)
def test_claims_are_proved_together_iff_each_is(several):
    said = of_claims(several)
    assert (said is Judgement.PROVED) == (set(several) == {Judgement.PROVED})
    assert (said is Judgement.REFUTED) == (Judgement.REFUTED in several)
    assert said in several or (not several and said is Judgement.VACUOUS)


GATE = Path(__file__).parents[2] / "netverify" / "gate"
"""All of it but ``outcome.py``, which says what verdicts there are."""


@pytest.mark.parametrize("module", sorted({*GATE.glob("*.py")} - {GATE / "outcome.py"}), ids=lambda path: path.stem)
def test_no_module_of_the_gate_gives_a_proof_without_the_functions_of_the_verdict(module):
    """It may ask whether something is proved; that it is comes from ``answers/verdict.py``."""
    tree = ast.parse(module.read_text())
    constants = [one for one in tree.body if isinstance(one, ast.Assign)]  # sets of verdicts, to ask for
    questions = [*constants, *(one for one in ast.walk(tree) if isinstance(one, ast.Compare | ast.MatchValue))]
    asked = {id(node) for one in questions for node in ast.walk(one)}
    given = [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and id(node) not in asked
    ]
    assert "Judgement.PROVED" not in given
    assert "GateVerdict.PROVED" not in given
