"""The all-pairs reading agrees with the judge of every world, the direct interpreter, and the symbolic reading."""

from collections import Counter
from itertools import product

import pytest

from agreement.adapter import behaviours_of, inventory_of
from agreement.every_world import Judge, is_nobodys
from agreement.pair_cases import open_case, pair_case, pair_case_with_nodes
from agreement.pairs import Map, compared, is_of_a_map
from agreement.readings import direct, phrase_of
from generators.clusters import isolated, random_cluster
from generators.points import known_addresses, random_behaviours, random_point
from generators.vocabulary import Dice
from mutants.kills import telling_seeds
from netverify.model.addresses import parse_address
from netverify.model.behaviours import FIXED_BY_DEFAULT, Behaviour
from netverify.policy.tiers import lower
from netverify.query.outcome import Scope, Verdict
from netverify.verify import Settings, Verifier

TELLING = telling_seeds("test_seeded_faults.py::test_a_seeded_fault_is_found_by_all_pairs")
OF_NATURE = {"pod-address", "same-node", "pod-labels", "namespace-labels"}
"""What a map may depend on under a CNI of which everything is known."""


def disagreements(seeds, *, of_tables=False):
    """The pairs that the map and the judge of every world see differently, with their seeds."""
    return [(seed, line) for seed in seeds for line in compared(pair_case(seed, of_tables=of_tables))]


@pytest.mark.parametrize("of_tables", [False, True], ids=["of manifests", "in the common form"])
def test_all_pairs_agree_with_every_world_under_policies(of_tables, fresh):
    assert disagreements([*TELLING, *fresh(2)], of_tables=of_tables) == []


def test_all_pairs_agree_with_every_world_under_policies_that_leave_things_open(fresh):
    assert [(seed, line) for seed in (*range(12), *fresh(2)) for line in compared(open_case(seed))] == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 3_000, 100))
def test_all_pairs_agree_with_every_world_under_many_policies_that_leave_things_open(start):
    assert [(seed, line) for seed in range(start, start + 100) for line in compared(open_case(seed))] == []


def disagreements_with_nodes(seeds):
    return [(seed, line) for seed in seeds for line in compared(pair_case_with_nodes(seed))]


def test_all_pairs_agree_with_every_world_where_nodes_are_known(fresh):
    assert disagreements_with_nodes([*range(100, 104), *fresh(1)]) == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 2_000, 100))
def test_all_pairs_agree_with_every_world_where_nodes_are_known_in_many_clusters(start):
    assert disagreements_with_nodes(range(start, start + 100)) == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 3_000, 100))
def test_all_pairs_agree_with_every_world_under_many_policies_of_manifests(start):
    assert disagreements(range(start, start + 100)) == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 3_000, 200))
def test_all_pairs_agree_with_every_world_under_many_policies_in_the_common_form(start):
    assert disagreements(range(start, start + 200), of_tables=True) == []


def wrong_points(seeds):
    """The connections that the direct interpreter decides otherwise than the map."""
    found = []
    for seed in seeds:
        rng = Dice(seed)
        manifests = random_cluster(rng)
        behaviours = random_behaviours(rng)
        cluster, answer = inventory_of(manifests).cluster, direct(manifests)
        made = Map(cluster, lower(cluster), behaviours_of(behaviours))
        for point in (random_point(rng, manifests) for _ in range(40)):
            if is_of_a_map(point) and is_in_some_world(manifests, point):
                said = made.says(point)
                if said is None:
                    fits = set(made.access(point["source"], point["destination"]).on) <= OF_NATURE
                else:
                    fits = answer({**point, "behaviours": behaviours}) is said
                found += [] if fits else [(seed, point, said)]
    return found


def is_in_some_world(manifests, point):
    """Whether nobody in a connection has an address that another has, or that nobody can have."""
    taken = {ip for workload in manifests["workloads"] for ip in known_addresses(workload)}
    for end in (point["source"], point["destination"]):
        own = known_addresses(end["pod"]) if "pod" in end else ()
        if end["address"] not in own and (own or end["address"] in taken or is_nobodys(parse_address(end["address"]))):
            return False
    return point["source"]["address"] != point["destination"]["address"]


def test_the_direct_interpreter_decides_connections_as_the_map_does(fresh):
    assert wrong_points([*range(60), *fresh(20)]) == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 11_000, 1_000))
def test_the_direct_interpreter_decides_many_connections_as_the_map_does(start):
    assert wrong_points(range(start, start + 1_000)) == []


def wrong_proofs(seeds):
    """The questions about pairs of a map that the symbolic reading answers otherwise than the map."""
    found = []
    for seed in seeds:
        rng = Dice(seed)
        manifests = random_cluster(rng, workloads=(2, 5), namespaces=(1, 2))
        isolated(rng, manifests) if rng.random() < 0.3 else None
        inventory = inventory_of(manifests)
        fixed = {**FIXED_BY_DEFAULT, **(behaviours_of(random_behaviours(rng)) if rng.random() < 0.4 else {})}
        made = Map(inventory.cluster, lower(inventory.cluster), fixed)
        verifier = Verifier(inventory, Settings(behaviours=fixed))
        for point in (random_point(rng, manifests) for _ in range(30)):
            if is_of_a_map(point) and is_in_some_world(manifests, point):
                sentence = sentence_of(point)
                answer = verifier.ask(sentence)
                opened = made.says(point) is not False
                expected = (Verdict.REACHABLE, Scope.EXISTING) if opened else (Verdict.UNREACHABLE, None)
                if (answer.verdict, answer.scope) != expected:
                    found.append((seed, sentence, str(answer.verdict)))
    return found


def sentence_of(point):
    """The question whether a connection may be opened, by whatever pods of the workloads at its ends."""
    source, destination = (phrase_of(point[side]) for side in ("source", "destination"))
    return f"can {source} reach {destination}:{point['port']}/{point['protocol'].lower()}"


def test_the_symbolic_reading_proves_what_the_map_leaves_out(fresh):
    assert wrong_proofs([*range(12), *fresh(3)]) == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 3_000, 200))
def test_the_symbolic_reading_proves_much_that_the_map_leaves_out(start):
    assert wrong_proofs(range(start, start + 200)) == []


EVERY_KIND = {
    False: (13, 23, 30, 31, 46, 49),
    True: (6, 20, 23, 36, 37, 45, 48),
}
"""By whether a case is of tables: of the first 60 seeds few that take the judge little time."""


def test_the_cases_have_every_kind_of_answer_on_tens_of_thousands_of_ports():
    on, kinds, ports = Counter(), Counter(), 0
    for case in (pair_case(seed, of_tables=of_tables) for of_tables, seeds in EVERY_KIND.items() for seed in seeds):
        judge = Judge(case.cluster, case.policies, case.fixed, case.pod_cidrs)
        ports += len(judge.ends) * sum(map(judge.boundary_ports, judge.ends))
        for source, destination in product(judge.ends[:3], judge.ends[:4]):
            if judge.is_pair(source, destination) and (judged := judge.judge(source, destination)) is not None:
                on.update(judged.on)
                kinds[bool(judged.allowed), bool(judged.depends)] += 1
    assert ports > 40_000
    assert set(on) >= OF_NATURE | {*Behaviour} - {*FIXED_BY_DEFAULT}
    assert len(kinds) == 4
    assert min(kinds.values()) >= 10
