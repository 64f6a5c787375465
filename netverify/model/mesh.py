"""Who is in Istio's ambient mesh, by labels of namespaces and of pods.

Source: "Add workloads to an ambient mesh" (``istio.io/dataplane-mode``: ``ambient`` on a namespace or a pod, ``none``
on a pod opts out); "Ambient and Kubernetes NetworkPolicy" (traffic between members arrives on TCP 15008).
"""

from __future__ import annotations

from netverify.model.cluster import Cluster
from netverify.model.flow import Endpoint, Pod
from netverify.model.labels import Labels
from netverify.records import dataclass

DATAPLANE_MODE = "istio.io/dataplane-mode"
AMBIENT, NONE = "ambient", "none"

HBONE_PORT = 15008
"""The TCP port on which pods of the mesh take traffic of other members, whatever port that is meant for."""


@dataclass(frozen=True, slots=True)
class AmbientMesh:
    """The ``namespaces`` that are labelled for the mesh; ``pods_alone``: existing pods of others are, by themselves."""

    namespaces: tuple[str, ...]
    pods_alone: bool

    def has(self, namespace: str, labels: Labels, *, host_network: bool) -> bool:
        """Whether a pod in ``namespace`` with ``labels`` is a member: never one on the host network."""
        mode = labels.get(DATAPLANE_MODE, AMBIENT if namespace in self.namespaces else NONE)
        return mode == AMBIENT and not host_network

    def holds(self, endpoint: Endpoint) -> bool:
        """Whether ``endpoint`` is a member."""
        if not isinstance(endpoint, Pod) or endpoint.is_node:
            return False
        return self.has(endpoint.namespace, endpoint.labels, host_network=endpoint.host_network)


def ambient_mesh(cluster: Cluster) -> AmbientMesh | None:
    """The mesh of ``cluster``; None where no manifest labels anybody for it."""
    namespaces = tuple(
        name for name, one in sorted(cluster.namespaces.items()) if one.labels.get(DATAPLANE_MODE) == AMBIENT
    )
    pods_alone = any(
        one.labels.get(DATAPLANE_MODE) == AMBIENT and one.key.namespace not in namespaces for one in cluster.workloads
    )
    return AmbientMesh(namespaces, pods_alone) if namespaces or pods_alone else None


def has_other_mesh(one: Cluster, other: Cluster) -> bool:
    """Whether the mesh of ``one`` has other members than that of ``other``, among what the labels of both tell."""
    return _members(one) != _members(other)


def _members(cluster: Cluster) -> tuple[AmbientMesh | None, frozenset[str]]:
    """The mesh, and the existing pods that are labelled otherwise than their namespace."""
    mesh = ambient_mesh(cluster)
    labelled = {str(one.key) for one in cluster.workloads if DATAPLANE_MODE in one.labels}
    return mesh, frozenset(labelled if mesh is not None else ())
