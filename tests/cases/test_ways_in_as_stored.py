"""Ingresses, the Gateway API and Routes of OpenShift: what a server stores of them, and what a reader is told."""

from __future__ import annotations

import textwrap

import pytest
from manifest_texts import codes, inventory_of

from netverify.diagnostics import Severity
from netverify.model.gateway import AllowedRoutes, BackendRef, ParentRef, Route, RouteMatch, RoutesFrom
from netverify.model.ingress import Ingress, OpenShiftRoute, PathType, ResourceBackend, RouteBackend, ServiceBackend
from netverify.model.labels import selector_of
from netverify.sources.classification import KindClass, classify
from netverify.sources.coverage import Inventory

GATEWAY = "gateway.networking.k8s.io"


def manifest(api_version: str, kind: str, spec: str, *, annotations: str = "") -> str:
    return (
        f"apiVersion: {api_version}\nkind: {kind}\n"
        f"metadata: {{name: web, namespace: shop, annotations: {{{annotations}}}}}\n"
        f"spec:\n{textwrap.indent(textwrap.dedent(spec), '  ')}\n"
    )


def read(api_version: str, kind: str, spec: str, *, annotations: str = "") -> Inventory:
    inventory = inventory_of(manifest(api_version, kind, spec, annotations=annotations))
    assert codes(inventory) == []
    return inventory


def ingress(spec: str, *, annotations: str = "") -> Ingress:
    (found,) = read("networking.k8s.io/v1", "Ingress", spec, annotations=annotations).cluster.routing.ingresses
    return found


def allowed(listener: str) -> AllowedRoutes:
    text = f"gatewayClassName: public\nlisteners:\n- {{name: web, port: 80, protocol: HTTP{listener}}}"
    inventory = inventory_of(manifest(f"{GATEWAY}/v1", "Gateway", text))
    (gateway,) = inventory.cluster.routing.gateways
    return gateway.listeners[0].allowed


def route(kind: str, spec: str, version: str = "v1") -> Route:
    (found,) = read(f"{GATEWAY}/{version}", kind, spec).cluster.routing.routes
    return found


def openshift_route(spec: str) -> OpenShiftRoute:
    (found,) = read("route.openshift.io/v1", "Route", spec).cluster.routing.openshift_routes
    return found


def test_an_ingress_has_its_hosts_paths_and_backends() -> None:
    found = ingress("""\
        ingressClassName: nginx
        defaultBackend: {service: {name: front, port: {name: http}}}
        rules:
        - host: "*.example.com"
          http:
            paths:
            - {path: /api, pathType: Exact, backend: {service: {name: api, port: {number: 80}}}}
            - {pathType: ImplementationSpecific, backend: {resource: {apiGroup: a.b, kind: Bucket, name: images}}}
        tls: [{hosts: [www.example.com], secretName: web}]
        """)
    (rule,) = found.rules
    assert (found.class_name, found.class_annotation) == ("nginx", None)
    assert found.default_backend == ServiceBackend("front", "http")
    assert (rule.host, str(rule.origin)) == ("*.example.com", "all.yaml:8:5")
    assert [(path.path, path.path_type, path.backend) for path in rule.paths] == [
        ("/api", PathType.EXACT, ServiceBackend("api", 80)),
        ("", PathType.IMPLEMENTATION_SPECIFIC, ResourceBackend("a.b", "Bucket", "images")),
    ]
    assert found.tls[0].hosts == ("www.example.com",)


def test_a_null_rule_is_every_host_without_a_path() -> None:
    (rule,) = ingress("rules:\n-\n").rules
    assert (rule.host, rule.paths) == ("", ())


def test_of_the_annotations_those_about_traffic_are_kept() -> None:
    found = ingress(
        "defaultBackend: {service: {name: web, port: {number: 80}}}",
        annotations=(
            "kubernetes.io/ingress.class: nginx, alb.ingress.kubernetes.io/scheme: internal, example.com/owner: me, "
            'nginx.ingress.kubernetes.io/whitelist-source-range: "10.0.0.0/8", '
            "nginx.ingress.kubernetes.io/rewrite-target: /"
        ),
    )
    assert found.class_annotation == "nginx"
    assert list(found.annotations) == [
        "alb.ingress.kubernetes.io/scheme",
        "kubernetes.io/ingress.class",
        "nginx.ingress.kubernetes.io/rewrite-target",
        "nginx.ingress.kubernetes.io/whitelist-source-range",
    ]


