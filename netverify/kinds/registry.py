"""Every kind that is read in full: one row each. Its file is loaded when the first such object is read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType
from typing import NamedTuple

from netverify.documents.document import Value
from netverify.kinds.kind import Kind, api_versions_of


class Row(NamedTuple):
    """A kind with what has to be known of it before an object is read; ``home`` is its file and the name there."""

    group: str
    versions: tuple[str, ...]
    name: str
    home: str

    @property
    def api_versions(self) -> tuple[str, ...]:
        """As :attr:`~netverify.kinds.kind.Kind.api_versions`."""
        return api_versions_of(self.group, self.versions)


_GATEWAY_API = "gateway.networking.k8s.io"

KINDS: tuple[Row, ...] = (
    Row("", ("v1",), "Namespace", "namespace.NAMESPACE"),
    Row("", ("v1",), "Node", "node.NODE"),
    Row("", ("v1",), "Pod", "pod.POD"),
    Row("", ("v1",), "ReplicationController", "controllers.REPLICATION_CONTROLLER"),
    Row("apps", ("v1",), "Deployment", "controllers.DEPLOYMENT"),
    Row("apps", ("v1",), "StatefulSet", "controllers.STATEFUL_SET"),
    Row("apps", ("v1",), "DaemonSet", "controllers.DAEMON_SET"),
    Row("apps", ("v1",), "ReplicaSet", "controllers.REPLICA_SET"),
    Row("batch", ("v1",), "Job", "job.JOB"),
    Row("batch", ("v1",), "CronJob", "job.CRON_JOB"),
    Row("networking.k8s.io", ("v1",), "NetworkPolicy", "network_policy.NETWORK_POLICY"),
    Row(
        "policy.networking.k8s.io",
        ("v1alpha2",),
        "ClusterNetworkPolicy",
        "cluster_network_policy.CLUSTER_NETWORK_POLICY",
    ),
    Row(
        "policy.networking.k8s.io",
        ("v1alpha1",),
        "AdminNetworkPolicy",
        "admin_network_policy.ADMIN_NETWORK_POLICY",
    ),
    Row(
        "policy.networking.k8s.io",
        ("v1alpha1",),
        "BaselineAdminNetworkPolicy",
        "admin_network_policy.BASELINE_ADMIN_NETWORK_POLICY",
    ),
    Row("", ("v1",), "Service", "service.SERVICE"),
    Row("", ("v1",), "Endpoints", "endpoints.ENDPOINTS"),
    Row("discovery.k8s.io", ("v1",), "EndpointSlice", "endpoints.ENDPOINT_SLICE"),
    Row("networking.k8s.io", ("v1",), "Ingress", "ingress.INGRESS"),
    Row("networking.k8s.io", ("v1",), "IngressClass", "ingress_class.INGRESS_CLASS"),
    Row(_GATEWAY_API, ("v1", "v1beta1"), "GatewayClass", "gateway_class.GATEWAY_CLASS"),
    Row(_GATEWAY_API, ("v1", "v1beta1"), "Gateway", "gateway.GATEWAY"),
    Row(_GATEWAY_API, ("v1", "v1beta1"), "HTTPRoute", "http_route.HTTP_ROUTE"),
    Row(_GATEWAY_API, ("v1", "v1alpha2"), "GRPCRoute", "grpc_route.GRPC_ROUTE"),
    Row(_GATEWAY_API, ("v1", "v1alpha2", "v1alpha3"), "TLSRoute", "plain_routes.TLS_ROUTE"),
    Row(_GATEWAY_API, ("v1", "v1alpha2", "v1alpha3"), "TCPRoute", "plain_routes.TCP_ROUTE"),
    Row(_GATEWAY_API, ("v1", "v1alpha2", "v1alpha3"), "UDPRoute", "plain_routes.UDP_ROUTE"),
    Row(_GATEWAY_API, ("v1", "v1beta1", "v1alpha2"), "ReferenceGrant", "reference_grant.REFERENCE_GRANT"),
    Row("route.openshift.io", ("v1",), "Route", "openshift_route.OPENSHIFT_ROUTE"),
)


def _kind(row: Row) -> Kind:
    module, _, name = row.home.partition(".")
    kind: Kind = getattr(import_module(f"netverify.kinds.{module}"), name)
    assert (kind.group, kind.versions, kind.name) == row[:3], f"{row.home} is not what its row says"
    return kind


_BY_VERSION: Mapping[tuple[str, str], Row] = MappingProxyType(
    {(version, kind.name): kind for kind in KINDS for version in kind.api_versions}
)
_BY_GROUP = frozenset((kind.group, kind.name) for kind in KINDS)

KINDS_BY_NAME: Mapping[str, tuple[Row, ...]] = MappingProxyType(
    {name: tuple(kind for kind in KINDS if kind.name == name) for name in dict.fromkeys(kind.name for kind in KINDS)}
)
"""The kinds of one name, each of another group."""


@lru_cache(maxsize=1024)
def kind_of(api_version: str, kind: str) -> Kind | None:
    """The row of objects with these two fields; None where such objects are not read in full."""
    row = _BY_VERSION.get((api_version, kind))
    return row and _kind(row)


def kind_of_object(value: Value) -> Kind | None:
    """The row of the object that ``value`` is; None where it is none that is read in full."""
    if value.__class__ is not dict:
        return None
    api_version, kind = value.get("apiVersion"), value.get("kind")
    if api_version.__class__ is not str or kind.__class__ is not str:
        return None
    return kind_of(api_version, kind)


def is_read(group: str, kind: str) -> bool:
    """Whether objects of ``kind`` of ``group`` are read in full, in a version that servers take."""
    return (group, kind) in _BY_GROUP
