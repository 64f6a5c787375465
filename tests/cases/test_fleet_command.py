"""`netverify fleet`: the same verdicts as `check` of each cluster, one report, and the gravest status of all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cases.fleets import FOLDERS, Fleets, in_this_process, write_fleet
from netverify.cli import fleet_judging
from netverify.cli.fleet_judging import SHARD, Task, judge
from netverify.cli.intended import with_assumed
from netverify.cli.main import main
from netverify.report.fleet_outcome import ClusterReport
from netverify.report.formats import OF_FINDINGS


@pytest.fixture
def fleets(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleets:
    monkeypatch.chdir(tmp_path)
    in_this_process(monkeypatch)
    return Fleets(capsys)


def judged(report: Any) -> dict[str, dict[str, str]]:
    return {one["name"]: {result["id"]: result["verdict"] for result in one["results"]} for one in report["clusters"]}


def test_each_cluster_has_the_verdicts_of_a_check_of_it_alone(fleets: Fleets) -> None:
    write_fleet(*FOLDERS)
    report = fleets.report()
    for cluster in report["clusters"]:
        alone = fleets.checked("-f", cluster["name"])
        assert cluster["results"] == alone["results"]
        assert cluster["status"] == alone["status"]
        assert cluster["coverage"] == alone["coverage"]
        assert cluster["diagnostics"] == alone["diagnostics"]
        assert {key: alone["summary"][key] for key in cluster["summary"]} == cluster["summary"]


def test_the_worst_cluster_comes_first_and_its_status_is_that_of_the_run(fleets: Fleets) -> None:
    write_fleet("good", "open", "shut", "torn")
    report = fleets.report()
    assert [(one["name"], one["standing"]) for one in report["clusters"]] == [
        ("torn", "unread"),
        ("open", "failed"),
        ("shut", "failed"),
        ("good", "passed"),
    ]
    assert report["status"] == 4
    write_fleet("good", "open")
    assert fleets.run().status == 1
    write_fleet("good")
    assert fleets.run().status == 0


def test_the_matrix_has_a_mark_for_each_assertion_and_fits_into_80_columns(fleets: Fleets) -> None:
    write_fleet("good", "open", "shut")
    lines = fleets.run().out.splitlines()
    matrix = lines[
        : lines.index("R refuted, V vacuous, U unknown, b baselined, e excepted, . proved, - not judged") + 1
    ]
    assert matrix[:3] == ["cluster          1  2", "open     failed  R  .", "shut     failed  .  R"]
    assert [line.split()[:2] for line in matrix[5:7]] == [["1", "db-serves-web-alone"], ["2", "web-reaches-db"]]
    assert max(map(len, matrix)) <= 80
    assert "1 cluster passes every assertion" in lines
    assert lines[-1] == "2 failed, 1 passed (2 refuted, 4 proved)"


def test_a_summary_is_the_matrix_without_the_failures(fleets: Fleets) -> None:
    write_fleet("good", "open")
    assert [line.split()[:3] for line in fleets.run("--summary").out.splitlines()] == [
        ["cluster", "1"],
        ["open", "failed", "R"],
        ["assertion"],
        ["1", "db-serves-web-alone", "nothing"],
        ["R", "refuted,", "V"],
        ["1", "cluster", "passes"],
        ["1", "assertion", "fails"],
        ["10", "documents", "in"],
        ["1", "failed,", "1"],
    ]


def test_many_assertions_make_several_tables_of_80_columns(fleets: Fleets) -> None:
    write_fleet("open")
    many = "".join(f"- {{id: closed-{n}, default-deny: {{namespaces: [data]}}}}\n" for n in range(23))
    Path("netverify.yaml").write_text(f"assertions:\n{many}")
    out = fleets.run().out
    tables = [line for line in out.splitlines() if line.startswith("open ")]
    assert [line.count("R") for line in tables] == [10, 10, 3]
    assert max(map(len, out[: out.index("R refuted")].splitlines())) <= 80


@pytest.mark.parametrize("format_", OF_FINDINGS)
def test_every_format_names_every_cluster_that_fails_and_what_failed_it(fleets: Fleets, format_: str) -> None:
    write_fleet("good", "open", "torn")
    gate = fleets.run("-o", format_)
    assert gate.status == 4
    for said in ("torn", "open", "db-serves-web-alone", "torn/all.yaml"):
        assert said in gate.out + (gate.err if format_ == "text" else "")
    again = fleets.run("-o", format_)
    assert again.out == gate.out


def test_junit_has_a_suite_for_each_cluster_and_sarif_a_result_for_each_finding(fleets: Fleets) -> None:
    write_fleet("good", "open", "torn")
    suites = {one.get("name"): one for one in ET.fromstring(fleets.run("-o", "junit").out)}  # noqa: S314 - we wrote it ourselves
    assert set(suites) == {"good", "open", "torn", "inputs"}
    assert [(suites[name].get("failures"), suites[name].get("errors")) for name in ("good", "open", "torn")] == [
        ("0", "0"),
        ("1", "0"),
        ("0", "2"),
    ]
    (run,) = json.loads(fleets.run("-o", "sarif").out)["runs"]
    assert run["automationDetails"]["id"] == "netverify/fleet/"
    texts = [one["message"]["text"] for one in run["results"]]
    assert sum("open" in text for text in texts) == len(fleets.checked("-f", "open")["results"][0]["violations"])
    marks = [one["partialFingerprints"] for one in run["results"]]
    assert len({json.dumps(one) for one in marks}) == len(marks)


def test_two_clusters_with_the_same_violation_are_two_findings(fleets: Fleets) -> None:
    write_fleet("open")
    Path("clusters.yaml").write_text(
        "clusters:\n- {name: a, sources: [{manifests: open}]}\n- {name: b, sources: [{manifests: open}]}\n"
    )
    entries = json.loads(fleets.run("-o", "gitlab").out)
    assert len({one["fingerprint"] for one in entries}) == len(entries)
    assert sum("a: " in one["description"] for one in entries) * 2 == len(entries)


def test_what_a_cluster_says_goes_before_the_intent_and_after_the_command_line(
    fleets: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_fleet("good", "open", good="cni: cilium", open="assume: {pod-cidr: 10.0.0.0/8}, namespace: own")
    given = "cni: calico\nassume: {pod-cidr: 192.168.0.0/16}\nnamespace: shared\n"
    Path("netverify.yaml").write_text(given + Path("netverify.yaml").read_text())
    asked: dict[str, tuple[str | None, tuple[str, ...], str | None]] = {}

    def note(task: Task) -> ClusterReport:
        request = with_assumed(task.request, task.spec)
        asked[task.name] = (request.assumed.cni, request.assumed.pod_cidrs, request.sources.namespace)
        return judge(task)

    monkeypatch.setattr("cases.fleets.judge", note)
    fleets.run()
    assert asked == {
        "good": ("cilium", ("192.168.0.0/16",), "shared"),
        "open": ("calico", ("10.0.0.0/8",), "own"),
    }
    fleets.run("--cni", "antrea", "-n", "here", "--assume", "pod-cidr=172.16.0.0/12")
    assert set(asked.values()) == {("antrea", ("172.16.0.0/12",), "here")}


def test_a_cluster_may_have_assertions_and_exceptions_of_its_own(fleets: Fleets) -> None:
    write_fleet("good", "open", open="intent: open.yaml")
    Path("open.yaml").write_text(
        "assertions: [{id: more, default-deny: {namespaces: [shop]}}]\n"
        "exceptions:\n- {id: known, assertions: [db-serves-web-alone], reason: r, owner: o, expires: 2099-01-01,\n"
        "   flows: [{from: any pod, to: db}, {from: 0.0.0.0/0, to: db}, {from: '::/0', to: db}]}\n"
    )
    report = fleets.report()
    assert judged(report)["open"] == {
        "db-serves-web-alone": "excepted",
        "web-reaches-db": "proved",
        "more": "refuted",
    }
    assert set(judged(report)["good"]) == {"db-serves-web-alone", "web-reaches-db"}
    said = "exception known until 2099-01-01 (o): r: used in open"
    assert said in fleets.run().out
    assert said in fleets.run("-o", "markdown").out


def test_a_baseline_of_a_cluster_is_that_of_check(fleets: Fleets) -> None:
    write_fleet("good", "open", open="baseline: open.json")
    fleets.checked("-f", "open", "--write-baseline", "open.json")
    report = fleets.report()
    assert judged(report)["open"]["db-serves-web-alone"] == "baselined"
    assert report["status"] == 0
    assert "open: 4 violations are known (open.json)" in fleets.run().out
    assert fleets.report("--no-exceptions")["status"] == 1
    Path("open.json").write_text("no baseline")
    report = fleets.report()
    assert [(one["name"], one["standing"]) for one in report["clusters"]] == [("open", "refused"), ("good", "passed")]
    assert report["status"] == 2
    assert report["clusters"][0]["findings"][0]["code"] == "NV717"


def test_a_cluster_of_which_the_intent_asks_what_it_lacks_is_refused_and_the_others_are_judged(fleets: Fleets) -> None:
    write_fleet("good", "open")
    Path("open/all.yaml").write_text("{apiVersion: v1, kind: Namespace, metadata: {name: other}}")
    report = fleets.report()
    assert [(one["name"], one["status"]) for one in report["clusters"]] == [("open", 2), ("good", 0)]
    assert report["status"] == fleets.run("-o", "github").status == 2
    assert "cluster open: " in fleets.run("-o", "markdown").out
    cases = ET.fromstring(fleets.run("-o", "junit").out).find("testsuite[@name='open']")  # noqa: S314 - as above
    assert cases is not None
    assert cases.get("errors") == "1"


def test_a_fault_in_one_cluster_is_an_internal_error_and_the_others_are_judged(
    fleets: Fleets, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_fleet("good", "open")
    whole = fleet_judging._judged

    def faulty(task: Task) -> Any:
        if task.name == "open":
            raise KeyError("x")
        return whole(task)

    monkeypatch.setattr(fleet_judging, "_judged", faulty)
    report = fleets.report()
    assert judged(report) == {"open": {}, "good": {"db-serves-web-alone": "proved", "web-reaches-db": "proved"}}
    assert report["status"] == 5


def test_an_empty_folder_does_not_pass(fleets: Fleets) -> None:
    write_fleet("good", "open")
    Path("open/all.yaml").unlink()
    assert fleets.report()["status"] == 4
    Path("open").rmdir()
    gate = fleets.run()
    assert gate.status == 4
    assert "cluster open: no such file or folder" in gate.err


def test_flags_choose_clusters_and_assertions(fleets: Fleets) -> None:
    write_fleet("good", "open")
    assert judged(fleets.report("--cluster", "good", "--only", "web-reaches-db")) == {
        "good": {"web-reaches-db": "proved"}
    }
    assert judged(fleets.report("--severity", "critical"))["open"] == {"db-serves-web-alone": "refuted"}
    assert fleets.run("--fail-on", "never").status == 0
    wrong = fleets.run("--cluster", "goodd")
    assert wrong.status == 2
    assert "no cluster is called `goodd`" in wrong.err
    assert "did you mean `good`?" in wrong.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("clusters: []", "clusters.yaml:1:11: `clusters` needs one item or more"),
        ("x: 1", "clusters.yaml:1:1: there is no field `x`"),
        ("clusters:\n- {name: a, sources: [{manifests: a}], cnni: x}", "clusters.yaml:2:40: there is no field `cnni`"),
        ("clusters:\n- {name: a}", "clusters.yaml:2:3: `sources` is missing in `clusters[0]`"),
        ("clusters:\n- {name: a, sources: []}", "clusters.yaml:2:22: `clusters[0].sources` needs one item or more"),
        ("clusters:\n- {name: a, sources: [{manifest: a}]}", "clusters.yaml:2:23: `clusters[0].sources[0]` must name"),
        (
            "clusters:\n- {name: a, sources: [{manifests: a, x: 1}]}",
            "clusters.yaml:2:38: there is no field `x` in `clusters[0].sources[0]`",
        ),
        (
            "clusters:\n- {name: a, sources: [{manifests: a}]}\n- {name: a, sources: [{manifests: b}]}",
            "clusters.yaml:3:10: two clusters are called `a`",
        ),
        (
            "clusters:\n- {name: a, sources: [{manifests: ../../x}]}",
            "clusters.yaml:2:23: `../../x` leads out of the checkout",
        ),
        ("clusters:\n- {name: a, sources: [{manifests: '-'}]}", "clusters.yaml:2:23: cluster `a` reads standard input"),
        ("clusters:\n- {name: a, sources: [{manifests: .}], intent: /etc/x}", "`/etc/x` leads out of the checkout"),
        (
            "clusters:\n- {name: a, sources: [{manifests: .}], intent: [netverify.yaml, no.yaml]}",
            "clusters.yaml:2:65: there is no file `no.yaml`",
        ),
        ("clusters:\n- {name: a, sources: [{manifests: .}], baseline: /x}", "`/x` leads out of the checkout"),
        ("clusters:\n- {name: a, sources: [{manifests: .}], cni: nope}", "clusters.yaml:2:45: there is no CNI `nope`"),
        ("clusters:\n- {name: a, sources: [{manifests: .}], cni: }", "`clusters[0].cni` has no value"),
        ("clusters: {{ .x }}", "a template, not a file of clusters"),
        ("- 1", "a file of clusters is one YAML mapping"),
        ("clusters: [", "clusters.yaml:2:1: this is not YAML"),
    ],
)
def test_what_is_wrong_with_a_file_of_clusters_is_said_with_its_place(fleets: Fleets, text: str, said: str) -> None:
    write_fleet("good")
    Path("clusters.yaml").write_text(text)
    gate = fleets.run("-o", "json")
    assert gate.status == 2
    flat = " ".join(gate.err.split())
    place, _, message = said.rpartition(": ") if said.startswith("clusters") else ("", "", said)
    assert message in flat
    assert place in flat


def test_a_file_of_clusters_that_is_not_there_is_misuse(fleets: Fleets) -> None:
    gate = fleets.run("none.yaml")
    assert gate.status == 2
    assert "a file of clusters that cannot be read: no such file or directory" in gate.err


def test_the_cluster_file_may_not_lead_out_by_a_link(fleets: Fleets, tmp_path: Path) -> None:
    write_fleet("good")
    Path("repo/.git").mkdir(parents=True)
    Path("repo/clusters.yaml").write_text("clusters: [{name: a, sources: [{manifests: there}]}]")
    Path("repo/there").symlink_to(tmp_path / "good")
    gate = fleets.run("repo/clusters.yaml", "--spec", "netverify.yaml")
    assert gate.status == 2
    assert "leads out of the checkout" in gate.err
    assert fleets.run("repo/clusters.yaml", "--spec", "netverify.yaml", "--allow-outside", str(tmp_path)).status == 0


def test_assertions_in_several_parts_have_one_report(fleets: Fleets) -> None:
    write_fleet("open")
    many = "".join(f"- {{id: a{n}, default-deny: {{namespaces: [data]}}}}\n" for n in range(SHARD + 2))
    excepted = (
        "exceptions:\n- {id: e, assertions: [a0, a26], reason: r, owner: o, expires: 2099-01-01,\n"
        "   flows: [{from: any pod}, {to: any pod}]}\n- {id: unused, assertions: [a1], reason: r, owner: o,\n"
        "   expires: 2020-01-01, flows: [{from: shop/web}]}\n"
    )
    Path("netverify.yaml").write_text(f"assertions:\n{many}{excepted}")
    report, alone = fleets.report(), fleets.checked("-f", "open")
    (cluster,) = report["clusters"]
    assert report["summary"]["parts"] == 2
    for key in ("results", "exceptions", "findings", "status"):
        assert cluster[key] == alone[key]


def test_what_no_budget_is_left_for_is_unknown_and_the_report_says_incomplete(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_fleet("good", "open")
    assert main(["fleet", "--max-time=0.001", "-o", "text", "-o", "json=r.json", "--jobs=1"], "netverify") == 3
    assert capsys.readouterr().out.startswith("INCOMPLETE: the time budget of 0.001 s")
    report = json.loads(Path("r.json").read_text())
    assert all(set(verdicts.values()) == {"unknown"} for verdicts in judged(report).values())
    assert [one["complete"] for one in report["clusters"]] == [False, False]


def test_processes_of_their_own_come_to_the_same_report(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_fleet(*FOLDERS)
    there = Fleets(capsys).report("--jobs", "2")
    in_this_process(monkeypatch)
    here = Fleets(capsys).report()
    assert there.pop("tool") | {"arguments": []} == here.pop("tool") | {"arguments": []}
    assert there == here
