"""Paths at the end of the line are read as those of `-f`, and a question in quotes leaves room for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from netverify.cli.main import main

NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n"
POD = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: %s, labels: {app: web}}
spec: {containers: [{name: c, image: c}]}
"""
INTENT = "assertions: [{id: it, deny: {from: namespace a, to: namespace b}}]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        Path(name).mkdir()
        Path(name, f"{name}.yaml").write_text(NAMESPACE % name + "---" + POD % name)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(list(arguments), "netverify")
    printed = capsys.readouterr()
    return status, printed.out, printed.err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "arguments",
    [
        ("query", "can a/web reach b/web", "a", "b"),
        ("query", "a", "can a/web reach b/web", "b/b.yaml"),
        ("query", "can a/web reach b/web", "-f", "a", "b"),
        ("query", "can", "a/web", "reach", "b/web", "-f", "a", "-f", "b"),
        ("query", "can", "web", "reach", "b/web?", "-n", "a", "-f", "."),
        ("lint", "a", "b", "--fail-on", "never"),
        ("map", "a", "b"),
        ("map", "-f", "a/a.yaml", "b/b.yaml"),
        ("exposed", "a", "b"),
        ("resolve", "kubernetes.default", "--from", "a/web", "a", "b"),
        ("init", "a", "b", "--output", "-"),
    ],
)
def test_paths_at_the_end_are_read(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, *arguments)
    assert status in (0, 3), err
    assert "2 workloads" in out or (arguments[0] == "init" and "b/b.yaml" not in out and "manifests: b" in out), out


@pytest.mark.usefixtures("folder")
def test_a_path_of_check_is_a_source_and_no_intent(capsys: pytest.CaptureFixture[str]) -> None:
    Path("netverify.yaml").write_text(INTENT)
    status, out, _ = run(capsys, "check", "a", "b")
    assert (status, "2 workloads" in out) == (1, True)
    assert run(capsys, "check", "a", "b", "netverify.yaml")[0] == 1  # as `*` gives it
    Path("other").mkdir()
    Path("other/netverify.yaml").write_text(INTENT)
    assert run(capsys, "check", "other/netverify.yaml", "a")[0] == 2
    status, _, err = run(capsys, "check", "netverify.yaml")
    assert (status, "`netverify.yaml` is an intent file, and no manifest" in err) == (2, True)
    assert "`--spec netverify.yaml`" in err


@pytest.mark.usefixtures("folder")
def test_sources_beside_old_and_new_are_read_for_both(capsys: pytest.CaptureFixture[str]) -> None:
    Path("shared.yaml").write_text(NAMESPACE % "shared")
    status, out, err = run(capsys, "diff", "a", "a", "-f", "shared.yaml")
    assert (status, "2 namespaces" in out) == (0, True), err


@pytest.mark.usefixtures("folder")
def test_a_word_of_a_question_is_never_taken_for_a_path(capsys: pytest.CaptureFixture[str]) -> None:
    """`b/web` names a workload although a file may be called so as well; what is too much is an error."""
    Path("b/web").write_text("no manifest")
    assert run(capsys, "query", "can", "a/web", "reach", "b/web", "-f", ".")[0] == 0
    status, _, err = run(capsys, "query", "can", "a/web", "reach", "b/web", "b/b.yaml", "-f", ".")
    assert (status, "put the question in quotes to name paths after it" in err) == (2, True)
    status, _, err = run(capsys, "query", "can a/web reach b/web", "who can reach b/web", ".")
    assert (status, "2 questions are asked at once" in err) == (2, True)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are looked at with poll")
def test_a_pipe_that_is_not_named_is_not_read_and_not_waited_for(folder: Path) -> None:
    """The other end of the pipe stays open and silent, as it may be where a runner of jobs starts netverify."""
    ends = os.pipe()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "netverify", "query", "can a/web reach b/web"],
            stdin=ends[0],
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=60,
            check=False,
        )
    finally:
        for end in ends:
            os.close(end)
    assert done.returncode == 0
    assert "standard input is a pipe and is not read" in done.stderr
    assert "`-f -`" in done.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "arguments",
    [
        ("query", "can a/web reach b/web"),
        ("query", "can a/web reach b/web", "a", "b"),
        ("diff", "a", "b"),
        ("map",),
        ("resolve", "kubernetes.default", "--from", "a/web", "a"),
    ],
)
def test_the_plugin_of_the_intent_file_counts_for_every_command(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """As for `check`: the file is in the current folder, whatever else is read; a flag goes before it."""
    Path("netverify.yaml").write_text(f"cni: calico\nsources: [{{manifests: a}}, {{manifests: b}}]\n{INTENT}")
    assert "the CNI is calico" in run(capsys, *arguments)[1]
    assert "the CNI is cilium" in run(capsys, *arguments, "--cni", "cilium")[1]
    Path("netverify.yaml").write_text(f"cni: calcio\n{INTENT}")
    status, _, err = run(capsys, *arguments)
    assert (status, "did you mean `calico`?" in err) == (2, True)


@pytest.mark.usefixtures("folder")
def test_init_reads_the_current_folder_wherever_it_writes_and_says_what_it_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("out").mkdir()
    status, _, err = run(capsys, "init", "-o", "out/x.yaml", "--ci", "none")
    assert (status, err.splitlines()[:2]) == (
        0,
        ["read manifests .:", "  2 namespaces, 2 workloads, 0 policies; nothing left out"],
    )
    written = Path("out/x.yaml").read_text()
    assert '- manifests: ".."' in written
    status, out, _ = run(capsys, "init", "-o", "-")
    assert (status, out[out.index("zones:") :]) == (0, written[written.index("zones:") :])


@pytest.mark.usefixtures("folder")
def test_files_of_netverify_are_no_documents_that_lack_something(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "init", "--ci", "none")[0] == 0
    out = run(capsys, "map")[1]
    assert "2 netverify files irrelevant; nothing left out" in out
    assert "without apiVersion" not in out
