"""What a change of manifests does to access, case by case."""

import pytest
import yaml

from netverify.answers.context import make_context
from netverify.answers.settings import Settings
from netverify.diff.compare import compare
from netverify.diff.outcome import CauseKind, Relation
from netverify.model.behaviours import Behaviour
from netverify.sources.inventory import read_inventory

NAMESPACES = """
apiVersion: v1
kind: Namespace
metadata: {name: a, labels: {team: a}}
---
apiVersion: v1
kind: Namespace
metadata: {name: b, labels: {team: b}}
"""


def policy(spec, name="p", namespace="b"):
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: {namespace}}}
spec: {spec}
"""


def pod(name, labels, namespace="b", **spec):
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
            "spec": {"containers": [{"name": "c", "image": "i"}], **spec},
        }
    )


def context(name, documents, settings):
    inventory = read_inventory((), texts={name: "\n---\n".join(documents).encode()})
    assert not inventory.has_errors
    return make_context(inventory, settings)


def compared(old, new, **assumed):
    settings = Settings({Behaviour(key.replace("_", "-")): value for key, value in assumed.items()})
    return compare(context("old.yaml", old, settings), context("new.yaml", new, settings))


def lines(changes):
    return [f"{one.source} -> {one.destination}, {one.traffic}" for one in changes]


FROM_ADMINS = (
    "{podSelector: {matchLabels: {app: pg}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}},"
    " podSelector: {matchLabels: {role: admin}}}], ports: [{port: 5432}]}]}"
)

REFACTORINGS = {
    "one policy in two": (
        [policy("{podSelector: {}, ingress: [{ports: [{port: 80}]}, {ports: [{port: 81}]}]}")],
        [
            policy("{podSelector: {}, ingress: [{ports: [{port: 80}]}]}", "one"),
            policy("{podSelector: {}, ingress: [{ports: [{port: 81}]}]}", "two"),
        ],
    ),
    "rules in another order": (
        [policy("{podSelector: {}, ingress: [{ports: [{port: 80}]}, {from: [{podSelector: {}}]}]}")],
        [policy("{podSelector: {}, ingress: [{from: [{podSelector: {}}]}, {ports: [{port: 80}]}]}")],
    ),
    "matchLabels as matchExpressions": (
        [policy("{podSelector: {matchLabels: {app: pg}}}")],
        [policy("{podSelector: {matchExpressions: [{key: app, operator: In, values: [pg]}]}}")],
    ),
    "In of two values as two policies": (
        [
            policy(
                "{podSelector: {matchExpressions: [{key: app, operator: In, values: [v, w]}]},"
                " ingress: [{ports: [{port: 80}]}]}"
            )
        ],
        [
            policy(f"{{podSelector: {{matchLabels: {{app: {value}}}}}, ingress: [{{ports: [{{port: 80}}]}}]}}", value)
            for value in ("v", "w")
        ],
    ),
    "a namespace by its name label instead of its own": (
        [policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: b}}}]}]}"), "\n"],
        [policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: b}}}]}]}", "other")],
    ),
    "a block in its halves": (
        [policy("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}")],
        [
            policy(
                "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/9}}, {ipBlock: {cidr: 10.128.0.0/9}}]}]}"
            )
        ],
    ),
}


@pytest.mark.parametrize(("old", "new"), REFACTORINGS.values(), ids=REFACTORINGS)
def test_a_refactoring_that_changes_nothing_is_proved_to(old, new):
    found = compared([NAMESPACES, *old], [NAMESPACES, *new])
    assert found.verdict is Relation.EQUIVALENT
    assert found.proofs
    assert (found.appears, found.disappears) == ((), ())


def test_a_proof_names_its_goals_and_comes_with_them():
    old, new = REFACTORINGS["In of two values as two policies"]
    settings = Settings(keep_goals=True)
    found = compare(
        context("old.yaml", [NAMESPACES, *old], settings), context("new.yaml", [NAMESPACES, *new], settings)
    )
    assert found.proofs == (
        "nothing is allowed by the new manifests and denied by the old ones, ingress of b",
        "nothing is allowed by the old manifests and denied by the new ones, ingress of b",
        "the same ways lead in from outside, to the same pods and on the same conditions",
    )
    assert [status for _, status in found.smt2] == ["unsat", "sat", "unsat", "sat"]  # each with its premises
    assert all("(check-sat)" in text for text, _ in found.smt2)


def test_two_ports_as_a_range_are_the_same_only_where_ranges_are_read():
    old = [NAMESPACES, policy("{podSelector: {}, ingress: [{ports: [{port: 80}, {port: 81}]}]}")]
    new = [NAMESPACES, policy("{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 81}]}]}")]
    assert compared(old, new, endport_supported=True).verdict is Relation.EQUIVALENT
    found = compared(old, new)
    assert found.verdict is Relation.LESS_PERMISSIVE
    (change,) = found.disappears
    assert change.traffic == "TCP 81"
    assert change.witness.behaviours == {Behaviour.ENDPORT_SUPPORTED: False}


def test_a_leak_is_told_with_the_rule_that_opens_it():
    found = compared(
        [NAMESPACES, policy("{podSelector: {}}")], [NAMESPACES, policy("{podSelector: {}}"), policy(FROM_ADMINS, "q")]
    )
    assert found.verdict is Relation.MORE_PERMISSIVE
    (change,) = found.appears
    assert lines(found.appears) == [
        "pods role=admin in namespaces team=a -> pods app=pg in namespace b, TCP 5432",
    ]
    (cause,) = change.causes
    assert (cause.kind, str(cause.policy), cause.rule, cause.place.path) == (
        CauseKind.RULE,
        "NetworkPolicy b/q",
        0,
        "new.yaml",
    )
    assert [str(reason.effect) for reason in change.refused] == ["not-isolated", "deny"]
    assert change.refused[1].place.path == "old.yaml"


def test_a_lock_out_is_the_same_the_other_way_round():
    found = compared(
        [NAMESPACES, policy("{podSelector: {}}"), policy(FROM_ADMINS, "q")], [NAMESPACES, policy("{podSelector: {}}")]
    )
    assert found.verdict is Relation.LESS_PERMISSIVE
    assert lines(found.disappears) == [
        "pods role=admin in namespaces team=a -> pods app=pg in namespace b, TCP 5432",
    ]


def test_a_policy_that_goes_takes_its_isolation_along():
    """A NetworkPolicy isolates: without any policy a pod is open. Source: "Network Policies"."""
    found = compared([NAMESPACES, policy(FROM_ADMINS)], [NAMESPACES])
    assert found.verdict is Relation.MORE_PERMISSIVE
    (change,) = found.appears
    assert (change.source, change.destination) == ("anyone", "pods app=pg in namespace b")
    assert (change.causes[0].kind, change.causes[0].place.path) == (CauseKind.OPEN, "old.yaml")


def test_policy_types_that_lose_egress_open_what_was_closed():
    old = [NAMESPACES, policy("{podSelector: {}, policyTypes: [Ingress, Egress]}")]
    found = compared(old, [NAMESPACES, policy("{podSelector: {}, policyTypes: [Ingress]}")])
    assert found.verdict is Relation.MORE_PERMISSIVE
    assert lines(found.appears) == ["pods in namespace b -> anyone, every port"]


def test_a_block_that_grows_by_one_address_is_told_to_the_address():
    old = [NAMESPACES, policy("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/32}}]}]}")]
    new = [NAMESPACES, policy("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/31}}]}]}")]
    found = compared(old, new)
    assert found.verdict is Relation.MORE_PERMISSIVE
    assert lines(found.appears) == ["addresses 192.0.2.1/32 -> pods in namespace b, every port"]


def test_a_namespace_that_gets_a_label_lets_its_pods_in():
    rule = policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: b}}}]}]}")
    found = compared([NAMESPACES, rule], [NAMESPACES.replace("team: a", "team: b"), rule])
    assert found.verdict is Relation.MORE_PERMISSIVE
    assert lines(found.appears) == ["pods in namespace a -> pods in namespace b, every port"]
    assert found.appears[0].causes[0].kind is CauseKind.RELABELLED


def test_a_label_that_no_policy_looks_at_changes_nothing():
    rule = policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: b}}}]}]}")
    found = compared([NAMESPACES, rule], [NAMESPACES.replace("team: a", "team: a, cost: low"), rule])
    assert found.verdict is Relation.EQUIVALENT


def test_a_namespace_object_that_goes_leaves_labels_open():
    """Its labels are unknown afterwards, so that they may let its pods in."""
    rule = policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: b}}}]}]}")
    client, only_b = pod("client", {}, "a"), NAMESPACES.split("---")[1]
    found = compared([NAMESPACES, client, rule], [only_b, client, rule])
    assert found.verdict is Relation.MORE_PERMISSIVE
    assert found.appears[0].source == "pods in namespace a"


def test_labels_of_a_namespace_that_neither_side_declares_are_the_same():
    rule = "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: b}}}]}]}"
    client = pod("client", {}, "elsewhere")
    assert compared([client, policy(rule)], [client, policy(rule, "q")]).verdict is Relation.EQUIVALENT


def test_a_new_namespace_that_old_rules_let_in_is_no_new_access():
    rule = policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]}")
    further = NAMESPACES + "---" + NAMESPACES.split("---", maxsplit=1)[0].replace("name: a,", "name: c,")
    assert compared([NAMESPACES, rule], [further, rule]).verdict is Relation.EQUIVALENT


def test_a_workload_that_gets_a_label_gets_access_although_no_policy_changed():
    manifests = [NAMESPACES, policy(FROM_ADMINS), pod("pg", {"app": "pg"})]
    found = compared(
        [*manifests, pod("client", {"app": "client"}, "a")],
        [*manifests, pod("client", {"app": "client", "role": "admin"}, "a")],
    )
    assert found.verdict is Relation.MORE_PERMISSIVE
    assert lines(found.appears) == ["a/client[Pod] -> pods app=pg in namespace b, TCP 5432"]
    assert found.workloads.changed == (("a/client[Pod]", "label role: none -> admin"),)
    (pair,) = found.workloads.connections
    assert (pair.source, pair.destination) == ("a/client[Pod]", "b/pg[Pod]")
    assert str(next(iter(pair.gained.values()))) == "5432"


def test_two_workloads_that_change_together_are_compared_as_they_are_together():
    """Neither change alone lets anybody through: the peer needs the label, and so does the subject."""
    rule = "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {role: new}}}]}]}"
    manifests = [NAMESPACES, policy(rule, namespace="b"), policy("{podSelector: {matchLabels: {app: none}}}", "r")]
    found = compared(
        [*manifests, pod("one", {"role": "old"}), pod("two", {"app": "none"})],
        [*manifests, pod("one", {"role": "new"}), pod("two", {"app": "some"})],
    )
    assert found.verdict is Relation.MORE_PERMISSIVE
    assert ("b/one[Pod]", "b/two[Pod]") in {(one.source, one.destination) for one in found.workloads.connections}


def test_a_workload_that_moves_to_the_host_network_gets_out_of_its_policies():
    manifests = [NAMESPACES, policy("{podSelector: {}}")]
    old, new = pod("db", {"app": "db"}), pod("db", {"app": "db"}, hostNetwork=True)
    assert compared([*manifests, old], [*manifests, new]).verdict is Relation.MORE_PERMISSIVE
    assert (
        compared([*manifests, old], [*manifests, new], host_network_policed=True).verdict
        is not Relation.LESS_PERMISSIVE
    )


def test_workloads_of_one_side_are_listed_and_decide_nothing():
    manifests = [NAMESPACES, policy(FROM_ADMINS)]
    found = compared([*manifests, pod("gone", {})], [*manifests, pod("come", {"app": "pg"})])
    assert found.verdict is Relation.EQUIVALENT
    assert (found.workloads.added, found.workloads.removed) == (("b/come[Pod]",), ("b/gone[Pod]",))


def test_a_workload_that_moves_to_the_host_network_has_another_address_afterwards():
    """Its pods have the address of their node from then on, which a block may admit or not."""
    admits = policy("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}")
    sides = [[NAMESPACES, pod("pg", {"app": "pg"}), admits, pod("web", {}, "a", **more)] for more in ({}, HOST)]
    told = dict.fromkeys(("ipblock_matches_pods", "ipblock_matches_nodes"), True)
    there = {"node_to_local_pod_allowed": False, "host_network_policed": False}
    found = compared(*sides, **told, **there)
    assert (found.new_access.value, found.lost_access.value) == ("yes", "yes")
    assert compared(sides[0], sides[0], **told, **there).verdict is Relation.EQUIVALENT


HOST = {"hostNetwork": True}


def test_peers_on_the_host_network_count():
    """An empty ``from`` lets in nodes and pods on their network; a list of all pods and all addresses need not."""
    old = policy(
        "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}, {ipBlock: {cidr: 0.0.0.0/0}},"
        " {ipBlock: {cidr: '::/0'}}]}]}"
    )
    found = compared([NAMESPACES, old], [NAMESPACES, policy("{podSelector: {}, ingress: [{}]}")])
    assert found.verdict is Relation.MORE_PERMISSIVE
    assert found.appears[0].witness.flow.source.host_network


def test_something_that_is_not_modelled_leaves_the_verdict_open():
    calico = """
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: c, namespace: b}
spec: {selector: all(), types: [Ingress]}
"""
    found = compared([NAMESPACES, policy(FROM_ADMINS)], [NAMESPACES, policy(FROM_ADMINS), calico])
    assert found.verdict is Relation.UNKNOWN
    assert any("is not modelled" in text for text in found.unknown_because)


CALICO = """
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: c, namespace: a}
spec: {selector: all(), types: [Egress]}
"""
CILIUM = """
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: c}
spec: {endpointSelector: {}}
"""


@pytest.mark.parametrize("unmodelled", [CALICO, CILIUM])
def test_what_is_not_modelled_and_did_not_change_is_no_doubt_where_nothing_did(unmodelled):
    found = compared([NAMESPACES, unmodelled, policy(FROM_ADMINS)], [NAMESPACES, unmodelled, policy(FROM_ADMINS)])
    assert found.verdict is Relation.EQUIVALENT


def test_what_is_not_modelled_in_another_namespace_and_did_not_change_is_no_doubt():
    old, new = [NAMESPACES, CALICO, policy("{podSelector: {}}")], [NAMESPACES, CALICO, policy(FROM_ADMINS)]
    found = compared(old, new)
    assert found.verdict is Relation.MORE_PERMISSIVE
    assert (
        "objects that are not modelled and do not differ (namespace a) have the same effect on both sides"
        in found.assumptions
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([CALICO], [CALICO.replace("all()", "app == 'x'")]),
        ([CALICO], []),
        ([CALICO.replace("namespace: a", "namespace: b")], [CALICO.replace("namespace: a", "namespace: b")]),
        ([CILIUM], [CILIUM]),
    ],
)
def test_what_is_not_modelled_and_may_bear_on_a_change_is_a_doubt(old, new):
    found = compared([NAMESPACES, *old, policy("{podSelector: {}}")], [NAMESPACES, *new, policy(FROM_ADMINS)])
    assert found.verdict is Relation.UNKNOWN


RELABELLED = """
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: r}
spec:
  rules:
  - name: r
    match: {any: [{resources: {kinds: [Pod]}}]}
    mutate: {patchStrategicMerge: {metadata: {labels: {app: other}}}}
