"""Which CNI plugin the manifests look like: what is offered to people who named none.

Nothing is proved by it: anybody who may change the manifests could add such a sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from netverify.records import dataclass
from netverify.sources.coverage import Inventory

_AGENTS: Mapping[str, str] = MappingProxyType(
    {
        "anetd": "gke-dataplane-v2",
        "antrea-agent": "antrea",
        "aws-node": "aws-vpc-cni",
        "azure-npm": "azure-npm",
        "calico-node": "calico",
        "canal": "calico",
        "cilium": "cilium",
        "kindnet": "kindnet",
        "kube-flannel-ds": "flannel",
        "kube-router": "kube-router",
        "ovnkube-node": "ovn-kubernetes",
        "weave-net": "weave",
    }
)
"""DaemonSets by the names that the plugins' own manifests give them."""

_INSTALLERS: Mapping[str, str] = MappingProxyType(
    {
        "antrea": "antrea",
        "antrea-controller": "antrea",
        "aws-vpc-cni": "aws-vpc-cni",
        "calico": "calico",
        "calico-kube-controllers": "calico",
        "cilium": "cilium",
        "cilium-operator": "cilium",
        "ovnkube-control-plane": "ovn-kubernetes",
        "ovnkube-master": "ovn-kubernetes",
        "tigera-operator": "calico",
    }
)
"""Deployments, and releases of charts, by name."""

_RESOURCES: Mapping[str, str] = MappingProxyType(
    {
        "AdminPolicyBasedExternalRoute": "ovn-kubernetes",
        "AntreaAgentInfo": "antrea",
        "AntreaControllerInfo": "antrea",
        "BGPConfiguration": "calico",
        "CalicoNodeStatus": "calico",
        "ENIConfig": "aws-vpc-cni",
        "EgressFirewall": "ovn-kubernetes",
        "FelixConfiguration": "calico",
        "GlobalNetworkPolicy": "calico",
        "GlobalNetworkSet": "calico",
        "HostEndpoint": "calico",
        "PolicyEndpoint": "aws-vpc-cni",
    }
)
"""Custom resources of one plugin alone, by kind; those of Cilium begin with its name."""


@dataclass(frozen=True, slots=True)
class PluginSign:
    """What looks like ``plugin``, a name of a profile: ``what`` says it, as ``DaemonSet kube-system/calico-node``."""

    plugin: str
    what: str


def plugin_sign(inventory: Inventory) -> PluginSign | None:
    """The sign of the one plugin that ``inventory`` looks like; None where there is none, or signs of several."""
    found: dict[str, PluginSign] = {}
    for sign in _signs(inventory):
        found.setdefault(sign.plugin, sign)
    return next(iter(found.values())) if len(found) == 1 else None


def _signs(inventory: Inventory) -> Iterator[PluginSign]:
    cluster = inventory.cluster
    for workload in cluster.workloads:
        key = workload.key
        names = _AGENTS if key.kind == "DaemonSet" else _INSTALLERS if key.kind == "Deployment" else {}
        if key.name in names:
            yield PluginSign(names[key.name], f"{key.kind} {key.namespace}/{key.name}")
    for one in cluster.unsupported:
        name = one.name.rpartition("/")[2]
        plugin = _INSTALLERS.get(name) if one.unrendered else _plugin_of(one.kind)
        if plugin is not None:
            yield PluginSign(plugin, f"{one.kind} {one.namespace}/{name}" if one.namespace else f"{one.kind} {name}")
    for kind in sorted(inventory.coverage.irrelevant):
        if (plugin := _plugin_of(kind)) is not None:
            yield PluginSign(plugin, f"objects of kind {kind}")
    for node in cluster.nodes:
        if node.annotated_by:
            yield PluginSign(node.annotated_by, f"annotations of Node {node.name}")


def _plugin_of(kind: str) -> str | None:
    return "cilium" if kind.startswith("Cilium") else _RESOURCES.get(kind)
