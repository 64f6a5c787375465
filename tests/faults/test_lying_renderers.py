"""Renderers that print nothing, stop early, never end, or print without end: none of it is taken for manifests."""

from __future__ import annotations

import json
import sys
import tempfile
import time

import pytest

from faults.remains import left_of
from netverify.cli.main import main
from netverify.sources import processes
from netverify.sources.rendering import render_helm, render_kustomize

POD = (
    "apiVersion: v1\\nkind: Pod\\nmetadata: {name: made, namespace: shop}\\n"
    "spec: {containers: [{name: c, image: i}]}\\n"
)
PRINT = f"sys.stdout.write('{POD}'); sys.stdout.flush()\n"
DAEMON = "os.fork() or (os.closerange(0, 3), os.setsid(), os.fork() or time.sleep(60), os._exit(0))\n"
"""A process that nobody is the parent of any more, in no group and no session of the renderer, without its output."""
IN_VAIN = {
    "a status other than 0 after all was printed": (PRINT + "sys.exit(3)", "failed with exit status 3"),
    "a signal in the middle": (PRINT + "os.kill(os.getpid(), 9)", "was ended by the signal SIGKILL"),
    "an abort": ("os.abort()", "was ended by the signal SIGABRT"),
    "half a line": (PRINT + "sys.stdout.write('---\\nkind: Po')", "stopped in the middle of a line"),
    "gigabytes": ("while True: sys.stdout.write('# a comment\\n' * 9999)", "printed more than the 67,108,864 bytes"),
    "a process that holds the output": (
        PRINT + "os.fork() or time.sleep(60)",
        "left a process behind that may still print",
    ),
    "a process that goes on to print": (
        PRINT + "\nif not os.fork():\n  while True: print(0, flush=True); time.sleep(.01)",
        "left a process behind that may still print",
    ),
    "no end": ("time.sleep(60)", "took longer than 2 seconds"),
    "no end, beside a process in a session of its own": (f"{DAEMON}time.sleep(60)", "took longer than 2 seconds"),
    "no end, while something is printed": ("while True: print(0, flush=True); time.sleep(.01)", "took longer than"),
    "no end after the output was closed": (PRINT + "os.close(1); os.close(2); time.sleep(60)", "took longer than"),
    "no end, deaf to signals": (
        "import signal; signal.signal(15, signal.SIG_IGN); signal.signal(2, signal.SIG_IGN); time.sleep(60)",
        "took longer than",
    ),
    "gigabytes of complaints": (
        "for _ in range(2000): os.write(2, b'x' * 65536)\nos.write(2, b'\\nlast words'); sys.exit(1)",
        "failed with exit status 1",
    ),
}
UNREADABLE = {
    "no UTF-8": "os.write(1, b'a: \\xff\\xfe\\n')",
    "NUL": "os.write(1, b'a: \\0\\n')",
    "half a document": PRINT + "sys.stdout.write('---\\nkind: {\\n')",
    "a message in place of manifests": "print('Error: no such: thing: at all')",
}
NOTHING = {
    "nothing": "pass",
    "a blank line": "print()",
    "comments": "print('# nothing\\n---\\n# to see')",
    "marks": "print('---\\n--- # x\\n---')",
    "its output closed at once": "os.close(1)",
}
ODD_BUT_WHOLE = {
    "its folder gone": "import shutil; shutil.rmtree(os.getcwd())\n" + PRINT,
    "its folder closed": "os.mkdir('a'); os.mkdir('a/b'); os.chmod('a', 0); os.chmod('.', 0)\n" + PRINT,
    "its complaints closed": "os.close(2)\n" + PRINT,
    "complaints that are not read by anyone": "os.write(2, b'warning: x\\n' * 9999)\n" + PRINT,
    "a process in a session of its own": DAEMON + PRINT,
    "processes in sessions of their own": DAEMON * 9 + PRINT,
    "a process that holds the complaints": PRINT + "\nif not os.fork(): os.close(1); time.sleep(60)",
}


