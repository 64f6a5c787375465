"""Possible pods at the open end of a question: the description agrees with brute force, and with the solver.

``possible_pods`` raises where the solver proves that a description misses a pod or holds one that is too much.
"""

from dataclasses import replace

import pytest

from agreement.adapter import inventory_of
from agreement.pair_cases import pair_case
from agreement.questions import settings_for
from agreement.test_agreement_listings import SIDES, open_case, sentence_of
from mutants.kills import telling_seeds
from netverify.answers.context import make_context, with_namespaces_of
from netverify.answers.possible import possible_pods
from netverify.answers.settings import Settings
from netverify.model.flow import End
from netverify.query.sentence import parse_sentence
from oracles.brute_force import brute_force

ENDS = {"who": End.SOURCE, "what": End.DESTINATION}


TELLING = telling_seeds("test_seeded_faults.py::test_a_seeded_fault_is_found_by_descriptions_of_possible_pods")


def described(form, cluster, question):
    """What is found about the possible pods at the open end of a question."""
    inventory = inventory_of(cluster)
    asked = parse_sentence(sentence_of(form, question), inventory.cluster)
    context = with_namespaces_of(asked, make_context(inventory, settings_for(question)))
    return possible_pods(asked, ENDS[form], context)


def disagreement(form, seed):
    """What is described and what brute force finds, where only one of them finds anybody."""
    cluster, question = open_case(form, seed)
    found = described(form, cluster, question)
    assert not found.undecided
    created = brute_force(cluster, {**question, SIDES[form]: {"shape": "created"}})[0] == "reachable"
    return None if bool(found.descriptions) is created else f"{sentence_of(form, question)}: {found}, but {created}"


@pytest.mark.parametrize("form", SIDES)
def test_descriptions_agree_with_brute_force_and_the_solver(form, fresh):
    assert [found for seed in (*TELLING, *fresh(8)) if (found := disagreement(form, seed))] == []


@pytest.mark.long
@pytest.mark.parametrize("form", SIDES)
@pytest.mark.parametrize("start", range(1_000, 3_000, 200))
def test_descriptions_agree_with_brute_force_and_the_solver_on_2_000_questions(form, start):
    assert [found for seed in range(start, start + 200) if (found := disagreement(form, seed))] == []


def described_in_case(seed):
    """What is described at the open ends of questions about one workload of a case that is rich in labels."""
    case = pair_case(seed)
    inventory = replace(inventory_of(case.manifests), cluster=case.cluster)
    cidrs = ("10.0.0.0/24", "fd00::/64") if case.pod_cidrs else ()
    context = make_context(inventory, Settings(case.fixed, pod_cidrs=cidrs))
    key = case.cluster.workloads[seed % len(case.cluster.workloads)].key
    found = []
    for form, sentence in (("who", f"who can reach {key}"), ("what", f"what can {key} reach")):
        asked = parse_sentence(sentence, inventory.cluster)
        described_here = possible_pods(asked, ENDS[form], with_namespaces_of(asked, context))
        assert not described_here.undecided
        found += described_here.descriptions
    return found


def test_the_solver_agrees_with_descriptions_in_60_cases_rich_in_labels():
    found = [text for seed in range(60) for text in described_in_case(seed)]
    assert sum("pods " in text for text in found) > 15


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 3_000, 200))
def test_the_solver_agrees_with_descriptions_in_2_000_cases_rich_in_labels(start):
    for seed in range(start, start + 200):
        described_in_case(seed)
