"""Rules of Ingress and IngressClass. Source: ``pkg/apis/networking/validation/validation.go`` (``ValidateIngress``)."""

from __future__ import annotations

from collections.abc import Sequence

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.ingress import (
    BackendPortShape,
    BackendShape,
    ClassParametersShape,
    HostRuleShape,
    IngressClassShape,
    IngressShape,
    IngressTlsShape,
    PathShape,
    ResourceBackendShape,
    ServiceBackendShape,
)
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.hosts import controller_problems, host_problems, is_ipv4
from netverify.manifests.validation.metadata import check_metadata
from netverify.manifests.validation.names import (
    dns_label_problems,
    dns_subdomain_problems,
    port_name_problems,
    shown,
)
from netverify.model.ingress import PathType
from netverify.model.traffic import MAX_PORT, MIN_PORT

CLASS_ANNOTATION = "kubernetes.io/ingress.class"
"""What named the class of an Ingress before there was a field for it."""

_IN_NO_PATH = ("//", "/./", "/../", "%2f", "%2F")
_AT_NO_END = ("/..", "/.")
_LONGEST_CONTROLLER = 250
_EMPTY_BACKEND = BackendShape()
_EMPTY_PORT = BackendPortShape()


def check_ingress(shape: IngressShape, findings: Findings) -> None:
    """Check a whole Ingress."""
    check_metadata("Ingress", shape.metadata, findings)
    spec = shape.spec
    if spec is None or (not spec.rules and spec.defaultBackend is None):
        findings.refuse("NV540", ("spec",), "must have `rules` or a `defaultBackend`")
        if spec is None:
            return
    if spec.defaultBackend is not None:
        _check_backend(spec.defaultBackend, ("spec", "defaultBackend"), findings)
    for index, rule in enumerate(spec.rules or ()):
        if rule is not None:
            _check_rule(rule, ("spec", "rules", index), findings)
    for index, tls in enumerate(spec.tls or ()):
        if tls is not None:
            _check_tls(tls, ("spec", "tls", index), findings)
    if spec.ingressClassName is not None:
        _check_class_name(spec.ingressClassName, shape, findings)


def check_ingress_class(shape: IngressClassShape, findings: Findings) -> None:
    """Check a whole IngressClass."""
    check_metadata("IngressClass", shape.metadata, findings)
    controller = (shape.spec.controller if shape.spec else None) or ""
    check_controller(controller, ("spec", "controller"), _LONGEST_CONTROLLER, findings)
    if shape.spec is not None and shape.spec.parameters is not None:
        _check_parameters(shape.spec.parameters, ("spec", "parameters"), findings)


def check_controller(name: str, path: FieldPath, longest: int, findings: Findings) -> None:
    """Check the controller that a class names at ``path``, which may have ``longest`` bytes."""
    if not name:
        findings.refuse("NV549", path, "is missing", advice="name the controller, such as `k8s.io/ingress-nginx`")
        return
    if len(name.encode("utf-8", "surrogatepass")) > longest:
        findings.refuse("NV549", path, f"must be no more than {longest} bytes, not {shown(name)}")
    for problem in controller_problems(name):
        findings.refuse("NV549", path, f"{problem}, not {shown(name)}")


def check_host(host: str, path: FieldPath, findings: Findings) -> None:
    """Check the host name at ``path``, which may begin with ``*.``."""
    for problem in host_problems(host):
        bare = host.partition("://")[2].partition("/")[0] or host
        meant = bare.lower()
        advice = f"did you mean `{meant}`?" if meant != host and not host_problems(meant) else ""
        findings.refuse("NV541", path, f"{problem}, not {shown(host)}", advice=advice)


def _check_class_name(name: str, shape: IngressShape, findings: Findings) -> None:
    for problem in dns_subdomain_problems(name):
        findings.refuse("NV222", ("spec", "ingressClassName"), f"{problem}, not {shown(name)}")
    annotations = (shape.metadata.annotations if shape.metadata else None) or {}
    if CLASS_ANNOTATION in annotations and (annotations[CLASS_ANNOTATION] or "") != name:
        written = annotations[CLASS_ANNOTATION] or ""
        findings.refuse(
            "NV548",
            ("metadata", "annotations", CLASS_ANNOTATION),
            f"must be the same as `spec.ingressClassName`, which is {shown(name)}, but is {shown(written)}",
            advice="leave the annotation out: it is deprecated",
        )


def _check_rule(rule: HostRuleShape, path: FieldPath, findings: Findings) -> None:
    if rule.host:
        if is_ipv4(rule.host):
            text = f"must be a host name, not the address {shown(rule.host)}"
            findings.refuse("NV541", (*path, "host"), text, advice="leave it out for every host")
        check_host(rule.host, (*path, "host"), findings)
    if rule.http is None:
        return
    if not rule.http.paths:
        advice = "leave `http` out to send every path of the host to the default backend"
        findings.refuse("NV547", (*path, "http", "paths"), "must have at least one item", advice=advice)
    for index, item in enumerate(rule.http.paths or ()):
        _check_path(item or PathShape(), (*path, "http", "paths", index), findings)


