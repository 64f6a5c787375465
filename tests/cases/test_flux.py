"""What Flux applies. Quoted: fluxcd.io, "Kustomization" (kustomize.toolkit.fluxcd.io/v1) and "Helm Releases" (v2)."""

from __future__ import annotations

import base64

import pytest

from cases.gitops_texts import (
    CHART,
    POD,
    POLICY,
    codes,
    config_map,
    flux,
    followed,
    kustomization,
    labels,
    needs_helm,
    needs_kustomize,
    release,
    things,
    written,
)
from netverify.report.document_text import lines_of
from netverify.report.query_text import document_of
from netverify.report.terminal import paint
from netverify.verify import Verifier

CLUSTER = "clusters/prod"
COMPONENT = "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Write a repository into the current folder."""
    monkeypatch.chdir(tmp_path)
    return lambda files: written(tmp_path, files)


def test_a_path_is_relative_to_the_root_of_the_source(repository):
    """``.spec.path``: "path to the directory … relative to the root of the Source"."""
    repository({f"{CLUSTER}/apps.yaml": kustomization("apps", "./apps/prod"), "apps/prod/a/pod.yaml": POD})
    found = followed(CLUSTER)
    assert things(found) == ["default/web"]
    assert found.cluster.workloads[0].origin.path == "apps/prod/a/pod.yaml"
    assert codes(found) == []


def test_the_place_that_it_is_called_from_does_not_matter(repository, tmp_path, monkeypatch):
    repository({f"{CLUSTER}/apps.yaml": kustomization("apps", "apps"), "apps/pod.yaml": POD})
    monkeypatch.chdir(tmp_path / "clusters")
    assert followed("prod").cluster.workloads[0].origin.path == "../apps/pod.yaml"


@needs_kustomize
def test_a_folder_with_a_kustomization_is_built_and_one_without_is_read_with_all_below(repository):
    """Without a kustomization.yaml "the controller will generate one for all the Kubernetes manifests" in the tree.

    A folder below that has one is a resource of the generated one, and only what it names is applied.
    """
    repository(
        {
            f"{CLUSTER}/apps.yaml": kustomization("apps", "apps"),
            "apps/plain/policy.yaml": POLICY,
            "apps/built/kustomization.yaml": "namePrefix: my-\nresources: [pod.yaml]\n",
            "apps/built/pod.yaml": POD,
            "apps/built/old.yaml": POD.replace("web", "old"),
        }
    )
    assert things(followed(CLUSTER)) == ["default/deny", "default/my-web"]


def test_the_target_namespace_wins_over_what_is_written(repository):
    """``.spec.targetNamespace``: "sets or overrides the namespace" of all objects."""
    repository(
        {
            f"{CLUSTER}/apps.yaml": kustomization("apps", "apps", targetNamespace="shop"),
            "apps/pod.yaml": POD.replace("name: web", "name: web, namespace: other", 1),
        }
    )
    assert things(followed(CLUSTER)) == ["shop/web"]


@needs_kustomize
def test_prefix_suffix_patches_and_components_change_the_kustomization_itself(repository):
    """``.spec.namePrefix``, ``.spec.patches``, ``.spec.components``: fields of the kustomization that is built."""
    patch = "- {op: replace, path: /metadata/labels/app, value: api}"
    repository(
        {
            f"{CLUSTER}/apps.yaml": kustomization(
                "apps",
                "apps",
                namePrefix="a-",
                nameSuffix="-z",
                components=["../component"],
                patches=[{"patch": patch, "target": {"kind": "Pod"}}],
            ),
            "apps/kustomization.yaml": "namePrefix: replaced-\nresources: [pod.yaml]\n",
            "apps/pod.yaml": POD,
            "component/kustomization.yaml": COMPONENT + "resources: [policy.yaml]\n",
            "component/policy.yaml": POLICY,
        }
    )
    found = followed(CLUSTER)
    assert things(found) == ["default/a-deny-z", "default/a-web-z"]
    assert labels(found, "default/a-web-z")["app"] == "api"


def test_common_labels_and_those_of_the_owner_are_on_namespaces(repository):
    """``.spec.commonMetadata``: "labels and/or annotations which will be added to all the Kubernetes objects".

    The controller puts ``kustomize.toolkit.fluxcd.io/name`` and ``/namespace`` on every object, too.
    """
    repository(
        {
            f"{CLUSTER}/apps.yaml": kustomization("apps", "apps", commonMetadata={"labels": {"zone": "cde"}}),
            "apps/namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {zone: open}}\n",
        }
    )
    assert followed(CLUSTER).cluster.namespaces["shop"].labels == {
        "kubernetes.io/metadata.name": "shop",
        "kustomize.toolkit.fluxcd.io/name": "apps",
        "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
        "zone": "cde",
    }


