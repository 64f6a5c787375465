"""A signal becomes an exception, but never between the making of something and its release."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from netverify.cli.main import main
from netverify.interruption import INTERRUPTS, Interruption, Interrupts, Resource

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def interrupts():
    """A handler of the signals of this process, for one test."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
    before = {number: signal.getsignal(number) for number in numbers}
    waking = signal.set_wakeup_fd(-1)
    found = Interrupts()
    found.install()
    yield found
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.set_wakeup_fd(waking)
    for number, handler in before.items():
        signal.signal(number, handler)


class Slow(Resource):
    """Takes its time to be made and to be given back, and says what came of it; a signal comes in between."""

    def __init__(self, at: str) -> None:
        self.at, self.said = at, []

    def acquire(self) -> None:
        self._step("made")

    def release(self) -> None:
        self._step("released")

    def _step(self, name: str) -> None:
        if name == self.at:
            signal.raise_signal(signal.SIGTERM)
            time.sleep(0.05)
        self.said.append(name)


@pytest.mark.parametrize("at", ["made", "released", "inside"])
@pytest.mark.usefixtures("interrupts")
def test_what_is_made_is_given_back_whenever_a_signal_comes(at) -> None:
    slow = Slow(at)
    with pytest.raises(Interruption) as raised:  # noqa: PT012 it may come as soon as the resource is released
        with slow:
            slow.said.append("inside")
            slow._step("inside")
            if at == "made":
                time.sleep(1)
        time.sleep(1)
    assert [one for one in slow.said if one != "inside"] == ["made", "released"]
    assert (raised.value.status, raised.value.words) == (143, "terminated")


def test_half_of_a_resource_is_given_back() -> None:
    class Half(Resource):
        released = False

        def acquire(self) -> None:
            raise OSError(28, "full")

        def release(self) -> None:
            self.released = True

    half = Half()
    with pytest.raises(OSError, match="full"), half:
        pass
    assert half.released


@pytest.mark.usefixtures("interrupts")
def test_a_signal_in_a_finaliser_is_not_lost(capsys) -> None:
    class Finalised:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    finalised = Finalised()
    with pytest.raises(Interruption) as raised:  # noqa: PT012 it comes after a while
        del finalised
        time.sleep(1)
    assert raised.value.status == 130
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("interrupts")
def test_what_another_package_makes_is_whole() -> None:
    """Half of a context of the solver complains when it is given back."""

    class Made:
        def __init__(self) -> None:
            signal.raise_signal(signal.SIGTERM)
            made.append(self)

    made: list[Made] = []
    with pytest.raises(Interruption):  # noqa: PT012 it comes after a while
        Made()
        time.sleep(1)
    assert len(made) == 1


@pytest.mark.usefixtures("interrupts")
def test_an_exception_that_somebody_swallows_comes_again(monkeypatch) -> None:
    # Not by the name of the module: seeded faults import the package anew, and this class may be of before.
    monkeypatch.setitem(Interrupts.__call__.__globals__, "_PATIENCE_S", 0.02)
    with suppress(Interruption):
        signal.raise_signal(signal.SIGHUP)
    with pytest.raises(Interruption):
        time.sleep(1)


def test_after_the_end_signals_are_as_ever(interrupts) -> None:
    interrupts.finish()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_what_is_to_be_ignored_stays_so() -> None:
    program = (
        "import signal; from netverify.interruption import INTERRUPTS\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN); INTERRUPTS.install()\n"
        "signal.raise_signal(signal.SIGHUP); print('alive')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "alive\n"


def test_code_that_signals_do_not_get_through_to_is_stopped(interrupts) -> None:
    """A finaliser stands for code of another language: no exception comes out of it."""
    stopped = threading.Event()

    class Deaf:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)
            stopped.wait(5)

    def call() -> None:
        deaf = Deaf()
        del deaf

    with pytest.raises(Interruption):  # noqa: PT012 it comes after a while
        interrupts.during(call, stopped.set)
        time.sleep(1)
    assert stopped.is_set()


SOLVING = """
import os, signal, sys, threading, time
from netverify.cli.main import main
from netverify.interruption import INTERRUPTS, Interruption
from netverify.budget import Budget
from netverify.symbolic.solver import Goal, solve
if sys.argv[2] == "program":
    INTERRUPTS.install()
# The factors of a number of 64 bits: minutes of work.
text = '''(declare-const x (_ BitVec 64)) (declare-const y (_ BitVec 64))
(assert (= (bvmul x y) #xfedcba9876543211))
(assert (and (bvult x #x00000000ffffffff) (bvult y #x00000000ffffffff) (bvugt x #x0000000000000001)
  (bvugt y #x0000000000000001)))'''
threading.Timer(0.5, os.kill, (os.getpid(), int(sys.argv[1]))).start()
began = time.monotonic()
try:
    print(solve(Goal(text, 2), Budget()).status)
except (Interruption, KeyboardInterrupt) as error:
    print(type(error).__name__, time.monotonic() - began < 5)
"""


@pytest.mark.parametrize(
    ("number", "who", "expected"),
    [
        (signal.SIGTERM, "program", "Interruption True"),
        (signal.SIGINT, "program", "Interruption True"),
        (signal.SIGINT, "library", "KeyboardInterrupt True"),
    ],
)
def test_a_signal_ends_the_solver_and_is_never_taken_for_an_answer(number, who, expected) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SOLVING, str(int(number)), who], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == (expected, "")


def test_a_library_leaves_signals_alone() -> None:
    assert not INTERRUPTS.are_installed


def test_the_end_of_some_input_is_no_interrupt(monkeypatch, capsys) -> None:
    def fail(*_arguments: object) -> None:
        raise EOFError

    monkeypatch.setattr("netverify.cli.query.ask", fail)
    assert main(["query", "can namespace a reach b/pg", "-f", str(ROOT / "examples" / "backdoor")], "netverify") == 5
    assert "NV499" in capsys.readouterr().err


class Quick(Resource):
    """A signal comes while it is made, and the run is over before anything else."""

    def acquire(self) -> None:
        signal.raise_signal(signal.SIGTERM)

    def release(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)  # as if the time for another try had not come yet


def test_a_signal_that_had_to_wait_is_not_lost_at_the_end(interrupts) -> None:
    with Quick():
        pass
    with pytest.raises(Interruption) as raised:
        interrupts.catch_up()
    assert raised.value.status == 143
    interrupts.finish()
    interrupts.catch_up()  # what is over ends as it did
