"""What a change of manifests does to ways in, and to what Services lead to, case by case."""

import pytest

from cases.ways_in_texts import CLOSED, PODS, from_blocks, policy, service, written
from netverify.answers.context import make_context
from netverify.answers.settings import Settings
from netverify.diff.compare import compare
from netverify.model.flow import End
from netverify.policy.predicate import InNamespace
from netverify.routes.options import GivenController, RoutingOptions
from netverify.sources.inventory import read_inventory

WEB = "selector: {app: api}, ports: [{port: 80, targetPort: 8080}]"
PLAIN = service(f"{{{WEB}}}")
BALANCED = service(f"{{type: LoadBalancer, {WEB}}}")
NETWORKING, GATEWAY = "networking.k8s.io/v1", "gateway.networking.k8s.io/v1"


def ingress(spec, **more):
    return written("Ingress", "web", f"spec: {spec}", group=NETWORKING, **more)


def rule(host="shop.example.com", service_name="api"):
    backend = f"backend: {{service: {{name: {service_name}, port: {{number: 80}}}}}}"
    return f"{{host: {host}, http: {{paths: [{{path: /, pathType: Prefix, {backend}}}]}}}}"


def gateway(listeners="[{name: http, port: 80, protocol: HTTP}]"):
    return written("Gateway", "gw", f"spec: {{gatewayClassName: eg, listeners: {listeners}}}", group=GATEWAY)


def http_route(rules, parent="gw"):
    return written("HTTPRoute", "r", f"spec: {{parentRefs: [{{name: {parent}}}], rules: {rules}}}", group=GATEWAY)


def workload(spec, name="extra"):
    return written("Pod", name, f"spec: {{containers: [{{name: c, image: i}}], {spec}}}")


def compared(old, new, **settings):
    given = Settings(**settings)
    sides = []
    for name, text in (("old.yaml", old), ("new.yaml", new)):
        inventory = read_inventory((), texts={name: (PODS + text).encode()})
        assert not inventory.has_errors, inventory.diagnostics
        sides.append(make_context(inventory, given))
    return compare(*sides)


def verdict(old, new, **settings):
    return compared(old, new, **settings).verdict.value


OPENED = {
    "a load balancer": (PLAIN, BALANCED),
    "a NodePort": (PLAIN, service(f"{{type: NodePort, {WEB}}}")),
    "an external IP": (PLAIN, service(f"{{externalIPs: [192.0.2.7], {WEB}}}")),
    "an Ingress": (PLAIN, PLAIN + ingress(f"{{rules: [{rule()}]}}")),
    "a host of an Ingress": (
        PLAIN + ingress(f"{{rules: [{rule()}]}}"),
        PLAIN + ingress(f"{{rules: [{rule()}, {rule('admin.example.com')}]}}"),
    ),
    "a default backend": (
        PLAIN + ingress(f"{{rules: [{rule()}]}}"),
        PLAIN + ingress(f"{{defaultBackend: {{service: {{name: api, port: {{number: 80}}}}}}, rules: [{rule()}]}}"),
    ),
    "an HTTPRoute": (
        PLAIN + gateway(),
        PLAIN + gateway() + http_route("[{backendRefs: [{name: api, port: 80}]}]"),
    ),
    "a listener": (
        PLAIN + gateway() + http_route("[{backendRefs: [{name: api, port: 80}]}]"),
        PLAIN
        + gateway("[{name: http, port: 80, protocol: HTTP}, {name: other, port: 8080, protocol: HTTP}]")
        + http_route("[{backendRefs: [{name: api, port: 80}]}]"),
    ),
    "a Route of OpenShift": (
        PLAIN,
        PLAIN
        + written(
            "Route", "web", "spec: {host: a.example.com, to: {kind: Service, name: api}}", group="route.openshift.io/v1"
        ),
    ),
    "a host port": (
        PLAIN,
        PLAIN
        + written(
            "Pod", "more", "spec: {containers: [{name: c, image: i, ports: [{containerPort: 80, hostPort: 8080}]}]}"
        ),
    ),
    "a pod on the host network": (PLAIN, PLAIN + workload("hostNetwork: true")),
    "no source ranges any more": (
        service(f"{{type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24], {WEB}}}"),
        BALANCED,
    ),
    "wider source ranges": (
        service(f"{{type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24], {WEB}}}"),
        service(f"{{type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/23], {WEB}}}"),
    ),
    "a whitelist that is gone": (
        PLAIN
        + ingress(
            f"{{ingressClassName: nginx, rules: [{rule()}]}}",
            annotations="{nginx.ingress.kubernetes.io/whitelist-source-range: 192.0.2.0/24}",
        ),
        PLAIN + ingress(f"{{ingressClassName: nginx, rules: [{rule()}]}}"),
    ),
    "a load balancer that is public now": (
        service(f"{{type: LoadBalancer, {WEB}}}", annotations="{networking.gke.io/load-balancer-type: Internal}"),
        BALANCED,
    ),
    "a pod behind a load balancer": (
        BALANCED,
        BALANCED
        + written("Pod", "z", "spec: {containers: [{name: c, image: i}]}").replace(
            "annotations: {}", "labels: {app: api}"
        ),
    ),
}


