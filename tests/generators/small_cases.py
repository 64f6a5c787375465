"""Small clusters with a question about each, and what trying everything says to it."""

from functools import cache

import yaml

from generators.clusters import isolated, opened_by_address, random_cluster
from generators.owned_addresses import random_nodes
from generators.questions import random_question
from generators.telling_cases import TELLING
from generators.vocabulary import SmallDice
from oracles.brute_force import Told, brute_force

MOST_TRIALS = 60_000


@cache
def solved_case(seed):
    """``(cluster, question, (verdict, scope))``: the cases that were thought up first, then random ones."""
    cluster, question = small_case(seed)
    return cluster, question, brute_force(cluster, question)


def small_case(seed):
    """A cluster and a question about it, with few enough connections to try them all."""
    if seed < len(TELLING):
        text, question = TELLING[seed]
        return cluster_of(text), question
    rng = SmallDice(seed)
    while True:
        cluster = random_cluster(rng, policies=(0, 4), workloads=(1, 3), namespaces=(1, 2))
        if rng.random() < 0.6:
            isolated(rng, cluster)
            if rng.random() < 0.4:
                opened_by_address(rng, cluster)
        if rng.random() < 0.2:
            cluster["nodes"] = random_nodes(rng)
        question = random_question(rng, cluster)
        if Told(cluster, question).trials <= MOST_TRIALS:
            return cluster, question


def cluster_of(text):
    """The manifests of a YAML stream, sorted into a cluster."""
    kinds = {"Namespace": "namespaces", "NetworkPolicy": "policies", "ClusterNetworkPolicy": "clusterPolicies"}
    kinds |= dict.fromkeys(("AdminNetworkPolicy", "BaselineAdminNetworkPolicy"), "clusterPolicies") | {"Node": "nodes"}
    cluster = {"namespaces": [], "workloads": [], "policies": [], "clusterPolicies": [], "nodes": []}
    for document in filter(None, yaml.safe_load_all(text)):
        cluster[kinds.get(document["kind"], "workloads")].append(document)
    return cluster