@pytest.fixture
def renderers(tmp_path, monkeypatch):
    """Has ``kustomize`` and ``helm`` do something. Afterwards none of their processes and folders is left."""
    for name in ("bin", "tmp", "overlay", "chart/templates"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "overlay" / "kustomization.yaml").write_text("resources: []\n")
    (tmp_path / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 1.0.0\n")
    (tmp_path / "shop.yaml").write_text(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: none, namespace: shop}\n"
        "spec: {podSelector: {}, policyTypes: [Ingress]}\n---\n" + POD.replace("\\n", "\n").replace("made", "web")
    )
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(processes, "GRACE_S", 0.2)
    monkeypatch.chdir(tmp_path)

    def install(text):
        for name in ("kustomize", "helm"):
            program = tmp_path / "bin" / name
            program.write_text(
                f"#!{sys.executable} -S\nimport os, sys, time\nif 'version' in sys.argv: sys.exit()\n{text}\n"
            )
            program.chmod(0o755)

    yield install
    assert list((tmp_path / "tmp").iterdir()) == []
    assert left_of(tmp_path) == []


@pytest.mark.parametrize("render", [render_kustomize, render_helm])
@pytest.mark.parametrize("name", IN_VAIN)
def test_what_is_not_whole_is_an_error(renderers, render, name) -> None:
    text, message = IN_VAIN[name]
    renderers(text)
    began = time.monotonic()
    place = "overlay" if render is render_kustomize else "chart"
    rendered = render(place, timeout_s=2 if "took longer" in message else 60)
    assert time.monotonic() - began < 50
    assert rendered.source is None
    (error,) = rendered.diagnostics
    assert error.code == "NV152"
    assert message in error.message
    if name == "gigabytes of complaints":
        assert error.help.endswith("last words")
        assert len(error.help) < 2**17


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_with_its_place(renderers, capsys, name) -> None:
    renderers(UNREADABLE[name])
    assert main(["query", "can shop/web reach shop/web", "-f", "shop.yaml", "-k", "overlay"], "netverify") == 4
    captured = capsys.readouterr()
    assert "overlay (rendered)" in captured.err
    assert "nothing left out" not in captured.out


@pytest.mark.parametrize("flags", [("-k", "overlay"), ("--helm", "chart")])
@pytest.mark.parametrize("name", NOTHING)
def test_nothing_is_not_nothing_left_out(renderers, capsys, name, flags) -> None:
    renderers(NOTHING[name])
    arguments = ["query", "can internet reach shop/web", "-f", "shop.yaml", *flags]
    assert main(arguments, "netverify") == 3
    captured = capsys.readouterr()
    assert captured.out.startswith("UNKNOWN")
    assert "1 not rendered" in captured.out
    assert "printed no manifest" in captured.err
    assert main([*arguments, "--strict"], "netverify") == 4
    capsys.readouterr()
    assert main([*arguments, "--assume", "unrendered=harmless", "-o", "json"], "netverify") == 0
    coverage = json.loads(capsys.readouterr().out)["coverage"]
    assert [one["what"] for one in coverage["unrendered"]] == [flags[1]]


@pytest.mark.parametrize("name", ODD_BUT_WHOLE)
def test_what_is_whole_is_read(renderers, capsys, name) -> None:
    renderers(ODD_BUT_WHOLE[name])
    arguments = ["query", "can internet reach shop/made", "-f", "shop.yaml", "-k", "overlay"]
    assert main(arguments, "netverify") == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("UNREACHABLE")
    assert captured.err == ""


def test_an_application_whose_chart_renders_to_nothing_is_a_gap(renderers, tmp_path, capsys) -> None:
    renderers("print('---')")
    (tmp_path / ".git").mkdir()
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "app.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x, namespace: argocd}\n"
        "spec:\n  destination: {namespace: shop, server: https://kubernetes.default.svc}\n"
        "  source: {repoURL: https://git.example/repo, path: chart, targetRevision: HEAD}\n  project: default\n"
    )
    arguments = ["query", "can internet reach shop/web", "-f", "shop.yaml", "--argocd", "apps"]
    assert main(arguments, "netverify") in (3, 4)
    captured = capsys.readouterr()
    assert "printed no manifest" in captured.err
