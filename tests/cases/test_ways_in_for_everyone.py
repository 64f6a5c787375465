"""Listings, maps, assertions of the library and of the gate, where pods and clients outside use ways in."""

from datetime import date
from pathlib import Path

import pytest

import netverify
from agreement.judged_intents import spec_of
from agreement.pipeline import read_inventory
from cases.gates import Gates
from cases.pods_by_ways import (
    BEHIND,
    BY_CONTROLLER,
    CLUSTER,
    CONTROLLER_BALANCER,
    FROM_EDGE,
    INGRESS,
    LOCAL,
    SHUT,
    START,
)
from cases.ways_in_texts import asked, policy, service, written
from netverify.answers import listed_ways
from netverify.documents.loader import load
from netverify.gate.checking import Terms
from netverify.gate.outcome import ExceptionState
from netverify.model.behaviours import Behaviour
from netverify.sources.inventory import build_inventory
from netverify.verify import Settings, Verifier

# Listings


def listed(text, question):
    found = asked(text, question)
    return found.verdict.value, [one.text for one in found.existing], list(found.possible)


def test_who_can_reach_a_pod_names_each_way_in_that_is_open():
    verdict_of, existing, possible = listed(SHUT + CLUSTER, "who can reach shop/api[Pod]")
    assert verdict_of == "reachable"
    assert existing == [
        "some pods through NodePort of Service shop/api",
        "outside through NodePort of Service shop/api",
    ]
    assert possible == []


def test_who_can_reach_a_service_names_the_ways_in_that_pods_can_take():
    _, existing, _ = listed(SHUT + CLUSTER, "who can reach service shop/api:80")
    assert "some pods through NodePort of Service shop/api" in existing


def test_a_way_in_by_the_own_node_is_on_the_list_for_a_pod_that_gets_nowhere_else():
    shut = policy("{podSelector: {}, policyTypes: [Egress]}", "other")
    _, existing, _ = listed(SHUT + CLUSTER + shut, "who can reach shop/api[Pod]")
    assert "some pods through NodePort of Service shop/api" in existing


def test_pods_that_reach_it_directly_all_of_them_need_no_way_in():
    _, existing, possible = listed(START + CLUSTER, "who can reach shop/api[Pod]:8080")
    assert "any pod" in possible
    assert not [one for one in existing if one.startswith("some pods")]


def test_what_a_pod_can_reach_includes_what_is_behind_ways_in():
    shut = SHUT + CLUSTER
    _, existing, _ = listed(shut, "what can other/client reach")
    assert "shop/api[Pod]:8080 through NodePort of Service shop/api" in existing
    _, existing, _ = listed(shut, "what can internet reach")
    assert "shop/api[Pod]:8080 through NodePort of Service shop/api" in existing


def test_a_way_in_that_only_pods_to_come_can_take_is_among_those_that_are_possible():
    shut = "{podSelector: {PODS}, policyTypes: [Egress]}"
    closed = policy(shut.replace("PODS", "matchLabels: {app: client}"), "other") + policy(shut.replace("PODS", ""))
    text = SHUT + CLUSTER + closed.replace("name: p, namespace: shop", "name: q, namespace: shop")
    found = asked(text, "who can reach shop/api[Pod]", behaviours={Behaviour.POD_TO_LOCAL_NODE_ALLOWED: False})
    assert [one.text for one in found.existing] == ["outside through NodePort of Service shop/api"]
    assert list(found.possible) == ["some pods through NodePort of Service shop/api"]


@pytest.mark.parametrize("question", ["who can reach service shop/api:80", "who can reach shop/api[Pod]"])
def test_a_closed_way_in_is_on_no_list_of_a_service_or_of_its_pods(question):
    assert listed(SHUT + LOCAL, question) == ("unreachable", [], [])


def test_a_way_in_of_which_nobody_knows_where_it_leads_is_a_doubt_for_pods_as_for_addresses():
    settings = {"behaviours": {Behaviour.NODE_TO_LOCAL_POD_ALLOWED: False}, "cni": "calico"}
    for who in ("other/client", "internet"):
        question = f"can {who} reach shop/api[Pod]:8080"
        assert asked(DOUBTFUL, question, **settings).verdict.value == "unknown"
        assert (
            asked(DOUBTFUL.replace(FROM_EDGE, policy(SHUT_DOWN)), question, **settings).verdict.value == "unreachable"
        )
        assert asked(DOUBTFUL.replace(FROM_EDGE, ""), question, **settings).verdict.value == "reachable"


