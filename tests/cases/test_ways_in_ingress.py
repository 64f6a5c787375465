"""Ways in that Ingresses open: which Service each path leads to, and whom policy has to admit."""

import json

import pytest

from cases.ways_in_texts import (
    CLOSED,
    PODS,
    asked,
    exposed,
    from_blocks,
    from_namespace,
    openness,
    policy,
    service,
    verdict,
    written,
)
from netverify.cli.main import main
from netverify.model.flow import End
from netverify.policy.predicate import InNamespace
from netverify.routes.options import GivenController, RoutingOptions

API = service("{selector: {app: api}, ports: [{name: web, port: 80, targetPort: 8080}]}")
BACKEND = "{service: {name: api, port: {number: 80}}}"
QUESTION = "can internet reach service shop/api"
IN_EDGE = RoutingOptions(controller=GivenController("namespace edge", InNamespace(End.SOURCE, "edge")))


def ingress(spec, **more):
    return written("Ingress", "front", f"spec: {spec}", group="networking.k8s.io/v1", **more)


def path(backend, host="a.example.com"):
    return f"{{rules: [{{host: {host}, http: {{paths: [{{path: /, pathType: Prefix, backend: {backend}}}]}}}}]}}"


def ingress_class(name, controller, annotations="{}"):
    metadata = f"{{name: {name}, annotations: {annotations}}}"
    group = "networking.k8s.io/v1"
    return f"apiVersion: {group}\nkind: IngressClass\nmetadata: {metadata}\nspec: {{controller: {controller}}}\n---\n"


DEFAULT = "{ingressclass.kubernetes.io/is-default-class: 'true'}"
CONTROLLER = """
apiVersion: v1
kind: Pod
metadata:
  name: nginx
  namespace: edge
  labels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}
spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}
---
"""


def the_way(text, **settings):
    (one,) = exposed(text, **settings)
    return one


def test_an_ingress_is_a_way_in_by_each_path_and_by_its_default_backend():
    """ "If none of the hosts or paths match the HTTP request ... the traffic is routed to your default backend"."""
    both = path(BACKEND)[:-1] + f", defaultBackend: {BACKEND}}}"
    ways = [(one.way.host, one.way.path) for one in exposed(PODS + API + ingress(both))]
    assert ways == [("", ""), ("a.example.com", "/")]


@pytest.mark.parametrize(
    ("backend", "why"),
    [
        (BACKEND, ""),
        ("{service: {name: api, port: {name: web}}}", ""),
        ("{service: {name: api, port: {number: 8080}}}", "Service shop/api has no TCP port 8080"),
        ("{service: {name: gone, port: {number: 80}}}", "there is no Service shop/gone in these manifests"),
    ],
)
def test_a_backend_means_a_port_of_a_service_by_its_number_or_its_name(backend, why):
    """IngressServiceBackend.port: "of the referenced service", and never that of a pod."""
    one = the_way(PODS + API + ingress(path(backend)))
    assert one.why == why
    assert (one.openness.value == "broken") is bool(why)


def test_of_two_ports_with_one_number_http_goes_to_the_one_of_tcp():
    """HTTP runs over TCP, whichever of the two the Service lists first."""
    ports = "{name: u, port: 80, targetPort: 53, protocol: UDP}, {name: t, port: 80, targetPort: 8080}"
    text = PODS + service(f"{{selector: {{app: api}}, ports: [{ports}]}}") + ingress(path(BACKEND))
    assert the_way(text).way.service_port.target_port == 8080
    assert verdict(text + from_namespace("edge"), QUESTION) == "reachable"


def test_a_controller_connects_to_the_target_port_of_a_headless_service():
    """Its EndpointSlices hold the target port; only a client that looks the name up translates nothing."""
    headless = service("{clusterIP: None, selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}")
    text = PODS + headless + ingress(path(BACKEND))
    for question in (QUESTION, f"{QUESTION}:80"):
        assert verdict(text + from_namespace("edge", 8080), question) == "reachable"
        assert verdict(text + from_namespace("edge", 80), question, routing=IN_EDGE) == "unreachable"


def test_an_alias_leads_the_controller_to_the_service_behind_it():
    """ExternalName: "returning a CNAME record", which the controller follows like anybody."""
    alias = service("{type: ExternalName, externalName: api.shop.svc.cluster.local}", name="alias")
    text = PODS + API + alias + ingress(path("{service: {name: alias, port: {number: 80}}}"))
    assert str(the_way(text).way.service) == "shop/api"
    outside = text.replace("api.shop.svc.cluster.local", "api.example.com")
    assert the_way(outside).way.outside.name == "api.example.com"


