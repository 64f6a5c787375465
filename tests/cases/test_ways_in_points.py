"""Pods and ways in: every small cluster with a known answer has that answer."""

import pytest

from agreement.inside_points import POINTS, wrong


@pytest.mark.parametrize("number", range(len(POINTS)), ids=POINTS)
def test_a_cluster_with_a_known_answer_has_it(number):
    assert list(wrong(number)) == []
