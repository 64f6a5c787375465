"""Whole questions: the answer, its scope and its witness agree with the brute force of the direct interpreter."""

from collections import Counter

import pytest

from agreement.questions import disagreement
from generators.small_cases import solved_case
from generators.telling_cases import TELLING
from mutants.kills import telling_seeds
from netverify.symbolic import widths

FINDING = telling_seeds("test_seeded_faults.py::test_a_seeded_fault_is_found_by_whole_questions")
BOUNDS = {
    "as they are": {},
    "as if they had many pods": {"NAMED_AT_ONCE": 0, "EXISTING_AT_ONCE": 1},
    "as if they had many pods and namespaces": {"NAMED_AT_ONCE": 0, "EXISTING_AT_ONCE": 1, "NARROW": 0},
}


@pytest.fixture(params=BOUNDS.values(), ids=BOUNDS)
def clusters_are_taken(request, monkeypatch):
    """Has the search treat small clusters as it treats wide ones, too."""
    for name, value in request.param.items():
        monkeypatch.setattr(widths, name, value)


def test_answers_agree_with_brute_force(fresh):
    seeds = dict.fromkeys((*range(len(TELLING)), *FINDING, *fresh(20)))
    assert list(filter(None, map(disagreement, seeds))) == []


@pytest.mark.long
@pytest.mark.usefixtures("clusters_are_taken")
@pytest.mark.parametrize("start", range(1_000, 11_000, 200))
def test_answers_agree_with_brute_force_on_10_000_questions(start):
    assert list(filter(None, map(disagreement, range(start, start + 200)))) == []


def test_the_questions_have_every_kind_of_answer():
    answers = Counter(solved_case(seed)[2] for seed in range(16))
    expected = {("reachable", "existing"), ("reachable", "possible"), ("unreachable", None), ("vacuous", None)}
    assert set(answers) == expected
    assert min(answers.values()) >= 3
