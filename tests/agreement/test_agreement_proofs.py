"""The policies that an unreachable answer names carry its proof, and none of them is idle."""

import copy

import pytest

from agreement.adapter import inventory_of
from agreement.questions import settings_for
from generators.changes import FIELDS, rules
from generators.small_cases import solved_case
from netverify.verify import ask
from oracles.brute_force import brute_force
from oracles.direct_interpreter import name_of, namespace_of, spec_of


def proved_cases(seeds):
    """Unreachable questions with the ``(namespace, name, direction)`` that their answers name; no port has a name.

    A port name may void its policy in both directions at once, so that directions cannot be taken apart.
    """
    for seed in seeds:
        cluster, question, expected = solved_case(seed)
        if expected[0] == "unreachable" and not names_a_port(cluster):
            answer = ask(question["sentence"], inventory_of(cluster), settings_for(question))
            named = {
                (reason.policy.namespace, reason.policy.name, str(reason.direction).capitalize())
                for reason in answer.because
                if reason.policy is not None
            }
            yield cluster, question, named


def names_a_port(cluster):
    entries = [
        entry
        for policy in cluster["policies"]
        for direction in FIELDS
        for rule in rules(policy, direction)
        for entry in rule.get("ports") or []
    ]
    return any(isinstance((entry or {}).get("port"), str) for entry in entries)


def reduced(cluster, kept):
    """``cluster`` with nothing left of its policies but the ``kept`` directions."""
    other = copy.deepcopy(cluster)
    other["policies"] = []
    for policy in cluster["policies"]:
        directions = [d for d in FIELDS if (namespace_of(policy), name_of(policy), d) in kept]
        if directions:
            dropped = {FIELDS[d]: [] for d in FIELDS if d not in directions}
            spec = {**spec_of(policy), "policyTypes": directions, **dropped}
            other["policies"].append({**policy, "spec": spec})
    return other


@pytest.mark.parametrize("start", [0, 150])
def test_a_proof_holds_with_the_named_policies_alone_and_not_without_any_one_of_them(start):
    judged = 0
    for cluster, question, named in proved_cases(range(start, start + 150)):
        judged += 1
        assert brute_force(reduced(cluster, named), question)[0] == "unreachable", question
        for one in named:
            assert brute_force(reduced(cluster, named - {one}), question)[0] == "reachable", (question, one)
    assert judged >= 15
