"""Laws of kept verdicts: they change nothing but the time, and nothing that decides one is missing from their keys."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cases.fleets import INTENT, Fleets, in_this_process, write_fleet
from netverify.cli import fleet, fleet_judging, fleet_kept
from netverify.cli.fleet_kept import packed, unpacked
from netverify.report.fleet_outcome import ClusterReport
from netverify.sources.cache import readings

EXCEPTION = """
exceptions:
- {{id: known, assertions: [db-serves-web-alone], reason: r, owner: o, expires: {expires},
   flows: [{{from: any pod, to: db}}, {{from: 0.0.0.0/0, to: db}}, {{from: '::/0', to: db}}]}}
"""


class Today(date):
    """A day that stands still."""

    now = date(2027, 3, 1)

    @classmethod
    def today(cls) -> date:  # type: ignore[override] - a plain day will do
        """The day that it is said to be."""
        return cls.now


class Kept:
    """Runs `netverify fleet` with a cache of its own, and tells whether anything was judged anew."""

    def __init__(self, fleets: Fleets, folder: Path) -> None:
        self._fleets = fleets
        self.folder = folder / "fleet"

    def report(self, *arguments: str) -> Any:
        """The report without what differs between any two runs."""
        found = self._fleets.report("--no-reproducible", *arguments)
        found["kept"] = found["summary"].pop("kept")
        found["summary"].pop("milliseconds")
        found.pop("tool")
        return found

    def kept(self, *arguments: str) -> int:
        """How many parts were not judged anew; the report is the same as without a cache."""
        found, plain = self.report(*arguments), self.report("--no-cache", *arguments)
        kept = found.pop("kept")
        assert plain.pop("kept") == 0
        assert found == plain
        assert isinstance(kept, int)
        return kept

    def entries(self) -> list[Path]:
        """The files that are kept."""
        return sorted(self.folder.glob("*"))


@pytest.fixture
def kept(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("NETVERIFY_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("NETVERIFY_NO_CACHE")
    monkeypatch.setattr(fleet_kept, "_LOADED", math.inf)  # the package counts as unchanged, even while it is written
    monkeypatch.setattr(fleet, "date", Today)
    monkeypatch.setattr(Today, "now", date(2027, 3, 1))
    in_this_process(monkeypatch)
    return Kept(Fleets(capsys), tmp_path / "cache")


def test_a_second_run_judges_nothing_and_says_the_same(kept: Kept) -> None:
    write_fleet("good", "open", "shut")
    assert kept.kept() == 0
    assert kept.kept() == 3
    assert [path.stat().st_mode & 0o777 for path in kept.entries()] == [0o600] * 3


def rewrite(path: str, old: str, new: str) -> None:
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new))


CHANGES: dict[str, Callable[[], tuple[str, ...]]] = {
    "a manifest": lambda: rewrite("open/all.yaml", "app: db", "app: pg") or (),
    "a further manifest": lambda: Path("open/more.yaml").write_text("{}") and (),
    "the name of a file": lambda: Path("open/all.yaml").rename("open/other.yaml") and (),
    "an assertion": lambda: rewrite("netverify.yaml", "ports: 5432, just", "ports: 5433, just") or (),
    "the world of an assertion": lambda: rewrite("netverify.yaml", "only: {to", "world: existing, only: {to") or (),
    "its severity": lambda: rewrite("netverify.yaml", "critical", "low") or (),
    "a zone": lambda: rewrite("netverify.yaml", "db: data/db[Pod]", "db: namespace data") or (),
    "an exception": lambda: Path("netverify.yaml").write_text(INTENT + EXCEPTION.format(expires="2099-01-01")) and (),
    "the plugin of the intent": lambda: Path("netverify.yaml").write_text(f"cni: calico\n{INTENT}") and (),
    "the plugin of the cluster": lambda: rewrite("clusters.yaml", "open}]}", "open}], cni: weave}") or (),
    "the plugin of the command line": lambda: ("--cni", "cilium"),
    "a fact": lambda: ("--assume", "endport-supported=true"),
    "ranges of nodes": lambda: ("--node-cidr", "10.9.0.0/16"),
    "the namespace": lambda: ("-n", "shop"),
    "the domain": lambda: ("--cluster-domain", "example.org"),
    "the API server": lambda: ("--api-server", "10.0.0.1:6443"),
    "the effort": lambda: ("--rlimit", "5000000"),
    "the time of a goal": lambda: ("--timeout", "30"),
    "the seed": lambda: ("--seed", "7"),
    "what is strict": lambda: ("--strict",),
    "what may be empty": lambda: ("--allow-empty",),
    "no exceptions": lambda: ("--no-exceptions",),
    "which assertions": lambda: ("--only", "web-reaches-db"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_decides_a_verdict_has_it_judged_anew(kept: Kept, change: str) -> None:
    write_fleet("open")
    assert kept.report()["kept"] == 0
    assert kept.report(*CHANGES[change]())["kept"] == 0
    assert len(kept.entries()) == 2


def test_another_program_judges_anew(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    write_fleet("open")
    assert [kept.report()["kept"] for _ in range(2)] == [0, 1]
    plain = readings.fingerprint
    monkeypatch.setattr(fleet_kept, "fingerprint", lambda *given: plain(*given) + b"!")
    fleet_kept._program.cache_clear()
    try:
        assert kept.kept() == 0
    finally:
        fleet_kept._program.cache_clear()


def test_the_program_is_all_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []
    plain = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: seen.append(self) or plain(self))  # type: ignore[func-returns-value]
    readings.fingerprint(math.inf, readings.WHOLE)
    package = Path(fleet_kept.__file__).parents[1]
    assert set(seen) == {*package.rglob("*.py"), *package.rglob("compiled_lines.*.so")}


def test_a_baseline_that_changes_has_it_judged_anew(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    write_fleet("open", open="baseline: open.json")
    Fleets(capsys).checked("-f", "open", "--write-baseline", "open.json")
    assert [kept.kept() for _ in range(2)] == [0, 1]
    baseline = json.loads(Path("open.json").read_text())
    baseline["violations"] = baseline["violations"][1:]
    Path("open.json").write_text(json.dumps(baseline))
    assert kept.kept() == 0


def test_an_exception_holds_no_longer_than_its_last_day(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    write_fleet("open")
    Path("netverify.yaml").write_text(INTENT + EXCEPTION.format(expires="2027-03-05"))
    verdicts = []
    for day, times in ((1, 2), (5, 1), (6, 2), (4, 1)):
        monkeypatch.setattr(Today, "now", date(2027, 3, day))
        for _ in range(times):
            report = kept.report()
            verdicts.append((day, report["kept"], report["clusters"][0]["results"][0]["verdict"]))
    assert verdicts == [
        (1, 0, "excepted"),
        (1, 1, "excepted"),
        (5, 1, "excepted"),
        (6, 0, "refuted"),
        (6, 1, "refuted"),
        (4, 0, "excepted"),  # a clock that was put back
    ]


def test_an_exception_for_an_assertion_that_is_gone_is_found_although_others_are_kept(kept: Kept) -> None:
    write_fleet("open")
    many = "".join(f"- {{id: a{n}, default-deny: {{namespaces: [data]}}}}\n" for n in range(26))
    tail = EXCEPTION.format(expires="2099-01-01").replace("db-serves-web-alone", "a25").replace("to: db", "to: data/db")
    Path("netverify.yaml").write_text(f"assertions:\n{many}{tail}")
    assert kept.report()["kept"] == 0
    rewrite("netverify.yaml", "- {id: a25, default-deny: {namespaces: [data]}}\n", "")
    report = kept.report()
    assert report["status"] == 2
    assert [one["code"] for one in report["clusters"][0]["findings"]] == ["NV708"]


def test_a_further_assertion_leaves_the_earlier_parts_kept(kept: Kept) -> None:
    write_fleet("open")
    many = "".join(f"- {{id: a{n}, default-deny: {{namespaces: [data]}}}}\n" for n in range(26))
    Path("netverify.yaml").write_text(f"assertions:\n{many}")
    assert kept.report()["kept"] == 0
    Path("netverify.yaml").write_text(f"assertions:\n{many}- {{id: more, default-deny: {{namespaces: [shop]}}}}\n")
    assert kept.report()["kept"] == 1


def test_what_another_run_may_find_otherwise_is_not_kept(kept: Kept) -> None:
    write_fleet("torn")
    assert [kept.report()["kept"] for _ in range(2)] == [0, 0]
    write_fleet("open")
    Path("old").mkdir()
    Path("old/all.yaml").write_text(Path("open/all.yaml").read_text())
    compared = "assertions: [{id: same, equivalent: {directory: old}}]"
    Path("netverify.yaml").write_text(compared)
    assert [kept.report()["kept"] for _ in range(2)] == [0, 0]
    write_fleet("open")
    assert [kept.report("--rlimit", "1")["kept"] for _ in range(2)] == [0, 0]
    assert not kept.entries()


def test_manifests_that_change_while_they_are_judged_are_not_kept(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    write_fleet("open", "good")
    plain = fleet_judging.read_inputs

    def changing(*given: Any) -> Any:
        Path("open/all.yaml").write_text(Path("good/all.yaml").read_text())
        return plain(*given)

    before = Path("open/all.yaml").read_text()
    monkeypatch.setattr(fleet_judging, "read_inputs", changing)
    kept.report("--cluster", "open")
    monkeypatch.setattr(fleet_judging, "read_inputs", plain)
    Path("open/all.yaml").write_text(before)
    report = kept.report("--cluster", "open")
    assert (report["kept"], report["status"]) == (0, 1)


def _forged(data: bytes) -> bytes:
    return data.replace(b"refuted", b"proved ")


SPOILT: dict[str, Callable[[Path], object]] = {
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "changed": lambda path: path.write_bytes(_forged(path.read_bytes())),
    "empty": lambda path: path.write_bytes(b""),
    "for others to write": lambda path: path.chmod(0o666),
    "a link": lambda path: (path.rename(path.with_name("x")), path.symlink_to(path.with_name("x"))),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "of another key": lambda path: path.write_bytes(
        next(one for one in path.parent.iterdir() if one != path).read_bytes()
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_an_odd_entry_is_none(kept: Kept, how: str) -> None:
    write_fleet("open", "shut")
    kept.report()
    one, _ = kept.entries()
    SPOILT[how](one)
    report = kept.report()
    assert report["kept"] == 1
    assert report["status"] == 1
    report.pop("kept")
    assert report == {key: value for key, value in kept.report("--no-cache").items() if key != "kept"}


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b"null", b"[1]", b"[" * 5000, b'["a"]', b"\xff"],
)
def test_what_was_not_packed_here_is_not_unpacked(data: bytes) -> None:
    with pytest.raises(ValueError, match="not packed"):
        unpacked(ClusterReport, data)


def test_each_part_of_what_is_unpacked_has_its_type(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    write_fleet("open")
    seen: list[ClusterReport] = []
    plain = fleet._reported
    monkeypatch.setattr(
        fleet, "_reported", lambda request, report: seen.extend(report.clusters) or plain(request, report)
    )
    kept.report()
    (report,) = seen
    data = packed(report)
    assert unpacked(ClusterReport, data) == report
    whole = json.loads(data)

    def spoilt(value: Any) -> Iterator[Any]:
        """``value`` with one part of another type, for each of its parts."""
        if isinstance(value, list):
            for number, part in enumerate(value):
                yield from ([*value[:number], other, *value[number + 1 :]] for other in spoilt(part))
            yield {}
        elif isinstance(value, str | int):
            yield 1.5

    for wrong in spoilt(whole):
        with pytest.raises(ValueError, match="not packed"):
            unpacked(ClusterReport, json.dumps(wrong).encode())


def test_nothing_is_kept_where_nobody_wants_it(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    write_fleet("open")
    kept.report("--no-cache")
    assert not kept.folder.exists()
    monkeypatch.setenv("NETVERIFY_NO_CACHE", "1")
    kept.report()
    assert not kept.folder.exists()
