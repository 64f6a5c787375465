"""The judge of routing, held against examples that the documentation decides."""

import yaml

from oracles.routing_interpreter import endpoints, lookup
from oracles.ways_in_interpreter import policy_sources, ways_in

PODS = """
apiVersion: v1
kind: Pod
metadata: {name: old, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}
status: {phase: Running, podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: new, namespace: shop, labels: {app: web, track: canary}}
spec:
  containers: [{name: c, image: i, ports: [{name: http, containerPort: 53, protocol: UDP}]}]
  initContainers: [{name: proxy, image: i, restartPolicy: Always, ports: [{name: http, containerPort: 9090}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: ended, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 7070}]}]}
status: {phase: Succeeded}
---
apiVersion: v1
kind: Pod
metadata: {name: nameless, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: other, labels: {app: web}}
spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 80}]}]}
---
"""
OLD, NEW, NAMELESS = (("shop", name, "Pod") for name in ("old", "new", "nameless"))
DATABASE = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  serviceName: peers
  replicas: 2
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: i}]}}
---
"""
DB = ("shop", "db", "StatefulSet")


def objects(text):
    return [one for one in yaml.safe_load_all(text) if one]


def service(spec, name="web"):
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\nspec: {spec}\n---\n"


def test_a_number_or_nothing_as_target_port_is_that_port_on_every_selected_pod():
    both = service("{selector: {app: web}, ports: [{name: a, port: 80, targetPort: 8080}, {name: b, port: 81}]}")
    found = objects(PODS + both)
    assert endpoints(found, "shop", "web", 80) == [(pod, "TCP", 8080) for pod in (NAMELESS, NEW, OLD)]
    assert endpoints(found, "shop", "web", "b") == [(pod, "TCP", 81) for pod in (NAMELESS, NEW, OLD)]
    assert endpoints(found, "shop", "web", 8080) == []


def test_a_name_as_target_port_means_another_number_on_each_pod_and_leaves_out_those_without_it():
    found = objects(PODS + service("{selector: {app: web}, ports: [{port: 80, targetPort: http}]}"))
    assert endpoints(found, "shop", "web", 80) == [(NEW, "TCP", 9090), (OLD, "TCP", 8080)]


def test_a_name_as_target_port_is_looked_up_together_with_the_protocol():
    found = objects(PODS + service("{selector: {app: web}, ports: [{port: 53, targetPort: http, protocol: UDP}]}"))
    assert endpoints(found, "shop", "web", 53) == [(NEW, "UDP", 53)]


def test_a_headless_service_translates_nothing():
    spec = "{clusterIP: None, selector: {app: web}, ports: [{port: 80, targetPort: http}]}"
    assert endpoints(objects(PODS + service(spec)), "shop", "web", 80) == [
        (pod, "TCP", 80) for pod in (NAMELESS, NEW, OLD)
    ]


def test_without_a_selector_slices_and_endpoints_say_where_to_and_ports_meet_by_name():
    listed = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{name: sql, port: 5432}, {name: other, port: 1}]
endpoints: [{addresses: [10.0.0.1]}, {addresses: [192.0.2.7]}, {addresses: [192.0.2.8], conditions: {ready: false}}]
---
apiVersion: v1
kind: Endpoints
metadata: {name: web, namespace: shop}
subsets: [{addresses: [{ip: 192.0.2.9}], ports: [{name: sql, port: 15432}]}]
---
"""
    found = objects(PODS + service("{ports: [{name: sql, port: 80}]}") + listed)
    assert endpoints(found, "shop", "web", 80) == [
        ("192.0.2.7", "TCP", 5432),
        ("192.0.2.9", "TCP", 15432),
        (OLD, "TCP", 5432),
    ]


def test_an_external_name_is_followed_inside_and_named_outside_and_a_loop_leads_nowhere():
    aliases = (
        service("{type: ExternalName, externalName: web.shop.svc.cluster.local}", "alias")
        + service("{type: ExternalName, externalName: db.example.com}", "outside")
        + service("{type: ExternalName, externalName: web.shop.svc}", "short")
        + service("{type: ExternalName, externalName: loop.shop.svc.cluster.local.}", "loop")
        + service("{type: ExternalName, externalName: 192.0.2.1}", "digits")
    )
    found = objects(PODS + service("{selector: {track: canary}, ports: [{port: 80, targetPort: 1}]}") + aliases)
    assert endpoints(found, "shop", "alias", 80) == [(NEW, "TCP", 1)]
    assert endpoints(found, "shop", "outside", 80) == [("db.example.com.", "TCP", 80)]
    assert endpoints(found, "shop", "short", 80) == [("web.shop.svc.", "TCP", 80)]
    assert endpoints(found, "shop", "loop", 80) == endpoints(found, "shop", "digits", 80) == []


def test_a_name_is_tried_with_each_suffix_before_it_is_tried_as_it_is():
    """ "name with <5 dots tried with each suffix first; trailing dot = absolute"."""
    found = objects(PODS + service("{selector: {app: web}, ports: [{port: 80}]}"))
    answer = lookup(found, "web.shop", found[0])
    assert answer["tried"] == [
        "web.shop.shop.svc.cluster.local",
        "web.shop.svc.cluster.local",
        "web.shop.cluster.local",
        "web.shop",
    ]
    assert answer["found"] == ("web.shop.svc.cluster.local", [("service", "shop", "web")])
    assert lookup(found, "web", found[4])["found"] is None
    assert lookup(found, "web.shop.", found[0])["found"] is None
    assert lookup(found, "WEB.shop.svc.cluster.local.", found[0])["found"][1] == [("service", "shop", "web")]


