"""From whom a way in is open, exactly, and on which conditions, case by case."""

import json

import pytest

from agreement.pipeline import read_inventory
from cases.ways_in_texts import CLOSED, PODS, from_blocks, policy, service, written
from netverify.model.addresses import cidrs
from netverify.report.surface_json import render_surface_json
from netverify.verify import Settings, Verifier

WEB = "selector: {app: api}, ports: [{port: 80, targetPort: 8080}]"
LOCAL = service(f"{{type: LoadBalancer, externalTrafficPolicy: Local, {WEB}}}")
CLUSTER = service(f"{{type: LoadBalancer, {WEB}}}")
BACKEND = "{service: {name: api, port: {number: 80}}}"
IP_TARGETS = "{alb.ingress.kubernetes.io/target-type: ip}"
CONTROLLER = """
apiVersion: v1
kind: Pod
metadata:
  name: controller
  namespace: other
  labels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}
spec: {hostNetwork: HOST, containers: [{name: c, image: i, ports: [{name: http, containerPort: 80}]}]}
---
"""


def ingress(class_name, annotations="{}"):
    spec = f"{{ingressClassName: {class_name}, defaultBackend: {BACKEND}}}"
    return written("Ingress", "web", f"spec: {spec}", group="networking.k8s.io/v1", annotations=annotations)


def from_ingress_namespace():
    peer = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}}"
    return policy(f"{{podSelector: {{}}, ingress: [{{from: [{peer}]}}]}}")


def surface(text, **settings):
    return Verifier(read_inventory(PODS + text), Settings(**settings)).exposed()


def way(text, by="LoadBalancer", **settings):
    (found,) = (one for one in surface(text, **settings).ways if one.way.by == by)
    return found


def clients(opening):
    return None if opening.clients is None else [text for block in opening.clients for text in cidrs(block)]


def openings(found):
    return [(clients(one), one.needs) for one in found.openings if one.scope.value == "existing"]


def codes(text, **settings):
    verifier = Verifier(read_inventory(PODS + text), Settings(**settings))
    return [one.code for one in verifier.findings(verifier.exposed()) if one.code in {"NV606", "NV612", "NV619"}]


def advice(text):
    verifier = Verifier(read_inventory(PODS + text), Settings())
    return {one.code: one.help for one in verifier.findings(verifier.exposed())}


PROXY = "where the load balancer puts an address of its own in the client's place"


def test_under_local_a_way_in_is_open_to_the_block_that_policy_admits_and_to_nobody_else():
    found = way(LOCAL + from_blocks("81.2.69.0/24"))
    there = "where the load balancer has an address in 81.2.69.0/24"
    assert (found.openness.value, openings(found)) == (
        "open",
        [(["81.2.69.0/24"], ()), (None, (PROXY, there))],
    )


def test_blocks_with_exceptions_are_told_exactly():
    peer = "{ipBlock: {cidr: 81.2.64.0/20, except: [81.2.69.0/24]}}, {ipBlock: {cidr: 2a00::/16}}"
    rule = policy(f"{{podSelector: {{matchLabels: {{app: api}}}}, ingress: [{{from: [{peer}]}}]}}")
    first = way(LOCAL + rule).openings[0]
    assert clients(first) == ["81.2.64.0/22", "81.2.68.0/24", "81.2.70.0/23", "81.2.72.0/21", "2a00::/16"]


def test_a_port_that_a_block_is_not_admitted_to_is_not_open_to_it():
    two = from_blocks("81.2.69.0/24") + from_blocks("8.8.8.0/24", port=9090).replace("name: p,", "name: q,")
    assert clients(way(LOCAL + two).openings[0]) == ["81.2.69.0/24"]


def test_source_ranges_and_policy_both_have_to_let_the_client_in():
    ranges = "loadBalancerSourceRanges: [81.2.69.0/25, 8.8.8.0/24]"
    ranged = service(f"{{type: LoadBalancer, externalTrafficPolicy: Local, {ranges}, {WEB}}}")
    assert clients(way(ranged + from_blocks("81.2.69.0/24")).openings[0]) == ["81.2.69.0/25"]


def test_without_policy_a_way_in_is_open_to_anyone():
    assert openings(way(LOCAL)) == [(None, ())]


def test_an_address_that_is_not_on_the_internet_is_told_beside_those_that_are():
    found = way(LOCAL + from_blocks("81.2.69.0/24", "10.0.0.0/8"))
    assert clients(found.openings[0]) == ["10.0.0.0/8", "81.2.69.0/24"]


def test_json_says_from_whom():
    inventory = read_inventory(PODS + LOCAL + from_blocks("81.2.69.0/24"))
    report = json.loads(render_surface_json(Verifier(inventory).exposed(), (), inventory))
    (told,) = (one for one in report["ways"] if one["by"] == "LoadBalancer")
    assert told["restricted_to"] == ["81.2.69.0/24"]
    assert told["openings"][0] == {
        "clients": ["81.2.69.0/24"],
        "endpoints": ["shop/api[Pod]:8080"],
        "needs": [],
        "scope": "existing",
        "policy_sees_the_client": True,
    }


