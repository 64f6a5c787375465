"""Ways in of the Gateway API: where a route is attached, for which hosts, and which Service it leads to."""

import pytest

from agreement.pipeline import read_inventory
from cases.ways_in_texts import PODS, asked, exposed, from_blocks, from_namespace, policy, service, verdict, written
from netverify.model.behaviours import Behaviour
from netverify.model.flow import End
from netverify.policy.predicate import InNamespace
from netverify.routes.options import GivenController, RoutingOptions
from netverify.verify import Verifier

API = service("{selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}")
GROUP = "gateway.networking.k8s.io"
TO_API = "rules: [{backendRefs: [{name: api, port: 80}]}]"


def gateway(*listeners, namespace="shop"):
    spec = "{gatewayClassName: any, listeners: [" + ", ".join(listeners) + "]}"
    return written("Gateway", "edge", f"spec: {spec}", namespace=namespace, group=f"{GROUP}/v1")


def listener(more="", name="web", port=80, protocol="HTTP"):
    return f"{{name: {name}, port: {port}, protocol: {protocol}{more}}}"


def route(spec=TO_API, kind="HTTPRoute", parent="{name: edge, namespace: shop}", namespace="shop", version="v1"):
    whole = f"{{parentRefs: [{parent}], {spec}}}"
    return written(kind, "r", f"spec: {whole}", namespace=namespace, group=f"{GROUP}/{version}")


def found(text):
    """Every way in: its host, its port, and why it leads nowhere."""
    return [(one.way.host, one.way.port, one.why if one.openness.value == "broken" else "") for one in exposed(text)]


NOWHERE = "no listener of its Gateways takes it"


@pytest.mark.parametrize(
    ("allowed", "home", "attached"),
    [
        ("", "shop", True),
        ("", "other", False),
        ("{from: Same}", "other", False),
        ("{from: Same, selector: {matchLabels: {team: b}}}", "other", False),
        ("{from: All}", "other", True),
        ("{from: Selector, selector: {matchLabels: {team: b}}}", "other", True),
        ("{from: Selector, selector: {matchLabels: {team: a}}}", "other", False),
        ("{from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: other}}}", "other", True),
    ],
)
def test_a_listener_takes_routes_of_the_namespaces_that_it_allows(allowed, home, attached):
    """``allowedRoutes.namespaces.from``: "Same" by default."""
    more = f", allowedRoutes: {{namespaces: {allowed}}}" if allowed else ""
    text = PODS + service("{selector: {app: api}, ports: [{port: 80}]}", namespace=home) + gateway(listener(more))
    assert [why for _, _, why in found(text + route(namespace=home))] == ["" if attached else NOWHERE]


@pytest.mark.parametrize(
    ("parents", "ways"),
    [
        ("{kind: Service, group: '', name: api}", 0),
        ("{kind: Service, group: '', name: api}, {name: edge}", 1),
        ("{kind: Service, group: example.com, name: api}", 1),
    ],
)
def test_a_route_is_for_the_mesh_alone_iff_all_its_parents_are_services(parents, ways):
    """GAMMA: "a Service as a parent" means traffic between pods; beside a Gateway the route is a way in as well."""
    assert [why for _, _, why in found(PODS + API + gateway(listener()) + route(parent=parents))] == [""] * ways


def test_an_alias_as_a_backend_is_a_way_only_where_the_implementation_follows_it():
    """HTTPBackendRef: support for Services of type ExternalName is "implementation-specific"."""
    alias = service("{type: ExternalName, externalName: api.shop.svc.cluster.local, ports: [{port: 80}]}", "alias")
    (one,) = exposed(PODS + API + alias + gateway(listener()) + route(TO_API.replace("name: api", "name: alias")))
    assert one.way.service.name == "api"
    assert "where this implementation follows Services of type ExternalName" in one.needs


def test_a_namespace_that_is_not_declared_may_have_the_labels_that_a_listener_asks_for():
    """Nobody tells its labels: the route may be attached, on that condition."""
    more = ", allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: b}}}}"
    text = PODS + service("{selector: {app: x}, ports: [{port: 80}]}", namespace="new") + gateway(listener(more))
    answer = asked(text + route(namespace="new"), "can internet reach service new/api")
    assert answer.verdict.value == "reachable"
    assert "where namespace new has the labels that the listener asks for" in answer.route.provided