def test_addresses_outside_that_policy_sees_and_admits_are_on_the_list_by_their_way_in():
    text = START + LOCAL + policy("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}")
    found = asked(text, "who can reach shop/api[Pod]", cni="cilium")
    assert "outside through NodePort of Service shop/api" in [one.text for one in found.existing]


def test_a_closed_way_in_is_on_no_list():
    assert listed(SHUT + LOCAL, "who can reach shop/api[Pod]") == ("unreachable", [], [])


def test_that_addresses_outside_reach_each_other_is_on_no_list():
    """Such a flow does not pass the cluster, whose policies say nothing of it."""
    everywhere = "{podSelector: {}, policyTypes: [Ingress, Egress]}"
    text = START + policy(everywhere) + policy(everywhere, "other")
    for question in ("what can internet reach", "who can reach 203.0.113.0/24"):
        verdict_of, existing, possible = listed(text, question)
        assert (verdict_of, existing) == ("reachable", [])
        assert possible == ["any pod outside namespaces other and shop"]


# Maps


def test_a_map_says_that_connections_through_ways_in_are_not_in_it():
    text = "connections through the way in are not in this map: `netverify exposed` shows it"
    assert text in Verifier(read_inventory(START + CLUSTER)).map().assumptions
    assert not [one for one in Verifier(read_inventory(START)).map().assumptions if "way" in one]


# From Python


def failing(text, name, *arguments, cni=None):
    """What an assertion of the library fails with; empty where it holds."""
    try:
        getattr(netverify.read(texts={"m.yaml": text}, cni=cni), name)(*arguments)
    except netverify.FailedAssertionError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("assert_unreachable", ("can any pod reach shop/api[Pod]:8080",)),
        ("assert_only_reachable_from", ("shop/api[Pod]",)),
        ("assert_only_reachable_from", ("namespace shop", "namespace shop")),
        ("assert_only_reachable_from", ("service shop/api:80",)),
        ("assert_only_reachable_from", ("service shop/api",)),
        ("assert_isolated", ("namespace shop",)),
    ],
)
def test_assertions_about_pods_fail_where_a_way_in_leads_to_them(name, arguments):
    shut = START + policy("{podSelector: {}, policyTypes: [Ingress, Egress]}")
    assert failing(shut + CLUSTER, name, *arguments).count("NodePort of Service shop/api")
    assert not failing(shut + LOCAL, name, *arguments)


def test_the_pods_of_a_service_are_reached_by_ways_in_to_others_as_well():
    front = CLUSTER.replace("name: api, namespace", "name: front, namespace")
    everywhere = policy("{podSelector: {}, policyTypes: [Ingress, Egress]}")
    told = failing(START + BEHIND + front + everywhere, "assert_only_reachable_from", "service shop/api:80", "any pod")
    assert "NodePort of Service shop/front" in told
    assert not failing(START + BEHIND + everywhere, "assert_only_reachable_from", "service shop/api:80", "any pod")


def test_where_every_address_outside_is_approved_nobody_comes_from_there():
    """The node that stands in for clients stands in for none."""
    text = START + policy("{podSelector: {}, policyTypes: [Ingress, Egress]}") + CLUSTER
    sources = ("any pod outside namespace shop", "0.0.0.0/0")
    assert failing(text, "assert_only_reachable_from", "shop/api[Pod]", *sources, cni="calico")
    assert not failing(text, "assert_only_reachable_from", "shop/api[Pod]", *sources, "::/0", cni="calico")


def test_the_port_of_a_service_is_its_own_in_assertions():
    """Port 80 of the Service is 8080 of the pods: that pod port 80 is closed says nothing about it."""
    text = START + BEHIND + policy("{podSelector: {}, ingress: [{ports: [{port: 8080}]}]}")
    assert "other/client" in failing(text, "assert_only_reachable_from", "service shop/api:80", "namespace shop")
    closed = START + BEHIND + policy("{podSelector: {}, ingress: [{ports: [{port: 80}]}]}")
    assert not failing(closed, "assert_only_reachable_from", "service shop/api:80")
    assert failing(closed, "assert_only_reachable_from", "service shop/api")


def test_clients_behind_an_approved_controller_come_by_an_approved_connection():
    text = BY_CONTROLLER + CONTROLLER_BALANCER
    assert not failing(text, "assert_only_reachable_from", "shop/api[Pod]", "namespace edge")
    assert "edge/nginx" in failing(text, "assert_only_reachable_from", "shop/api[Pod]", "namespace shop")


# The gate


