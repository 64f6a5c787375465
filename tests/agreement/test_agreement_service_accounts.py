"""As whom pods run, in all three readings: where that is known, where it is not, and of pods that could be created."""

from dataclasses import replace

import pytest

from agreement.pair_cases import open_case
from agreement.pairs import compared, mapped
from agreement.test_agreement_tiers import disagreements, ref, searched
from netverify.answers.explain import ShrinkMoves, explain
from netverify.answers.replay import Replayer
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import NODES, Cluster, Namespace, Workload, WorkloadKey
from netverify.model.flow import Direction, End
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.nodes import place_of_nodes
from netverify.pairs.all_pairs import all_pairs
from netverify.policy.predicate import ALWAYS, All, HasServiceAccount, IsPod, IsWorkload, Not
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import Action, PolicySet, Rule, RuleTable, Selection, Tier
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.query.question import Form, Question
from netverify.symbolic.status import Status

TARGET, NODE = WorkloadKey("shop", "pg", "Deployment"), WorkloadKey(NODES, "n1", "Node")
RUNS_AS = {"web": "web", "job": "default", "unknown": None}
CLUSTER = Cluster(
    {NODES: place_of_nodes(), "shop": Namespace("shop", {NAMESPACE_NAME_LABEL: "shop"}, declared=True)},
    (
        Workload(NODE, {}, host_network=True),
        Workload(TARGET, {}, service_account="pg"),
        *(
            Workload(WorkloadKey("shop", name, "Deployment"), {"app": name}, service_account=account)
            for name, account in sorted(RUNS_AS.items())
        ),
    ),
)


def allowed_from(peer):
    """Ingress is denied to every pod but from ``peer``; egress is open."""
    policy, subject = ref("ClusterPolicy", "all"), IsPod(End.DESTINATION)
    rule = Rule(policy, 0, subject, peer, ALWAYS, Action.ALLOW, policy.origin, None)
    tier = Tier("cluster", (Selection(policy, subject, None),), (rule,), Action.DENY)
    return PolicySet(
        {Direction.INGRESS: RuleTable(Direction.INGRESS, (tier,)), Direction.EGRESS: RuleTable(Direction.EGRESS, ())}
    )


def asked(source):
    return Question(
        Form.CAN, "can it", source, IsWorkload(End.DESTINATION, TARGET), EVERY_TRAFFIC, "source", "destination"
    )


def by_search(policies, key):
    return searched(CLUSTER, policies).find_existing(asked(IsWorkload(End.SOURCE, key))).status is Status.SAT


def by_pairs(policies, key):
    """``allowed``, ``depends`` with what it depends on, or nothing."""
    found = all_pairs(CLUSTER, policies, {})
    names = [one.id for one in found.endpoints]
    for one in found.connections():
        if (names[one.source], names[one.destination]) == (str(key), str(TARGET)):
            return "allowed" if one.access.allowed else f"depends on {', '.join(one.access.on)}"
    return "denied"


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        (HasServiceAccount(End.SOURCE, "web"), {"web": "allowed", "job": "denied", "node": "denied"}),
        (HasServiceAccount(End.SOURCE, "default"), {"web": "denied", "job": "allowed", "node": "denied"}),
        (Not(HasServiceAccount(End.SOURCE, "web")), {"web": "denied", "job": "allowed", "node": "allowed"}),
    ],
    ids=str,
)
def test_the_service_account_of_existing_pods_is_what_their_template_says(peer, expected):
    policies = allowed_from(peer)
    keys = {**{name: WorkloadKey("shop", name, "Deployment") for name in RUNS_AS}, "node": NODE}
    expected = {**expected, "unknown": "depends on service-account"}
    assert {name: by_pairs(policies, key) for name, key in keys.items()} == expected
    assert {name: by_search(policies, key) for name, key in keys.items()} == {
        name: access != "denied" for name, access in expected.items()
    }


def test_a_pod_that_could_be_created_runs_as_whatever_policy_asks_and_the_witness_says_so():
    policies = allowed_from(HasServiceAccount(End.SOURCE, "nobody"))
    only = replace(CLUSTER, workloads=tuple(one for one in CLUSTER.workloads if one.service_account))
    question = asked(IsPod(End.SOURCE))
    found = searched(only, policies).find(question)
    assert found.status is Status.SAT
    assert not found.existing
    moves = ShrinkMoves(tuple(Behaviour), {}, (), frozenset())
    witness, _ = explain(
        question, Replayer(PolicyIndex(policies), frozenset()).replay(question, found.flow, found.behaviours), moves
    )
    assert witness.flow.source.service_account == "nobody"


def test_a_witness_runs_as_the_usual_service_account_where_any_will_do():
    question = asked(All((IsPod(End.SOURCE), Not(IsWorkload(End.SOURCE, TARGET)))))
    policies = allowed_from(Not(HasServiceAccount(End.SOURCE, "nobody")))
    none_there = replace(CLUSTER, workloads=tuple(one for one in CLUSTER.workloads if one.key == TARGET))
    found = searched(none_there, policies).find(question)
    replayed = Replayer(PolicyIndex(policies), frozenset()).replay(question, found.flow, found.behaviours)
    witness, _ = explain(question, replayed, ShrinkMoves(tuple(Behaviour), {}, (), frozenset()))
    assert witness.flow.source.service_account == "default"


def wrong_about_pairs(seed):
    """What the all-pairs reading says otherwise than every world; None where nothing."""
    return compared(open_case(seed)) or None


def wrong_about_questions(seed):
    """What the search says otherwise than the all-pairs reading; None where nothing."""
    return disagreements([seed], mapped)[1] or None
