"""What a map says in other ways than pair by pair: bundles, classes, isolation, rules, and parts that are asked for."""

from itertools import chain, product, repeat

import pytest

from agreement.courses import Choices, OpenBehaviours
from agreement.every_world import Judge
from agreement.pair_cases import NarrowDice, pair_case
from agreement.pairs import NOTHING, shown, texts
from agreement.random_tables import ports, random_end_predicate
from netverify.model.flow import Direction, End
from netverify.model.traffic import Protocol
from netverify.pairs.all_pairs import all_pairs
from netverify.pairs.outcome import Isolation
from netverify.policy.evaluate import rule_matches, tier_applies
from netverify.policy.predicate import ALWAYS, All, AnyOf, PortIn
from netverify.policy.table import Action

CASES = [(seed, of_tables) for seed in range(25) for of_tables in (False, True)]


def mapped(case, **asked):
    return all_pairs(case.cluster, case.policies, case.fixed, pod_cidrs=texts(case.pod_cidrs), **asked)


def pairs_of(found, *, replicas=False):
    return {(c.source, c.destination): shown(c.access) for c in found.connections(replicas=replicas)}


@pytest.mark.parametrize(("seed", "of_tables"), CASES)
def test_bundles_hold_every_pair_once(seed, of_tables):
    found = mapped(pair_case(seed, of_tables=of_tables))
    listed = [
        ((source, destination), shown(bundle.access))
        for bundle in found.bundles()
        for source, destination in product(bundle.sources, bundle.destinations)
        if source != destination
    ]
    assert len(listed) == len(dict(listed))
    assert dict(listed) == pairs_of(found)


@pytest.mark.parametrize(("seed", "of_tables"), CASES)
def test_members_of_a_class_are_alike_in_every_row_and_column(seed, of_tables):
    found = mapped(pair_case(seed, of_tables=of_tables))
    pairs, everyone = pairs_of(found, replicas=True), range(len(found.endpoints))
    classes = [list(members) for members in found.classes()]
    assert sorted(number for members in classes for number in members) == list(everyone)
    assert classes == sorted(classes)
    for one, other in ((members[0], other) for members in classes for other in members[1:]):
        for third in set(everyone) - {one, other}:
            assert pairs.get((one, third)) == pairs.get((other, third))
            assert pairs.get((third, one)) == pairs.get((third, other))


def random_asked(seed, case):
    """Predicates about the source, the destination and the traffic, and two of which one has to hold, or None."""
    rng = NarrowDice(seed)
    one_end = {end: [random_end_predicate(rng, case.cluster, end) for _ in range(2)] for end in End}
    traffic = ALWAYS if rng.random() < 0.4 else PortIn(rng.choice(list(Protocol)), ports(rng))
    source, destination = (one_end[end][0] if rng.random() < 0.6 else ALWAYS for end in End)
    focus = tuple(one_end[end][1] for end in End) if rng.random() < 0.5 else None
    return source, destination, traffic, focus


@pytest.mark.parametrize(("seed", "of_tables"), CASES)
def test_a_narrowed_map_holds_what_is_asked_for(seed, of_tables):
    case = pair_case(seed, of_tables=of_tables)
    source, destination, traffic, focus = random_asked(seed, case)
    asked = (source, destination, traffic, *(focus or ()))
    found = mapped(case, asked=asked).narrowed(source=source, destination=destination, traffic=traffic, focus=focus)
    wanted = All((source, destination, traffic, AnyOf(focus) if focus else ALWAYS))
    judge = Judge(case.cluster, case.policies, case.fixed, case.pod_cidrs, wanted)
    numbered = list(enumerate(judge.ends))
    expected = {
        (i, j): shown(judge.judge(one, other))
        for (i, one), (j, other) in product(numbered, numbered)
        if judge.is_pair(one, other)
    }
    assert pairs_of(found, replicas=True) == {pair: text for pair, text in expected.items() if text != NOTHING}


def worlds(judge, source, destination):
    """Every course for a flow between two ends to some port: ``evaluate(flow, behaviours)`` tried in all of them."""

    def may(evaluate):
        places = judge.places(source, destination)
        domains = {
            **judge.behaviours,
            **judge.labels(source, destination),
            "place": places,
            "port": judge.ports(destination),
        }
        return {
            outcome
            for protocol in (Protocol if places else ())
            for flows in [judge.flows(source, destination, protocol)]
            for _, outcome in Choices(domains).courses(lambda c, flows=flows: evaluate(flows(c), OpenBehaviours(c)))
        }

    return may


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("direction", Direction)
def test_whom_policies_isolate_is_told(seed, direction):
    case = pair_case(seed)
    judge = Judge(case.cluster, case.policies, case.fixed, case.pod_cidrs)
    denying = [tier for tier in case.policies.tables[direction].tiers if tier.default is Action.DENY]
    told = mapped(case).isolation(direction)
    states = {(True,): Isolation.ISOLATED, (False,): Isolation.OPEN, (False, True): Isolation.DEPENDS}
    for number, end in enumerate(judge.ends):
        outcomes = set()
        for peer in judge.ends:
            ends = (peer, end) if direction is Direction.INGRESS else (end, peer)
            if judge.is_pair(*ends):
                outcomes |= worlds(judge, *ends)(lambda flow, b: any(tier_applies(tier, flow, b) for tier in denying))
        if outcomes:
            assert told[number] is states[tuple(sorted(outcomes))], judge.ends[number]


@pytest.mark.parametrize(("seed", "of_tables"), CASES)
def test_a_rule_is_listed_with_everyone_for_whom_it_may_match(seed, of_tables):
    case = pair_case(seed, of_tables=of_tables)
    judge = Judge(case.cluster, case.policies, case.fixed, case.pod_cidrs)
    uses = {id(use.rule): use for use in mapped(case).rule_uses()}
    for direction, table in case.policies.tables.items():
        for tier, rule in chain.from_iterable(zip(repeat(one), one.rules) for one in table.tiers):
            use = uses.get(id(rule))
            subjects, peers = (numbers(use.subjects), numbers(use.peers)) if use else ((), ())
            for subject, peer in matching(judge, direction, tier, rule):
                assert subject in subjects
                assert peer in peers


def numbers(sets):
    return {number for members in sets for number in members}


def matching(judge, direction, tier, rule):
    """Every subject and peer for whom a rule may match, by their numbers; addresses outside are no subjects."""
    for (i, source), (j, destination) in product(enumerate(judge.ends), repeat=2):
        subject, peer = (j, i) if direction is Direction.INGRESS else (i, j)
        if hasattr(judge.ends[subject], "key") and judge.is_pair(source, destination):
            may = worlds(judge, source, destination)
            if True in may(lambda flow, b: tier_applies(tier, flow, b) and rule_matches(rule, flow, b)):
                yield subject, peer
