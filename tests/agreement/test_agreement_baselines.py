"""A baseline hides what was violating when it was written, and nothing else, as trying every flow shows."""

import copy

import pytest

from agreement.baselines import CHANGES, baseline_of, before, hidden
from agreement.judged_intents import checked
from generators.vocabulary import SmallDice

VERDICTS = {"refuted": "baselined"}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_no_flow_of_a_new_kind_is_hidden(change):
    assert [line for seed in range(3) for line in hidden(seed, change)] == []


@pytest.mark.long
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("start", range(100, 400, 20))
def test_no_flow_of_a_new_kind_is_hidden_in_many_more_clusters(start, change):
    assert [line for seed in range(start, start + 20) for line in hidden(seed, change)] == []


def as_it_is(rng, cluster):
    del rng, cluster


def under_other_names(rng, cluster):
    for number, policy in enumerate(rng.sample(cluster["policies"], len(cluster["policies"]))):
        policy["metadata"]["name"] = f"other-{number}"


def after_baseline(result):
    """What a baseline of ``result`` leaves of it: what is unknown, or about nobody, beside a violation."""
    left = [*result.also, result.verdict] if result.verdict.value == "refuted" else [result.verdict]
    return VERDICTS.get(left[0].value, left[0].value)


@pytest.mark.parametrize("change", [as_it_is, under_other_names])
def test_what_was_violated_before_stays_known(change):
    for seed in (*range(6), 7):  # in 6, of two policies that let one flow out, the first by name counts
        cluster, intent, _, report = before(seed)
        other = copy.deepcopy(cluster)
        change(SmallDice(seed), other)
        after = checked(other, intent, baseline=baseline_of(report))
        wanted = [after_baseline(one) for one in report.results]
        assert [one.verdict.value for one in after.results] == wanted, seed