@pytest.mark.parametrize(("old", "new"), OPENED.values(), ids=OPENED)
def test_a_way_in_that_appears_is_new_access_and_one_that_goes_is_lost_access(old, new):
    assert verdict(old, new) == "more permissive"
    assert verdict(new, old) == "less permissive"


CHANGED = {
    "the traffic policy": (BALANCED, service(f"{{type: LoadBalancer, externalTrafficPolicy: Local, {WEB}}}")),
    "the class of a load balancer": (
        BALANCED,
        service(f"{{type: LoadBalancer, loadBalancerClass: example.com/internal, {WEB}}}"),
    ),
    "the class of an Ingress": (
        PLAIN + ingress(f"{{ingressClassName: nginx, rules: [{rule()}]}}"),
        PLAIN + ingress(f"{{ingressClassName: nginx-internal, rules: [{rule()}]}}"),
    ),
    "TLS": (
        PLAIN + ingress(f"{{rules: [{rule()}]}}"),
        PLAIN + ingress(f"{{tls: [{{hosts: [shop.example.com], secretName: s}}], rules: [{rule()}]}}"),
    ),
    "the host": (
        PLAIN + ingress(f"{{rules: [{rule()}]}}"),
        PLAIN + ingress(f"{{rules: [{rule('store.example.com')}]}}"),
    ),
    "the number of a NodePort": (
        service("{type: NodePort, selector: {app: api}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}"),
        service("{type: NodePort, selector: {app: api}, ports: [{port: 80, targetPort: 8080, nodePort: 30081}]}"),
    ),
    "the Gateway of a route": (
        PLAIN
        + gateway()
        + gateway().replace("name: gw", "name: gw2")
        + http_route("[{backendRefs: [{name: api, port: 80}]}]"),
        PLAIN
        + gateway()
        + gateway().replace("name: gw", "name: gw2")
        + http_route("[{backendRefs: [{name: api, port: 80}]}]", "gw2"),
    ),
    "the target port of a load balancer": (
        BALANCED,
        service("{type: LoadBalancer, selector: {app: api}, ports: [{port: 80, targetPort: 9090}]}"),
    ),
    "the address of a host port": (
        written(
            "Pod",
            "m",
            "spec: {containers: [{name: c, image: i, "
            "ports: [{containerPort: 80, hostPort: 8080, hostIP: 192.0.2.1}]}]}",
        ),
        written("Pod", "m", "spec: {containers: [{name: c, image: i, ports: [{containerPort: 80, hostPort: 8080}]}]}"),
    ),
}


@pytest.mark.parametrize(("old", "new"), CHANGED.values(), ids=CHANGED)
def test_a_way_in_that_changed_is_both_new_and_lost(old, new):
    assert verdict(old, new) == "incomparable"


