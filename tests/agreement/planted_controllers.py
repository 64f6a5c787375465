"""A controller of Ingresses and Gateways planted into a random cluster, and the connections that it opens to pods."""

from copy import deepcopy

from agreement.questions import completions
from agreement.routed_ways import end_of
from agreement.test_agreement_gate_routes import CLIENTS, led_to
from agreement.test_agreement_services import with_all_ready
from generators.routed_clusters import made
from oracles.brute_force import known_addresses
from oracles.direct_interpreter import allowed
from oracles.service_interpreter import WORKLOADS, key_of
from oracles.ways_in_interpreter import policy_sources, ways_in

EDGE, CLASS = "edge", "planted"
LABELS = {"app.kubernetes.io/name": "traefik"}
PORTS = (80, 443, 8000, 8001, 8002)
"""Those of Ingresses, and of the listeners of random Gateways."""
BY_CONTROLLER = ("Ingress", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute")


def with_controller(objects):
    """``objects`` with a controller for all Ingresses and Gateways behind a load balancer; no policy is about it."""
    ports = [{"name": f"p{number}", "containerPort": number} for number in PORTS]
    container = {"name": "c", "image": "docker.io/library/traefik:v3.1", "ports": ports}
    pods = {"metadata": {"labels": LABELS}, "spec": {"containers": [container]}}
    listed = [{"name": f"p{number}", "port": number} for number in PORTS]
    return [
        *(served(one) for one in objects if one["kind"] not in {"IngressClass", "GatewayClass"}),
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": EDGE}},
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "IngressClass",
            "metadata": {"name": CLASS},
            "spec": {"controller": "traefik.io/ingress-controller"},
        },
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "GatewayClass",
            "metadata": {"name": "any"},
            "spec": {"controllerName": "traefik.io/gateway-controller"},
        },
        made("apps/v1", "Deployment", "traefik", EDGE, {"selector": {"matchLabels": LABELS}, "template": pods}),
        made("v1", "Service", "traefik", EDGE, {"type": "LoadBalancer", "selector": LABELS, "ports": listed}),
    ]


def served(one):
    if one["kind"] != "Ingress":
        return one
    one = deepcopy(one)
    one["spec"]["ingressClassName"] = CLASS
    return one


def ways_by_controller(objects):
    """As ``open_ways``, of connections by the planted controller that it may open on some CNI."""
    later = with_all_ready(objects)
    (controller,) = (one for one in objects if one["kind"] == "Deployment" and one["metadata"]["namespace"] == EDGE)
    for way in ways_in(later):
        target = end_of(objects, way)
        if way.kind not in BY_CONTROLLER or way.protocol != "TCP" or target is None or target != way.target:
            continue
        assert policy_sources(way) == {"controller"}
        for pod, number, protocol in led_to(later, way, target):
            if may_open(objects, controller, pod, protocol, number):
                yield from ((client, target, pod, number, protocol) for client in CLIENTS)


def may_open(objects, source, target, protocol, number):
    """Whether policies let the pods of ``source`` connect to those of ``target``, on some CNI."""
    cluster = {
        "namespaces": [one for one in objects if one["kind"] == "Namespace"],
        "policies": [one for one in objects if one["kind"] == "NetworkPolicy"],
    }
    (manifest,) = (one for one in objects if one["kind"] in WORKLOADS and key_of(one) == target)
    start = {"pod": source, "workload": 0, "address": "10.9.9.8", "node": "n1"}
    end = {
        "pod": manifest,
        "workload": 1,
        "address": next(iter(known_addresses(manifest)), "10.9.9.9"),
        "node": "n2",
    }
    return any(allowed(cluster, start, end, protocol, number, behaviours) for behaviours in completions({}))
