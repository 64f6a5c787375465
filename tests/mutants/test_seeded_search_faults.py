"""Faults seeded into goals, slices and the search: cutting a goal into parts, or trying everything, must find each one.

A fault names the function that it is in.
"""

import importlib

import pytest

from mutants.faulty import fault_in

GOAL, SLICES, CANDIDATES = "symbolic.goal", "policy.slicing", "symbolic.candidates"
OBLIGATIONS, REFINEMENT, SEARCH, PORTIONS = (
    f"symbolic.{name}" for name in ("obligations", "refinement", "search", "portions")
)

OF_CLUSTER_WIDE_RULES = {
    "nothing denies cluster-wide": (SLICES, "_TierIndex.__init__", "None in self.selections and denies", "False"),
    "a default denies nothing cluster-wide": (
        SLICES,
        "_TierIndex.__init__",
        "tier.default is Action.DENY or any",
        "any",
    ),
    "a rule denies nothing cluster-wide": (
        SLICES,
        "_TierIndex.__init__",
        "any(rule.action is Action.DENY",
        "any(rule.action is None",
    ),
}

OF_QUESTIONS = {
    "a slice leaves out what is cluster-wide": (SLICES, "_take", "(None, *sorted(namespaces))", "sorted(namespaces)"),
    "a slice has its rules in another order": (
        SLICES,
        "_take",
        "key=lambda placed: placed[0])",
        "key=lambda placed: -placed[0])",
    ),
    "only the first tier speaks of a namespace": (
        SLICES,
        "PolicyIndex.speaks_of",
        "for tier in self._tiers(direction))",
        "for tier in list(self._tiers(direction))[:1])",
    ),
    "a claim takes a slice of the policies that are included": (
        GOAL,
        "claim_of",
        "goal.policies.slice_for(d, places[d], included[d])",
        "goal.policies.slice(d, included[d])",
    ),
    "what is refused is what is allowed": (
        OBLIGATIONS,
        "_claimed",
        "return [negation(one.allows(tables))]",
        "return [one.allows(tables)]",
    ),
    "one direction is enough": (
        OBLIGATIONS,
        "_claimed",
        "return [one.allows(tables)]",
        "return [one.table_allows(next(iter(tables.values()), right))] if tables else []",
    ),
    "a model that depends on what was left out is a flow": (
        REFINEMENT,
        "Refinement.solve",
        "if not missing:",
        "if True:",
    ),
    "policies of egress that were left out stay out": (
        REFINEMENT,
        "Refinement._left_out",
        "for direction in Direction:",
        "for direction in (Direction.INGRESS,):",
    ),
    "only the first portion is solved": (SEARCH, "Search._found", "in cut(scene):", "in list(cut(scene))[:1]:"),
    "the last portion decides": (
        SEARCH,
        "Search._found",
        "if found.status is not Status.UNSAT:",
        "if found.status is not Status.UNSAT and portion == list(cut(scene))[-1]:",
    ),
    "every existing pod is named at the destination alone": (
        PORTIONS,
        "portions",
        "in _portions(scene.casts[End.SOURCE])",
        "in list(_portions(scene.casts[End.SOURCE]))[-1:]",
    ),
}

OF_PORTIONS = {
    "the policies of one's own namespace let nobody out": (
        PORTIONS,
        "AllowedPortions._let_out",
        "return may_allow(",
        "return not may_allow(",
    ),
    "a tier that passes decides": (CANDIDATES, "_decides_all", "Action.PASS in actions or ", ""),
    "after the last tier nothing is allowed": (
        CANDIDATES,
        "_may_allow_alone",
        "\n    return True",
        "\n    return False",
    ),
    "a default lets nobody through": (CANDIDATES, "_ways_in", "if tier.default is Action.ALLOW:", "if False:"),
    "a tier decides all subjects if it decides some": (
        CANDIDATES,
        "_decides_all",
        "fold(selection.subject, scene) is True",
        "fold(selection.subject, scene) is not False",
    ),
}

OF_WHOLE_QUESTIONS = {
    "a goal is about any flow at all": (OBLIGATIONS, "obligation", "*matched, *last", "*last"),
    "no goal is about nothing": (
        REFINEMENT,
        "Refinement.with_premises",
        "vacuous=solved.status is Status.UNSAT",
        "vacuous=False",
    ),
    "a proof is one without its premises": (
        REFINEMENT,
        "Refinement.solve",
        "premises_hold=solved.satisfiable_without_core",
        "premises_hold=True",
    ),
}