@pytest.mark.parametrize("class_name", ["alb", "azure-application-gateway"])
def test_behind_a_load_balancer_that_goes_to_pods_a_way_is_open_where_that_has_an_admitted_address(class_name):
    text = service(f"{{{WEB}}}") + ingress(class_name, IP_TARGETS) + from_blocks("10.20.0.0/16")
    assert openings(way(text, "Ingress")) == [(None, ("where the load balancer has an address in 10.20.0.0/16",))]


def test_the_ranges_that_google_publishes_are_counted_exactly():
    plain = service(f"{{{WEB}}}") + ingress("gce")
    both, half = ("35.191.0.0/16", "130.211.0.0/22"), ("35.191.0.0/17", "130.211.0.0/22")
    assert openings(way(plain + from_blocks(*both), "Ingress")) == [(None, ())]
    needs = "where the load balancer has an address in 35.191.0.0/17, 130.211.0.0/22"
    assert openings(way(plain + from_blocks(*half), "Ingress")) == [(None, (needs,))]
    assert way(plain + from_blocks("8.8.8.0/24"), "Ingress").openness.value == "blocked"


def test_the_advice_names_the_addresses_of_a_load_balancer_instead_of_pods_of_a_controller():
    plain = service(f"{{{WEB}}}") + policy(CLOSED)
    assert advice(plain + ingress("alb", IP_TARGETS))["NV606"] == (
        "allow ipBlocks of the load balancer's subnets, on the port of the pod: it connects to pods itself"
    )
    assert advice(plain + ingress("gce"))["NV606"] == (
        "allow the ipBlocks 35.191.0.0/16, 130.211.0.0/22, from which it connects, on the port of the pod"
    )


def test_inbound_cidrs_restrict_the_clients_of_an_application_load_balancer():
    ranges = "{alb.ingress.kubernetes.io/target-type: ip, alb.ingress.kubernetes.io/inbound-cidrs: 81.2.69.0/24}"
    found = way(service(f"{{{WEB}}}") + ingress("alb", ranges), "Ingress")
    assert openings(found)[0] == (["81.2.69.0/24"], ())


ON_NODE = "where a pod of other/controller[Pod] is on the node of the pod"
REACHED = "where clients can reach the addresses of nodes"


def test_a_controller_on_the_host_network_that_is_admitted_by_labels_reaches_pods_of_its_node_alone():
    text = CONTROLLER.replace("HOST", "true") + service(f"{{{WEB}}}") + ingress("nginx") + from_ingress_namespace()
    found = way(text, "Ingress")
    assert all(ON_NODE in needs or "host-network-policed=true" in needs for _, needs in openings(found))
    assert any(ON_NODE in needs for _, needs in openings(found))
    assert codes(text) == ["NV619"]
    assert codes(CONTROLLER.replace("HOST", "false") + text.removeprefix(CONTROLLER.replace("HOST", "true"))) == []


def test_a_controller_on_the_host_network_reaches_pods_that_nothing_isolates_wherever_they_are():
    text = CONTROLLER.replace("HOST", "true") + service(f"{{{WEB}}}") + ingress("nginx")
    assert openings(way(text, "Ingress")) == [(None, (REACHED,))]


WORLD = {
    "no policy": (LOCAL, True),
    "no policy, by nodes": (CLUSTER, True),
    "every address": (LOCAL + from_blocks("0.0.0.0/0"), True),
    "every address but some": (
        LOCAL + policy("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [8.8.8.0/24]}}]}]}"),
        True,
    ),
    "every IPv6 address": (LOCAL + from_blocks("'::/0'"), True),
    "one block": (LOCAL + from_blocks("81.2.69.0/24"), False),
    "private addresses, which nodes have": (CLUSTER + from_blocks("10.0.0.0/8"), True),
    "every address, by nodes": (CLUSTER + from_blocks("0.0.0.0/0"), True),
    "nobody": (LOCAL + policy(CLOSED), False),
    "pods alone": (LOCAL + from_ingress_namespace(), False),
}


@pytest.mark.parametrize(("text", "is_open"), WORLD.values(), ids=WORLD)
def test_a_load_balancer_is_open_to_the_world_iff_policy_lets_most_of_the_internet_in(text, is_open):
    assert ("NV612" in codes(text)) is is_open


LUCK = {
    "clients behind nodes": (CLUSTER + from_blocks("81.2.69.0/24"), "set `externalTrafficPolicy: Local`"),
    "pods alone": (
        CLUSTER + from_ingress_namespace(),
        "set `externalTrafficPolicy: Local`, and allow the clients with an ipBlock",
    ),
    "nobody": (LOCAL + policy(CLOSED), "allow the clients with an ipBlock"),
}


@pytest.mark.parametrize(("text", "expected"), LUCK.values(), ids=LUCK)
def test_a_load_balancer_whose_clients_policy_does_not_see_or_admit_works_by_luck(text, expected):
    assert advice(text)["NV619"] == expected


def test_the_opening_to_the_internet_comes_before_one_to_other_addresses_whichever_pod_it_leads_to():
    more = (
        PODS.rpartition("apiVersion")[2].replace("name: api,", "name: zeta,").replace("app: api", "app: api, tier: z")
    )
    private = policy(
        "{podSelector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}, "
        "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}"
    )
    found = way(f"apiVersion{more}" + LOCAL + private)
    first, *others = [(clients(one), one.endpoints) for one in found.openings]
    assert first == (None, ("shop/zeta[Pod]:8080",))
    assert (["10.0.0.0/8"], ("shop/api[Pod]:8080",)) in others
