"""The search over tables with several tiers, held against the other readings and, by parts, against itself.

The tables are drawn in the common form: cluster-wide and namespaced selections mixed, every action and every default.
"""

import itertools
from contextlib import contextmanager

import pytest
import z3

from agreement.pair_cases import open_case
from agreement.pairs import judged, mapped, texts
from netverify.budget import Budget
from netverify.diagnostics import Origin
from netverify.model.cluster import Cluster, Namespace, Workload, WorkloadKey
from netverify.model.flow import Direction, End
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.traffic import EVERY_PORT, Protocol
from netverify.policy.predicate import ALWAYS, All, InNamespace, IsPod, IsWorkload
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import Action, PolicyRef, PolicySet, Rule, RuleTable, Selection, Tier
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.query.question import Form, Question
from netverify.symbolic import solver, widths
from netverify.symbolic.casting import PodScope
from netverify.symbolic.cluster_index import ModelOptions, index_cluster
from netverify.symbolic.search import Search
from netverify.symbolic.status import Status

IN_PORTIONS, AT_ONCE = 0, 1000
EVERYTHING = "; ".join(f"allowed {one} {EVERY_PORT}" for one in sorted(Protocol))


@contextmanager
def one_context():
    """Goals solved in one context of the solver, and each text once: who asks here looks at no model."""
    context = z3.Context()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(z3, "Context", lambda: context)
        for name in ("solve", "decide"):
            patch.setattr(solver, name, remembering(getattr(solver, name)))
        yield


def remembering(solve):
    known = {}

    def solved(goal, *rest):
        if goal.text not in known:
            known[goal.text] = solve(goal, *rest)
        return known[goal.text]

    return solved


def searched(cluster, policies, fixed=None, cidrs=()):
    return Search(index_cluster(cluster), PolicyIndex(policies), fixed or {}, ModelOptions(cidrs), Budget())


def question(source, destination, traffic=EVERY_TRAFFIC):
    return Question(Form.CAN, "can it", source, destination, traffic, "source", "destination")


class Asked:
    """The questions of a random case, put to the search; what is found wrongly is told in words.

    ``judge`` says who gets through: every world, or the all-pairs reading, which that is held against elsewhere.
    """

    def __init__(self, seed, judge):
        self.case = open_case(seed)
        self.ends, self.expected = judge(self.case)
        self.search = searched(self.case.cluster, self.case.policies, self.case.fixed, texts(self.case.pod_cidrs))
        self.count = 0

    def found(self, asked, narrow, find="find_any", *more):
        self.count += 1
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(widths, "NARROW", narrow)
            return getattr(self.search, find)(asked, *more)

    def status(self, asked, narrow, find="find_any"):
        return self.found(asked, narrow, find).status

    def wrong(self):
        """What is found wrongly about each workload as a destination."""
        keys = [one.key for one in self.case.cluster.workloads]
        for key in keys:
            yield from (f"to {key}: {text}" for text in self._wrong_of(key, [str(one) for one in keys]))

    def _wrong_of(self, key, names):
        number = self.ends.index(str(key))
        # A pair of one workload is of two of its pods.
        open_to = {self.ends[i] for i, j in self.expected if j == number and self.ends[i] in names}
        there = IsWorkload(End.DESTINATION, key)
        everyone = question(IsPod(End.SOURCE), there)
        for narrow in (IN_PORTIONS, AT_ONCE):
            existing = self.status(everyone, narrow, "find_existing")
            if (existing is Status.SAT) is not bool(open_to):
                yield f"existing pods are {existing}, and should be {sorted(open_to)}"
        found = {narrow: self.status(everyone, narrow) for narrow in (IN_PORTIONS, AT_ONCE)}
        if len(set(found.values())) != 1:
            yield f"{found} by how many namespaces are in one goal"
        if open_to and found[AT_ONCE] is not Status.SAT:
            yield f"{found[AT_ONCE]} for any pod, though {sorted(open_to)} get through"
        yield from self._wrong_parts(there, found[AT_ONCE], open_to)

    def _wrong_parts(self, there, whole, open_to):
        """The same cut by namespaces, and by existing pods: what nobody has, no part has."""
        for name in self.case.cluster.namespaces:
            part = question(All((IsPod(End.SOURCE), InNamespace(End.SOURCE, name))), there)
            for narrow in (IN_PORTIONS, AT_ONCE):
                if self.status(part, narrow) is Status.SAT and whole is Status.UNSAT:
                    yield f"nobody gets through, but pods of {name} do"
        for one in self.case.cluster.workloads:
            asked = question(IsWorkload(End.SOURCE, one.key), there)
            for narrow in (IN_PORTIONS, AT_ONCE):
                alone = self.status(asked, narrow)
                if (alone is Status.SAT) is not (str(one.key) in open_to):
                    yield f"{one.key} is {alone}, and should be among {sorted(open_to)}"
            if not (one.host_network and one.key == there.key):
                # Two pods of it on one node have one address: no policy can block that, and no refusal is looked for.
                yield from self._wrong_refusal(asked, self.access(one.key, there.key))

    def access(self, source, destination):
        """What is open between two workloads, in words; None where nothing is, or there is no such pair."""
        return self.expected.get((self.ends.index(str(source)), self.ends.index(str(destination))))

    def _wrong_refusal(self, asked, access):
        """The same pair, for a flow that is refused: there is one iff one is possible, and not all is allowed."""
        found = self.found(asked, AT_ONCE, "find_refused", PodScope.EXISTING)
        is_right = found.status is (Status.UNSAT if access == EVERYTHING else Status.SAT)
        if not is_right and not (access is None and found.vacuous):
            yield f"a refusal is {found.status} where access is {access}: {asked}"


