"""Faults seeded into lists by rule pairs and their proofs: every one must be found."""

import importlib
import tempfile
from pathlib import Path

import pytest

from agreement.rule_pairs import cluster_context, tried
from mutants.faulty import fault

FAULTS = {
    "the first rule alone lets flows through": (
        "pairs.tables",
        "spreads.any_of([one]))) for rule, one in by]",
        "spreads.any_of([one]))) for rule, one in by[:1]]",
    ),
    "nobody is open": (
        "pairs.tables",
        "(*state.deciders, (None, state.undecided))",
        "state.deciders",
    ),
    "a rule lets through whatever its subjects get": (
        "pairs.tables",
        "spreads.both(reached, spreads.any_of([one])))",
        "reached)",
    ),
    "rules are told apart by their traffic alone": (
        "pairs.rule_pairs",
        "(decider.subject, decider.peer, decider.traffic, who)",
        "(decider.traffic, who)",
    ),
    "only existing pods are listed": (
        "pairs.rule_pairs",
        "kept = block.full if possible else",
        "kept = 0 if possible and block.namespace else",
    ),
    "flows go between existing pods alone": (
        "pairs.examples",
        "in ((ours, theirs), (~ours, theirs), (ours, ~theirs), (~ours, ~theirs)):",
        "in ((ours, theirs),):",
    ),
    "a pod that could be created has no labels": (
        "pairs.witness",
        "                labels[key] = _named(number, label.values)\n        named",
        "                labels[key] = 'x'\n        named",
    ),
    "a pod on the host network is as any other": (
        "gate.causes",
        'return f"the host network in {where}" if endpoint.host_network else where',
        "return where",
    ),
    "what egress refuses is not told": (
        "pairs.refused",
        "allowed = {Direction.EGRESS: received, Direction.INGRESS: sent}",
        "allowed = {Direction.INGRESS: sent}",
    ),
    "what is refused of one part alone is told": (
        "pairs.refused",
        "ports[direction] |= found",
        "ports[direction] = ports[direction] or found",
    ),
    "nothing is set apart": (
        "pairs.asked",
        "apart.append(both)",
        "pass",
    ),
    "the proof is about no flows": (
        "gate.classes",
        "asked = without(question, *flows)",
        "asked = without(question, All())",
    ),
    "a flow that no class holds is no matter": (
        "gate.classes",
        "    if found.status is Status.SAT:\n        raise IncompleteListError(question.text)\n    return found, asked",
        "    return Found(Status.UNSAT), asked",
    ),
    "places do not matter in a proof": (
        "gate.causes",
        "yield All((any_of(places), destination, told))",
        "yield told",
    ),
    "an old baseline knows everything beside what it knows": (
        "gate.classes",
        "return frozenset(mark for mark, asked in apart if find(asked).status is Status.UNSAT)",
        "return frozenset(others)",
    ),
}


@pytest.fixture(scope="module")
def right():
    """The rule pairs that are to be listed."""
    return tried(cluster_context())


def checks(right):
    """What looks for faults; read anew, as a fault may have the package imported again."""
    pairs = importlib.import_module("agreement.rule_pairs")
    tests = importlib.import_module("agreement.test_agreement_rule_pairs")
    assert set(pairs.listed(pairs.cluster_context())) == right
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        found = tests.report(folder, [tests.CLUSTER], tests.EXEMPT)
        assert [str(one.verdict) for one in found.results] == ["proved", "refuted"]
        tests.test_an_old_baseline_knows_what_others_let_through_too_and_nothing_else(3, folder)
        tests.test_a_list_without_one_of_its_places_is_an_internal_error(folder, patch)
    assert pairs.wrong_refusals(pairs.cluster_context()) == {}


def test_nothing_is_found_without_a_fault(right):
    checks(right)


@pytest.mark.parametrize(("module", "original", "replacement"), FAULTS.values(), ids=FAULTS)
def test_a_fault_in_rule_pairs_is_found(module, original, replacement, right):
    with fault(module, original, replacement), pytest.raises((Exception, pytest.fail.Exception)) as caught:
        checks(right)
    assert type(caught.value).__name__ in {"AssertionError", "Failed", "ReplayError", "IncompleteListError"}, caught
