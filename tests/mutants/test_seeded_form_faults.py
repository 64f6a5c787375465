"""Faults seeded into what the common form says beyond NetworkPolicy: random tables must find each one."""

import pytest

from mutants.faulty import fault_in
from mutants.test_seeded_search_faults import first_broken

OF_PAIRS = {
    "a service account that is not known is the one that a predicate names": (
        "pairs.population",
        "open_labels_of",
        "if workload.service_account is not None:",
        "if True:",
    ),
    "service accounts are those of the source": (
        "pairs.selectors",
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

OF_APPROXIMATIONS = {
    "a flow is none for sure though there is one with every rule as written": (
        "symbolic.search",
        "Search._as_written",
        "return found if found.status is Status.SAT else find(question)",
        "return find(question)",
    ),
    "a flow is found that needs a rule to be other than written": (
        "answers.reachability",
        "_answer",
        "may_deny=bool(denying or meshed or coarse.doubts)",
        "may_deny=bool(denying or meshed)",
    ),
    "what nothing but a rule as written allows is proved to be closed": (
        "symbolic.search",
        "Search._as_written",
        "return found if found.status is Status.SAT else find(question)",
        "return found",
    ),
    "what a flow rests on is not named": (
        "answers.inexact",
        "inexact",
        "tuple(_words(one) for one, value in needed if value is one.as_written)",
        "()",
    ),
    "a condition and an alternative that are left out are one": (
        "policy.approximation",
        "left_out",
        'word = "if" if approximation.bias is Bias.OVER else "or"',
        'word = "if"',
    ),
}

OF_ITEMS = {
    "what is taken for less is taken as it is": (
        "policy.approximation",
        "approximated",
        "peer = AnyOf((written, free))",
        "peer = AnyOf((written, All((free, AnyOf(())))))",
    ),
    "a selection that is taken for less is taken for more": (
        "policy.approximation",
        "approximated",
        "subject = All((home, AnyOf((item.subject, free))))",
        "subject = All((item.subject, free))",
    ),
    "a rule that is taken for more holds as written": (
        "policy.approximation",
        "approximated",
        "subject=All((item.subject, free)), approximation",
        "subject=AnyOf((item.subject, All((free, AnyOf(()))))), approximation",
    ),
    "what is taken for less may be so in every namespace": (
        "policy.approximation",
        "approximated",
        "ALWAYS if item.namespace is None else",
        "ALWAYS if True else",
    ),
}

OF_COMPARISONS = {
    "workloads that policies name are taken for pods that could be created": (
        "diff.searching",
        "_joined",
        "if not added:",
        "if True:",
    ),
    "rules for every namespace make no namespace differ": (
        "diff.changes",
        "Changes.speaks_of",
        "self._everywhere[direction] or any(",
        "any(",
    ),
    "rules for every namespace are not for one that could be created": (
        "diff.changes",
        "Changes.subjects",
        "(NEW_NAMESPACE, *self._sides.namespaces)",
        "self._sides.namespaces",
    ),
    "nothing speaks of every namespace": (
        "policy.slicing",
        "PolicyIndex.speaks_everywhere",
        "return not all(item.policy.is_built_in for _, item in everywhere)",
        "return not all(True for _, item in everywhere)",
    ),
}


@pytest.mark.parametrize("seeded", OF_COMPARISONS.values(), ids=OF_COMPARISONS)
def test_a_seeded_fault_is_found_by_comparing_tables(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("test_agreement_table_changes", "wrong_change"), range(4))


OF_TIES = {
    "tables with other ties are written the same": (
        "diff.changes",
        "_written",
        "tied = (rule.tie, str(rule.policy)) if rule.tie else ()",
        "tied = ()",
    ),
}

OF_DENIALS = {
    "rules of one priority carry no proof": (
        "symbolic.encode",
        "Encoder._tied",
        "matched = self._decides(rule, direction)",
        "matched = self.rule_matches(rule)",
    ),
    "rules that deny carry no proof": (
        "symbolic.encode",
        "Encoder._decides",
        "rule.action is not Action.DENY or",
        "True or",
    ),
    "a proof names what it can do without": (
        "symbolic.solver",
        "_with_small_core",
        "core = _needed(candidates, suffice)",
        "core = tuple(candidates)",
    ),
}


@pytest.mark.parametrize("seeded", OF_DENIALS.values(), ids=OF_DENIALS)
def test_a_seeded_fault_is_found_by_what_proofs_by_rules_that_deny_name(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("test_agreement_carriers", "wrong_denials"), range(60))


@pytest.mark.parametrize("seeded", OF_TIES.values(), ids=OF_TIES)
def test_a_seeded_fault_is_found_by_comparing_tables_with_ties(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("test_agreement_table_changes", "wrong_ties"), range(1))


@pytest.mark.parametrize("seeded", OF_ITEMS.values(), ids=OF_ITEMS)
def test_a_seeded_fault_is_found_by_rules_and_selections_before_and_after(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("test_agreement_approximations", "wrong_approximation"), range(30))


@pytest.mark.parametrize("seeded", OF_APPROXIMATIONS.values(), ids=OF_APPROXIMATIONS)
def test_a_seeded_fault_is_found_by_answers_over_rules_that_are_not_taken_as_they_are(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("test_agreement_approximations", "wrong_answers"), range(160))


@pytest.mark.parametrize("seeded", OF_PAIRS.values(), ids=OF_PAIRS)
def test_a_seeded_fault_is_found_by_every_world_of_tables_that_leave_things_open(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("test_agreement_service_accounts", "wrong_about_pairs"), range(300))


@pytest.mark.parametrize("seeded", OF_QUESTIONS.values(), ids=OF_QUESTIONS)
def test_a_seeded_fault_is_found_by_questions_about_tables_that_leave_things_open(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("test_agreement_service_accounts", "wrong_about_questions"), range(300))