def test_a_way_in_that_policy_closes_is_listed_and_is_no_new_access():
    in_edge = RoutingOptions(controller=GivenController("namespace edge", InNamespace(End.SOURCE, "edge")))
    sides = PLAIN + policy(CLOSED), PLAIN + ingress(f"{{rules: [{rule()}]}}") + policy(CLOSED)
    found = compared(*sides, routing=in_edge)
    assert found.verdict.value == "equivalent"
    assert [(one.way.object, one.after.openness.value) for one in found.routing.ways] == [
        ("Ingress shop/web", "blocked")
    ]
    unseen = compared(*sides)  # the controller may be on the host network of the pod's own node
    assert (unseen.verdict.value, unseen.new_access.value) == ("unknown", "unknown")
    assert compared(sides[1], sides[1]).verdict.value == "equivalent"


def test_a_way_in_that_leads_nowhere_is_listed_and_is_no_new_access():
    found = compared(PLAIN, PLAIN + ingress(f"{{rules: [{rule(service_name='typo')}]}}"))
    assert found.verdict.value == "equivalent"
    assert [one.after.openness.value for one in found.routing.ways] == ["broken"]


def test_a_service_that_nobody_says_the_endpoints_of_makes_the_comparison_unknown():
    found = compared(PLAIN, PLAIN + service("{type: LoadBalancer, ports: [{port: 80}]}", name="manual"))
    assert (found.verdict.value, found.new_access.value, found.lost_access.value) == ("unknown", "unknown", "no")
    assert "no manifest says where Service shop/manual leads" in found.unknown_because


def test_a_way_that_policy_opens_is_listed_with_what_became_of_it():
    found = compared(BALANCED + policy(CLOSED), BALANCED + from_blocks("0.0.0.0/0"))
    assert found.verdict.value == "more permissive"
    openness = [(one.way.by, one.before.openness.value, one.after.openness.value) for one in found.routing.ways]
    assert ("LoadBalancer", "depends", "depends") in openness


TRAEFIK = written("IngressRoute", "web", "spec: {routes: [{match: Host(`a`)}]}", group="traefik.io/v1alpha1")


def test_an_object_that_is_not_modelled_and_could_open_a_way_in_is_in_doubt_unless_both_sides_have_it():
    assert verdict(PLAIN, PLAIN + TRAEFIK) == "unknown"
    assert verdict(PLAIN + TRAEFIK, PLAIN + TRAEFIK) == "equivalent"
    assert verdict(PLAIN + TRAEFIK, PLAIN + TRAEFIK.replace("(`a`)", "(`b`)")) == "unknown"


RELEASE = written("HelmRelease", "api", "spec: {chart: {spec: {chart: x}}}", group="helm.toolkit.fluxcd.io/v2")


def test_an_ingress_to_a_service_that_a_release_may_bring_is_in_doubt_unless_both_sides_have_it():
    to_brought = ingress(f"{{ingressClassName: nginx, rules: [{rule(service_name='brought')}]}}")
    assert verdict(PLAIN + RELEASE, PLAIN + RELEASE + to_brought) == "unknown"
    assert verdict(PLAIN + RELEASE + to_brought, PLAIN + RELEASE + to_brought) == "equivalent"
    assert verdict(PLAIN, PLAIN + to_brought) == "equivalent"


def test_the_order_of_documents_rules_and_names_of_files_are_no_change():
    two = f"{{rules: [{rule()}, {rule('b.example.com')}]}}"
    swapped = f"{{rules: [{rule('b.example.com')}, {rule()}]}}"
    assert verdict(PLAIN + ingress(two), ingress(swapped) + PLAIN) == "equivalent"


