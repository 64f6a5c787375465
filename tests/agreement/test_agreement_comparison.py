"""Comparisons of two clusters agree with trying every connection."""

import pytest

from agreement.comparisons import disagreement
from mutants.kills import telling_seeds

TELLING = telling_seeds(
    "test_seeded_comparison_faults.py::test_the_fault_is_found",
    "test_seeded_search_faults.py::test_a_seeded_fault_is_found_by_comparing_pairs_of_clusters",
)


def wrong(seeds):
    return [(seed, found) for seed in seeds if (found := disagreement(seed)) is not None]


def test_no_difference_is_missed_and_every_change_that_is_listed_is_one(fresh):
    assert wrong([*TELLING, *fresh(5)]) == []


@pytest.mark.long
@pytest.mark.parametrize("block", range(6))
def test_no_difference_is_missed_in_more_pairs_of_clusters(block):
    assert wrong(range(block, 36, 6)) == []
