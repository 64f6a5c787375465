"""Faults seeded into from whom a way in is open: plain questions about single addresses must find every one."""

import importlib

import pytest

from mutants.faulty import fault

SEEDS = range(30)

FAULTS = {
    "what is within a block is beside it as well": (
        "answers.clients",
        "            return _without_nothing({True: cells & inside, False: cells & ~inside})\n",
        "            return _without_nothing({True: cells})\n",
    ),
    "rules do not tell addresses apart": (
        "answers.clients",
        "        lots = [bits for lot in lots for bits in _split(predicate, lot, intervals).values() if bits]\n",
        "        pass\n",
    ),
    "whoever is admitted stands for all": (
        "answers.openings",
        "        clients = lot.ranges if route.clients is None else overlap(lot.ranges, route.clients)\n",
        "        clients = None\n",
    ),
}


def first_disagreement(seeds):
    """The first seed with a client too many or too few, or that stops the package; None without any."""
    wrong = importlib.import_module("agreement.admitted_clients").wrong
    for seed in seeds:
        try:
            if any(wrong(seed)):
                return seed
        except (AssertionError, LookupError, TypeError):
            return seed
    return None


@pytest.mark.parametrize("seeded", FAULTS.values(), ids=FAULTS)
def test_the_fault_is_found(seeded, is_found):
    with fault(*seeded):
        assert is_found(first_disagreement, SEEDS)
