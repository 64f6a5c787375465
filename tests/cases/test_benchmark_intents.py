"""The benchmarks ask about clusters of every size, the smallest included."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch):
    """The modules ``assertions`` and ``cluster_plan`` of the benchmarks, which are scripts and no package."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import assertions  # noqa: PLC0415 found by the fixture
    import cluster_plan  # noqa: PLC0415 as above

    yield assertions, cluster_plan
    for name in ("assertions", "cluster_plan"):
        del sys.modules[name]


@pytest.mark.parametrize("workloads", [50, 100, 150, 1000])
def test_an_intent_asks_as_much_as_is_wanted_of_any_cluster(scripts, workloads: int) -> None:
    assertions, cluster_plan = scripts
    namespaces = cluster_plan.plan(workloads, workloads // 2, 1)
    made = json.loads(assertions.intent(namespaces, 300, 1))["assertions"]
    assert len(made) == 300
    verbs = {verb for one in made for verb in one if verb != "id"}
    assert verbs == set(assertions.SHARES) - ({"separate"} if len(namespaces) < 3 else set())
