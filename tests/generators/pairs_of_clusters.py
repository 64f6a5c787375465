"""Small clusters, each with what became of it: its policies, its namespaces or its workloads changed."""

import copy
from functools import cache
from itertools import count

from generators import changes
from generators.changes import chosen
from generators.clusters import random_cluster, whole_policy
from generators.vocabulary import SmallDice
from generators.workloads import random_labels
from oracles.brute_force_pairs import ToldOfBoth, differences, without_addresses
from oracles.direct_interpreter import pod_of

MOST_TRIALS = 25_000
ATTEMPTS = 12


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
    """``(old, new, change)`` with few enough connections to try them all; every other pair is a telling one."""
    rng = SmallDice(seed)
    old, new, change = random_pair(rng, seed // 2) if seed % 2 else telling_pair(rng, seed // 2)
    return (new, old, change) if rng.random() < 0.5 else (old, new, change)


def random_pair(rng, seed):
    """A random cluster and a change; after some attempts with one kind of change the next kind is tried."""
    for attempt in count():
        change = CHANGES[(seed + attempt // ATTEMPTS) % len(CHANGES)]
        old = random_cluster(rng, policies=(1, 2), workloads=(0, 2), namespaces=(1, 2))
        if rng.random() < 0.4:
            old["policies"].append(whole_policy(rng, "isolate", rng.choice(old["names"]), {}))
        new = copy.deepcopy(old)
        if change(rng, new) and ToldOfBoth(old, new).trials <= MOST_TRIALS:
            return old, new, change
    return None


LABELS = ({}, {"k": "v"}, {"k": "w"})
PEERS = (
    {"namespaceSelector": {"matchLabels": {"k": "v"}}},
    {"namespaceSelector": {"matchLabels": {"k": "v"}}, "podSelector": {"matchLabels": {"k": "v"}}},
    {"podSelector": {"matchLabels": {"k": "v"}}},
    {"ipBlock": {"cidr": "10.0.0.0/24"}},
)


def telling_pair(rng, seed):
    """Policies that look at labels of namespaces and pods, and at addresses, and one such thing changed."""
    kind = TELLING[seed % len(TELLING)]
    old = {"names": ["one", "two"], "namespaces": [], "workloads": [], "policies": []}
    for name in old["names"]:
        metadata = {"name": name, "labels": dict(rng.choice(LABELS))}
        old["namespaces"].append({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        metadata = {"name": "pod", "namespace": name, "labels": dict(rng.choice(LABELS))}
        spec = {"containers": [{"name": "c", "image": "i"}]}
        old["workloads"].append({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    for number, name in enumerate(rng.sample(old["names"], rng.randint(1, 2))):
        peer = PEERS[3] if kind is change_a_block else rng.choice(PEERS[:3])
        direction, side = rng.choice([("ingress", "from"), ("egress", "to")])
        spec = {
            "podSelector": {"matchLabels": dict(rng.choice(LABELS[:2]))},
            "policyTypes": [direction.capitalize()],
            direction: [] if kind is change_a_selection else [{side: [copy.deepcopy(peer)]}],
        }
        metadata = {"name": f"p{number}", "namespace": name}
        old["policies"].append(
            {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}
        )
    new = copy.deepcopy(old)
    kind(rng, new)
    return old, new, kind


def change_a_namespace(rng, cluster):
    rng.choice(cluster["namespaces"])["metadata"]["labels"] = dict(rng.choice(LABELS))


def change_a_pod(rng, cluster):
    rng.choice(cluster["workloads"])["metadata"]["labels"] = dict(rng.choice(LABELS))


def change_a_block(rng, cluster):
    for policy in cluster["policies"]:
        for side in ("ingress", "egress"):
            for rule in policy["spec"].get(side) or []:
                (peer,) = rule.get("from") or rule.get("to")
                peer["ipBlock"] = {"cidr": rng.choice(["10.0.0.0/25", "10.0.0.0/23", "10.0.0.0/24"])}


def change_a_selection(rng, cluster):
    rng.choice(cluster["policies"])["spec"]["podSelector"] = {"matchLabels": dict(rng.choice(LABELS))}


TELLING = (change_a_namespace, change_a_pod, undeclare_a_namespace, change_a_block, change_a_selection)


@cache
def judged_pair(seed):
    """``(old, new, change, differences)``, without the addresses of pods."""
    old, new, change = pair_of_clusters(seed)
    old, new = without_addresses(old), without_addresses(new)
    return old, new, change.__name__, differences(old, new)