@pytest.mark.parametrize(("value", "is_default"), [("true", True), ("yes", False), ("True", False)])
def test_a_class_is_the_default_iff_its_annotation_is_exactly_true(value: str, *, is_default: bool) -> None:
    annotation = f'ingressclass.kubernetes.io/is-default-class: "{value}"'
    inventory = read("networking.k8s.io/v1", "IngressClass", "controller: a.b/c", annotations=annotation)
    (found,) = inventory.cluster.routing.ingress_classes
    assert (found.controller, found.is_default) == ("a.b/c", is_default)


def test_classes_are_in_no_namespace() -> None:
    for api_version, kind, spec in (
        ("networking.k8s.io/v1", "IngressClass", "controller: a.b/c"),
        (f"{GATEWAY}/v1", "GatewayClass", "controllerName: a.b/c"),
    ):
        text = f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: public}}\nspec: {{{spec}}}\n"
        inventory = inventory_of(text)
        assert (codes(inventory), inventory.cluster.namespaces) == ([], {})


@pytest.mark.parametrize(
    ("api_version", "kind", "expected"),
    [
        (f"{GATEWAY}/v1beta1", "HTTPRoute", KindClass.MODELLED),
        (f"{GATEWAY}/v1alpha2", "GRPCRoute", KindClass.MODELLED),
        (f"{GATEWAY}/v1alpha3", "TLSRoute", KindClass.MODELLED),
        (f"{GATEWAY}/v1", "HTTPRouteList", KindClass.LIST),
        (f"{GATEWAY}/v1alpha1", "HTTPRoute", KindClass.NO_SUCH_KIND),
        (f"{GATEWAY}/v2", "Gateway", KindClass.NO_SUCH_KIND),
        ("networking.k8s.io/v1", "HTTPRoute", KindClass.NO_SUCH_KIND),
        ("route.openshift.io/v1", "Route", KindClass.MODELLED),
        ("networking.istio.io/v1", "Gateway", KindClass.UNSUPPORTED),
        ("serving.knative.dev/v1", "Route", KindClass.UNSUPPORTED),
    ],
)
def test_a_version_of_a_way_in_is_read_or_loud(api_version: str, kind: str, expected: KindClass) -> None:
    assert classify(api_version, kind).kind_class is expected


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("", AllowedRoutes()),
        (", allowedRoutes: {namespaces: {from: null}}", AllowedRoutes(RoutesFrom.SAME)),
        (", allowedRoutes: {namespaces: {from: All}}", AllowedRoutes(RoutesFrom.ALL)),
        (
            ", allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: a}}}}",
            AllowedRoutes(RoutesFrom.SELECTOR, selector_of({"team": "a"})),
        ),
        (
            ", allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: a, tier: }}}}",
            AllowedRoutes(RoutesFrom.SELECTOR, selector_of({"team": "a"})),
        ),
        (", allowedRoutes: {kinds: [{kind: TCPRoute}]}", AllowedRoutes(kinds=((GATEWAY, "TCPRoute"),))),
    ],
)
def test_a_listener_takes_routes_of_its_own_namespace_unless_told(written: str, stored: AllowedRoutes) -> None:
    assert allowed(written) == stored


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_an_http_route_matches_every_request_by_default(version: str) -> None:
    found = route("HTTPRoute", "parentRefs: [{name: gate}]\nrules: [{backendRefs: [{name: web, port: 80}]}]", version)
    assert found.parents == (ParentRef("gate"),)
    assert [(rule.matches, rule.backends) for rule in found.rules] == [((RouteMatch(),), (BackendRef("web", 80),))]
    assert [rule.backends for rule in route("HTTPRoute", "parentRefs: [{name: gate}]").rules] == [()]


def test_mirrored_requests_reach_a_backend_too() -> None:
    mirror = "{type: RequestMirror, requestMirror: {backendRef: {name: %s, port: 81}}}"
    found = route(
        "HTTPRoute",
        f"rules:\n- filters: [{mirror % 'copy'}]\n"
        f"  backendRefs: [{{name: web, port: 80, weight: 0, filters: [{mirror % 'other'}]}}]",
    )
    assert found.rules[0].backends == (BackendRef("web", 80, weight=0), BackendRef("copy", 81), BackendRef("other", 81))


