"""The reference reading, through the whole pipeline, agrees with the direct interpreter on single connections."""

import pytest

from agreement.readings import direct, reference
from generators.clusters import random_cluster
from generators.points import random_point
from generators.vocabulary import Dice
from mutants.kills import telling_seeds

POINTS = 20


TELLING = telling_seeds(
    "test_seeded_faults.py::test_a_seeded_fault_is_found_by_single_connections",
    "test_seeded_name_faults.py::test_a_seeded_fault_of_plugins_is_found",
)


def disagreements(seeds):
    """The connections on which the two readings differ, with their seeds."""
    found = []
    for seed in seeds:
        rng = Dice(seed)
        cluster = random_cluster(rng)
        one, other = direct(cluster), reference(cluster)
        points = [random_point(rng, cluster) for _ in range(POINTS)]
        found += [(seed, point) for point in points if one(point) is not other(point)]
    return found


def test_both_agree_on_connections(fresh):
    assert disagreements([*TELLING, *fresh(80)]) == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 51_000, 1_000))
def test_both_agree_on_1_000_000_connections(start):
    assert disagreements(range(start, start + 1_000)) == []


def test_the_connections_are_not_all_decided_alike():
    verdicts = {True: 0, False: 0}
    for seed in range(50):
        rng = Dice(seed)
        cluster = random_cluster(rng)
        answer = direct(cluster)
        for _ in range(POINTS):
            verdicts[answer(random_point(rng, cluster))] += 1
    assert min(verdicts.values()) > 200
