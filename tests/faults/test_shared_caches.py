"""Two runs on one cache, and accidents to it while they run: never another answer, never a word about it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from generators.texts import SOUND
from netverify.sources import collection
from netverify.sources.cache.store import Store
from netverify.sources.collection import SMALLEST_KEPT, Means, collect
from netverify.sources.gathering import Terms
from netverify.sources.sources import Source

ROOT = Path(__file__).resolve().parents[2]
FILLING = "# and so on\n" * (SMALLEST_KEPT // 12)


def sources(count: int) -> list[Source]:
    return [Source(f"{n}.yaml", data=(SOUND.replace("shop", f"shop{n}") + FILLING).encode()) for n in range(count)]


def cut(entry: Path, dice: random.Random) -> None:
    with entry.open("r+b") as stream:
        stream.truncate(dice.randrange(entry.stat().st_size + 1))


def flipped(entry: Path, dice: random.Random) -> None:
    data = bytearray(entry.read_bytes())
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    entry.write_bytes(data)


def gone(entry: Path, _dice: random.Random) -> None:
    entry.unlink()


def a_folder(entry: Path, _dice: random.Random) -> None:
    entry.unlink()
    entry.mkdir()


def a_link(entry: Path, _dice: random.Random) -> None:
    entry.unlink()
    entry.symlink_to("/etc/passwd")


def a_link_to_itself(entry: Path, _dice: random.Random) -> None:
    entry.unlink()
    entry.symlink_to(entry.name)


def another_entry(entry: Path, dice: random.Random) -> None:
    shutil.copy(dice.choice(sorted(one for one in entry.parent.iterdir() if one != entry and one.is_file())), entry)


def for_others_to_write(entry: Path, _dice: random.Random) -> None:
    entry.chmod(0o666)


def the_whole_folder_gone(entry: Path, _dice: random.Random) -> None:
    shutil.rmtree(entry.parent, ignore_errors=True)


ACCIDENTS = (
    cut, flipped, gone, a_folder, a_link, a_link_to_itself, another_entry, for_others_to_write, the_whole_folder_gone,
)  # fmt: skip


@pytest.fixture(autouse=True)
def text_as_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package counts as unchanged, even while someone works on it."""
    monkeypatch.setattr(collection, "_LOADED", float("inf"))


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_an_accident_between_two_runs_changes_nothing(accident, tmp_path, capfd) -> None:
    given = sources(4)
    plain, means = repr(collect(given, Terms())), Means(tmp_path / "cache")
    collect(given, Terms(), means)
    dice = random.Random(accident.__name__)
    accident(dice.choice(sorted((tmp_path / "cache").iterdir())), dice)
    assert [repr(collect(given, Terms(), means)) for _ in range(2)] == [plain] * 2
    assert capfd.readouterr() == ("", "")


def test_accidents_while_others_read_and_write_change_nothing(tmp_path) -> None:
    """Four runs at once in threads, and a fifth thread that has accidents, for a second."""
    given = sources(6)
    plain, means = repr(collect(given, Terms())), Means(tmp_path / "cache")
    until, wrong, runs = time.monotonic() + 1.0, [], []

    def run() -> None:
        while time.monotonic() < until:
            found = repr(collect(given, Terms(), means))
            runs.append(found == plain)
            if found != plain:
                wrong.append(found)

    def meddle() -> None:
        dice = random.Random(7)
        while time.monotonic() < until:
            folder = tmp_path / "cache"
            try:
                entries = sorted(one for one in folder.iterdir() if not one.name.startswith("."))
                dice.choice(ACCIDENTS)(dice.choice(entries), dice)
            except (OSError, IndexError, ValueError):
                continue  # another thread was there before

    threads = [threading.Thread(target=run) for _ in range(4)] + [threading.Thread(target=meddle)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(runs) > 4


def test_a_cache_of_another_version_is_none(tmp_path, monkeypatch) -> None:
    given = sources(2)
    plain, means = repr(collect(given, Terms())), Means(tmp_path / "cache")
    collect(given, Terms(), means)
    before = {one.name for one in (tmp_path / "cache").iterdir()}
    monkeypatch.setattr("netverify.sources.cache.readings.fingerprint", lambda _loaded: b"another version")
    assert repr(collect(given, Terms(), means)) == plain
    assert len({one.name for one in (tmp_path / "cache").iterdir()} - before) == len(before)


def start(folder: Path, cache: Path) -> subprocess.Popen[str]:
    question = ["query", "can namespace shop1 reach namespace shop2", "-f", str(folder), "-o", "json"]
    return subprocess.Popen(
        [sys.executable, "-m", "netverify", *question],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "NETVERIFY_CACHE_DIR": str(cache)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_ends_early_does_not_disturb_the_one_beside_it(number, tmp_path) -> None:
    folder, cache = tmp_path / "manifests", tmp_path / "cache"
    folder.mkdir()
    for source in sources(20):
        (folder / source.path).write_bytes(source.data)
    alone = start(folder, tmp_path / "own").communicate(timeout=120)
    ended, other = start(folder, cache), start(folder, cache)
    until = time.monotonic() + 60
    while not (cache.is_dir() and any(cache.iterdir())) and time.monotonic() < until:
        time.sleep(0.005)
    ended.send_signal(number)
    ended.communicate(timeout=60)
    assert other.communicate(timeout=120) == alone
    assert start(folder, cache).communicate(timeout=120) == alone
    left = [one for one in cache.iterdir() if one.name.startswith(".")]
    assert left == [] or number == signal.SIGKILL
    assert all(Store(cache).get(one.name) is not None for one in cache.iterdir() if one not in left)
