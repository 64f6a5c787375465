"""Random changes of routed clusters: a comparison of ways in reports something iff the judge's ways in differ."""

import pytest

from agreement.changed_ways import disagreement, let_in_anew
from mutants.kills import telling_seeds

TELLING = telling_seeds("test_seeded_faults_of_changed_ways.py::test_the_fault_is_found")
LETTING_IN = telling_seeds(
    "test_seeded_faults_of_changed_ways.py::test_the_fault_is_found_where_policies_change_as_well"
)


def test_a_change_is_reported_iff_other_ways_lead_in_or_elsewhere(fresh):
    for seed in (*TELLING, *fresh(20)):
        assert disagreement(seed) is None, f"seed {seed}"


@pytest.mark.long
@pytest.mark.parametrize("first", range(150, 4150, 200))
def test_many_more_changes_are_reported_iff_other_ways_lead_in_or_elsewhere(first):
    for seed in range(first, first + 200):
        assert disagreement(seed) is None, f"seed {seed}"


def test_nobody_whom_policy_lets_in_anew_is_missed(fresh):
    """With policies on both sides, which change as well: judged by every connection from outside, one by one."""
    for seed in (*LETTING_IN, *fresh(10)):
        assert let_in_anew(seed) is None, f"seed {seed}"


@pytest.mark.long
@pytest.mark.parametrize("first", range(60, 4060, 200))
def test_nobody_whom_policy_lets_into_many_more_clusters_anew_is_missed(first):
    for seed in range(first, first + 200):
        assert let_in_anew(seed) is None, f"seed {seed}"
