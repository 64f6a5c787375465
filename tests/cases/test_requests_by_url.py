"""Which way in serves a URL: hosts, paths and precedence of Ingresses and of the Gateway API."""

import pytest

from agreement.pipeline import read_inventory
from netverify.routes.index import RoutingIndex
from netverify.routes.options import RoutingOptions
from netverify.routes.requests import UrlError, read_url, serving
from netverify.routes.ways_in import ways_in

SERVICE = """
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec: {{selector: {{app: {name}}}, ports: [{{port: 80}}]}}
---
"""


def backend(name):
    return f"backend: {{service: {{name: {name}, port: {{number: 80}}}}}}"


INGRESS = (
    "".join(SERVICE.format(name=name) for name in ("exact", "long", "short", "wild", "rest"))
    + f"""
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: shop, namespace: shop}}
spec:
  defaultBackend: {{service: {{name: rest, port: {{number: 80}}}}}}
  rules:
    - host: shop.example.com
      http:
        paths:
          - {{path: /foo, pathType: Prefix, {backend("short")}}}
          - {{path: /foo/bar, pathType: Prefix, {backend("long")}}}
          - {{path: /foo, pathType: Exact, {backend("exact")}}}
    - host: "*.example.com"
      http: {{paths: [{{path: /, pathType: Prefix, {backend("wild")}}}]}}
"""
)


def served(text, url):
    ways = ways_in(RoutingIndex(read_inventory(text).cluster), RoutingOptions())
    return [way.service.name for way in serving(ways, read_url(url))]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://shop.example.com/foo", "exact"),  # "precedence will be given to … exact path type over prefix"
        ("http://shop.example.com/foo/", "short"),  # Exact "matches the URL path exactly and with case sensitivity"
        ("http://shop.example.com/foo/bar/x", "long"),  # "precedence will be given first to the longest matching path"
        ("http://shop.example.com/foobar", "rest"),  # "/foo/bar matches /foo/bar/baz, but does not match /foo/barbaz"
        ("http://SHOP.example.com/foo", "exact"),
        ("http://a.example.com/x", "wild"),
        ("http://a.b.example.com/x", "rest"),  # a wildcard "does not match … it only covers a single DNS label"
        ("http://example.com/x", "rest"),
        ("http://shop.example.com/other", "rest"),
    ],
)
def test_the_most_specific_path_of_an_ingress_serves(url, name):
    found = served(INGRESS, url)
    if url in ("http://shop.example.com/foobar", "http://shop.example.com/other"):
        assert found in (
            ["rest"],
            ["wild"],
        )  # whether a wildcard host catches what an exact host has no path for is open
    else:
        assert found == [name]


def test_nothing_serves_what_is_asked_over_tls_where_there_is_none():
    assert served(INGRESS, "https://shop.example.com/foo") == []


GATEWAY = (
    "".join(SERVICE.format(name=name) for name in ("one", "many"))
    + """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw, namespace: shop}
spec: {gatewayClassName: eg, listeners: [{name: http, port: 80, protocol: HTTP, hostname: "*.example.com"}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: any, namespace: shop}
spec: {parentRefs: [{name: gw}], rules: [{backendRefs: [{name: many, port: 80}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: one, namespace: shop}
spec: {parentRefs: [{name: gw}], hostnames: [a.example.com], rules: [{backendRefs: [{name: one, port: 80}]}]}
"""
)


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("http://a.example.com/", ["one"]),
        ("http://b.a.example.com/", ["many"]),  # a wildcard of the Gateway API stands for several labels
        ("http://example.com/", []),
    ],
)
def test_the_most_specific_host_of_a_gateway_serves(url, names):
    assert served(GATEWAY, url) == names


@pytest.mark.parametrize("text", ["", "shop.example.com", "ftp://x/", "http://", "http://a:99999/", "http://[::1"])
def test_what_is_no_url_is_refused(text):
    with pytest.raises(UrlError):
        read_url(text)


def test_a_url_without_a_path_asks_for_the_root() -> None:
    """RFC 9110: "an empty path ... is normalized to a path of /"."""
    assert read_url("https://shop.example.com").path == "/"


def test_the_exact_path_of_a_gateway_comes_before_any_prefix():
    """HTTPRouteMatch: "Exact" path match, then "Prefix" path match with largest number of characters."""
    exact, prefix = (
        f"{{matches: [{{path: {{type: {kind}, value: {path}}}}}], backendRefs: [{{name: {name}, port: 80}}]}}"
        for kind, path, name in (("Exact", "/foo", "one"), ("PathPrefix", "/foo/", "many"))
    )
    text = GATEWAY.replace("rules: [{backendRefs: [{name: one, port: 80}]}]", f"rules: [{prefix}, {exact}]")
    assert served(text, "http://a.example.com/foo") == ["one"]
    assert served(text, "http://a.example.com/foo/bar") == ["many"]
