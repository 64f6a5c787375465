"""The ways into random clusters: the package and the judge find the same ones."""

import pytest

from agreement.routed_ways import judged_ways, package_ways
from generators.routed_clusters import random_routed_cluster
from mutants.kills import telling_seeds

TELLING = telling_seeds(
    "test_seeded_routing_faults.py::test_a_seeded_fault_is_found_by_the_ways_in",
)


def difference(seed):
    """What only the package and only the judge finds in a random cluster, and what the package does not call broken."""
    objects = random_routed_cluster(seed)
    (found, supposed, broken), (wanted, nowhere) = package_ways(objects), judged_ways(objects)
    return [sorted(only, key=str) for only in (found - wanted, wanted - found - supposed, nowhere - broken)]


def test_the_same_ways_lead_in_with_the_same_sources():
    for seed in (*TELLING, *range(60)):
        assert difference(seed) == [[], [], []], f"seed {seed}"


@pytest.mark.long
@pytest.mark.parametrize("first", range(600, 6000, 200))
def test_the_same_ways_lead_into_many_more_clusters(first):
    for seed in range(first, first + 200):
        assert difference(seed) == [[], [], []], f"seed {seed}"
