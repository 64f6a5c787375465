"""Faults seeded into slices, guards, ties and tables that must all allow: every one must be found."""

from functools import partial

import pytest

from mutants.faulty import fault, first_that_fails

FAILURE = (Exception, pytest.fail.Exception)
FOUND = {"AssertionError", "KeyError", "Failed", "IncompleteSliceError"}
"""How a check fails, by the names of errors: a fault may have their classes imported again."""

FAULTS = {
    "policies may always be left out": (
        "policy.slicing",
        "return not any(tier.may_deny_everywhere for tier in self._tiers(direction))",
        "return True",
    ),
    "a default that denies everywhere is forgotten": (
        "policy.slicing",
        "denies = tier.default is Action.DENY or any(",
        "denies = any(",
    ),
    "a rule that denies everywhere is forgotten": (
        "policy.slicing",
        "any(rule.action is Action.DENY for _, rule in self.rules.get(None, ()))",
        "False",
    ),
    "a slice that leaves policies out says that it is complete": (
        "policy.slicing",
        "return OverApproximation(self._slice(direction, included), frozenset(included))",
        "return replace(self._slice(direction, included), namespaces=frozenset(subjects))",
    ),
    "a slice that only adds says that it holds all": (
        "policy.slicing",
        "return OverApproximation(self._slice(direction, included), frozenset(included))",
        "return OverApproximation(self._slice(direction, included), frozenset(subjects))",
    ),
    "a slice that leaves subjects out carries a proof": (
        "policy.slicing",
        "    missing = sorted(set(subjects) - part.namespaces)\n",
        "    missing: list[str] = []\n",
    ),
    "what names no namespace is in no slice": (
        "policy.slicing",
        "for namespace in (None, *sorted(namespaces)) if namespace in grouped]",
        "for namespace in sorted(namespaces) if namespace in grouped]",
    ),
    "a slice sorts its rules by namespace": (
        "policy.slicing",
        "sorted(chain.from_iterable(groups), key=lambda placed: placed[0])",
        "chain.from_iterable(groups)",
    ),
    "a rule alone does not speak of a namespace": (
        "policy.slicing",
        "namespace in tier.selections or namespace in tier.rules for tier",
        "namespace in tier.selections for tier",
    ),
    "a slice has the first table alone": (
        "policy.slicing",
        "return CompleteSlice(direction, tiers, also, namespaces=frozenset(namespaces))",
        "return CompleteSlice(direction, tiers, namespaces=frozenset(namespaces))",
    ),
    "what survives in a scene has the first table alone": (
        "symbolic.scene",
        "        tuple(surviving(other, scene) for other in table.also),\n",
        "",
    ),
    "ties are not looked for": (
        "policy.slicing",
        "    if len(set(names)) < len(names) or len(set(ties)) < len(ties):\n",
        "    if False:\n",
    ),
    "any of several tables may allow": (
        "policy.evaluate",
        "return all(_allows_alone(one, flow, behaviours) for one in table.every())",
        "return any(_allows_alone(one, flow, behaviours) for one in table.every())",
    ),
    "any of several tables may allow, for the solver": (
        "symbolic.encode",
        "return conjunction(self._allows_alone(one) for one in table.every())",
        "return disjunction(self._allows_alone(one) for one in table.every())",
    ),
    "any of several tables may allow, for pairs": (
        "pairs.tables",
        "bits: (spreads.both(ours, theirs), either(isolated, also))",
        "bits: (spreads.either(ours, theirs), either(isolated, also))",
    ),
    "the first policy of a tie decides": (
        "symbolic.encode",
        "            if tie:\n",
        "            if False:\n",
    ),
    "of one priority one that allows always decides, for the solver": (
        "symbolic.encode",
        "disjunction((allowing, alone))",
        "TRUE",
    ),
    "of one priority one that denies is never passed over, for pairs": (
        "pairs.ties",
        "spreads.without(denied, spreads.without(left, denying))",
        "denied",
    ),
    "of one priority later rules of a policy decide, too": (
        "symbolic.encode",
        "                before.append(matched)\n",
        "                pass\n",
    ),
    "what nobody decides never holds, for pairs": (
        "pairs.evaluate",
        "return self._spreads.everyone(self.unspecified(predicate))",
        "return self._spreads.never",
    ),
    "rules that deny have no guard": (
        "symbolic.encode",
        "        if matched == FALSE or rule.action is not Action.DENY",
        "        if matched != FALSE or rule.action is not Action.DENY",
    ),
    "selections of a whole cluster have no guard": (
        "symbolic.encode",
        "selection.policy.is_built_in or not self._is_guarded",
        "not selection.policy.namespace or not self._is_guarded",
    ),
}


def cases():
    """What looks for faults, the quickest first; read anew, as a fault may have the package imported again."""
    from agreement import test_agreement_carriers as carriers  # noqa: PLC0415 - see above
    from agreement import test_agreement_tiers as tiers  # noqa: PLC0415
    from agreement import test_agreement_unspecified as unspecified  # noqa: PLC0415
    from netverify.symbolic import widths  # noqa: PLC0415
    from properties import test_slices as slices  # noqa: PLC0415

    given = [
        slices.test_a_slice_that_leaves_out_subjects_of_a_goal_carries_no_proof,
        *(
            partial(tiers.test_what_a_namespace_allows_before_a_cluster_wide_deny_is_found_for_any_pod, number)
            for number in range(len(tiers.TABLES))
        ),
        tiers.test_a_rule_of_a_namespace_that_no_policy_selects_by_itself_is_not_left_out,
        *(
            partial(unspecified.test_every_reading_finds_what_every_choice_comes_to, *one)
            for one in unspecified.ALL_CASES.values()
        ),
        unspecified.test_ties_that_cannot_be_told_apart_are_refused,
        partial(slices.test_a_slice_decides_as_the_whole_or_allows_more_whatever_the_table_is, 0),
        partial(proofs_hold, carriers),
    ]
    yield from (partial(held, widths, one) for one in given)


def proofs_hold(carriers):
    assert carriers.check((8, 77))[2] == []


def held(widths, case):
    """One case, which may change how much a goal speaks of; any failure but those of a check is an error."""
    kept = widths.NARROW
    try:
        case()
    except FAILURE as error:
        if type(error).__name__ in FOUND:
            raise AssertionError from error
        raise
    finally:
        widths.NARROW = kept


NUMBERS = range(len(list(cases())))


def test_nothing_is_found_without_a_fault():
    assert first_that_fails(cases, AssertionError)(NUMBERS) is None


@pytest.mark.parametrize(("module", "original", "replacement"), FAULTS.values(), ids=FAULTS)
def test_a_fault_in_slices_and_tables_is_found(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(first_that_fails(cases, AssertionError), NUMBERS)
