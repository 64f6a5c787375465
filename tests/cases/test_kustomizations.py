"""What a folder with a kustomization stands for: the same objects in the same namespaces as kustomize builds."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from cases.manifest_texts import documents_of
from netverify.diagnostics import Severity
from netverify.documents.loader import load
from netverify.sources.sources import find_sources

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
KUBECTL = shutil.which("kubectl")
CLUSTER_SCOPED = {"ClusterRole", "ClusterRoleBinding", "IngressClass", "ValidatingWebhookConfiguration"}
GENERATED = {"ConfigMap", "Secret"}


def policy(name, namespace=None):
    placed = f", namespace: {namespace}" if namespace else ""
    return (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: {name}{placed}}}\nspec: {{podSelector: {{}}}}\n"
    )


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Write files below the current folder."""
    monkeypatch.chdir(tmp_path)

    def fill(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return fill


def placed(*arguments):
    found = find_sources(arguments, None)
    return [(source.path, source.namespace) for source in found.sources]


def codes(*arguments):
    return [(one.code, str(one.origin)) for one in find_sources(arguments, None).diagnostics]


def test_what_a_kustomization_names_is_not_said_to_be_left_alone(tree):
    tree(
        {
            "app/kustomization.yaml": "resources: [.hidden.yaml, CAPITALS.YAML]\n",
            "app/.hidden.yaml": policy("a"),
            "app/CAPITALS.YAML": policy("b"),
            "app/.other.yaml": policy("c"),
        }
    )
    found = find_sources(["."], None)
    assert [source.path for source in found.sources] == ["app/.hidden.yaml", "app/CAPITALS.YAML"]
    assert found.skipped == (("app/.other.yaml", "hidden"),)


def test_the_namespace_of_a_kustomization_goes_to_the_files_it_names(tree):
    tree(
        {
            "kustomization.yaml": "namespace: shop\nresources: [a.yaml, sub/b.yaml]\n",
            "a.yaml": policy("a"),
            "sub/b.yaml": policy("b"),
        }
    )
    assert placed(".") == [("a.yaml", "shop"), ("sub/b.yaml", "shop")]


def test_a_document_carries_the_namespace_that_it_is_put_into(tree):
    tree(
        {
            "kustomization.yaml": "namespace: shop\nresources: [a.yaml]\n",
            "a.yaml": policy("a", "other"),
            "sub/b.yaml": policy("b"),
        }
    )
    documents = documents_of(find_sources([".", "sub/b.yaml"], None).sources)
    assert [(document.path, document.namespace) for document in documents] == [("a.yaml", "shop"), ("sub/b.yaml", None)]


def test_the_outer_namespace_wins(tree):
    tree(
        {
            "base/kustomization.yaml": "namespace: inner\nresources: [a.yaml]\n",
            "base/a.yaml": policy("a"),
            "prod/kustomization.yaml": "namespace: outer\nresources: [../base]\n",
        },
    )
    assert placed(".") == [("base/a.yaml", "outer")]
    assert placed("prod") == [("base/a.yaml", "outer")]
    assert placed("base") == [("base/a.yaml", "inner")]


def test_an_empty_namespace_overrides_nothing(tree):
    tree({"kustomization.yaml": 'namespace: ""\nresources: [a.yaml]\n', "a.yaml": policy("a")})
    assert placed(".") == [("a.yaml", None)]


def test_a_base_of_two_overlays_is_read_into_both_namespaces(tree):
    tree(
        {
            "base/kustomization.yaml": "resources: [a.yaml]\n",
            "base/a.yaml": policy("a"),
            "dev/kustomization.yaml": "namespace: dev\nresources: [../base]\n",
            "prod/kustomization.yml": "namespace: prod\nbases: [../base]\n",
        },
    )
    assert placed(".") == [("base/a.yaml", "dev"), ("base/a.yaml", "prod")]


def test_a_file_that_no_kustomization_names_is_left_out_with_a_warning(tree):
    tree(
        {
            "kustomization.yaml": "resources: [a.yaml]\n",
            "a.yaml": policy("a"),
            "deny.yaml": policy("deny"),
            "sub/c.yaml": policy("c"),
        }
    )
    found = find_sources(["."], None)
    assert [source.path for source in found.sources] == ["a.yaml"]
    assert found.skipped == (
        ("deny.yaml", "not named by any kustomization"),
        ("sub/c.yaml", "not named by any kustomization"),
    )
    (warning,) = found.diagnostics
    assert (warning.code, warning.severity, str(warning.origin)) == ("NV142", Severity.WARNING, "kustomization.yaml")
    assert "`deny.yaml`, `sub/c.yaml` are not named" in warning.message


def test_a_file_that_a_generator_reads_is_no_manifest(tree):
    generator = "configMapGenerator: [{name: c, files: [data.yaml, key=more.json], envs: [e.yaml]}]\n"
    tree(
        {
            "kustomization.yaml": "resources: [a.yaml]\n" + generator,
            "a.yaml": policy("a"),
            "data.yaml": "x",
            "more.json": "{}",
            "e.yaml": "",
        }
    )
    assert placed(".") == [("a.yaml", None)]
    assert codes(".") == []


@pytest.mark.parametrize(
    "field",
    [
        "patches: [{path: p.yaml}]",
        "patchesStrategicMerge: [p.yaml]",
        "patchesJson6902: [{path: p.yaml}]",
        "components: [../c]",
        "namePrefix: dev-",
        "nameSuffix: -dev",
        "commonLabels: {tier: web}",
        "labels: [{pairs: {tier: web}}]",
        "replacements: [{path: r.yaml}]",
        "replicas: [{name: web, count: 0}]",
        "transformers: [t.yaml]",
        "generators: [g.yaml]",
        "helmCharts: [{name: x}]",
        "vars: [{name: X}]",
        "configurations: [c.yaml]",
        "resources: ['https://example.com/base?ref=v1']",
        "resources: [github.com/example/base]",
    ],
)
def test_what_only_kustomize_can_apply_is_an_error_and_nothing_of_it_is_read(tree, field):
    resources = "" if field.startswith("resources") else "resources: [a.yaml]\n"
    tree({"app/kustomization.yaml": f"{resources}{field}\n", "app/a.yaml": policy("a")})
    found = find_sources(["app"], None)
    assert found.sources == ()
    assert [one.code for one in found.diagnostics] == ["NV141"]
    assert found.diagnostics[0].help == "render it: `netverify ... -k app`"


@pytest.mark.parametrize(
    "field",
    [
        "images: [{name: x, newTag: '1'}]",
        "configMapGenerator: [{name: c, literals: [a=b]}]",
        "secretGenerator: [{name: c, literals: [a=b]}]",
        "generatorOptions: {disableNameSuffixHash: true}",
        "commonAnnotations: {a: b}",
        "sortOptions: {order: fifo}",
        "buildMetadata: [originAnnotations]",
        "components:",
        "patches: []",
    ],
)
def test_what_changes_nothing_that_policies_see_is_no_trouble(tree, field):
    tree({"kustomization.yaml": f"resources: [a.yaml]\n{field}\n", "a.yaml": policy("a")})
    assert placed(".") == [("a.yaml", None)]
    assert codes(".") == []


def test_the_overlay_that_has_to_be_rendered_is_the_outermost(tree):
    tree(
        {
            "base/kustomization.yaml": "resources: [a.yaml]\nnamePrefix: x-\n",
            "base/a.yaml": policy("a"),
            "prod/kustomization.yaml": "namespace: prod\nresources: [../base, b.yaml]\n",
            "prod/b.yaml": policy("b"),
        },
    )
    found = find_sources(["."], None)
    assert [one.help for one in found.diagnostics] == ["render it: `netverify ... -k prod`"]
    assert str(found.diagnostics[0].origin) == "base/kustomization.yaml:2:1"


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"k/kustomization.yaml": "resources: [gone.yaml]\n"}, "k/kustomization.yaml:1:13"),
        ({"k/kustomization.yaml": "resources:\n- ../a.yaml\n", "a.yaml": ""}, "k/kustomization.yaml:2:3"),
        ({"k/kustomization.yaml": "resources: [../d]\n", "d/a.yaml": ""}, "k/kustomization.yaml:1:13"),
        ({"k/kustomization.yaml": "resources: [.]\n"}, "k/kustomization.yaml:1:13"),
        ({"k/kustomization.yaml": "resources: [7]\n"}, "k/kustomization.yaml:1:13"),
        ({"k/kustomization.yaml": "resources: a.yaml\n"}, "k/kustomization.yaml:1:12"),
        ({"k/kustomization.yaml": "resource: [a.yaml]\n"}, "k/kustomization.yaml:1:1"),
        ({"k/kustomization.yaml": "kind: Overlay\n"}, "k/kustomization.yaml:1:7"),
        ({"k/kustomization.yaml": "namespace: [a]\n"}, "k/kustomization.yaml:1:12"),
        ({"k/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v7\n"}, "k/kustomization.yaml:1:13"),
        ({"k/kustomization.yaml": ""}, "k/kustomization.yaml"),
        ({"k/kustomization.yaml": "- a.yaml\n"}, "k/kustomization.yaml"),
        ({"k/kustomization.yaml": "resources: []\n", "k/Kustomization": "resources: []\n"}, "k/kustomization.yaml"),
    ],
)
def test_a_kustomization_that_kustomize_refuses_is_an_error(tree, files, place):
    tree(files)
    assert codes("k") == [("NV143", place)]