OF_COMPARISONS = {
    "both sides have the policies of the left one": (GOAL, "claim_of", "goal.right.slice(", "goal.left.slice("),
    "the left side allows in one direction": (
        OBLIGATIONS,
        "_claimed",
        "return [one.allows(tables), negation(other.table_allows(right)), *covered]",
        "return [one.table_allows(tables[right.direction]), negation(other.table_allows(right)), *covered]",
    ),
    "the left side need not allow": (
        OBLIGATIONS,
        "_claimed",
        "return [one.allows(tables), negation(other.table_allows(right)), *covered]",
        "return [negation(other.table_allows(right)), *covered]",
    ),
    "the other direction leaves policies out for good": (
        REFINEMENT,
        "_speaks_of",
        "allowing(goal).speaks_of(direction, namespace)",
        "False",
    ),
}

OF_CHANGES = {
    "the second side reads the labels of the first": (
        OBLIGATIONS,
        "_claimed",
        "negation(other.table_allows(right)), *covered]",
        "negation(one.table_allows(right)), *covered]",
    ),
    "rules that never hold on the first side are dropped on the second": (
        OBLIGATIONS,
        "_of_right",
        "scene = flows.other or flows.scene",
        "scene = flows.scene",
    ),
}

OF_TABLES = {
    "tables are alike if the second allows no less": (GOAL, "claim_of", "goal.either_way,", "False,"),
    "tables are alike if their right side is nothing": (
        OBLIGATIONS,
        "_claimed",
        "same = [equivalence(one.table_allows(left), other.table_allows(right))]",
        "same = [one.table_allows(left), other.table_allows(right)]",
    ),
}


def first_broken(module, relation, bounds=None):
    """A search for the first seed for which ``relation`` says that something is wrong, or fails."""

    def run(seeds):
        checks = importlib.import_module(f"agreement.{module}")
        widths = importlib.import_module("netverify.symbolic.widths")
        with pytest.MonkeyPatch.context() as patch:
            # Checks may set bounds themselves, and leave them so.
            kept = {name: value for name, value in vars(widths).items() if name.isupper()}
            for name, value in (kept | (getattr(checks, bounds) if bounds else {})).items():
                patch.setattr(widths, name, value)
            return next((seed for seed in seeds if is_broken(getattr(checks, relation), seed)), None)

    return run


def is_broken(relation, seed):
    try:
        return relation(seed) is not None
    except Exception:  # noqa: BLE001 - a contradiction that the package notices itself
        return True


@pytest.mark.parametrize("seeded", OF_CLUSTER_WIDE_RULES.values(), ids=OF_CLUSTER_WIDE_RULES)
def test_a_seeded_fault_is_found_by_tables_that_deny_cluster_wide(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("test_agreement_tiers", "missed_before_a_cluster_wide_deny"), range(4))


@pytest.mark.parametrize("seeded", OF_WHOLE_QUESTIONS.values(), ids=OF_WHOLE_QUESTIONS)
def test_a_seeded_fault_is_found_by_trying_everything_that_a_question_asks_about(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("questions", "disagreement"), range(200))


@pytest.mark.parametrize("seeded", OF_PORTIONS.values(), ids=OF_PORTIONS)
def test_a_seeded_fault_is_found_by_cutting_questions_about_many_pods(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("cuts", "broken_cut_of_question", "MANY_PODS"), range(200))


@pytest.mark.parametrize("seeded", OF_QUESTIONS.values(), ids=OF_QUESTIONS)
def test_a_seeded_fault_is_found_by_cutting_questions(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("cuts", "broken_cut_of_question", "LEAST"), range(200))


@pytest.mark.parametrize("seeded", OF_COMPARISONS.values(), ids=OF_COMPARISONS)
def test_a_seeded_fault_is_found_by_cutting_comparisons(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("cuts", "broken_cut_of_comparison", "LEAST"), range(200))


@pytest.mark.parametrize("seeded", OF_CHANGES.values(), ids=OF_CHANGES)
def test_a_seeded_fault_is_found_by_comparing_pairs_of_clusters(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("comparisons", "disagreement"), range(200))


@pytest.mark.parametrize("seeded", OF_TABLES.values(), ids=OF_TABLES)
def test_a_seeded_fault_is_found_by_asking_about_tables_both_ways_round(seeded, is_found):
    with fault_in(*seeded):
        assert is_found(first_broken("cuts", "wrong_about_alike", "LEAST"), range(200))