def test_a_redirect_leads_to_no_backend() -> None:
    (rule,) = route("HTTPRoute", "rules: [{filters: [{type: RequestRedirect, requestRedirect: {port: 443}}]}]").rules
    assert (rule.redirects, rule.backends) == (True, ())


@pytest.mark.parametrize(
    ("written", "path", "path_type"),
    [
        ("{method: {service: shop.Cart, method: Add}}", "/shop.Cart/Add", ""),
        ("{method: {service: shop.Cart}}", "/shop.Cart/*", ""),
        ("{method: {type: RegularExpression, method: Get.*}}", "/*/Get.*", "RegularExpression"),
        ("{headers: [{name: a, value: b}]}", "/*/*", ""),
    ],
)
def test_the_method_of_a_grpc_route_is_its_path(written: str, path: str, path_type: str) -> None:
    text = f"rules: [{{matches: [{written}], backendRefs: [{{name: cart, port: 80}}]}}]"
    (match,) = route("GRPCRoute", text).rules[0].matches
    assert (match.path, match.path_type) == (path, path_type)


@pytest.mark.parametrize(
    ("kind", "version", "more"),
    [
        ("TCPRoute", "v1alpha2", ""),
        ("UDPRoute", "v1", ""),
        ("TLSRoute", "v1alpha3", "hostnames: [db.example.com]\n"),
    ],
)
def test_routes_without_conditions_have_backends_alone(kind: str, version: str, more: str) -> None:
    found = route(kind, f"{more}rules: [{{backendRefs: [{{name: db, namespace: data, port: 5432}}]}}]", version)
    assert found.kind == kind
    assert [(rule.matches, rule.backends) for rule in found.rules] == [
        ((), (BackendRef("db", 5432, namespace="data"),))
    ]


def test_a_route_of_openshift_has_its_backends_with_their_weights() -> None:
    found = openshift_route("""\
        host: shop.example.com
        to: {kind: Service, name: web}
        alternateBackends: [{kind: Service, name: old, weight: 0}]
        port: {targetPort: http}
        tls: {termination: edge, insecureEdgeTerminationPolicy: Redirect}
        """)
    assert found.backends == (RouteBackend("web", 100), RouteBackend("old", 0))
    assert (found.target_port, found.termination, found.insecure) == ("http", "edge", "Redirect")


@pytest.mark.parametrize(
    ("api_version", "kind", "spec", "message", "advice"),
    [
        (
            "networking.k8s.io/v1",
            "Ingress",
            "defaultBackend: {service: {name: web.shop, port: {number: 80}}}",
            "`spec.defaultBackend.service.name` must not contain dots, not `web.shop`",
            "a backend is a Service of the same namespace, given by its name alone",
        ),
        (
            "networking.k8s.io/v1",
            "Ingress",
            "backend: {service: {name: web, port: {number: 80}}}",
            "`spec.backend` is not a field of the API",
            "did you mean `defaultBackend`?",
        ),
        (
            "networking.k8s.io/v1",
            "Ingress",
            "defaultBackend: {service: {name: web, port: {number: 80}}}\nrules: [{host: 10.0.0.1}]",
            "`spec.rules[0].host` must be a host name, not the address `10.0.0.1`",
            "leave it out for every host",
        ),
        (
            f"{GATEWAY}/v1",
            "HTTPRoute",
            "rules: [{backendRefs: [{name: web}]}]",
            "`spec.rules[0].backendRefs[0]` must have a `port`, since it is a Service",
            "write the port of the Service as `port`",
        ),
        (
            f"{GATEWAY}/v1",
            "HTTPRoute",
            "rules: [null]",
            "`spec.rules[0]` must be a mapping, not null",
            "",
        ),
        (
            "route.openshift.io/v1",
            "Route",
            "path: /a\nto: {name: web}\ntls: {termination: passthrough}",
            "`spec.path` must not be given when `tls.termination` is `passthrough`",
            "leave it out: the router cannot see the path",
        ),
    ],
)
def test_what_a_server_refuses_is_told_with_what_to_do(
    api_version: str, kind: str, spec: str, message: str, advice: str
) -> None:
    (finding,) = inventory_of(manifest(api_version, kind, spec)).diagnostics
    assert (finding.severity, finding.message, finding.help) == (
        Severity.ERROR,
        f"{kind} `shop/web`: {message}",
        advice,
    )
