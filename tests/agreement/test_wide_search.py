"""Questions about many namespaces and pods are searched in portions; the answers must not depend on their size."""

import pytest

from agreement.questions import disagreement
from netverify.symbolic import widths


@pytest.mark.parametrize("narrow", [0, 8])
@pytest.mark.parametrize("first", range(0, 120, 30))
def test_adding_policies_and_pods_in_the_smallest_portions_answers_as_the_brute_force_does(first, narrow, monkeypatch):
    monkeypatch.setattr(widths, "NARROW", narrow)
    monkeypatch.setattr(widths, "NAMED_AT_ONCE", 0)
    monkeypatch.setattr(widths, "EXISTING_AT_ONCE", 1)
    assert [found for seed in range(first, first + 30) if (found := disagreement(seed))] == []
