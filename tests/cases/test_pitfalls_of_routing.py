"""Pitfalls of Services, names and ways in (K8 to K59): what authors write, and what follows from it."""

import pytest

from agreement.pipeline import read_inventory
from netverify.query.outcome import Scope, Verdict
from netverify.verify import ask

CLUSTER = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: other}
---
apiVersion: v1
kind: Namespace
metadata: {name: dns}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}}
spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}
status: {podIP: 10.1.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: curl, namespace: other, labels: {app: curl}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: resolver, namespace: dns, labels: {app: resolver}}
spec:
  containers:
  - name: c
    image: i
    ports: [{name: dns, containerPort: 5353, protocol: UDP}, {name: dns-tcp, containerPort: 5353}]
---
"""
RESOLVER = """
apiVersion: v1
kind: Service
metadata: {name: resolver, namespace: dns}
spec:
  clusterIP: 10.96.0.10
  selector: {app: resolver}
  ports:
  - {name: dns, port: 53, protocol: UDP, targetPort: TARGET}
  - {name: dns-tcp, port: 53, protocol: TCP, targetPort: TARGET}
---
"""


def policy(spec, namespace="shop", name="p"):
    return (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n---\n"
    )


def out_of_web(*rules):
    return policy(
        "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [" + ", ".join(rules) + "]}",
        name="out",
    )


def service(spec, name="api", namespace="shop"):
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n---\n"


API = service("{selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}")


def verdict(manifests, sentence):
    return ask(sentence, read_inventory(manifests)).verdict.value


def test_k8_egress_to_the_database_alone_leaves_names_unresolved():
    """A policy for egress denies what it does not name: the lookup goes to the DNS pods, on UDP first."""
    manifests = CLUSTER + RESOLVER.replace("TARGET", "53")
    to_api = "{to: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 8080}]}"
    names = "{ports: [{port: 53, protocol: UDP}, {port: 53}]}"
    assert verdict(manifests + out_of_web(to_api), "can shop/web reach service dns/resolver:53/udp") == "unreachable"
    assert (
        verdict(manifests + out_of_web(to_api, names), "can shop/web reach service dns/resolver:53/udp") == "reachable"
    )


@pytest.mark.parametrize(
    ("written", "udp", "tcp"),
    [("{port: 53}", "unreachable", "reachable"), ("{port: 53, protocol: UDP}", "reachable", "unreachable")],
)
def test_k9_a_rule_for_names_needs_both_protocols(written, udp, tcp):
    """A port without protocol is TCP and blocks lookups; UDP alone breaks answers that are too long for it."""
    manifests = CLUSTER + RESOLVER.replace("TARGET", "53") + out_of_web(f"{{ports: [{written}]}}")
    assert verdict(manifests, "can shop/web reach service dns/resolver:53/udp") == udp
    assert verdict(manifests, "can shop/web reach service dns/resolver:53/tcp") == tcp


def test_k10_the_port_of_the_dns_service_is_not_the_port_of_its_pods():
    """OpenShift: ``dns-default`` translates 53 to 5353, and policy sees 5353."""
    manifests = CLUSTER + RESOLVER.replace("TARGET", "5353")
    for port, expected in ((53, "unreachable"), (5353, "reachable")):
        rule = f"{{ports: [{{port: {port}, protocol: UDP}}]}}"
        assert verdict(manifests + out_of_web(rule), "can shop/web reach service dns/resolver:53/udp") == expected


def test_k14_a_policy_names_the_port_of_the_pod_and_not_that_of_the_service():
    """Policy sees a connection after the Service has translated it."""
    for port, expected in ((80, "unreachable"), (8080, "reachable")):
        rule = "{podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: " + str(port) + "}]}]}"
        assert verdict(CLUSTER + API + policy(rule), "can shop/web reach service shop/api:80") == expected


def test_k15_a_block_with_the_address_of_a_service_matches_nothing():
    """The address of the Service is translated before policy sees it: the peer is the pod."""
    manifests = CLUSTER + API.replace("{selector", "{clusterIP: 10.96.0.7, selector")
    for cidr, expected in (("10.96.0.7/32", False), ("10.1.0.1/32", True)):
        rule = f"{{to: [{{ipBlock: {{cidr: {cidr}}}}}], ports: [{{port: 8080}}]}}"
        found = ask("can shop/web reach service shop/api:80", read_inventory(manifests + out_of_web(rule)))
        assert ((found.verdict, found.scope) == (Verdict.REACHABLE, Scope.EXISTING)) == expected


def test_k16_an_alias_is_policed_where_it_leads_to():
    """An ExternalName is a CNAME: no policy is about it, only about the pods behind the real name."""
    alias = service("{type: ExternalName, externalName: api.shop.svc.cluster.local}", "backend", "other")
    closed = policy("{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {}}]}]}")
    at_the_alias = closed.replace("namespace: shop", "namespace: other")
    asked = "can other/curl reach service other/backend:80"
    assert verdict(CLUSTER + API + alias + at_the_alias, asked) == "reachable"
    assert verdict(CLUSTER + API + alias + closed, asked) == "unreachable"


def load_balancer(rest=""):
    return service(f"{{type: LoadBalancer, {rest}selector: {{app: api}}, ports: [{{port: 443, targetPort: 8080}}]}}")


def provided(manifests, sentence):
    """What must hold outside the manifests for some route of the question that is open."""
    routes = ask(sentence, read_inventory(manifests)).routes
    return {condition for route in routes if route.verdict == "reachable" for condition in route.provided}


def test_k26_a_load_balancer_is_open_to_everyone_unless_it_says_for_whom():
    """The field is "ignored if the cloud-provider does not support the feature", and does not restrict the NodePort."""
    asked = "can 198.51.100.7 reach service shop/api:443"
    assert verdict(CLUSTER + load_balancer(), asked) == "reachable"
    restricted = "loadBalancerSourceRanges: [203.0.113.0/24], "
    assert any("loadBalancerSourceRanges" in one for one in provided(CLUSTER + load_balancer(restricted), asked))
    assert any("nodes" in one for one in provided(CLUSTER + load_balancer(restricted), asked))
    alone = CLUSTER + load_balancer(f"allocateLoadBalancerNodePorts: false, {restricted}")
    assert not any("nodes" in one for one in provided(alone, asked))
    assert verdict(alone, "can 203.0.113.7 reach service shop/api:443") == "reachable"


def test_k27_a_list_of_clients_works_where_their_addresses_are_kept_and_one_of_nodes_lets_everyone_in():
    """Under ``Cluster`` the node "obscures the client source IP"; ``Local`` "preserves the client source IP"."""
    rule = (
        "{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{ipBlock: {cidr: CIDR}}], ports: [{port: 8080}]}]}"
    )
    clients, nodes = (policy(rule.replace("CIDR", cidr)) for cidr in ("203.0.113.0/24", "192.168.0.0/16"))
    asked = "can 203.0.113.7 reach service shop/api:443"
    assert verdict(CLUSTER + load_balancer("externalTrafficPolicy: Local, ") + clients, asked) == "reachable"
    assert verdict(CLUSTER + load_balancer("externalTrafficPolicy: Cluster, ") + nodes, asked) == "reachable"


CONTROLLER = """
apiVersion: v1
kind: Namespace
metadata: {name: ingress-nginx}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress-nginx}
spec:
  selector: {matchLabels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}}
  template:
    metadata: {labels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}}
    spec:
      containers:
      - name: controller
        image: registry.k8s.io/ingress-nginx/controller:v1.13.0
        ports: [{name: http, containerPort: 80}, {name: https, containerPort: 443}]
