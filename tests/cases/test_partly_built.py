"""A folder that cannot be built as a whole: what the checkout has of it stays, and what is missing is named."""

from __future__ import annotations

import pytest

from cases.gitops_texts import POD, followed, kustomization, needs_kustomize, things, written
from netverify.query.outcome import Verdict
from netverify.verify import Verifier

REMOTE = "https://raw.githubusercontent.com/example/x/main/x.yaml"
POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\nspec: {}\n"


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def make(kustomization_text):
        files = {"kustomization.yaml": kustomization_text, "pod.yaml": POD, "policy.yaml": POLICY}
        written(tmp_path, {f"clusters/prod/{name}": text for name, text in files.items()})
        return followed("clusters/prod")

    return make


MISSING = {
    "a remote resource": (f"resources: [{REMOTE}, pod.yaml, policy.yaml]\n", "https://raw.githubusercontent"),
    "a remote base": (
        "resources: ['github.com/example/base?ref=v1', pod.yaml, policy.yaml]\n",
        "github.com/example/base",
    ),
    "a chart": (
        "resources: [pod.yaml, policy.yaml]\nhelmCharts: [{name: x, repo: https://x.example}]\n",
        "`helmCharts`",
    ),
}


@needs_kustomize
@pytest.mark.parametrize("name", MISSING)
def test_what_the_checkout_has_stays_in_place(root, name):
    text, missing = MISSING[name]
    inventory = root(text)
    assert things(inventory) == ["default/web", "shop/deny"]
    ((what, _),) = inventory.coverage.unrendered
    assert missing in what
    answer = Verifier(inventory).ask("can internet reach any pod in namespace shop")
    assert answer.verdict is Verdict.UNKNOWN


@needs_kustomize
def test_what_needs_the_missing_part_is_not_built_at_all(root):
    patch = "{patch: '- {op: remove, path: /spec}', target: {kind: Deployment, name: elsewhere}}"
    inventory = root(
        f"resources: [{REMOTE}, pod.yaml]\nreplacements: [{{path: https://x.example/r}}]\npatches: [{patch}]\n"
    )
    assert things(inventory) == []
    ((what, _),) = inventory.coverage.unrendered
    assert what == "the folder clusters/prod"
    assert not inventory.has_errors


@needs_kustomize
def test_another_kustomization_of_the_root_is_followed_all_the_same(root, tmp_path):
    written(tmp_path, {"clusters/prod/apps.yaml": kustomization("apps", "apps"), "apps/pod.yaml": POD})
    inventory = root(f"resources: [{REMOTE}, apps.yaml]\n")
    assert things(inventory) == ["default/web"]
