"""Controllers of Ingresses, Gateways and Routes that no manifest shows: what policy proves about them, and what not."""

import pytest

from agreement.pipeline import read_inventory
from cases.pods_by_ways import ASKED, BEHIND, CONTROLLER, INGRESS, START
from cases.ways_in_texts import CLOSED, asked, exposed, openness, policy, verdict, written
from netverify.cli.main import main
from netverify.lint.ways import way_findings
from netverify.model.flow import End
from netverify.policy.predicate import InNamespace
from netverify.routes.options import GivenController, RoutingOptions
from netverify.verify import Settings, Verifier

SHUT = START + INGRESS + BEHIND + policy(CLOSED)
SERVICE, POD = "can internet reach service shop/api", "can internet reach shop/api[Pod]:8080"
CALLED = "can other/client reach service shop/api"
IN_EDGE = RoutingOptions(controller=GivenController("namespace edge", InNamespace(End.SOURCE, "edge")))
ROUTE = written(
    "Route",
    "web",
    "spec: {host: a.example.com, to: {kind: Service, name: api}}",
    group="route.openshift.io/v1",
    annotations="{haproxy.router.openshift.io/ip_allowlist: 203.0.113.0/24}",
)


@pytest.mark.parametrize("question", [SERVICE, POD, ASKED, CALLED])
def test_a_controller_that_no_manifest_shows_may_be_on_the_node_of_the_pod(question):
    """ "Traffic to and from the node where a Pod is running is always allowed", so that of its host network is."""
    answer = asked(SHUT, question)
    assert answer.verdict.value == "unknown"
    assert any("ingress-nginx, which serves Ingress shop/web, is not in these" in why for why in answer.unknown_because)


@pytest.mark.parametrize("question", [SERVICE, POD, ASKED, CALLED])
def test_what_the_user_says_of_the_controller_is_what_a_proof_takes_as_given(question):
    answer = asked(SHUT, question, routing=IN_EDGE)
    assert answer.verdict.value == "unreachable"
    assert any("served by namespace edge alone" in given for given in answer.assumptions)


@pytest.mark.parametrize("question", [SERVICE, POD, ASKED])
def test_a_controller_whose_pods_the_manifests_show_is_where_they_are(question):
    assert verdict(SHUT + CONTROLLER, question) == "unreachable"


@pytest.mark.parametrize("question", [SERVICE, POD])
def test_a_load_balancer_of_a_cloud_is_on_no_node(question):
    """Of class alb with target type ip: it "routes traffic directly to the pod IP"."""
    balanced = SHUT.replace("ingressClassName: nginx", "ingressClassName: alb")
    note = "annotations: {alb.ingress.kubernetes.io/target-type: ip}}\nspec: {ingressClassName"
    assert verdict(balanced.replace("annotations: {}}\nspec: {ingressClassName", note), question) == "unreachable"


def test_what_no_ingress_leads_to_is_proved_all_the_same():
    assert verdict(SHUT, ASKED.replace("8080", "9090")) == "unreachable"
    assert verdict(SHUT, "can internet reach shop/api[Pod]:9090") == "unreachable"


def test_a_way_that_policy_closes_to_every_pod_is_listed_as_unknown_and_still_warned_of():
    assert openness(SHUT) == [("Ingress", "unknown")]
    (found,) = way_findings(Verifier(read_inventory(SHUT), Settings()).exposed())
    assert found.code == "NV606"
    assert found.message.endswith("no policy admits the controller, unless it is on the host network of their node")


@pytest.mark.parametrize("cidr", ["10.128.0.0/14", "203.0.113.0/25"])
def test_pods_outside_an_allowlist_may_get_in_by_an_address_that_stands_in_for_them(cidr):
    """Source: "Using Source IP": a node, or what is in front of the router, may put its own address in the place."""
    anybody = policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: edge}}}]}]}")
    text = START + ROUTE + BEHIND + anybody
    answer = asked(text, ASKED, pod_cidrs=(cidr,))
    assert answer.verdict.value == "reachable"
    needs = "where the router sees another address than the client's, and lets that one in"
    assert (needs in answer.route.provided) == (cidr == "10.128.0.0/14")


def test_clients_outside_an_allowlist_may_get_in_by_an_address_that_stands_in_for_them():
    anybody = policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: edge}}}]}]}")
    text = START + ROUTE + BEHIND + anybody
    assert verdict(text, "can 203.0.113.5 reach service shop/api") == "reachable"
    answer = asked(text, "can 198.51.100.5 reach service shop/api")
    assert answer.verdict.value == "reachable"
    assert any("another address than the client's" in one for one in answer.route.provided)
    assert {one.clients for one in exposed(text)[0].openings} != {None}


@pytest.mark.parametrize(("class_name", "by_default"), [("gce", "ranges"), ("alb", "ranges"), ("nginx", "controller")])
def test_whoever_the_user_says_serves_ingresses_serves_those_of_a_cloud_as_well(class_name, by_default):
    """*Who answers for every Ingress, Gateway and Route, as the user says.*"""
    text = (START + INGRESS + BEHIND).replace("ingressClassName: nginx", f"ingressClassName: {class_name}")
    for settings, expected in (({}, by_default), ({"routing": IN_EDGE}, "controller")):
        (one,) = (each for each in exposed(text, **settings) if each.way.by == "Ingress")
        assert one.way.sources[0].seen_as.value == expected


NAMED = "which is named as the ingress controller"


@pytest.mark.parametrize(
    ("given", "warning"),
    [
        (
            "namespace egde",
            f"matches `namespace egde`, {NAMED} = help: did you mean `edge`?",
        ),
        (
            "pods app=x in namespace edge",
            f"matches `pods app=x in namespace edge`, {NAMED}",
        ),
        ("namespace edge", ""),
    ],
)
def test_a_controller_that_no_manifest_shows_is_told_where_it_is_named(given, warning, tmp_path, capsys):
    (tmp_path / "m.yaml").write_text(SHUT + CONTROLLER)
    assert main(["query", SERVICE, "--ingress-controller", given, "-f", str(tmp_path)], "netverify") == 0
    out, err = (" ".join(text.split()) for text in capsys.readouterr())
    assert out.startswith("UNREACHABLE")
    assert (warning in err) if warning else err == ""
    assert ("(which matches no pod of these manifests)" in out) is bool(warning)


def test_a_quiet_run_says_it_in_the_proof_alone(tmp_path, capsys):
    (tmp_path / "m.yaml").write_text(SHUT + CONTROLLER)
    main(["query", SERVICE, "-q", "--ingress-controller", "namespace egde", "-f", str(tmp_path)], "netverify")
    out, err = capsys.readouterr()
    assert err == ""
    assert "served by namespace egde (which matches no pod of these manifests) alone" in out
