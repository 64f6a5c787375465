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


def verdict_with(cluster, question, kept):
    """The judge's verdict where only the ``kept`` directions isolate pods; the rules of all policies still allow."""
    given = question.get("fixed", {})
    values = [False, True]
    if "unlisted-rules-enforced" in given:
        values = [given["unlisted-rules-enforced"]]
    verdicts = set()
    for unlisted in values:
        fixed = {**given, "unlisted-rules-enforced": unlisted}
        other = reduced(cluster, kept, unlisted=unlisted)
        verdicts.add(brute_force(other, {**question, "fixed": fixed})[0])
    return "reachable" if "reachable" in verdicts else verdicts.pop()


def reduced(cluster, kept, *, unlisted):
    """``cluster`` where nothing isolates pods but the ``kept`` directions of its policies.

    What else has rules allows what it did, to those of its pods that are isolated: a policy with its rules selects the
    pods that both it and a policy that is kept select.
    """
    other = copy.deepcopy(cluster)
    other["policies"] = []
    for direction in FIELDS:
        counting = [one for one in cluster["policies"] if counts(one, direction, unlisted=unlisted)]
        isolating = [one for one in counting if (namespace_of(one), name_of(one), direction) in kept]
        for holder in isolating:
            for one in counting:
                if namespace_of(one) == namespace_of(holder) and (one is holder or rules(one, direction)):
                    other["policies"].append(with_rules_of(one, holder, direction))
    return other


def counts(policy, direction, *, unlisted):
    """Whether ``policy`` says something about ``direction``."""
    types = spec_of(policy).get("policyTypes") or []
    if types and direction not in types:
        return unlisted and bool(rules(policy, direction))
    return bool(types) or direction == "Ingress" or bool(rules(policy, direction))


def with_rules_of(policy, holder, direction):
    """A policy with the rules of ``policy`` in ``direction``, for the pods that it and ``holder`` select."""
    selectors = [spec_of(one).get("podSelector") or {} for one in (policy, holder)]
    expressions = [
        expression
        for selector in selectors
        for expression in (
            *({"key": k, "operator": "In", "values": [v]} for k, v in (selector.get("matchLabels") or {}).items()),
            *(selector.get("matchExpressions") or []),
        )
    ]
    return {
        **policy,
        "metadata": {**policy["metadata"], "name": f"{name_of(policy)}-{name_of(holder)}-{direction.lower()}"},
        "spec": {
            "podSelector": {"matchExpressions": expressions},
            "policyTypes": [direction],
            FIELDS[direction]: rules(policy, direction),
        },
    }


UNREACHABLE = (
    *(0, 1, 5, 9, 10, 16, 19, 26, 27, 34, 37, 44, 52, 54, 61, 66),
    *(70, 72, 75, 77, 81, 82, 96, 97, 100, 102, 108, 112, 120, 121, 126, 148),
)
"""Those of the first 150 seeds that have something to prove, so that no judge has to find out of the others."""


@pytest.mark.parametrize("seeds", [UNREACHABLE, pytest.param(range(300), marks=pytest.mark.long)], ids=["few", "many"])
def test_a_proof_holds_with_the_named_policies_alone_and_not_without_any_one_of_them(seeds):
    judged = 0
    for cluster, question, named in proved_cases(seeds):
        judged += 1
        assert verdict_with(cluster, question, named) == "unreachable", question
        for one in named:
            assert verdict_with(cluster, question, named - {one}) == "reachable", (question, one)
    assert judged >= 32
