"""What is left of policies for a flow that was replayed decides as all of them about whatever it may be changed to."""

import pytest

from agreement.replays import wrong_replays
from mutants.kills import telling_seeds

TELLING = telling_seeds("test_seeded_replay_faults.py::test_a_fault_in_what_is_left_of_policies_is_found")


def test_what_is_left_for_a_flow_decides_as_the_whole(fresh):
    assert [found for seed in (*TELLING, *fresh(4)) if (found := wrong_replays(seed)) is not None] == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 3_000, 100))
def test_what_is_left_for_a_flow_of_many_cases_decides_as_the_whole(start):
    assert [found for seed in range(start, start + 100) if (found := wrong_replays(seed)) is not None] == []