def test_an_alias_is_looked_up_in_the_zone_of_the_cluster():
    """ "cluster domain": names of Services are below the zone that the cluster was set up with."""
    alias = service("{type: ExternalName, externalName: api.shop.svc.example.internal}", name="alias")
    text = PODS + API + alias + ingress(path("{service: {name: alias, port: {number: 80}}}"))
    there = RoutingOptions(cluster_domain="example.internal")
    assert str(the_way(text, routing=there).way.service) == "shop/api"
    assert verdict(text, f"{QUESTION}:80", routing=there) == "reachable"
    assert the_way(text).way.outside.name == "api.shop.svc.example.internal"


def test_a_controller_may_stand_behind_the_load_balancer_of_another_ingress():
    """`target-type: ip`: the load balancer connects to the controller's pods, past the port of the node."""
    front = ingress("{ingressClassName: nginx, " + path(BACKEND)[1:])
    labels = "{app.kubernetes.io/name: ingress-nginx}"
    local = "type: NodePort, externalTrafficPolicy: Local"
    nginx = service(f"{{{local}, selector: {labels}, ports: [{{port: 80}}]}}", name="nginx", namespace="edge")
    balanced = written(
        "Ingress",
        "balanced",
        "spec: {ingressClassName: alb, defaultBackend: {service: {name: nginx, port: {number: 80}}}}",
        namespace="edge",
        group="networking.k8s.io/v1",
        annotations="{alb.ingress.kubernetes.io/target-type: ip}",
    )
    from_vpc = policy("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/16}}]}]}", namespace="edge")
    closed = PODS + API + front + CONTROLLER + nginx + from_vpc
    assert verdict(closed, QUESTION) == "unreachable"
    assert verdict(closed + balanced, QUESTION) == "reachable"
    last = asked(closed + balanced, QUESTION).route.path
    assert [hop.text.split(" (")[0] for hop in last][:2] == ["Ingress edge/balanced", "controller AWS load balancer"]


def test_controllers_behind_each_other_end():
    both = "".join(
        written(
            "Ingress",
            name,
            f"spec: {{ingressClassName: {name}, defaultBackend: {{service: {{name: {other}, port: {{number: 80}}}}}}}}",
            namespace="edge",
            group="networking.k8s.io/v1",
        )
        for name, other in (("nginx", "traefik"), ("traefik", "nginx"))
    )
    pods = CONTROLLER + CONTROLLER.replace("name: nginx", "name: traefik").replace("ingress-nginx", "traefik")
    services = "".join(
        service(
            f"{{selector: {{app.kubernetes.io/name: {label}}}, ports: [{{port: 80}}]}}", name=name, namespace="edge"
        )
        for name, label in (("nginx", "ingress-nginx"), ("traefik", "traefik"))
    )
    found = exposed(PODS + both + pods + services)
    assert [one.openness.value for one in found] == ["depends", "depends"]
    assert all("where something outside these manifests leads to it" in one.needs for one in found)


@pytest.mark.parametrize(
    ("spec", "annotation", "classes", "name"),
    [
        ("ingressClassName: traefik, ", "{}", "", "traefik"),
        ("", "{kubernetes.io/ingress.class: traefik}", "", "traefik"),
        ("", "{}", ingress_class("main", "traefik.io/ingress-controller", DEFAULT), "traefik"),
        ("", "{}", ingress_class("main", "traefik.io/ingress-controller"), "a controller"),
        ("", "{kubernetes.io/ingress.class: own}", ingress_class("a", "k8s.io/ingress-nginx", DEFAULT), "own"),
        ("ingressClassName: own, ", "{}", ingress_class("own", "k8s.io/ingress-nginx"), "ingress-nginx"),
    ],
)
def test_the_class_comes_from_the_field_or_the_old_annotation_or_is_the_default(spec, annotation, classes, name):
    """ "a default IngressClass for your cluster": for those that name none, the annotation included."""
    text = PODS + API + classes + ingress("{" + spec + path(BACKEND)[1:], annotations=annotation)
    assert name in the_way(text).way.controller.name


def test_k36_a_policy_that_forgets_the_controller_shuts_the_ingress():
    """The controller connects from its own pods: neither the client nor the Ingress is admitted, but these."""
    text = PODS + API + ingress("{ingressClassName: nginx, " + path(BACKEND)[1:]) + CONTROLLER
    own = policy("{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}")
    assert openness(text + own) == [("Ingress", "blocked")]
    assert verdict(text + own, QUESTION) == "unreachable"
    assert verdict(text + own.replace("name: p,", "name: own,") + from_namespace("edge"), QUESTION) == "reachable"
    assert verdict(text + from_namespace("edge", 80), QUESTION) == "unreachable"


