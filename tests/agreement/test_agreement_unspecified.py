"""What policies leave open: rules of one priority, and predicates that nothing decides, in all three readings."""

from itertools import product
from types import MappingProxyType

import pytest

from agreement.test_agreement_tiers import CLUSTER, ref, searched
from netverify.answers.needed import needed_behaviours
from netverify.model.addresses import parse_address
from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction, End, Flow, Pod
from netverify.model.traffic import Protocol, port_set
from netverify.pairs.all_pairs import all_pairs
from netverify.policy.evaluate import allows
from netverify.policy.predicate import ALWAYS, All, Decided, IsPod, IsWorkload, Not, PortIn, Unspecified
from netverify.policy.slicing import PolicyIndex, TieError
from netverify.policy.table import Action, PolicySet, Rule, RuleTable, Selection, Tier, decides
from netverify.policy.trace import trace
from netverify.query.question import Form, Question
from netverify.symbolic.casting import PodScope
from netverify.symbolic.status import Status

ALLOW, DENY, PASS = Action
EVERYWHERE = Selection(ref("ClusterPolicy", "all"), IsPod(End.SOURCE), None)
WEB = PortIn(Protocol.TCP, port_set((80, 80)))
ENDS = [workload.key for workload in CLUSTER.workloads[:2]]
DOMAIN = Unspecified("the destination is an address of db.example.com", "FQDNPolicy n0/db")


def rule(policy, action, tie="priority 5", traffic=ALWAYS, index=0):
    of = ref("ClusterPolicy", policy)
    return Rule(of, index, IsPod(End.SOURCE), ALWAYS, traffic, action, of.origin, None, tie)


def policies_of(*tables):
    """Egress by the tables of tiers, all of which must allow; ingress is open."""
    first, *others = (RuleTable(Direction.EGRESS, tuple(tiers)) for tiers in tables)
    whole = RuleTable(Direction.EGRESS, first.tiers, tuple(others))
    return PolicySet(MappingProxyType({Direction.EGRESS: whole, Direction.INGRESS: RuleTable(Direction.INGRESS, ())}))


def tier(*rules, name="cluster", default=PASS):
    return Tier(name, (EVERYWHERE,), rules, default)


def by_reference(policies, port=80):
    """What the flow between the two ends is, over every choice of what is left open."""
    pods = [
        Pod(key.namespace, {}, {}, parse_address(f"10.0.0.{n + 1}"), (), workload=key) for n, key in enumerate(ENDS)
    ]
    flow = Flow(*pods, Protocol.TCP, port)
    open_ = sorted(
        {
            one
            for table in policies.tables.values()
            for part in table.every()
            for tier in part.tiers
            for tie in {rule.tie for rule in tier.rules if rule.tie}
            for one in (decides(tie, tier, table.direction).allowing, decides(tie, tier, table.direction).denying)
        }
        | {DOMAIN}
    )
    found = set()
    for values in product((False, True), repeat=len(open_)):
        choices = Decided(dict.fromkeys(Behaviour, False), dict(zip(open_, values, strict=True)))
        found.add(allows(policies, flow, choices))
        table = policies.tables[Direction.EGRESS]
        assert trace(table, flow, choices).allowed is allows(policies, flow, choices)
    return found


def by_search(policies, port=80):
    """The same: whether the solver finds the flow allowed, and refused."""
    traffic = PortIn(Protocol.TCP, port_set((port, port)))
    ends = [IsWorkload(end, key) for end, key in zip(End, ENDS, strict=True)]
    asked = Question(Form.CAN, "can it", *ends, traffic, "source", "destination")
    search = searched(CLUSTER, policies)
    allowed, refused = search.find_existing(asked), search.find_refused(asked, PodScope.EXISTING)
    found = {True} if allowed.status is Status.SAT else set()
    return found | ({False} if refused.status is Status.SAT else set())


def by_pairs(policies, port=80):
    """The same by the all-pairs reading."""
    read = all_pairs(CLUSTER, policies, {})
    numbers = [next(n for n, one in enumerate(read.endpoints) if one.id == str(key)) for key in ENDS]
    access = next(
        (one.access for one in read.connections() if [one.source, one.destination] == numbers),
        None,
    )
    if access is None:
        return {False}
    if port in access.allowed.get(Protocol.TCP, ()):
        return {True}
    return {True, False} if port in access.depends.get(Protocol.TCP, ()) else {False}


