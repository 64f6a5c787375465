"""What the routes of the Gateway API have in common: parents, hosts and backends.

Source: gateway-api ``apis/v1`` (with its kubebuilder markers and defaults).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from netverify.documents.document import Document, FieldPath
from netverify.kinds.beside import of_route
from netverify.kinds.custom_resources import (
    check_group_and_kind,
    check_namespace_name,
    check_object_name,
    check_port,
    check_range,
    check_section_name,
    check_size,
    require,
    same_items,
)
from netverify.kinds.fields import Int32, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.hosts import check_host, is_ipv4
from netverify.kinds.metadata import Who
from netverify.kinds.names import shown
from netverify.model.gateway import GATEWAY_GROUP, BackendRef, ParentRef, Route, RouteRule


class ParentRefFields(TypedDict, total=False):
    """One item of ``parentRefs``."""

    group: str
    kind: str
    namespace: str
    name: str
    sectionName: str
    port: Int32


class RouteSpec(TypedDict, total=False):
    """What the ``spec`` of every route has."""

    parentRefs: list[ParentRefFields]
    useDefaultGateways: Any


class BackendFields(TypedDict, total=False):
    """A reference to what takes traffic."""

    group: str
    kind: str
    name: str
    namespace: str
    port: Int32


class BackendRefFields(BackendFields, total=False):
    """One item of ``backendRefs`` of a route that does not look into what it carries."""

    weight: Int32


_PARENTS, _HOSTNAMES, FEW = (0, 32), 16, (0, 16)
_MOST_WEIGHT = 1_000_000


def check_parents(spec: RouteSpec, findings: Findings) -> None:
    """Check ``parentRefs``; references to one and the same parent must differ in their section or port."""
    path: FieldPath = ("spec", "parentRefs")
    parents = spec.get("parentRefs") or ()
    check_size(spec.get("parentRefs"), _PARENTS, path, findings)
    for index, parent in enumerate(parents):
        _check_parent(parent, (*path, index), findings)
    objects = [
        (one.get("group") or GATEWAY_GROUP, one.get("kind") or "Gateway", one.get("namespace"), one.get("name"))
        for one in parents
    ]
    parts = [(parent.get("sectionName"), parent.get("port")) for parent in parents]
    for index, first in same_items(objects):
        given, before = parts[index], parts[first]
        if [part is None for part in given] != [part is None for part in before]:
            text = f"must have `sectionName` or `port` in both items {first} and {index}, which name the same parent"
            findings.refuse("NV557", path, text, origin=findings.document.origin((*path, index)))
    for index, first in same_items(list(zip(objects, parts, strict=True))):
        text = f"must not name the same parent twice without another `sectionName` or `port`: items {first} and {index}"
        findings.refuse("NV557", path, text, origin=findings.document.origin((*path, index)))


def _check_parent(parent: ParentRefFields, path: FieldPath, findings: Findings) -> None:
    require(parent.get("name"), (*path, "name"), findings)
    check_object_name(parent.get("name"), (*path, "name"), findings)
    check_group_and_kind(parent.get("group"), parent.get("kind"), path, findings)
    check_namespace_name(parent.get("namespace"), (*path, "namespace"), findings)
    check_section_name(parent.get("sectionName"), (*path, "sectionName"), findings)
    check_port(parent.get("port"), (*path, "port"), findings)


def check_hostnames(
    hostnames: Sequence[str] | None, findings: Findings, *, fewest: int = 0, addresses: bool = True
) -> None:
    """Check ``hostnames``, of which there are ``fewest`` at least; without ``addresses`` none may look like one."""
    check_size(hostnames, (fewest, _HOSTNAMES), ("spec", "hostnames"), findings)
    for index, hostname in enumerate(hostnames or ()):
        path = ("spec", "hostnames", index)
        check_host(hostname, path, findings)
        if not addresses and is_ipv4(hostname):
            findings.refuse("NV541", path, f"must be a host name, not the address {shown(hostname)}")


def check_apart(names: Sequence[str | None], path: FieldPath, findings: Findings) -> None:
    """Check that no two of the rules at ``path``, which have ``names``, have the same one."""
    for index, first in same_items([(name, None if name else index) for index, name in enumerate(names)]):
        text = f"must not have the name {shown(names[index] or '')} twice: items {first} and {index}"
        findings.refuse("NV555", path, text, origin=findings.document.origin((*path, index, "name")))


def check_backend(backend: BackendFields, path: FieldPath, findings: Findings) -> None:
    """Check the reference at ``path`` to what takes traffic."""
    name, kind, group, port = backend.get("name"), backend.get("kind"), backend.get("group"), backend.get("port")
    require(name, (*path, "name"), findings)
    check_object_name(name, (*path, "name"), findings)
    check_group_and_kind(group, kind, path, findings)
    check_namespace_name(backend.get("namespace"), (*path, "namespace"), findings)
    check_port(port, (*path, "port"), findings)
    if not group and kind in (None, "Service") and port is None:
        advice = "write the port of the Service as `port`"
        findings.refuse("NV558", path, "must have a `port`, since it is a Service", advice=advice)


def check_backend_ref(backend: BackendRefFields, path: FieldPath, findings: Findings) -> None:
    """Check one item of ``backendRefs``."""
    check_backend(backend, path, findings)
    check_range(backend.get("weight"), (0, _MOST_WEIGHT), (*path, "weight"), findings)


def route_of(  # noqa: PLR0913, PLR0917 -- what routes differ in
    kind: str, spec: RouteSpec, hostnames: Iterable[str], rules: tuple[RouteRule, ...], who: Who, document: Document
) -> Route:
    """The route of ``kind`` with these parts."""
    return Route(
        kind=kind,
        namespace=who.namespace,
        name=who.name,
        parents=tuple(map(_parent, spec.get("parentRefs") or ())),
        hostnames=tuple(hostnames),
        rules=rules,
        origin=document.origin(),
        beside=of_route(document),
    )


def backend_of(backend: BackendFields, weight: int | None = None) -> BackendRef:
    """What takes traffic; what requests are mirrored to gets them all, as a weight of 1."""
    return BackendRef(
        name=backend.get("name") or "",
        port=backend.get("port"),
        kind=backend.get("kind") or "Service",
        group=backend.get("group") or "",
        namespace=backend.get("namespace") or "",
        weight=1 if weight is None else weight,
    )


def _parent(parent: ParentRefFields) -> ParentRef:
    group = parent.get("group")
    return ParentRef(
        name=parent.get("name") or "",
        kind=parent.get("kind") or "Gateway",
        group=GATEWAY_GROUP if group is None else group,
        namespace=parent.get("namespace") or "",
        section=parent.get("sectionName") or "",
        port=parent.get("port"),
    )
