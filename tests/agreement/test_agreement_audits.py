"""What the report says of controls against a judge that knows plain dictionaries alone."""

from __future__ import annotations

from collections import Counter

from agreement.audits import first_disagreement, states

SEEDS = range(250)


def test_a_control_is_what_the_judge_says():
    assert first_disagreement(SEEDS) is None


def test_the_cases_meet_every_state():
    met = Counter(state for seed in SEEDS for state in states(seed)[1].values())
    assert len(met) == 7
    assert min(met.values()) > 9
