"""A signal at one line after another of what makes and gives back things: nothing is left, wherever it comes.

The moments are counted, not timed: a trace sends the signal at the n-th line that runs. A normal run draws some of
them; ``pytest -m long`` tries every one.
"""

from __future__ import annotations

import linecache
import random
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from faults.remains import left_of
from netverify.cli.outputs import append_whole, write_whole
from netverify.interruption import Interruption, Interrupts
from netverify.sources import programs
from netverify.sources.cache.store import Store
from netverify.sources.programs import Program
from netverify.sources.revision import checkout

pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <_io")  # a file that is not closed, but forgotten

DRAWN = 30
RENDERER = "#!/bin/sh\nsleep 60 &\nexec 1>&-\nsleep 60\n"
TOLD_APART = (
    "contextlib",
    "tempfile",
    "subprocess",
    "selectors",
    "shutil",
    "scratch",
    "processes",
    "programs",
    "revision",
)
TRACED = (*TOLD_APART, "store", "outputs", "git", "interruption", "weakref", "pathlib")


def rendered(folder: Path) -> None:
    programs.run(Program(str(folder / "renderer"), "build"), [], 0.2)


def checked_out(folder: Path) -> None:
    with checkout("HEAD", folder / "tree") as place:
        assert (place / "a.yaml").read_text() == "a: 1\n"


def written(folder: Path) -> None:
    write_whole(folder / "out" / "report", ("new\n" for _ in range(3)))


def appended(folder: Path) -> None:
    append_whole(folder / "out" / "summary", "new\n")


def kept(folder: Path) -> None:
    Store(folder / "out").put("key", b"body")


RUNS = (rendered, checked_out, written, appended, kept)


@cache
def is_traced(filename: str) -> bool:
    return Path(filename).stem in TRACED


@cache
def is_with(filename: str, line: int) -> bool:
    return linecache.getline(filename, line).lstrip().startswith("with ")


class Alarm:
    """Counts the lines that run in the modules that are traced, and sends a signal at the one numbered ``at``.

    Leaving a ``with`` statement is traced as its line, but the interpreter looks for no signal there before it calls
    ``__exit__``: that is no moment.
    """

    def __init__(self, at: int | None) -> None:
        self.lines, self._at = 0, at
        self._entered: set[tuple[int, int]] = set()

    def _leaves(self, frame) -> bool:
        if not is_with(frame.f_code.co_filename, frame.f_lineno):
            return False
        here = (id(frame), frame.f_lineno)
        was_entered = here in self._entered
        (self._entered.discard if was_entered else self._entered.add)(here)
        return was_entered

    def __call__(self, frame, event, _argument):
        if not is_traced(frame.f_code.co_filename):
            return None
        if event == "line" and not self._leaves(frame):
            self.lines += 1
            if self.lines == self._at:
                signal.raise_signal(signal.SIGTERM)
        return self


def lines_of(run, folder: Path) -> int:
    """How many lines of ``run`` are traced."""
    alarm = Alarm(None)
    sys.settrace(alarm)
    try:
        with suppress(programs.ProgramFailedError):
            run(folder)
    finally:
        sys.settrace(None)
    return alarm.lines


def interrupted_at(line: int, run, folder: Path) -> None:
    """Run with a signal at ``line``; what is checked is that nothing is left."""
    before = {
        number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
    }
    waking = signal.set_wakeup_fd(-1)
    interrupts = Interrupts()
    interrupts.install()
    try:
        sys.settrace(Alarm(line))
        with suppress(Interruption, programs.ProgramFailedError):
            try:
                run(folder)
            finally:
                sys.settrace(None)
        interrupts.finish()
    except Interruption:
        interrupts.finish()  # what was put off came when the run was over
    finally:
        sys.settrace(None)
        signal.set_wakeup_fd(waking)
        for number, handler in before.items():
            signal.signal(number, handler)
    assert list((folder / "tmp").iterdir()) == [], line
    assert left_of(folder) == [], line
    for one in (folder / "out").iterdir():
        assert one.name in ("report", "summary", "key"), line
        assert one.read_bytes() in (b"old\n", b"new\nnew\nnew\n", b"old\nnew\n") or one.name == "key", line
    whole = Store(folder / "out").get("key")
    assert whole == (b"body" if (folder / "out" / "key").exists() else None), line


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A renderer that starts others and prints nothing, a repository, and files that are there already."""
    for name in ("tmp", "out", "tree"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "renderer").write_text(RENDERER)
    (tmp_path / "renderer").chmod(0o755)
    (tmp_path / "tree" / "a.yaml").write_text("a: 1\n")
    who = ("-c", "user.name=n", "-c", "user.email=e@example.com")
    for line in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "x")):
        subprocess.run(["git", *line], cwd=tmp_path / "tree", check=True)
    return tmp_path


def fresh(folder: Path) -> None:
    for one in (folder / "out").iterdir():
        one.unlink()
    for name in ("report", "summary"):
        (folder / "out" / name).write_text("old\n")


@pytest.mark.parametrize("run", RUNS)
def test_a_signal_at_some_line_leaves_nothing_behind(run, place) -> None:
    fresh(place)
    count = lines_of(run, place)
    assert count > 5
    for line in sorted(random.Random(run.__name__).sample(range(1, count + 1), min(DRAWN, count))):
        fresh(place)
        interrupted_at(line, run, place)


@pytest.mark.long
@pytest.mark.parametrize("run", RUNS)
def test_a_signal_at_any_line_leaves_nothing_behind(run, place) -> None:
    fresh(place)
    for line in range(1, lines_of(run, place) + 1):
        fresh(place)
        interrupted_at(line, run, place)


def test_without_holding_signals_back_something_would_be_left(place, monkeypatch) -> None:
    monkeypatch.setattr("netverify.interruption.is_held", lambda _frame: False)
    fresh(place)
    with pytest.raises(AssertionError):  # noqa: PT012 at one of these lines
        for line in range(1, lines_of(kept, place) + 1):
            fresh(place)
            interrupted_at(line, kept, place)
