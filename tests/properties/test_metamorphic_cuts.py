"""What is proved of everything is proved of each of its parts, and what is found is found in some part.

Clusters are wider than every portion that a goal speaks of: how much is solved at once must not show.
"""

import pytest

from agreement import cuts
from mutants.kills import telling_seeds
from netverify.symbolic import widths


@pytest.fixture(autouse=True)
def every_cluster_is_wide(monkeypatch):
    set_to(cuts.LEAST, monkeypatch)


def set_to(bounds, monkeypatch):
    for name, value in {"NARROW": 8, **bounds}.items():
        monkeypatch.setattr(widths, name, value)


def broken(relation, seeds):
    return [(seed, found) for seed in seeds if (found := relation(seed)) is not None]


def telling(search):
    return telling_seeds(f"test_seeded_search_faults.py::test_a_seeded_fault_is_found_by_{search}")


@pytest.mark.parametrize(
    ("bounds", "search"),
    [(cuts.LEAST, "cutting_questions"), (cuts.MANY_PODS, "cutting_questions_about_many_pods")],
    ids=["few namespaces at once", "one pod at once"],
)
def test_nothing_gets_through_iff_nothing_does_from_any_namespace_pod_or_on_any_protocol(
    bounds, search, monkeypatch, fresh
):
    set_to(bounds, monkeypatch)
    assert broken(cuts.broken_cut_of_question, [*telling(search), *fresh(1)]) == []


def test_policy_sets_differ_iff_they_do_about_some_namespace(fresh):
    assert broken(cuts.broken_cut_of_comparison, [*telling("cutting_comparisons"), *fresh(2)]) == []


def test_tables_that_decide_alike_do_so_the_other_way_round_and_about_every_flow(fresh):
    seeds = [*telling("asking_about_tables_both_ways_round"), *fresh(4)]
    assert broken(cuts.wrong_about_alike, seeds) == []


@pytest.mark.parametrize("seed", range(2))
def test_an_assertion_about_any_pod_is_refuted_iff_it_is_about_some_namespace(seed):
    assert broken(cuts.broken_cut_of_assertion, [seed]) == []


def test_no_connection_appears_where_a_comparison_of_everything_proves_that_none_does():
    assert broken(cuts.broken_cut_of_diff, range(2)) == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(100, 1_100, 50))
@pytest.mark.parametrize("relation", ["broken_cut_of_question", "broken_cut_of_comparison", "wrong_about_alike"])
def test_many_more_goals_are_what_their_parts_are(relation, first):
    assert broken(getattr(cuts, relation), range(first, first + 50)) == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(100, 200, 10))
@pytest.mark.parametrize("relation", ["broken_cut_of_assertion", "broken_cut_of_diff"])
def test_many_more_assertions_and_comparisons_are_what_their_parts_are(relation, first):
    assert broken(getattr(cuts, relation), range(first, first + 10)) == []
