"""Whole questions: the answer, its scope and its witness agree with the brute force of the direct interpreter."""

from collections import Counter

import pytest

from agreement.questions import disagreement
from generators.small_cases import solved_case
from netverify.symbolic import search


@pytest.fixture(params=["as it is", "as if wide"])
def clusters_are_taken(request, monkeypatch):
    """Has the search treat small clusters as it treats those with many pods and namespaces, too."""
    if request.param == "as if wide":
        monkeypatch.setattr(search, "NAMED_AT_ONCE", 0)
        monkeypatch.setattr(search, "NARROW", 0)
        monkeypatch.setattr(search, "EXISTING_AT_ONCE", 1)


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_answers_agree_with_brute_force_on_200_questions(start):
    assert list(filter(None, map(disagreement, range(start, start + 50)))) == []


@pytest.mark.long
@pytest.mark.usefixtures("clusters_are_taken")
@pytest.mark.parametrize("start", range(1_000, 11_000, 200))
def test_answers_agree_with_brute_force_on_10_000_questions(start):
    assert list(filter(None, map(disagreement, range(start, start + 200)))) == []


def test_the_questions_have_every_kind_of_answer():
    answers = Counter(solved_case(seed)[2] for seed in range(60))
    expected = {("reachable", "existing"), ("reachable", "possible"), ("unreachable", None), ("vacuous", None)}
    assert set(answers) == expected
    assert min(answers.values()) >= 3
