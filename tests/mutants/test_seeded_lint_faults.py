"""Faults seeded into the proofs of lint: taking away what is then called redundant must change a connection."""

import importlib

import pytest

from mutants.faulty import fault

MOST_CLUSTERS = 150

OBLIGATIONS = "symbolic.obligations"
SUBJECTS = "symbolic.redundancy"
CHANGES = "lint.changes"
REDUNDANCY = "lint.redundancy"
TABLE_PAIR = "lint.table_pair"

FAULTS = {
    "that something is allowed only without the policy is no difference": (
        OBLIGATIONS,
        "same = [equivalence(one.table_allows(left), other.table_allows(right))]",
        "same = [negation(conjunction((one.table_allows(left), negation(other.table_allows(right)))))]",
    ),
    "that something is allowed only with the policy is no difference": (
        OBLIGATIONS,
        "same = [equivalence(one.table_allows(left), other.table_allows(right))]",
        "same = [negation(conjunction((other.table_allows(right), negation(one.table_allows(left)))))]",
    ),
    "the namespace of the policy stands for others that are alike": (
        SUBJECTS,
        "return frozenset((NEW_NAMESPACE, *names, *sorts.values()))",
        "return frozenset(names)",
    ),
    "one direction is enough": (
        CHANGES,
        "for direction in Direction:",
        "for direction in [Direction.INGRESS]:",
    ),
    "policies that overlap do not matter": (
        CHANGES,
        "any(self._overlaps.both_match(self._selector(one), of) for of in changed)",
        "any(self._selector(one) == of for of in changed)",
    ),
    "a rule that goes is among those that stay": (
        TABLE_PAIR,
        "{key: rule for key, rule in ours.rules.items() if theirs.counts[key]}",
        "ours.rules",
    ),
    "what isolates stays the same": (
        TABLE_PAIR,
        "(tuple(selections[0].values()), tuple(selections[1].values())),",
        "(tuple(selections[0].values()), tuple(selections[0].values())),",
    ),
    "all that is redundant is taken to go together": (
        REDUNDANCY,
        "if current is not policy or len(left) != len(everyone) or not all(map(is_, left, everyone)):",
        "if False:",
    ),
}


def first_change(seeds):
    """The first seed at which something that lint calls redundant makes a difference; None when none does."""
    redundancies = importlib.import_module("agreement.redundancies")
    for seed in seeds:
        cluster = redundancies.repetitive_cluster(seed)
        findings = redundancies.reported(seed)
        for gone in (*([one] for one in findings), findings):
            fewer = redundancies.taken_away(cluster, gone)
            if gone and redundancies.first_change(cluster, fewer, seed) is not None:
                return seed
    return None


@pytest.mark.parametrize(
    ("module", "original", "replacement"), [pytest.param(*f, id=name) for name, f in FAULTS.items()]
)
def test_a_seeded_fault_is_found_by_taking_away_what_is_redundant(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(first_change, range(MOST_CLUSTERS))
