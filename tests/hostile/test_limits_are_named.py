"""A run that met a limit of effort, time or memory names it first, and never looks complete."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from agreement.adapter import inventory_of
from generators.small_cases import small_case
from netverify.answers.settings import Settings
from netverify.budget import (
    Budget,
    Resource,
    effort_limit_met,
    limits_met,
    out_of,
    out_of_memory,
    solver_limit_met,
    time_limit_met,
)
from netverify.cli.main import main
from netverify.query.outcome import Answer, Listing, Verdict
from netverify.symbolic import solver
from netverify.symbolic.solver import Goal, decide
from netverify.symbolic.status import Status
from netverify.verify import ask


@pytest.fixture(scope="module", autouse=True)
def solved_goals() -> None:
    """Here every goal is solved: the solver itself is tested."""


ROOT = Path(__file__).resolve().parents[2]
SHOP = str(ROOT / "examples" / "storefront")
INTENT = str(ROOT / "examples" / "storefront.intent.yaml")
CHANGE = [str(ROOT / "examples" / "change" / side) for side in ("before", "after")]
UNTIDY = str(ROOT / "examples" / "untidy")
BACKDOOR = str(ROOT / "examples" / "backdoor")
ASKS_OUTSIDE = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {containers: [{name: web, image: web}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 53, protocol: UDP}]}]
"""
LIMIT = "the solver effort limit (--rlimit 1) was reached"
COMMANDS = {
    "query": ["query", "can any pod reach namespace b:5432", "-f", BACKDOOR],
    "list": ["query", "who can reach b/pg:5432", "-f", BACKDOOR],
    "check": ["check", "--spec", INTENT, "-f", SHOP],
    "exposed": ["exposed", "-f", SHOP],
    "resolve": ["resolve", "pg.b", "--from", "a/client", "-f", BACKDOOR],
    "lint": ["lint", "-f", SHOP],
    "lint of policies": ["lint", "-f", UNTIDY],
    "diff": ["diff", *CHANGE],
}
FIRST = {
    "query": "UNKNOWN: neither proved nor refuted",
    "list": "UNKNOWN: neither proved nor refuted",
    "diff": "UNKNOWN: neither proved nor refuted",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_report_names_the_limit_in_its_first_line(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMMANDS[command], "--rlimit", "1"], "netverify") == 3
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(f"{FIRST.get(command, 'INCOMPLETE')}: {LIMIT}")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_report_of_a_run_that_met_no_limit_names_none(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(COMMANDS[command], "netverify")
    out = capsys.readouterr().out
    assert "INCOMPLETE" not in out
    assert "limit" not in out


@pytest.mark.parametrize("name", ["markdown", "html", "github"])
def test_a_report_of_a_gate_names_the_limit_in_its_headline(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([*COMMANDS["check"], "--rlimit", "1", "-o", name], "netverify")
    headline = [line for line in capsys.readouterr().out.splitlines() if "1 failed (refuted), 3 unknown" in line]
    assert [line for line in headline if LIMIT in line] == headline != []


def test_findings_that_a_limit_may_hide_are_doubted_by_the_list_of_ways_in(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Whether queries to a DNS that no manifest holds leave through a block of addresses needs the solver."""
    manifests = tmp_path / "m.yaml"
    manifests.write_text(ASKS_OUTSIDE)
    assert main(["exposed", str(manifests), "--rlimit", "1"], "netverify") == 3
    out = capsys.readouterr().out
    assert f"whether there are further findings about Services, names and ways in: {LIMIT}" in out


def test_a_draft_of_what_was_not_decided_says_so_and_is_no_success(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    intent = tmp_path / "netverify.yaml"
    assert main(["init", "-f", BACKDOOR, "--output", str(intent), "--rlimit", "1"], "netverify") == 3
    assert capsys.readouterr().err.splitlines()[0].startswith(f"INCOMPLETE: {LIMIT}: ")
    written = intent.read_text().splitlines()
    assert f"# INCOMPLETE: {LIMIT}: what says `not decided` below may hold or not." in written

    assert main(["init", "-f", BACKDOOR, "--output", str(intent), "--force"], "netverify") == 0
    assert "INCOMPLETE" not in capsys.readouterr().err + intent.read_text()


@pytest.mark.parametrize("effort", [1, 30, 300, 1000, 2000])
def test_every_goal_without_an_answer_names_the_limit(effort: int) -> None:
    """Z3 gives no reason at all where its effort ends before it has begun to search."""
    budget = Budget(rlimit=effort)
    for seed in range(25):
        cluster, question = small_case(seed)
        outcome = ask(question["sentence"], inventory_of(cluster), Settings(budget=budget))
        for reason in outcome.unknown_because:
            assert "no reason given" not in reason
            assert "gave up" not in reason
    assert set(budget.gave_up) <= {effort_limit_met(budget)}


@pytest.mark.parametrize("effort", [1, 100, 1000, 3000, 10000])
def test_a_limit_changes_no_answer_but_to_unknown(effort: int) -> None:
    for seed in range(40):
        cluster, question = small_case(seed)
        limited = ask(question["sentence"], inventory_of(cluster), Settings(budget=Budget(rlimit=effort)))
        if limited.verdict is not Verdict.UNKNOWN:
            assert _said(limited) == _said_without_limit(seed), seed


@cache
def _said_without_limit(seed: int) -> tuple[object, ...]:
    cluster, question = small_case(seed)
    return _said(ask(question["sentence"], inventory_of(cluster)))


def _said(outcome: Answer | Listing) -> tuple[object, ...]:
    if isinstance(outcome, Answer):
        return outcome.verdict, outcome.scope
    return outcome.verdict, tuple(one.text for one in outcome.existing), outcome.possible


def test_an_engine_that_gives_up_before_the_other_answers_is_no_limit_met(monkeypatch: pytest.MonkeyPatch) -> None:
    goal = Goal("(set-logic QF_BV)\n(declare-const a Bool)\n(assert a)\n(check-sat)\n", 1)
    check, answers = solver._checked, iter((Status.UNKNOWN,))
    monkeypatch.setattr(solver, "_checked", lambda *given: next(answers, None) or check(*given))
    budget = Budget()
    assert decide(goal, budget).status is Status.SAT
    assert budget.gave_up == []


def test_a_goal_that_was_answered_is_solved_once_in_a_run_and_one_that_was_not_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goal = Goal("(set-logic QF_BV)\n(declare-const a Bool)\n(assert a)\n(check-sat)\n", 1)
    closed = Goal(goal.text.replace("(assert a)", "(assert a)\n(assert (not a))"), 2)
    check, checked = solver._checked, []
    monkeypatch.setattr(solver, "_checked", lambda *given: checked.append(check(*given)) or checked[-1])
    budget = Budget()
    assert [decide(one, budget).status for one in (goal, closed, goal)] == [Status.SAT, Status.UNSAT, Status.SAT]
    assert checked == [Status.SAT, Status.UNSAT]
    assert [decide(goal, replace(budget, seed=seed)).status for seed in (1, 1)] == [Status.SAT] * 2
    assert len(checked) == 3
    limited = Budget(rlimit=1)
    tried = len(checked)
    assert [decide(goal, limited).status for _ in range(2)] == [Status.UNKNOWN] * 2
    assert len(checked) == tried + 4
    assert len(limited.gave_up) == 2


def test_every_limit_is_recognised_by_its_words() -> None:
    timed = Budget(rlimit=5, timeout_s=0.25)
    limits = [
        effort_limit_met(timed),
        time_limit_met(timed),
        solver_limit_met(timed),
        solver_limit_met(Budget()),
        *(out_of(one, budget).reason for one in Resource for budget in (Budget(), Budget(max_memory=5))),
        out_of_memory().reason,
    ]
    for limit in limits:
        assert limits_met([f"whether x: {limit} before it was decided; and {limit}"]) == (limit,)
    assert limits_met(["old.yaml could not be read", "policies that are not modelled decide"]) == ()


@pytest.mark.parametrize("limit", ["1", "1000", "3000"])
def test_a_comparison_that_lists_less_for_a_limit_says_so(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    sides = ("diff", BACKDOOR, SHOP, "-o", "json")
    whole = (main([*sides], "netverify"), json.loads(capsys.readouterr().out))
    limited = (main([*sides, "--rlimit", limit], "netverify"), json.loads(capsys.readouterr().out))
    assert (whole[0], whole[1]["unknown_because"]) == (0, [])
    listed = [len(found["appears"]) + len(found["disappears"]) for _, found in (whole, limited)]
    if listed[1] < listed[0]:
        assert limited[0] == 3
        assert f"--rlimit {limit}" in " ".join(limited[1]["unknown_because"])
    assert listed[1] < listed[0] or limit != "3000"
