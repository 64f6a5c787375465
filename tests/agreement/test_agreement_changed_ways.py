"""Random changes of routed clusters: a comparison of ways in reports something iff the judge's ways in differ."""

import pytest

from agreement.changed_ways import disagreement


@pytest.mark.parametrize("first", range(0, 150, 50))
def test_a_change_is_reported_iff_other_ways_lead_in_or_elsewhere(first):
    for seed in range(first, first + 50):
        assert disagreement(seed) is None, f"seed {seed}"


@pytest.mark.long
@pytest.mark.parametrize("first", range(150, 4150, 200))
def test_many_more_changes_are_reported_iff_other_ways_lead_in_or_elsewhere(first):
    for seed in range(first, first + 200):
        assert disagreement(seed) is None, f"seed {seed}"
