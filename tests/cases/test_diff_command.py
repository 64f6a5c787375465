"""``netverify diff``: two folders, or a git revision and the work tree."""

import json
import os
import subprocess

import pytest

from netverify.cli.main import main
from netverify.sources.git import RevisionError
from netverify.sources.revision import checkout

OPEN = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
"""
WIDER = OPEN.replace("{matchLabels: {app: web}}}]", "{}}]")
RENAMED = OPEN.replace("name: db,", "name: database,")


def git(*arguments):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    identity = {f"GIT_{who}_{what}": "nobody@example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], check=True, capture_output=True, env={**environment, **identity})


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with one commit of ``k8s/db.yaml``; the current folder is its top."""
    top = tmp_path / "repository"
    (top / "k8s").mkdir(parents=True)
    monkeypatch.chdir(top)
    git("init", "-q", "-b", "main")
    (top / "k8s/db.yaml").write_text(OPEN)
    git("add", ".")
    git("commit", "-q", "-m", "one")
    return top


def run(capsys, *arguments):
    status = main(["diff", *arguments], "netverify")
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return status, captured.out, captured.err


def diffed(capsys, *arguments):
    status, out, _ = run(capsys, *arguments, "-o", "json")
    return status, json.loads(out)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [(OPEN, "equivalent"), (RENAMED, "equivalent"), (WIDER, "more permissive"), ("", "more permissive")],
)
def test_the_work_tree_is_compared_with_a_revision(capsys, repository, text, verdict):
    (repository / "k8s/db.yaml").write_text(text or OPEN.split("---", maxsplit=1)[0])
    status, report = diffed(capsys, "--base", "HEAD", "-f", "k8s")
    assert (status, report["schema"], report["verdict"]) == (0, "netverify/diff/v1", verdict)


def test_places_on_both_sides_are_those_of_the_tree(capsys, repository):
    (repository / "k8s/db.yaml").write_text(WIDER)
    (change,) = diffed(capsys, "--base", "main", "-f", "k8s")[1]["appears"]
    assert (change["causes"][0]["file"], change["causes"][0]["line"]) == ("k8s/db.yaml", 11)
    assert change["refused"][1]["file"] == "k8s/db.yaml"


def test_a_folder_below_the_top_is_the_same_folder_at_the_revision(capsys, repository, monkeypatch):
    (repository / "k8s/db.yaml").write_text(WIDER)
    monkeypatch.chdir(repository / "k8s")
    for path in ("db.yaml", ".", "../k8s", str(repository / "k8s"), "*.yaml"):
        assert diffed(capsys, "--base", "HEAD", "-f", path)[1]["verdict"] == "more permissive", path


def test_an_overlay_is_built_on_both_sides(capsys, repository, tmp_path, monkeypatch):
    program = tmp_path / "bin/kustomize"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\ncat "$2/db.yaml"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    (repository / "k8s/db.yaml").write_text(WIDER)
    assert diffed(capsys, "--base", "HEAD", "-k", "k8s")[1]["verdict"] == "more permissive"


def test_a_path_that_the_revision_lacks_is_empty_there_and_said_so(capsys, repository):
    (repository / "more").mkdir()
    (repository / "more/db.yaml").write_text(OPEN)
    status, report = diffed(capsys, "--base", "HEAD", "-f", "more")
    assert (status, report["verdict"]) == (0, "less permissive")
    assert report["coverage"]["old"]["skipped"] == [{"path": "more", "reason": "not in revision HEAD"}]


@pytest.mark.usefixtures("repository")
def test_a_path_that_is_nowhere_is_refused(capsys):
    status, report = diffed(capsys, "--base", "HEAD", "-f", "nowhere")
    assert (status, report["verdict"]) == (4, "unknown")
    assert report["proofs"] == []


def test_what_git_would_not_export_is_compared_all_the_same(capsys, repository):
    """``git archive`` leaves out what the attribute ``export-ignore`` names: an input lost in silence."""
    (repository / ".gitattributes").write_text("*.yaml export-ignore\n")
    git("add", ".")
    git("commit", "-q", "-m", "two")
    status, report = diffed(capsys, "--base", "HEAD", "-f", "k8s")
    assert (status, report["verdict"]) == (0, "equivalent")
    assert report["coverage"]["old"]["documents"] == 2


def test_nothing_of_the_revision_is_left_behind(repository):
    (repository / "k8s/link.yaml").symlink_to("/etc/passwd")
    git("add", ".")
    git("commit", "-q", "-m", "link")
    (repository / "k8s/db.yaml").write_text("changed\n")
    with checkout("HEAD", repository / "k8s") as place:
        assert (place / "db.yaml").read_text() == OPEN
        assert (place / "link.yaml").is_symlink()
        inside = place
    assert not inside.exists()
    assert (repository / "k8s/db.yaml").read_text() == "changed\n"


def test_a_submodule_among_the_inputs_is_refused(capsys, repository):
    git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},k8s/sub")
    git("commit", "-q", "-m", "sub")
    status, _, err = run(capsys, "--base", "HEAD", "-f", "k8s")
    assert status == 2
    assert "error[NV423]: `k8s/sub` is a submodule" in err
    (repository / "elsewhere.yaml").write_text(OPEN)
    assert run(capsys, "--base", "HEAD", "-f", "k8s/db.yaml")[0] == 0


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("nope", "no such revision: `nope`"),
        ("--output=x", "`--output=x` is not a revision"),
        ("-h", "`-h` is not a revision"),
        ("", "`` is not a revision"),
        ("a\x1b[31mb", "`a\\x1b[31mb` is not a revision"),
        ("HEAD:k8s", "no such revision: `HEAD:k8s`"),
    ],
)
def test_a_revision_that_is_none_is_refused_in_one_message(capsys, repository, revision, message):
    status, out, err = run(capsys, f"--base={revision}", "-f", "k8s")
    assert (status, out) == (2, "")
    assert f"error[NV423]: {message}\n" in err
    assert sorted(one.name for one in repository.iterdir()) == [".git", "k8s"]


