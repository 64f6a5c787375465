"""``gateway.networking.k8s.io`` ReferenceGrant. Source: gateway-api ``apis/v1`` (with its kubebuilder markers)."""

from __future__ import annotations

from netverify.documents.document import Document, FieldPath
from netverify.kinds.custom_resources import (
    check_group_and_kind,
    check_namespace_name,
    check_object_name,
    check_size,
    require,
)
from netverify.kinds.fields import TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.gateway_class import GatewayApiFields
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import Who
from netverify.model.gateway import GATEWAY_GROUP, GrantFrom, GrantTo, ReferenceGrant


class FromFields(TypedDict, total=False):
    """One item of ``from``."""

    group: str
    kind: str
    namespace: str


class ToFields(TypedDict, total=False):
    """One item of ``to``."""

    group: str
    kind: str
    name: str


SpecFields = TypedDict("SpecFields", {"from": list[FromFields], "to": list[ToFields]}, total=False)
"""``spec``."""


class ReferenceGrantFields(GatewayApiFields, total=False):
    """The whole object."""

    spec: SpecFields


_SIZES = (1, 16)
_CORE = 'write `group: ""` for the core group'


def _check(grant: ReferenceGrantFields, findings: Findings) -> None:
    spec = grant.get("spec")
    if spec is None:
        findings.refuse("NV552", ("spec",), "is missing")
        return
    sources, targets = spec.get("from"), spec.get("to")
    require(sources, ("spec", "from"), findings)
    check_size(sources, _SIZES, ("spec", "from"), findings)
    require(targets, ("spec", "to"), findings)
    check_size(targets, _SIZES, ("spec", "to"), findings)
    for index, source in enumerate(sources or ()):
        path: FieldPath = ("spec", "from", index)
        require(source.get("group"), (*path, "group"), findings, advice=_CORE)
        require(source.get("kind"), (*path, "kind"), findings)
        require(source.get("namespace"), (*path, "namespace"), findings)
        check_group_and_kind(source.get("group"), source.get("kind"), path, findings)
        check_namespace_name(source.get("namespace"), (*path, "namespace"), findings)
    for index, target in enumerate(targets or ()):
        path = ("spec", "to", index)
        require(target.get("group"), (*path, "group"), findings, advice=_CORE)
        require(target.get("kind"), (*path, "kind"), findings)
        check_group_and_kind(target.get("group"), target.get("kind"), path, findings)
        check_object_name(target.get("name"), (*path, "name"), findings)


def _fact(grant: ReferenceGrantFields, who: Who, document: Document) -> ReferenceGrant:
    spec = grant.get("spec") or {}
    return ReferenceGrant(
        namespace=who.namespace,
        name=who.name,
        sources=tuple(
            GrantFrom(one.get("group") or "", one.get("kind") or "", one.get("namespace") or "")
            for one in spec.get("from") or ()
        ),
        targets=tuple(
            GrantTo(one.get("group") or "", one.get("kind") or "", one.get("name") or "")
            for one in spec.get("to") or ()
        ),
        origin=document.origin(),
    )


REFERENCE_GRANT = Kind(
    GATEWAY_GROUP, ("v1", "v1beta1", "v1alpha2"), "ReferenceGrant", ReferenceGrantFields, _check, _fact
)
