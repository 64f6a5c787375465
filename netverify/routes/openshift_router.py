"""The router of OpenShift as policies are meant to admit it: by labels that its operator sets on namespaces.

Source: OKD, "About network policy" (``policy-group.network.openshift.io/ingress``, ``network.openshift.io/policy-group:
ingress``); OVN-Kubernetes, ``--host-network-namespace``: addresses of nodes count as pods of that namespace.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from netverify.model.cluster import Cluster, Namespace, Workload, WorkloadKey
from netverify.model.labels import NAMESPACE_NAME_LABEL, Labels
from netverify.routes.controllers import KNOWN

ROUTER_NAME = "OpenShift router"
OVN = "ovn-kubernetes"
BY_OPERATOR = "where the router of OpenShift is in namespace openshift-ingress, where its operator puts it"
AS_HOST_NETWORK = "where OVN-Kubernetes counts nodes as pods of namespace openshift-host-network"

_Convention: TypeAlias = tuple[Namespace, Workload]
_GROUP = "policy-group.network.openshift.io"


_INGRESS = Namespace(
    "openshift-ingress",
    {
        NAMESPACE_NAME_LABEL: "openshift-ingress",
        f"{_GROUP}/ingress": "",
        "network.openshift.io/policy-group": "ingress",
    },
    declared=True,
)
_HOST = Namespace(
    "openshift-host-network",
    {
        NAMESPACE_NAME_LABEL: "openshift-host-network",
        f"{_GROUP}/ingress": "",
        f"{_GROUP}/host-network": "",
    },
    declared=True,
)
_LABELS = next(one.pods[0] for one in KNOWN if one.name == ROUTER_NAME)

ROUTER = WorkloadKey(_INGRESS.name, "router-default", "Deployment")
"""The router where no manifest shows it: in pods of the network of pods."""

HOST_ROUTER = WorkloadKey(_HOST.name, "node", "Pod")
"""What stands for the addresses of nodes where they count as pods of a namespace."""

_CONVENTIONS: tuple[_Convention, ...] = (
    (_INGRESS, Workload(ROUTER, _LABELS)),
    (_HOST, Workload(HOST_ROUTER, {})),
)


def with_conventions(cluster: Cluster) -> Cluster:
    """``cluster`` with the namespaces and pods of the router that are not in it."""
    namespaces, workloads = dict(cluster.namespaces), list(cluster.workloads)
    for namespace, workload in _CONVENTIONS:
        known = namespaces.get(namespace.name)
        if known is None or not known.declared:
            namespaces[namespace.name] = namespace
        if all(one.key != workload.key for one in workloads):
            workloads.append(workload)
    workloads.sort(key=lambda one: one.key)
    return replace(cluster, namespaces=dict(sorted(namespaces.items())), workloads=tuple(workloads))


def is_router(labels: Labels) -> bool:
    """Whether pods with ``labels`` are the router's."""
    return _LABELS.items() <= labels.items()
