"""The solver behind its one function: only a clear word counts, and the goal is read as it was printed."""

import functools
import os
import subprocess
import sys

import pytest
import z3

from netverify.budget import Budget
from netverify.symbolic import libz3, solver
from netverify.symbolic.solver import Goal, MisreadError, Status, decide, solve


@pytest.fixture(scope="module", autouse=True)
def solved_goals():
    """Here every goal is solved: the solver itself is tested."""


DECLARED = "(set-logic QF_BV)\n(declare-const a Bool)\n(declare-const b Bool)\n(declare-const on_0 Bool)\n"


def goal(*assertions, guards=()):
    text = DECLARED + "".join(f"(assert {term})\n" for term in (*assertions, *guards)) + "(check-sat)\n"
    return Goal(text, len(assertions) + len(guards), tuple(guards))


def test_a_contradiction_is_unsatisfiable():
    assert solve(goal("a", "(not a)"), Budget()).status is Status.UNSAT


def test_a_model_gives_the_values_by_name():
    solved = solve(goal("a", "(not b)"), Budget())
    assert solved.status is Status.SAT
    assert solved.model["a"] is True
    assert not solved.model.get("b", False)


def test_a_text_with_fewer_assertions_than_were_printed_is_misread():
    printed = goal("a", "(not a)")
    with pytest.raises(MisreadError):
        solve(Goal(printed.text.replace("(assert (not a))\n", ""), printed.assertions), Budget())


def test_a_text_that_is_no_smt_lib_is_misread():
    with pytest.raises(MisreadError):
        solve(Goal(DECLARED + "(assert (nonsense a))\n", 1), Budget())


def test_a_guard_that_is_another_assertion_is_misread():
    printed = goal("a", guards=("on_0",))
    with pytest.raises(MisreadError):
        solve(Goal(printed.text.replace("(assert on_0)", "(assert b)"), printed.assertions, printed.guards), Budget())


def test_the_core_is_small_and_was_seen_to_be_needed():
    text = DECLARED + "(declare-const on_1 Bool)\n(assert (=> on_0 a))\n(assert (=> on_1 b))\n(assert (not b))\n"
    solved = solve(Goal(text + "(assert on_0)\n(assert on_1)\n", 5, ("on_0", "on_1")), Budget())
    assert solved.status is Status.UNSAT
    assert solved.core == ("on_1",)
    assert solved.satisfiable_without_core


def test_a_contradiction_without_guards_was_never_seen_to_be_satisfiable():
    solved = solve(goal("a", "(not a)", guards=("on_0",)), Budget())
    assert solved.core == ()
    assert not solved.satisfiable_without_core


def test_the_first_preference_that_a_model_meets_is_met():
    either = goal("(or a b)")
    assert solve(either, Budget(), [["-a", "-b"], ["-a"]]).model["b"] is True
    assert solve(either, Budget(), [["-b"]]).model["a"] is True


def test_the_first_goal_of_a_run_has_the_model_that_it_has_later(monkeypatch):
    variables = "".join(f"(declare-const x{number} (_ BitVec 16))\n" for number in range(6))
    terms = [f"(bvult x{number} x{number + 1})" for number in range(5)]
    text = DECLARED + variables + "".join(f"(assert {term})\n" for term in ("(or a b)", *terms, "on_0"))
    wanted = Goal(text + "(check-sat)\n", 7, ("on_0",))
    preferences = [["a", "-a"], ["-a", "b"], ["a"]]
    later = [solve(wanted, Budget(), preferences) for _ in range(2)]
    monkeypatch.setattr(libz3, "main_ctx", functools.cache(libz3.main_ctx.__wrapped__))
    assert [solve(wanted, Budget(), preferences), *later] == [later[0]] * 3
    assert later[0].model["b"] is True
    assert libz3.main_ctx.cache_info().currsize == 1


def test_a_solver_that_gives_up_is_unknown_and_says_why(monkeypatch):
    monkeypatch.setattr(solver, "_checked", lambda *_: Status.UNKNOWN)
    assert solve(goal("a"), Budget()).status is Status.UNKNOWN


FACTORING = Goal(
    "(set-logic QF_BV)\n(declare-const x (_ BitVec 40))\n(declare-const y (_ BitVec 40))\n"
    "(assert (= (bvmul x y) (_ bv549752668219 40)))\n"
    "(assert (bvult #x0000000001 x))\n(assert (bvult #x0000000001 y))\n"
    "(assert (bvult x #x0000100000))\n(assert (bvult y #x0000100000))\n(check-sat)\n",
    5,
)
"""Factoring a product of two primes of 20 bits takes far longer than a millisecond."""


def test_a_time_limit_that_is_too_short_never_becomes_a_proof_and_is_named():
    assert solve(FACTORING, Budget(timeout_s=0.001)).status is Status.UNKNOWN
    assert "--timeout 0.001" in solve(FACTORING, Budget(timeout_s=0.001)).reason


