"""A pair of the all-pairs reading is shown by a flow that can be, and that policy allows."""

from collections import Counter

import pytest

from agreement.pair_cases import NarrowDice, pair_case
from agreement.pair_witnesses import wrong_witnesses
from agreement.pairs import shown, texts
from agreement.random_tables import ports, random_end_predicate
from mutants.kills import telling_seeds
from netverify.answers.explain import ShrinkMoves, shrink
from netverify.model.addresses import parse_address
from netverify.model.behaviours import FIXED_BY_DEFAULT
from netverify.model.cluster import Cluster, Namespace, Workload, WorkloadKey
from netverify.model.flow import End
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.traffic import Protocol
from netverify.pairs.all_pairs import all_pairs
from netverify.policy.predicate import ALWAYS, PortIn
from netverify.policy.tiers import lower

TELLING = telling_seeds("test_seeded_faults.py::test_a_seeded_fault_is_found_by_the_flows_of_pairs")


def random_asked(seed, *, of_tables):
    """Predicates about the source, the destination and the traffic."""
    rng, cluster = NarrowDice(seed), pair_case(seed, of_tables=of_tables).cluster
    source, destination = (random_end_predicate(rng, cluster, end) if rng.random() < 0.7 else ALWAYS for end in End)
    return source, destination, ALWAYS if rng.random() < 0.4 else PortIn(rng.choice(list(Protocol)), ports(rng))


@pytest.mark.parametrize("of_tables", [False, True])
def test_every_pair_has_a_flow_that_shows_it(of_tables, fresh):
    assert [line for seed in (*TELLING, *fresh(6)) for line in wrong_witnesses(seed, of_tables=of_tables)] == []


@pytest.mark.parametrize("of_tables", [False, True])
def test_every_pair_that_is_asked_for_has_a_flow_that_is_asked_for(of_tables, fresh):
    for seed in (*range(16), *fresh(4)):
        asked = random_asked(seed, of_tables=of_tables)
        assert wrong_witnesses(seed, of_tables=of_tables, asked=asked) == []


@pytest.mark.long
@pytest.mark.parametrize("of_tables", [False, True])
@pytest.mark.parametrize("start", range(1_000, 3_000, 100))
def test_every_pair_of_many_cases_has_a_flow_that_shows_it(start, of_tables):
    for seed in range(start, start + 100):
        assert wrong_witnesses(seed, of_tables=of_tables) == []
        assert wrong_witnesses(seed, of_tables=of_tables, asked=random_asked(seed, of_tables=of_tables)) == []


def test_pods_that_share_the_address_of_a_node_stay_on_it_when_a_flow_is_made_small():
    node = parse_address("192.168.0.10")
    hosts = tuple(
        Workload(WorkloadKey("a", name, "Pod"), {}, host_network=True, addresses=(node,), single=True) for name in "xy"
    )
    cluster = Cluster({"a": Namespace("a", {NAMESPACE_NAME_LABEL: "a"}, declared=True)}, hosts)
    flow, _ = all_pairs(cluster, lower(cluster), FIXED_BY_DEFAULT).witness(0, 1)
    assert (flow.source.address, flow.destination.address, flow.same_node) == (node, node, True)
    moves = ShrinkMoves(behaviours=(), addresses={}, ports=(), declared=frozenset())
    assert shrink(flow, lambda _: True, moves).same_node


@pytest.mark.parametrize("seed", range(10))
def test_a_pair_without_access_has_no_flow(seed):
    case = pair_case(seed)
    found = all_pairs(case.cluster, case.policies, case.fixed, pod_cidrs=texts(case.pod_cidrs))
    pods = [number for number, endpoint in enumerate(found.endpoints) if endpoint.workload]
    open_ones = {(pair.source, pair.destination) for pair in found.connections()}
    pairs = [(one, other) for one in pods for other in range(len(found.endpoints)) if one != other]
    assert [pair for pair in pairs if pair not in open_ones and found.witness(*pair) is not None] == []


def test_a_reading_that_tells_predicates_apart_answers_as_one_that_was_asked_about_them():
    met = Counter()
    for seed in range(150):
        of_tables = seed % 3 == 0
        case, asked = pair_case(seed, of_tables=of_tables), random_asked(seed, of_tables=of_tables)
        given = {"pod_cidrs": texts(case.pod_cidrs)}
        plain = all_pairs(case.cluster, case.policies, case.fixed, **given)
        told = plain.tells_apart(*asked)
        met[told] += 1
        if not told:
            continue
        for_them = all_pairs(case.cluster, case.policies, case.fixed, **given, asked=asked)
        assert narrowed(plain, asked) == narrowed(for_them, asked), seed
    assert min(met[True], met[False]) > 15


def narrowed(found, asked):
    source, destination, traffic = asked
    part = found.narrowed(source=source, destination=destination, traffic=traffic)
    return {
        (found.endpoints[pair.source], found.endpoints[pair.destination]): shown(pair.access)
        for pair in part.connections(replicas=True)
    }
