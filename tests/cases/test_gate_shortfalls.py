"""What fails a gate besides its assertions is in every report: inputs that were not read, exceptions that expired."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cases.gates import GUARDED, Gates

UNREADABLE = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x, namespace: data}\nspec: {bogus: 1}\n"
)
PROVED = "assertions: [{id: closed, deny: {from: internet, to: data/db}}]\n"
EXPIRED = f"""{PROVED}exceptions:
  - id: old
    assertions: [closed]
    flows: [{{to: data/db}}]
    reason: the migration
    owner: team-data
    expires: 2020-01-31
"""
FORMATS = ("json", "sarif", "junit", "github", "gitlab", "markdown", "html", "text")


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    Path("manifests.yaml").write_text(GUARDED)
    Path("netverify.yaml").write_text(PROVED)
    return Gates(capsys)


def everything(gates: Gates, *arguments: str) -> tuple[int, dict[str, str]]:
    """The status of one run, and its report in each format."""
    outputs = [flag for name in FORMATS for flag in ("-o", f"{name}=report.{name}")]
    status = gates.run("-f", "manifests.yaml", *outputs, *arguments).status
    return status, {name: Path(f"report.{name}").read_text() for name in FORMATS}


def shows(code: str, words: str, reports: dict[str, str]) -> None:
    """Hold every format to showing the error ``code`` with ``words``, as something that is wrong."""
    (result,) = [one for one in json.loads(reports["sarif"])["runs"][0]["results"] if one["ruleId"] == code]
    assert result["level"] == "error"
    assert "suppressions" not in result
    assert words in result["message"]["text"]
    root = ET.fromstring(reports["junit"])  # noqa: S314 - we wrote it ourselves
    assert int(root.attrib["errors"]) > 0
    (error,) = [one for one in root.iter("error") if one.attrib["type"] == code]
    assert words in error.attrib["message"]
    assert f"::error title={code}" in reports["github"]
    (entry,) = [one for one in json.loads(reports["gitlab"]) if one["check_name"] == code]
    assert words in entry["description"].replace("`", "")
    assert reports["markdown"].splitlines()[1].startswith(":x:")
    assert f"error {code}" in reports["markdown"]
    assert "in inputs or exceptions</h1>" in reports["html"]
    assert "in inputs or exceptions" in reports["text"].splitlines()[-1]
    value = json.loads(reports["json"])
    assert value["summary"]["errors"] > 0
    assert code in [one["code"] for one in (*value["findings"], *value["diagnostics"])]


class TestWhatIsComparedWith:
    """*4: an input could not be read.* The manifests that an assertion compares with are inputs, too."""

    @pytest.mark.parametrize("verb", ["not-more-permissive", "equivalent"])
    @pytest.mark.parametrize("failing", ["nothing", "refuted", "refuted,vacuous,unknown"])
    def test_a_directory_with_an_object_that_cannot_be_read_is_status_4(
        self, gates: Gates, verb: str, failing: str
    ) -> None:
        Path("old").mkdir()
        Path("old", "x.yaml").write_text(GUARDED + UNREADABLE)
        Path("netverify.yaml").write_text(f"assertions: [{{id: it, {verb}: {{directory: old}}}}]\n")
        status, reports = everything(gates, "--fail-on", failing)
        assert status == 4
        assert json.loads(reports["json"])["results"][0]["verdict"] == "unknown"
        shows("NV300", "bogus", reports)

    def test_a_directory_without_any_manifest_is_status_4(self, gates: Gates) -> None:
        Path("old").mkdir()
        Path("netverify.yaml").write_text("assertions: [{id: it, equivalent: {directory: old}}]\n")
        status, reports = everything(gates, "--fail-on", "nothing")
        assert status == 4
        shows("NV134", "no manifests", reports)

    def test_a_revision_with_an_object_that_cannot_be_read_is_status_4(self, gates: Gates) -> None:
        commit_all(manifests=GUARDED + UNREADABLE)
        Path("manifests.yaml").write_text(GUARDED)
        Path("netverify.yaml").write_text("assertions: [{id: it, not-more-permissive: {revision: HEAD}}]\n")
        status, reports = everything(gates, "--fail-on", "nothing")
        assert status == 4
        shows("NV300", "at revision HEAD", {name: text.replace("`", "") for name, text in reports.items()})

    def test_a_revision_that_has_none_of_the_sources_proves_nothing(self, gates: Gates) -> None:
        commit_all(manifests=GUARDED)
        Path("new.yaml").write_text(GUARDED)
        Path("netverify.yaml").write_text("assertions: [{id: it, not-more-permissive: {revision: HEAD}}]\n")
        gate = gates.run("-f", "new.yaml", "--fail-on", "nothing")
        assert gate.status == 2
        assert "revision `HEAD` has none of the sources" in gate.err

    def test_one_that_can_be_read_is_judged(self, gates: Gates) -> None:
        Path("old").mkdir()
        Path("old", "x.yaml").write_text(GUARDED)
        Path("netverify.yaml").write_text("assertions: [{id: it, equivalent: {directory: old}}]\n")
        assert everything(gates)[0] == 0


class TestEveryFormatShowsWhatFailedTheJob:
    """A job that fails has a report that says why, whatever the reason is."""

    def test_an_exception_that_has_expired(self, gates: Gates) -> None:
        Path("netverify.yaml").write_text(EXPIRED)
        status, reports = everything(gates)
        assert status == 1
        assert json.loads(reports["json"])["results"][0]["verdict"] == "proved"
        shows("NV719", "2020-01-31", reports)

    def test_an_exception_of_an_assertion_that_is_not_judged_is_not_told(self, gates: Gates) -> None:
        Path("netverify.yaml").write_text(EXPIRED.replace("[{id", "[{id: other, deny: {to: data/db}}, {id"))
        status, reports = everything(gates, "--only", "other", "--fail-on", "vacuous")
        assert status == 0
        assert "NV719" not in reports["sarif"]

    def test_an_input_that_cannot_be_read(self, gates: Gates) -> None:
        Path("manifests.yaml").write_text(GUARDED + UNREADABLE)
        status, reports = everything(gates, "--fail-on", "nothing")
        assert status == 4
        shows("NV300", "bogus", reports)

    def test_a_run_that_nothing_is_wrong_with_has_no_errors(self, gates: Gates) -> None:
        status, reports = everything(gates)
        assert status == 0
        assert "inputs or exceptions" not in "".join(reports.values())
        assert json.loads(reports["json"])["summary"]["errors"] == 0
        assert json.loads(reports["gitlab"]) == []

    def test_what_is_probably_not_meant_in_the_intent_is_a_warning(self, gates: Gates) -> None:
        Path("netverify.yaml").write_text(f"zones: {{ghosts: pods app=nobody}}\n{PROVED}")
        status, reports = everything(gates)
        assert status == 0
        assert "::warning title=NV712" in reports["github"]
        assert "warning NV712" in reports["markdown"]
        assert reports["markdown"].splitlines()[1].startswith(":white_check_mark:")


def commit_all(manifests: str) -> None:
    """A repository in the current folder with ``manifests`` committed."""
    Path("manifests.yaml").write_text(manifests)
    for command in (
        ("init", "-q"),
        ("add", "-A"),
        ("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "first"),
    ):
        subprocess.run(["git", *command], check=True)