def test_a_kustomization_that_is_not_yaml_is_an_error(tree):
    tree({"kustomization.yaml": "resources: [\n", "a.yaml": policy("a")})
    assert codes(".") == [("NV101", "kustomization.yaml:2:1")]
    assert placed(".") == []


def test_kustomizations_that_name_one_another_are_an_error(tree):
    tree({"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"})
    assert codes(".") == [("NV143", "b/kustomization.yaml:1:13")]


def test_a_long_chain_of_kustomizations_is_an_error(tree):
    tree({f"k{n:02}/kustomization.yaml": f"resources: [../k{n + 1:02}]\n" for n in range(30)})
    assert [code for code, _ in codes("k00")] == ["NV143"]


def test_a_component_is_not_applied_by_itself_unless_it_is_named(tree):
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [a.yaml]\n"
    tree({"c/kustomization.yaml": component, "c/a.yaml": policy("a"), "plain/b.yaml": policy("b")})
    assert placed(".") == [("plain/b.yaml", None)]
    assert codes(".") == [("NV145", "c/kustomization.yaml")]
    assert placed("c") == [("c/a.yaml", None)]


def test_a_kustomization_below_another_that_does_not_name_it_is_left_out_with_a_warning(tree):
    tree(
        {
            "kustomization.yaml": "resources: [base]\n",
            "base/kustomization.yaml": "resources: [a.yaml]\n",
            "base/a.yaml": policy("a"),
            "tests/t/kustomization.yaml": "resources: [../../base]\nnamePrefix: t-\n",
        },
    )
    assert placed(".") == [("base/a.yaml", None)]
    assert codes(".") == [("NV145", "kustomization.yaml")]