def judged(text, **assertion):
    intent = {"assertions": [{"id": "one", **assertion}]}
    inventory = build_inventory(load("m.yaml", text.encode()).documents)
    assert not inventory.has_errors
    (result,) = Verifier(inventory).check(spec_of(intent), Terms(date(2026, 1, 1))).results
    return result


PORT_OF_SERVICE = START + BEHIND + policy("{podSelector: {}, ingress: [{ports: [{port: OPEN}]}]}")


@pytest.mark.parametrize(("port", "expected"), [("8080", "proved"), ("80", "refuted")])
def test_approved_ports_of_a_service_are_its_own(port, expected):
    """Port 80 of the Service leads to 8080 of the pods: approving it approves nothing about port 80 of the pods."""
    flows = [{"from": ["any pod", "0.0.0.0/0", "::/0"], "ports": [80]}]
    result = judged(PORT_OF_SERVICE.replace("OPEN", port), only={"to": "service shop/api", "flows": flows})
    assert result.verdict.value == expected


def test_what_is_inside_the_zone_is_approved_for_whoever_is_behind_it():
    """The controller is in the zone: who gets to it is against the claim, not that it leads on to its own zone."""
    http = policy("{podSelector: {}, ingress: [{ports: [{port: 8000}]}]}", "edge")
    text = BY_CONTROLLER + CONTROLLER_BALANCER + http
    zone = ["namespace shop", "namespace edge"]
    flows = [{"from": ["any pod", "0.0.0.0/0", "::/0"], "ports": [8000]}]
    for within, expected in ((True, "proved"), (False, "refuted")):
        assert judged(text, only={"to": zone, "within": within, "flows": flows}).verdict.value == expected


FLOW = {"from": "namespace other", "to": "shop/api[Pod]", "ports": [8080]}


def test_a_deny_is_refuted_by_a_way_in_with_what_it_needs():
    result = judged(SHUT + CLUSTER, deny=FLOW)
    assert result.verdict.value == "refuted"
    (found,) = result.violations
    assert found.text == (
        "namespace other can reach shop/api[Pod]:8080 by way of NodePort of Service shop/api, where the pod is on the "
        "node that receives the connection, and policy sees that node, and on further conditions"
    )
    assert str(found.witness.flow.destination.workload) == "shop/api[Pod]"
    assert judged(SHUT + LOCAL, deny=FLOW).verdict.value == "proved"


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_a_deny_is_refuted_by_an_open_way_in_whatever_closed_ones_there_are(names):
    shut, opened = (
        text.replace("name: api, namespace", f"name: {name}, namespace")
        for text, name in zip((LOCAL, CLUSTER), names, strict=True)
    )
    assert judged(SHUT + shut.replace("30080", "30081") + opened, deny=FLOW).verdict.value == "refuted"


def test_an_allow_is_not_proved_by_a_way_in():
    result = judged(SHUT + CLUSTER, allow={**FLOW, "from": "other/client"})
    assert result.verdict.value == "refuted"


@pytest.mark.parametrize(
    ("assertion", "expected"),
    [
        ({"only": {"to": "shop/api[Pod]", "flows": []}}, "refuted"),
        ({"only": {"to": "shop/api[Pod]", "flows": [{"from": ["any pod", "0.0.0.0/0", "::/0"]}]}}, "proved"),
        ({"only": {"to": "shop/api[Pod]", "flows": [{"from": "any pod"}]}}, "refuted"),
        ({"only": {"to": "shop/api[Pod]", "flows": [{"from": ["0.0.0.0/0", "::/0"]}]}}, "refuted"),
        ({"only": {"from": "namespace other", "flows": []}}, "refuted"),
        ({"isolated": "namespace shop"}, "refuted"),
        ({"separate": ["namespace other", "namespace shop"]}, "refuted"),
        ({"separate": {}}, "refuted"),
    ],
    ids=str,
)
def test_ways_in_count_for_pods_in_every_verb_about_flows(assertion, expected):
    everywhere = "{podSelector: {}, policyTypes: [Ingress, Egress]}"
    shut = START + policy(everywhere) + policy(everywhere, "other") + CLUSTER
    assert judged(shut, **assertion).verdict.value == expected


def test_approved_pods_are_approved_for_what_they_reach_by_ways_in_as_well():
    flows = [{"from": "other/client", "ports": [8080]}, {"from": "any pod in namespace other", "ports": [9090]}]
    text = SHUT + CLUSTER
    result = judged(text, only={"to": "shop/api[Pod]", "flows": flows})
    assert result.verdict.value == "refuted"
    told = {one.source for one in result.violations}
    assert "namespace other" in told  # a pod that could be created there is approved for 9090 alone
    flows.append({"from": "any pod in namespace other"})
    result = judged(text, only={"to": "shop/api[Pod]", "flows": flows})
    assert "namespace other" not in {one.source for one in result.violations}