def test_an_effort_limit_that_is_too_low_never_becomes_a_proof_and_is_named():
    for result in (solve(FACTORING, Budget(rlimit=1000)), decide(FACTORING, Budget(rlimit=1000))):
        assert result.status is Status.UNKNOWN
        assert result.reason == "the solver effort limit (--rlimit 1000) was reached"


def test_what_the_effort_limit_leaves_undecided_does_not_depend_on_the_load():
    alone = solve(FACTORING, Budget(rlimit=20_000))
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    try:
        loaded = solve(FACTORING, Budget(rlimit=20_000))
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert alone == loaded
    assert alone.status is Status.UNKNOWN


def test_a_goal_that_is_one_denial_is_read_whole():
    """What is asserted may be the guard itself; only the guard at the end is taken out."""
    text = "(set-logic QF_BV)\n(declare-const denies_0 Bool)\n(assert denies_0)\n(assert denies_0)\n(check-sat)\n"
    printed = Goal(text, 2, ("denies_0",), ((), ()), ("denies_0",))
    assert solve(printed, Budget()).status is Status.SAT
    assert printed.settled().text.count("(assert denies_0)") == 1


def test_the_library_is_asked_what_its_own_package_would_ask() -> None:
    text = (
        "(set-logic QF_BV)\n(declare-const port (_ BitVec 16))\n(declare-const |app = web| Bool)\n"
        "(assert (bvult port #x0051))\n(assert (bvult #x004f port))\n(assert (not |app = web|))\n(check-sat)\n"
    )
    theirs = z3.SolverFor("QF_FD")
    theirs.add(z3.parse_smt2_string(text))
    assert theirs.check() == z3.sat
    model = theirs.model()
    values = {one.name(): model[one].as_long() if z3.is_bv(model[one]) else z3.is_true(model[one]) for one in model}
    solved = solve(Goal(text, 3, (), ()), Budget())
    assert solved.model == values == {"port": 80, "app = web": False}
    unsatisfiable = text.replace("(not |app = web|)", "(bvult #x0100 port)")
    assert solve(Goal(unsatisfiable, 3, (), ()), Budget()).status is Status.UNSAT


def test_a_denial_is_in_the_core_of_a_proof_that_needs_it():
    text = (
        "(set-logic QF_BV)\n(declare-const a Bool)\n(declare-const denies_0 Bool)\n(declare-const denies_1 Bool)\n"
        "(assert (not (and denies_0 a)))\n(assert (not (and denies_1 (not a))))\n(assert a)\n"
        "(assert denies_0)\n(assert denies_1)\n(check-sat)\n"
    )
    denials = ("denies_0", "denies_1")
    solved = solve(Goal(text, 5, denials, ((), ()), denials), Budget())
    assert (solved.status, solved.core) == (Status.UNSAT, ("denies_0",))


@pytest.mark.parametrize("reason", ["interrupted from keyboard", "timeout"])
def test_an_interrupt_of_the_solver_is_one_of_the_command_and_no_answer(reason, monkeypatch):
    class GivesUp(solver.z3.Solver):
        def reason_unknown(self):
            return reason

    monkeypatch.setattr(solver.z3, "CheckSatResult", lambda _: solver.z3.unknown)
    if reason == "timeout":
        assert solver._checked(GivesUp(), []) is Status.UNKNOWN
    else:
        with pytest.raises(KeyboardInterrupt):
            solver._checked(GivesUp(), [])


ENDED_BEFORE_ITS_TERMS = """
import gc
from netverify.symbolic import libz3

for _ in range(4):
    context = libz3.Context()
    terms = [libz3.Not(libz3.Bool(f"x{number}", context)) for number in range(50)]
    context.ring = [libz3.Solver(ctx=context), terms]
    del context, terms
    gc.collect()
"""


def test_a_context_may_be_collected_before_what_lives_in_it():
    """Frames of a traceback are such a cycle. What is freed is overwritten here, so that any use of it fails."""
    overwritten = {**os.environ, "MALLOC_PERTURB_": "165"}
    command = [sys.executable, "-c", ENDED_BEFORE_ITS_TERMS]
    run = subprocess.run(command, env=overwritten, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


ENDED_BY_ANOTHER_THREAD = """
import gc, threading
from netverify.symbolic import libz3

gc.disable()
context = libz3.main_ctx()
text = "".join(f"(declare-const a{n} Bool)(assert (or a{n} (not a{n // 2})))" for n in range(300))
over = threading.Event()
collector = threading.Thread(target=lambda: [gc.collect() for _ in iter(over.is_set, True)])
collector.start()
for turn in range(100):
    ring = [libz3.Not(libz3.Bool(f"x{turn}_{n}", context)) for n in range(60)]
    ring.append(ring)
    del ring
    libz3.parse_smt2_string(text, context)
over.set()
collector.join()
"""


def test_terms_may_be_collected_by_another_thread_while_the_solver_works():
    command = [sys.executable, "-c", ENDED_BY_ANOTHER_THREAD]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stderr) == (0, "")