def test_a_kustomization_is_no_manifest_when_it_is_given_as_a_file(tree):
    tree({"k/kustomization.yaml": "namespace: x\nresources: [a.yaml]\n", "k/a.yaml": policy("a")})
    assert codes("k/kustomization.yaml") == [("NV144", "k/kustomization.yaml")]
    assert codes("k/*.yaml") == [("NV144", "k/kustomization.yaml")]


def test_a_kustomization_of_flux_is_a_manifest(tree):
    flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n"
    tree({"kustomization.yaml": flux, "a.yaml": policy("a")})
    assert sorted(placed(".")) == [("a.yaml", None), ("kustomization.yaml", None)]


def objects(documents):
    """Kind, namespace and name of each object as an overlay places it."""
    result = set()
    for document in documents:
        value = document.value
        metadata = value["metadata"]
        name, namespace = metadata["name"], metadata.get("namespace")
        if document.namespace and value["kind"] == "Namespace":
            name = document.namespace
        elif document.namespace and value["kind"] not in CLUSTER_SCOPED:
            namespace = document.namespace
        result.add((value["kind"], namespace, name))
    return result


def built_by_kubectl(folder):
    done = subprocess.run([KUBECTL, "kustomize", str(folder)], capture_output=True, check=True, timeout=60)
    return objects(load("built", done.stdout).documents)


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
def test_objects_are_placed_as_kustomize_places_them(tree, tmp_path):
    tree(
        {
            "base/kustomization.yaml": "namespace: inner\nresources: [ns.yaml, a.yaml, list.yaml]\n",
            "base/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: written}\n",
            "base/a.yaml": policy("a", "written") + "---\n" + policy("b"),
            "base/list.yaml": '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}}\n',
            "prod/kustomization.yaml": "namespace: outer\nresources: [../base, c.yaml]\n",
            "prod/c.yaml": policy("c"),
        },
    )
    for folder in ("base", "prod"):
        ours = documents_of(find_sources([folder], None).sources)
        assert objects(ours) == built_by_kubectl(tmp_path / folder)


@pytest.mark.skipif(KUBECTL is None or not CORPUS.exists(), reason="kubectl or the corpus is not here")
def test_every_plain_kustomization_of_the_corpus_gives_what_kustomize_builds():
    compared = 0
    for file in sorted(CORPUS.rglob("kustomization.yaml")):
        found = find_sources([str(file.parent)], None)
        if any(one.severity is Severity.ERROR for one in found.diagnostics):
            continue
        ours = objects(documents_of(found.sources))
        built = built_by_kubectl(file.parent)
        assert {one for one in ours if one[0] not in GENERATED} == {one for one in built if one[0] not in GENERATED}
        compared += 1
    assert compared >= 10
