"""The gate agrees with the judge of every flow: verdicts, exceptions in use, places and examples of what is wrong."""

from collections import Counter

import pytest

from agreement.judged_intents import disagreements
from generators.gate_cases import solved_case
from generators.intents import VERBS
from netverify.symbolic import widths

WIDE = {"NAMED_AT_ONCE": 0, "EXISTING_AT_ONCE": 1, "NARROW": 0, "CUT": 1}


@pytest.fixture
def clusters_are_taken_for_wide(monkeypatch):
    """Has the search treat small clusters as it treats wide ones, and cut every end that has two namespaces."""
    for name, value in WIDE.items():
        monkeypatch.setattr(widths, name, value)


FINDING = (1, 3, 5)
"""They find every fault seeded into the encoder and the search that the first ten seeds find."""

EVERY_KIND = (*range(6), 9, 17, 25)
"""Of the first 32 seeds few that take the judge little time, most of them judged here anyway."""


def test_assertions_agree_with_trying_every_flow(fresh):
    assert [line for seed in (*FINDING, *fresh(3)) for line in disagreements(seed)] == []


@pytest.mark.usefixtures("clusters_are_taken_for_wide")
def test_assertions_about_clusters_that_are_taken_for_wide_ones_agree_as_well(fresh):
    assert [line for seed in (*range(4), *fresh(1)) for line in disagreements(seed)] == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 2_000, 20))
def test_many_more_assertions_agree(start):
    assert [line for seed in range(start, start + 20) for line in disagreements(seed)] == []


@pytest.mark.long
@pytest.mark.usefixtures("clusters_are_taken_for_wide")
@pytest.mark.parametrize("start", range(2_000, 2_500, 20))
def test_many_more_assertions_about_clusters_that_are_taken_for_wide_ones_agree(start):
    assert [line for seed in range(start, start + 20) for line in disagreements(seed)] == []


def test_the_assertions_are_of_every_verb_and_come_to_every_verdict():
    verbs, verdicts, states = Counter(), Counter(), Counter()
    for seed in EVERY_KIND:
        _, intent, _, solved = solved_case(seed)
        for assertion, found in zip(intent["assertions"], solved, strict=True):
            verbs.update(assertion.keys() & set(VERBS))
            verdicts[found.verdict] += 1
            states["used"] += len(found.used)
    assert set(verdicts) == {"refuted", "proved", "vacuous", "excepted"}
    assert set(verbs) == set(VERBS)
    assert min(verdicts.values()) >= 4
    assert states["used"] >= 8
