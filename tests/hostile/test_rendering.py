"""Overlays and charts are rendered by other programs: which are asked, with what, and what happens when they fail."""

from __future__ import annotations

import os
import re
import sys

import pytest

from cases.manifest_texts import documents_of
from netverify.sources.rendering import render_helm, render_kustomize

RECORDER = """#!{python}
import sys
with open({log!r}, "w") as log:
    log.write(repr(sys.argv[1:]))
print("apiVersion: v1\\nkind: Pod\\nmetadata: {{name: rendered}}")
"""
FAILING = """#!{python}
import sys
sys.stderr.write("Error: \\x1b[31mno such \\u202ething\\r\\n::error::x\\n")
sys.exit(3)
"""
SLOW = """#!{python}
import time
time.sleep(30)
"""


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A PATH with nothing in it, and a way to put a program there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.chdir(tmp_path)
    for name in ("overlays/prod", "prod", "x", "chart/templates", "--post-renderer=evil"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "kustomization.yaml").write_text("resources: []\n")
    for name in ("a.yaml", "b.yaml", "--debug"):
        (tmp_path / name).touch()

    def install(name, text=RECORDER):
        program = folder / name
        program.write_text(text.format(python=sys.executable, log=str(tmp_path / name)))
        program.chmod(0o755)
        return tmp_path / name

    return install


def names(rendered):
    return [document.value["metadata"]["name"] for document in documents_of([rendered.source])]


def test_kustomize_is_asked_first(programs, tmp_path):
    log = programs("kustomize")
    programs("kubectl")
    rendered = render_kustomize("overlays/prod")
    assert log.read_text() == repr(["build", str(tmp_path / "overlays/prod")])
    assert rendered.source.path == "overlays/prod (rendered)"
    assert names(rendered) == ["rendered"]


def test_kubectl_renders_where_kustomize_is_missing(programs, tmp_path):
    log = programs("kubectl")
    assert names(render_kustomize("prod")) == ["rendered"]
    assert log.read_text() == repr(["kustomize", str(tmp_path / "prod")])


def test_helm_gets_values_and_settings_in_order(programs, tmp_path):
    log = programs("helm")
    rendered = render_helm("./chart", ["a.yaml", "b.yaml"], ["x=1", "y=--z"], namespace="shop")
    assert names(rendered) == ["rendered"]
    assert log.read_text() == repr(
        [
            "template",
            str(tmp_path / "chart"),
            "--values",
            str(tmp_path / "a.yaml"),
            "--values",
            str(tmp_path / "b.yaml"),
            "--set",
            "x=1",
            "--set",
            "y=--z",
            "--namespace",
            "shop",
        ],
    )


def test_a_path_that_looks_like_a_flag_stays_a_path(programs, tmp_path):
    log = programs("helm")
    render_helm("--post-renderer=evil", ["--debug"])
    assert log.read_text() == repr(
        ["template", str(tmp_path / "--post-renderer=evil"), "--values", str(tmp_path / "--debug")]
    )


@pytest.mark.parametrize("render", [render_kustomize, render_helm])
def test_a_missing_program_is_an_error_that_says_how_to_get_it(programs, render):
    assert programs
    (error,) = render("x").diagnostics
    assert (error.code, str(error.origin)) == ("NV151", "x")
    assert "installed" in error.message
    assert "install" in error.help
    assert "`-f -`" in error.help


def test_the_words_of_a_failing_program_are_shown_escaped(programs):
    programs("helm", FAILING)
    rendered = render_helm("chart")
    assert rendered.source is None
    (error,) = rendered.diagnostics
    assert (error.code, error.message) == ("NV152", "`helm template` failed with exit status 3")
    assert re.fullmatch(r"[ -~]+", error.help)
    assert "no such \\u202ething" in error.help


def test_a_program_that_takes_too_long_is_stopped(programs):
    programs("kustomize", SLOW)
    (error,) = render_kustomize("x", timeout_s=0.3).diagnostics
    assert (error.code, error.message) == ("NV152", "`kustomize build` took longer than 0.3 seconds")


def test_a_program_that_cannot_be_started_is_an_error(programs, tmp_path):
    programs("kustomize", "#!/no/such/interpreter\n")
    assert os.access(tmp_path / "bin" / "kustomize", os.X_OK)
    (error,) = render_kustomize("x").diagnostics
    assert error.code == "NV152"
    assert "cannot be started" in error.message
