"""Small clusters with an intent about each, and what trying every flow says to it."""

from functools import cache

from generators.clusters import isolated, opened_by_address, random_cluster
from generators.intents import PORTS, VERBS, random_intent
from generators.vocabulary import SmallDice
from oracles.gate_judge import GateJudge

MOST_EFFORT = 30_000


@cache
def solved_case(seed, verbs=VERBS):
    """``(cluster, intent, judge)``, and what the judge says to each of the assertions."""
    cluster, intent, judge = gate_case(seed, verbs)
    return cluster, intent, judge, [judge.judged(assertion) for assertion in intent["assertions"]]


def gate_case(seed, verbs=VERBS):
    """A small cluster with an intent about it: ``(cluster, intent, judge)``."""
    rng = SmallDice(seed)
    while True:
        cluster = random_cluster(rng, policies=(0, 4), workloads=(1, 3), namespaces=(1, 2))
        if rng.random() < 0.7:
            isolated(rng, cluster)
            if rng.random() < 0.4:
                opened_by_address(rng, cluster)
        intent, meanings = random_intent(rng, cluster, verbs=verbs)
        judge = GateJudge(cluster, intent, meanings, PORTS)
        if judge.every.effort <= MOST_EFFORT:
            return cluster, intent, judge