def test_the_way_to_the_controller_counts_too():
    """Both connections have to be admitted: from the client to the controller, and from there to the pod."""
    entry = service(
        "{type: LoadBalancer, externalTrafficPolicy: Local, allocateLoadBalancerNodePorts: false, "
        "selector: {app.kubernetes.io/name: ingress-nginx}, ports: [{port: 80}]}",
        name="edge",
        namespace="edge",
    )
    text = PODS + API + ingress("{ingressClassName: nginx, " + path(BACKEND)[1:]) + CONTROLLER + entry
    assert [len(route.legs) for route in asked(text, QUESTION).routes][:1] == [2]
    assert verdict(text, QUESTION) == "reachable"
    assert verdict(text + policy(CLOSED, namespace="edge"), QUESTION) == "unreachable"


def test_a_controller_that_is_not_in_the_manifests_is_any_pod_and_said_to_be():
    one = the_way(PODS + API + ingress("{ingressClassName: nginx, " + path(BACKEND)[1:]))
    assert one.way.controller.workloads == ()
    assert "the controller is not in these manifests" in one.way.controller.where
    text = PODS + API + ingress(path(BACKEND)) + from_namespace("other")
    assert verdict(text, QUESTION) == "reachable"
    assert verdict(PODS + API + ingress(path(BACKEND)) + policy(CLOSED), QUESTION) == "unknown"


@pytest.mark.parametrize(("where", "expected"), [("edge", "reachable"), ("other", "unreachable")])
def test_whoever_is_said_to_be_the_controller_is_it(where, expected):
    given = RoutingOptions(controller=GivenController(f"namespace {where}", InNamespace(End.SOURCE, where)))
    text = PODS + API + CONTROLLER + ingress(path(BACKEND)) + from_namespace("edge")
    assert verdict(text, QUESTION, routing=given) == expected


def test_an_annotation_restricts_clients_only_under_the_controller_that_heeds_it():
    """``whitelist-source-range`` is one of ingress-nginx: under another class it restricts nobody."""
    note = "{nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8}"
    text = PODS + API + ingress("{ingressClassName: traefik, " + path(BACKEND)[1:], annotations=note)
    answer = asked(text, "can 198.51.100.1 reach service shop/api")
    assert answer.verdict.value == "reachable"
    assert "where the controller ignores the source ranges in the annotations" in answer.route.provided
    assert openness(text)[0][1] in {"depends", "possible"}


@pytest.mark.parametrize(
    ("class_name", "blocks", "expected"),
    [
        ("gce", ("35.191.0.0/16",), True),
        ("gce", ("198.51.100.0/24",), False),
        ("alb", ("198.51.100.0/24",), True),
    ],
)
def test_a_load_balancer_of_the_cloud_is_seen_by_its_own_addresses(class_name, blocks, expected):
    """C.1: those of Google connect from ``35.191.0.0/16`` and ``130.211.0.0/22``; those of AWS from its networks."""
    text = PODS + API + ingress("{ingressClassName: " + class_name + ", " + path(BACKEND)[1:]) + from_blocks(*blocks)
    assert (verdict(text, QUESTION) == "reachable") is expected


def test_a_load_balancer_of_aws_that_goes_to_nodes_is_seen_as_one():
    """C.1: ``target-type: instance``, the default, goes to a NodePort, so that the node stands in for it."""
    nodes = service("{type: NodePort, selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}")
    front = "{ingressClassName: alb, " + path(BACKEND)[1:]
    ip = "{alb.ingress.kubernetes.io/target-type: ip}"
    shut = policy(CLOSED)
    assert dict(openness(PODS + nodes + ingress(front) + shut))["Ingress"] == "depends"
    assert dict(openness(PODS + nodes + ingress(front, annotations=ip) + shut))["Ingress"] == "blocked"
    assert dict(openness(PODS + API + ingress(front) + shut))["Ingress"] == "blocked"


@pytest.mark.parametrize(("target_type", "expected"), [("instance", "unknown"), ("ip", "unreachable")])
def test_a_load_balancer_of_aws_may_go_to_nodes_where_it_is_not_known_where_it_leads(target_type, expected):
    """A17: the node that a pod is on always reaches it."""
    annotations = f"{{alb.ingress.kubernetes.io/target-type: {target_type}}}"
    to_bucket = "{ingressClassName: alb, defaultBackend: {resource: {apiGroup: x.y, kind: Bucket, name: b}}}"
    text = PODS + policy(CLOSED) + ingress(to_bucket, annotations=annotations)
    assert verdict(text, "can internet reach shop/api[Pod]") == expected


