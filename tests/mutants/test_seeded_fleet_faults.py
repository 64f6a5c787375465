"""Faults in fleets: a lost cluster, a status that is not the gravest, a verdict of another day, cluster or intent."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mutants.faulty import fault


def cases() -> Any:
    """The helpers of the cases, imported anew around a fault."""
    return importlib.import_module("cases.fleets")


def package(name: str) -> Any:
    """A module of the package, likewise."""
    return importlib.import_module(f"netverify.{name}")


class Bench:
    """Runs `netverify fleet` in this process, and puts other things in the place of parts of it."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def put(self, module: str, name: str, value: object) -> None:
        """Put ``value`` in the place of ``name``."""
        self._monkeypatch.setattr(package(module), name, value)

    @property
    def fleets(self) -> Any:
        """What runs the command."""
        helpers = cases()
        self.put("cli.fleet", "Processes", helpers.Here)
        self.put("cli.fleet_kept", "_LOADED", math.inf)
        return helpers.Fleets(self._capsys)

    def run(self, *arguments: str) -> Any:
        """The JSON of one run."""
        return self.fleets.report("--no-reproducible", *arguments)


def the_gravest_status_wins(bench: Bench) -> None:
    cases().write_fleet("torn", "open", "good")
    assert bench.run()["status"] == 4


def a_cluster_that_fails_is_in_the_report(bench: Bench) -> None:
    cases().write_fleet("open", "good")
    Path("open/all.yaml").write_text("{apiVersion: v1, kind: Namespace, metadata: {name: other}}")
    report = bench.run()
    assert report["status"] == 2
    assert [one["name"] for one in report["clusters"]] == ["open", "good"]


def a_cluster_that_crashes_does_not_pass(bench: Bench) -> None:
    cases().write_fleet("open", "good")

    def crash(*_: object) -> None:
        raise KeyError

    bench.put("cli.fleet_judging", "_judged", crash)
    assert bench.run()["status"] == 5


def nothing_kept_is_of_another_intent(bench: Bench) -> None:
    cases().write_fleet("open")
    bench.run()
    text = Path("netverify.yaml").read_text()
    Path("netverify.yaml").write_text(text.replace("only: {to: db", "world: existing, only: {to: db"))
    assert bench.run()["summary"]["kept"] == 0


def nothing_kept_is_of_other_manifests(bench: Bench) -> None:
    cases().write_fleet("good")
    bench.run()
    Path("good/all.yaml").write_text(cases().FOLDERS["open"])
    assert bench.run()["status"] == 1


def nothing_kept_is_of_other_flags(bench: Bench) -> None:
    cases().write_fleet("good")
    bench.run()
    assert bench.run("--cni", "calico")["summary"]["kept"] == 0


def nothing_kept_outlives_an_exception(bench: Bench) -> None:
    cases().write_fleet("open")
    text = (
        "exceptions:\n- {id: known, assertions: [db-serves-web-alone], reason: r, owner: o, expires: 2027-03-05,\n"
        "   flows: [{from: any pod, to: db}, {from: 0.0.0.0/0, to: db}, {from: '::/0', to: db}]}\n"
    )
    Path("netverify.yaml").write_text(cases().INTENT + text)
    statuses = []
    for day in (date(2027, 3, 5), date(2027, 3, 6)):
        bench.put("cli.fleet", "date", type("Day", (), {"today": staticmethod(lambda day=day: day)}))
        statuses.append(bench.run()["status"])
    assert statuses == [0, 1]


def nothing_that_lacks_an_input_is_kept(bench: Bench) -> None:
    cases().write_fleet("torn")
    assert [bench.run()["summary"]["kept"] for _ in range(2)] == [0, 0]


def nothing_that_met_a_limit_is_kept(bench: Bench) -> None:
    cases().write_fleet("open")
    assert [bench.run("--rlimit", "1")["summary"]["kept"] for _ in range(2)] == [0, 0]


def an_exception_for_nothing_is_found(bench: Bench) -> None:
    cases().write_fleet("open")
    many = "".join(f"- {{id: a{n}, default-deny: {{namespaces: [data]}}}}\n" for n in range(26))
    last = "- {id: a25, default-deny: {namespaces: [data]}}\n"
    tail = (
        "exceptions:\n- {id: e, assertions: [a25], reason: r, owner: o, expires: 2099-01-01, flows: [{to: data/db}]}\n"
    )
    Path("netverify.yaml").write_text(f"assertions:\n{many}{tail}")
    bench.run()
    Path("netverify.yaml").write_text(f"assertions:\n{many.replace(last, '#' + chr(10))}{tail}")
    assert bench.run()["status"] == 2


def a_cluster_may_not_lead_out(bench: Bench) -> None:
    cases().write_fleet("good")
    Path("clusters.yaml").write_text("clusters: [{name: a, sources: [{manifests: ..}]}]")
    assert bench.fleets.run().status == 2


def no_name_is_there_twice(bench: Bench) -> None:
    cases().write_fleet("good", "open")
    text = Path("clusters.yaml").read_text().replace("name: open", "name: good")
    Path("clusters.yaml").write_text(text)
    assert bench.fleets.run().status == 2


def two_clusters_are_two_findings(bench: Bench) -> None:
    cases().write_fleet("open")
    each = "{name: NAME, sources: [{manifests: open}]}"
    Path("clusters.yaml").write_text(f"clusters: [{each.replace('NAME', 'a')}, {each.replace('NAME', 'b')}]")
    entries = package("report.fleet_list").list_of_fleet
    found: list[Any] = []
    bench.put("cli.fleet", "list_of_fleet", lambda report: found.append(entries(report)) or found[0])
    bench.run("-o", "gitlab=r.json")
    marks = [one.fingerprint for one in found[0].findings]
    assert len(set(marks)) == len(marks) > 0