@needs_kustomize
def test_variables_are_replaced_after_the_build(repository):
    """``.spec.postBuild.substitute``: "bash string replacement functions" such as ``${var:=default}``; it wins."""
    pod = POD.replace("app: web", 'app: "${app}", tier: "${tier:=front}", zone: "${zone}"')
    repository(
        {
            f"{CLUSTER}/apps.yaml": config_map("settings", app="none", zone="b\n")
            + kustomization(
                "apps",
                "apps",
                postBuild={
                    "substitute": {"app": "shop"},
                    "substituteFrom": [{"kind": "ConfigMap", "name": "settings"}],
                },
            ),
            "apps/kustomization.yaml": "resources: [pod.yaml]\nlabels: [{pairs: {built: 'yes'}}]\n",
            "apps/pod.yaml": pod,
        }
    )
    found = labels(followed(CLUSTER), "default/web")
    assert {key: value for key, value in found.items() if "/" not in key} == {
        "app": "shop",
        "built": "yes",
        "tier": "front",
        "zone": "b",
    }


def test_a_quoted_number_becomes_a_number_as_in_the_cluster(repository):
    port = POD.replace("image: web", 'image: web, ports: [{containerPort: "${port}"}]')
    repository(
        {
            f"{CLUSTER}/apps.yaml": kustomization("apps", "apps", postBuild={"substitute": {"port": "8080"}}),
            "apps/pod.yaml": port,
        }
    )
    assert followed(CLUSTER).cluster.workloads[0].ports[0].number == 8080


def test_without_any_variable_nothing_is_replaced(repository):
    """ "If you want to … you must set at least one variable"."""
    annotated = POD.replace("name: web", 'name: web, annotations: {a: "${x}"}', 1).replace("app: web", 'app: "${x:=y}"')
    repository(
        {
            f"{CLUSTER}/apps.yaml": kustomization("apps", "apps", postBuild={"substitute": {}}),
            "apps/pod.yaml": annotated,
        }
    )
    assert codes(followed(CLUSTER)) == ["NV224"]


@pytest.mark.parametrize("where", ["labels", "annotations"])
def test_an_object_may_switch_the_substitution_off(repository, where):
    """ "label or annotation ``kustomize.toolkit.fluxcd.io/substitute: disabled``"."""
    off = f'name: web, {where}: {{kustomize.toolkit.fluxcd.io/substitute: disabled, app: "$x"}}'
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {"
        + off
        + "}\nspec: {hostname: '${x}', containers: [{name: a, image: a}]}\n"
    )
    repository(
        {
            f"{CLUSTER}/apps.yaml": kustomization("apps", "apps", postBuild={"substitute": {"x": "y"}}),
            "apps/pod.yaml": pod,
        }
    )
    assert "NV242" in codes(followed(CLUSTER))


def test_a_variable_without_a_value_is_nothing_and_noted(repository):
    """ "variables … not found … will be replaced with an empty string" where the strict mode is off."""
    repository(
        {
            f"{CLUSTER}/apps.yaml": kustomization("apps", "apps", postBuild={"substitute": {"x": "y"}}),
            "apps/pod.yaml": POD.replace("app: web", 'app: "a${unknown}b"'),
        }
    )
    found = followed(CLUSTER)
    assert labels(found, "default/web")["app"] == "ab"
    assert codes(found) == ["NV148"]


def secret(**data):
    return config_map("secrets", kind="Secret", **data)


def test_values_of_secrets_count_where_they_are_in_the_checkout(repository):
    encoded = secret(app=base64.b64encode(b"shop").decode()).replace("stringData", "data")
    reference = {
        "substituteFrom": [{"kind": "Secret", "name": "secrets"}, {"kind": "Secret", "name": "no", "optional": True}]
    }
    repository(
        {
            f"{CLUSTER}/apps.yaml": encoded + kustomization("apps", "apps", postBuild=reference),
            "apps/pod.yaml": POD.replace("app: web", 'app: "${app}"'),
        }
    )
    found = followed(CLUSTER)
    assert labels(found, "default/web")["app"] == "shop"
    assert codes(found) == []