def test_nothing_is_proved_while_a_document_is_unread():
    """What was refused may be the Ingress that opens the way."""
    refused = ingress(path(BACKEND)).replace("name: front", "name: FRONT")
    found = refused_and(PODS + API, refused)
    assert found.verdict.value == "unknown"
    assert "could not be read or was refused" in " ".join(found.unknown_because)


def refused_and(good, bad):
    from netverify.documents.loader import load  # noqa: PLC0415 - as above
    from netverify.sources.inventory import build_inventory  # noqa: PLC0415 - of this test alone
    from netverify.verify import Verifier  # noqa: PLC0415 - as above

    loaded = load("all.yaml", (good + bad).encode())
    return Verifier(build_inventory(loaded.documents, dropped=loaded.dropped)).ask(QUESTION)


def test_the_json_of_exposed_has_a_schema_every_way_and_an_openness_of_each(tmp_path, capsys):
    text = PODS + API + ingress(path(BACKEND)) + ingress(path("{service: {name: gone, port: {number: 1}}}"))
    (tmp_path / "all.yaml").write_text(text.replace("name: front", "name: second", 1))
    assert main(["exposed", "-f", str(tmp_path), "-o", "json"], "netverify") in {0, 1, 2}
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "netverify/exposed/v1"
    assert [one["object"] for one in told["ways"]] == ["Ingress shop/front", "Ingress shop/second"]
    known = {"open", "depends", "possible", "blocked", "unknown", "broken", "ends"}
    assert {one["openness"] for one in told["ways"]} <= known
    assert told["summary"]["ways"] == 2
    assert set(told["summary"]) == {"ways", *known}


@pytest.mark.parametrize(
    ("hosts", "host", "port"),
    [
        ("[a.example.com]", "a.example.com", 443),
        ("['*.example.com']", "a.example.com", 443),
        ("['*.example.com']", "'*.example.com'", 443),
        ("[b.example.com]", "a.example.com", 80),
        ("['*.example.com']", "'*.other.com'", 80),
        ("[]", "a.example.com", 443),
    ],
)
def test_tls_is_ended_for_the_hosts_that_it_is_for(hosts, host, port):
    """IngressTLS.hosts: "hosts is a list of hosts included in the TLS certificate"."""
    spec = path(BACKEND, host).replace("{rules", f"{{tls: [{{hosts: {hosts}, secretName: s}}], rules", 1)
    (one,) = exposed(PODS + API + ingress(spec))
    assert one.way.port == port


def test_a_class_that_nobody_knows_may_be_served_by_a_load_balancer_outside():
    """Which controller a class is of, no manifest says: a cloud may connect to pods from addresses of its own."""
    text = PODS + API + ingress(path(BACKEND).replace("{rules", "{ingressClassName: mystery, rules", 1))
    assert verdict(text + from_blocks("192.0.2.0/24"), QUESTION, cni="cilium") == "reachable"
    for settings, expected in (({}, ["controller", "ranges"]), ({"routing": IN_EDGE}, ["controller"])):
        (one,) = exposed(text, **settings)
        assert [source.seen_as.value for source in one.way.sources] == expected


@pytest.mark.parametrize(("kind", "seen"), [("NodePort", True), ("ClusterIP", False)])
def test_a_load_balancer_of_aws_goes_to_ports_of_nodes_where_the_service_has_one(kind, seen):
    """ "instance mode will route traffic to all ec2 instances within cluster on NodePort opened for your service"."""
    instance = "{alb.ingress.kubernetes.io/target-type: instance}"
    text = ingress(path(BACKEND).replace("{rules", "{ingressClassName: alb, rules", 1), annotations=instance)
    (one,) = (
        each
        for each in exposed(PODS + API.replace("{selector", f"{{type: {kind}, selector") + text)
        if each.way.by == "Ingress"
    )
    assert ("another node" in [source.seen_as.value for source in one.way.sources]) is seen


def test_a_rule_without_paths_leads_nowhere_unless_there_is_a_default_backend():
    """HTTPIngressRuleValue: "A list of paths that map requests to backends"; all else goes to the default backend."""
    for more, expected in (("", [("a.example.com", True)]), (f"defaultBackend: {BACKEND}, ", [("", False)])):
        found = exposed(PODS + API + ingress(f"{{{more}rules: [{{host: a.example.com}}]}}"))
        assert [(one.way.host, one.openness.value == "broken") for one in found] == expected
