"""Comparisons of two clusters agree with trying every connection."""

import pytest

from agreement.comparisons import disagreement

SEEDS = 36


@pytest.mark.parametrize("block", range(6))
def test_no_difference_is_missed_and_every_change_that_is_listed_is_one(block):
    wrong = [(seed, found) for seed in range(block, SEEDS, 6) if (found := disagreement(seed)) is not None]
    assert not wrong