@pytest.mark.parametrize("held", ["", secret(app="ENC[AES256_GCM,data:xx]")])
def test_an_object_with_a_value_that_is_not_in_the_checkout_is_named_and_the_others_are_read(repository, held):
    reference = {"substitute": {"x": "y"}, "substituteFrom": [{"kind": "Secret", "name": "secrets"}]}
    repository(
        {
            f"{CLUSTER}/apps.yaml": held + kustomization("apps", "apps", postBuild=reference),
            "apps/pod.yaml": POD + "---\n" + POLICY.replace("deny", "'deny-${app:=x}'"),
        }
    )
    found = followed(CLUSTER)
    assert things(found) == ["default/web"]
    assert found.coverage.unrendered == (
        (
            "NetworkPolicy deny-${app:=x}",
            "it needs ${app}, and the values of Secret flux-system/secrets are not in this checkout",
        ),
    )
    assert codes(found) == ["NV153"]
    assert not found.has_errors
    assert followed(CLUSTER, strict=True).has_errors


def test_kustomizations_that_a_path_yields_are_followed_each_once(repository):
    """The bootstrapped ``flux-system`` applies the folder that it is in, so it yields itself."""
    repository(
        {
            f"{CLUSTER}/flux-system/gotk-sync.yaml": kustomization("flux-system", f"./{CLUSTER}"),
            f"{CLUSTER}/a.yaml": kustomization("a", "a") + POLICY,
            "a/b.yaml": kustomization("b", "b"),
            "b/a.yaml": kustomization("a", "a"),
            "b/pod.yaml": POD,
        }
    )
    found = followed(CLUSTER)
    assert things(found) == ["default/deny", "default/web"]
    assert codes(found) == []


@needs_kustomize
def test_what_a_built_folder_says_of_its_kustomizations_counts(repository):
    """A patch in the folder of the cluster gives all Kustomizations their variables, as many repositories do."""
    patch = "- {op: add, path: /spec/postBuild, value: {substitute: {app: shop}}}"
    repository(
        {
            f"{CLUSTER}/kustomization.yaml": "resources: [apps.yaml]\npatches:\n- target: {kind: Kustomization}\n"
            f"  patch: '{patch}'\n",
            f"{CLUSTER}/apps.yaml": kustomization("apps", "apps"),
            "apps/pod.yaml": POD.replace("app: web", 'app: "${app}"'),
        }
    )
    assert labels(followed(CLUSTER), "default/web")["app"] == "shop"


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"suspend": True}, "suspended"),
        ({"kubeConfig": {"secretRef": {"name": "x"}}}, "another cluster"),
        ({"path": "./missing"}, "no folder `missing`"),
        ({"sourceRef": {"kind": "OCIRepository", "name": "x"}}, "OCIRepository flux-system/x"),
        ({"sourceRef": {"kind": "Bucket", "name": "x"}}, "Bucket flux-system/x"),
        ({"sourceRef": {"kind": "GitRepository", "name": "other"}}, "the repository git.example/other/repo"),
    ],
)
def test_what_these_files_do_not_tell_is_named(repository, spec, reason):
    def source(name, url):
        return flux("source.toolkit.fluxcd.io/v1", "GitRepository", name, {"url": url})

    repository(
        {
            f"{CLUSTER}/sources.yaml": source("flux-system", "ssh://git@git.example/org/fleet")
            + source("other", "https://git.example/other/repo.git"),
            f"{CLUSTER}/apps.yaml": kustomization("home", "home") + kustomization("apps", **{"path": "apps", **spec}),
            "apps/pod.yaml": POD,
            "home/policy.yaml": POLICY,
        }
    )
    found = followed(CLUSTER)
    assert things(found) == ["default/deny"]
    ((what, why),) = found.coverage.unrendered
    assert what == "Kustomization flux-system/apps"
    assert reason in why