@pytest.mark.parametrize(
    ("hostname", "hostnames", "shared"),
    [
        ("", "", [""]),
        ("a.example.com", "", ["a.example.com"]),
        ("", "a.example.com", ["a.example.com"]),
        ("'*.example.com'", "a.b.example.com", ["a.b.example.com"]),
        ("'*.example.com'", "example.com", None),
        ("'*.b.example.com'", "'*.example.com'", ["*.b.example.com"]),
        ("'*.example.com'", "badexample.com", None),
        ("a.example.com", "b.example.com, a.example.com", ["a.example.com"]),
        ("a.example.com", "'*.com'", ["a.example.com"]),
    ],
)
def test_k58_route_and_listener_have_to_share_a_host(hostname, hostnames, shared):
    """ "hostnames are interpreted as a suffix match": of any number of labels, and never the domain itself."""
    more = f", hostname: {hostname}" if hostname else ""
    spec = (f"hostnames: [{hostnames}], " if hostnames else "") + TO_API
    ways = found(PODS + API + gateway(listener(more)) + route(spec))
    assert ways == ([(host, 80, "") for host in shared] if shared else [("", None, NOWHERE)])


@pytest.mark.parametrize(
    ("parent", "ports"),
    [
        ("{name: edge}", [80, 81]),
        ("{name: edge, sectionName: b}", [81]),
        ("{name: edge, port: 80}", [80]),
        ("{name: edge, sectionName: gone}", [None]),
        ("{name: edge, sectionName: a, port: 81}", [None]),
        ("{name: elsewhere}", [None]),
    ],
)
def test_a_parent_means_a_listener_by_name_and_port(parent, ports):
    """ParentReference: ``sectionName`` and ``port`` each narrow down which listeners are meant."""
    text = PODS + API + gateway(listener(name="a"), listener(name="b", port=81)) + route(parent=parent)
    assert [port for _, port, _ in found(text)] == ports


@pytest.mark.parametrize(
    ("protocol", "tls", "kind", "attached"),
    [
        ("HTTP", "", "HTTPRoute", True),
        ("HTTP", "", "TCPRoute", False),
        ("TCP", "", "TCPRoute", True),
        ("TCP", "", "HTTPRoute", False),
        ("TLS", ", tls: {mode: Passthrough}", "TLSRoute", True),
        ("TLS", ", tls: {mode: Passthrough}", "TCPRoute", False),
        ("TLS", ", tls: {mode: Terminate, certificateRefs: [{name: c}]}", "TCPRoute", True),
    ],
)
def test_a_protocol_takes_its_kinds_of_routes(protocol, tls, kind, attached):
    """ "TLS configuration": what is passed through undecrypted is told apart by the name that it asks for alone."""
    version = "v1" if kind == "HTTPRoute" else "v1alpha2"
    hosts = "hostnames: [a.example.com], " if kind == "TLSRoute" else ""
    text = PODS + API + gateway(listener(tls, protocol=protocol)) + route(hosts + TO_API, kind, version=version)
    assert [why for _, _, why in found(text)] == ([""] if attached else [NOWHERE])


def test_kinds_that_a_listener_allows_have_to_fit_its_protocol():
    """``allowedRoutes.kinds`` narrows down; it cannot bring streams to a listener of HTTP."""
    for kinds, kind in (("GRPCRoute", "HTTPRoute"), ("TCPRoute", "TCPRoute")):
        more = f", allowedRoutes: {{kinds: [{{kind: {kinds}}}]}}"
        version = "v1" if kind == "HTTPRoute" else "v1alpha2"
        assert found(PODS + API + gateway(listener(more)) + route(kind=kind, version=version)) == [("", None, NOWHERE)]


def test_a_backend_of_weight_0_gets_nothing():
    """ "If weight is set to 0, no traffic should be forwarded"."""
    ((_, _, why),) = found(PODS + API + gateway(listener()) + route(TO_API.replace("port: 80", "port: 80, weight: 0")))
    assert why == "it has no backend that traffic goes to"


GRANT = """
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: NAMESPACE}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: FROM}]
  to: [{group: "", kind: Service, name: NAME}]
---
"""


@pytest.mark.parametrize(
    ("namespace", "source", "name", "granted"),
    [
        ("other", "shop", "api", True),
        ("other", "shop", "null", True),
        ("shop", "shop", "api", False),
        ("other", "elsewhere", "api", False),
        ("other", "shop", "db", False),
    ],
)
def test_k59_a_backend_elsewhere_needs_a_grant_where_it_is(namespace, source, name, granted):
    """ReferenceGrant: "identifies kinds of resources in other namespaces that are trusted to reference"."""
    grant = GRANT.replace("NAMESPACE", namespace).replace("FROM", source).replace("NAME", name)
    elsewhere = service("{selector: {app: api}, ports: [{port: 80}]}", namespace="other")
    spec = TO_API.replace("name: api", "name: api, namespace: other")
    ((_, _, why),) = found(PODS + elsewhere + gateway(listener()) + route(spec) + grant)
    assert why == ("" if granted else "no ReferenceGrant in other lets it refer to Service other/api")


