"""Ways in as pods of the cluster use them: what policy sees on either side, and what follows for their questions."""

import pytest

from cases.pods_by_ways import (
    ASKED,
    BEHIND,
    BY_CONTROLLER,
    CLUSTER,
    CONTROLLER,
    CONTROLLER_BALANCER,
    FROM_EDGE,
    INGRESS,
    LOCAL,
    SHUT,
    START,
)
from cases.ways_in_texts import CLOSED, PODS, asked, policy, service, verdict, written
from netverify.model.behaviours import Behaviour

BALANCED = "{type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: {app: api}, ports: [{port: 80, "
BALANCER = service(BALANCED + "targetPort: 8080}]}")


AWAY_FROM_NODES = {
    Behaviour.POD_TO_LOCAL_NODE_ALLOWED: False,
    Behaviour.IPBLOCK_MATCHES_NODES: False,
    Behaviour.IPBLOCK_MATCHES_PODS: False,
}


def egress(to, port="", name="out", pods="{}"):
    ports = f", ports: [{{port: {port}}}]" if port else ""
    rules = f"[{{to: [{to}]{ports}}}]" if to else "[]"
    return policy(f"{{podSelector: {pods}, policyTypes: [Egress], egress: {rules}}}", "other", name)


def with_settings(text, question=ASKED, **behaviours):
    named = {Behaviour(name.replace("_", "-")): value for name, value in behaviours.items()}
    return asked(text, question, behaviours=named)


def test_a_pod_gets_to_an_isolated_pod_by_a_node_port_where_policy_sees_the_pods_own_node():
    """ "Using Source IP": under Cluster the node stands in for its client; A17: the own node is always let in."""
    answer = asked(SHUT + CLUSTER, ASKED)
    assert answer.verdict.value == "reachable"
    assert [hop.text for hop in answer.route.path] == ["NodePort of Service shop/api"]
    assert answer.route.provided == (
        "where the pod is on the node that receives the connection, and policy sees that node",
    )
    assert [route.verdict.value for route in answer.routes] == ["unreachable", "reachable"]
    assert not answer.routes[0].path  # the direct way comes first


def test_a_service_is_reached_by_its_node_port_as_well():
    assert verdict(SHUT + CLUSTER, "can other/client reach service shop/api:80") == "reachable"


def test_an_answer_about_an_open_direct_way_has_no_ways_in():
    answer = asked(START + CLUSTER, ASKED)
    assert answer.verdict.value == "reachable"
    assert (answer.route, answer.routes) == (None, ())


def test_local_keeps_the_client_so_that_what_is_closed_to_it_stays_closed():
    """ServiceSpec.externalTrafficPolicy: Local "preserves the client source IP"."""
    assert verdict(SHUT + LOCAL, ASKED) == "unreachable"


@pytest.mark.parametrize("who", ["other/client", "internet"])
def test_a_port_without_a_way_in_stays_closed(who):
    assert verdict(SHUT + CLUSTER, f"can {who} reach shop/api[Pod]:9090") == "unreachable"


OTHER_SERVICE = service("{type: NodePort, selector: {app: more}, ports: [{port: 80, targetPort: 8080}]}", "more")


def test_a_way_in_to_another_service_of_the_namespace_is_none_to_this_one():
    more = PODS.rpartition("apiVersion")[2].replace("name: api,", "name: more,").replace("app: api", "app: more")
    shut = policy("{podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress]}")
    text = START + f"apiVersion{more}" + shut + BEHIND + OTHER_SERVICE
    assert verdict(text, "can other/client reach service shop/more:80") == "reachable"
    assert verdict(text, "can other/client reach service shop/api:80") == "unreachable"


def test_the_pod_must_be_allowed_to_connect_to_a_node():
    """ "a pod always reaches its own node" is left open by the API, so it is a condition."""
    closed = SHUT + CLUSTER + egress("")
    answer = with_settings(closed)
    assert answer.verdict.value == "reachable"
    assert with_settings(closed, pod_to_local_node_allowed=False).verdict.value == "unreachable"


