"""Ways in without end, without sense, or with names that speak to terminals."""

import json
import time

import pytest

from netverify.answers.settings import Settings
from netverify.cli.main import main
from netverify.documents.loader import load
from netverify.routes.index import RoutingIndex
from netverify.routes.options import RoutingOptions
from netverify.routes.ways_in import ways_in
from netverify.sources.inventory import build_inventory
from netverify.verify import Verifier

MOST_SECONDS = 10
ESCAPE = "\x1b[31m"
HIDDEN = ("\x1b", "\u202e", "\x07", "\x9b")


def made(kind, name, spec, api="v1", namespace="shop", **more):
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api, "kind": kind, "metadata": {**metadata, **more}, "spec": spec}


def pod(name, app="a"):
    return made("Pod", name, {"containers": [{"name": "c", "image": "i"}]}, labels={"app": app})


def balanced(name, app="a"):
    ports = [{"port": 80, "targetPort": 8080}]
    return made("Service", name, {"type": "LoadBalancer", "selector": {"app": app}, "ports": ports})


def ingress(name, spec, **more):
    return made("Ingress", name, spec, "networking.k8s.io/v1", **more)


def backend(service):
    return {"service": {"name": service, "port": {"number": 80}}}


def read(objects):
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    return build_inventory(load("all.json", text.encode()).documents)


def ways_of(objects):
    inventory = read(objects)
    assert not inventory.has_errors, inventory.diagnostics
    return ways_in(RoutingIndex(inventory.cluster), RoutingOptions())


def test_thousands_of_services_and_paths_are_found_in_seconds():
    services = [balanced(f"s{number}", f"a{number % 50}") for number in range(5000)]
    fronts = [
        ingress(f"i{number}", {"rules": [{"host": f"h{number}.example.com", "http": {"paths": paths_of(number)}}]})
        for number in range(100)
    ]
    inventory = read([*services, *fronts, *(pod(f"p{number}", f"a{number % 50}") for number in range(500))])
    begun = time.monotonic()
    found = ways_in(RoutingIndex(inventory.cluster), RoutingOptions())
    assert time.monotonic() - begun < MOST_SECONDS
    assert len(found) == 2 * 5000 + 2000


def paths_of(number):
    return [
        {"path": f"/{step}", "pathType": "Prefix", "backend": backend(f"s{(20 * number + step) % 5000}")}
        for step in range(20)
    ]


def test_a_service_of_thousands_of_pods_is_one_way_in_and_its_endpoints_are_found_in_seconds():
    index = RoutingIndex(read([balanced("all"), *(pod(f"p{number}") for number in range(4000))]).cluster)
    begun = time.monotonic()
    assert len(ways_in(index, RoutingOptions())) == 2
    assert len(index.selected("shop", {"app": "a"})) == 4000
    assert time.monotonic() - begun < MOST_SECONDS


EMPTY = {
    "an Ingress without rules": [ingress("i", {"defaultBackend": backend("gone")})],
    "a rule without paths": [ingress("i", {"rules": [{"host": "a.example.com"}, {}]})],
    "a Gateway with one listener and no route": [
        made(
            "Gateway",
            "g",
            {"gatewayClassName": "x", "listeners": [{"name": "l", "port": 80, "protocol": "HTTP"}]},
            "gateway.networking.k8s.io/v1",
        )
    ],
    "a route without parents or rules": [made("HTTPRoute", "r", {}, "gateway.networking.k8s.io/v1")],
    "a headless Service without ports": [made("Service", "s", {"clusterIP": "None", "selector": {"app": "a"}})],
}


@pytest.mark.parametrize("objects", EMPTY.values(), ids=EMPTY)
def test_what_says_next_to_nothing_opens_nothing(objects):
    inventory = read(objects)
    surface = Verifier(inventory).exposed()
    assert {one.openness.value for one in surface.ways} <= {"broken"}


def test_of_two_default_classes_one_counts_and_the_order_of_objects_does_not():
    """C.1: "the newest, then the first by name"; manifests tell no ages."""
    default = {"ingressclass.kubernetes.io/is-default-class": "true"}
    classes = [
        made("IngressClass", name, {"controller": f"{name}.example/c"}, "networking.k8s.io/v1", "", annotations=default)
        for name in ("b", "a")
    ]
    front = ingress("i", {"defaultBackend": backend("s")})
    for order in (classes, classes[::-1]):
        (way,) = (one for one in ways_of([*order, front, balanced("s")]) if one.by == "Ingress")
        assert way.controller.name == "the controller of class a"


def test_aliases_in_a_ring_lead_nowhere_and_end():
    ring = [
        made(
            "Service",
            f"a{number}",
            {"type": "ExternalName", "externalName": f"a{(number + 1) % 30}.shop.svc.cluster.local"},
        )
        for number in range(30)
    ]
    verifier = Verifier(read([pod("p"), *ring, ingress("i", {"defaultBackend": backend("a0")})]), Settings())
    assert verifier.ask("can shop/p reach service shop/a0:80").verdict.value in {"unreachable", "unknown"}
    assert [one.openness.value for one in verifier.exposed().ways] == ["broken"]


def hostile_objects(text):
    """Objects whose free texts hold ``text``: annotations are not checked, and what is refused is told, too."""
    annotations = {
        "nginx.ingress.kubernetes.io/whitelist-source-range": text,
        "kubernetes.io/ingress.class": text,
        "alb.ingress.kubernetes.io/scheme": text,
    }
    paths = [{"path": f"/{text}", "pathType": "ImplementationSpecific", "backend": backend("s")}]
    return [
        pod("p"),
        balanced("s"),
        ingress("i", {"defaultBackend": backend("s")}, annotations=annotations),
        ingress("j", {"rules": [{"http": {"paths": paths}}]}),
        made(
            "Route",
            "r",
            {"host": f"a{text}.example.com", "path": f"/{text}", "to": {"kind": "Service", "name": "s"}},
            "route.openshift.io/v1",
        ),
    ]


@pytest.mark.parametrize("text", [ESCAPE, "\u202e", "\x07\x9b", "\n::error::x"])
def test_no_text_of_an_object_speaks_to_the_terminal(text, tmp_path, capsys):
    (tmp_path / "all.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": hostile_objects(text)}))
    calls = (
        ["exposed", "-f", str(tmp_path)],
        ["exposed", "-f", str(tmp_path), "-o", "json"],
        ["query", "-f", str(tmp_path), "can internet reach service shop/s"],
        ["query", "-f", str(tmp_path), "who can reach service shop/s"],
    )
    for call in calls:
        main([*call], "netverify")
        told = "".join(capsys.readouterr())
        assert "Ingress shop/i" in told or call[0] == "query" or "look alike" in told or "look the same" in told
        assert not any(character in told for character in HIDDEN)
        assert not any(line.startswith("::error::") for line in told.splitlines())