---
apiVersion: v1
kind: Service
metadata: {name: controller, namespace: ingress-nginx}
spec:
  type: LoadBalancer
  selector: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}
  ports: [{name: http, port: 80, targetPort: http}, {name: https, port: 443, targetPort: https}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: shop}
spec:
  ingressClassName: nginx
  rules:
  - host: a.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}]}
---
"""


def test_k36_an_ingress_needs_its_controller_to_be_let_in_on_the_port_of_the_pod():
    """The controller dials the pods itself: it is a peer of its own namespace, on the target port."""
    rule = "{podSelector: {}, ingress: [{from: [FROM], ports: [{port: PORT}]}]}"
    manifests = CLUSTER + API + CONTROLLER
    own, controllers = (
        "{podSelector: {}}",
        "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}",
    )
    for peer, port, expected in (
        (own, 8080, "unreachable"),
        (controllers, 8080, "reachable"),
        (controllers, 80, "unreachable"),
    ):
        text = manifests + policy(rule.replace("FROM", peer).replace("PORT", str(port)))
        assert verdict(text, "can internet reach service shop/api:80") == expected


def test_k37_whoever_scrapes_from_another_namespace_is_forgotten():
    """Only the own node is let in besides what the rules name."""
    scraper = """
apiVersion: v1
kind: Pod
metadata: {name: prometheus, namespace: other, labels: {app: prometheus}}
spec: {containers: [{name: c, image: i}]}
---
"""
    rule = policy(
        "{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}"
    )
    assert verdict(CLUSTER + API + scraper + rule, "can other/prometheus reach service shop/api:80") == "unreachable"
    assert verdict(CLUSTER + API + scraper + rule, "can shop/web reach service shop/api:80") == "reachable"


def test_k43_a_service_without_endpoints_is_reached_by_nobody():
    """A selector that matches no pod, or a target port that no container is called by."""
    for spec in (
        "{selector: {app: gone}, ports: [{port: 80}]}",
        "{selector: {app: api}, ports: [{port: 80, targetPort: web}]}",
    ):
        found = ask("can shop/web reach service shop/api:80", read_inventory(CLUSTER + service(spec)))
        assert (found.verdict, found.scope) != (Verdict.REACHABLE, Scope.EXISTING)


def test_k44_a_service_with_external_addresses_is_a_way_in():
    """Any node that receives traffic for the address hands it to the Service."""
    spec = "{externalIPs: [198.51.100.9], selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}"
    assert verdict(CLUSTER + service(spec), "can internet reach service shop/api:80") == "reachable"
    assert verdict(CLUSTER + API, "can internet reach service shop/api:80") == "unreachable"


def test_k44_endpoints_that_are_written_by_hand_lead_into_another_namespace_and_policy_is_there():
    """A Service without a selector may list the pods of others: who protects them is their policy."""
    listed = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: door-1, namespace: other, labels: {kubernetes.io/service-name: door}}
addressType: IPv4
ports: [{port: 8080}]
endpoints: [{addresses: [10.1.0.1]}]
---
"""
    manifests = CLUSTER + service("{ports: [{port: 80}]}", "door", "other") + listed
    assert verdict(manifests, "can other/curl reach service other/door:80") == "reachable"
    closed = policy("{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {}}]}]}")
    assert verdict(manifests + closed, "can other/curl reach service other/door:80") == "unreachable"


