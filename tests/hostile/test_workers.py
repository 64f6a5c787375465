"""Reading in several processes: the same result, and an end with one message whatever becomes of them."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generators.texts import SOUND, source_text
from netverify.cli.main import main
from netverify.sources import workers as processes
from netverify.sources.collection import Means, collect
from netverify.sources.gathering import Terms
from netverify.sources.inventory import read_inventory
from netverify.sources.sources import Source
from netverify.sources.workers import WorkerDiedError

AT_ONCE = Means(jobs=2, alone_bytes=0, ahead_bytes=0)
MANY = 18
ROOT = Path(__file__).resolve().parents[2]


def sources(seed: int, count: int = 6) -> list[Source]:
    dice = random.Random(seed)
    namespaces = [dice.choice([None, "put-here"]) for _ in range(count)]
    return [Source(f"{i}.yaml", name, data=source_text(dice).encode()) for i, name in enumerate(namespaces)]


@pytest.mark.parametrize("seed", range(2))
def test_workers_give_what_one_process_gives(seed: int, tmp_path: Path) -> None:
    terms = Terms("other", strict=seed % 2 == 0)
    plain = repr(collect(sources(seed, MANY), terms))
    assert repr(collect(sources(seed, MANY), terms, AT_ONCE)) == plain
    kept = Means(tmp_path, 3, 0, 0)
    assert [repr(collect(sources(seed, MANY), terms, kept)) for _ in range(2)] == [plain] * 2


def test_errors_about_files_stay_in_their_place(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SOUND)
    (tmp_path / "c.yaml").write_text(SOUND)
    (tmp_path / "b.yaml").mkdir()
    named = [Source(name, file=tmp_path / name) for name in ("a.yaml", "b.yaml", "gone.yaml", "c.yaml")]
    assert repr(collect(named, Terms(), AT_ONCE)) == repr(collect(named, Terms()))


def test_small_inputs_start_no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_START", "no such program")
    (tmp_path / "a.yaml").write_text(SOUND)
    read_inventory((str(tmp_path),), means=Means(jobs=8))


@pytest.mark.parametrize(
    "end",
    [
        "import os; os._exit(3)",
        "import sys; sys.stdout.write('[null, 100]\\n')",
        "import sys; sys.stdin.readline(); sys.stdout.write('no JSON\\n')",
        "import sys; sys.stdin.readline(); sys.stdout.write('[null, 5]\\n12')",
        "syntax error (",
    ],
)
def test_a_worker_that_dies_is_an_internal_error_with_one_message(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd
) -> None:
    monkeypatch.setattr(processes, "_START", end.replace("{", "{{").replace("}", "}}"))
    with pytest.raises(WorkerDiedError):
        collect(sources(1, 40), Terms(), AT_ONCE)
    assert capfd.readouterr() == ("", "")
    monkeypatch.setattr("netverify.cli.reading.Means", lambda cache, jobs: Means(cache, jobs, 0, 0))
    (tmp_path / "a.yaml").write_text(SOUND)
    assert main(["query", "can namespace shop reach namespace shop", "-f", str(tmp_path), "--jobs", "2"], "x") == 5
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("error[NV499]: netverify failed at workers.py:")
    assert err.count("error") == 1


def test_where_the_interpreter_is_not_known_one_process_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "")
    assert repr(collect(sources(2), Terms(), AT_ONCE)) == repr(collect(sources(2), Terms()))


def test_where_no_process_can_be_started_one_process_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/program")
    assert repr(collect(sources(2), Terms(), AT_ONCE)) == repr(collect(sources(2), Terms()))


def test_a_worker_ends_with_its_requests() -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        for text in (b"", b"[[", b'[["a", null, {}], 10]\nxx'):
            answers = io.BytesIO()
            try:
                processes.serve(io.BytesIO(text), answers)
            except ValueError:
                assert text == b"[["
            assert answers.getvalue() == b""
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupt_ends_all_processes_with_one_message(tmp_path: Path) -> None:
    text = SOUND.replace("---\n", "---\n" * 2) + "# and so on\n" * 100
    for number in range(100):
        (tmp_path / f"{number}.yaml").write_text(text.replace("shop", f"shop{number}") * 25)
    eager = (
        "import netverify.cli.reading as reading\n"
        "from netverify.cli.main import run\n"
        "from netverify.sources.collection import Means\n"
        "reading.Means = lambda cache, jobs: Means(cache, jobs, 0, 0)\n"
        "run()\n"
    )
    question = ["query", "can namespace shop1 reach namespace shop2"]
    started = subprocess.Popen(
        [sys.executable, "-c", eager, *question, "-f", str(tmp_path), "--jobs", "2", "--no-cache"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    children = Path(f"/proc/{started.pid}/task/{started.pid}/children")
    workers: list[str] = []
    until = time.monotonic() + 30
    while len(workers) < 2 and time.monotonic() < until and started.poll() is None:
        workers = children.read_text().split()
        time.sleep(0.02)
    assert len(workers) == 2
    time.sleep(0.2)
    os.killpg(started.pid, signal.SIGINT)
    out, err = started.communicate(timeout=30)
    assert (started.returncode, out, err) == (130, b"", b"error: interrupted\n")
    assert [one for one in workers if Path(f"/proc/{one}").exists()] == []


def test_a_run_that_is_killed_takes_its_workers_along() -> None:
    program = (
        "import sys, time\n"
        "from netverify.sources.gathering import Terms\n"
        "from netverify.sources.workers import Worker\n"
        "print(Worker(Terms())._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid = owner.stdout.readline().strip()
        owner.kill()
    until = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        state = Path(f"/proc/{pid}/stat").read_text().split()[2]
        if state == "Z":
            break
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{pid}").exists()
