"""Repositories that want something else than to be delivered: files of others, programs, terminals, memory."""

from __future__ import annotations

import json
import re
import sys

import pytest

from cases.gitops_texts import (
    CHART,
    POD,
    POLICY,
    application,
    codes,
    config_map,
    followed,
    kustomization,
    labels,
    needs_helm,
    needs_kustomize,
    release,
    things,
    written,
)
from netverify.report.coverage_text import coverage_text
from netverify.report.diagnostics import render_diagnostics
from netverify.report.terminal import paint
from netverify.sources.inventory import read_inventory
from netverify.sources.renderings import HelmChart

OUTSIDE = "apiVersion: v1\nkind: Pod\nmetadata: {name: stolen}\nspec: {containers: [{name: a, image: a}]}\n"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Write a checkout into the current folder; beside it lies what it must not reach."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "pod.yaml").write_text(OUTSIDE)
    (outside / "kustomization.yaml").write_text("resources: [pod.yaml]\n")
    (outside / "Chart.yaml").write_text(CHART["charts/db/Chart.yaml"])
    monkeypatch.chdir(folder)

    def fill(files, links=None):
        written(folder, files)
        for name, target in (links or {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to(target)

    return fill


@pytest.mark.parametrize("path", ["../outside", "./../outside", "a/../../outside", "../../../../../../etc", "link"])
def test_no_path_leads_out_of_the_checkout(repository, path):
    repository(
        {"flux/a.yaml": kustomization("a", path) + POLICY, "argo/a.yaml": application("a", path)},
        {"link": "../outside"},
    )
    for found in (followed("flux"), followed("argo", argo=True)):
        assert codes(found) == ["NV146"]
        assert found.has_errors
        assert "stolen" not in " ".join(things(found))


def test_an_absolute_path_is_one_below_the_root(repository, tmp_path):
    repository({"flux/a.yaml": kustomization("a", str(tmp_path / "outside"))})
    assert codes(followed("flux")) == ["NV153"]
    repository({"flux/a.yaml": kustomization("a", "/apps"), "apps/pod.yaml": POD})
    assert things(followed("flux")) == ["default/web"]


@needs_kustomize
@pytest.mark.parametrize(
    "text",
    [
        "resources: [../../outside]",
        "resources: [../../outside/pod.yaml]",
        "resources: [{outside}/pod.yaml]",
        "resources: [{outside}]",
        "components: [../../outside]",
        "configMapGenerator: [{{name: x, files: [../../outside/pod.yaml]}}]",
        "configMapGenerator: [{{name: x, files: [key=../../outside/pod.yaml]}}]",
        "configMapGenerator: [{{name: x, envs: [../../outside/pod.yaml]}}]",
        "patches: [{{path: ../../outside/pod.yaml, target: {{kind: Pod}}}}]",
        "replacements: [{{path: ../../outside/pod.yaml}}]",
        "openapi: {{path: ../../outside/pod.yaml}}",
        "transformers: [../../outside/pod.yaml]",
        "resources: [link.yaml]",
        "resources: [folder]",
        "resources: [folder/pod.yaml]",
    ],
)
@pytest.mark.parametrize("spec", [{}, {"namePrefix": "a-"}])
def test_no_kustomization_reaches_out_of_the_checkout(repository, tmp_path, text, spec):
    repository(
        {
            "flux/a.yaml": kustomization("a", "apps", **spec),
            "apps/kustomization.yaml": text.format(outside=tmp_path / "outside") + "\n",
        },
        {"apps/link.yaml": "../../outside/pod.yaml", "apps/folder": "../../outside"},
    )
    found = followed("flux")
    assert found.has_errors or (text.startswith("openapi") and not spec)
    assert "stolen" not in repr(found)


@needs_kustomize
def test_what_configures_a_transformer_names_no_paths(repository):
    transformer = (
        "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: x}\n"
        "path: ../../../../../../etc/passwd\ntarget: {kind: Pod}\n"
    )
    repository(
        {
            "flux/a.yaml": kustomization("a", "apps"),
            "apps/kustomization.yaml": "resources: [pod.yaml]\ntransformers: [t.yaml]\n",
            "apps/pod.yaml": POD,
            "apps/t.yaml": transformer,
        }
    )
    found = followed("flux")
    assert codes(found) == ["NV153"]
    assert "names paths of its own" in found.coverage.unrendered[0][1]


@needs_kustomize
@pytest.mark.parametrize(
    "resource", ["https://x.example/a.yaml", "github.com/org/repo//a?ref=b", "git@x.example:org/repo.git", "ssh://x/y"]
)
def test_nothing_is_fetched(repository, resource):
    repository({"flux/a.yaml": kustomization("a", "apps"), "apps/kustomization.yaml": f"resources: ['{resource}']\n"})
    assert codes(followed("flux")) == ["NV153"]


def test_charts_in_a_kustomization_are_not_fetched(repository):
    charts = "helmCharts: [{name: a, repo: 'https://x.example'}]\n"
    repository({"flux/a.yaml": kustomization("a", "apps"), "apps/kustomization.yaml": charts})
    assert codes(followed("flux")) in (["NV153"], ["NV151"])


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """Programs that only write down what they are called with."""
    log = tmp_path / "log"
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("helm", "kubectl"):
        program = folder / name
        program.write_text(
            f"#!{sys.executable}\nimport json, os, sys\n"
            f"with open({str(log)!r}, 'a') as log: print(json.dumps([sys.argv, dict(os.environ)]), file=log)\n"
        )
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HELM_DRIVER_SQL_CONNECTION_STRING", "secret")
    monkeypatch.setenv("GIT_SSH_COMMAND", "evil")
    return lambda: [json.loads(line) for line in log.read_text().splitlines()]


def test_what_looks_like_a_flag_is_the_value_of_one(repository, recorded):
    helm = {
        "releaseName": "ok",
        "parameters": [{"name": "--post-renderer", "value": "x"}, {"name": "a", "value": "--b", "forceString": True}],
        "valuesObject": {"--post-renderer": "evil"},
        "valueFiles": ["--post-renderer=x"],
    }
    repository(
        {
            **CHART,
            "charts/db/--post-renderer=x": "a: b\n",
            "argo/a.yaml": application("a", "charts/db", source={"helm": helm}, destination={"namespace": "--debug"}),
        }
    )
    followed("argo", argo=True)
    (called, environment), *_ = recorded()
    assert called[1:3] == ["template", "ok"]
    flags = called[4:]
    assert flags[:2] == ["--namespace", "--debug"]
    rest = [word for word in flags[2:] if word not in {"--include-crds", "--skip-tests"}]
    assert rest[::2] == ["--values", "--values", "--set", "--set-string"]
    assert rest[5::2] == ["--post-renderer=x", "a=--b"]
    assert all(re.fullmatch(r"/\S+/values-\d\.yaml", word) for word in rest[1:4:2])
    assert environment["HTTPS_PROXY"] == "http://127.0.0.1:9"
    assert not {"HELM_DRIVER_SQL_CONNECTION_STRING", "GIT_SSH_COMMAND"} & environment.keys()


@pytest.mark.parametrize(
    "name", ["--post-renderer=evil", "-h", "A", "a b", "a/b", "x" * 60, "a\nb", "{{ env `HOME` }}"]
)
def test_a_release_name_that_is_none_never_reaches_helm(repository, recorded, name):
    repository({**CHART, "flux/a.yaml": release("db", "charts/db", releaseName=name)})
    found = followed("flux")
    assert codes(found) == ["NV153"]
    found = read_inventory((), renderings=[HelmChart("charts/db", release=name)])
    assert codes(found) == ["NV152"]
    with pytest.raises(FileNotFoundError):
        recorded()


@needs_helm
def test_a_chart_reads_no_file_through_a_link(repository):
    links = {"charts/db/files/stolen.txt": "../../../../outside/pod.yaml"}
    repository({**CHART, "flux/a.yaml": release("db", "charts/db")}, links)
    found = followed("flux")
    assert codes(found) == ["NV153"]
    assert "leads out of the checkout" in found.coverage.unrendered[0][1]


@needs_helm
def test_a_chart_that_asks_the_network_or_the_cluster_gets_nothing(repository):
    template = (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n"
        '    looked: {{ lookup "v1" "Namespace" "" "" | len | quote }}\n'
        '    asked: {{ getHostByName "example.com" | quote }}\n    home: {{ env "HOME" | quote }}\n'
        "spec: {containers: [{name: a, image: a}]}\n"
    )
    clean = template.replace('    home: {{ env "HOME" | quote }}\n', "")
    repository({**CHART, "charts/db/templates/pod.yaml": clean, "flux/a.yaml": release("db", "charts/db")})
    found = labels(followed("flux"), "data/a")
    assert (found["looked"], found["asked"]) == ("0", "")
    repository({"charts/db/templates/pod.yaml": template})
    assert codes(followed("flux")) == ["NV152"]


def test_variables_do_not_make_a_text_without_end(repository):
    pod = POD.replace("image: web", 'image: "' + "${x}" * 5000 + '"')
    variables = {"substitute": {"x": "y" * 200_000}}
    repository({"flux/a.yaml": kustomization("a", "apps", postBuild=variables), "apps/pod.yaml": pod})
    assert codes(followed("flux")) == ["NV155"]


def test_variables_nested_deeply_are_refused(repository):
    deep = "${x:=" * 3000 + "}" * 3000
    variables = {"substitute": {"y": "z"}}
    repository(
        {
            "flux/a.yaml": kustomization("a", "apps", postBuild=variables),
            "apps/pod.yaml": POD.replace("image: web", f'image: "{deep}"'),
        }
    )
    assert codes(followed("flux")) == ["NV155"]


@pytest.mark.parametrize("name", ["a-b", "1a", "a.b", ""])
def test_a_variable_whose_name_is_none_is_an_error(repository, name):
    variables = {"substitute": {name: "x"}}
    repository(
        {
            "flux/a.yaml": kustomization("a", "apps", postBuild=variables),
            "apps/pod.yaml": POD.replace("image: web", 'image: "${x}"'),
        }
    )
    assert codes(followed("flux")) == ["NV155"]


SPECS = [None, 1, "x", [], {"path": 1}, {"path": ["a"]}, {"sourceRef": "x"}, {"patches": {}}, {"postBuild": []}]


@pytest.mark.parametrize("spec", SPECS)
def test_objects_that_are_none_end_in_a_clear_error(repository, spec):
    def of(api_version, kind):
        meta = {"name": "a", "namespace": "b"}
        return json.dumps({"apiVersion": api_version, "kind": kind, "metadata": meta, "spec": spec})

    repository(
        {
            "flux/a.yaml": of("kustomize.toolkit.fluxcd.io/v1", "Kustomization"),
            "release/a.yaml": of("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
            "argo/a.yaml": of("argoproj.io/v1alpha1", "Application"),
            "set/a.yaml": of("argoproj.io/v1alpha1", "ApplicationSet"),
        }
    )
    assert codes(followed("flux")) == ["NV147"]
    for found in (followed("release"), followed("argo", argo=True), followed("set", argo=True)):
        assert codes(found) in (["NV147"], ["NV153"])


@pytest.mark.parametrize(
    "text", ["[]", "x", "1", "null", "- a", "{a: [}", "a: &a [*a]", "\x00", "kind: [Kustomization]"]
)
def test_files_that_are_no_objects_do_no_harm(repository, text):
    files = {"a.yaml": text, "kustomization.yaml": text}
    repository(
        {
            "flux/ok.yaml": kustomization("a", "apps") + kustomization("b", "built"),
            "argo/ok.yaml": application("a", "apps"),
            "apps/a.yaml": text,
            **{f"built/{name}": content for name, content in files.items()},
        }
    )
    followed("flux")
    followed("argo", argo=True)


def test_names_do_not_drive_a_terminal(repository):
    evil = "\x1b[31mred\r"
    repository(
        {
            "flux/a.yaml": kustomization(evil, "missing" + evil) + config_map(evil) + release(evil, evil),
            "argo/a.yaml": application(evil, "missing" + evil, destination={"server": evil}),
        }
    )
    for found in (followed("flux"), followed("argo", argo=True)):
        text = paint(render_diagnostics(found.diagnostics), coloured=False) + "\n".join(coverage_text(found))
        assert found.coverage.unrendered
        assert re.fullmatch(r"[\n -~\u2500-\u257f]*", text), ascii(text)


@needs_kustomize
def test_kustomizations_that_name_one_another_end(repository):
    repository(
        {
            "flux/a.yaml": kustomization("a", "a") + kustomization("flux", "flux"),
            "a/kustomization.yaml": "resources: [../b]\n",
            "b/kustomization.yaml": "resources: [../a]\n",
        }
    )
    assert followed("flux").has_errors


@pytest.mark.parametrize("argument", ["", "missing", "a.yaml", "-k", "\x00"])
def test_an_argument_that_is_no_folder_is_an_error(repository, argument):
    repository({"a.yaml": POD})
    for argo in (False, True):
        found = followed(argument, argo=argo)
        assert codes(found) in (["NV131"], ["NV132"])


def test_a_pattern_of_another_kind_does_not_take_for_ever(repository):
    pattern = "{" * 200 + "*" * 200 + "a}" * 50
    directory = {"recurse": True, "include": "*a" * 30 + "b", "exclude": pattern}
    name = "a" * 120 + ".yaml"
    repository({"argo/a.yaml": application("a", "apps", source={"directory": directory}), f"apps/{name}": POD})
    followed("argo", argo=True)


def test_an_object_of_flux_that_is_refused_is_an_error_although_its_kind_says_nothing_of_traffic(repository):
    hidden = kustomization("apps\u202e", "apps").replace("apps\\u202e", "apps\u202e")
    repository({"flux/a.yaml": hidden + kustomization("b", "b"), "b/pod.yaml": POD})
    found = followed("flux")
    assert codes(found) == ["NV109"]
    assert found.has_errors


@pytest.mark.parametrize("kind", ["[Pod]", "{a: b}", "1", "true"])
def test_a_kind_that_is_no_text_is_no_manifest(repository, kind):
    repository({"a.yaml": f"kind: {kind}\n"})
    assert read_inventory(["a.yaml"]).coverage.not_manifests == 1