def test_an_ip_block_admits_nodes_only_where_it_matches_them():
    text = SHUT + CLUSTER + egress("{ipBlock: {cidr: 0.0.0.0/0}}", 30080)
    closed = {"pod_to_local_node_allowed": False, "ipblock_matches_pods": False}
    assert with_settings(text, **closed, ipblock_matches_nodes=True).verdict.value == "reachable"
    assert with_settings(text, **closed, ipblock_matches_nodes=False).verdict.value == "unreachable"


def test_the_port_of_the_node_is_what_egress_policy_sees():
    text = SHUT + CLUSTER + egress("{ipBlock: {cidr: 0.0.0.0/0}}", 8080)
    closed = {"pod_to_local_node_allowed": False, "ipblock_matches_pods": False}
    assert with_settings(text, **closed, ipblock_matches_nodes=True).verdict.value == "unreachable"


def test_what_the_own_node_translates_first_is_the_pod_behind_for_egress_policy():
    """kube-proxy translates before the packet is forwarded, so that egress policy sees the pod behind."""
    to_shop = egress("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}", 8080)
    text = SHUT + BALANCER + to_shop
    answer = with_settings(text)
    assert answer.verdict.value == "reachable"
    assert "where the pod's own node translates the address before policy sees it" in answer.route.provided
    assert [hop.text for hop in answer.route.path] == ["load balancer of Service shop/api"]


def test_an_address_of_a_load_balancer_may_be_one_outside_for_egress_policy():
    """``ipMode: Proxy``: traffic goes to the load balancer instead of being translated on the node."""
    text = SHUT + BALANCER + egress("{ipBlock: {cidr: 203.0.113.0/24}}", 80)
    answer = with_settings(text)
    assert answer.verdict.value == "reachable"
    assert "where policy sees the address of the load balancer, not that of the pod behind it" in answer.route.provided
    other_port = SHUT + BALANCER + egress("{ipBlock: {cidr: 203.0.113.0/24}}", 8443)
    assert with_settings(other_port).verdict.value == "unreachable"


def test_an_external_ip_is_a_way_for_pods():
    text = service("{selector: {app: api}, externalIPs: [198.51.100.9], ports: [{port: 80, targetPort: 8080}]}")
    assert verdict(SHUT + text, ASKED) == "reachable"


KNOWN = "status: {loadBalancer: {ingress: [%s]}}"
TRANSLATED_AT = {
    "an external IP": service(
        "{selector: {app: api}, externalIPs: [203.0.113.9], ports: [{port: 80, targetPort: 8080}]}"
    ),
    "a load balancer": BALANCER.removesuffix("---\n") + KNOWN % "{ip: 203.0.113.9}" + "\n---\n",
}
SAME_PLACE = (
    "other/client reach 203.0.113.9:80",
    "other/client reach service shop/api:80",
    "other/client reach shop/api[Pod]",
)


@pytest.mark.parametrize("text", TRANSLATED_AT.values(), ids=TRANSLATED_AT)
@pytest.mark.parametrize("cni", ["calico", "kube-router"])
def test_where_nodes_translate_first_all_questions_about_one_place_are_answered_alike(text, cni):
    """kube-proxy translates the address on the pod's own node, and these plugins look afterwards."""
    out = egress("{ipBlock: {cidr: 203.0.113.9/32}}")
    for question in SAME_PLACE:
        assert verdict(SHUT + text + out, f"can {question}", behaviours=AWAY_FROM_NODES, cni=cni) == "unreachable"


