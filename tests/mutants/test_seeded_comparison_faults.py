"""Faults seeded into comparisons: trying everything, or a case that was thought up, must find every one of them."""

import importlib

import pytest

from mutants.faulty import fault

TELLING = range(0, 60, 2)
"""The seeds of pairs that were thought up, or are like those."""

FAULTS = {
    "a relabelled namespace makes no difference": (
        "diff.changes",
        "    return frozenset(key for key in keys if old.labels.get(key) != new.labels.get(key))\n",
        "    return frozenset(key for key in keys if False)\n",
    ),
    "a namespace that lost its object keeps its labels": (
        "diff.changes",
        "    if old.declared is not new.declared:\n        return None\n",
        "    if old.declared is not new.declared:\n        return frozenset()\n",
    ),
    "only rules count, not whom policies select": (
        "diff.changes",
        "        yield selection.subject\n",
        "        yield None\n",
    ),
    "only the ingress of a change is compared": (
        "diff.staging",
        "            yield from self._of_subjects(direction, self._changes.places(direction))\n",
        "            yield from self._of_subjects(direction, self._changes.places(Direction.INGRESS))\n",
    ),
    "labels of a namespace are those of the allowing side on both": (
        "symbolic.obligations",
        "    others = _spaces(flows.other, mentions, plan)\n",
        "    others = _spaces(flows.scene, mentions, plan)\n",
    ),
    "a workload that changed is not looked at": (
        "diff.compare",
        "        stages = chain(self.staging.policies(), self.staging.workloads())\n",
        "        stages = chain(self.staging.policies())\n",
    ),
}


def first_disagreement(seeds):
    """The first seed whose comparison is wrong or fails; None without any."""
    disagreement = importlib.import_module("agreement.comparisons").disagreement
    for seed in seeds:
        try:
            if disagreement(seed) is not None:
                return seed
        except Exception:  # noqa: BLE001 - a contradiction that the package notices itself
            return seed
    return None


@pytest.mark.parametrize("seeded", FAULTS.values(), ids=FAULTS)
def test_the_fault_is_found(seeded, is_found):
    with fault(*seeded):
        assert is_found(first_disagreement, TELLING)
