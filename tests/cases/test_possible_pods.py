"""Who could be created and then reach, or be reached: literate cases of the descriptions."""

import pytest

import netverify
from agreement.pipeline import read_inventory
from netverify.answers.context import make_context, with_namespaces_of
from netverify.answers.possible import possible_pods
from netverify.answers.settings import Settings
from netverify.model.behaviours import CNI_PROFILES
from netverify.model.flow import End
from netverify.query.question import Form
from netverify.query.sentence import parse_sentence
from netverify.verify import Verifier

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: shop}}
---
apiVersion: v1
kind: Namespace
metadata: {name: lab, labels: {team: lab}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: db, image: db}]}
---
"""


def policy(name, namespace, selector, **directions):
    """A NetworkPolicy in flow style; every direction that is given is in its policyTypes."""
    types = [direction.capitalize() for direction in directions]
    rules = "".join(f"  {direction}: {rules}\n" for direction, rules in directions.items())
    return (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\n"
        f"spec:\n  podSelector: {selector}\n  policyTypes: [{', '.join(types)}]\n{rules}---\n"
    )


def described(manifests, sentence, cni="calico"):
    """The descriptions of the possible pods at the open end of ``sentence``."""
    inventory = read_inventory(manifests)
    question = parse_sentence(sentence, inventory.cluster)
    context = make_context(inventory, Settings(CNI_PROFILES[cni], cni))
    end = End.SOURCE if question.form is Form.WHO else End.DESTINATION
    return list(possible_pods(question, end, with_namespaces_of(question, context)).descriptions)


def test_without_policies_any_pod_can():
    assert described(SHOP, "who can reach shop/db:5432") == ["any pod"]


def test_a_peer_of_both_selectors_is_one_description():
    rule = "[{from: [{namespaceSelector: {matchLabels: {team: lab}}, podSelector: {matchLabels: {role: admin}}}]}]"
    manifests = SHOP + policy("in", "shop", "{}", ingress=rule)
    assert described(manifests, "who can reach shop/db:5432") == ["pods role=admin in namespaces team=lab"]


def test_a_pod_selector_alone_means_the_namespace_of_the_policy():
    manifests = SHOP + policy("in", "shop", "{}", ingress="[{from: [{podSelector: {matchLabels: {app: api}}}]}]")
    assert described(manifests, "who can reach shop/db:5432") == ["pods app=api in namespace shop"]


def test_peers_that_overlap_are_said_once_and_as_wide_as_they_are():
    rule = "[{from: [{podSelector: {matchLabels: {app: api, tier: web}}}, {podSelector: {matchLabels: {app: api}}}]}]"
    manifests = SHOP + policy("in", "shop", "{}", ingress=rule)
    assert described(manifests, "who can reach shop/db:5432") == ["pods app=api in namespace shop"]


def test_what_the_egress_of_a_namespace_stops_is_not_in_the_description():
    everyone = "[{from: [{namespaceSelector: {}}]}]"
    manifests = SHOP + policy("in", "shop", "{}", ingress=everyone) + policy("out", "lab", "{}", egress="[]")
    assert described(manifests, "who can reach shop/db:5432") == ["any pod outside namespace lab"]


def test_pods_that_the_egress_of_their_namespace_lets_out_are_described_beside_the_others():
    locked = policy("deny", "lab", "{}", egress="[]") + policy(
        "out", "lab", "{matchLabels: {out: 'yes'}}", egress="[{}]"
    )
    assert described(SHOP + locked, "who can reach shop/db:5432") == [
        "any pod outside namespace lab",
        "pods out=yes in namespace lab",
    ]


def test_pods_that_a_policy_isolates_are_left_out_by_their_labels():
    locked = policy("deny", "lab", "{matchExpressions: [{key: jail, operator: Exists}]}", egress="[]")
    assert described(SHOP + locked, "who can reach shop/db:5432") == [
        "any pod outside namespace lab",
        "pods !jail in namespace lab",
    ]


def test_a_label_that_must_not_have_some_values_is_said_with_notin():
    peer = "{podSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [web, jail]}]}}"
    manifests = SHOP + policy("in", "shop", "{}", ingress=f"[{{from: [{peer}]}}]")
    assert described(manifests, "who can reach shop/db:5432") == ["pods tier notin (jail, web) in namespace shop"]


def test_what_only_an_address_decides_is_said_to_depend_on_it():
    manifests = SHOP + policy("in", "shop", "{}", ingress="[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]")
    assert described(manifests, "who can reach shop/db:5432") == ["any pod [depends on pod-address]"]
    assert described(manifests, "who can reach shop/db:5432", cni="cilium") == []


def test_pods_that_surely_can_are_told_apart_from_those_that_perhaps_can():
    rule = "[{from: [{podSelector: {matchLabels: {app: api}}}, {ipBlock: {cidr: 10.0.0.0/8}}]}]"
    assert described(SHOP + policy("in", "shop", "{}", ingress=rule), "who can reach shop/db:5432") == [
        "pods app=api in namespace shop",
        "any pod [depends on pod-address]",
    ]


def test_what_a_pod_can_reach_is_described_the_same_way():
    rule = "[{to: [{podSelector: {matchLabels: {app: cache}}}], ports: [{port: 6379}]}]"
    manifests = SHOP + policy("out", "shop", "{matchLabels: {app: db}}", egress=rule)
    assert described(manifests, "what can shop/db reach") == ["pods app=cache in namespace shop"]


def test_a_namespace_that_is_only_referred_to_may_have_any_labels():
    rule = "[{from: [{namespaceSelector: {matchLabels: {team: ops}}}]}]"
    manifests = SHOP + policy("in", "shop", "{}", ingress=rule) + policy("other", "ops", "{}", ingress="[]")
    assert described(manifests, "who can reach shop/db:5432") == ["any pod in namespaces team=ops"]


def test_a_selector_for_an_empty_name_of_a_namespace_matches_no_new_one():
    rule = "[{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ''}}}]}]"
    assert described(SHOP + policy("in", "shop", "{}", ingress=rule), "who can reach shop/db:5432") == []


def test_nobody_is_described_where_nobody_can():
    assert described(SHOP + policy("in", "shop", "{}", ingress="[]"), "who can reach shop/db:5432") == []


@pytest.mark.parametrize("sentence", ["who can reach shop/db:5432", "what can shop/db reach", "who can reach any pod"])
def test_the_same_question_is_always_described_alike(sentence):
    manifests = SHOP + policy("in", "shop", "{}", ingress="[{from: [{podSelector: {}}, {namespaceSelector: {}}]}]")
    assert described(manifests, sentence) == described(manifests, sentence)


def test_both_ends_in_one_namespace_see_the_same_labels_of_it_though_nobody_tells_them():
    """A namespace has one set of labels: it cannot have the one for the way out and another for the way in."""
    text = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: hidden}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]
  egress: [{to: [{namespaceSelector: {matchLabels: {team: OUT}}}]}]
"""
    for out, expected in (("a", "reachable"), ("b", "unreachable")):
        cluster = netverify.read(texts={"m.yaml": text.replace("OUT", out)}, cni="calico")
        assert cluster.ask("can namespace hidden reach namespace hidden").verdict == expected


def test_where_pods_may_name_ports_freely_no_existing_pod_has_to():
    text = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: web}]}]}
"""
    for free, expected in ((True, "reachable"), (False, "unreachable")):
        settings = Settings(cni="calico", behaviours=CNI_PROFILES["calico"], free_named_ports=free)
        question = "can any pod outside namespace shop reach any pod in namespace shop:8080"
        assert Verifier(read_inventory(text), settings).ask(question).verdict == expected
