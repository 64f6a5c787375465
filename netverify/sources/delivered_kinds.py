"""Kinds of objects that stand for other objects, which a controller fetches and applies: releases, applications.

What they stand for is not in the manifests: it may be anything, policies included. Source: the API reference of each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from netverify.sources.effects import Effect

ANYWHERE: Final = None
Place = Callable[[Mapping[str, Any], str], str | None]
"""From an object and its namespace to the only namespace that it may change, or :data:`ANYWHERE`."""

FLUX: Final = "flux"
ARGO: Final = "argo"


def _text(value: Any, *path: str) -> str:
    """The text at ``path``; empty where there is none, whatever the object looks like."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _own_or(*path: str) -> Place:
    """The namespace at ``path``, else that of the object."""
    return partial(_at_or_own, path)


def _at_or_own(path: tuple[str, ...], value: Mapping[str, Any], namespace: str) -> str:
    return _text(value, *path) or namespace


def _only(*path: str) -> Place:
    """The namespace at ``path`` where there is one: it is put on every object."""
    return partial(_at_or_anywhere, path)


def _at_or_anywhere(path: tuple[str, ...], value: Mapping[str, Any], namespace: str) -> str | None:
    del namespace
    return _text(value, *path) or ANYWHERE


def _anywhere(value: Mapping[str, Any], namespace: str) -> str | None:
    del value, namespace
    return ANYWHERE


def _of_bundled_chart(value: Mapping[str, Any], namespace: str) -> str | None:
    """Charts that k3s brings go to ``kube-system``, where their objects are; another chart may go anywhere."""
    del value
    return namespace if namespace == "kube-system" else ANYWHERE