@pytest.mark.parametrize("text", TRANSLATED_AT.values(), ids=TRANSLATED_AT)
@pytest.mark.parametrize("cni", [None, "aws-vpc-cni", "cilium", "antrea"])
def test_a_plugin_that_may_look_before_the_translation_may_see_the_address(text, cni):
    out = egress("{ipBlock: {cidr: 203.0.113.9/32}}")
    for question in SAME_PLACE[1:]:
        assert verdict(SHUT + text + out, f"can {question}", behaviours=AWAY_FROM_NODES, cni=cni) == "reachable"


@pytest.mark.parametrize("item", ["{ip: 203.0.113.9, ipMode: Proxy}", "{hostname: lb.example.net}"])
def test_an_address_that_nodes_leave_to_the_load_balancer_is_one_outside_for_egress_policy(item):
    text = BALANCER.removesuffix("---\n") + KNOWN % item + "\n---\n"
    out = egress("{ipBlock: {cidr: 203.0.113.0/24}}", 80)
    assert with_settings(SHUT + text + out).verdict.value == "reachable"


def test_a_host_port_is_a_way_for_pods():
    """HostPort: the node that the pod is on takes the connection."""
    agent = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: agent, namespace: shop}\n"
        "spec: {containers: [{name: c, image: i, ports: [{containerPort: 80, hostPort: 9100}]}]}\n---\n"
    )
    answer = asked(START + agent + policy(CLOSED), "can other/client reach shop/agent:80")
    assert answer.verdict.value == "reachable"
    assert answer.route.path[0].text == "host port"


SAME_POD = (
    START
    + LOCAL
    + policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: IN}}}]}]}")
    + egress("", name="none")
    + egress("{ipBlock: {cidr: 0.0.0.0/0}}", name="out", pods="{matchLabels: {app: client}}")
)


@pytest.mark.parametrize(("admitted", "expected"), [("client", "reachable"), ("another", "unreachable")])
def test_under_local_the_pod_that_gets_to_a_node_has_to_be_the_one_that_is_admitted(admitted, expected):
    """Its egress policy sees a node, and the policy of the pod behind sees it itself."""
    closed = {"pod_to_local_node_allowed": False, "ipblock_matches_pods": False, "ipblock_matches_nodes": True}
    question = "can namespace other reach shop/api[Pod]:8080"
    assert with_settings(SAME_POD.replace("IN", admitted), question, **closed).verdict.value == expected


def test_a_bare_pod_that_only_comes_back_to_itself_reaches_nobody():
    only = policy(CLOSED) + policy("{podSelector: {}, policyTypes: [Egress]}", name="out") + CLUSTER
    assert verdict(PODS + only, "can shop/api[Pod] reach shop/api[Pod]") == "vacuous"


# Controllers


def test_a_pod_gets_through_a_controller_that_policy_admits():
    """The controller connects to the pods behind the Service, so that their policy sees it."""
    answer = asked(BY_CONTROLLER, ASKED)
    assert answer.verdict.value == "reachable"
    assert answer.route.path[0].text == "Ingress shop/web"
    assert answer.witness.flow.source.workload.name == "nginx"
    assert answer.route.provided == ()


def test_a_pod_that_does_not_reach_the_controller_does_not_get_through_it():
    assert verdict(BY_CONTROLLER + egress(""), ASKED) == "unreachable"


def test_a_port_for_metrics_takes_no_requests():
    to_edge = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}"
    assert verdict(BY_CONTROLLER + egress(to_edge, 10254), ASKED) == "unreachable"
    assert verdict(BY_CONTROLLER + egress(to_edge, 8000), ASKED) == "reachable"


def test_a_controller_that_is_not_in_the_manifests_is_one_that_the_pod_can_reach():
    """Which pod it is is not known: one that both ends admit will do, and one that only one of them admits will not."""
    apart = START + INGRESS + BEHIND + FROM_EDGE
    assert verdict(apart, ASKED) == "reachable"
    out_to_pods = apart + egress("{podSelector: {}}")
    assert with_settings(out_to_pods, pod_to_local_node_allowed=False).verdict.value == "unreachable"
    assert verdict(out_to_pods, ASKED) == "unknown"  # it may be on the node of both, and on its network


