"""Faults seeded into questions about a name that a workload and its Service share: each must be found."""

import importlib

import pytest

from mutants.faulty import fault

SEEDS = range(40)

FAULTS = {
    "whoever is behind the Service is meant": (
        "routes.planned",
        "    if called.only not in (None, backend.workload):\n        return False\n",
        "",
    ),
    "the Service's way does not count": (
        "answers.combined",
        "    yield without_services(question)\n    yield from _services(question)\n",
        "    yield without_services(question)\n",
    ),
    "the pods' own port does not count": (
        "answers.combined",
        "    yield without_services(question)\n    yield from _services(question)\n",
        "    yield from [*_services(question)] or [without_services(question)]\n",
    ),
    "one closed way closes both": (
        "answers.combined",
        "    verdict = of_any([one.verdict for one in about])\n    of_it",
        "    verdict = about[0].verdict\n    of_it",
    ),
}


def first_wrong(seeds):
    """The first seed at which an answer is contradicted; None when none is."""
    checks = importlib.import_module("agreement.test_agreement_twins")
    return next((seed for seed in seeds if next(checks.wrong(seed), None) is not None), None)


@pytest.mark.parametrize("seeded", FAULTS.values(), ids=FAULTS)
def test_a_seeded_fault_is_found_by_questions_about_twins(seeded, is_found):
    with fault(*seeded):
        assert is_found(first_wrong, SEEDS)
