"""Every kind that is read in full: one row each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from netverify.documents.document import Value
from netverify.kinds.controllers import (
    DAEMON_SET,
    DEPLOYMENT,
    REPLICA_SET,
    REPLICATION_CONTROLLER,
    STATEFUL_SET,
)
from netverify.kinds.endpoints import ENDPOINT_SLICE, ENDPOINTS
from netverify.kinds.gateway import GATEWAY
from netverify.kinds.gateway_class import GATEWAY_CLASS
from netverify.kinds.grpc_route import GRPC_ROUTE
from netverify.kinds.http_route import HTTP_ROUTE
from netverify.kinds.ingress import INGRESS
from netverify.kinds.ingress_class import INGRESS_CLASS
from netverify.kinds.job import CRON_JOB, JOB
from netverify.kinds.kind import Kind
from netverify.kinds.namespace import NAMESPACE
from netverify.kinds.network_policy import NETWORK_POLICY
from netverify.kinds.node import NODE
from netverify.kinds.openshift_route import OPENSHIFT_ROUTE
from netverify.kinds.plain_routes import TCP_ROUTE, TLS_ROUTE, UDP_ROUTE
from netverify.kinds.pod import POD
from netverify.kinds.reference_grant import REFERENCE_GRANT
from netverify.kinds.service import SERVICE

KINDS: tuple[Kind, ...] = (
    NAMESPACE,
    NODE,
    POD,
    REPLICATION_CONTROLLER,
    DEPLOYMENT,
    STATEFUL_SET,
    DAEMON_SET,
    REPLICA_SET,
    JOB,
    CRON_JOB,
    NETWORK_POLICY,
    SERVICE,
    ENDPOINTS,
    ENDPOINT_SLICE,
    INGRESS,
    INGRESS_CLASS,
    GATEWAY_CLASS,
    GATEWAY,
    HTTP_ROUTE,
    GRPC_ROUTE,
    TLS_ROUTE,
    TCP_ROUTE,
    UDP_ROUTE,
    REFERENCE_GRANT,
    OPENSHIFT_ROUTE,
)

_BY_VERSION: Mapping[tuple[str, str], Kind] = MappingProxyType(
    {(version, kind.name): kind for kind in KINDS for version in kind.api_versions}
)
_BY_GROUP = frozenset((kind.group, kind.name) for kind in KINDS)

KINDS_BY_NAME: Mapping[str, tuple[Kind, ...]] = MappingProxyType(
    {name: tuple(kind for kind in KINDS if kind.name == name) for name in dict.fromkeys(kind.name for kind in KINDS)}
)
"""The kinds of one name, each of another group."""


def kind_of(api_version: str, kind: str) -> Kind | None:
    """The row of objects with these two fields; None where such objects are not read in full."""
    return _BY_VERSION.get((api_version, kind))


def kind_of_object(value: Value) -> Kind | None:
    """The row of the object that ``value`` is; None where it is none that is read in full."""
    if value.__class__ is not dict:
        return None
    api_version, kind = value.get("apiVersion"), value.get("kind")
    if api_version.__class__ is not str or kind.__class__ is not str:
        return None
    return _BY_VERSION.get((api_version, kind))


def is_read(group: str, kind: str) -> bool:
    """Whether objects of ``kind`` of ``group`` are read in full, in a version that servers take."""
    return (group, kind) in _BY_GROUP
