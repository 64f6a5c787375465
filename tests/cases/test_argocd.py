"""What Argo CD applies. Quoted: argo-cd.readthedocs.io, "Directory", "Kustomize", "Helm", "ApplicationSet"."""

from __future__ import annotations

import json

import pytest

from cases.gitops_texts import (
    CHART,
    POD,
    POLICY,
    application,
    codes,
    flux,
    followed,
    labels,
    needs_helm,
    needs_kustomize,
    things,
    written,
)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Write a repository into the current folder."""
    monkeypatch.chdir(tmp_path)
    return lambda files: written(tmp_path, files)


def delivered(**options):
    return followed("argo", argo=True, **options)


def test_objects_that_name_no_namespace_go_to_that_of_the_destination(repository):
    """``destination.namespace``: "will only be set for namespace-scoped resources that have not set a value"."""
    other = POLICY.replace("name: deny", "name: deny, namespace: other")
    repository({"argo/apps.yaml": application("apps", "apps"), "apps/all.yaml": POD + "---\n" + other})
    found = delivered()
    assert things(found) == ["other/deny", "shop/web"]
    assert found.cluster.workloads[0].origin.path == "apps/all.yaml"
    assert found.diagnostics == ()


FILES = {
    f"apps/{name}": POD.replace("web", name.replace("/", "-").split(".")[0]) for name in ("a.yaml", "b.yml", "c/d.yaml")
}


@pytest.mark.parametrize(
    ("directory", "expected"),
    [
        ({}, ["a", "b"]),
        ({"recurse": True}, ["a", "b", "c-d"]),
        ({"recurse": True, "include": "*.yaml"}, ["a", "c-d"]),
        ({"recurse": True, "include": "{a.*,c/*}"}, ["a", "c-d"]),
        ({"recurse": True, "exclude": "c/**"}, ["a", "b"]),
        ({"recurse": True, "include": "*.yaml", "exclude": "[a-b].yaml"}, ["c-d"]),
    ],
)
def test_a_directory_is_read_as_far_as_it_says(repository, directory, expected):
    """ "Directory-type applications … recurse", "include" and "exclude", which wins; ``*`` matches slashes as well."""
    repository({"argo/apps.yaml": application("apps", "apps", source={"directory": directory}), **FILES})
    assert things(delivered()) == [f"shop/{name}" for name in expected]


@needs_kustomize
def test_kustomize_options_change_the_kustomization_itself(repository):
    """``kustomize``: namePrefix, nameSuffix, commonLabels, namespace, replicas, patches, components."""
    patch = "- {op: add, path: /metadata/labels/patched, value: 'yes'}"
    options = {
        "namePrefix": "a-",
        "nameSuffix": "-z",
        "namespace": "forced",
        "commonLabels": {"team": "x"},
        "images": ["web=web:2"],
        "patches": [{"patch": patch, "target": {"kind": "Pod"}}],
    }
    repository(
        {
            "argo/apps.yaml": application("apps", "apps", source={"kustomize": options}),
            "apps/kustomization.yaml": "namePrefix: replaced-\nresources: [pod.yaml, policy.yaml]\n",
            "apps/pod.yaml": POD,
            "apps/policy.yaml": POLICY,
        }
    )
    found = delivered()
    assert things(found) == ["forced/a-deny-z", "forced/a-web-z"]
    assert labels(found, "forced/a-web-z") == {"app": "web", "team": "x", "patched": "yes"}


@needs_helm
def test_values_of_a_chart_come_from_files_then_from_the_source_then_from_parameters(repository):
    """Precedence: "parameters > valuesObject > values > valueFiles > … values.yaml"; the app names the release."""
    helm = {
        "valueFiles": ["extra.yaml", "/shared/$x.yaml"],
        "valuesObject": {"port": 3},
        "values": "port: 9",
        "parameters": [{"name": "port", "value": "4"}],
    }
    repository(
        {
            **CHART,
            "charts/db/extra.yaml": "tier: extra\nport: 1\n",
            "shared/$x.yaml": "tier: shared\n",
            "argo/db.yaml": application("db", "charts/db", source={"helm": helm}),
        }
    )
    found = delivered()
    assert things(found) == ["shop/db"]
    assert labels(found, "shop/db") == {"in": "shop", "tier": "shared"}
    assert found.cluster.workloads[0].ports[0].number == 4
    assert [one.what for one in found.coverage.rendered] == ["Application argocd/db"]


@needs_helm
def test_values_may_come_from_another_source_that_is_the_same_repository(repository):
    """ "$values/…": "the value of ``ref`` … resolves to the root of the … Git repository"."""
    url = "https://git.example/org/fleet"
    sources = [
        {"repoURL": url, "path": "charts/db", "helm": {"releaseName": "r", "valueFiles": ["$values/prod.yaml"]}},
        {"repoURL": url, "ref": "values"},
    ]
    repository({**CHART, "prod.yaml": "tier: prod\n", "argo/db.yaml": application("db", sources=sources)})
    assert labels(delivered(), "shop/r")["tier"] == "prod"


def test_applications_of_applications_are_followed_each_once(repository):
    """ "App of apps": an Application whose folder holds Applications, its own among them."""
    repository(
        {
            "argo/root.yaml": application("root", "argo", source={"directory": {"recurse": True}}),
            "argo/more/apps.yaml": application("apps", "apps"),
            "apps/pod.yaml": POD,
            "other/policy.yaml": POLICY,
        }
    )
    found = delivered()
    assert things(found) == ["shop/web"]
    assert codes(found) == []


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"source": {"repoURL": "https://charts.example", "chart": "redis"}}, "`redis` comes from"),
        ({"source": {"path": "missing"}}, "no folder `missing`"),
        ({"source": {"path": "apps", "plugin": {"name": "x"}}}, "plugin"),
        ({"source": {"path": "apps", "directory": {"jsonnet": {"tlas": []}, "surprise": 1}}}, "`directory.surprise`"),
        ({"source": {"path": "script"}}, "Jsonnet"),
        ({"source": {"path": "over", "kustomize": {"surprise": 1}}}, "`kustomize.surprise`"),
        ({"source": {"path": "over", "kustomize": {"namePrefix": "$ARGOCD_APP_NAME"}}}, "$ARGOCD_APP_NAME"),
        ({"source": {"path": "apps", "kustomize": {"namePrefix": "x"}}}, "nothing for `kustomize`"),
        ({"source": {"path": "charts/db", "helm": {"surprise": 1}}}, "`helm.surprise`"),
        ({"source": {"path": "charts/db", "helm": {"valueFiles": ["https://x.example/v.yaml"]}}}, "another place"),
        ({"source": {"path": "charts/db", "helm": {"valueFiles": ["no.yaml"]}}}, "`no.yaml` is not in this checkout"),
        ({"source": {"path": "charts/db", "helm": {"valueFiles": ["$x/no.yaml"]}}}, "a repository that is not"),
        ({"source": {"path": "overridden"}}, "`.argocd-source.yaml`"),
        ({"destination": {"server": "https://other.example"}, "source": {"path": "apps"}}, "another cluster"),
        ({"sourceHydrator": {"drySource": {}}}, "hydrated"),
    ],
)
def test_what_these_files_do_not_tell_is_named(repository, spec, reason):
    repository(
        {
            **CHART,
            "argo/apps.yaml": application("good", "good") + application("bad", **spec),
            "good/policy.yaml": POLICY,
            "apps/pod.yaml": POD,
            "over/kustomization.yaml": "resources: []\n",
            "script/x.jsonnet": "{}",
            "overridden/.argocd-source.yaml": "{}",
            "overridden/pod.yaml": POD,
        }
    )
    found = delivered()
    assert things(found) == ["shop/deny"]
    ((what, why),) = found.coverage.unrendered
    assert what == "Application argocd/bad"
    assert reason in why
    assert delivered(strict=True).has_errors


def test_applications_of_one_other_cluster_are_followed(repository):
    """A repository for one workload cluster names that cluster everywhere: it is the one that is asked about."""
    there = {"server": "https://prod.example", "namespace": "shop"}
    repository({"argo/apps.yaml": application("apps", "apps", destination=there), "apps/pod.yaml": POD})
    assert things(delivered()) == ["shop/web"]


def test_what_no_application_applies_is_left_alone_and_said(repository):
    repository({"argo/apps.yaml": application("apps", "apps"), "argo/policy.yaml": POLICY, "apps/pod.yaml": POD})
    found = delivered()
    assert things(found) == ["shop/web"]
    assert found.coverage.skipped == (("argo/policy.yaml", "not applied by any Application"),)


def test_a_folder_without_applications_is_an_error(repository):
    repository({"argo/pod.yaml": POD})
    assert codes(delivered()) == ["NV154"]


def application_set(*generators, name="{{name}}", path="{{path}}", namespace="{{namespace}}", **spec):
    source = {"repoURL": "https://git.example/org/fleet", "path": path}
    destination = {"name": "in-cluster", "namespace": namespace}
    template = {"metadata": {"name": name}, "spec": {"source": source, "destination": destination}}
    whole = {"generators": list(generators), "template": template, **spec}
    return flux("argoproj.io/v1alpha1", "ApplicationSet", "set", whole, "argocd")


GIT = {"repoURL": "https://git.example/org/fleet", "revision": "HEAD"}
TENANTS = {
    "tenants/a/pod.yaml": POD,
    "tenants/b_x/pod.yaml": POD,
    "tenants/no/pod.yaml": POD,
    "tenants/b_x/deep/x.txt": "",
}


def test_a_list_makes_one_application_of_each_element(repository):
    """ "List generator": "generates parameters based on … key/value pairs"."""
    elements = [{"name": "a", "namespace": "one", "path": "apps"}, {"name": "b", "namespace": "two", "path": "apps"}]
    repository({"argo/set.yaml": application_set({"list": {"elements": elements}}), "apps/pod.yaml": POD})
    assert things(delivered()) == ["one/web", "two/web"]


@pytest.mark.parametrize(
    ("template", "is_go"),
    [
        ({"name": "{{path.basenameNormalized}}", "namespace": "n-{{path[1]}}"}, False),
        (
            {
                "name": "{{ .path.basenameNormalized }}",
                "path": "{{.path.path}}",
                "namespace": "n-{{index .path.segments 1}}",
            },
            True,
        ),
    ],
)
def test_folders_make_one_application_each(repository, template, is_go):
    """ "Git generator: directories": ``path``, ``path.basenameNormalized``, ``path[n]``; ``exclude`` wins."""
    directories = [{"path": "tenants/*"}, {"path": "tenants/no", "exclude": True}]
    text = application_set({"git": {**GIT, "directories": directories}}, goTemplate=is_go, **template)
    repository({"argo/set.yaml": text, **TENANTS})
    found = delivered()
    assert [one.key.namespace for one in found.cluster.workloads] == ["n-a", "n-b_x"] or codes(found) == ["NV222"]
    assert "n-a/web" in things(found)


def test_files_make_one_application_each_with_what_they_hold(repository):
    """ "Git generator: files": "the contents of JSON/YAML files found within a specified repository" are parameters."""
    text = application_set(
        {"git": {**GIT, "files": [{"path": "tenants/**/config.json"}]}},
        name="{{tenant.name}}",
        namespace="{{tenant.name}}",
    )
    repository(
        {
            "argo/set.yaml": text,
            "tenants/a/config.json": json.dumps({"tenant": {"name": "one"}}),
            "tenants/a/pod.yaml": POD,
        }
    )
    assert things(delivered()) == ["one/web"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (application_set({"clusters": {}}), "`clusters`"),
        (application_set({"matrix": {"generators": []}}), "`matrix`"),
        (application_set({"list": {"elements": [{"name": "a"}]}}), "{{path}}"),
        (application_set({"list": {"elements": [{"a": "b"}]}}, name="{{ .a | upper }}", goTemplate=True), ".a | upper"),
        (application_set({"list": {"elements": []}}, templatePatch="x"), "templatePatch"),
        (application_set({"list": {"elements": []}, "selector": {}}), "list, selector"),
        (application_set({"git": {**GIT, "repoURL": "https://git.example/x", "files": []}}), "git.example/x"),
    ],
)
def test_a_set_that_these_files_do_not_tell_is_named(repository, text, reason):
    repository({"argo/set.yaml": text + application("apps", "apps"), "apps/pod.yaml": POD})
    found = delivered()
    assert things(found) == ["shop/web"]
    ((what, why),) = found.coverage.unrendered
    assert what == "ApplicationSet argocd/set"
    assert reason in why