def test_a_controller_behind_its_load_balancer_is_reached_by_a_node():
    balancer = CONTROLLER_BALANCER
    text = BY_CONTROLLER + policy(CLOSED, "edge") + balancer
    answer = asked(text, ASKED)
    assert answer.verdict.value == "reachable"
    assert [hop.text for hop in answer.route.path][:2] == ["NodePort of Service edge/nginx", "Ingress shop/web"] or (
        answer.route.path[0].text == "load balancer of Service edge/nginx"
    )
    assert answer.route.provided == (
        "where the pod's own node translates the address before policy sees it",
        "where the pod is on the node that receives the connection, and policy sees that node",
    )
    assert verdict(BY_CONTROLLER + policy(CLOSED, "edge"), ASKED) == "unreachable"


def test_an_answer_from_outside_shows_the_way_in_also_where_it_is_the_only_one_beside_the_straight_way():
    answer = asked(SHUT + CLUSTER, "can internet reach shop/api[Pod]:8080")
    assert [hop.text for hop in answer.route.path] == ["NodePort of Service shop/api"]


def test_a_way_in_to_several_pods_leads_to_each_of_them():
    more = PODS.rpartition("apiVersion")[2].replace("name: api,", "name: zeta,")
    text = START + f"apiVersion{more}" + policy(CLOSED) + CLUSTER
    for name in ("api", "zeta"):
        for who in ("internet", "other/client"):
            assert verdict(text, f"can {who} reach shop/{name}[Pod]:8080") == "reachable"


def test_a_service_that_says_nobody_and_that_nothing_leads_to_is_closed_to_addresses_outside():
    bare = service("{ports: [{port: 80}]}", "bare")
    assert verdict(START + bare, "can internet reach service shop/bare:80") == "unreachable"
    assert verdict(START + bare, "can other/client reach service shop/bare:80") == "unknown"


def test_a_controller_takes_requests_where_a_service_leads_to_it_though_it_declares_another_port():
    """What a container declares is not all that it listens on; its Service says where requests go."""
    text = BY_CONTROLLER.replace("containerPort: 8000", "containerPort: 9000") + written(
        "Service",
        "nginx",
        "spec: {selector: {app.kubernetes.io/name: ingress-nginx}, ports: [{port: 80, targetPort: 8000}]}",
        namespace="edge",
    )
    edge = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}"
    for port, expected in ((8000, "reachable"), (9000, "reachable"), (7000, "unreachable")):
        out = egress(edge, port)
        assert verdict(text + out, ASKED, behaviours=AWAY_FROM_NODES) == expected


def test_controllers_that_lead_to_each_other_are_passed_once_each():
    """Both pods are behind the Service of both, so that each could be reached by way of the other, without an end."""
    second = CONTROLLER.rpartition("apiVersion: apps/v1")[2].replace("name: nginx, namespace", "name: nginy, namespace")
    both = START + CONTROLLER + "apiVersion: apps/v1" + second + CONTROLLER_BALANCER + BEHIND + FROM_EDGE + INGRESS
    again = INGRESS.replace("name: web, namespace: shop", "name: again, namespace: edge").replace(
        "name: api", "name: nginx"
    )
    answer = asked(both + again, "can internet reach shop/api[Pod]:8080")
    assert answer.verdict.value == "reachable"
    passed = [sum(hop.text.startswith("controller") for hop in route.path) for route in answer.routes]
    assert max(passed) == 2


def test_a_controller_on_the_network_of_pods_needs_no_node():
    """Where its pods are matters to those on the host network alone, which reach pods of their own node anyway."""
    answer = asked(BY_CONTROLLER + CONTROLLER_BALANCER, "can internet reach shop/api[Pod]:8080")
    assert not [text for route in answer.routes for text in route.provided if "a pod of edge/nginx" in text]