def test_a_proof_says_that_no_controller_that_is_not_shown_leads_there_from_the_node_of_a_pod():
    """Where nodes do not reach their own pods, a controller on the host network does not either."""
    text = START + BEHIND + INGRESS + policy("{podSelector: {}, policyTypes: [Ingress]}")
    closed = Settings({Behaviour.NODE_TO_LOCAL_POD_ALLOWED: False}, keep_goals=True)
    for question, said in (
        ("can internet reach service shop/api", "leads nowhere from the node of a pod"),
        ("can other/client reach service shop/api", "leads nowhere from the node of a pod"),
    ):
        answer = Verifier(read_inventory(text), closed).ask(question)
        assert answer.verdict.value == "unreachable"
        assert said in repr(answer.derivation)


UNMODELLED = """
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: web, namespace: shop}
spec: {}
---
"""
SHUT_DOWN = "{podSelector: {}, policyTypes: [Ingress]}"
ADMITTED = policy(
    "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}]}]}"
)


@pytest.mark.parametrize(("admits", "expected"), [(ADMITTED, "unknown"), (policy(SHUT_DOWN), "proved")])
def test_a_way_in_that_is_not_modelled_is_a_doubt_where_some_pod_could_be_its_controller(admits, expected):
    text = START + UNMODELLED + admits
    found = {"unknown": "not modelled, and could open a way for pods", "proved": ""}[expected]
    said = failing(text, "assert_unreachable", "can other/client reach shop/api[Pod]:8080")
    assert found in said
    assert bool(said) is bool(found)
    shut = text + policy("{podSelector: {}, policyTypes: [Egress]}", "other")
    assert not failing(shut, "assert_unreachable", "can other/client reach shop/api[Pod]:8080")


@pytest.mark.parametrize("to", ["shop/api[Pod]:8080", "service shop/api:80"])
def test_a_proof_says_that_no_object_leads_pods_there_where_one_might(to):
    for more, expected in ((UNMODELLED, 1), ("", 0)):
        inventory = build_inventory(load("m.yaml", (SHUT + BEHIND + more).encode()).documents)
        answer = Verifier(inventory, Settings(keep_goals=True)).ask(f"can other/client reach {to}")
        assert answer.verdict.value == "unreachable"
        assert repr(answer.derivation).count("no object that is not modelled leads pods there") == expected


def test_a_service_without_a_selector_is_in_doubt_as_others_are():
    """Its endpoints are written, and may be pods of any namespace."""
    known = START.replace("containerPort: 8080}]}]}", "containerPort: 8080}]}]}\nstatus: {podIP: 10.0.0.5}", 1)
    listed_ones = "subsets: [{addresses: [{ip: 10.0.0.5}], ports: [{port: 8080}]}]"
    manual = service("{ports: [{port: 80, targetPort: 8080}]}", "manual", namespace="other")
    manual += written("Endpoints", "manual", listed_ones, namespace="other")
    text = known + UNMODELLED + ADMITTED + manual
    said = failing(text, "assert_unreachable", "can other/client reach service other/manual:80")
    assert "not modelled, and could open a way for pods" in said


TO_NOBODY = service("{type: NodePort, selector: {app: none}, ports: [{port: 80, targetPort: 8080}]}", "none")


@pytest.mark.parametrize("beside", ["", CLUSTER, TO_NOBODY], ids=["no way in", "an open one", "one to no existing pod"])
def test_a_doubt_about_ways_in_is_told_whatever_other_ways_in_there_are(beside):
    """A way in that no existing pod is behind proves nothing about the ones that are not modelled."""
    result = judged(START + UNMODELLED + ADMITTED + beside, deny={**FLOW, "to": "namespace shop"}, world="existing")
    assert result.verdict.value == ("refuted" if beside == CLUSTER else "unknown")


@pytest.mark.parametrize("who", ["internet", "namespace other"])
def test_a_closed_way_in_beside_one_that_is_not_modelled_proves_nothing_of_existing_pods_either(who):
    """Another way, which nobody knows, may lead there all the same."""
    text = START + LOCAL + UNMODELLED + ADMITTED
    to_service = {**FLOW, "from": who, "to": "service shop/api", "ports": [80]}
    assert judged(text, deny=to_service, world="existing").verdict.value == "unknown"
    assert judged(START + LOCAL + ADMITTED, deny=to_service, world="existing").verdict.value == "proved"