def test_k45_a_headless_service_translates_nothing():
    """API: "targetPort ... is ignored": the client dials the port of the pod, or nobody answers."""
    spec = "{clusterIP: None, selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}"
    rule = "{podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: PORT}]}]}"
    for port, expected in ((8080, "unreachable"), (80, "reachable")):
        text = CLUSTER + service(spec) + policy(rule.replace("PORT", str(port)))
        assert verdict(text, "can shop/web reach service shop/api:80") == expected


GATEWAY = """
apiVersion: v1
kind: Namespace
metadata: {name: envoy-gateway-system}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: eg}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: other}
spec:
  gatewayClassName: eg
  listeners: [{name: http, port: 80, protocol: HTTP, hostname: HOST, allowedRoutes: {namespaces: {from: All}}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: other}
spec:
  parentRefs: [{name: edge}]
  hostnames: [a.b.example.com]
  rules: [{backendRefs: [{name: api, namespace: shop, port: 80}]}]
---
"""
GRANT = """
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: shop}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: other}]
  to: [{group: "", kind: Service}]
---
"""


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("'*.example.com'", "reachable"),
        ("'*.b.example.com'", "reachable"),
        ("example.com", "unreachable"),
        ("'*.a.b.example.com'", "unreachable"),
    ],
)
def test_k58_a_wildcard_of_a_gateway_stands_for_many_labels(host, expected):
    """Gateway API: "a suffix match"; the host of an Ingress stands for one label."""
    text = CLUSTER + API + GATEWAY.replace("HOST", host) + GRANT
    assert verdict(text, "can internet reach service shop/api:80") == expected


def test_k59_a_backend_in_another_namespace_needs_a_grant():
    """API: "ReferenceGrant" is in the namespace of the Service; without it the route answers with an error."""
    text = CLUSTER + API + GATEWAY.replace("HOST", "'*.example.com'")
    assert verdict(text, "can internet reach service shop/api:80") == "unreachable"
    assert verdict(text + GRANT, "can internet reach service shop/api:80") == "reachable"