@pytest.mark.parametrize(
    ("revision", "fetched"), [("origin/nope", "nope"), ("nope", "nope"), ("origin/a/b", "a/b"), ("nope;x", "REV")]
)
def test_the_help_fetches_what_is_missing_by_the_name_that_git_fetch_takes(capsys, repository, revision, fetched):
    del repository
    _, _, err = run(capsys, f"--base={revision}", "-f", "k8s")
    assert f"fetch it with `git fetch --depth=1 origin {fetched}`" in err


def test_outside_a_repository_there_are_no_revisions(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert "error[NV423]: not in the work tree of a git repository" in run(capsys, "--base", "HEAD")[2]


@pytest.mark.usefixtures("repository")
def test_a_path_outside_the_repository_has_no_revision(capsys):
    for path in ("../elsewhere", "/etc"):
        status, _, err = run(capsys, "--base", "HEAD", "-f", path)
        assert status == 2
        assert "lies outside the repository" in err


def test_without_git_there_are_no_revisions(repository, monkeypatch):
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(RevisionError, match="`git` is not installed"), checkout("HEAD"):
        pass


@pytest.mark.parametrize(
    ("text", "fail_on", "status"),
    [
        (WIDER, "new-access", 1),
        (WIDER, "lost-access", 0),
        (WIDER, "any", 1),
        (WIDER, "never", 0),
        (RENAMED, "any", 0),
    ],
)
def test_the_status_is_what_fail_on_says(capsys, tmp_path, text, fail_on, status):
    for name, content in (("old.yaml", OPEN), ("new.yaml", text)):
        (tmp_path / name).write_text(content)
    arguments = [str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml"), "--fail-on", fail_on]
    assert run(capsys, *arguments)[0] == status


@pytest.mark.parametrize(
    "arguments",
    [[], ["one"], ["one", "two", "three"], ["-f", "three"], ["one", "--base", "HEAD"], ["-k", "one"]],
)
def test_anything_but_two_sets_of_manifests_is_a_misuse(capsys, arguments):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert "error[NV420]" in err


def test_standard_input_has_no_revision(capsys, repository):
    assert repository.exists()
    assert "standard input has no revision" in run(capsys, "--base", "HEAD", "-f", "-")[2]


def test_goals_are_written_as_they_were_solved(capsys, tmp_path):
    for name, content in (("old.yaml", OPEN), ("new.yaml", WIDER)):
        (tmp_path / name).write_text(content)
    goals = tmp_path / "goals"
    run(capsys, str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml"), "--emit-smt2", str(goals))
    first = "new-access.001.allowed-by-the-new-manifests-and-denied-by-the-old-ones-ingress-of-"
    (found,) = goals.glob(f"{first}*.sat.smt2")
    assert "allowed by the new manifests and denied by the old ones" in found.read_text()
    said = json.loads((goals / "goals.json").read_text())
    assert [(one["id"], one["verdict"], bool(one["derivation"])) for one in said["assertions"]] == [
        ("new-access", "yes", False),
        ("lost-access", "no", True),
    ]


def test_markdown_begins_with_its_mark_and_escapes_what_it_shows(capsys, tmp_path):
    evil = OPEN.replace("{app: web}", "{app: web, '<img src=x>|`@all`': ''}")
    (tmp_path / "old.yaml").write_text(OPEN.replace("  ingress", "  policyTypes: [Ingress]\n  egress") + "")
    (tmp_path / "a|b<script>@x.yaml").write_text(WIDER)
    (tmp_path / "evil.yaml").write_text(evil)
    _, out, _ = run(capsys, str(tmp_path / "evil.yaml"), str(tmp_path / "a|b<script>@x.yaml"), "-o", "markdown")
    assert out.startswith("<!-- netverify -->\n")
    assert "<script>" not in out
    assert "<img" not in out
    assert "a|b" not in out
    assert "@x" not in out


def test_markdown_is_a_table_of_what_changes(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.yaml").write_text(OPEN)
    (tmp_path / "new.yaml").write_text(WIDER)
    _, out, _ = run(capsys, "old.yaml", "new.yaml", "-o", "markdown")
    (row,) = [line for line in out.splitlines() if line.startswith("| new |")]
    change = "pods in namespace shop -&#62; pods app=db in namespace shop, every port"
    assert row.startswith(f"| new | {change}<br>NetworkPolicy shop/db, rule 1 (new.yaml:")
    assert "<br>such as a pod in namespace shop" in row


def test_a_name_cannot_move_the_cursor(capsys, tmp_path):
    (tmp_path / "old.yaml").write_text(OPEN)
    (tmp_path / "n\x1b[2Jw.yaml").write_text(WIDER)
    _, out, err = run(capsys, str(tmp_path / "old.yaml"), str(tmp_path / "n\x1b[2Jw.yaml"), "--color", "never")
    assert "\x1b" not in out + err
    assert "\\x1b[2J" in out


NAMED = """\
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec: {podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: http}]}]}
"""


def test_a_port_name_that_moves_opens_one_port_and_closes_one(tmp_path, capsys):
    """A name means one port, and none of those after it."""
    for name, port in (("old", "8080"), ("new", "22")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text(NAMED.replace("8080", port))
    _, found = diffed(capsys, str(tmp_path / "old"), str(tmp_path / "new"), "--cni", "calico")
    assert {one["traffic"] for one in found["appears"]} == {"TCP 22"}
    assert {one["traffic"] for one in found["disappears"]} == {"TCP 8080"}
