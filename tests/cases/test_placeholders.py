"""Placeholders that nobody filled in: the document with one is an error at its line, and those beside it are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from netverify.cli.main import main
from netverify.sources.coverage import Inventory
from netverify.sources.inventory import read_inventory

POLICY = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: b}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""
STRAY = """apiVersion: v1
kind: Pod
metadata:
  name: pg
  namespace: {{ NAMESPACE }}
"""
CHART = "apiVersion: v2\nname: c\nversion: 1.0.0\n"


def inventory(path: str, text: str, **files: str) -> Inventory:
    for name, content in {path: text, **files}.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(content)
    return read_inventory(["."])


def errors(found: Inventory) -> list[tuple[str, str]]:
    return [(one.code, str(one.origin)) for one in found.diagnostics if one.severity.name == "ERROR"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("stray", [STRAY, STRAY.replace("{{ NAMESPACE }}", "{{ .Values.ns }}")])
@pytest.mark.parametrize("stray_first", [True, False])
def test_the_documents_beside_it_are_read_and_its_line_is_named(stray: str, stray_first: bool) -> None:
    text = "---\n".join((stray, POLICY) if stray_first else (POLICY, stray))
    found = inventory("m.yaml", text)
    assert [one.name for one in found.cluster.network_policies] == ["closed"]
    line = 5 if stray_first else 10
    column = stray.splitlines()[4].index("{{") + 1
    assert errors(found) == [("NV122", f"m.yaml:{line}:{column}")]
    assert found.coverage.templates == ()
    assert len(found.coverage.unread) == 1


def test_a_file_of_one_document_is_no_template_because_of_it() -> None:
    found = inventory("m.yaml", STRAY, **{"policy.yaml": POLICY})
    assert errors(found) == [("NV122", "m.yaml:5:14")]


def test_fields_of_values_outside_of_a_chart_are_a_slip() -> None:
    found = inventory("m.yaml", STRAY.replace("NAMESPACE", ".Values.ns"), **{"policy.yaml": POLICY})
    assert errors(found) == [("NV122", "m.yaml:5:14")]


@pytest.mark.parametrize("path", ["c/templates/m.yaml", "c/templates/more/m.yaml", "c/charts/d/templates/m.yaml"])
def test_a_template_of_a_chart_is_one_whatever_stands_beside(path: str) -> None:
    chart = path.partition("/templates")[0]
    found = inventory(path, f"{STRAY}---\n{POLICY}", **{f"{chart}/Chart.yaml": CHART})
    assert found.coverage.templates == (path,)
    assert errors(found) == []
    assert found.cluster.network_policies == ()


@pytest.mark.parametrize("path", ["templates/m.yaml", "c/m.yaml"])
def test_a_folder_that_is_no_chart_holds_none(path: str) -> None:
    found = inventory(path, f"{STRAY}---\n{POLICY}", **{"c/Chart.yaml": CHART})
    assert [one.name for one in found.cluster.network_policies] == ["closed"]
    assert [code for code, _ in errors(found)] == ["NV122"]


def test_a_file_of_control_words_alone_is_a_template_wherever_it_is() -> None:
    found = inventory("m.yaml", "{{- if .Values.on }}\nkind: Pod\n{{- end }}\n", **{"policy.yaml": POLICY})
    assert found.coverage.templates == ("m.yaml",)
    assert errors(found) == []


def test_what_a_program_rendered_is_no_template(monkeypatch: pytest.MonkeyPatch) -> None:
    from netverify.sources import renditions  # noqa: PLC0415 - what is patched
    from netverify.sources.renditions import Rendition  # noqa: PLC0415 - as above
    from netverify.sources.sources import Source  # noqa: PLC0415 - as above

    rendered = Source("chart (rendered)", data=STRAY.replace("NAMESPACE", ".Values.ns").encode(), rendered=True)
    monkeypatch.setattr(renditions, "render_all", lambda *_args, **_flags: Rendition((rendered,)))
    Path("policy.yaml").write_text(POLICY)
    found = read_inventory(["policy.yaml"], kustomize=["overlay"])
    assert [code for code, _ in errors(found)] == ["NV122"]


def test_the_run_ends_as_for_any_input_that_is_not_read(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.yaml").write_text(f"{POLICY}---\n{STRAY}")
    assert main(["query", "can internet reach namespace b", "-f", "m.yaml"], "netverify") == 4
    printed = capsys.readouterr()
    assert "error[NV122]: the placeholder `{{ }}` is not filled in" in printed.err
    assert "m.yaml:10:14" in printed.err
    assert "1 input not read (m.yaml:10:14)" in printed.out
    assert "nothing left out" not in printed.out