ROUTED = {
    "a target port": (
        "selector: {app: api}, ports: [{port: 80, targetPort: 8080}]",
        "selector: {app: api}, ports: [{port: 80, targetPort: 9090}]",
        "incomparable",
    ),
    "a selector": (
        "selector: {app: api}, ports: [{port: 80, targetPort: 8080}]",
        "selector: {app: db}, ports: [{port: 80, targetPort: 8080}]",
        "incomparable",
    ),
    "one port more": (
        "selector: {app: api}, ports: [{name: a, port: 80, targetPort: 8080}]",
        "selector: {app: api}, ports: [{name: a, port: 80, targetPort: 8080}, {name: b, port: 81}]",
        "more permissive",
    ),
    "an alias": (
        "type: ExternalName, externalName: a.example.com",
        "type: ExternalName, externalName: b.example.com",
        "incomparable",
    ),
    "endpoints of its node alone": (
        "selector: {app: api}, ports: [{port: 80}]",
        "internalTrafficPolicy: Local, selector: {app: api}, ports: [{port: 80}]",
        "less permissive",
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), ROUTED.values(), ids=ROUTED)
def test_a_service_that_leads_pods_elsewhere_is_a_change(old, new, expected):
    assert verdict(service(f"{{{old}}}"), service(f"{{{new}}}")) == expected


def test_a_service_that_leads_elsewhere_is_none_where_no_policy_lets_anybody_through():
    old = service("{selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}") + policy(CLOSED)
    new = service("{selector: {app: api}, ports: [{port: 80, targetPort: 9090}]}") + policy(CLOSED)
    assert verdict(old, new) == "equivalent"


def test_a_service_on_one_side_only_is_listed_and_decides_nothing():
    found = compared("", PLAIN)
    assert (found.verdict.value, found.routing.added) == ("equivalent", ("shop/api",))


def test_equivalent_says_that_icmp_is_not_modelled():
    assert "ICMP is not modelled" in compared(PLAIN, PLAIN).assumptions


NGINX_CLASS = "{ingressClassName: nginx, rules: [" + rule() + "]}"


def annotated(name, value):
    return PLAIN + ingress(NGINX_CLASS, annotations=f"{{{name}: '{value}'}}")


def matching_header(value):
    match = f"[{{headers: [{{name: a, value: {value}}}]}}]"
    return PLAIN + gateway() + http_route(f"[{{matches: {match}, backendRefs: [{{name: api, port: 80}}]}}]")


def ingress_class(parameters):
    spec = f"{{controller: k8s.io/ingress-nginx, parameters: {{apiGroup: a.b, kind: P, name: {parameters}}}}}"
    return written("IngressClass", "nginx", f"spec: {spec}", group=NETWORKING).replace("namespace: shop, ", "")


GROUPS = "{service.beta.kubernetes.io/aws-load-balancer-security-groups: sg-1}"
UNDECIDED = {
    "a snippet": (
        annotated("nginx.ingress.kubernetes.io/server-snippet", "deny 192.0.2.1;"),
        annotated("nginx.ingress.kubernetes.io/server-snippet", "deny 192.0.2.2;"),
        "annotation nginx.ingress.kubernetes.io/server-snippet of Ingress shop/web",
    ),
    "clients that are kept out": (
        annotated("nginx.ingress.kubernetes.io/denylist-source-range", "192.0.2.0/24"),
        PLAIN + ingress(NGINX_CLASS),
        "annotation nginx.ingress.kubernetes.io/denylist-source-range of Ingress shop/web",
    ),
    "security groups of a load balancer": (
        BALANCED,
        service(f"{{type: LoadBalancer, {WEB}}}", annotations=GROUPS),
        "annotation service.beta.kubernetes.io/aws-load-balancer-security-groups of Service shop/api",
    ),
    "addresses of a Gateway": (
        gateway(),
        gateway().replace("gatewayClassName", "addresses: [{value: 192.0.2.1}], gatewayClassName"),
        "something that is not modelled of Gateway shop/gw",
    ),
    "conditions on headers": (
        matching_header("b"),
        matching_header("c"),
        "something that is not modelled of HTTPRoute shop/r",
    ),
    "parameters of a class": (
        ingress_class("one"),
        ingress_class("two"),
        "something that is not modelled of IngressClass nginx",
    ),
}


@pytest.mark.parametrize(("old", "new", "why"), UNDECIDED.values(), ids=UNDECIDED)
def test_a_change_that_nobody_reads_is_unknown_and_never_equivalent(old, new, why):
    found = compared(old, new)
    assert found.verdict.value == "unknown"
    assert f"{why} is not the same on both sides" in found.unknown_because