def disagreements(seeds, judge):
    """``(questions, what is wrong)`` of random cases."""
    count, wrong = 0, []
    for seed in seeds:
        asked = Asked(seed, judge)
        with one_context():
            wrong += [(seed, text) for text in asked.wrong()]
        count += asked.count
    return count, wrong


@pytest.fixture(autouse=True)
def narrow():
    kept = widths.NARROW
    yield
    widths.NARROW = kept


@pytest.mark.parametrize("first", [0, 10, 20])
def test_the_search_finds_in_tables_of_several_tiers_what_every_world_says(first):
    assert disagreements(range(first, first + 10), judged)[1] == []


@pytest.mark.parametrize("first", range(1_000, 1_020, 10))  # which find every fault that fifty more do
def test_the_search_finds_in_tables_of_several_tiers_what_the_all_pairs_reading_says(first):
    questions, wrong = disagreements(range(first, first + 10), mapped)
    assert wrong == []
    assert questions >= 300


@pytest.mark.parametrize("seed", [2_745, 3_024])
def test_two_pods_with_the_address_of_one_node_are_on_it(seed):
    assert disagreements([seed], mapped)[1] == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(100, 1_000, 100))
def test_the_search_finds_in_many_tables_of_several_tiers_what_every_world_says(first):
    assert disagreements(range(first, first + 100), judged)[1] == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(2_000, 4_200, 100))
def test_the_search_finds_in_many_tables_of_several_tiers_what_the_all_pairs_reading_says(first):
    assert disagreements(range(first, first + 100), mapped)[1] == []


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


def missed_before_a_cluster_wide_deny(number):
    """Sources that are proved not to get through though a namespace of theirs allows it, with one of ``TABLES``."""
    tiers = list(TABLES.values())[number]
    policies = PolicySet(
        {Direction.EGRESS: RuleTable(Direction.EGRESS, tiers), Direction.INGRESS: RuleTable(Direction.INGRESS, ())}
    )
    asked = searched(CLUSTER, policies)
    target = IsWorkload(End.DESTINATION, CLUSTER.workloads[0].key)
    sources = (SUBJECT, All((SUBJECT, InNamespace(End.SOURCE, "n1"))))
    return [one for one in sources if asked.find(question(one, target)).status is not Status.SAT] or None


@pytest.mark.parametrize("number", range(len(TABLES)), ids=TABLES)
def test_what_a_namespace_allows_before_a_cluster_wide_deny_is_found_for_any_pod(number):
    assert missed_before_a_cluster_wide_deny(number) is None


def test_a_rule_of_a_namespace_that_no_policy_selects_by_itself_is_not_left_out():
    closed = Rule(
        ref("NetworkPolicy", "shut", "n1"),
        0,
        InNamespace(End.SOURCE, "n1"),
        ALWAYS,
        ALWAYS,
        Action.DENY,
        Origin("table.yaml"),
        "n1",
    )
    tier = Tier("Policies", (EVERYWHERE,), (closed,), Action.PASS)
    policies = PolicySet(
        {Direction.EGRESS: RuleTable(Direction.EGRESS, (tier,)), Direction.INGRESS: RuleTable(Direction.INGRESS, ())}
    )
    target = IsWorkload(End.DESTINATION, CLUSTER.workloads[0].key)
    for narrow in (IN_PORTIONS, AT_ONCE):
        widths.NARROW = narrow
        asked = searched(CLUSTER, policies)
        source = All((SUBJECT, InNamespace(End.SOURCE, "n1")))
        assert asked.find(question(source, target)).status is Status.UNSAT
        assert asked.find(question(SUBJECT, target)).status is Status.SAT


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


@pytest.mark.parametrize("limits", [{}, {"NAMED_AT_ONCE": 0, "EXISTING_AT_ONCE": 1}], ids=["at once", "in portions"])
@pytest.mark.parametrize("named_by", [End.SOURCE, End.DESTINATION], ids=str)
def test_a_workload_that_a_policy_names_is_found_among_all_pods(named_by, limits, monkeypatch):
    """No pod that could be created can stand for it."""
    for name, value in limits.items():
        monkeypatch.setattr(widths, name, value)
    selected, key = Selection(ref("ClusterPolicy", "all"), IsPod(End.DESTINATION), None), CLUSTER.workloads[3].key
    rule = Rule(selected.policy, 0, ALWAYS, IsWorkload(named_by, key), ALWAYS, Action.ALLOW, Origin("table.yaml"), None)
    ingress = RuleTable(Direction.INGRESS, (Tier("Policies", (selected,), (rule,), Action.DENY),))
    asked = searched(
        CLUSTER, PolicySet({Direction.INGRESS: ingress, Direction.EGRESS: RuleTable(Direction.EGRESS, ())})
    )
    everyone = question(IsPod(End.SOURCE), IsPod(End.DESTINATION))
    for found in (asked.find(everyone), asked.find_existing(everyone)):
        assert found.status is Status.SAT
        assert found.flow.at(named_by).workload == key
