"""Laws of the cache: it changes nothing but the time, and nothing that decides a reading is missing from its keys."""

from __future__ import annotations

import math
import os
import random
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from generators.texts import REFUSED, SOUND, TEMPLATE, source_text
from netverify.cli.reading import cache_folder
from netverify.documents.limits import Limits
from netverify.sources import collection
from netverify.sources.cache import readings
from netverify.sources.cache.packing import pack, unpack
from netverify.sources.cache.store import Store
from netverify.sources.collection import SMALLEST_KEPT, Means, collect
from netverify.sources.gathered import Gathered
from netverify.sources.gathering import Content, Terms, gather
from netverify.sources.inventory import read_inventory
from netverify.sources.shared import Shared
from netverify.sources.sources import Source

BIG = 2 * SMALLEST_KEPT


@pytest.fixture(autouse=True)
def text_as_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package counts as unchanged, even while someone works on it."""
    monkeypatch.setattr(collection, "_LOADED", math.inf)


@pytest.mark.parametrize("seed", range(6))
def test_what_another_reading_gave_is_what_reading_again_would_give(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = source_text(random.Random(seed)).encode()
    sources = [Source("old/a.yaml", data=text), Source("old/a.yaml", data=text, namespace="put-here")]
    moved = [replace(one, path="new/b.yaml") for one in sources]
    shared = Shared()
    collect(sources, Terms(), Means(shared=shared))
    fresh = [collect(some, Terms()) for some in (moved, sources)]
    only_known(monkeypatch)
    assert [collect(some, Terms(), Means(shared=shared)) for some in (moved, sources)] == fresh
    with pytest.raises(AssertionError, match="was read again"):
        collect(sources, Terms("other"), Means(shared=shared))


def big(text: str) -> bytes:
    return (text + "# and so on\n" * (BIG // 12)).encode()


def only_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, whatever is not in the cache fails the test."""

    def fail(content: Content, terms: Terms) -> Gathered:
        raise AssertionError(f"{content.path} was read again under {terms}")

    monkeypatch.setattr(collection, "gather", fail)


@pytest.mark.parametrize("seed", range(60))
def test_what_was_packed_comes_back_as_it_was(seed: int) -> None:
    dice = random.Random(seed)
    content = Content("a/b.yaml", source_text(dice).encode(), dice.choice([None, "put-here"]))
    gathered = gather(content, Terms(dice.choice(["default", "other"]), dice.random() < 0.5))
    again = unpack(pack(gathered, content.path), content.path)
    assert again == gathered
    assert repr(again) == repr(gathered)


def test_every_part_of_what_a_source_gives_comes_back() -> None:
    gathered = gather(Content("a.yaml", ("---\n".join([SOUND, *REFUSED])).encode()), Terms())
    empty = [name for name in Gathered.__slots__ if not getattr(gathered, name)]
    assert empty == ["templates", "digests"]  # of digests whoever reads the bytes takes care
    assert {finding.severity.name for finding in gathered.diagnostics} == {"WARNING", "ERROR"}
    assert repr(unpack(pack(gathered, "a.yaml"), "a.yaml")) == repr(gathered)
    template = gather(Content("t.yaml", TEMPLATE.encode()), Terms(strict=True))
    assert template.templates
    assert template.unread
    assert unpack(pack(template, "t.yaml"), "t.yaml") == template


