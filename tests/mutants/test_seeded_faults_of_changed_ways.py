"""Faults seeded into comparisons of ways in and of Services: random changes must find every one of them."""

import importlib

import pytest

from mutants.faulty import fault

SEEDS = range(400)

FAULTS = {
    "what goes is not lost": (
        "diff.way_changes",
        "lost, self.lost_access = self._only(self._old, old, new, self.lost_access, self.no_lost)",
        "lost, self.lost_access = (), self.lost_access",
    ),
    "only what is open on the old side is new": (
        "diff.way_changes",
        "gained, self.new_access = self._only(self._new, new, old, self.new_access, self.no_new)",
        "gained, self.new_access = self._only(self._new, new if old else [], old, self.new_access, self.no_new)",
    ),
    "clients make no difference": (
        "diff.entrances",
        "    return ours is None or (theirs is not None and within(theirs, ours))\n",
        "    return True\n",
    ),
    "conditions make no difference": (
        "diff.entrances",
        "            set(self.route.provided) <= set(other.route.provided)\n",
        "            True\n",
    ),
    "a destination is as good as another": (
        "diff.entrances",
        "    return _beside_labels(ours) == _beside_labels(theirs) and _labels(ours) <= _labels(theirs)\n",
        "    return True\n",
    ),
    "the selector of pods that could be created does not count": (
        "diff.entrances",
        " and _labels(ours) <= _labels(theirs)\n",
        "\n",
    ),
    "the ports of pods do not count": (
        "diff.entrances",
        "    return source, asked.traffic, asked.beside,",
        "    return source, asked.beside,",
    ),
    "whom policy sees does not count": (
        "diff.entrances",
        "    return source, asked.traffic, asked.beside, leg.by_node, leg.by_client,",
        "    return asked.traffic, asked.beside,",
    ),
    "hosts and Gateways do not count": (
        "diff.entrances",
        "        tuple(hop.text for hop in stations),\n",
        "",
    ),
    "the port does not count": ("diff.entrances", "        way.port or 0,\n", ""),
}

WITH_POLICIES = {
    "what existing pods let in is no access": (
        "diff.way_changes",
        "            if route.verdict is Verdict.REACHABLE:\n",
        "            if route.verdict is Verdict.VACUOUS:\n",
    ),
}


def first_disagreement(seeds):
    """The first seed whose comparison is wrong or fails; None without any."""
    disagreement = importlib.import_module("agreement.changed_ways").disagreement
    return next((seed for seed in seeds if disagreement(seed) is not None), None)


@pytest.mark.parametrize("seeded", FAULTS.values(), ids=FAULTS)
def test_the_fault_is_found(seeded, is_found):
    with fault(*seeded):
        assert is_found(first_disagreement, SEEDS)


def first_let_in(seeds):
    """The first seed with somebody whom policy lets in on one side alone, and of whom a comparison says nothing."""
    let_in_anew = importlib.import_module("agreement.changed_ways").let_in_anew
    return next((seed for seed in seeds if let_in_anew(seed) is not None), None)


@pytest.mark.parametrize("seeded", WITH_POLICIES.values(), ids=WITH_POLICIES)
def test_the_fault_is_found_where_policies_change_as_well(seeded, is_found):
    with fault(*seeded):
        assert is_found(first_let_in, SEEDS)
