"""The printed goals, read by solvers that are not Z3: same answers on the same text."""

import re
from functools import cache

import pytest

from agreement.adapter import inventory_of
from agreement.evidences import compared_run, gate_run, routed_run
from agreement.questions import small_case
from netverify.gate.evidence.second_solvers import MisreadGoalError, installed, opinion
from netverify.verify import Settings, Verifier

TIMEOUT_S = 60


@pytest.fixture(params=["bitwuzla", "cvc5"])
def solver(request):
    """The name of a second solver."""
    if request.param not in installed():
        pytest.skip(f"{request.param} is not installed")
    return request.param


def test_a_second_solver_agrees_about_every_goal_of_random_questions(solver, fresh):
    said = set()
    for seed in (*range(20), *fresh(5)):
        cluster, question = small_case(seed)
        answer = Verifier(inventory_of(cluster), Settings(keep_goals=True)).ask(question["sentence"])
        for text, status in answer.smt2:
            assert opinion(text, solver, TIMEOUT_S) == status, text
            said.add(status)
    assert said == {"sat", "unsat"}


@cache
def goals_of(run, seeds):
    """Every goal of the runs of all ``seeds``, each text once, with its status."""
    return {text: None for seed in seeds for shown in run(seed) for text in shown.texts}


@pytest.mark.parametrize(("run", "seeds"), [(gate_run, (0, 1, 2, 3)), (routed_run, (3,)), (compared_run, (0, 1))])
def test_a_second_solver_agrees_about_every_goal_of_a_gate(run, seeds, solver):
    goals = goals_of(run, seeds)
    assert [text for text, status in goals if opinion(text, solver, TIMEOUT_S) != status] == []
    assert {status for _, status in goals} == {"sat", "unsat"}


@pytest.mark.parametrize(
    "wrong",
    [
        "(set-logic QF_BV)\n(assert missing)\n(check-sat)\n",
        "(set-logic QF_BV)\n(asert true)\n(check-sat)\n",
        "(set-logic QF_BV)\n(declare-const a Bool)\n(assert a)\n",
        "(set-logic QF_BV)\n(declare-const a Bool)\n(assert a)\n(check-sat)\n(assert (not a))\n",
        "",
    ],
)
def test_a_text_that_is_not_read_whole_is_no_agreement(wrong, solver):
    with pytest.raises(MisreadGoalError):
        opinion(wrong, solver, TIMEOUT_S)


def test_goals_keep_to_the_fragment_that_several_solvers_read():
    allowed = {"set-logic", "declare-const", "define-fun", "assert", "check-sat", "_"}
    operators = {"and", "or", "not", "=", "=>", "bvule"}
    for seed in range(20):
        cluster, question = small_case(seed)
        answer = Verifier(inventory_of(cluster), Settings(keep_goals=True)).ask(question["sentence"])
        gate = [text for shown in gate_run(seed) for text in shown.texts] if seed < 5 else []
        for text, _ in (*answer.smt2, *gate):
            goal = re.sub(r"^;.*$", "", text, flags=re.MULTILINE)
            assert set(re.findall(r"\(([^\s()]+)", goal)) <= allowed | operators
            assert not re.search(r"\((and|or) [^()\s]+\)", goal)
            assert re.fullmatch(r"[\x20-\x7e\n]*", text)


def test_the_same_question_prints_the_same_bytes():
    for seed in range(10):
        cluster, question = small_case(seed)
        texts = {
            Verifier(inventory_of(cluster), Settings(keep_goals=True)).ask(question["sentence"]).smt2 for _ in range(2)
        }
        assert len(texts) == 1