@pytest.mark.parametrize("seed", range(25))
def test_a_second_run_reports_the_same_without_reading_again(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    folder = tmp_path / "manifests"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.yaml").write_text(source_text(dice, BIG))
    means = Means(tmp_path / "cache")
    plain = read_inventory((str(folder),))
    first = read_inventory((str(folder),), means=means)
    only_known(monkeypatch)
    second = read_inventory((str(folder),), means=means)
    assert repr(first) == repr(plain)
    assert repr(second) == repr(plain)


def test_the_program_prints_the_same_bytes_from_the_cache(tmp_path: Path) -> None:
    folder = tmp_path / "manifests"
    folder.mkdir()
    (folder / "a.yaml").write_bytes(big("---\n".join([SOUND, *REFUSED])))
    (folder / "t.yaml").write_bytes(big(TEMPLATE))

    def run(*arguments: str) -> tuple[int, bytes, bytes]:
        question = ["query", "can namespace shop reach namespace shop:80", "-f", str(folder), "-o", "json"]
        done = subprocess.run(
            [sys.executable, "-m", "netverify", *question, *arguments],
            capture_output=True,
            check=False,
            env={"PATH": "", "NETVERIFY_CACHE_DIR": str(tmp_path / "cache")},
        )
        return done.returncode, done.stdout, done.stderr

    uncached = run("--no-cache")
    assert not (tmp_path / "cache").exists()
    assert uncached[0] == 4
    assert b"NV102" in uncached[2]
    assert [run(), run(), run("--jobs", "2")] == [uncached] * 3
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_a_renamed_source_is_known_and_shown_under_its_new_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = big("---\n".join([SOUND, *REFUSED]))
    fresh = collect([Source("new.yaml", data=data)], Terms())
    means = Means(tmp_path / "cache")
    collect([Source("old.yaml", data=data)], Terms(), means)
    only_known(monkeypatch)
    assert repr(collect([Source("new.yaml", data=data)], Terms(), means)) == repr(fresh)


TERMS = Terms()
OTHERS: list[tuple[str, Callable[[bytes], tuple[Source, Terms]]]] = [
    ("another default namespace", lambda data: (Source("a", data=data), replace(TERMS, default_namespace="other"))),
    ("strict", lambda data: (Source("a", data=data), replace(TERMS, strict=True))),
    ("other limits", lambda data: (Source("a", data=data), replace(TERMS, limits=Limits(depth=3)))),
    ("an overlay", lambda data: (Source("a", namespace="put-here", data=data), TERMS)),
    ("an overlay that is called None", lambda data: (Source("a", namespace="None", data=data), TERMS)),
    ("other bytes", lambda data: (Source("a", data=data.replace(b"5432", b"5433")), TERMS)),
]


@pytest.mark.parametrize("text", [SOUND, TEMPLATE], ids=["sound", "template"])
@pytest.mark.parametrize("other", [other for _, other in OTHERS], ids=[name for name, _ in OTHERS])
def test_what_decides_a_reading_is_part_of_the_key(
    other: Callable[[bytes], tuple[Source, Terms]], text: str, tmp_path: Path
) -> None:
    data = big(text)
    means = Means(tmp_path / "cache")
    collect([Source("a", data=data)], TERMS, means)
    source, terms = other(data)
    assert repr(collect([source], terms, means)) == repr(collect([source], terms))


def written_parts(root: Path) -> list[Path]:
    """A module below ``root`` for each thing that the fingerprint is made of."""
    parts = [root / (part if part.endswith(".py") else f"{part}/a.py") for part in readings._PARTS]
    for part in parts:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text("x = 1\n")
    return parts


def test_every_module_that_reads_is_part_of_the_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [*written_parts(tmp_path), tmp_path / "model" / "deep" / "b.py"]
    parts[-1].parent.mkdir()
    parts[-1].write_text("x = 1\n")
    monkeypatch.setattr(readings, "_ROOT", tmp_path)
    seen = {readings.fingerprint(math.inf)}
    for part in parts:
        part.write_text("x = 2\n")
        seen.add(readings.fingerprint(math.inf))
    parts[-1].rename(parts[-1].with_name("c.py"))
    seen.add(readings.fingerprint(math.inf))
    assert len(seen) == len(parts) + 2


def test_readings_import_nothing_of_the_package_that_the_fingerprint_leaves_out() -> None:
    program = (
        "import sys, netverify.documents.events, netverify.sources.inventory, netverify.sources.renditions;"
        "import netverify.sources.workers, netverify.sources.cache.readings;"
        "from netverify.kinds.registry import KINDS, kind_of;"
        "assert all(kind_of(version, row.name) for row in KINDS for version in row.api_versions);"
        "print(*sorted(name for name in sys.modules if name.startswith('netverify.')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    rooms = {name.split(".")[1] for name in done.stdout.split()}
    assert rooms == {part.removesuffix(".py") for part in readings._PARTS}


def test_without_the_text_of_the_program_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "_ROOT", tmp_path / "zipped")
    source = Source("a", data=big(SOUND))
    assert repr(collect([source], TERMS, Means(tmp_path / "cache"))) == repr(collect([source], TERMS))
    assert not (tmp_path / "cache").exists()


def test_nothing_is_kept_by_a_program_whose_text_has_changed_since_it_was_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in written_parts(tmp_path / "text"):
        os.utime(part, (1_000_000, 1_000_000))
    monkeypatch.setattr(readings, "_ROOT", tmp_path / "text")
    monkeypatch.setattr(collection, "_LOADED", time.time() - 3600)
    source = Source("a", data=big(SOUND))
    assert repr(collect([source], TERMS, Means(tmp_path / "cache"))) == repr(collect([source], TERMS))
    assert not (tmp_path / "cache").exists()


def test_small_sources_are_not_kept(tmp_path: Path) -> None:
    collect([Source("a", data=SOUND.encode())], TERMS, Means(tmp_path / "cache"))
    assert not (tmp_path / "cache").exists()


def test_nobody_else_can_read_what_is_kept(tmp_path: Path) -> None:
    collect([Source("a", data=big(SOUND))], TERMS, Means(tmp_path / "deep" / "cache"))
    folder = tmp_path / "deep" / "cache"
    (entry,) = folder.iterdir()
    assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(entry.stat().st_mode)) == (0o700, 0o600)


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({}, None),
        ({"HOME": "/h"}, "/h/.cache/netverify"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "/x/netverify"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "relative"}, "/h/.cache/netverify"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x", "NETVERIFY_CACHE_DIR": "here"}, "here"),
        ({"NETVERIFY_CACHE_DIR": "here", "NETVERIFY_NO_CACHE": "1"}, None),
        ({"NETVERIFY_CACHE_DIR": "here", "NETVERIFY_NO_CACHE": ""}, "here"),
    ],
)
def test_the_environment_says_where_it_is(environment: dict[str, str], folder: str | None) -> None:
    found = cache_folder(environment)
    assert (found and str(found)) == folder


def test_what_was_used_last_stays(tmp_path: Path) -> None:
    store = Store(tmp_path, most_bytes=10 * 4096)
    for number in range(10):
        assert store.put(f"{number:02}", b"x" * 100)
        os.utime(tmp_path / f"{number:02}", (1_000_000 + number, 1_000_000 + number))
    store.prune()
    assert len(list(tmp_path.iterdir())) == 10
    assert store.get("00") == b"x" * 100
    store.put("10", b"y")
    store.prune()
    assert {path.name for path in tmp_path.iterdir()} == {"00", "05", "06", "07", "08", "09", "10"}


def test_what_interrupted_runs_left_behind_goes_in_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    (tmp_path / ".old.partial").write_bytes(b"x")
    os.utime(tmp_path / ".old.partial", (1_000_000, 1_000_000))
    (tmp_path / ".new.partial").write_bytes(b"x")
    store.prune()
    assert [path.name for path in tmp_path.iterdir()] == [".new.partial"]
