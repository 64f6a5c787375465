"""The printed goals, read by a solver that is not Z3: same answers on the same text."""

import re

import pytest

from agreement.adapter import inventory_of
from agreement.questions import small_case
from netverify.verify import Settings, Verifier

bitwuzla = pytest.importorskip("bitwuzla", reason="the second solver is not installed")


def second_opinion(text):
    """What Bitwuzla says about a saved goal; it must have read every assertion."""
    goal, said_to_check = text.rsplit("(check-sat)\n", 1)
    assert not said_to_check
    manager = bitwuzla.TermManager()
    parser = bitwuzla.Parser(manager, bitwuzla.Options(), language="smt2")
    parser.parse(goal, parse_only=False, parse_file=False)
    solver = parser.bitwuzla()
    assert len(solver.get_assertions()) >= len(re.findall(r"^\(assert ", goal, re.MULTILINE))
    return {bitwuzla.Result.SAT: "sat", bitwuzla.Result.UNSAT: "unsat"}.get(solver.check_sat(), "unknown")


@pytest.mark.parametrize("first", range(0, 100, 25))
def test_a_second_solver_agrees_about_every_goal_of_random_questions(first):
    said = set()
    for seed in range(first, first + 25):
        cluster, question = small_case(seed)
        answer = Verifier(inventory_of(cluster), Settings(keep_goals=True)).ask(question["sentence"])
        for text, status in answer.smt2:
            assert second_opinion(text) == status, text
            said.add(status)
    assert said == {"sat", "unsat"}


def test_goals_keep_to_the_fragment_that_several_solvers_read():
    allowed = {"set-logic", "declare-const", "define-fun", "assert", "check-sat", "_"}
    operators = {"and", "or", "not", "=", "=>", "bvule"}
    for seed in range(40):
        cluster, question = small_case(seed)
        answer = Verifier(inventory_of(cluster), Settings(keep_goals=True)).ask(question["sentence"])
        for text, _ in answer.smt2:
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
