"""The search over tables with several tiers, held against every world, and against itself with everything in one goal.

The tables are drawn in the common form: cluster-wide and namespaced selections mixed, every action and every default.
"""

import itertools

import pytest

from agreement.pair_cases import pair_case
from agreement.pairs import judged, texts
from netverify.budget import Budget
from netverify.diagnostics import Origin
from netverify.model.cluster import Cluster, Namespace, Workload, WorkloadKey
from netverify.model.flow import Direction, End
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.queries.port_grammar import EVERY_TRAFFIC
from netverify.queries.question import Form, Question
from netverify.rules.predicate import ALWAYS, All, InNamespace, IsPod, IsWorkload
from netverify.rules.slicing import PolicyIndex
from netverify.rules.table import Action, PolicyRef, PolicySet, Rule, RuleTable, Selection, Tier
from netverify.symbolic import widths
from netverify.symbolic.cluster_index import Latitude, index_cluster
from netverify.symbolic.search import Search
from netverify.symbolic.status import Status

IN_PORTIONS, AT_ONCE = 0, 1000


def searched(cluster, policies, fixed=None, cidrs=()):
    return Search(index_cluster(cluster), PolicyIndex(policies), fixed or {}, Latitude(cidrs), Budget())


def question(source, destination, traffic=EVERY_TRAFFIC):
    return Question(Form.CAN, "can it", source, destination, traffic, "source", "destination")


def disagreement(seed):
    """What of a random case is found wrongly, in words; None where all is as every world says."""
    case = pair_case(seed, of_tables=True)
    ends, expected = judged(case)
    asked = searched(case.cluster, case.policies, case.fixed, texts(case.pod_cidrs))
    keys = [one.key for one in case.cluster.workloads]
    for key in keys:
        number = ends.index(str(key))
        # A pair of one workload is of two of its pods.
        open_to = {ends[i] for i, j in expected if j == number and ends[i] in set(map(str, keys))}
        everyone = question(IsPod(End.SOURCE), IsWorkload(End.DESTINATION, key))
        existing = asked.find_existing(everyone).status is Status.SAT
        if existing is not bool(open_to):
            return f"to {key}: existing pods are {existing}, and should be {sorted(open_to)}"
        found = {}
        for narrow in (IN_PORTIONS, AT_ONCE):
            widths.NARROW = narrow
            found[narrow] = asked.find(everyone).status
        if len(set(found.values())) != 1:
            return f"to {key}: {found} by how many namespaces are in one goal"
        if existing and found[AT_ONCE] is not Status.SAT:
            return f"to {key}: {found[AT_ONCE]} for any pod, though {sorted(open_to)} get through"
        for name in case.cluster.namespaces:
            part = question(All((IsPod(End.SOURCE), InNamespace(End.SOURCE, name))), everyone.destination)
            if found[AT_ONCE] is Status.UNSAT and asked.find(part).status is Status.SAT:
                return f"to {key}: nobody gets through, but pods of {name} do"
    return None


@pytest.fixture(autouse=True)
def narrow():
    kept = widths.NARROW
    yield
    widths.NARROW = kept


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_the_search_finds_in_tables_of_several_tiers_what_every_world_says(first):
    assert [(seed, found) for seed in range(first, first + 20) if (found := disagreement(seed))] == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(60, 2_060, 100))
def test_the_search_finds_in_many_tables_of_several_tiers_what_every_world_says(first):
    assert [(seed, found) for seed in range(first, first + 100) if (found := disagreement(seed))] == []


NAMES = tuple(f"n{number}" for number in range(widths.NARROW + 2))
CLUSTER = Cluster(
    {name: Namespace(name, {NAMESPACE_NAME_LABEL: name}, declared=True) for name in NAMES},
    tuple(Workload(WorkloadKey(name, "w", "Deployment"), {"app": "w"}) for name in NAMES),
)
SUBJECT = IsPod(End.SOURCE)


def ref(kind, name, namespace=""):
    return PolicyRef(kind, namespace, name, Origin("table.yaml"))


def opened(name):
    """A policy that selects the pods of one namespace, and allows them all egress."""
    policy, home = ref("NetworkPolicy", "open", name), InNamespace(End.SOURCE, name)
    return Selection(policy, home, name), Rule(policy, 0, home, ALWAYS, ALWAYS, Action.ALLOW, policy.origin, name)


SELECTIONS, RULES = zip(*map(opened, NAMES), strict=True)
EVERYWHERE = Selection(ref("ClusterPolicy", "all"), SUBJECT, None)
DENY = Rule(EVERYWHERE.policy, 0, SUBJECT, ALWAYS, ALWAYS, Action.DENY, Origin("table.yaml"), None)
TABLES = {
    "a baseline tier that denies": (
        Tier("NetworkPolicy", SELECTIONS, RULES, Action.DENY),
        Tier("Baseline", (EVERYWHERE,), (DENY,), Action.PASS),
    ),
    "a baseline tier that denies by default": (
        Tier("NetworkPolicy", SELECTIONS, RULES, Action.DENY),
        Tier("Baseline", (EVERYWHERE,), (), Action.DENY),
    ),
    "a cluster-wide default deny in the tier of the allow rules": (
        Tier("Policies", (EVERYWHERE, *SELECTIONS), RULES, Action.DENY),
    ),
    "allow rules of namespaces before a cluster-wide rule that denies": (
        Tier("Policies", (EVERYWHERE,), (*RULES, DENY), Action.PASS),
    ),
}


@pytest.mark.parametrize("tiers", TABLES.values(), ids=TABLES)
def test_what_a_namespace_allows_before_a_cluster_wide_deny_is_found_for_any_pod(tiers):
    policies = PolicySet(
        {Direction.EGRESS: RuleTable(Direction.EGRESS, tiers), Direction.INGRESS: RuleTable(Direction.INGRESS, ())}
    )
    asked = searched(CLUSTER, policies)
    target = IsWorkload(End.DESTINATION, CLUSTER.workloads[0].key)
    for source in (SUBJECT, All((SUBJECT, InNamespace(End.SOURCE, "n1")))):
        assert asked.find(question(source, target)).status is Status.SAT


@pytest.mark.parametrize(
    ("tier", "only_adds"),
    [
        (Tier("as NetworkPolicy has it", SELECTIONS, RULES, Action.DENY), True),
        (Tier("cluster-wide, allows", (EVERYWHERE,), RULES, Action.PASS), True),
        (Tier("a cluster-wide rule, for subjects of namespaces alone", SELECTIONS, (*RULES, DENY), Action.DENY), True),
        (Tier("a cluster-wide default", (EVERYWHERE,), RULES, Action.DENY), False),
        (Tier("a cluster-wide rule", (EVERYWHERE,), (*RULES, DENY), Action.PASS), False),
    ],
    ids=lambda given: getattr(given, "name", ""),
)
def test_leaving_policies_out_only_adds_where_nothing_denies_everywhere(tier, only_adds):
    tables = {direction: RuleTable(direction, (tier,)) for direction in Direction}
    assert [PolicyIndex(PolicySet(tables)).only_adds(direction) for direction in Direction] == list(
        itertools.repeat(only_adds, 2)
    )
