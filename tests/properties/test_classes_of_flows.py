"""The loop that every list of flows comes from, and what results say of their worth, without a solver."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from cases.gates import SHOP, Gates
from netverify.answers.classes import every_class
from netverify.answers.verdict import Judgement
from netverify.gate.intent.spec import World
from netverify.gate.judged import Judged
from netverify.gate.judging import Judge
from netverify.gate.outcome import GateVerdict, Result
from netverify.query.outcome import Answer, Verdict
from netverify.query.remarks import Remarks, remarks_of
from netverify.symbolic.refinement import Found
from netverify.symbolic.status import Status


@pytest.mark.parametrize("end", [Status.UNSAT, Status.UNKNOWN])
@pytest.mark.parametrize("enough", range(5))
def test_all_flows_were_taken_iff_the_solver_says_that_there_are_no_others(end: Status, enough: int) -> None:
    """Numbers stand for flows: there are four in pairs that are alike, and ``enough`` are taken."""
    taken: list[int] = []

    def find(left: tuple[int, ...]) -> Found:
        return Found(Status.SAT if left else end)

    def left_of(left: tuple[int, ...], found: Found) -> tuple[int, ...] | None:
        assert found.status is Status.SAT
        if len(taken) == enough:
            return None
        taken.append(left[0])
        return tuple(one for one in left if one // 2 != left[0] // 2)

    found, left = every_class((0, 1, 2, 3), find, left_of)
    assert taken == [0, 2][:enough]
    assert (found.status is Status.UNSAT) == (end is Status.UNSAT and enough >= 2)
    assert left == ((0, 1, 2, 3), (2, 3), ())[min(enough, 2)]


NAMES = ("unknown_because", "assumptions", "approximations", "notes")


def test_what_several_results_say_is_said_once_in_their_order() -> None:
    first, second = (Remarks(*((f"{name} {number}", f"{name} both") for name in NAMES)) for number in (1, 2))
    whole = remarks_of([Answer("q", Verdict.UNKNOWN, remarks=first), second])
    for name in NAMES:
        assert getattr(whole, name) == (f"{name} 1", f"{name} both", f"{name} 2")
        assert getattr(Answer("q", Verdict.UNKNOWN, remarks=whole), name) == getattr(whole, name)
    assert remarks_of([]) == Remarks()
    assert first.given(["assumptions both", "new"]).assumptions == ("assumptions 1", "assumptions both", "new")
    assert first.doubted("a", "b") == Remarks(("a", "b"), first.assumptions, first.approximations, first.notes)


@pytest.mark.parametrize(
    ("judgement", "exceptions", "is_baselined"), [*product(Judgement, [(), ("e",)], [False, True])]
)
def test_only_proofs_are_excepted_and_only_refutations_baselined(judgement, exceptions, is_baselined) -> None:
    told = Result(None, "", judgement, World.EXISTING, "", excepted_by=exceptions, is_baselined=is_baselined).verdict
    assert (told is GateVerdict.EXCEPTED) == (judgement is Judgement.PROVED and bool(exceptions))
    assert (told is GateVerdict.BASELINED) == (judgement is Judgement.REFUTED and is_baselined)
    assert told in (GateVerdict.EXCEPTED, GateVerdict.BASELINED) or told == judgement


def test_what_is_refuted_without_a_violation_to_show_is_known_to_no_baseline(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Judge, "judge", lambda *_: Judged(Judgement.REFUTED))
    Path("netverify.yaml").write_text("assertions: [{id: it, deny: {from: namespace shop, to: namespace data}}]\n")
    Path("manifests.yaml").write_text(SHOP)
    run = Gates(capsys).run("-f", "manifests.yaml", "-o", "json")
    assert (run.report["results"][0]["verdict"], run.status) == ("refuted", 1)
