"""How verdicts on parts become one on the whole: every combination of up to three, without a solver."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement, permutations

import pytest

from netverify.answers.combined import _together as of_anyone
from netverify.answers.verdict import Judgement, of_all, of_any
from netverify.gate.judged import ALL_EXEMPT, Judged, about_something, exempted, held, of_answers, together, with_steps
from netverify.gate.outcome import Result, Violation
from netverify.query.derivation import Rule, Step
from netverify.query.outcome import Answer, Effect, Reason, Routing, Scope, Verdict
from netverify.query.remarks import Remarks

GRAVE = ["refuted", "vacuous", "unknown", "proved"]
"""Of the verdicts on claims those that matter most first. Source: `docs/check.md`."""
ANY = ["reachable", "unknown", "unreachable", "vacuous"]
"""Of the verdicts on several flows the one that decides whether any is allowed."""
ALL = ["vacuous", "unreachable", "unknown", "reachable"]
"""The same of whether all are allowed."""
SEVERAL = [few for size in (1, 2, 3) for few in combinations_with_replacement(map(Judgement, GRAVE), size)]
ANSWERS = [few for size in (1, 2, 3) for few in combinations_with_replacement(Verdict, size)]


def first(order, verdicts):
    return next(name for name in order if name in set(verdicts))


def reason(text):
    return Reason(Routing.ROUTING, Effect.DENY, detail=text)


LINES = ("unknown_because", "assumptions", "approximations", "notes")


def remarks(number):
    return Remarks(*((f"{name} {number}",) for name in LINES))


def answer(verdict, number=0, scope=None, **more):
    """An answer of which each part says which answer it is from."""
    because = (reason(f"because {number}"),)
    return Answer(
        "q", verdict, scope, because=because, smt2=((f"goal {number}", "unsat"),), remarks=remarks(number), **more
    )


@pytest.mark.parametrize("verdicts", ANSWERS)
def test_of_several_flows_one_verdict_decides(verdicts):
    assert of_any(verdicts) == first(ANY, verdicts)
    assert of_all(verdicts) == first(ALL, verdicts)


def test_without_any_flow_nothing_is_there_and_nothing_is_in_the_way():
    assert of_any(()) is Verdict.VACUOUS
    assert of_all(()) is Verdict.REACHABLE


def judged(verdict, number=0, **more):
    because = (reason(f"because {number}"),)
    smt2 = ((f"goal {number}", "sat"),)
    return Judged(verdict, because=because, questions=number + 1, smt2=smt2, remarks=remarks(number), **more)


@pytest.mark.parametrize("verdicts", SEVERAL)
def test_the_gravest_verdict_is_that_of_the_whole_and_the_others_are_kept(verdicts):
    for order in set(permutations(verdicts)):
        parts = [judged(verdict, number) for number, verdict in enumerate(order)]
        whole = together(parts)
        assert whole.verdict == first(GRAVE, verdicts)
        assert whole.verdicts == set(verdicts)
        assert together([whole, judged(Judgement.PROVED)]).verdicts == {*verdicts, Judgement.PROVED}
        is_proof = whole.verdict in {"proved", "excepted"}
        assert whole.because == (tuple(one.because[0] for one in parts) if is_proof else ())
        assert whole.questions == sum(range(len(parts) + 1))
        for name in LINES:
            assert getattr(whole, name) == tuple(f"{name} {number}" for number in range(len(parts)))
        assert [text for text, _ in whole.smt2] == [f"goal {number}" for number in range(len(parts))]


def test_without_any_part_a_claim_is_about_nobody():
    assert together([]).verdict is Judgement.VACUOUS
    assert Judged(Judgement.PROVED).verdicts == {Judgement.PROVED}


@pytest.mark.parametrize("complete", [(True,), (False,), (True, False), (False, True), (True, True)])
def test_a_list_is_complete_iff_that_of_every_part_is(complete):
    parts = [judged(Judgement.REFUTED, is_complete=one) for one in complete]
    assert together(parts).is_complete is all(complete)


def violation(text, scope, mark=""):
    return Violation(text, "a", "b", mark or text, scope=scope)


def test_violations_of_existing_pods_come_first_each_in_the_order_of_their_texts():
    found = [
        violation("a", Scope.POSSIBLE),
        violation("z", Scope.EXISTING),
        violation("b", None),
        violation("c", Scope.EXISTING, "2"),
        violation("c", Scope.EXISTING, "1"),
    ]
    expected = [("c", "1"), ("c", "2"), ("z", "z"), ("a", "a"), ("b", "b")]
    for order in (found, found[::-1]):
        whole = together([judged(Judgement.REFUTED, violations=(one,)) for one in order])
        assert [(one.text, one.fingerprint) for one in whole.violations] == expected


@pytest.mark.parametrize("excepted", [(), ("e",)])
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("judgement", Judgement)
def test_only_a_proof_is_excepted_and_only_what_is_refuted_is_baselined(judgement, known, excepted):
    found = Result(None, "s", judgement, None, "f", excepted_by=excepted, is_baselined=known)
    told = {
        Judgement.PROVED: "excepted" if excepted else "proved",
        Judgement.REFUTED: "baselined" if known else "refuted",
    }
    assert found.verdict == told.get(judgement, judgement)


def test_a_baseline_knows_a_violation_by_its_fingerprint_or_by_those_of_all_its_parts():
    whole = violation("a can reach b", None, "whole")
    assert (whole.entries, whole.marks) == ((("whole", "a can reach b"),), ("whole",))
    parts = replace(whole, parts=(("1", "by x"), ("2", "by y")))
    assert parts.entries == (("1", "a can reach b: by x"), ("2", "a can reach b: by y"))
    assert parts.marks == ("1", "2")


@pytest.mark.parametrize("verdicts", SEVERAL)
def test_parts_about_nobody_count_only_where_all_are(verdicts):
    whole = about_something([judged(verdict, number) for number, verdict in enumerate(verdicts)])
    about = [one for one in verdicts if one is not Judgement.VACUOUS]
    assert whole.verdict == (first(GRAVE, about) if about else "vacuous")
    assert (Judgement.VACUOUS in whole.verdicts) is (not about)
    told = [number for number, one in enumerate(verdicts) if not about or one is not Judgement.VACUOUS]
    assert whole.notes == tuple(f"notes {number}" for number in told)


def test_what_is_exempt_holds_with_nothing_against_it():
    part = together([judged(Judgement.VACUOUS), judged(Judgement.UNKNOWN)])
    assert (held(part).verdict, held(part).verdicts, held(part).notes) == ("proved", {Judgement.PROVED}, (ALL_EXEMPT,))


@pytest.mark.parametrize("verdict", Judgement)
def test_of_answers_those_that_are_unknown_say_why_and_notes_are_about_nobody(verdict):
    found = of_answers(verdict, [answer(one, number) for number, one in enumerate(Verdict)], is_complete=False)
    unknown = list(Verdict).index(Verdict.UNKNOWN)
    everyone = range(len(Verdict))
    assert (found.verdict, found.questions, found.is_complete) == (verdict, len(Verdict), False)
    assert found.unknown_because == (f"unknown_because {unknown}",)
    assert found.assumptions == tuple(f"assumptions {number}" for number in everyone)
    assert found.approximations == tuple(f"approximations {number}" for number in everyone)
    assert found.notes == (tuple(f"notes {number}" for number in everyone) if verdict == "vacuous" else ())
    assert len(found.smt2) == len(Verdict)


ONE, TWO = (Step(Rule.GOAL, says, goal=(says, "unsat")) for says in ("one", "two"))
PROOFS = (Judgement.PROVED, Judgement.VACUOUS)


def test_what_is_exempt_follows_from_that_there_is_nothing_else():
    assert exempted(None) is None
    assert (exempted(ONE).rule, exempted(ONE).of) == (Rule.ALL_EXEMPT, (ONE,))
    assert held(judged(Judgement.VACUOUS, derivation=ONE)).derivation == exempted(ONE)


def test_a_proof_that_needs_further_steps_follows_from_all_of_them():
    part = judged(Judgement.PROVED, derivation=ONE)
    assert with_steps(part, []) is part
    assert with_steps(part, [TWO]).derivation.of == (ONE, TWO)
    assert with_steps(part, [None]).derivation is None


def test_a_proof_about_somebody_needs_also_that_the_others_are_nobody():
    nobody = judged(Judgement.VACUOUS, derivation=TWO)
    assert about_something([judged(Judgement.PROVED, derivation=ONE), nobody]).derivation.of == (ONE, TWO)
    assert about_something([judged(Judgement.PROVED), nobody]).derivation is None
    assert together([judged(Judgement.PROVED, derivation=ONE), nobody]).derivation.of == (ONE, TWO)


@pytest.mark.parametrize("verdict", Judgement)
def test_a_proof_follows_from_all_answers_or_as_it_is_said_and_nothing_else_is_one(verdict):
    answers = [answer(Verdict.UNREACHABLE, derivation=step) for step in (ONE, TWO)]
    found = of_answers(verdict, answers)
    said = of_answers(verdict, answers, derivation=ONE)
    assert (found.derivation is not None, said.derivation) == (verdict in PROOFS, ONE if verdict in PROOFS else None)
    if verdict in PROOFS:
        assert found.derivation.of == (ONE, TWO)
        assert of_answers(verdict, [*answers, answer(Verdict.UNREACHABLE)]).derivation is None


@pytest.mark.parametrize("verdicts", ANSWERS)
def test_about_anyone_the_answer_that_decides_speaks_and_several_proofs_together(verdicts):
    answers = [answer(verdict, number) for number, verdict in enumerate(verdicts)]
    found = of_anyone(answers)
    deciding = [number for number, verdict in enumerate(verdicts) if verdict == first(ANY, verdicts)]
    assert found.verdict == first(ANY, verdicts)
    told = deciding if found.verdict is Verdict.UNREACHABLE else deciding[:1]
    assert found.assumptions == tuple(f"assumptions {number}" for number in told)
    assert len(found.because) == len(told)
    assert len(found.smt2) == (len(answers) if found.verdict is Verdict.UNREACHABLE else 1)


def test_about_anyone_existing_pods_are_shown_before_others():
    answers = [
        answer(Verdict.REACHABLE, number, scope) for number, scope in enumerate((Scope.POSSIBLE, Scope.EXISTING))
    ]
    assert of_anyone(answers).scope is Scope.EXISTING


def test_a_violation_that_several_parts_find_is_listed_once() -> None:
    same = Violation("a can reach b", "a", "b", "1", scope=Scope.EXISTING)
    possible = Violation("a can reach b", "a", "b", "1", scope=Scope.POSSIBLE)
    other = Violation("a can reach b", "a", "b", "2")
    parts = [Judged(Judgement.REFUTED, violations) for violations in ((possible, other), (same,), (same,))]
    assert together(parts).violations == (same, other)