EITHER, OPEN, SHUT = {True, False}, {True}, {False}
CASES = {
    "one allows, one denies": ([tier(rule("a", ALLOW), rule("b", DENY))], EITHER),
    "both allow": ([tier(rule("a", ALLOW), rule("b", ALLOW), default=DENY)], OPEN),
    "both deny": ([tier(rule("a", DENY), rule("b", DENY), default=ALLOW)], SHUT),
    "within one policy the first decides": ([tier(rule("a", DENY), rule("a", ALLOW, index=1))], SHUT),
    "a third that takes another port does not count": (
        [tier(rule("a", ALLOW), rule("b", ALLOW), rule("c", DENY, traffic=Not(WEB)))],
        OPEN,
    ),
    "three that disagree, what is passed on is denied": (
        [tier(rule("a", ALLOW), rule("b", DENY), rule("c", PASS)), tier(name="last", default=DENY)],
        EITHER,
    ),
    "one denies or passes on to what denies": (
        [tier(rule("a", DENY), rule("b", PASS)), tier(name="last", default=DENY)],
        SHUT,
    ),
    "one denies or passes on to what allows": ([tier(rule("a", DENY), rule("b", PASS))], EITHER),
    "of another priority the first decides": ([tier(rule("a", DENY, "1"), rule("b", ALLOW, "2"))], SHUT),
    "without a tie the first decides": ([tier(rule("a", ALLOW, ""), rule("b", DENY, ""))], OPEN),
    "what nobody decides": ([tier(rule("a", ALLOW, "", traffic=DOMAIN), default=DENY)], EITHER),
    "what nobody decides has one value in a flow": (
        [tier(rule("a", ALLOW, "", traffic=DOMAIN), rule("b", ALLOW, "", traffic=Not(DOMAIN)), default=DENY)],
        OPEN,
    ),
    "what nobody decides cannot be both": (
        [tier(rule("a", ALLOW, "", traffic=All((DOMAIN, Not(DOMAIN)))), default=DENY)],
        SHUT,
    ),
}
TABLES = {
    "a second table that refuses": ([tier()], [tier(name="mesh", default=DENY)], SHUT),
    "a first table that refuses": ([tier(default=DENY)], [tier(rule("a", ALLOW), name="mesh")], SHUT),
    "two that allow": ([tier(rule("a", ALLOW))], [tier(rule("b", ALLOW), name="mesh", default=DENY)], OPEN),
    "two that leave the same open, with two choices": (
        [tier(rule("a", ALLOW), rule("b", DENY))],
        [tier(rule("a", DENY), rule("b", ALLOW), name="mesh")],
        EITHER,
    ),
}
ALL_CASES = {
    **{name: ((tiers,), expected) for name, (tiers, expected) in CASES.items()},
    **{name: (tables, expected) for name, (*tables, expected) in TABLES.items()},
}


@pytest.mark.parametrize(("tables", "expected"), ALL_CASES.values(), ids=ALL_CASES)
def test_every_reading_finds_what_every_choice_comes_to(tables, expected):
    policies = policies_of(*tables)
    assert [read(policies) for read in (by_reference, by_search, by_pairs)] == [expected] * 3


def test_a_flow_needs_what_nobody_decides_as_it_needs_a_behaviour():
    policies = policies_of([tier(rule("a", ALLOW, "", traffic=DOMAIN), default=DENY)])
    search = searched(CLUSTER, policies)
    ends = [IsWorkload(end, key) for end, key in zip(End, ENDS, strict=True)]
    found = search.find_existing(Question(Form.CAN, "can it", *ends, WEB, "source", "destination"))
    free = (*Behaviour, *found.goal.mentions.unspecified)
    needed = needed_behaviours(lambda choices: allows(policies, found.flow, choices), found.behaviours, free)
    assert needed == {DOMAIN: True}
    assert [one.source for one in needed] == ["FQDNPolicy n0/db"]


def test_two_rules_speak_of_one_thing_by_its_meaning_whoever_says_so():
    assert Unspecified("it is the weekend", "a") == Unspecified("it is the weekend", "b")
    assert hash(Unspecified("it is the weekend", "a")) == hash(Unspecified("it is the weekend", "b"))


def test_ties_that_cannot_be_told_apart_are_refused():
    one = tier(rule("a", ALLOW), rule("b", DENY))
    for tables in (([one], [one]), ([tier(rule("a", ALLOW), rule("b", DENY, ""), rule("c", DENY))],)):
        with pytest.raises(TieError):
            PolicyIndex(policies_of(*tables))
