"""A disk that is full at any write: a message that names what could not be written, and nothing half written."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from netverify.cli.main import main
from netverify.sources.cache.store import Store

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = str(ROOT / "examples" / "backdoor")
SPEC = str(ROOT / "examples" / "backdoor.intent.yaml")
QUERY = ("query", "can namespace a reach b/pg:5432", "-f", EXAMPLE)
CHECK = ("check", "--spec", SPEC)
MAP = ("map", "-f", EXAMPLE)
OUTPUTS = {
    **{f"query {one}": (*QUERY, "-o", f"{one}=FILE") for one in ("text", "json")},
    "a counterexample": (*QUERY, "--counterexample", "FILE"),
    "a goal": (*QUERY, "--emit-smt2", "FOLDER"),
    **{f"map {one}": (*MAP, "-o", f"{one}=FILE") for one in ("text", "json", "csv", "html", "dot", "mermaid")},
    **{
        f"check {one}": (*CHECK, "-o", f"{one}=FILE")
        for one in ("text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html")
    },
    "a baseline": (*CHECK, "--write-baseline", "FILE"),
    "lint": ("lint", "-f", EXAMPLE, "-o", "json=FILE"),
    "exposed": ("exposed", "-f", str(ROOT / "examples" / "storefront"), "-o", "json=FILE"),
    "resolve": ("resolve", "b/api", "--from", "a/client", "-f", EXAMPLE, "-o", "json=FILE"),
    "diff": ("diff", EXAMPLE, str(ROOT / "examples" / "storefront"), "-o", "markdown=FILE"),
    "a draft": ("init", "-f", EXAMPLE, "--output", "FILE", "--ci", "none"),
}


@contextmanager
def files_no_larger_than(size: int):
    """What a disk with so much room does, for each file by itself: the system refuses what goes beyond."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    compiling, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # Python would cut its own files off
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        sys.dont_write_bytecode = compiling


OVER_AN_OLD_ONE = ("query json", "check json", "map html", "a baseline")


@pytest.mark.parametrize(
    ("name", "old"), [*((one, None) for one in OUTPUTS), *((one, "old") for one in OVER_AN_OLD_ONE)]
)
def test_a_file_without_room_is_named_and_nothing_of_it_stays(name, old, tmp_path, capsys) -> None:
    file, folder = tmp_path / "report", tmp_path / "goals"
    if old is not None:
        file.write_text(old)
    line = [one.replace("FILE", str(file)).replace("FOLDER", str(folder)) for one in OUTPUTS[name]]
    with files_no_larger_than(16):
        status = main(line, "netverify")
    err = capsys.readouterr().err
    assert status == 2, err
    named = f"{folder}/" if name == "a goal" else file
    assert f"cannot write `{named}" in err
    assert "file too large" in err
    assert "make room there" in err
    assert {one.name: one.read_text() for one in tmp_path.rglob("*") if one.is_file()} == (
        {} if old is None else {"report": old}
    )


def test_a_summary_without_room_is_as_it_was(tmp_path, monkeypatch, capsys) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    with files_no_larger_than(600):
        status = main([*CHECK, "-o", "github"], "netverify")
    assert status == 2
    assert "cannot write the step summary: file too large" in capsys.readouterr().err
    assert summary.read_text() == "# before\n"


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "make room there"),
        (errno.EDQUOT, "make room there"),
        (errno.EROFS, "you may write to"),
        (errno.EACCES, "you may write to"),
        (errno.EIO, "the device fails"),
        (errno.ENOENT, "a folder that exists"),
    ],
)
@pytest.mark.parametrize("call", ["mkstemp", "fsync", "chmod", "replace"])
def test_whichever_call_fails_the_reason_is_told(number, advice, call, tmp_path, monkeypatch, capsys) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise OSError(number, os.strerror(number))

    where = {"mkstemp": tempfile, "fsync": os, "chmod": Path, "replace": Path}[call]
    monkeypatch.setattr(where, call, fail)
    assert main([*QUERY, "-o", f"json={tmp_path / 'r'}"], "netverify") == 2
    err = capsys.readouterr().err
    assert f"cannot write `{tmp_path / 'r'}`: {os.strerror(number).lower()}" in err
    assert advice in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x" * 255, "é" * 120])
