"""Faults in budgets and interruption: a bound that is none, a run that looks complete, something left behind."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faults.remains import left_of
from mutants.faulty import fault, fault_in
from netverify.budget import Budget, OutOfBudgetError, Resource, out_of
from netverify.cli.checked import gate_status
from netverify.cli.main import main
from netverify.cli.outputs import write_marked
from netverify.cli.statuses import ExitStatus
from netverify.cli.watchdog import Watchdog, refusal_of, watchdog
from netverify.gate.outcome import GateReport
from netverify.interruption import INTERRUPTS, Interruption, Interrupts, is_held
from netverify.interruption import Resource as Held
from netverify.sources.processes import Process, UnfinishedError
from netverify.sources.scratch import Replacement, Scratch
from netverify.symbolic.solver import Goal, decide
from netverify.symbolic.status import Status


@pytest.fixture(scope="module", autouse=True)
def solved_goals():
    """Here every goal is solved: the solver itself is tested."""


ROOT = Path(__file__).resolve().parents[2]
SHOP = str(ROOT / "examples" / "storefront")
BACKDOOR = str(ROOT / "examples" / "backdoor")
LONG_S = 1.5
"""So long a bound that is none is waited for."""


def spin(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def time_ends(_: Path) -> None:
    with pytest.raises(OutOfBudgetError, match="--max-time"), watchdog(Budget(max_time_s=0.02)):
        spin(LONG_S)


def memory_ends(_: Path) -> None:
    with pytest.raises(OutOfBudgetError, match="--max-memory"), watchdog(Budget(max_memory=1)):
        spin(LONG_S)


def enough_does_not_end(_: Path) -> None:
    with watchdog(Budget()):
        spin(0.2)


def a_checkpoint_looks_at_the_clock(_: Path) -> None:
    """Before the thread has noticed anything."""
    late = Watchdog(Budget(max_time_s=1, since=time.monotonic() - 2), 0)
    with pytest.raises(OutOfBudgetError):
        late.check()


def the_intent_has_its_own_time(_: Path) -> None:
    with watchdog(Budget(max_time_s=0.01, since=time.monotonic() - 1), least_s=60):
        spin(0.2)


def cleaning_up_is_waited_for(_: Path) -> None:
    cleaned = []

    class Slow:
        def __enter__(self) -> None:
            pass

        def __exit__(self, *_: object) -> None:
            spin(0.3)
            cleaned.append(True)

    def work() -> None:
        with Slow():
            pass
        spin(LONG_S)

    with pytest.raises(OutOfBudgetError), watchdog(Budget(max_time_s=0.05)):
        work()
    assert cleaned


def a_gate_that_was_cut_short_is_not_green(_: Path) -> None:
    report = GateReport((), is_cut_short=True)
    assert gate_status(report, {"refuted"}, input_refused=False) is ExitStatus.UNKNOWN


def what_did_not_come_about_is_unknown(_: Path) -> None:
    spent = out_of(Resource.TIME, Budget())
    assert "--max-time" in spent.reason
    assert refusal_of(spent, "x").status is ExitStatus.UNKNOWN


def status_of(*arguments: str) -> int:
    return main(arguments, "netverify")


def a_question_without_time_is_unknown(_: Path) -> None:
    asked = ("query", "can namespace a reach b/pg:5432", "-f", BACKDOOR)
    assert status_of(*asked, "--max-time", "0.001", "--expect", "unreachable") == 3


def a_comparison_without_time_is_unknown(folder: Path) -> None:
    report = folder / "report.json"
    assert status_of("diff", BACKDOOR, BACKDOOR, "--max-time", "0.001", "-o", f"json={report}") == 3
    assert json.loads(report.read_text())["verdict"] == "unknown"


def a_draft_that_met_a_limit_is_no_success(_: Path) -> None:
    assert status_of("init", "-f", SHOP, "--output", "-", "--rlimit", "1") == 3


def what_is_cut_off_says_so(_: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "a part"
        raise out_of(Resource.MEMORY, Budget())

    stream = io.StringIO()
    with pytest.raises(OutOfBudgetError):
        write_marked(stream, pieces())
    assert stream.getvalue().splitlines()[-1].startswith("INCOMPLETE: ")


def pigeons(holes: int) -> Goal:
    names = [[f"p{pigeon}h{hole}" for hole in range(holes)] for pigeon in range(holes + 1)]
    goals = [f"(or {' '.join(row)})" for row in names]
    goals += [
        f"(not (and {one[hole]} {other[hole]}))"
        for hole in range(holes)
        for number, one in enumerate(names)
        for other in names[:number]
    ]
    declared = "".join(f"(declare-const {name} Bool)\n" for row in names for name in row)
    asserted = "".join(f"(assert {goal})\n" for goal in goals)
    return Goal(f"(set-logic QF_BV)\n{declared}{asserted}(check-sat)\n", len(goals))


def effort_ends(_: Path) -> None:
    budget = Budget(rlimit=2000)
    found = decide(pigeons(6), budget)
    assert found.status is Status.UNKNOWN
    assert found.reason == "the solver effort limit (--rlimit 2000) was reached"
    assert budget.gave_up == [found.reason]


def a_folder_is_gone(_: Path) -> None:
    with Scratch() as folder:
        path = folder.path
        (path / "x").touch()
    assert not path.exists()
    assert folder not in INTERRUPTS._held


def what_is_not_whole_is_gone(place: Path) -> None:
    with Replacement(place / "report") as replacement:
        replacement.stream.write(b"a part")
    assert not list(place.iterdir())


class Half(Held):
    """Made by half, then it fails."""

    released = was_held = False

    def acquire(self) -> None:
        self.was_held = is_held(sys._getframe())
        raise OSError

    def release(self) -> None:
        self.released = True


def what_is_made_by_half_is_given_back(_: Path) -> None:
    half = Half()
    with pytest.raises(OSError), half:  # noqa: PT011 there is no message
        pass
    assert half.released


def no_signal_comes_while_something_is_made(_: Path) -> None:
    half = Half()
    with pytest.raises(OSError), half:  # noqa: PT011 there is no message
        pass
    assert half.was_held


def all_that_is_held_can_be_abandoned(_: Path) -> None:
    interrupts = Interrupts()
    held = [Half(), Half()]
    for one in held:
        interrupts.hold(one)
    interrupts.let_go(held[0])
    interrupts.abandon_all()
    assert [one.released for one in held] == [False, True]


DAEMON = "import os, time; os.fork() or (os.setsid(), os.fork() or time.sleep(20)); time.sleep(20)"


def programs_end_with_what_they_started(place: Path) -> None:
    with pytest.raises(UnfinishedError), Process([sys.executable, "-S", "-c", DAEMON, str(place)], {}) as process:
        process.finish(0.5, 100)
    left = left_of(place, 1.0)
    for line in left:
        os.kill(int(line.partition(":")[0]), signal.SIGKILL)
    assert not left


def programs_print_no_more_than_is_read(_: Path) -> None:
    with (
        pytest.raises(UnfinishedError, match="printed more than"),
        Process([sys.executable, "-S", "-c", "print('x' * 9999)"], {}) as process,
    ):
        process.finish(10, 100)


def a_signal_that_had_to_wait_ends_the_run(_: Path) -> None:
    interrupts = Interrupts()
    interrupts._number = signal.SIGTERM
    with pytest.raises(Interruption) as raised:
        interrupts.catch_up()
    assert raised.value.status == 143


Fault = tuple[str, str, str, str, Callable[[Path], None]]
"""Module, function (empty: the text is once in the module), text, what stands for it, and what notices."""
FAULTS: dict[str, Fault] = {
    "it is late before the end": ("cli.watchdog", "", "() >= self._end", "() < self._end", enough_does_not_end),
    "it is never late": ("cli.watchdog", "", "() >= self._end", "() > self._end + 99", time_ends),
    "little memory is much": (
        "cli.watchdog",
        "",
        "memory_in_use() > self._budget.max_memory",
        "memory_in_use() < self._budget.max_memory",
        enough_does_not_end,
    ),
    "memory is never looked at": ("cli.watchdog", "", "elif memory_in_use() >", "elif 0 >", memory_ends),
    "a checkpoint waits for the thread": (
        "cli.watchdog",
        "",
        "(self._found is not None or self._is_late())",
        "self._found is not None",
        a_checkpoint_looks_at_the_clock,
    ),
    "the least time is no time": (
        "cli.watchdog",
        "",
        "max(now + least_s, ",
        "min(now + least_s, ",
        the_intent_has_its_own_time,
    ),
    "a budget strikes in the middle of cleaning up": (
        "cli.watchdog",
        "",
        'code.co_name == "__exit__" or ',
        "",
        cleaning_up_is_waited_for,
    ),
    "nothing is raised": ("cli.watchdog", "Watchdog._raise", "raise self.spent", "return", time_ends),
    "what was not done in time is answered": (
        "cli.watchdog",
        "refusal_of",
        "ExitStatus.UNKNOWN",
        "ExitStatus.ANSWERED",
        what_did_not_come_about_is_unknown,
    ),
    "time and memory are exchanged": (
        "budget",
        "",
        "if resource is Resource.TIME",
        "if resource is not Resource.TIME",
        what_did_not_come_about_is_unknown,
    ),
    "a gate that was cut short is green": (
        "cli.checked",
        "",
        "if failing and is_cut_short:",
        "if not failing and is_cut_short:",
        a_gate_that_was_cut_short_is_not_green,
    ),
    "a question without time is unreachable": (
        "cli.query",
        "_undecided",
        "Verdict.UNKNOWN",
        "Verdict.UNREACHABLE",
        a_question_without_time_is_unknown,
    ),
    "a comparison without time is equivalent": (
        "cli.diff",
        "diff_request",
        "Comparison(Relation.UNKNOWN",
        "Comparison(Relation.EQUIVALENT",
        a_comparison_without_time_is_unknown,
    ),
    "a draft that met a limit is a success": (
        "cli.init",
        "",
        "in_doubt=bool(limits)",
        "in_doubt=False",
        a_draft_that_met_a_limit_is_no_success,
    ),
    "what is cut off looks whole": ("cli.outputs", "write_marked", "INCOMPLETE: ", "", what_is_cut_off_says_so),
    "what is cut off is a success": (
        "cli.outputs",
        "write_marked",
        "raise",
        "return",
        what_is_cut_off_says_so,
    ),
    "the solver has no limit": ("symbolic.solver", "", "budget.rlimit)", "0)", effort_ends),
    "no answer is unsatisfiable": (
        "symbolic.solver",
        "",
        "Status.SAT if result == z3.sat else Status.UNKNOWN",
        "Status.SAT if result == z3.sat else Status.UNSAT",
        effort_ends,
    ),
    "the limit that was met is not named": (
        "symbolic.solver",
        "",
        "if reason in _OUT_OF_EFFORT",
        "if reason not in _OUT_OF_EFFORT",
        effort_ends,
    ),
    "that the solver gave up is forgotten": (
        "symbolic.solver",
        "_given_up",
        "budget.gave_up.append(solved.reason)",
        "del budget",
        effort_ends,
    ),
    "what was made is not given back": (
        "interruption",
        "Resource.__exit__",
        "self._give_back()",
        "del kind, error, trace",
        a_folder_is_gone,
    ),
    "what was made by half is not given back": (
        "interruption",
        "Resource.__enter__",
        "self._give_back()",
        "pass",
        what_is_made_by_half_is_given_back,
    ),
    "a signal comes while something is made": (
        "interruption",
        "is_held",
        "        frame = frame.f_back\n",
        "        frame = None\n",
        no_signal_comes_while_something_is_made,
    ),
    "what was given back is held": (
        "interruption",
        "",
        "self._held.remove(resource)",
        "pass",
        all_that_is_held_can_be_abandoned,
    ),
    "nothing is abandoned": ("interruption", "", "resource.abandon()", "pass", all_that_is_held_can_be_abandoned),
    "a signal that had to wait is lost": (
        "interruption",
        "Interrupts.catch_up",
        "self._number is not None",
        "self._number is None",
        a_signal_that_had_to_wait_ends_the_run,
    ),
    "a run that was cancelled has the status of the signal": (
        "interruption",
        "",
        "return 128 + self.number",
        "return self.number",
        a_signal_that_had_to_wait_ends_the_run,
    ),
    "a folder stays": ("sources.scratch", "", "self._folder.cleanup()", "pass", a_folder_is_gone),
    "a part of a file stays": (
        "sources.scratch",
        "",
        "self._temporary.unlink(missing_ok=True)",
        "pass",
        what_is_not_whole_is_gone,
    ),
    "what left the group of a program stays": (
        "sources.processes",
        "Process.abandon",
        "range(_ROUNDS)",
        "()",
        programs_end_with_what_they_started,
    ),
    "a program prints without end": (
        "sources.processes",
        "",
        "if len(output) > most_bytes",
        "if len(output) < 0",
        programs_print_no_more_than_is_read,
    ),
}
CHECKS = dict.fromkeys(check for *_, check in FAULTS.values())


# The budget may end between opening something and the block that closes it; the collector closes it then.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning"),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_package_has_none_of_these_faults(check: Callable[[Path], None], tmp_path: Path) -> None:
    check(tmp_path)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_noticed(name: str, tmp_path: Path) -> None:
    module, function, original, replacement, check = FAULTS[name]
    seeded = fault_in(module, function, original, replacement) if function else fault(module, original, replacement)
    with seeded, pytest.raises((AssertionError, OutOfBudgetError, pytest.fail.Exception)):
        check(tmp_path)