@needs_helm
def test_a_chart_of_the_checkout_is_rendered_with_its_values(repository):
    """ "valuesFrom … merged in the order given, with the later values overwriting earlier"; ``values`` come last.

    The release goes to ``targetNamespace``; its name is then ``<targetNamespace>-<name>``.
    """
    values_from = [{"kind": "ConfigMap", "name": "values"}]
    settings = config_map("values", "data", **{"values.yaml": "tier: from\nport: 7\n"})
    repository(
        {
            **CHART,
            f"{CLUSTER}/db.yaml": settings
            + release("db", "./charts/db", valuesFrom=values_from, values={"tier": "gold"})
            + release("db2", "charts/db", targetNamespace="shop"),
        }
    )
    found = followed(CLUSTER)
    assert things(found) == ["data/db", "shop/shop-db2"]
    assert labels(found, "data/db") == {
        "helm.toolkit.fluxcd.io/name": "db",
        "helm.toolkit.fluxcd.io/namespace": "data",
        "in": "data",
        "tier": "gold",
    }
    assert found.cluster.workloads[0].ports[0].number == 7
    assert [(one.what, one.program) for one in found.coverage.rendered] == [
        ("HelmRelease data/db", "helm"),
        ("HelmRelease data/db2", "helm"),
    ]
    assert all(one.version.startswith("v") for one in found.coverage.rendered)
    assert codes(found) == []


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (
            {"chart": {"spec": {"chart": "redis", "sourceRef": {"kind": "HelmRepository", "name": "b"}}}},
            "`redis` comes from",
        ),
        ({"chartRef": {"kind": "OCIRepository", "name": "x"}}, "spec.chartRef"),
        ({"postRenderers": [{"kustomize": {}}]}, "postRenderers"),
        ({"valuesFrom": [{"kind": "Secret", "name": "x"}]}, "Secret data/x"),
        ({"releaseName": "--debug"}, "not a valid release name"),
    ],
)
def test_a_release_that_these_files_do_not_tell_is_named(repository, spec, reason):
    repository({**CHART, f"{CLUSTER}/db.yaml": release("db", "./charts/db", **spec) + POD})
    found = followed(CLUSTER)
    assert things(found) == ["default/web"]
    ((what, why),) = found.coverage.unrendered
    assert what == "HelmRelease data/db"
    assert reason in why


def test_a_chart_whose_dependencies_are_elsewhere_is_named(repository):
    chart = "{apiVersion: v2, name: db, version: 0.1.0, dependencies: [{name: base, version: 1.0.0, repository: 'https://x.example'}]}"
    repository({**CHART, "charts/db/Chart.yaml": chart, f"{CLUSTER}/db.yaml": release("db", "charts/db")})
    found = followed(CLUSTER)
    if "NV151" not in codes(found):
        assert "`base`" in found.coverage.unrendered[0][1]


def test_a_base_and_its_overlay_are_one_object_however_often_they_are_named(repository):
    """``-f .`` beside ``--flux``: what Flux applies is not read once more as it stands."""
    repository(
        {
            f"{CLUSTER}/apps.yaml": kustomization("apps", "overlay", postBuild={"substitute": {"app": "shop"}}),
            "overlay/kustomization.yaml": "resources: [../base]\nnamespace: shop\n",
            "base/kustomization.yaml": "resources: [pod.yaml]\n",
            "base/pod.yaml": POD.replace("app: web", 'app: "${app}"'),
        }
    )
    found = followed(CLUSTER, filenames=["."])
    assert things(found) == ["shop/web"]
    assert codes(found) == []


def test_a_folder_without_objects_of_flux_is_read_with_a_warning(repository):
    """Where a cloud makes the Kustomization, the folder is all that there is in the checkout."""
    repository({"apps/pod.yaml": POD, "empty/x.txt": ""})
    found = followed("apps")
    assert (things(found), codes(found), found.has_errors) == (["default/web"], ["NV154"], False)
    assert followed("empty").has_errors


def test_two_clusters_at_once_are_an_error(repository):
    repository(
        {
            "clusters/a/apps.yaml": kustomization("apps", "apps/a"),
            "clusters/b/apps.yaml": kustomization("apps", "apps/b"),
            "apps/a/pod.yaml": POD,
            "apps/b/pod.yaml": POLICY,
        }
    )
    assert codes(followed("clusters")) == ["NV149"]


def test_a_proof_says_what_it_is_without(repository):
    remote = {"chart": {"spec": {"chart": "redis", "sourceRef": {"kind": "HelmRepository", "name": "b"}}}}
    repository({f"{CLUSTER}/a.yaml": release("cache", "x", **remote) + POD + "---\n" + POLICY})
    inventory = followed(CLUSTER)
    answer = Verifier(inventory).ask("can any pod in namespace default reach default/web:80")
    text = paint(lines_of(document_of(answer, inventory)), coloured=False)
    assert (
        "UNREACHABLE (proved for every pod in these manifests and every pod that could be created; 1 not rendered)"
        in text
    )
    assert "HelmRelease data/cache was not rendered: what it would create or allow is not in this answer" in text
    assert "not analysed: HelmRelease data/cache not rendered: its chart `redis` comes from HelmRepository b" in text


def test_what_is_left_out_of_the_source_itself_is_told(repository):
    """ "``.spec.ignore`` … overrides the default exclusion list"; ``.sourceignore`` does the same from within."""
    repository({".sourceignore": "old/", f"{CLUSTER}/a.yaml": kustomization("a", "apps"), "apps/old/pod.yaml": POD})
    found = followed(CLUSTER)
    assert things(found) == ["default/web"]
    assert codes(found) == ["NV153"]