def test_settings_that_change_how_requests_are_served_and_not_whose_are_no_change():
    size = "nginx.ingress.kubernetes.io/proxy-body-size"
    assert verdict(annotated(size, "8m"), annotated(size, "16m")) == "equivalent"


def test_a_route_of_openshift_lets_in_those_whom_its_annotation_names():
    """Source: OpenShift, "Route-specific annotations": ``ip_allowlist``."""
    spec = "spec: {host: a.example.com, to: {kind: Service, name: api}}"
    group = "route.openshift.io/v1"
    listed = "{haproxy.router.openshift.io/ip_allowlist: 192.0.2.0/24 198.51.100.7}"
    open_to_all, restricted = (
        PLAIN + written("Route", "web", spec, group=group, annotations=notes) for notes in ("{}", listed)
    )
    assert verdict(open_to_all, restricted) == "less permissive"
    assert verdict(restricted, open_to_all) == "more permissive"


@pytest.mark.parametrize("by", ["LoadBalancer", "NodePort"])
def test_another_port_of_a_service_is_another_way_in(by):
    """To the same pods on the same port: a client knocks elsewhere."""
    old, new = (
        service(f"{{type: {by}, selector: {{app: api}}, ports: [{{port: {port}, targetPort: 8080}}]}}")
        for port in (80, 443)
    )
    found = compared(old, new)
    assert found.verdict.value == "incomparable"
    gone, come = (
        {one.way.by for one in found.routing.ways if (one.after is None) is is_gone} for is_gone in (True, False)
    )
    assert by in gone & come


EDGE = """
apiVersion: v1
kind: Namespace
metadata: {name: edge}
---
apiVersion: v1
kind: Pod
metadata: {name: nginx, namespace: edge, labels: {app.kubernetes.io/name: ingress-nginx}}
spec: {containers: [{name: c, image: "registry.k8s.io/ingress-nginx/controller:v1", ARGS ports: [{containerPort: 80}]}]}
---
"""


def balanced_controller(ranges, args="args: ['/nginx-ingress-controller'],"):
    selector = "selector: {app.kubernetes.io/name: ingress-nginx}"
    spec = f"{{type: LoadBalancer, loadBalancerSourceRanges: [{ranges}], {selector}, ports: [{{port: 80}}]}}"
    balancer = service(spec, "nginx", namespace="edge")
    return PLAIN + EDGE.replace("ARGS", args) + balancer + ingress(f"{{ingressClassName: nginx, rules: [{rule()}]}}")


def test_wider_source_ranges_in_front_of_a_controller_are_new_access_to_what_it_serves():
    old, new = balanced_controller("192.0.2.0/24"), balanced_controller("192.0.2.0/23")
    found = compared(old, new)
    assert found.verdict.value == "more permissive"
    assert "Ingress shop/web" in {one.way.object for one in found.routing.ways if one.gained}


def test_an_argument_that_nobody_reads_and_that_is_not_the_same_leaves_open_what_it_changes():
    sides = [
        balanced_controller("192.0.2.0/24", f"args: ['/nginx-ingress-controller', '--annotations-prefix={name}'],")
        for name in "ab"
    ]
    found = compared(*sides)
    assert found.verdict.value == "unknown"
    assert "argument --annotations-prefix of edge/nginx[Pod] is not the same on both sides" in found.unknown_because
    assert compared(sides[0], sides[0]).verdict.value == "equivalent"


def test_a_service_with_a_further_port_leads_to_more_and_says_where():
    more = service(
        "{selector: {app: api}, ports: [{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: 9090}]}"
    )
    (change,) = compared(PLAIN, more).routing.services
    assert (change.gained, change.lost) == (
        ("shop/api[Pod]:9090 on port 81", "pods app=api in namespace shop that could be created:9090 on port 81"),
        (),
    )


def test_that_ways_in_are_the_same_is_said_only_where_none_appears_and_none_goes():
    told = "the same ways lead in from outside, to the same pods and on the same conditions"
    assert told in compared(BALANCED, BALANCED).proofs
    assert told not in compared(BALANCED, PLAIN).proofs
    assert told not in compared(PLAIN, BALANCED).proofs