"""


def test_labels_of_pods_that_something_else_sets_are_in_doubt_unless_both_sides_have_it():
    plain = [NAMESPACES, policy(FROM_ADMINS)]
    for old, new in ((plain, [*plain, RELABELLED]), ([*plain, RELABELLED], plain)):
        found = compared(old, new)
        assert found.verdict is Relation.UNKNOWN
        assert [text for text in found.unknown_because if text.endswith("and could change the labels of pods")]
    assert compared([*plain, RELABELLED], [*plain, RELABELLED]).verdict is Relation.EQUIVALENT


def test_a_change_that_shows_only_where_something_is_not_modelled_is_unknown():
    """Whether the egress of namespace ``a`` lets it out is not known, so that nothing may have changed."""
    rule = (
        "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}}]}]}"
    )
    found = compared([NAMESPACES, CALICO, policy("{podSelector: {}}")], [NAMESPACES, CALICO, policy(rule)])
    assert (found.verdict, found.appears) == (Relation.UNKNOWN, ())
    assert "policies that are not modelled decide what changes at namespace a" in found.unknown_because


def test_the_same_comparison_gives_the_same_list():
    old, new = [NAMESPACES], [NAMESPACES, policy(FROM_ADMINS), policy("{podSelector: {}}", "q")]
    assert lines(compared(old, new).disappears) == lines(compared(old, new).disappears)


DB = yaml.safe_dump(
    {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "db", "namespace": "b", "labels": {"app": "pg"}},
        "spec": {"containers": [{"name": "c", "image": "i", "ports": [{"name": "pg", "containerPort": 5432}]}]},
    }
)
BY_NAME, BY_NUMBER = (
    f"{{podSelector: {{matchLabels: {{app: pg}}}}, ingress: [{{ports: [{{port: {port}}}]}}]}}" for port in ("pg", 5432)
)
NAMED = {"named_ports_supported": True, "named_port_falls_open": False, "named_port_voids_policy": False}


def test_a_port_name_that_becomes_its_number_is_new_access_to_pods_that_do_not_name_the_port():
    """A33: the name is resolved on the destination pod; one that could be created may name the port, or not."""
    found = compared([NAMESPACES, DB, policy(BY_NAME)], [NAMESPACES, DB, policy(BY_NUMBER)], **NAMED)
    assert found.verdict is Relation.MORE_PERMISSIVE
    assert [(one.unnamed, one.witness.flow.destination.ports) for one in found.appears] == [(("pg",), ())]
    assert any("or do not name it" in text for text in found.assumptions)


def test_the_witness_names_the_port_where_the_change_needs_it():
    closed = "{podSelector: {matchLabels: {app: pg}}, policyTypes: [Ingress]}"
    found = compared([NAMESPACES, DB, policy(closed)], [NAMESPACES, DB, policy(BY_NAME)], **NAMED)
    (change,) = found.appears
    assert (change.unnamed, [port.name for port in change.witness.flow.destination.ports]) == ((), ["pg"])


def test_a_change_on_a_port_by_name_is_told_without_what_else_its_rule_allows():
    """*A numerical or named port on pods*: the pod says which number the name stands for."""
    ports = "{podSelector: {}, ingress: [{ports: [%s]}]}"
    old, new = (policy(ports % some) for some in ("{port: 80}", "{port: 80}, {port: http}"))
    pods = pod("web", {}, containers=[{"name": "c", "image": "i", "ports": [{"name": "http", "containerPort": 8080}]}])
    found = compared([NAMESPACES, pods, old], [NAMESPACES, pods, new])
    assert lines(found.appears) == [
        "anyone -> pods in namespace b, TCP http",
        "anyone -> pods in namespace b, every port but TCP 80",
    ]


def test_connections_that_change_are_told_each_whoever_else_has_some_on_one_side_alone():
    pods = [pod(name, {"app": name}, "a", containers=CONTAINERS) for name in ("one", "two", "three")]
    label = "{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: %s}}}], ports: [{port: %s}]}"

    def side(*admitted):
        rules = ", ".join(label % one for one in admitted)
        return [NAMESPACES, pod("pg", {"app": "pg"}), *pods, policy(f"{{podSelector: {{}}, ingress: [{rules}]}}")]

    found = compared(side(("one", 80), ("three", 80)), side(("two", 80), ("three", 81)))
    told = [(one.source, one.destination, bool(one.gained), bool(one.lost)) for one in found.workloads.connections]
    assert sorted(told) == [
        ("a/one[Pod]", "b/pg[Pod]", False, True),
        ("a/three[Pod]", "b/pg[Pod]", True, True),
        ("a/two[Pod]", "b/pg[Pod]", True, False),
    ]


CONTAINERS = [{"name": "c", "image": "i"}]
