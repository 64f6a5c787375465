"""``gateway.networking.k8s.io`` GatewayClass. Source: gateway-api ``apis/v1`` (with its kubebuilder markers)."""

from __future__ import annotations

from typing import Any

from netverify.documents.document import Document
from netverify.kinds.beside import of_class
from netverify.kinds.custom_resources import check_group_and_kind, check_namespace_name, check_object_name, require
from netverify.kinds.fields import FreeMap, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.hosts import check_controller
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import ObjectMeta, Who
from netverify.model.gateway import GATEWAY_GROUP, GatewayClass


class GatewayApiFields(TypedDict, total=False):
    """What every object of the group has besides its ``spec``.

    These are custom resources: a null stands for an absent field, but never for the item of a list.
    """

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    status: FreeMap


class ParametersRefFields(TypedDict, total=False):
    """``parametersRef``."""

    group: str
    kind: str
    name: str
    namespace: str


class SpecFields(TypedDict, total=False):
    """``spec``."""

    controllerName: str
    parametersRef: ParametersRefFields
    description: Any


class GatewayClassFields(GatewayApiFields, total=False):
    """The whole object."""

    spec: SpecFields


_LONGEST_CONTROLLER = 253


def _check(gateway_class: GatewayClassFields, findings: Findings) -> None:
    spec = gateway_class.get("spec") or {}
    check_controller(spec.get("controllerName") or "", ("spec", "controllerName"), _LONGEST_CONTROLLER, findings)
    if (reference := spec.get("parametersRef")) is None:
        return
    path = ("spec", "parametersRef")
    group, kind, name = reference.get("group"), reference.get("kind"), reference.get("name")
    for field, value in (("group", group), ("kind", kind), ("name", name)):
        require(value, (*path, field), findings)
    check_group_and_kind(group, kind, path, findings)
    check_object_name(name, (*path, "name"), findings)
    check_namespace_name(reference.get("namespace"), (*path, "namespace"), findings)


def _fact(gateway_class: GatewayClassFields, who: Who, document: Document) -> GatewayClass:
    controller = (gateway_class.get("spec") or {}).get("controllerName") or ""
    return GatewayClass(who.name, controller, document.origin(), of_class(document))


GATEWAY_CLASS = Kind(
    GATEWAY_GROUP, ("v1", "v1beta1"), "GatewayClass", GatewayClassFields, _check, _fact, is_namespaced=False
)