def what_is_excepted_in_one_part_is_used(bench: Bench) -> None:
    cases().write_fleet("good")
    many = "".join(f"- {{id: a{n}, default-deny: {{namespaces: [shop]}}}}\n" for n in range(25))
    last = "- {id: a25, deny: {from: shop/web, to: data/db, ports: 9999}}\n"
    tail = (
        "exceptions:\n- {id: e, assertions: [a0, a25], reason: r, owner: o, expires: 2099-01-01,\n"
        "   flows: [{from: any pod}, {to: any pod}, {from: 0.0.0.0/0}]}\n"
    )
    Path("netverify.yaml").write_text(f"assertions:\n{many}{last}{tail}")
    report, alone = bench.run(), bench.fleets.checked("-f", "good")
    assert [one["state"] for one in alone["exceptions"]] == ["used"]
    assert report["clusters"][0]["exceptions"] == alone["exceptions"]


FAULTS: dict[str, tuple[str, str, str, Callable[[Bench], None]]] = {
    "the last status wins": (
        "cli.fleet",
        "status = gravest(ExitStatus(one.status) for one in report.clusters)",
        "status = [ExitStatus(one.status) for one in report.clusters][-1]",
        the_gravest_status_wins,
    ),
    "a missing input is no failure": (
        "cli.fleet_judging",
        "input_refused=any(one.lacks_input for one in shards)",
        "input_refused=False",
        the_gravest_status_wins,
    ),
    "a cluster without verdicts is dropped": (
        "cli.fleet",
        "found[report.name] = report\n",
        "found.update({report.name: report} if report.cells else {})\n",
        a_cluster_that_fails_is_in_the_report,
    ),
    "a crash passes": (
        "cli.fleet_judging",
        '"NV499", text, advice),), ExitStatus.INTERNAL)',
        '"NV499", text, advice),), ExitStatus.ANSWERED)',
        a_cluster_that_crashes_does_not_pass,
    ),
    "a key without the intent": (
        "cli.fleet_kept",
        "told = (self.key, replace(self.spec, assertions=assertions), named)",
        "told = (self.key, [one.id for one in assertions], named)",
        nothing_kept_is_of_another_intent,
    ),
    "a key without the manifests": (
        "cli.fleet_kept",
        "told = (program, of_inputs, terms, limits, str(Path.cwd()))",
        "told = (program, terms, limits, str(Path.cwd()))",
        nothing_kept_is_of_other_manifests,
    ),
    "a digest of names alone": (
        "sources.inputs",
        "whole.update(repr((digest, how)).encode())",
        "whole.update(repr((digest.name, how)).encode())",
        nothing_kept_is_of_other_manifests,
    ),
    "a key without the flags": (
        "cli.fleet_kept",
        "terms = (sources, request.assumed, request.routing",
        "terms = (sources, request.routing",
        nothing_kept_is_of_other_flags,
    ),
    "an exception has no last day": (
        "cli.fleet_kept",
        "is_valid &= not entry.until or self.today <= date.fromisoformat(entry.until)",
        "is_valid &= True",
        nothing_kept_outlives_an_exception,
    ),
    "a torn cluster is kept": (
        "cli.fleet_kept",
        "or shard.lacks_input or shard.is_cut_short",
        "or shard.is_cut_short",
        nothing_that_lacks_an_input_is_kept,
    ),
    "what met a limit is kept": (
        "cli.fleet_kept",
        "if limits_met(reason for cell in shard.cells for reason in cell.doubts):",
        "if limits_met(()):",
        nothing_that_met_a_limit_is_kept,
    ),
    "exceptions for nothing": (
        "cli.fleet_kept",
        "named = [written.text in self.ids for one",
        "named = [True for one",
        an_exception_for_nothing_is_found,
    ),
    "paths lead anywhere": (
        "gate.intent.clusters",
        "yield from leaving(cluster.given.sources, permissions, self._root)",
        "yield from ()",
        a_cluster_may_not_lead_out,
    ),
    "names twice": ("gate.intent.clusters", "if one.name in first:", "if False:", no_name_is_there_twice),
    "findings without their cluster": (
        "report.fleet_list",
        "fingerprint(cluster.name, shown.fingerprint)",
        "fingerprint(shown.fingerprint)",
        two_clusters_are_two_findings,
    ),
    "the last part says what became of an exception": (
        "report.fleet_cells",
        "< _WEIGHTIEST.index(ExceptionState(known.state))",
        "!= _WEIGHTIEST.index(ExceptionState(known.state))",
        what_is_excepted_in_one_part_is_used,
    ),
}


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("NETVERIFY_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("NETVERIFY_NO_CACHE", raising=False)
    return Bench(capsys, monkeypatch)


@pytest.mark.parametrize("name", FAULTS)
def test_a_seeded_fault_is_found(name: str, bench: Bench) -> None:
    module, original, replacement, finds = FAULTS[name]
    with fault(module, original, replacement), pytest.raises(AssertionError):
        finds(bench)


@pytest.mark.parametrize("finds", dict.fromkeys(one[3] for one in FAULTS.values()), ids=lambda one: one.__name__)
def test_nothing_is_found_where_there_is_no_fault(finds: Callable[[Bench], None], bench: Bench) -> None:
    finds(bench)