def _of_application(value: Mapping[str, Any], namespace: str) -> str | None:
    """Where a chart goes; what stands in files says itself where it goes, Applications among them."""
    del namespace
    spec = value.get("spec")
    sources = [spec.get("source"), *_listed(spec.get("sources"))] if isinstance(spec, dict) else []
    given = [one for one in sources if isinstance(one, dict) and not one.get("ref")]
    if given and all(_text(one, "chart") for one in given):
        return _text(value, "spec", "destination", "namespace") or ANYWHERE
    return ANYWHERE


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_KINDS: Final[Mapping[tuple[str, str], tuple[str, Place]]] = MappingProxyType(
    {
        ("helm.toolkit.fluxcd.io", "HelmRelease"): ("its chart", _own_or("spec", "targetNamespace")),
        ("helm.fluxcd.io", "HelmRelease"): ("its chart", _own_or("spec", "targetNamespace")),
        ("kustomize.toolkit.fluxcd.io", "Kustomization"): ("its path", _only("spec", "targetNamespace")),
        ("fluxcd.controlplane.io", "FluxInstance"): ("what it syncs", _anywhere),
        ("fluxcd.controlplane.io", "ResourceSet"): ("its resources", _anywhere),
        ("infra.contrib.fluxcd.io", "Terraform"): ("its module", _anywhere),
        ("argoproj.io", "Application"): ("its source", _of_application),
        ("argoproj.io", "ApplicationSet"): ("the Applications that it makes", _anywhere),
        ("helm.cattle.io", "HelmChart"): ("its chart", _own_or("spec", "targetNamespace")),
        ("helm.cattle.io", "HelmChartConfig"): ("the chart that it configures", _of_bundled_chart),
        ("helm.k0sproject.io", "Chart"): ("its chart", _own_or("spec", "namespace")),
        ("fleet.cattle.io", "Bundle"): ("its resources", _anywhere),
        ("fleet.cattle.io", "GitRepo"): ("its repository", _anywhere),
        ("fleet.cattle.io", "HelmOp"): ("its chart", _anywhere),
        ("catalog.cattle.io", "App"): ("its chart", _own_or("spec", "namespace")),
        ("helm.crossplane.io", "Release"): ("its chart", _only("spec", "forProvider", "namespace")),
        ("helm.m.crossplane.io", "Release"): ("its chart", _only("spec", "forProvider", "namespace")),
        ("pkg.crossplane.io", "Configuration"): ("its package", _anywhere),
        ("kappctrl.k14s.io", "App"): ("its source", _anywhere),
        ("packaging.carvel.dev", "PackageInstall"): ("its package", _anywhere),
        ("configsync.gke.io", "RepoSync"): ("its repository", _own_or()),
        ("configsync.gke.io", "RootSync"): ("its repository", _anywhere),
        ("gitops.kluctl.io", "KluctlDeployment"): ("its project", _anywhere),
        ("core.oam.dev", "Application"): ("its components", _anywhere),
        ("pulumi.com", "Stack"): ("its program", _anywhere),
        ("operators.coreos.com", "Subscription"): ("the operator that it installs", _own_or()),
        ("operators.coreos.com", "ClusterServiceVersion"): ("the operator that it installs", _own_or()),
        ("operators.coreos.com", "InstallPlan"): ("the operator that it installs", _own_or()),
        ("olm.operatorframework.io", "ClusterExtension"): (
            "the operator that it installs",
            _only("spec", "namespace"),
        ),
        ("addons.cluster.x-k8s.io", "ClusterResourceSet"): ("the resources that it applies", _anywhere),
        ("addons.cluster.x-k8s.io", "HelmChartProxy"): ("its chart", _anywhere),
        ("addons.cluster.x-k8s.io", "HelmReleaseProxy"): ("its chart", _anywhere),
        ("config.projectsveltos.io", "ClusterProfile"): ("the resources that it applies", _anywhere),
        ("config.projectsveltos.io", "Profile"): ("the resources that it applies", _anywhere),
        ("work.open-cluster-management.io", "ManifestWork"): ("its manifests", _anywhere),
        ("apps.open-cluster-management.io", "Subscription"): ("what it subscribes to", _anywhere),
        ("velero.io", "Restore"): ("the backup that it restores", _anywhere),
    }
)
_SOURCES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "source.toolkit.fluxcd.io": frozenset({"Bucket", "HelmChart", "OCIRepository"}),
        "apps.open-cluster-management.io": frozenset({"Channel"}),
    }
)
"""Kinds of what is only fetched: another object applies it, or nobody does."""

_FOLLOWED: Final[Mapping[str, str]] = MappingProxyType(
    {"helm.toolkit.fluxcd.io": FLUX, "kustomize.toolkit.fluxcd.io": FLUX, "source.toolkit.fluxcd.io": FLUX}
)
"""By group, who follows objects of it."""

STANDS_FOR_OTHERS: frozenset[tuple[str, str]] = frozenset(
    {*_KINDS, *((group, kind) for group, kinds in _SOURCES.items() for kind in kinds)}
)
"""Group and kind of every object that stands for others."""


def is_followed(group: str, kind: str, follower: str) -> bool:
    """Whether ``follower``, who made the manifests at hand, has followed such objects, and told what it could not."""
    if group == "argoproj.io":
        return follower == ARGO and kind in {"Application", "ApplicationSet"}
    return bool(follower) and _FOLLOWED.get(group) == follower


def effect_of_delivery(group: str, kind: str, namespace: str, value: Mapping[str, Any]) -> Effect:
    """What the objects that ``value`` stands for may do: anything, in the one namespace that they go to if it is known.

    What is only fetched does nothing by itself.
    """
    known = _KINDS.get((group, kind))
    if known is None:
        return Effect(may_allow=False, may_deny=False, cluster_wide=True, unrendered="what it fetches")
    what, place_of = known
    place = place_of(value, namespace)
    return Effect(
        may_allow=True,
        may_deny=True,
        cluster_wide=place is ANYWHERE,
        makes_pods=True,
        may_route=True,
        place=place or "",
        unrendered=what,
    )
