"""Scopes against a judge that tries every connection and walks from pod to pod: nobody is wrongly not connected."""

from collections import Counter

import pytest

from agreement.scopes import disagreements, judged

SEEDS = (0, 3, 6, 10, 30, 64)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_scope_holds_whomever_the_judge_finds_as_far_away_as_it_says(seed):
    assert disagreements(seed) == []


def test_the_cases_have_what_scopes_are_made_of():
    paths = [path for seed in SEEDS for paths in judged(seed)[1].values() for path in paths.items()]
    seen = Counter((outward, min(hops, 3), is_sure) for outward, (hops, is_sure, _) in paths)
    assert all(seen[outward, hops, True] for outward in (False, True) for hops in (1, 2))
    assert all(seen[outward, 2, False] for outward in (False, True))
    assert any(hops == 3 for _, hops, _ in seen)


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 1_400, 50))
def test_scopes_of_400_clusters_agree_with_the_judge(start):
    assert [line for seed in range(start, start + 50) for line in disagreements(seed)] == []
