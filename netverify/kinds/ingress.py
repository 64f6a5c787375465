"""``networking.k8s.io`` Ingress.

Source: k8s.io/api ``networking/v1/types.go``; ``pkg/apis/networking/validation/validation.go`` (``ValidateIngress``);
decoding of null list items as zero values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from netverify.documents.document import Document, FieldPath, Value
from netverify.kinds.fields import FreeMap, Int32, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.hosts import check_host, is_ipv4
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import ObjectMeta, Who, annotations_of
from netverify.kinds.names import dns_label_problems, dns_subdomain_problems, port_name_problems, shown
from netverify.kinds.ports import is_port
from netverify.kinds.references import check_reference
from netverify.model.ingress import (
    Ingress,
    IngressBackend,
    IngressPath,
    IngressRule,
    IngressTls,
    PathType,
    ResourceBackend,
    ServiceBackend,
)


class BackendPortFields(TypedDict, total=False):
    """``port`` of a Service backend: a number or a name, never both."""

    number: Int32
    name: str


class ServiceBackendFields(TypedDict, total=False):
    """``service`` of a backend."""

    name: str
    port: BackendPortFields


class ResourceBackendFields(TypedDict, total=False):
    """``resource`` of a backend."""

    apiGroup: str
    kind: str
    name: str


class BackendFields(TypedDict, total=False):
    """``backend`` of a path, or ``defaultBackend``."""

    service: ServiceBackendFields
    resource: ResourceBackendFields


class PathFields(TypedDict, total=False):
    """One item of ``http.paths``."""

    path: str
    pathType: str
    backend: BackendFields


class HttpFields(TypedDict, total=False):
    """``http`` of a rule."""

    paths: list[PathFields | None]


class RuleFields(TypedDict, total=False):
    """One item of ``rules``."""

    host: str
    http: HttpFields


class TlsFields(TypedDict, total=False):
    """One item of ``tls``."""

    hosts: list[str | None]
    secretName: str


class SpecFields(TypedDict, total=False):
    """``spec``."""

    ingressClassName: str
    defaultBackend: BackendFields
    rules: list[RuleFields | None]
    tls: list[TlsFields | None]


class IngressFields(TypedDict, total=False):
    """The whole object."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    spec: SpecFields
    status: FreeMap


_CLASS_ANNOTATION = "kubernetes.io/ingress.class"
"""What named the class of an Ingress before there was a field for it."""
_ABOUT_TRAFFIC = (
    "alb.ingress.kubernetes.io/",
    "appgw.ingress.kubernetes.io/",
    "cloud.google.com/",
    "haproxy-ingress.github.io/",
    "haproxy.org/",
    "ingress.kubernetes.io/",
    "konghq.com/",
    "kubernetes.io/ingress.",
    "networking.gke.io/",
    "nginx.com/",
    "nginx.ingress.kubernetes.io/",
    "nginx.org/",
    "projectcontour.io/",
    "traefik.ingress.kubernetes.io/",
)
"""How the annotations begin that may say how traffic is to arrive, or where it is to go."""
_IN_NO_PATH = ("//", "/./", "/../", "%2f", "%2F")
_AT_NO_END = ("/..", "/.")


def _check(ingress: IngressFields, findings: Findings) -> None:
    spec = ingress.get("spec")
    if spec is None or (not spec.get("rules") and spec.get("defaultBackend") is None):
        findings.refuse("NV540", ("spec",), "must have `rules` or a `defaultBackend`")
        if spec is None:
            return
    if (backend := spec.get("defaultBackend")) is not None:
        _check_backend(backend, ("spec", "defaultBackend"), findings)
    for index, rule in enumerate(spec.get("rules") or ()):
        if rule:
            _check_rule(rule, ("spec", "rules", index), findings)
    for index, tls in enumerate(spec.get("tls") or ()):
        if tls:
            _check_tls(tls, ("spec", "tls", index), findings)
    if (name := spec.get("ingressClassName")) is not None:
        _check_class_name(name, ingress, findings)


def _check_class_name(name: str, ingress: IngressFields, findings: Findings) -> None:
    for problem in dns_subdomain_problems(name):
        findings.refuse("NV222", ("spec", "ingressClassName"), f"{problem}, not {shown(name)}")
    annotations = (ingress.get("metadata") or {}).get("annotations") or {}
    if _CLASS_ANNOTATION in annotations and (annotations[_CLASS_ANNOTATION] or "") != name:
        written = annotations[_CLASS_ANNOTATION] or ""
        findings.refuse(
            "NV548",
            ("metadata", "annotations", _CLASS_ANNOTATION),
            f"must be the same as `spec.ingressClassName`, which is {shown(name)}, but is {shown(written)}",
            advice="leave the annotation out: it is deprecated",
        )


def _check_rule(rule: RuleFields, path: FieldPath, findings: Findings) -> None:
    host, http = rule.get("host"), rule.get("http")
    if host:
        if is_ipv4(host):
            text = f"must be a host name, not the address {shown(host)}"
            findings.refuse("NV541", (*path, "host"), text, advice="leave it out for every host")
        check_host(host, (*path, "host"), findings)
    if http is None:
        return
    paths, place = http.get("paths"), (*path, "http", "paths")
    if not paths:
        advice = "leave `http` out to send every path of the host to the default backend"
        findings.refuse("NV547", place, "must have at least one item", advice=advice)
    for index, item in enumerate(paths or ()):
        _check_path(item or {}, (*place, index), findings)


