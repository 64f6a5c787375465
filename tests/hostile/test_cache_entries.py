"""A cache that others or accidents have been at: an odd entry is none, and nothing about the cache is ever an error."""

from __future__ import annotations

import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from generators.texts import REFUSED, SOUND
from netverify.sources import collection
from netverify.sources.cache.store import Store
from netverify.sources.collection import SMALLEST_KEPT, Means, collect
from netverify.sources.gathering import Terms
from netverify.sources.sources import Source

DATA = ("---\n".join([SOUND, *REFUSED]) + "# and so on\n" * (SMALLEST_KEPT // 12)).encode()
SOURCE = Source("a.yaml", data=DATA)
PLAIN = repr(collect([SOURCE], Terms()))
HEAD = len(b"netverify reading 1\n") + 32


@pytest.fixture(autouse=True)
def text_as_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package counts as unchanged, even while someone works on it."""
    monkeypatch.setattr(collection, "_LOADED", math.inf)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    """The name of the entry of SOURCE, and its body."""
    means = Means(tmp_path_factory.mktemp("sound"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collection, "_LOADED", math.inf)
        collect([SOURCE], Terms(), means)
    (entry,) = means.cache.iterdir()
    return entry.name, entry.read_bytes()[HEAD:]


def flipped(at: int) -> Callable[[Path], None]:
    def change(entry: Path) -> None:
        data = bytearray(entry.read_bytes())
        data[at % len(data)] ^= 1
        entry.write_bytes(data)

    return change


def cut(at: int) -> Callable[[Path], None]:
    return lambda entry: entry.write_bytes(entry.read_bytes()[:at])


def replaced_by_a_folder(entry: Path) -> None:
    entry.unlink()
    entry.mkdir()


def replaced_by_a_pipe(entry: Path) -> None:
    entry.unlink()
    os.mkfifo(entry)


def replaced_by_a_link(entry: Path) -> None:
    elsewhere = entry.with_name("elsewhere")
    entry.rename(elsewhere)
    entry.symlink_to(elsewhere)


def huge(entry: Path) -> None:
    with entry.open("r+b") as sparse:
        sparse.truncate(2**40)


def unreadable(entry: Path) -> None:
    entry.chmod(0)


def writable_by_others(entry: Path) -> None:
    entry.chmod(0o666)


def of_another_key(entry: Path) -> None:
    Store(entry.parent).put("f" * 64, entry.read_bytes()[HEAD:])
    entry.with_name("f" * 64).replace(entry)


ACCIDENTS = [
    *(flipped(at) for at in (0, 19, 20, 51, 52, 60, -1)),
    *(cut(at) for at in (0, 1, 20, 52, 53, 200)),
    lambda entry: entry.write_bytes(b""),
    lambda entry: entry.write_bytes(entry.read_bytes() + b" "),
    lambda entry: entry.write_bytes(b"\x80\x04\x95" + b"x" * 100),
    lambda entry: entry.write_bytes(random.Random(1).randbytes(5000)),
    replaced_by_a_folder,
    replaced_by_a_pipe,
    replaced_by_a_link,
    huge,
    unreadable,
    writable_by_others,
    of_another_key,
]


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_an_odd_entry_is_none(accident: Callable[[Path], None], tmp_path: Path) -> None:
    means = Means(tmp_path / "cache")
    collect([SOURCE], Terms(), means)
    (entry,) = means.cache.iterdir()
    whole = entry.read_bytes()
    accident(entry)
    assert repr(collect([SOURCE], Terms(), means)) == PLAIN
    if entry.is_file():
        assert entry.read_bytes() == whole
    assert repr(collect([SOURCE], Terms(), means)) == PLAIN


BODIES = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"[" * 100_000,
    b"[[[]]]",
    json.dumps([[] for _ in range(40)]).encode(),
    json.dumps([[[1], [2], [3], [4]] for _ in range(40)]).encode(),
    json.dumps([[["x"]] * 12] * 45).encode(),
    b"\xff\xfe",
    b'{"__reduce__": ["os.system", "true"]}',
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_body_that_this_program_did_not_write_is_none_even_with_the_right_digest(
    body: bytes, sound: tuple[str, bytes], tmp_path: Path
) -> None:
    means = Means(tmp_path / "cache")
    Store(means.cache).put(sound[0], body)
    assert repr(collect([SOURCE], Terms(), means)) == PLAIN


@pytest.mark.parametrize("seed", range(200))
def test_a_body_that_was_meddled_with_gives_something_or_nothing_but_never_raises(
    seed: int, sound: tuple[str, bytes], tmp_path: Path
) -> None:
    dice = random.Random(seed)
    means = Means(tmp_path / "cache")
    rows = json.loads(sound[1])
    for _ in range(dice.randint(1, 3)):
        places = _places_in(rows)
        container, key = dice.choice(places)
        container[key] = dice.choice([None, -1, 10**6, "x", [], {}, True, [[0]], 0.5])
    Store(means.cache).put(sound[0], json.dumps(rows).encode())
    collect([SOURCE], Terms(), means)
    assert [one.name for one in means.cache.iterdir()] == [sound[0]]


def _places_in(value):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, child in items for place in [(value, key), *_places_in(child)]]


@pytest.mark.parametrize("where", ["a file", "below a file", "read only", "not there", "a NUL"])
def test_a_folder_that_cannot_be_used_is_passed_over_in_silence(where: str, tmp_path: Path, capfd) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "closed").mkdir(mode=0o500)
    folder = {
        "a file": tmp_path / "file",
        "below a file": tmp_path / "file" / "cache",
        "read only": tmp_path / "closed" / "cache" if os.geteuid() else Path("/proc/netverify"),
        "not there": Path("/proc/self/no/such"),
        "a NUL": tmp_path / "a\0b",
    }[where]
    for _ in range(2):
        assert repr(collect([SOURCE], Terms(), Means(folder))) == PLAIN
    assert capfd.readouterr() == ("", "")


def test_a_folder_that_others_may_write_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    assert repr(collect([SOURCE], Terms(), Means(folder))) == PLAIN
    assert list(folder.iterdir()) == []


def sources_in(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.yaml").write_bytes(DATA.replace(b"shop", f"shop{number}".encode()))
    return folder


def start(folder: Path, cache: Path, *arguments: str, **options) -> subprocess.Popen:
    question = ["query", "can namespace shop1 reach namespace shop2:80", "-f", str(folder), "-o", "json"]
    return subprocess.Popen(
        [sys.executable, "-m", "netverify", *question, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": "", "NETVERIFY_CACHE_DIR": str(cache)},
        **options,
    )


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    folder = sources_in(tmp_path / "manifests", 12)
    uncached = start(folder, tmp_path / "cache", "--no-cache").communicate(timeout=60)
    running = [start(folder, tmp_path / "cache") for _ in range(4)]
    assert [one.communicate(timeout=120) for one in running] == [uncached] * 4
    entries = list((tmp_path / "cache").iterdir())
    assert len(entries) == 12
    assert all(Store(tmp_path / "cache").get(entry.name) is not None for entry in entries)


def test_a_run_that_is_killed_leaves_nothing_that_matters(tmp_path: Path) -> None:
    folder = sources_in(tmp_path / "manifests", 20)
    uncached = start(folder, tmp_path / "cache", "--no-cache").communicate(timeout=60)
    for delay_ms in (50, 250, 450):
        cache = tmp_path / f"cache-{delay_ms}"
        killed = start(folder, cache)
        time.sleep(delay_ms / 1000)
        killed.send_signal(signal.SIGKILL)
        killed.communicate(timeout=60)
        assert start(folder, cache).communicate(timeout=60) == uncached, delay_ms
