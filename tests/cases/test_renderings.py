"""Overlays and charts with values of their own, and the account of who rendered them."""

from __future__ import annotations

import json

import pytest

from cases.gitops_texts import CHART, POD, labels, needs_helm, needs_kustomize, things, written
from netverify.cli.main import main
from netverify.report.coverage_text import coverage_text
from netverify.sources.inventory import read_inventory
from netverify.sources.renderings import HelmChart, KustomizeBuild


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A chart, an overlay and values in the current folder."""
    monkeypatch.chdir(tmp_path)
    overlay = {"overlay/kustomization.yaml": "namePrefix: my-\nresources: [pod.yaml]\n", "overlay/pod.yaml": POD}
    written(tmp_path, {**CHART, **overlay, "gold.yaml": "tier: gold\n"})


@needs_helm
@pytest.mark.usefixtures("repository")
def test_each_chart_has_its_own_values_namespace_and_release():
    charts = [
        HelmChart("charts/db", values=("gold.yaml",), sets=("port=5",), namespace="a", release="one"),
        HelmChart("charts/db", namespace="b", release="two"),
        HelmChart("charts/db"),
    ]
    found = read_inventory((), renderings=charts, default_namespace="c")
    assert things(found) == ["a/one", "b/two", "c/release-name"]
    assert labels(found, "a/one") == {"tier": "gold", "in": "a"}
    assert labels(found, "b/two") == {"tier": "none", "in": "b"}
    assert [one.message for one in found.diagnostics] == ["1 object names no namespace: read as `c`"]


@needs_helm
@pytest.mark.usefixtures("repository")
def test_flags_and_renderings_go_together():
    found = read_inventory(
        (), helm=["charts/db"], sets=["tier=x"], renderings=[HelmChart("charts/db", namespace="a", release="one")]
    )
    assert labels(found, "default/release-name")["tier"] == "x"
    assert labels(found, "a/one")["tier"] == "none"


@needs_kustomize
@pytest.mark.usefixtures("repository")
def test_the_account_says_which_version_rendered_what():
    found = read_inventory((), renderings=[KustomizeBuild("overlay")])
    ((what, program, version),) = ((one.what, one.program, one.version) for one in found.coverage.rendered)
    assert (what, version[0]) == ("overlay", "v")
    assert program in {"kubectl kustomize", "kustomize"}
    assert coverage_text(found)[-1] == f"rendered by {program} {version}: overlay"


@needs_kustomize
@pytest.mark.usefixtures("repository")
def test_json_has_the_programs_where_something_was_rendered(capsys):
    def coverage(*flags):
        assert main(["map", *flags, "-o", "json", "--no-cache"], "netverify") == 0
        return json.loads(capsys.readouterr().out)["coverage"]

    (one,) = coverage("-k", "overlay")["rendered"]
    assert one["what"] == "overlay"
    assert one["version"].startswith("v")
    assert not {"rendered", "unrendered"} & coverage("-f", "overlay/pod.yaml").keys()


@pytest.mark.usefixtures("repository")
def test_a_program_that_is_missing_is_an_error_as_before(monkeypatch):
    monkeypatch.setenv("PATH", "")
    found = read_inventory((), renderings=[HelmChart("charts/db"), KustomizeBuild("overlay")])
    assert [one.code for one in found.diagnostics] == ["NV151", "NV151"]
    assert found.coverage.rendered == ()
