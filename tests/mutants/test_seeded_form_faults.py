"""Faults seeded into what the common form says beyond NetworkPolicy: random tables must find each one."""

import pytest

from mutants.faulty import fault_in
from mutants.test_seeded_search_faults import first_broken

OF_PAIRS = {
    "a service account that is not known is the one that a predicate names": (
        "connectivity.population",
        "open_labels_of",
        "if workload.service_account is not None:",
        "if True:",
    ),
    "service accounts are those of the source": (
        "connectivity.selectors",
        "PodSelectors.with_account",
        "(name,)),), end, block)",
        "(name,)),), End.SOURCE, block)",
    ),
}
OF_QUESTIONS = {
    "a pod whose service account is known may run as anybody": (
        "symbolic.space",
        "EndSpace._existing_shape",
        "if account is not None:",
        "if False:",
    ),
    "a service account that is not known is one that nobody names": (
        "symbolic.space",
        "EndSpace.account_index",
        "return None if account is None else",
        "return",
    ),
    "a service account folds to that of the first pod": (
        "symbolic.scene",
        "_fold_account",
        "if cast.external or cast.namespaces or len(cast.workloads) != 1:\n        return None\n    (workload,) =",
        "if not cast.workloads:\n        return None\n    workload, *_ =",
    ),
    "a rule about a service account is about a label that all pods have": (
        "symbolic.encode",
        "Encoder.matches",
        "return self.spaces[end].has_service_account(name)",
        "return self.spaces[end].is_pod()",
    ),
}


@pytest.mark.parametrize("seeded", OF_PAIRS.values(), ids=OF_PAIRS)
def test_a_seeded_fault_is_found_by_every_world_of_tables_that_leave_things_open(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("test_agreement_service_accounts", "wrong_about_pairs"), range(300))


@pytest.mark.parametrize("seeded", OF_QUESTIONS.values(), ids=OF_QUESTIONS)
def test_a_seeded_fault_is_found_by_questions_about_tables_that_leave_things_open(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("test_agreement_service_accounts", "wrong_about_questions"), range(300))
