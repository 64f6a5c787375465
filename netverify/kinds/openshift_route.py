"""``route.openshift.io`` Route.

Source: openshift/api ``route/v1/types.go``; openshift/library-go ``pkg/route/validation`` (``ValidateRoute``),
``pkg/route/defaulting``; decoding of null list items as zero values.
"""

from __future__ import annotations

from typing import Any

from netverify.documents.document import Document, FieldPath
from netverify.kinds.choices import check_choice
from netverify.kinds.fields import FreeMap, Int32, IntOrString, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import ObjectMeta, Who, annotations_of
from netverify.kinds.names import dns_subdomain_problems, shown
from netverify.kinds.ports import is_port
from netverify.model.ingress import OF_ROUTER, OpenShiftRoute, RouteBackend
from netverify.model.traffic import MAX_PORT, MIN_PORT


class TargetFields(TypedDict, total=False):
    """``to``, or one item of ``alternateBackends``."""

    kind: str
    name: str
    weight: Int32


class PortFields(TypedDict, total=False):
    """``port``: which port of the endpoints is meant."""

    targetPort: IntOrString


class TlsFields(TypedDict, total=False):
    """``tls``."""

    termination: str
    insecureEdgeTerminationPolicy: str
    certificate: str
    key: str
    caCertificate: str
    destinationCACertificate: str
    externalCertificate: Any


class SpecFields(TypedDict, total=False):
    """``spec``."""

    host: str
    subdomain: str
    path: str
    to: TargetFields
    alternateBackends: list[TargetFields | None]
    port: PortFields
    tls: TlsFields
    wildcardPolicy: str
    httpHeaders: Any


class RouteFields(TypedDict, total=False):
    """The whole object."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    spec: SpecFields
    status: FreeMap


_MOST_ALTERNATES = 3
_MOST_WEIGHT = 256
_WEIGHT = 100
_TERMINATIONS = ("edge", "passthrough", "reencrypt")
_INSECURE = ("None", "Allow", "Redirect")
_INSECURE_BESIDE_PASSTHROUGH = ("None", "Redirect")
_WILDCARD_POLICIES = ("None", "Subdomain")


def _check(route: RouteFields, findings: Findings) -> None:
    spec = route.get("spec") or {}
    for field, name in (("host", spec.get("host")), ("subdomain", spec.get("subdomain"))):
        for problem in dns_subdomain_problems(name) if name else ():
            findings.refuse("NV541", ("spec", field), f"{problem}, not {shown(name or '')}")
    _check_target(spec.get("to") or {}, ("spec", "to"), findings)
    alternates = spec.get("alternateBackends") or ()
    if len(alternates) > _MOST_ALTERNATES:
        text = f"must not have more than {_MOST_ALTERNATES} items, not {len(alternates)}"
        findings.refuse("NV570", ("spec", "alternateBackends"), text)
    for index, target in enumerate(alternates):
        _check_target(target or {}, ("spec", "alternateBackends", index), findings)
    if (port := spec.get("port")) is not None:
        _check_port(port.get("targetPort"), ("spec", "port", "targetPort"), findings)
    path = spec.get("path")
    if path and not path.startswith("/"):
        findings.refuse("NV572", ("spec", "path"), f"must start with `/`, not {shown(path)}")
    if (tls := spec.get("tls")) is not None:
        _check_tls(tls, spec, findings)
    policy = spec.get("wildcardPolicy")
    check_choice(policy or None, _WILDCARD_POLICIES, ("spec", "wildcardPolicy"), findings)
    if policy == "Subdomain" and not spec.get("host"):
        advice = "write the host whose domain is meant"
        findings.refuse("NV574", ("spec", "host"), "is missing, though `wildcardPolicy` is `Subdomain`", advice=advice)


def _check_target(target: TargetFields, path: FieldPath, findings: Findings) -> None:
    kind, weight = target.get("kind"), target.get("weight")
    if kind and kind != "Service":
        findings.refuse("NV570", (*path, "kind"), f"must be `Service`, not {shown(kind)}")
    if not target.get("name"):
        findings.refuse("NV570", (*path, "name"), "is missing", advice="name a Service of the same namespace")
    if weight is not None and not 0 <= weight <= _MOST_WEIGHT:
        findings.refuse("NV571", (*path, "weight"), f"must be between 0 and {_MOST_WEIGHT}, not `{weight}`")


def _check_port(port: int | str | None, path: FieldPath, findings: Findings) -> None:
    if not port:
        findings.refuse("NV575", path, "is missing", advice="name a port of the endpoints, or leave `port` out")
    elif isinstance(port, int) and not is_port(port):
        findings.refuse("NV575", path, f"must be between {MIN_PORT} and {MAX_PORT}, not `{port}`")


def _check_tls(tls: TlsFields, spec: SpecFields, findings: Findings) -> None:
    path: FieldPath = ("spec", "tls")
    termination, policy = tls.get("termination"), tls.get("insecureEdgeTerminationPolicy") or None
    if not termination:
        names = ", ".join(f"`{name}`" for name in _TERMINATIONS)
        findings.refuse("NV573", (*path, "termination"), "is missing", advice=f"write one of {names}")
    check_choice(termination or None, _TERMINATIONS, (*path, "termination"), findings)
    insecure = (*path, "insecureEdgeTerminationPolicy")
    if termination != "passthrough":
        check_choice(policy, _INSECURE, insecure, findings)
        if termination == "edge" and tls.get("destinationCACertificate"):
            text = "must not be given when `termination` is `edge`, since traffic goes on without TLS"
            findings.refuse("NV573", (*path, "destinationCACertificate"), text)
        return
    check_choice(policy, _INSECURE_BESIDE_PASSTHROUGH, insecure, findings)
    if spec.get("path"):
        advice = "leave it out: the router cannot see the path"
        text = "must not be given when `tls.termination` is `passthrough`"
        findings.refuse("NV572", ("spec", "path"), text, advice=advice)
    certificates = {
        "certificate": tls.get("certificate"),
        "key": tls.get("key"),
        "caCertificate": tls.get("caCertificate"),
        "destinationCACertificate": tls.get("destinationCACertificate"),
    }
    for field, value in certificates.items():
        if value:
            text = "must not be given when `termination` is `passthrough`, since TLS ends in the pod"
            findings.refuse("NV573", (*path, field), text)


def _fact(route: RouteFields, who: Who, document: Document) -> OpenShiftRoute:
    spec = route.get("spec") or {}
    tls = spec.get("tls") or {}
    notes = annotations_of(route.get("metadata"))
    targets = (spec.get("to"), *(spec.get("alternateBackends") or ()))
    return OpenShiftRoute(
        namespace=who.namespace,
        name=who.name,
        host=spec.get("host") or "",
        path=spec.get("path") or "",
        backends=tuple(_backend(target) for target in targets if target),
        target_port=(spec.get("port") or {}).get("targetPort"),
        termination=tls.get("termination") or "",
        insecure=tls.get("insecureEdgeTerminationPolicy") or "",
        wildcard=spec.get("wildcardPolicy") == "Subdomain",
        origin=document.origin(),
        annotations={name: text for name, text in sorted(notes.items()) if name.startswith(OF_ROUTER)},
    )


def _backend(target: TargetFields) -> RouteBackend:
    weight = target.get("weight")
    return RouteBackend(target.get("name") or "", _WEIGHT if weight is None else weight)


OPENSHIFT_ROUTE = Kind("route.openshift.io", ("v1",), "Route", RouteFields, _check, _fact)
