"""Maps against names made to inject, readers that leave, disks that are full, and flags that are wrong."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from netverify.answers.map_view import map_view
from netverify.answers.mapping import Map
from netverify.cli.main import main
from netverify.model.behaviours import FIXED_BY_DEFAULT
from netverify.model.cluster import Cluster, Namespace, Workload, WorkloadKey
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.pairs.all_pairs import all_pairs
from netverify.policy.tiers import lower
from netverify.query.grouping import Grouping
from netverify.query.narrowing import Wanted
from netverify.query.remarks import Remarks
from netverify.report.document_text import lines_of
from netverify.report.map_csv import cell, render_map_csv
from netverify.report.map_document import document_of_map
from netverify.report.map_dot import render_map_dot
from netverify.report.map_json import render_map_json
from netverify.report.map_mermaid import render_map_mermaid
from netverify.report.terminal import paint
from netverify.sources.coverage import Coverage, Inventory

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = str(ROOT / "examples" / "backdoor")
SHOP = str(ROOT / "tests" / "golden" / "maps" / "shop.yaml")
NASTY = (
    "\x1b[2Jgone",
    '"]; evil -> evil; "',
    "]\n  evil --> evil",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    'a,"b"\r\nc',
    "%%{init: {}}%%",
    "end",
    "\u202eabc\u0430",
    "\\N\\",
    "`md` 1. x",
)


@pytest.fixture
def mapped() -> tuple[Map, Inventory]:
    """Workloads and namespaces with names that the reader of manifests would never let through."""
    namespaces = {name: Namespace(name, {NAMESPACE_NAME_LABEL: name}, declared=True) for name in sorted(NASTY)}
    workloads = [Workload(WorkloadKey(name, name, "Deployment"), {}) for name in namespaces]
    cluster = Cluster(namespaces, tuple(sorted(workloads, key=lambda workload: workload.key)))
    connectivity = all_pairs(cluster, lower(cluster), FIXED_BY_DEFAULT)
    return Map(connectivity, Wanted(), remarks=Remarks(NASTY, notes=NASTY)), Inventory(cluster, Coverage())


@pytest.mark.parametrize("grouping", Grouping)
def test_no_name_leaves_the_place_that_it_is_written_to(mapped, grouping) -> None:
    found, inventory = mapped
    view = map_view(found, grouping)
    text = paint(lines_of(document_of_map(found, inventory, grouping)), coloured=False)
    assert text.replace("\n", "").isprintable()
    value = json.loads("".join(render_map_json(view, inventory)))
    assert [one["id"] for one in value["endpoints"]] == [node.id for node in view.nodes]
    table = list(csv.reader(io.StringIO("".join(render_map_csv(view))), strict=True))
    assert {len(row) for row in table} == {8 if grouping is Grouping.NAMESPACE else 6}
    assert not any(one.startswith(("=", "+", "-", "@", "\t", "\r")) for row in table for one in row)
    dot = "".join(render_map_dot(view))
    for line in re.sub(r'"(?:[^"\\]|\\.)*"', "NAME", dot).splitlines():
        assert "evil" not in line or line.startswith("// ")
        assert line.isprintable()
    mermaid = "".join(render_map_mermaid(view))
    assert "evil --> evil" not in mermaid
    assert "<script" not in mermaid
    assert "%%{" not in mermaid
    row = r'(?:%% .*|subgraph s\d+\["[^"]*"\]|end|n\d+\(?\["[^"]*"\]\)?|n\d+ -\.?->\|"[^"]*"\| n\d+|class.*)'
    assert all(re.fullmatch(rf" *{row}", line) for line in mermaid.splitlines()[1:])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start) -> None:
    (found,) = next(csv.reader(io.StringIO(cell(f'{start}1+1,"x"\n')), strict=True))
    assert found.startswith("'")


def run(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "netverify", "map", *arguments], cwd=ROOT, text=True, check=False, **options
    )


@pytest.mark.parametrize("form", ["text", "json", "csv", "dot", "mermaid"])
def test_a_reader_that_leaves_early_gets_no_complaint(form) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = run("-f", EXAMPLE, "-o", form, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_under_standard_output_is_never_a_success() -> None:
    with Path("/dev/full").open("w") as full:
        done = run("-f", EXAMPLE, "-o", "json", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 5
    assert done.stderr == "error[NV421]: cannot write to standard output: no space left on device\n"


def test_a_map_that_fails_midway_leaves_the_old_file(tmp_path, monkeypatch, capsys) -> None:
    report = tmp_path / "map.json"
    report.write_text("old")

    def fail(_access: object) -> str:
        raise ValueError

    monkeypatch.setattr("netverify.report.map_json._access", fail)
    assert main(["map", "-f", EXAMPLE, "-o", f"json={report}"], "netverify") == 5
    assert "NV499" in capsys.readouterr().err
    assert report.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["map.json"]


def test_two_runs_give_the_same_bytes_on_any_hash_seed(tmp_path) -> None:
    forms = ("text", "json", "csv", "dot", "mermaid")
    written = {}
    for seed in ("0", "1", "42"):
        outputs = [part for form in forms for part in ("-o", f"{form}={tmp_path / form}")]
        run("-f", SHOP, "--replicas", *outputs, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        written[seed] = [(form, (tmp_path / form).read_bytes()) for form in forms]
    assert written["0"] == written["1"] == written["42"]
    assert all(text for _, text in written["0"])


@pytest.mark.parametrize(
    ("flags", "code", "shown", "help_text"),
    [
        (["--from", "b/gp"], "NV407", "--from b/gp\n  |        ^^^^", "did you mean `b/pg`?"),
        (["--to", "namespace c"], "NV406", "--to namespace c\n  |                ^", "declare or mention `a`, `b`"),
        (["--focus", ""], "NV402", "`--focus` has no value\n  |\n  | --focus\n  |         ^", "write `namespace NS`"),
        (["--from", "b/pg:5432"], "NV405", "--from b/pg:5432\n  |            ^", "give the port with `--port PORT`"),
        (["--to", "b/pg b/api"], "NV402", "--to b/pg b/api\n  |           ^^^^^", "a flag takes one endpoint"),
        (["--to", "10.0.0.0/33"], "NV409", "--to 10.0.0.0/33", "an address looks like"),
        (["--from", "pods app=("], "NV404", "--from pods app=(", "write labels as kubectl does"),
        (["--from", "a\u0430"], "NV403", "--from a\\u0430", "names in Kubernetes are ASCII"),
        (["--focus", "service b/pg"], "NV407", "--focus service b/pg", "did you mean `b/pg[StatefulSet]`?"),
        (["--port", "99999"], "NV405", "--port 99999\n  |        ^^^^^", "ports go from 1 to 65535"),
        (["--port", "80,443"], "NV402", "--port 80,443\n  |          ^", "repeat the flag for another port"),
        (["--port", "80/tpc"], "NV405", "--port 80/tpc", "did you mean `tcp`?"),
        (["--port", ""], "NV405", "`--port` has no value", "write a number, a range"),
        (["--port", "443-80"], "NV405", "--port 443-80", "did you mean `80-443`?"),
        (["--by", "pod"], "NV420", "invalid value for `--by`", "`netverify map --help`"),
        (["-o", "yaml"], "NV420", "no output format `yaml`", "the formats are text, json, markdown, html, csv, dot"),
        (["-o", "mermiad"], "NV420", "no output format `mermiad`", "did you mean `mermaid`?"),
        (["-o", "csv", "-o", "dot"], "NV420", "two reports go to standard output", "another file"),
        (["--timeout", "3"], "NV420", "no such option", "`netverify map --help`"),
    ],
)
def test_a_misuse_is_named_with_what_to_do(capsys, flags, code, shown, help_text) -> None:
    status = main(["map", "-f", EXAMPLE, *flags], "netverify")
    captured = capsys.readouterr()
    assert (status, captured.out) == (2, "")
    assert all(line.isprintable() for line in captured.err.splitlines())
    assert captured.err.startswith(f"error[{code}]: ")
    assert shown in captured.err
    assert help_text in captured.err
    assert not captured.err.splitlines()[0].endswith(".")
