"""Ways in that Routes of OpenShift open."""

import pytest

from cases.ways_in_texts import CLOSED, PODS, exposed, from_namespace, policy, service, verdict, written

API = service("{selector: {app: api}, ports: [{name: web, port: 80, targetPort: http}, {name: dns, port: 53}]}")
ROUTER = """
apiVersion: v1
kind: Pod
metadata:
  name: router
  namespace: openshift-ingress
  labels: {ingresscontroller.operator.openshift.io/deployment-ingresscontroller: default}
spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}
---
"""
QUESTION = "can internet reach service shop/api"


def route(more="", to="{kind: Service, name: api}"):
    spec = f"{{host: a.example.com, to: {to}{more}}}"
    return written("Route", "r", f"spec: {spec}", group="route.openshift.io/v1")


def ports(text):
    return [one.way.service_port.port if one.way.service_port else one.why for one in exposed(text)]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("", [53, 80]),
        ("web", [80]),
        ("8080", [80]),
        ("53", [53]),
        ("80", ["Service shop/api has no port for it"]),
        ("http", ["Service shop/api has no port for it"]),
    ],
)
def test_target_port_is_the_name_of_a_port_of_the_service_or_a_number_at_its_endpoints(target, expected):
    """RoutePort.targetPort: "looked up as a named port in the target endpoints port list", or the number there.

    The Service may know the number by a name alone, and its own number is none of the endpoints'.
    """
    more = f", port: {{targetPort: {target}}}" if target else ""
    assert sorted(ports(PODS + API + route(more)), key=str) == sorted(expected, key=str)


def test_the_router_connects_over_tcp():
    both = "{name: u, port: 53, protocol: UDP, targetPort: 5353}, {name: t, port: 53, targetPort: 8080}"
    text = PODS + service(f"{{selector: {{app: api}}, ports: [{both}]}}") + route()
    assert [one.way.service_port.target_port for one in exposed(text)] == [8080]


def test_the_router_has_to_be_admitted_on_the_port_of_the_pod():
    """C.3: the "router dials pod endpoints directly"."""
    text = PODS + API + route(", port: {targetPort: web}") + ROUTER
    assert verdict(text + from_namespace("openshift-ingress"), QUESTION) == "reachable"
    assert verdict(text + from_namespace("openshift-ingress", 80), QUESTION) == "unreachable"
    assert verdict(text + policy(CLOSED), QUESTION) == "unreachable"


def test_weights_of_0_take_no_traffic_and_alternates_do():
    """C.3: "all weights 0" is a 503; each of ``alternateBackends`` is a backend of its own."""
    none = route(to="{kind: Service, name: api, weight: 0}")
    assert ports(PODS + API + none) == ["it has no Service that traffic goes to"]
    other = route(", alternateBackends: [{kind: Service, name: gone, weight: 1}]")
    assert "there is no Service shop/gone in these manifests" in ports(PODS + API + other)


def test_a_service_that_is_an_alias_has_no_endpoints_for_the_router():
    alias = service("{type: ExternalName, externalName: api.example.com, ports: [{port: 80}]}")
    (one,) = exposed(PODS + alias + route())
    assert one.openness.value == "broken"


@pytest.mark.parametrize(
    ("tls", "port", "kind"),
    [
        ("", 80, ""),
        (", tls: {termination: edge}", 443, "terminated"),
        (", tls: {termination: reencrypt}", 443, "terminated"),
        (", tls: {termination: passthrough}", 443, "passed through"),
    ],
)
def test_tls_is_ended_at_the_router_or_passed_through(tls, port, kind):
    (one,) = exposed(PODS + API + route(", port: {targetPort: web}" + tls))
    assert (one.way.port, one.way.tls.value) == (port, kind)
