"""`--changed-since REV` is green only where everything that the run would read is known to be as it was at REV."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cases.gates import CLOSED, GUARDED, SHOP, Gate, Gates

NOTHING = "no file that was checked has changed since HEAD\n"
DENY = "assertions: [{id: closed, deny: {to: data/db}}]\n"
OPEN = CLOSED.replace("policyTypes", "ingress: [{}], policyTypes")
TODAY = datetime.now(UTC).astimezone().date()


def git(*arguments: str) -> None:
    subprocess.run(["git", "-c", "protocol.file.allow=always", *arguments], check=True, capture_output=True)


def put(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def commit(**files: str) -> None:
    """A repository of all files in the current folder."""
    for path, text in files.items():
        put(path, text)
    if not Path(".git").exists():
        git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "one", "--allow-empty")


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        monkeypatch.setenv(f"{name}_NAME", "x")
        monkeypatch.setenv(f"{name}_EMAIL", "x@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    repository = tmp_path / "repository"
    repository.mkdir()
    monkeypatch.chdir(repository)
    put("m/shop.yaml", SHOP)
    put("m/closed.yaml", CLOSED)
    put("netverify.yaml", f"sources: [{{manifests: m}}]\n{DENY}")
    put("notes/README.md", "notes\n")
    return Gates(capsys)


def since(gates: Gates, *arguments: str) -> Gate:
    return gates.run("--changed-since", "HEAD", *arguments)


def is_judged(gate: Gate) -> bool:
    """Whether the run judged; else it was green and said that nothing changed."""
    if gate.err.endswith(NOTHING):
        assert gate.status == 0
        return False
    return True


class TestWhatIsTheSame:
    def test_nothing_is_judged_where_all_is_as_it_was(self, gates: Gates) -> None:
        commit()
        assert not is_judged(since(gates))

    def test_a_file_that_is_not_read_does_not_count(self, gates: Gates) -> None:
        commit()
        put("notes/README.md", "other\n")
        put("notes/new.yaml", SHOP)
        assert not is_judged(since(gates))

    def test_a_file_that_was_only_touched_does_not_count(self, gates: Gates) -> None:
        commit()
        put("m/closed.yaml", CLOSED)
        os.utime("m/closed.yaml", (1, 1))
        assert not is_judged(since(gates))

    def test_a_chart_or_overlay_of_which_nothing_changed_is_not_judged(self, gates: Gates) -> None:
        put("overlay/kustomization.yaml", "resources: [../m]\n")
        put("m/kustomization.yaml", "resources: [shop.yaml, closed.yaml]\n")
        commit()
        assert not is_judged(since(gates, "-k", "overlay"))
        put("notes/README.md", "other\n")
        assert is_judged(since(gates, "-k", "overlay"))


class TestWhatCounts:
    """Each of these runs is refuted; to be green, it would have to miss what changed."""

    def test_a_base_outside_of_the_overlay(self, gates: Gates) -> None:
        put("overlays/prod/kustomization.yaml", "resources: [../../m]\n")
        put("m/kustomization.yaml", "resources: [shop.yaml, closed.yaml]\n")
        put("netverify.yaml", f"sources: [{{manifests: overlays/prod}}]\n{DENY}")
        commit()
        assert not is_judged(since(gates))
        put("m/closed.yaml", OPEN)
        assert since(gates).status == 1

    def test_the_kustomization_of_a_base(self, gates: Gates) -> None:
        put("overlays/prod/kustomization.yaml", "resources: [../../m]\n")
        put("m/kustomization.yaml", "resources: [shop.yaml, closed.yaml]\n")
        put("netverify.yaml", f"sources: [{{manifests: overlays/prod}}]\n{DENY}")
        commit()
        put("m/kustomization.yaml", "resources: [shop.yaml]\n")
        assert since(gates).status == 1

    def test_a_run_in_a_subfolder(self, gates: Gates, monkeypatch: pytest.MonkeyPatch) -> None:
        put("sub/netverify.yaml", f"sources: [{{manifests: ../m}}]\n{DENY}")
        commit()
        monkeypatch.chdir("sub")
        assert not is_judged(since(gates))
        put("../m/closed.yaml", OPEN)
        assert since(gates).status == 1

    def test_an_overlay_rendered_in_a_subfolder(self, gates: Gates, monkeypatch: pytest.MonkeyPatch) -> None:
        put("m/kustomization.yaml", "resources: [shop.yaml, closed.yaml]\n")
        put("sub/overlay/kustomization.yaml", "resources: [../../m]\n")
        put("sub/netverify.yaml", f"sources: [{{kustomize: overlay}}]\n{DENY}")
        commit()
        monkeypatch.chdir("sub")
        put("../m/closed.yaml", OPEN)
        assert since(gates).status == 1

    def test_an_intent_file_above_the_current_folder(self, gates: Gates, monkeypatch: pytest.MonkeyPatch) -> None:
        put("netverify.yaml", f"sources: [{{manifests: m}}]\n{DENY.replace('data/db', 'shop/web')}")
        put("sub/x", "")
        commit()
        monkeypatch.chdir("sub")
        assert not is_judged(since(gates, "--spec", "../netverify.yaml"))
        put("../netverify.yaml", f"sources: [{{manifests: m}}]\n{DENY}zones: {{}}\n")
        assert is_judged(since(gates, "--spec", "../netverify.yaml"))

    @pytest.mark.parametrize("name", ["m/new.yaml", "m/new.yml", "m/below/new.json"])
    @pytest.mark.parametrize("ignored", ["", "m/new.*\nm/below\n"])
    def test_a_new_file_whether_git_ignores_it_or_not(self, gates: Gates, name: str, ignored: str) -> None:
        put(".gitignore", ignored)
        commit()
        put(name, json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}}))
        assert is_judged(since(gates))

    def test_a_file_that_is_gone(self, gates: Gates) -> None:
        commit()
        Path("m/closed.yaml").unlink()
        assert since(gates).status == 1

    def test_a_file_that_git_is_told_to_take_for_unchanged(self, gates: Gates) -> None:
        commit()
        git("update-index", "--assume-unchanged", "m/closed.yaml")
        put("m/closed.yaml", OPEN)
        assert since(gates).status == 1

    def test_a_change_that_is_committed_since(self, gates: Gates) -> None:
        commit()
        put("m/closed.yaml", OPEN)
        commit()
        assert not is_judged(since(gates))
        assert gates.run("--changed-since", "HEAD~1").status == 1

    def test_a_link_that_leads_elsewhere(self, gates: Gates) -> None:
        put("policies/closed.yaml", CLOSED)
        put("policies/open.yaml", OPEN)
        Path("m/closed.yaml").unlink()
        Path("m/closed.yaml").symlink_to("../policies/closed.yaml")
        put("netverify.yaml", f"sources: [{{manifests: m/shop.yaml}}, {{manifests: m/closed.yaml}}]\n{DENY}")
        commit()
        assert not is_judged(since(gates))
        put("policies/closed.yaml", OPEN)
        assert since(gates).status == 1
        put("policies/closed.yaml", CLOSED)
        Path("m/closed.yaml").unlink()
        Path("m/closed.yaml").symlink_to("../policies/open.yaml")
        assert since(gates).status == 1

    def test_a_folder_that_is_a_link_out_of_the_repository(self, gates: Gates) -> None:
        put("../elsewhere/all.yaml", GUARDED)
        Path("linked").symlink_to("../elsewhere")
        put("netverify.yaml", f"sources: [{{manifests: linked}}]\n{DENY}")
        commit()
        assert is_judged(since(gates))

    def test_a_source_out_of_the_repository(self, gates: Gates) -> None:
        put("../elsewhere/all.yaml", GUARDED)
        put("netverify.yaml", DENY)
        commit()
        assert is_judged(since(gates, "-f", "../elsewhere"))

    def test_a_submodule(self, gates: Gates) -> None:
        put("../other/closed.yaml", CLOSED)
        subprocess.run(["git", "init", "-q", "../other"], check=True)
        git("-C", "../other", "add", "-A")
        git("-C", "../other", "commit", "-qm", "one")
        commit()
        git("submodule", "add", "-q", str(Path("../other").resolve()), "m/policies")
        git("commit", "-qm", "two")
        put("m/policies/closed.yaml", OPEN.replace("name: closed", "name: more"))
        assert since(gates).status == 1

    @pytest.mark.parametrize("verb", ["not-more-permissive", "equivalent"])
    def test_a_directory_that_is_compared_with(self, gates: Gates, verb: str) -> None:
        put("netverify.yaml", f"sources: [{{manifests: m}}]\nassertions: [{{id: it, {verb}: {{directory: old}}}}]\n")
        put("old/m.yaml", SHOP + CLOSED)
        commit()
        assert not is_judged(since(gates))
        put("old/m.yaml", SHOP + CLOSED.replace("[Ingress, Egress]", "[Ingress]"))
        assert is_judged(since(gates))

    def test_a_revision_that_is_compared_with_may_have_moved(self, gates: Gates) -> None:
        commit()
        fixed = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
        intent = "sources: [{manifests: m}]\nassertions: [{id: it, equivalent: {revision: REV}}]\n"
        commit(**{"netverify.yaml": intent.replace("REV", "main")})
        assert is_judged(since(gates))
        commit(**{"netverify.yaml": intent.replace("REV", fixed)})
        assert not is_judged(since(gates))

    def test_a_baseline(self, gates: Gates) -> None:
        put("m/closed.yaml", OPEN)
        gates.run("--write-baseline", "known.json")
        commit()
        assert not is_judged(since(gates, "--baseline", "known.json"))
        known = Path("known.json").read_text()
        put("known.json", known.replace('"fingerprint": "', '"fingerprint": "0'))
        assert is_judged(since(gates, "--baseline", "known.json"))
        put("known.json", known)
        Path("known.json").rename("../known.json")
        assert is_judged(since(gates, "--baseline", "../known.json"))

    def test_an_include(self, gates: Gates) -> None:
        put("netverify.yaml", "sources: [{manifests: m}]\ninclude: [more.yaml]\n")
        put("more.yaml", DENY.replace("data/db", "shop/web"))
        commit()
        assert not is_judged(since(gates))
        put("more.yaml", DENY)
        assert is_judged(since(gates))

    def test_the_values_of_a_chart_wherever_they_are(self, gates: Gates) -> None:
        put("netverify.yaml", f"sources: [{{helm: chart, values: [../values.yaml]}}]\n{DENY}")
        put("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n")
        put("../values.yaml", "a: 1\n")
        commit()
        assert is_judged(since(gates))

    def test_an_intent_file_that_went_before_this_one(self, gates: Gates) -> None:
        put(".netverify.yaml", f"sources: [{{manifests: m}}]\n{DENY.replace('data/db', 'shop/web')}")
        commit()
        Path("netverify.yaml").unlink()
        assert is_judged(since(gates))

    def test_standard_input(self, gates: Gates) -> None:
        commit()
        assert is_judged(since(gates, "-f", "-"))


class TestTheDay:
    """An exception that has expired since is a change, though no file has changed."""

    def exception(self, days: int) -> str:
        return (
            f"sources: [{{manifests: m}}]\n{DENY}exceptions:\n  - {{id: web, assertions: [closed], "
            f"flows: [{{to: data/db}}], reason: r, owner: o, expires: {TODAY + timedelta(days)}}}\n"
        )

    @pytest.mark.parametrize(("days", "judged"), [(0, False), (-1, True)])
    def test_of_an_exception(self, gates: Gates, days: int, judged: bool) -> None:
        put("netverify.yaml", self.exception(days))
        put("m/closed.yaml", OPEN)
        commit()
        gate = since(gates)
        assert is_judged(gate) is judged
        assert gate.status == int(judged)

    @pytest.mark.parametrize(("days", "judged"), [(0, False), (-1, True)])
    def test_of_an_annotation(self, gates: Gates, days: int, judged: bool) -> None:
        note = f'"ignore.netverify.dev/closed": "why; expires={TODAY + timedelta(days)}; owner=o"'
        put("m/closed.yaml", OPEN.replace("namespace: data", f"namespace: data, annotations: {{{note}}}"))
        commit()
        gate = since(gates)
        assert is_judged(gate) is judged
        assert gate.status == int(judged)


class TestReportsOfARunWithNothingToJudge:
    """What is asked for is written all the same, so that a step that uploads it finds it."""

    def test_each_format_is_an_empty_run(self, gates: Gates) -> None:
        commit()
        formats = ("json", "sarif", "junit", "github", "gitlab", "markdown", "html", "text")
        gate = since(gates, *(flag for name in formats for flag in ("-o", f"{name}=../out.{name}")))
        assert not is_judged(gate)
        reports = {name: Path(f"../out.{name}").read_text() for name in formats}
        value = json.loads(reports["json"])
        assert (value["results"], value["unchanged_since"]) == ([], "HEAD")
        assert json.loads(reports["sarif"])["runs"][0]["results"] == []
        assert json.loads(reports["gitlab"]) == []
        assert ET.fromstring(reports["junit"]).attrib["tests"] == "0"  # noqa: S314 - we wrote it ourselves
        for name in ("github", "markdown", "html", "text"):
            assert "nothing judged" in reports[name]

    def test_one_for_standard_output_is_printed(self, gates: Gates) -> None:
        commit()
        gate = since(gates, "-o", "json")
        assert gate.status == 0
        assert gate.report["results"] == []

    def test_a_baseline_that_is_to_be_written_has_everything_judged(self, gates: Gates) -> None:
        put("m/closed.yaml", OPEN)
        commit()
        assert since(gates, "--write-baseline", "known.json").status == 1
        assert json.loads(Path("known.json").read_text())


def test_outside_of_a_repository_it_is_misuse(gates: Gates) -> None:
    gate = since(gates)
    assert gate.status == 2
    assert "git cannot determine what changed since `HEAD`: not in the work tree of a git repository" in gate.err
