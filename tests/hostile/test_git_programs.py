"""Whatever `.git/config` and the files beside it name, no command of netverify has git run it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from netverify.cli.main import main
from netverify.sources.git import Git, RevisionError, git_at

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: a}
---
apiVersion: v1
kind: Pod
metadata: {name: w, namespace: a, labels: {app: w}}
spec: {containers: [{name: c, image: x}]}
"""
INTENT = """
version: 1
sources: [{manifests: m.yaml}]
assertions:
- {id: one, deny: {from: [namespace a], to: [a/w]}}
- {id: two, not-more-permissive: {revision: HEAD~1}}
"""
HOOKS = ("post-checkout", "pre-auto-gc", "post-index-change", "reference-transaction", "post-merge")


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that gets a file for each program that the repository of the current folder could have run."""
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        monkeypatch.setenv(f"{name}_NAME", "x")
        monkeypatch.setenv(f"{name}_EMAIL", "x@example.org")
    repository, ran = tmp_path / "repository", tmp_path / "ran"
    repository.mkdir()
    ran.mkdir()
    monkeypatch.chdir(repository)
    git("init", "-q", "-b", "main")
    Path("m.yaml").write_text(SHOP)
    Path("netverify.yaml").write_text(INTENT)
    Path(".gitattributes").write_text("*.yaml filter=evil diff=evil\n")
    git("add", "-A")
    git("commit", "-qm", "1")
    Path("m.yaml").write_text(f"{SHOP}# x\n")
    git("commit", "-qam", "2")
    Path("m.yaml").write_text(f"{SHOP}# y\n")
    for name, program in {
        "core.fsmonitor": "touch {}; false",
        "filter.evil.smudge": "touch {}; cat",
        "filter.evil.clean": "touch {}; cat",
        "filter.evil.process": "touch {}; false",
        "diff.evil.textconv": "touch {}; cat",
        "diff.evil.command": "touch {}; true",
        "diff.external": "touch {}; true",
        "core.pager": "touch {}; cat",
        "pager.ls-tree": "touch {}; cat",
        "core.sshCommand": "touch {}; false",
        "core.askPass": "touch {}; false",
        "core.editor": "touch {}; false",
        "core.alternateRefsCommand": "touch {}; false",
        "credential.helper": "!touch {}",
        "alias.rev-parse": "!touch {}",
        "alias.ls-tree": "!touch {}",
    }.items():
        git("config", name, program.format(ran / name))
    hooks = repository / "hooks"
    hooks.mkdir()
    git("config", "core.hooksPath", str(hooks))
    for hook in HOOKS:
        (hooks / hook).write_text(f"#!/bin/sh\ntouch {ran / hook}\n")
        (hooks / hook).chmod(0o755)
    return ran


COMMANDS = (
    ("check",),
    ("check", "-o", "json"),
    ("check", "-o", "sarif"),
    ("check", "--changed-since", "HEAD"),
    ("check", "--changed-since", "HEAD~1"),
    ("diff", "--base", "HEAD~1"),
    ("diff", "--base", "HEAD", "-f", "."),
    ("lint",),
    ("map",),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_program_of_the_repository_runs(ran: Path, command: tuple[str, ...]) -> None:
    assert main(command, "netverify") in (0, 1)
    assert list(ran.iterdir()) == []


@pytest.mark.parametrize("url", ["ext::touch {}", "ssh://x.invalid/y", "{}/other", "evil::x"])
def test_objects_that_are_missing_are_not_fetched(ran: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A partial clone fetches what it lacks from its promisor, by any transport that its configuration names."""
    git("config", "core.repositoryformatversion", "1")
    git("config", "extensions.partialClone", "origin")
    git("config", "remote.origin.url", url.format(ran / "transport"))
    git("config", "remote.origin.uploadpack", f"touch {ran / 'uploadpack'}")
    git("config", "remote.origin.promisor", "true")
    git("config", "protocol.ext.allow", "always")
    blob = git("rev-parse", "HEAD~1:m.yaml").strip()
    Path(".git/objects", blob[:2], blob[2:]).unlink()
    assert main(("diff", "--base", "HEAD~1", "-f", "m.yaml"), "netverify") == 4
    assert "m.yaml" in capsys.readouterr().err
    assert list(ran.iterdir()) == []


@pytest.mark.parametrize(
    "revision", ["^HEAD", "HEAD..HEAD~1", "HEAD...HEAD~1", "HEAD^!", "HEAD^@", "-h", "--all", ":/1", ""]
)
@pytest.mark.parametrize("flags", [("diff", "-f", ".", "--base"), ("check", "--changed-since")], ids=lambda one: one[0])
def test_what_names_no_single_commit_is_refused(
    ran: Path, flags: tuple[str, ...], revision: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`^REV` and `A..B` were taken for a revision, and the work tree was left out of the comparison."""
    assert main((*flags, revision), "netverify") == 2
    assert "revision" in capsys.readouterr().err
    assert list(ran.iterdir()) == []


def test_the_environment_of_the_user_chooses_no_repository(ran: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {ran / 'env'}")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", f"touch {ran / 'env'}")
    assert len(git_at(Path(), "").commit_of("HEAD")) == 40
    assert list(ran.iterdir()) == []


def test_the_work_tree_that_the_repository_claims_is_not_believed(ran: Path) -> None:
    """`core.worktree` could move the top of the checkout to `/`, with everything below it."""
    assert ran.exists()
    git("config", "core.worktree", "/")
    assert git_at(Path(), "").top == Path.cwd()


def test_objects_of_another_repository_are_taken_where_it_is_allowed_by_hand(ran: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "objects"
    other.mkdir(parents=True)
    Path(".git/objects/info/alternates").write_text(f"{other}\n")
    with pytest.raises(RevisionError, match="outside of it"):
        git_at(Path(), "")
    assert isinstance(git_at(Path(), "", (other,)), Git)
    assert list(ran.iterdir()) == []


def test_a_repository_of_another_user_is_read(ran: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The image that runs netverify mounts the checkout of somebody else, and trusts no folder in general."""
    assert ran.exists()
    monkeypatch.setattr("netverify.sources.git._KEPT", (*("PATH", "TMPDIR"), "GIT_TEST_ASSUME_DIFFERENT_OWNER"))
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert len(git_at(Path(), "").commit_of("HEAD")) == 40