def _check_path(item: PathFields, path: FieldPath, findings: Findings) -> None:
    text = item.get("path") or ""
    match item.get("pathType"):
        case PathType.EXACT | PathType.PREFIX:
            problems = _path_problems(text)
        case PathType.IMPLEMENTATION_SPECIFIC:
            problems = _path_problems(text, ()) if text else ()
        case other:
            problems = ()
            _refuse_path_type(other, (*path, "pathType"), findings)
    for problem in problems:
        findings.refuse("NV542", (*path, "path"), f"{problem}, not {shown(text)}")
    _check_backend(item.get("backend") or {}, (*path, "backend"), findings)


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


def _check_backend(backend: BackendFields, path: FieldPath, findings: Findings) -> None:
    service, resource = backend.get("service"), backend.get("resource")
    if service is not None and resource is not None:
        findings.refuse("NV544", path, "must have `service` or `resource`, not both")
    elif service is not None:
        _check_service(service, path, findings)
    elif resource is not None:
        group, kind, name = resource.get("apiGroup"), resource.get("kind"), resource.get("name")
        check_reference(group, kind, name, (*path, "resource"), findings)
    else:
        advice = "write `service: {name: ..., port: {number: ...}}`"
        findings.refuse("NV544", path, "must have `service` or `resource`", advice=advice)


def _check_service(service: ServiceBackendFields, path: FieldPath, findings: Findings) -> None:
    name, name_at = service.get("name") or "", (*path, "service", "name")
    if not name:
        findings.refuse("NV545", name_at, "is missing")
    for problem in dns_label_problems(name) if name else ():
        advice = "a backend is a Service of the same namespace, given by its name alone" if "." in name else ""
        findings.refuse("NV545", name_at, f"{problem}, not {shown(name)}", advice=advice)
    port = service.get("port") or {}
    port_name, number = port.get("name"), port.get("number")
    if port_name and number:
        findings.refuse("NV546", path, "must have `number` or `name` in `service.port`, not both")
    elif port_name:
        for problem in port_name_problems(port_name):
            advice = f"write `number: {port_name}`" if port_name.isascii() and port_name.isdigit() else ""
            place = (*path, "service", "port", "name")
            findings.refuse("NV546", place, f"{problem}, not {shown(port_name)}", advice=advice)
    elif not number:
        advice = "write the port of the Service"
        findings.refuse("NV546", path, "must have `number` or `name` in `service.port`", advice=advice)
    elif not is_port(number):
        place = (*path, "service", "port", "number")
        findings.refuse("NV546", place, f"must be between 1 and 65535, not `{number}`")


def _check_tls(tls: TlsFields, path: FieldPath, findings: Findings) -> None:
    for index, host in enumerate(tls.get("hosts") or ()):
        check_host(host or "", (*path, "hosts", index), findings)
    secret = tls.get("secretName")
    for problem in dns_subdomain_problems(secret) if secret else ():
        findings.refuse("NV222", (*path, "secretName"), f"{problem}, not {shown(secret or '')}")


def _fact(ingress: IngressFields, who: Who, document: Document) -> Ingress:
    """The stored Ingress; a null rule is the empty rule: every host, and no paths."""
    spec = ingress.get("spec") or {}
    annotations = annotations_of(ingress.get("metadata"))
    backend = spec.get("defaultBackend")
    return Ingress(
        namespace=who.namespace,
        name=who.name,
        class_name=spec.get("ingressClassName"),
        class_annotation=annotations.get(_CLASS_ANNOTATION),
        default_backend=None if backend is None else _backend(backend),
        rules=tuple(
            [
                _rule(rule or {}, ("spec", "rules", index), document)
                for index, rule in enumerate(spec.get("rules") or ())
            ]
        ),
        tls=tuple([_tls(item or {}) for item in spec.get("tls") or ()]),
        annotations={key: text for key, text in sorted(annotations.items()) if key.startswith(_ABOUT_TRAFFIC)},
        origin=document.origin(),
    )


def _rule(rule: RuleFields, path: FieldPath, document: Document) -> IngressRule:
    items = (rule.get("http") or {}).get("paths") or ()
    paths = [_path(item or {}, (*path, "http", "paths", index), document) for index, item in enumerate(items)]
    return IngressRule(host=rule.get("host") or "", paths=tuple(paths), origin=document.origin(path))


def _path(item: PathFields, path: FieldPath, document: Document) -> IngressPath:
    return IngressPath(
        path=item.get("path") or "",
        path_type=PathType(item.get("pathType") or ""),
        backend=_backend(item.get("backend") or {}),
        origin=document.origin(path),
    )


def _backend(backend: BackendFields) -> IngressBackend:
    resource = backend.get("resource")
    if resource is not None:
        return ResourceBackend(resource.get("apiGroup") or "", resource.get("kind") or "", resource.get("name") or "")
    service = backend.get("service") or {}
    port = service.get("port") or {}
    return ServiceBackend(service.get("name") or "", port.get("name") or port.get("number") or 0)


def _tls(tls: TlsFields) -> IngressTls:
    return IngressTls(tuple([host or "" for host in tls.get("hosts") or ()]), tls.get("secretName") or "")


def _belongs(owner: object, name: str, value: Mapping[str, Value]) -> str:
    del value
    return "did you mean `defaultBackend`?" if owner is SpecFields and name == "backend" else ""


INGRESS = Kind("networking.k8s.io", ("v1",), "Ingress", IngressFields, _check, _fact, belongs=_belongs)
