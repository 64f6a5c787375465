"""Rules of the Route of OpenShift. Source: openshift/library-go ``pkg/route/validation`` (``ValidateRoute``)."""

from __future__ import annotations

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.openshift_route import (
    OpenShiftRouteShape,
    OpenShiftRouteSpec,
    RouteTargetShape,
    RouteTlsShape,
)
from netverify.manifests.validation.choices import check_choice
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.metadata import check_metadata
from netverify.manifests.validation.names import dns_subdomain_problems, shown
from netverify.model.traffic import MAX_PORT, MIN_PORT

_MOST_ALTERNATES = 3
_MOST_WEIGHT = 256
_TERMINATIONS = ("edge", "passthrough", "reencrypt")
_INSECURE = ("None", "Allow", "Redirect")
_INSECURE_BESIDE_PASSTHROUGH = ("None", "Redirect")
_WILDCARD_POLICIES = ("None", "Subdomain")
_CERTIFICATES = ("certificate", "key", "caCertificate", "destinationCACertificate")
_EMPTY_TARGET = RouteTargetShape()


def check_openshift_route(shape: OpenShiftRouteShape, findings: Findings) -> None:
    """Check the whole object."""
    check_metadata("Route", shape.metadata, findings)
    spec = shape.spec or OpenShiftRouteSpec()
    for field, name in (("host", spec.host), ("subdomain", spec.subdomain)):
        for problem in dns_subdomain_problems(name) if name else ():
            findings.refuse("NV541", ("spec", field), f"{problem}, not {shown(name or '')}")
    _check_target(spec.to or _EMPTY_TARGET, ("spec", "to"), findings)
    alternates = spec.alternateBackends or ()
    if len(alternates) > _MOST_ALTERNATES:
        text = f"must not have more than {_MOST_ALTERNATES} items, not {len(alternates)}"
        findings.refuse("NV570", ("spec", "alternateBackends"), text)
    for index, target in enumerate(alternates):
        _check_target(target or _EMPTY_TARGET, ("spec", "alternateBackends", index), findings)
    if spec.port is not None:
        _check_port(spec.port.targetPort, ("spec", "port", "targetPort"), findings)
    if spec.path and not spec.path.startswith("/"):
        findings.refuse("NV572", ("spec", "path"), f"must start with `/`, not {shown(spec.path)}")
    if spec.tls is not None:
        _check_tls(spec.tls, spec, findings)
    check_choice(spec.wildcardPolicy or None, _WILDCARD_POLICIES, ("spec", "wildcardPolicy"), findings)
    if spec.wildcardPolicy == "Subdomain" and not spec.host:
        advice = "write the host whose domain is meant"
        findings.refuse("NV574", ("spec", "host"), "is missing, though `wildcardPolicy` is `Subdomain`", advice=advice)


def _check_target(target: RouteTargetShape, path: FieldPath, findings: Findings) -> None:
    if target.kind and target.kind != "Service":
        findings.refuse("NV570", (*path, "kind"), f"must be `Service`, not {shown(target.kind)}")
    if not target.name:
        findings.refuse("NV570", (*path, "name"), "is missing", advice="name a Service of the same namespace")
    if target.weight is not None and not 0 <= target.weight <= _MOST_WEIGHT:
        text = f"must be between 0 and {_MOST_WEIGHT}, not `{target.weight}`"
        findings.refuse("NV571", (*path, "weight"), text)


def _check_port(port: int | str | None, path: FieldPath, findings: Findings) -> None:
    if port is None or port in (0, ""):
        findings.refuse("NV575", path, "is missing", advice="name a port of the endpoints, or leave `port` out")
    elif isinstance(port, int) and not MIN_PORT <= port <= MAX_PORT:
        findings.refuse("NV575", path, f"must be between {MIN_PORT} and {MAX_PORT}, not `{port}`")


def _check_tls(tls: RouteTlsShape, spec: OpenShiftRouteSpec, findings: Findings) -> None:
    path: FieldPath = ("spec", "tls")
    if not tls.termination:
        names = ", ".join(f"`{name}`" for name in _TERMINATIONS)
        findings.refuse("NV573", (*path, "termination"), "is missing", advice=f"write one of {names}")
    check_choice(tls.termination or None, _TERMINATIONS, (*path, "termination"), findings)
    insecure = (*path, "insecureEdgeTerminationPolicy")
    if tls.termination != "passthrough":
        check_choice(tls.insecureEdgeTerminationPolicy or None, _INSECURE, insecure, findings)
        if tls.termination == "edge" and tls.destinationCACertificate:
            text = "must not be given when `termination` is `edge`, since traffic goes on without TLS"
            findings.refuse("NV573", (*path, "destinationCACertificate"), text)
        return
    check_choice(tls.insecureEdgeTerminationPolicy or None, _INSECURE_BESIDE_PASSTHROUGH, insecure, findings)
    if spec.path:
        advice = "leave it out: the router cannot see the path"
        text = "must not be given when `tls.termination` is `passthrough`"
        findings.refuse("NV572", ("spec", "path"), text, advice=advice)
    written = (tls.certificate, tls.key, tls.caCertificate, tls.destinationCACertificate)
    for field, value in zip(_CERTIFICATES, written, strict=True):
        if value:
            text = "must not be given when `termination` is `passthrough`, since TLS ends in the pod"
            findings.refuse("NV573", (*path, field), text)
