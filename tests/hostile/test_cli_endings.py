"""How the program ends when its surroundings fail it: closed pipes, full disks, signals, faults of its own."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import netverify.cli.progress
import netverify.cli.query
from netverify.cli.main import main
from netverify.cli.progress import progress

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = str(ROOT / "examples" / "backdoor")
QUERY = ["query", "can namespace a reach b/pg:5432", "-f", EXAMPLE]
ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "TERM")}


def start(*arguments: str, **options) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "netverify", *arguments], cwd=ROOT, env=ENVIRONMENT, **options)


def run(*arguments: str, environment: dict[str, str] | None = None, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "netverify", *arguments],
        cwd=ROOT,
        env={**ENVIRONMENT, **(environment or {})},
        capture_output="stdout" not in options,
        text=True,
        check=False,
        **options,
    )


@pytest.mark.parametrize("arguments", [QUERY, ["--help"], ["query", "--help"], ["explain", "NV401"], ["--version"]])
def test_a_reader_that_leaves_early_gets_no_complaint(arguments) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = run(*arguments, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_under_standard_output_is_never_a_success() -> None:
    with Path("/dev/full").open("w") as full:
        done = run(*QUERY, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 5
    assert done.stderr == "error[NV421]: cannot write to standard output: no space left on device\n"


def test_a_standard_output_that_is_closed_is_never_a_success() -> None:
    done = run_in_shell(">&-")
    assert done.returncode == 5
    assert done.stderr == "error[NV421]: cannot write to standard output: bad file descriptor\n"


def test_a_standard_error_that_is_closed_takes_nothing_from_the_answer() -> None:
    done = run_in_shell("2>&-")
    assert done.returncode == 0
    assert done.stdout.startswith("REACHABLE")


def run_in_shell(redirection: str) -> subprocess.CompletedProcess[str]:
    """The question with a redirection that only a shell can make."""
    line = f'"$0" -m netverify "$@" {redirection}'
    return subprocess.run(["sh", "-c", line, sys.executable, *QUERY], capture_output=True, text=True, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_under_a_report_is_named() -> None:
    done = run(*QUERY, "-o", "json=/dev/full")
    assert done.returncode == 2
    assert "cannot write `/dev/full`: no space left on device" in done.stderr


def test_an_interrupt_ends_with_130_and_one_line() -> None:
    """More is written than a pipe holds, so when the writing is done the program has begun to read."""
    process = start("query", "who can reach b/pg", "-f", "-", stdin=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
    left = b"# a comment\n" * 100_000
    while left:
        left = left[process.stdin.write(left) :]
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err.strip()) == (130, b"error: interrupted")


def test_a_fault_of_its_own_ends_with_5_and_no_traceback(monkeypatch, capsys) -> None:
    def fail(*_arguments: object) -> None:
        raise KeyError("secret")

    monkeypatch.setattr(netverify.cli.query, "ask", fail)
    monkeypatch.delenv("NETVERIFY_DEBUG", raising=False)
    assert main(QUERY, "netverify") == 5
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.fullmatch(
        r"error\[NV499\]: netverify failed at test_cli_endings.py:\d+; the question is not answered\n"
        r"  = help: set NETVERIFY_DEBUG=1 for the details, and report them\n",
        captured.err,
    )
    monkeypatch.setenv("NETVERIFY_DEBUG", "1")
    assert main(QUERY, "netverify") == 5
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("fault", [RecursionError, AssertionError, OSError])
def test_no_fault_looks_like_an_answer(monkeypatch, capsys, fault) -> None:
    def fail(*_arguments: object) -> None:
        raise fault

    monkeypatch.setattr(netverify.cli.query, "ask", fail)
    assert main(QUERY, "netverify") == 5
    assert "NV499" in capsys.readouterr().err


def test_reports_are_replaced_whole_or_not_at_all(tmp_path, capsys) -> None:
    report = tmp_path / "report.json"
    report.write_text("old")
    report.chmod(0o640)
    link = tmp_path / "link.json"
    link.symlink_to(report)
    assert main([*QUERY, "-o", f"json={link}"], "netverify") == 0
    assert capsys.readouterr().out == ""
    assert link.is_symlink()
    assert report.read_text().startswith("{")
    assert report.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.json", "report.json"]


def test_a_report_that_fails_midway_leaves_the_old_one(tmp_path, monkeypatch, capsys) -> None:
    report = tmp_path / "report.json"
    report.write_text("old")

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    assert main([*QUERY, "-o", f"json={report}"], "netverify") == 2
    assert "no space left on device" in capsys.readouterr().err
    assert report.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_several_reports_come_from_one_run(tmp_path) -> None:
    files = {name: tmp_path / name for name in ("r.txt", "r.json", "pod.yaml")}
    done = run(
        *QUERY, "-o", "text", "-o", f"text={files['r.txt']}", "-o", f"json={files['r.json']}",
        "--counterexample", str(files["pod.yaml"]), "--emit-smt2", str(tmp_path / "goals" / "deep"),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert files["r.txt"].read_text() == done.stdout
    assert '"verdict": "reachable"' in files["r.json"].read_text()
    assert '"role": "admin"' in files["pod.yaml"].read_text()
    goals = sorted((tmp_path / "goals" / "deep").iterdir())
    texts = [goal for goal in goals if goal.name != "goals.json"]
    assert len(texts) == len(goals) - 1 > 0
    for goal in texts:
        assert re.fullmatch(r"query\.[0-9]{3}\.[a-z0-9-]+\.(sat|unsat)\.smt2", goal.name)
        assert "(check-sat)" in goal.read_text()


def test_two_runs_give_the_same_bytes_on_any_hash_seed(tmp_path) -> None:
    seen = set()
    for seed in ("0", "1", "42"):
        folder = tmp_path / seed
        done = run(*QUERY, "-o", "json", "--emit-smt2", str(folder), environment={"PYTHONHASHSEED": seed})
        assert done.returncode == 0
        seen.add((done.stdout, tuple(sorted((goal.name, goal.read_text()) for goal in folder.iterdir()))))
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("flags", "environment", "are_wanted"),
    [
        ([], {}, False),
        (["--color", "always"], {}, True),
        ([], {"FORCE_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_appear_only_where_they_are_wanted(flags, environment, are_wanted, monkeypatch, capsys) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    main([*QUERY, *flags], "netverify")
    assert ("\x1b[" in capsys.readouterr().out) is are_wanted


def test_a_terminal_gets_colours_and_a_pipe_does_not() -> None:
    reading, terminal = pty.openpty()
    process = start(*QUERY, stdout=terminal, stderr=terminal, stdin=subprocess.DEVNULL)
    os.close(terminal)
    shown = b""
    try:
        while piece := os.read(reading, 4096):
            shown += piece
    except OSError:
        pass
    os.close(reading)
    assert process.wait(timeout=20) == 0
    assert b"\x1b[1;33mREACHABLE\x1b[0m" in shown


class Screen:
    """A stream that remembers what is written to it."""

    def __init__(self, *, terminal: bool) -> None:
        self.terminal, self.text = terminal, ""

    def isatty(self) -> bool:
        return self.terminal

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass


@pytest.mark.parametrize(
    ("terminal", "patience_s", "expected"),
    [(True, 0.0, "reading ...\r\x1b[K"), (True, 60.0, ""), (False, 0.0, "")],
)
def test_progress_shows_on_a_terminal_after_a_while_and_goes_away(monkeypatch, terminal, patience_s, expected) -> None:
    screen = Screen(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(netverify.cli.progress, "PATIENCE_S", patience_s)
    with progress("reading ..."):
        time.sleep(0.05)
    assert screen.text == expected