def test_each_route_goes_to_the_port_of_its_own_protocol():
    """A Service may have one number twice, as DNS does: a TCPRoute means the one, and a UDPRoute the other."""
    ports = "{name: u, port: 80, targetPort: 5353, protocol: UDP}, {name: t, port: 80, targetPort: 8080}"
    listeners = gateway(listener(name="t", protocol="TCP"), listener(name="u", port=53, protocol="UDP"))
    both = "".join(
        route(kind=kind, version="v1alpha2").replace("name: r,", f"name: {kind.lower()},")
        for kind in ("TCPRoute", "UDPRoute")
    )
    text = PODS + service(f"{{selector: {{app: api}}, ports: [{ports}]}}") + listeners + both
    assert [(one.way.protocol.value, one.way.service_port.target_port) for one in exposed(text)] == [
        ("TCP", 8080),
        ("UDP", 5353),
    ]
    assert verdict(text + from_namespace("edge"), "can internet reach service shop/api:80") == "reachable"


def test_a_route_of_the_mesh_is_no_way_in():
    """GAMMA: a parent that is a Service is about traffic between pods."""
    assert exposed(PODS + API + route(parent="{group: '', kind: Service, name: api}")) == ()


def test_a_route_that_only_redirects_is_a_way_that_ends_there_and_none_that_is_broken():
    """Source: gateway-api HTTPRequestRedirectFilter: the rule answers by itself, and may have no backendRefs."""
    redirect = "rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]}]"
    verifier = Verifier(read_inventory(PODS + gateway(listener()) + route(redirect)))
    surface = verifier.exposed()
    assert [(one.openness.value, one.why) for one in surface.ways] == [("ends", "it only redirects")]
    assert [one.code for one in verifier.findings(surface) if one.code == "NV605"] == []


NO_POD_IN_A_BLOCK = {Behaviour.IPBLOCK_MATCHES_PODS: False}
ELSEWHERE = "where Gateway edge/web, which is not in these manifests, takes it"


@pytest.mark.parametrize(
    ("parent", "condition"),
    [
        ("{name: web, namespace: edge}", ELSEWHERE),
        ("{name: web}", ELSEWHERE.replace("edge/", "shop/")),
        ("{name: web, namespace: edge, kind: ListenerSet}", ELSEWHERE.replace("Gateway", "ListenerSet")),
        ("{group: '', kind: Service, name: api}, {name: web, namespace: edge}", ELSEWHERE),
    ],
)
def test_a_gateway_that_no_manifest_holds_may_take_a_route(parent, condition):
    """Gateways are often of another team, in another repository: a route to one is a way in on that condition."""
    text = PODS + API + route(parent=parent)
    closed = text + policy("{podSelector: {}, policyTypes: [Ingress]}")
    (way,) = exposed(text + from_namespace("edge"))
    assert (way.openness.value, way.needs[0]) == ("possible", condition)
    for target in ("service shop/api", "pod shop/api"):
        assert verdict(text + from_namespace("edge"), f"can internet reach {target}") == "reachable"
        assert verdict(closed, f"can internet reach {target}") == "unknown"


def test_pods_may_use_a_gateway_that_no_manifest_holds():
    """Whoever takes the route takes requests of pods, too: as pods that both sides admit, or a load balancer."""
    text = PODS + API + route(parent="{name: web, namespace: edge}")
    for admitted in (from_namespace("edge"), from_blocks("10.0.0.0/16")):
        answer = asked(text + admitted, "can namespace other reach pod shop/api", behaviours=NO_POD_IN_A_BLOCK)
        assert (answer.verdict.value, answer.route.provided[0]) == ("reachable", ELSEWHERE)


def test_a_gateway_whose_class_nobody_knows_may_be_a_load_balancer_of_a_cloud():
    """Such as a class of AWS or GKE: it connects to pods from outside, so that a block of the network lets it in."""
    given = RoutingOptions(controller=GivenController("namespace edge", InNamespace(End.SOURCE, "edge")))
    for text in (gateway(listener()) + route(), route(parent="{name: web, namespace: edge}")):
        whole = PODS + API + text + from_blocks("10.0.0.0/16")
        answer = asked(whole, "can internet reach pod shop/api", behaviours=NO_POD_IN_A_BLOCK)
        assert answer.verdict.value == "reachable"
        assert "where the load balancer has an address in 10.0.0.0/16" in answer.route.provided
        told = asked(whole, "can internet reach pod shop/api", behaviours=NO_POD_IN_A_BLOCK, routing=given)
        assert told.verdict.value == "unreachable"


def test_a_route_is_a_way_in_for_the_paths_that_it_matches():
    rules = "rules: [{matches: [{path: {value: /admin}}, {path: {value: /}}], backendRefs: [{name: api, port: 80}]}]"
    assert sorted(one.way.path for one in exposed(PODS + API + gateway(listener()) + route(rules))) == ["/", "/admin"]
    assert [one.way.path for one in exposed(PODS + API + gateway(listener()) + route())] == ["/"]