def test_a_name_may_be_as_long_as_the_system_lets_it(name, tmp_path, capsys) -> None:
    assert main([*QUERY, "-o", f"json={tmp_path / name}"], "netverify") == 0, capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A checkout with two revisions of manifests, an overlay, a chart, and an application of each."""
    tree = tmp_path / "tree"
    for folder in ("deploy", "apps", "overlay", "chart/templates"):
        (tree / folder).mkdir(parents=True)
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nspec: {containers: [{name: c, image: i}]}\n"
    for place in ("deploy/p.yaml", "overlay/p.yaml", "chart/templates/p.yaml"):
        (tree / place).write_text(pod + "# and so on\n" * 100)
    (tree / "overlay" / "kustomization.yaml").write_text("resources: [p.yaml]\nnamePrefix: x-\n")
    (tree / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 1.0.0\n")
    for name in ("overlay", "chart"):
        (tree / "apps" / name).mkdir()
        (tree / "apps" / name / "app.yaml").write_text(
            f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, namespace: argocd}}\n"
            "spec:\n  project: default\n  destination: {namespace: shop, server: https://kubernetes.default.svc}\n"
            f"  source: {{repoURL: https://git.example/repo, path: {name}, targetRevision: HEAD}}\n"
        )
    who = ("-c", "user.name=n", "-c", "user.email=e@example.com")
    for line in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "x")):
        subprocess.run(["git", *line], cwd=tree, check=True)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.chdir(tree)
    yield tree
    assert list(temporary.iterdir()) == []


@pytest.mark.usefixtures("repository")
def test_a_revision_without_room_for_it_is_an_input_that_cannot_be_had(capsys) -> None:
    with files_no_larger_than(200):
        status = main(["diff", "--base", "HEAD", "-f", "deploy"], "netverify")
    assert status == 4
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "revision `HEAD` cannot be written to a temporary folder: file too large in `" in captured.err
    assert "TMPDIR" in captured.err


def test_an_assertion_about_a_revision_without_room_is_not_judged(repository, capsys) -> None:
    spec = repository / "netverify.yaml"
    spec.write_text("assertions: [{id: a, not-more-permissive: {revision: HEAD}}]\n")
    with files_no_larger_than(200):
        status = main(["check", "-f", "deploy"], "netverify")
    captured = capsys.readouterr()
    assert (status, captured.out) == (4, "")
    assert "cannot be written to a temporary folder" in captured.err


@pytest.mark.parametrize("name", ["overlay", "chart"])
@pytest.mark.usefixtures("repository")
def test_a_copy_without_room_is_an_error_about_what_it_is_of(name, capsys, tmp_path, monkeypatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for program in ("kustomize", "helm"):
        (folder / program).write_text("#!/bin/sh\n")
        (folder / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    with files_no_larger_than(200):
        status = main(["map", "--argocd", f"apps/{name}"], "netverify")
    err = capsys.readouterr().err
    assert status == 4
    assert "NV152" in err
    assert "no copy of it can be made to render: file too large in `" in err


def test_no_temporary_folder_at_all_is_told(repository, monkeypatch, capsys) -> None:
    def nowhere() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_get_default_tempdir", nowhere)
    assert main(["diff", "--base", "HEAD", "-f", "deploy"], "netverify") == 4
    assert "no usable temporary directory found" in capsys.readouterr().err
    monkeypatch.setattr(tempfile, "tempdir", str(repository.parent / "tmp"))


def test_a_small_disk_under_the_temporary_folder_is_told(repository, tmp_path) -> None:
    """The same with a real file system of 16 kB, where one may be mounted."""
    small = tmp_path / "small"
    small.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(small)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("no file system may be mounted here")
    try:
        for number in range(40):
            (repository / "deploy" / f"{number}.yaml").write_text("# a comment\n" * 100)
        who = ("-c", "user.name=n", "-c", "user.email=e@example.com")
        subprocess.run(["git", "add", "."], check=True)
        subprocess.run(["git", *who, "commit", "-qm", "y"], check=True)
        done = subprocess.run(
            [sys.executable, "-m", "netverify", "diff", "--base", "HEAD", "-f", "deploy"],
            env={**os.environ, "TMPDIR": str(small), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (4, "")
        assert f"cannot be written to a temporary folder: no space left on device in `{small}`" in done.stderr
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_cache_without_room_changes_nothing(tmp_path) -> None:
    store = Store(tmp_path / "cache")
    with files_no_larger_than(100):
        assert not store.put("key", b"x" * 1000)
    assert store.get("key") is None
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    "line", ["--help", "query --help", "--version", "version", "schema", "explain NV301", "explain", "completion bash"]
)
def test_what_is_only_printed_names_standard_output(line) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "netverify", *line.split()],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    expected = "error[NV421]: cannot write to standard output: no space left on device\n"
    assert (done.returncode, done.stderr) == (5, expected)


def test_standard_error_without_room_takes_nothing_from_the_answer() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "netverify", "lint", "-f", "examples/untidy", "-f", "tests", "-o", "json"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=full,
            text=True,
            check=False,
        )
    assert done.returncode in (1, 4)
    assert done.stdout.startswith("{")


def test_what_can_be_written_is_written_beside_what_cannot(tmp_path, capsys) -> None:
    outputs = ("-o", "json=/dev/full", "-o", f"sarif={tmp_path}", "-o", f"html={tmp_path / 'r.html'}")
    assert main([*CHECK, *outputs], "netverify") == 2
    err = capsys.readouterr().err
    assert f"cannot write `/dev/full`: no space left on device; cannot write `{tmp_path}`: is a directory" in err
    assert (tmp_path / "r.html").read_text().endswith("</html>\n")


@pytest.mark.parametrize("words", [["ch"], ["check", "--"]])
def test_completions_that_cannot_be_printed_are_told(words) -> None:
    program = "from netverify.cli.kubectl_completing import run; run()"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", program, *words],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    expected = "error[NV421]: cannot write to standard output: no space left on device\n"
    assert (done.returncode, done.stderr) == (5, expected)
