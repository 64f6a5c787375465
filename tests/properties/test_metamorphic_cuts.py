"""What is proved of everything is proved of each of its parts, and what is found is found in some part.

Clusters are wider than every portion that a goal speaks of: how much is solved at once must not show.
"""

import pytest

from agreement import cuts
from netverify.symbolic import widths


@pytest.fixture(autouse=True)
def every_cluster_is_wide(monkeypatch):
    set_to(cuts.LEAST, monkeypatch)


def set_to(bounds, monkeypatch):
    for name, value in {"NARROW": 8, **bounds}.items():
        monkeypatch.setattr(widths, name, value)


def broken(relation, first, count):
    return [(seed, found) for seed in range(first, first + count) if (found := relation(seed)) is not None]


@pytest.mark.parametrize("bounds", [cuts.LEAST, cuts.MANY_PODS], ids=["few namespaces at once", "one pod at once"])
@pytest.mark.parametrize("first", range(0, 8, 4))
def test_nothing_gets_through_iff_nothing_does_from_any_namespace_pod_or_on_any_protocol(first, bounds, monkeypatch):
    set_to(bounds, monkeypatch)
    assert broken(cuts.broken_cut_of_question, first, 4) == []


@pytest.mark.parametrize("first", range(0, 12, 6))
def test_policy_sets_differ_iff_they_do_about_some_namespace(first):
    assert broken(cuts.broken_cut_of_comparison, first, 6) == []


@pytest.mark.parametrize("first", range(0, 12, 6))
def test_tables_that_decide_alike_do_so_the_other_way_round_and_about_every_flow(first):
    assert broken(cuts.wrong_about_alike, first, 6) == []


@pytest.mark.parametrize("first", range(0, 4, 2))
def test_an_assertion_about_any_pod_is_refuted_iff_it_is_about_some_namespace(first):
    assert broken(cuts.broken_cut_of_assertion, first, 2) == []


def test_no_connection_appears_where_a_comparison_of_everything_proves_that_none_does():
    assert broken(cuts.broken_cut_of_diff, 0, 3) == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(100, 1_100, 50))
@pytest.mark.parametrize("relation", ["broken_cut_of_question", "broken_cut_of_comparison", "wrong_about_alike"])
def test_many_more_goals_are_what_their_parts_are(relation, first):
    assert broken(getattr(cuts, relation), first, 50) == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(100, 200, 10))
@pytest.mark.parametrize("relation", ["broken_cut_of_assertion", "broken_cut_of_diff"])
def test_many_more_assertions_and_comparisons_are_what_their_parts_are(relation, first):
    assert broken(getattr(cuts, relation), first, 10) == []
