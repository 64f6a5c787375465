"""Real repositories, delivered as their owners say; skipped where they are not there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cases.gitops_texts import application, followed, kustomization, needs_helm, needs_kustomize, release, written
from netverify.query.outcome import Verdict
from netverify.sources.inventory import read_inventory
from netverify.sources.renderings import HelmChart
from netverify.verify import ask

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
SHOP = CORPUS / "microservices-demo"
BANK = CORPUS / "aks-baseline-regulated" / "cluster-manifests"
POLICIES = 13
"""The default deny and one for each of the twelve workloads."""

needs_shop = pytest.mark.skipif(not SHOP.is_dir(), reason="the corpus is not there")
needs_bank = pytest.mark.skipif(not BANK.is_dir(), reason="the corpus is not there")
CLOSED = "can any pod outside namespace shop reach deployment shop/redis-cart:6379"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout of the shop that something else can be written into."""
    shutil.copytree(SHOP, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return lambda files: written(tmp_path, files)


def shop(inventory):
    """How many policies there are in the shop; nothing was refused or left to guess."""
    assert not inventory.has_errors
    assert inventory.coverage.unrendered == ()
    return sum(policy.namespace == "shop" for policy in inventory.cluster.network_policies)


@needs_shop
@needs_kustomize
def test_flux_adds_the_component_with_policies_to_an_overlay(checkout):
    spec = {"components": ["components/network-policies"], "targetNamespace": "shop"}
    checkout({"clusters/prod/shop.yaml": kustomization("shop", "./kustomize", **spec)})
    found = followed("clusters/prod")
    assert shop(found) == POLICIES
    assert ask(CLOSED, found).verdict is Verdict.UNREACHABLE


@needs_shop
@needs_kustomize
def test_argo_adds_the_component_with_policies_to_an_overlay(checkout):
    options = {"components": ["components/network-policies"]}
    checkout({"argo/shop.yaml": application("shop", "kustomize", source={"kustomize": options})})
    found = followed("argo", argo=True)
    assert shop(found) == POLICIES
    assert ask(CLOSED, found).verdict is Verdict.UNREACHABLE


@needs_shop
@needs_helm
def test_the_chart_has_its_policies_by_every_way(checkout):
    values = {"networkPolicies": {"create": True}}
    checkout(
        {
            "flux/shop.yaml": release("shop", "./helm-chart", "shop", values=values),
            "argo/shop.yaml": application("shop", "helm-chart", source={"helm": {"valuesObject": values}}),
        }
    )
    chart = HelmChart("helm-chart", sets=("networkPolicies.create=true",), namespace="shop", release="shop")
    for found in (read_inventory((), renderings=[chart]), followed("flux"), followed("argo", argo=True)):
        assert shop(found) == POLICIES
        assert ask(CLOSED, found).verdict is Verdict.UNREACHABLE
        assert not [one for one in found.diagnostics if one.code == "NV205"]


@needs_bank
@needs_kustomize
def test_a_folder_whose_kustomization_a_cloud_makes_is_read_as_flux_applies_it():
    found = followed(str(BANK))
    assert not found.has_errors
    assert {one.code for one in found.diagnostics} >= {"NV154", "NV142"}
    assert not any("denyall" in policy.name for policy in found.cluster.network_policies)
