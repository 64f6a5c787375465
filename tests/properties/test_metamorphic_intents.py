"""Changes of intents and manifests whose effect on verdicts is known without knowing the verdict."""

import copy
from functools import cache

import pytest

from agreement.judged_intents import checked
from generators.changes import chosen
from generators.clusters import random_peer
from generators.gate_cases import gate_case
from generators.intents import VERBS
from generators.vocabulary import SmallDice

SEEDS = range(500, 506)
HOLDS = {"proved", "excepted"}
NONE = tuple(verb for verb in VERBS if verb not in {"allow", "default-deny", "policy-covers-every-pod"})
"""Verbs that allowed flows are against: the fewer are allowed, the more they hold."""


@cache
def case(seed, verbs=VERBS):
    """``(cluster, intent, verdicts)`` of a random intent as it is."""
    cluster, intent, _ = gate_case(seed, verbs)
    return cluster, intent, verdicts(cluster, intent)


def verdicts(cluster, intent, **terms):
    return [one.verdict.value for one in checked(cluster, intent, **terms).results]


@pytest.mark.parametrize("seed", SEEDS)
def test_one_exception_more_refutes_nothing(seed):
    cluster, intent, as_it_is = case(seed)
    less = {**intent, "exceptions": intent["exceptions"][:-1]}
    for before, after in zip(verdicts(cluster, less), as_it_is, strict=True):
        assert not (before in HOLDS and after not in HOLDS), seed
        assert before in {after, "refuted"} or {before, after} <= HOLDS, seed


@pytest.mark.parametrize("seed", SEEDS)
def test_without_exceptions_nothing_is_proved_that_was_not(seed):
    cluster, intent, as_it_is = case(seed)
    for before, after in zip(as_it_is, verdicts(cluster, intent, with_exceptions=False), strict=True):
        assert after != "excepted"
        assert not (after == "proved" and before not in HOLDS), seed


@pytest.mark.parametrize("seed", SEEDS)
def test_what_denies_holds_no_more_for_one_rule_more(seed):
    cluster, intent, as_it_is = case(seed, NONE)
    other = copy.deepcopy(cluster)
    rng = SmallDice(seed)
    policy = chosen(rng, other["policies"])
    if policy is None:
        return
    spec = policy.get("spec") or {}
    for field, side, direction in (("ingress", "from", "Ingress"), ("egress", "to", "Egress")):
        if direction in (spec.get("policyTypes") or []):
            spec[field] = [*(spec.get(field) or []), {side: [random_peer(rng, other["names"])]}]
    for before, after in zip(as_it_is, verdicts(other, intent), strict=True):
        assert not (before == "refuted" and after in HOLDS), seed


@pytest.mark.parametrize("seed", SEEDS)
def test_what_holds_for_every_pod_that_could_be_holds_for_those_that_are(seed):
    cluster, intent, _ = case(seed, NONE)
    worlds = [
        {**intent, "assertions": [{**one, "world": world} for one in intent["assertions"]]}
        for world in ("possible", "existing")
    ]
    for possible, existing in zip(*(verdicts(cluster, one) for one in worlds), strict=True):
        assert possible not in HOLDS or existing in {*HOLDS, "vacuous"}, seed


@pytest.mark.parametrize("seed", SEEDS)
def test_a_zone_in_two_parts_is_the_zone(seed):
    """Every zone of pods is written as those with a label and those without it."""
    cluster, intent, as_it_is = case(seed)
    zones = {}
    for name, zone in intent["zones"].items():
        if not isinstance(zone, dict) or {"any", "cidrs"} & zone.keys():
            zones[name] = zone
            continue
        pods = zone.get("pods") or {}
        for part, operator in (("with", "Exists"), ("without", "DoesNotExist")):
            expressions = [*(pods.get("matchExpressions") or []), {"key": "app", "operator": operator}]
            zones[f"{name}-{part}"] = {**zone, "pods": {**pods, "matchExpressions": expressions}}
        zones[name] = {"any": [f"{name}-with", f"{name}-without"]}
    assert verdicts(cluster, {**intent, "zones": zones}) == as_it_is, seed
