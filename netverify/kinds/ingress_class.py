"""``networking.k8s.io`` IngressClass. Source: k8s.io/api ``networking/v1/types.go``; ``ValidateIngressClass``."""

from __future__ import annotations

from typing import Any

from netverify.documents.document import Document, FieldPath
from netverify.kinds.beside import of_class
from netverify.kinds.fields import TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.hosts import check_controller
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import ObjectMeta, Who, annotations_of
from netverify.kinds.names import dns_label_problems, shown
from netverify.kinds.references import check_reference
from netverify.model.ingress import IngressClass


class ParametersFields(TypedDict, total=False):
    """``parameters``."""

    apiGroup: str
    kind: str
    name: str
    scope: str
    namespace: str


class SpecFields(TypedDict, total=False):
    """``spec``."""

    controller: str
    parameters: ParametersFields


class IngressClassFields(TypedDict, total=False):
    """The whole object; there is no ``status``."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    spec: SpecFields


_LONGEST_CONTROLLER = 250
_DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"


def _check(ingress_class: IngressClassFields, findings: Findings) -> None:
    spec = ingress_class.get("spec") or {}
    check_controller(spec.get("controller") or "", ("spec", "controller"), _LONGEST_CONTROLLER, findings)
    if (parameters := spec.get("parameters")) is not None:
        _check_parameters(parameters, ("spec", "parameters"), findings)


def _check_parameters(parameters: ParametersFields, path: FieldPath, findings: Findings) -> None:
    check_reference(parameters.get("apiGroup"), parameters.get("kind"), parameters.get("name"), path, findings)
    scope, namespace, place = parameters.get("scope"), parameters.get("namespace"), (*path, "namespace")
    match "Cluster" if scope is None else scope:
        case "Cluster":
            if namespace is not None:
                advice = "write `scope: Namespace`, or leave the namespace out"
                findings.refuse("NV550", place, "must not be given when `scope` is `Cluster`", advice=advice)
        case "Namespace":
            if namespace is None:
                findings.refuse("NV550", place, "is missing, though `scope` is `Namespace`")
            for problem in dns_label_problems(namespace) if namespace is not None else ():
                findings.refuse("NV222", place, f"{problem}, not {shown(namespace or '')}")
        case other:
            text = f"must be `Cluster` or `Namespace`, not {shown(other)}"
            findings.refuse("NV550", (*path, "scope"), text)


def _fact(ingress_class: IngressClassFields, who: Who, document: Document) -> IngressClass:
    """The stored IngressClass; it is a default one iff its annotation is exactly ``true``."""
    return IngressClass(
        name=who.name,
        controller=(ingress_class.get("spec") or {}).get("controller") or "",
        is_default=annotations_of(ingress_class.get("metadata")).get(_DEFAULT_CLASS) == "true",
        origin=document.origin(),
        beside=of_class(document),
    )


INGRESS_CLASS = Kind(
    "networking.k8s.io", ("v1",), "IngressClass", IngressClassFields, _check, _fact, is_namespaced=False
)
