"""Pods and ways in: every small cluster with a known answer has that answer."""

from agreement.inside_points import misjudged


def test_every_cluster_with_a_known_answer_has_it():
    assert list(misjudged()) == []