def _check_path(shape: PathShape, path: FieldPath, findings: Findings) -> None:
    text = shape.path or ""
    match shape.pathType:
        case PathType.EXACT | PathType.PREFIX:
            problems = _path_problems(text)
        case PathType.IMPLEMENTATION_SPECIFIC:
            problems = _path_problems(text, ()) if text else ()
        case _:
            problems = ()
            _refuse_path_type(shape.pathType, (*path, "pathType"), findings)
    for problem in problems:
        findings.refuse("NV542", (*path, "path"), f"{problem}, not {shown(text)}")
    _check_backend(shape.backend or _EMPTY_BACKEND, (*path, "backend"), findings)


def _path_problems(text: str, in_no_path: Sequence[str] = _IN_NO_PATH) -> tuple[str, ...]:
    problems = [] if text.startswith("/") else ["must start with `/`"]
    problems += [f"must not contain `{part}`" for part in in_no_path if part in text]
    if in_no_path:
        problems += [f"must not end with `{part}`" for part in _AT_NO_END if text.endswith(part)]
    return tuple(problems)


def _refuse_path_type(written: str | None, path: FieldPath, findings: Findings) -> None:
    names = ", ".join(f"`{kind}`" for kind in sorted(PathType))
    if written is None:
        advice = f"write one of {names}; `Prefix` is the usual one"
        findings.refuse("NV543", path, "is missing", advice=advice)
        return
    meant = next((kind for kind in PathType if kind.lower() == written.lower()), "")
    advice = f"did you mean `{meant}`?" if meant else ""
    findings.refuse("NV543", path, f"must be one of {names}, not {shown(written)}", advice=advice)


def _check_backend(backend: BackendShape, path: FieldPath, findings: Findings) -> None:
    if backend.service is not None and backend.resource is not None:
        findings.refuse("NV544", path, "must have `service` or `resource`, not both")
    elif backend.service is not None:
        _check_service(backend.service, path, findings)
    elif backend.resource is not None:
        _check_resource(backend.resource, (*path, "resource"), findings)
    else:
        advice = "write `service: {name: ..., port: {number: ...}}`"
        findings.refuse("NV544", path, "must have `service` or `resource`", advice=advice)


def _check_service(service: ServiceBackendShape, path: FieldPath, findings: Findings) -> None:
    name, name_at = service.name or "", (*path, "service", "name")
    if not name:
        findings.refuse("NV545", name_at, "is missing")
    for problem in dns_label_problems(name) if name else ():
        advice = "a backend is a Service of the same namespace, given by its name alone" if "." in name else ""
        findings.refuse("NV545", name_at, f"{problem}, not {shown(name)}", advice=advice)
    port = service.port or _EMPTY_PORT
    if port.name and port.number:
        findings.refuse("NV546", path, "must have `number` or `name` in `service.port`, not both")
    elif port.name:
        for problem in port_name_problems(port.name):
            advice = f"write `number: {port.name}`" if port.name.isascii() and port.name.isdigit() else ""
            place = (*path, "service", "port", "name")
            findings.refuse("NV546", place, f"{problem}, not {shown(port.name)}", advice=advice)
    elif not port.number:
        findings.refuse(
            "NV546", path, "must have `number` or `name` in `service.port`", advice="write the port of the Service"
        )
    elif not MIN_PORT <= port.number <= MAX_PORT:
        place = (*path, "service", "port", "number")
        findings.refuse("NV546", place, f"must be between 1 and 65535, not `{port.number}`")


def _check_resource(shape: ResourceBackendShape | ClassParametersShape, path: FieldPath, findings: Findings) -> None:
    """Check a reference to an object of any kind."""
    for problem in dns_subdomain_problems(shape.apiGroup) if shape.apiGroup is not None else ():
        findings.refuse("NV551", (*path, "apiGroup"), f"{problem}, not {shown(shape.apiGroup or '')}")
    for field, value in (("kind", shape.kind), ("name", shape.name)):
        if not value:
            findings.refuse("NV551", (*path, field), "is missing")
        elif value in {".", ".."} or "/" in value or "%" in value:
            findings.refuse("NV551", (*path, field), f"must not be `.` or `..` or contain `/` or `%`: {shown(value)}")


def _check_tls(tls: IngressTlsShape, path: FieldPath, findings: Findings) -> None:
    for index, host in enumerate(tls.hosts or ()):
        check_host(host or "", (*path, "hosts", index), findings)
    for problem in dns_subdomain_problems(tls.secretName) if tls.secretName else ():
        findings.refuse("NV222", (*path, "secretName"), f"{problem}, not {shown(tls.secretName or '')}")


def _check_parameters(shape: ClassParametersShape, path: FieldPath, findings: Findings) -> None:
    _check_resource(shape, path, findings)
    place = (*path, "namespace")
    match "Cluster" if shape.scope is None else shape.scope:
        case "Cluster":
            if shape.namespace is not None:
                advice = "write `scope: Namespace`, or leave the namespace out"
                findings.refuse("NV550", place, "must not be given when `scope` is `Cluster`", advice=advice)
        case "Namespace":
            if shape.namespace is None:
                findings.refuse("NV550", place, "is missing, though `scope` is `Namespace`")
            for problem in dns_label_problems(shape.namespace) if shape.namespace is not None else ():
                findings.refuse("NV222", place, f"{problem}, not {shown(shape.namespace or '')}")
        case other:
            text = f"must be `Cluster` or `Namespace`, not {shown(other)}"
            findings.refuse("NV550", (*path, "scope"), text)