def test_the_resolver_follows_the_policy_and_the_config_of_the_pod():
    (pod,) = objects("kind: Pod\nmetadata: {namespace: shop}\nspec: {hostNetwork: true}")
    assert lookup([], "web", pod)["tried"] == ["web"]
    assert lookup([], "web", pod)["server"] == "node"
    pod["spec"]["dnsPolicy"] = "ClusterFirstWithHostNet"
    assert lookup([], "web", pod)["tried"][0] == "web.shop.svc.cluster.local"
    pod["spec"] |= {
        "dnsPolicy": "None",
        "dnsConfig": {
            "nameservers": ["192.0.2.1"],
            "searches": ["a.example"],
            "options": [{"name": "ndots", "value": "2"}],
        },
    }
    assert lookup([], "web.shop", pod) == {
        "tried": ["web.shop.a.example", "web.shop"],
        "server": "own",
        "found": None,
        "perhaps": ["web.shop.a.example", "web.shop"],
    }


def test_pods_have_names_under_the_headless_service_that_they_name():
    found = objects(
        DATABASE + PODS + service("{clusterIP: None, selector: {app: db}, ports: [{name: sql, port: 5432}]}", "peers")
    )
    assert lookup(found, "db-1.peers", found[0])["found"] == (
        "db-1.peers.shop.svc.cluster.local",
        [("endpoint", DB)],
    )
    assert lookup(found, "db-2.peers", found[0])["found"] is None
    assert lookup(found, "_sql._tcp.peers", found[0])["found"][1] == [("srv", 5432, DB)]
    assert lookup(found, "10-0-0-1.shop.pod", found[0])["found"][1] == [("endpoint", OLD)]


def targets(text):
    return [(way.kind, way.host, way.path, way.port, way.target[-1]) for way in ways_in(objects(text))]


def test_a_load_balancer_is_a_node_port_too_and_its_policy_says_who_is_seen():
    spec = "{type: LoadBalancer, selector: {app: web}, ports: [{port: 443, targetPort: 3000, nodePort: 30443}]}"
    ways = ways_in(objects(service(spec)))
    assert [(way.kind, way.port, policy_sources(way)) for way in ways] == [
        ("NodePort", 30443, {"client", "node"}),
        ("LoadBalancer", 443, {"client", "node"}),
    ]
    local = spec.replace("{type", "{externalTrafficPolicy: Local, allocateLoadBalancerNodePorts: false, type")
    assert [policy_sources(way) for way in ways_in(objects(service(local.replace(", nodePort: 30443", ""))))] == [
        {"client"}
    ]


def test_an_ingress_leads_to_ports_of_services_by_number_or_name():
    ingress = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: shop}
spec:
  defaultBackend: {service: {name: gone, port: {name: http}}}
  tls: [{hosts: ["*.example.com"]}]
  rules:
  - host: a.example.com
    http: {paths: [{path: /a, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}
  - host: a.b.example.com
    http: {paths: [{path: /b, pathType: Exact, backend: {service: {name: web, port: {number: 8080}}}}]}
"""
    assert targets(service("{selector: {app: web}, ports: [{name: http, port: 80}]}") + ingress) == [
        ("Ingress", None, None, 80, "http"),
        ("Ingress", None, None, 443, "http"),
        ("Ingress", "a.example.com", ("Prefix", "/a"), 80, 80),
        ("Ingress", "a.example.com", ("Prefix", "/a"), 443, 80),
        ("Ingress", "a.b.example.com", ("Exact", "/b"), 80, 8080),
    ]


GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec:
  gatewayClassName: any
  listeners:
  - {name: open, port: 80, protocol: HTTP, hostname: "*.example.com", allowedRoutes: {namespaces: {from: All}}}
  - {name: own, port: 8080, protocol: HTTP}
---
"""


def route(spec):
    return f"""
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: r, namespace: shop}}
spec: {{parentRefs: [{{name: edge, namespace: infra}}], {spec}}}
---
"""


def test_a_route_is_attached_where_the_listener_allows_its_namespace_and_shares_a_host():
    """Gateway API: a wildcard is "a suffix match", of any number of labels, and never the domain itself."""
    hosts = "hostnames: [a.b.example.com, example.com, '*.b.example.com', '*.com']"
    text = GATEWAY + route(hosts + ", rules: [{backendRefs: [{name: web, port: 80}, {name: w, port: 1, weight: 0}]}]")
    assert targets(text) == [
        ("HTTPRoute", host, ("PathPrefix", "/"), 80, 80)
        for host in ("a.b.example.com", "*.b.example.com", "*.example.com")
    ]


def test_a_backend_in_another_namespace_needs_a_grant_there():
    grant = """
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: other}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
  to: [{group: "", kind: Service}]
---
"""
    text = GATEWAY + route("rules: [{backendRefs: [{name: web, namespace: other, port: 81}]}]")
    assert targets(text) == []
    assert targets(text + grant) == [("HTTPRoute", "*.example.com", ("PathPrefix", "/"), 80, 81)]
    assert targets(text + grant.replace("kind: HTTPRoute", "kind: GRPCRoute")) == []


def test_an_openshift_route_means_ports_of_the_endpoints():
    text = (
        PODS
        + service("{selector: {app: web}, ports: [{name: a, port: 80, targetPort: http}, {name: b, port: 81}]}")
        + """
apiVersion: route.openshift.io/v1
kind: Route
metadata: {name: r, namespace: shop}
spec: {host: a.example.com, to: {kind: Service, name: web}, port: {targetPort: 8080}, tls: {termination: edge}}
"""
    )
    assert targets(text) == [("Route", "a.example.com", None, 443, 80)]
    assert targets(text.replace("targetPort: 8080", "targetPort: b")) == [("Route", "a.example.com", None, 443, 81)]
