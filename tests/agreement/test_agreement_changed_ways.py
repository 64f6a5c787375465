"""Random changes of routed clusters: a comparison of ways in reports something iff the judge's ways in differ."""

import pytest

from agreement.changed_ways import disagreement, let_in_anew


@pytest.mark.parametrize("first", range(0, 120, 40))
def test_a_change_is_reported_iff_other_ways_lead_in_or_elsewhere(first):
    for seed in range(first, first + 40):
        assert disagreement(seed) is None, f"seed {seed}"


@pytest.mark.long
@pytest.mark.parametrize("first", range(150, 4150, 200))
def test_many_more_changes_are_reported_iff_other_ways_lead_in_or_elsewhere(first):
    for seed in range(first, first + 200):
        assert disagreement(seed) is None, f"seed {seed}"


def test_nobody_whom_policy_lets_in_anew_is_missed():
    """With policies on both sides, which change as well: judged by every connection from outside, one by one."""
    for seed in range(60):
        assert let_in_anew(seed) is None, f"seed {seed}"


@pytest.mark.long
@pytest.mark.parametrize("first", range(60, 4060, 200))
def test_nobody_whom_policy_lets_into_many_more_clusters_anew_is_missed(first):
    for seed in range(first, first + 200):
        assert let_in_anew(seed) is None, f"seed {seed}"