def test_where_only_a_pod_to_come_is_open_what_is_not_modelled_may_open_existing_ones():
    labelled = START.replace("labels: {app: api}", "labels: {app: api, tier: a}")
    text = labelled + LOCAL + policy("{podSelector: {matchLabels: {tier: a}}, policyTypes: [Ingress]}")
    denied = {"from": "internet", "to": "service shop/api"}
    assert judged(text, deny=denied).verdict.value == "refuted"
    assert judged(text, deny=denied, world="existing").verdict.value == "proved"
    assert judged(text + UNMODELLED, deny=denied, world="existing").verdict.value == "unknown"


@pytest.mark.parametrize(
    ("question", "doubts"),
    [
        ("who can reach shop/api[Pod]", ["open a way for pods", "open a way in"]),
        ("who can reach service shop/api:80", ["open a way for pods", "open a way in"]),
        ("what can internet reach", ["open a way in"]),
        ("what can other/client reach", ["open a way for pods"]),
    ],
)
def test_a_list_may_lack_those_whom_an_object_that_is_not_modelled_leads_there(question, doubts):
    inventory = build_inventory(load("m.yaml", (START + BEHIND + UNMODELLED + ADMITTED).encode()).documents)
    found = Verifier(inventory).ask(question)
    assert found.verdict.value == "unknown"
    assert sorted(line.partition("could ")[2] for line in found.unknown_because) == doubts


DOUBTFUL = BY_CONTROLLER.replace(
    "service: {name: api, port: {number: 80}}", "resource: {apiGroup: example.com, kind: Bucket, name: files}"
)


@pytest.mark.parametrize("question", ["who can reach shop/api[Pod]", "who can reach service shop/api:80"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DOUBTFUL, "unknown"),
        (DOUBTFUL.replace(FROM_EDGE, policy(SHUT_DOWN)), "unreachable"),
        (BY_CONTROLLER, "reachable"),
    ],
    ids=["it may lead there", "policy closes it", "it leads there"],
)
def test_a_list_is_unknown_where_a_way_in_may_lead_there(question, text, expected):
    """Who answers for the Ingress is let in, and nothing says where it sends requests."""
    found = asked(text, question, behaviours={Behaviour.NODE_TO_LOCAL_POD_ALLOWED: False}, cni="calico")
    assert found.verdict.value == expected


def test_a_list_that_leaves_ways_in_out_is_no_proof(monkeypatch):
    monkeypatch.setattr(listed_ways, "_LOOKED_AT", 0)
    found = asked(SHUT + CLUSTER, "who can reach shop/api[Pod]")
    assert found.verdict.value == "unknown"
    assert found.unknown_because == ("more than 0 ways in lead there; this list does not have all of them",)


def test_an_exception_for_pods_that_come_by_a_way_in_is_used():
    flows = [{"from": "any pod", "to": "shop/api[Pod]", "ports": 8080}]
    exception = {"id": "e", "assertions": ["one"], "flows": flows, "reason": "r", "owner": "o", "expires": "2099-01-01"}
    intent = {"assertions": [{"id": "one", "deny": FLOW}], "exceptions": [exception]}
    for way, expected in ((CLUSTER, "excepted"), (LOCAL, "proved")):
        report = Verifier(read_inventory(SHUT + way)).check(spec_of(intent), Terms(date(2026, 1, 1)))
        assert [one.verdict.value for one in report.results] == [expected]
        assert [one.state is ExceptionState.USED for one in report.exceptions] == [way == CLUSTER]


def test_ways_that_read_alike_are_listed_once(tmp_path, monkeypatch, capsys):
    """One way in may be open on several conditions, of which a line has room for the first."""
    monkeypatch.chdir(tmp_path)
    gates = Gates(capsys)
    Path("manifests.yaml").write_text(BY_CONTROLLER + CONTROLLER_BALANCER)
    Path("netverify.yaml").write_text("assertions: [{id: it, deny: {from: internet, to: service shop/api}}]")
    (result,) = gates.run("-f", "manifests.yaml", "-o", "json").report["results"]
    texts = [one["text"] for one in result["violations"]]
    assert len(set(texts)) < len(texts)
    listed, _, _ = gates.run("-f", "manifests.yaml").out.partition("  from  ")
    assert listed.count("internet can reach ") == min(len(set(texts)), 10)
