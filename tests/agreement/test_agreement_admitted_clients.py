"""From whom load balancers of random clusters are open: the addresses that plain questions let through, no others."""

import pytest

from agreement.admitted_clients import wrong


@pytest.mark.parametrize("first", range(0, 20, 10))
def test_a_way_in_is_open_to_just_those_who_reach_its_pods(first):
    for seed in range(first, first + 10):
        assert list(wrong(seed)) == [], f"seed {seed}"


@pytest.mark.long
@pytest.mark.parametrize("first", range(20, 520, 20))
def test_many_more_ways_in_are_open_to_just_those_who_reach_their_pods(first):
    for seed in range(first, first + 20):
        assert list(wrong(seed)) == [], f"seed {seed}"
