"""Faults seeded into what is left of policies for a flow that was replayed: every one must be found."""

import importlib

import pytest

from mutants.faulty import fault

FAULTS = {
    "what is left for a workload is left for every other": (
        "answers.replay",
        "return *of_place, endpoint.workload, frozenset(endpoint.labels.items()), endpoint.service_account",
        "return of_place",
    ),
    "what is left for labels that a controller sets is left for any": (
        "answers.replay",
        "endpoint.workload, frozenset(endpoint.labels.items()),",
        "endpoint.workload,",
    ),
    "labels of a pod that could be created are fixed": (
        "answers.replay",
        "(isinstance(endpoint, Pod) and endpoint.workload is None)",
        "False",
    ),
    "labels of every namespace are fixed": (
        "answers.replay",
        "endpoint.namespace not in declared\n",
        "False\n",
    ),
    "what is left for a subject is left for any peer": (
        "answers.replay",
        "            if at is not end:\n                return None\n",
        "            pass\n",
    ),
    "a selection that holds for everyone is none": (
        "policy.partial",
        "        if subject is not NEVER:\n",
        "        if subject is not NEVER and subject is not ALWAYS:\n",
    ),
}


def first_wrong_replay(seeds):
    """Read anew, as a fault may have the package imported again."""
    wrong = importlib.import_module("agreement.replays").wrong_replays
    refused = importlib.import_module("netverify.answers.replay").ReplayError
    for seed in seeds:
        try:
            if wrong(seed) is not None:
                return seed
        except refused:
            return seed
    return None


@pytest.mark.parametrize(("module", "original", "replacement"), FAULTS.values(), ids=FAULTS)
def test_a_fault_in_what_is_left_of_policies_is_found(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(first_wrong_replay, range(200))
