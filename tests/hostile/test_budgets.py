"""A command that uses up its budget ends in *unknown*, says what it did not decide, and leaves nothing running."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import netverify.cli.watchdog
from faults.remains import left_of
from netverify.budget import Budget, OutOfBudgetError, Resource, memory_text, out_of
from netverify.cli.main import main
from netverify.cli.outputs import Output
from netverify.cli.watchdog import memory_in_use, watchdog
from netverify.gate import checking
from netverify.report.formats import OF_DOCUMENTS, OF_FINDINGS, OF_MAPS
from netverify.sources import programs, workers
from netverify.sources.collection import Means, collect
from netverify.sources.gathering import Terms
from netverify.sources.programs import Program
from netverify.sources.sources import Source
from netverify.symbolic.solver import Goal, solve


@pytest.fixture(scope="module", autouse=True)
def solved_goals():
    """Here every goal is solved: the solver itself is tested."""


# The budget may end between opening a file and the block that closes it; the collector closes it then.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ROOT = Path(__file__).resolve().parents[2]
BACKDOOR = str(ROOT / "examples" / "backdoor")
SHOP = str(ROOT / "examples" / "storefront")
INTENT = str(ROOT / "examples" / "storefront.intent.yaml")
FLEET_INTENT = str(ROOT / "examples" / "clusters.intent.yaml")
CHECK = ["check", "--spec", INTENT, "-f", SHOP]
IDS = ("ledger-serves-the-api-alone", "front-page-is-up", "api-is-up", "shop-stays-inside", "shop-can-resolve-names")
TOO_LITTLE = {
    "--max-time=0.001": "the time budget of 0.001 s (--max-time) ended",
    "--max-memory=1m": "the memory budget of 1 MiB (--max-memory) was used up",
}
COMMANDS = {
    "query": ["query", "can namespace a reach b/pg:5432", "-f", BACKDOOR],
    "list": ["query", "who can reach b/pg:5432", "-f", BACKDOOR],
    "check": CHECK,
    "fleet": ["fleet", str(ROOT / "examples" / "clusters.yaml"), "--spec", FLEET_INTENT, "--jobs", "1"],
    "map": ["map", "-f", BACKDOOR],
    "exposed": ["exposed", "-f", SHOP],
    "resolve": ["resolve", "pg.b", "--from", "a/client", "-f", BACKDOOR],
    "lint": ["lint", "-f", BACKDOOR],
    "lint-diff": ["lint", "-f", BACKDOOR, "--diff"],
    "diff": ["diff", BACKDOOR, BACKDOOR],
    "init": ["init", "-f", BACKDOOR, "--output", "-"],
}
FORMATS = {
    **dict.fromkeys(("query", "list", "resolve"), OF_DOCUMENTS),
    **dict.fromkeys(("check", "fleet", "exposed", "lint", "diff"), OF_FINDINGS),
    "map": OF_MAPS,
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(arguments, "netverify")
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    assert not re.search(r"\b\w+(Error|Exception)\b", captured.err)
    return status, captured.out, captured.err


@pytest.mark.parametrize("flag", TOO_LITTLE)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_without_enough_of_a_budget_is_unknown_and_says_so(
    command: str, flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, *COMMANDS[command], flag)
    assert status == 3
    assert TOO_LITTLE[flag] in out + err


@pytest.mark.parametrize(
    ("command", "name"), [(command, name) for command, names in FORMATS.items() for name in names], ids=str
)
def test_no_format_of_a_report_looks_complete_without_enough_time(
    command: str, name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    report = tmp_path / "report"
    status, _, err = run(capsys, *COMMANDS[command], "--max-time=0.001", "-o", f"{name}={report}")
    assert status == 3
    if report.exists():
        text = report.read_text()
        assert "--max-time" in text
        # A run of lint that was cut short lists what it found, and says that there may be more.
        assert any(words in text.lower() for words in ("unknown", "neither proved nor refuted", "undecided"))
    else:
        assert "error[NV424]: the time budget of 0.001 s (--max-time) ended before" in err


@pytest.mark.parametrize("name", FORMATS["check"])
def test_every_report_of_a_gate_names_each_assertion_that_was_not_decided(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    report = tmp_path / "report"
    status, *_ = run(capsys, *CHECK, "--max-time=0.001", "-o", f"{name}={report}")
    assert status == 3
    text = report.read_text()
    assert all(name in text for name in IDS)
    assert text.count("the time budget of 0.001 s (--max-time) ended before it was decided") >= len(IDS)


def test_an_answer_that_is_unknown_for_want_of_time_is_one_for_programs_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out, _ = run(capsys, *COMMANDS["query"], "--max-time=0.001", "-o", "json")
    answer = json.loads(out)
    assert answer["verdict"] == "unknown"
    assert answer["unknown_because"] == ["the time budget of 0.001 s (--max-time) ended before it was decided"]


def test_inputs_that_were_not_read_in_time_are_in_the_account(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, *COMMANDS["query"], "--max-memory=1m", "-o", "json")
    assert [one["file"] for one in json.loads(out)["coverage"]["unread"]] in ([], [BACKDOOR])


def ending_after(count: int, monkeypatch: pytest.MonkeyPatch, error: BaseException | None = None) -> None:
    """The budget ends while assertion number ``count`` is judged, counted from 0."""
    judge, judged = checking._Run.result, []

    def result(self, prepared):
        if len(judged) == count:
            raise error or out_of(Resource.TIME, Budget())
        judged.append(prepared)
        return judge(self, prepared)

    monkeypatch.setattr(checking._Run, "result", result)


def test_what_was_decided_in_time_keeps_its_verdict(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ending_after(2, monkeypatch)
    status, out, _ = run(capsys, *CHECK, "-o", "json")
    assert status == 3
    found = {one["id"]: (one["verdict"], one["unknown_because"]) for one in json.loads(out)["results"]}
    why = ["the time budget of 600 s (--max-time) ended before it was decided"]
    assert [found[name][0] for name in IDS] == ["excepted", "refuted", "unknown", "unknown", "unknown"]
    assert all(found[name][1] == why for name in IDS[2:])


def test_a_lack_of_memory_is_unknown_for_what_was_not_decided(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ending_after(2, monkeypatch, MemoryError())
    status, out, _ = run(capsys, *CHECK, "-o", "json")
    assert status == 3
    found = json.loads(out)["results"]
    assert [one["verdict"] for one in found].count("unknown") == 3
    assert found[-1]["unknown_because"] == ["the memory of this machine ended before it was decided"]


@pytest.mark.parametrize("failing", ["refuted", "refuted,vacuous", "unknown"])
def test_a_gate_that_was_cut_short_is_not_green_whatever_fails_it(
    failing: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ending_after(2, monkeypatch)
    assert run(capsys, *CHECK, "--fail-on", failing)[0] == 3


def test_a_gate_that_was_cut_short_calls_no_exception_unused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def exceptions() -> list[tuple[str, str]]:
        found = json.loads(run(capsys, *CHECK, "-o", "json")[1])["exceptions"]
        return [(one["id"], one["state"]) for one in found]

    assert exceptions() == [("audit-2026", "used")]
    ending_after(0, monkeypatch)
    assert exceptions() == []


class TestAWatchdog:
    def test_ends_what_python_does(self) -> None:
        with _ending("--max-time"), watchdog(Budget(max_time_s=0.02)):
            while True:
                pass

    def test_ends_the_solver(self) -> None:
        budget = Budget(rlimit=2**32 - 1, max_time_s=0.5)
        with pytest.raises(OutOfBudgetError, match="--max-time"), watchdog(budget):
            solve(_pigeons(14), budget)

    def test_ends_what_uses_too_much_memory(self) -> None:
        kept = []
        with _ending("--max-memory"), watchdog(Budget(max_memory=memory_in_use() + 2**26)):
            while True:
                kept.append(bytearray(2**20))
                time.sleep(0.001)

    def test_counts_the_memory_of_programs_that_it_started(self) -> None:
        before = memory_in_use()
        program = "import sys, time; kept = b'x' * 2**27; print(flush=True); time.sleep(600)"
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            assert memory_in_use() > before + 2**26
            process.kill()

    def test_takes_a_lack_of_memory_for_the_end_of_a_budget(self) -> None:
        with pytest.raises(OutOfBudgetError, match="memory"), watchdog(Budget()):
            raise MemoryError

    def test_strikes_again_where_the_first_time_was_lost(self) -> None:
        class Kept:
            pass

        def spin(_: object) -> None:
            while not lost:
                time.sleep(0.001)
                lost.extend([1] * (time.monotonic() > began + 30))

        lost: list[int] = []
        began = time.monotonic()
        kept = Kept()
        reference = weakref.ref(kept, spin)
        with _ending("--max-time"), watchdog(Budget(max_time_s=0.02)):
            del kept
            while not lost:
                time.sleep(0.001)
        assert reference() is None
        assert not lost

    def test_waits_for_what_is_being_cleaned_up(self) -> None:
        done = []

        class Cleaning:
            def __enter__(self) -> None:
                pass

            def __exit__(self, *_: object) -> None:
                until = time.monotonic() + 0.2
                while time.monotonic() < until:
                    pass
                done.append(True)

        with _ending("--max-time"), watchdog(Budget(max_time_s=0.05)):
            with Cleaning():
                pass
            while True:
                pass
        assert done

    def test_leaves_alone_what_is_done_in_time(self) -> None:
        with watchdog(Budget(max_time_s=60)) as dog:
            pass
        assert dog.spent is None

    def test_ends_a_renderer_with_its_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        note = tmp_path / "note"
        script = tmp_path / "renderer"
        script.write_text(f'#!/bin/sh\necho "$$ $PWD" > {note}.part\nmv {note}.part {note}\nexec sleep 600\n')
        script.chmod(0o755)
        with pytest.raises(OutOfBudgetError), watchdog(_ends_once(note.exists, monkeypatch)):
            programs.run(Program(str(script), "template"), [], 600.0)
        process, folder = note.read_text().split()
        assert not _runs(int(process))
        assert not Path(folder).exists()

    def test_ends_workers(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        notes = tmp_path / "notes"
        notes.mkdir()
        idle = f"import os, time, pathlib\npathlib.Path({str(notes)!r}, str(os.getpid())).touch()\ntime.sleep(600)"
        monkeypatch.setattr(workers, "_START", idle.replace("{", "{{").replace("}", "}}"))
        sources = [Source(f"{number}.yaml", data=b"a: 1\n") for number in range(8)]
        count = 2
        ending = _ends_once(lambda: len(list(notes.iterdir())) == count, monkeypatch)
        with pytest.raises(OutOfBudgetError), watchdog(ending):
            collect(sources, Terms(), Means(jobs=count, alone_bytes=0, ahead_bytes=0))
        assert not any(_runs(int(note.name)) for note in notes.iterdir())

    def test_ends_a_program_that_nothing_else_gets_through_to(self) -> None:
        program = (
            "import hashlib\nfrom netverify.budget import Budget\nfrom netverify.cli.watchdog import watchdog\n"
            "with watchdog(Budget(max_time_s=0.05)):\n    hashlib.pbkdf2_hmac('sha256', b'', b'', 2**31 - 1)\n"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 3
        assert "the time budget of 0.05 s (--max-time) ended before anything was decided" in done.stderr

    def test_leaves_nothing_where_it_ends_a_program_like_that(self, tmp_path: Path) -> None:
        """Neither folders, files that are not whole yet, nor programs, not even one with a session of its own."""
        daemon = "import os, time; os.fork() or (os.setsid(), os.fork() or time.sleep(600)); time.sleep(600)"
        program = (
            "import hashlib, sys\nfrom pathlib import Path\nfrom netverify.budget import Budget\n"
            "from netverify.cli.watchdog import watchdog\nfrom netverify.sources.processes import Process\n"
            "from netverify.sources.scratch import Replacement, Scratch\n"
            f"home = Path({str(tmp_path)!r})\ncommand = [sys.executable, '-S', '-c', {daemon!r}, str(home)]\n"
            "with Scratch() as folder, Replacement(home / 'report'), Process(command, {}, folder.path):\n"
            "    (folder.path / 'made').write_text('something')\n"
            "    with watchdog(Budget(max_time_s=0.5)):\n"
            "        hashlib.pbkdf2_hmac('sha256', b'', b'', 2**31 - 1)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )
        assert done.returncode == 3, done.stderr
        assert not list(tmp_path.iterdir())
        assert not left_of(tmp_path)


@contextmanager
def _ending(flag: str) -> Iterator[None]:
    """What is done in this context ends with the budget that ``flag`` gives."""
    with pytest.raises(OutOfBudgetError, match=flag):
        yield


def _ends_once(happened: Callable[[], bool], monkeypatch: pytest.MonkeyPatch) -> Budget:
    """A budget of which the memory ends once something has ``happened``."""
    monkeypatch.setattr(netverify.cli.watchdog, "memory_in_use", lambda: 2**62 if happened() else 0)
    return Budget()


def _runs(process: int) -> bool:
    for _ in range(200):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        with suppress(OSError):
            if ") Z " in Path(f"/proc/{process}/stat").read_text():
                return False
        time.sleep(0.01)
    return True


def _pigeons(holes: int) -> Goal:
    """That more pigeons than holes sit alone: no solver of clauses refutes it soon."""
    names = [[f"p_{pigeon}_{hole}" for hole in range(holes)] for pigeon in range(holes + 1)]
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


@pytest.mark.parametrize("name", FORMATS["map"])
def test_a_map_that_is_cut_off_while_it_is_printed_is_marked_in_every_format(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from netverify.cli import map as mapping  # noqa: PLC0415 patched here alone

    rendered = mapping.rendered

    def cut(report, output: Output, color, run) -> Iterator[str]:
        pieces = "".join(rendered(report, output, color, run))
        yield pieces[: len(pieces) // 2]
        raise out_of(Resource.TIME, Budget())

    monkeypatch.setattr(mapping, "rendered", cut)
    status, out, err = run(capsys, *COMMANDS["map"], "-o", name)
    assert status == 3
    last = out.splitlines()[-1]
    assert last == "INCOMPLETE: the time budget of 600 s (--max-time) ended before all of this was written"
    assert "error[NV424]" in err


def test_a_file_is_not_written_in_part(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from netverify.cli import map as mapping  # noqa: PLC0415 patched here alone

    def cut(*_: object) -> Iterator[str]:
        yield "a part"
        raise out_of(Resource.TIME, Budget())

    monkeypatch.setattr(mapping, "rendered", cut)
    assert run(capsys, *COMMANDS["map"], "-o", f"csv={tmp_path / 'map.csv'}")[0] == 3
    assert not list(tmp_path.iterdir())


def test_an_intent_file_cannot_lift_the_budget(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name in ("max-time", "max-memory", "rlimit", "timeout"):
        intent = tmp_path / "netverify.yaml"
        intent.write_text(f"version: 1\n{name}: 99999\nassertions:\n- {{id: closed, deny: {{from: a, to: b}}}}\n")
        status, _, err = run(capsys, "check", "--spec", str(intent), "-f", BACKDOOR)
        assert status == 2
        assert name in err


def test_amounts_are_shown_in_the_unit_that_fits() -> None:
    assert [memory_text(one) for one in (4 * 2**30, 512 * 2**20, 2**20 + 1024, 5)] == [
        "4 GiB",
        "512 MiB",
        "1025 KiB",
        "5 bytes",
    ]


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        *(("--max-time", value) for value in ("0", "soon", "nan", "1e9h", "-1", "inf", "99999h", "")),
        *(("--timeout", value) for value in ("0", "1d")),
        *(("--max-memory", value) for value in ("0", "much", "1.5g", "-4g", "1023k", "4gx", "")),
        *(("--rlimit", value) for value in ("0", "-1", "4294967296", "many")),
    ],
)
def test_a_budget_that_is_none_is_misuse(flag: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, *COMMANDS["query"], flag, value)
    assert status == 2
    assert "error[NV420]" in err


@pytest.mark.parametrize(
    "flags", [["--max-time", "10m"], ["--max-time=1h", "--max-memory=2GiB"], ["--max-memory", "3g"]]
)
def test_budgets_are_given_in_the_units_that_people_use(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, *COMMANDS["query"], *flags)[0] == 0
