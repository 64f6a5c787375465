"""Questions about many namespaces and pods are searched in portions; the answers must not depend on their size."""

import pytest

from agreement.questions import disagreement
from generators.telling_cases import TELLING
from mutants.kills import telling_seeds
from netverify.symbolic import widths

FINDING = telling_seeds(
    "test_seeded_faults.py::test_a_seeded_fault_is_found_by_whole_questions_about_clusters_taken_as_wide",
    "test_seeded_search_faults.py::test_a_seeded_fault_is_found_by_trying_everything_that_a_question_asks_about",
)


@pytest.mark.parametrize("narrow", [0, 8])
def test_adding_policies_and_pods_in_the_smallest_portions_answers_as_the_brute_force_does(narrow, monkeypatch, fresh):
    monkeypatch.setattr(widths, "NARROW", narrow)
    monkeypatch.setattr(widths, "NAMED_AT_ONCE", 0)
    monkeypatch.setattr(widths, "EXISTING_AT_ONCE", 1)
    seeds = dict.fromkeys((*range(len(TELLING)), *FINDING, *fresh(10)))
    assert [found for seed in seeds if (found := disagreement(seed))] == []
