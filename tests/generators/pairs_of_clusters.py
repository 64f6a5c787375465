"""Small clusters, each with what became of it: its policies, its namespaces or its workloads changed."""

import copy

from generators import changes
from generators.changes import chosen
from generators.clusters import random_cluster, random_labels, whole_policy
from generators.vocabulary import SmallDice
from oracles.brute_force_pairs import ToldOfBoth
from oracles.direct_interpreter import pod_of

MOST_TRIALS = 25_000


def relabel_a_namespace(rng, cluster):
    namespace = chosen(rng, cluster["namespaces"])
    if namespace is None:
        return False
    namespace["metadata"]["labels"] = random_labels(rng, 1)
    return True


def undeclare_a_namespace(rng, cluster):
    namespace = chosen(rng, cluster["namespaces"])
    if namespace is None:
        return False
    cluster["namespaces"].remove(namespace)
    return True


def relabel_a_workload(rng, cluster):
    """A bare pod, since the selectors of controllers have to go with their templates."""
    pod = chosen(rng, [one for one in cluster["workloads"] if one["kind"] == "Pod"])
    if pod is None:
        return False
    pod["metadata"]["labels"] = random_labels(rng, 1)
    return True


def move_a_workload(rng, cluster):
    """To the host network, or from there."""
    workload = chosen(rng, cluster["workloads"])
    if workload is None:
        return False
    spec = pod_of(workload)["spec"]
    spec["hostNetwork"] = not spec.get("hostNetwork")
    if spec["hostNetwork"]:
        for container in (*spec["containers"], *(spec.get("initContainers") or [])):
            for port in container.get("ports") or []:
                port.pop("hostPort", None)
    return True


CHANGES = (
    relabel_a_namespace,
    undeclare_a_namespace,
    relabel_a_workload,
    move_a_workload,
    changes.add_a_rule,
    changes.add_a_peer,
    changes.add_a_port,
    changes.add_any_policy,
    changes.remove_a_policy,
    changes.add_a_first_port,
    changes.add_default_deny,
    changes.split_blocks,
    changes.split_ranges,
    changes.one_rule_for_each_peer,
    changes.one_policy_for_each_rule,
    changes.explicit_types,
)


def pair_of_clusters(seed):
    """``(old, new, change)`` with few enough connections to try them all."""
    rng = SmallDice(seed)
    change = CHANGES[seed % len(CHANGES)]
    while True:
        old = random_cluster(rng, policies=(1, 2), workloads=(0, 2), namespaces=(1, 2))
        if rng.random() < 0.4:
            old["policies"].append(whole_policy(rng, "isolate", rng.choice(old["names"]), {}))
        new = copy.deepcopy(old)
        if change(rng, new) and ToldOfBoth(old, new).trials <= MOST_TRIALS:
            return (new, old, change) if rng.random() < 0.5 else (old, new, change)
