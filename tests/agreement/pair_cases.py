"""Small cases for all pairs: clusters rich in what makes pairs of existing pods depend on something."""

from dataclasses import dataclass, replace
from functools import lru_cache

from agreement.adapter import behaviours_of, inventory_of
from agreement.random_tables import coarse, left_open, random_policy_set, told_by_accounts
from generators.clusters import isolated, opened_by_address, random_cluster
from generators.owned_addresses import MACHINES
from generators.questions import random_choices
from generators.vocabulary import HASH, INNER, LARGE, ORDINAL, SMALL, Dice
from netverify.model.addresses import Address, parse_address, parse_cidr
from netverify.model.behaviours import FIXED_BY_DEFAULT, Behaviour
from netverify.model.cluster import Cluster, Node
from netverify.model.nodes import peopled, with_known_nodes
from netverify.policy.table import PolicySet
from netverify.policy.tiers import lower


class NarrowDice(Dice):
    """Few words, among them labels that controllers add; host networks are common."""

    words = replace(SMALL, keys=("app", HASH, ORDINAL), values=("web", "0", "1"), on_host=0.3)


class WideDice(Dice):
    """Many words, among them a label that controllers add; host networks are common."""

    words = replace(LARGE, keys=("app", "tier", HASH), on_host=0.3)


@dataclass(frozen=True)
class PairCase:
    """A cluster, the policies and what is fixed, for all pairs of it; ``manifests`` are what it was read from."""

    manifests: dict
    cluster: Cluster
    policies: PolicySet
    fixed: dict
    pod_cidrs: tuple


def open_case(seed):
    """A case in the common form whose policies leave things open, and may be of several tables.

    In some, pods run as several service accounts, which policies tell apart, or policies are not taken as they are.
    """
    case = pair_case(seed, of_tables=True)
    policies = left_open(NarrowDice(f"open {seed}"), case.cluster, case.policies)
    cluster, rng = case.cluster, NarrowDice(f"accounts {seed}")
    if rng.random() >= 0.6:
        cluster, policies = told_by_accounts(rng, cluster, policies)
    rng = NarrowDice(f"coarse {seed}")
    if rng.random() < 0.3:
        policies = coarse(rng, policies)
    return replace(case, cluster=cluster, policies=policies)


def coarse_case(seed):
    """An :func:`open_case` of which some rules and selections are not taken as they are."""
    case = open_case(seed)
    return replace(case, policies=coarse(NarrowDice(f"coarser {seed}"), case.policies))


@lru_cache(maxsize=256)
def pair_case(seed, *, of_tables=False):
    """A case; ``of_tables`` has its policies drawn in the common form instead of lowered from manifests."""
    rng = (NarrowDice if seed % 2 else WideDice)(seed)
    manifests = random_cluster(rng, policies=(0, 0) if of_tables else (1, 6), workloads=(1, 5), namespaces=(1, 2))
    manifests["namespaces"] = [one for one in manifests["namespaces"] if rng.random() < 0.6]
    if not of_tables and rng.random() < 0.5:
        isolated(rng, manifests)
        if rng.random() < 0.5:
            opened_by_address(rng, manifests)
    numbered(rng, manifests)
    cluster = with_more_addresses(rng, inventory_of(manifests).cluster)
    policies = random_policy_set(rng, cluster) if of_tables else lower(cluster)
    return PairCase(manifests, cluster, policies, random_fixed(rng), random_cidrs(rng))


def pair_case_with_nodes(seed):
    """A case whose nodes are known, as ends as well: declared ones, and those of pods on their network."""
    case = pair_case(seed)
    rng = NarrowDice(f"nodes {seed}")
    taken = {address for workload in case.cluster.workloads for address in workload.known_addresses}
    free = [address for address in map(parse_address, MACHINES) if address not in taken]
    found = enumerate(rng.sample(free, rng.choice([1, 1, 2])))
    nodes = tuple(Node(f"n{number}", (address,)) for number, address in found)
    return replace(case, cluster=peopled(with_known_nodes(replace(case.cluster, nodes=nodes))))


def numbered(rng, manifests):
    """Have StatefulSets say how many pods they have, so that the values of a label are known."""
    for workload in manifests["workloads"]:
        if workload["kind"] == "StatefulSet" and rng.random() < 0.6:
            workload["spec"]["replicas"] = rng.randint(1, 2)


def with_more_addresses(rng, cluster):
    """Some pods of controllers, and some pods on the host network, with addresses as a dump of a cluster has them."""
    taken = {address for workload in cluster.workloads for address in workload.known_addresses}
    free = [Address(family, value) for family in (4, 6) for value in INNER[family]]
    free = [address for address in free if address not in taken]
    rng.shuffle(free)
    shared = free.pop()
    workloads = tuple(with_addresses(rng, workload, (free.pop(), free.pop()), shared) for workload in cluster.workloads)
    return replace(cluster, workloads=workloads)


def with_addresses(rng, workload, given, shared):
    """A workload with some of the addresses ``given``, or the one that pods on the host network of one node share."""
    draw = rng.random()
    if not workload.single and draw < 0.3:
        return replace(workload, replica_addresses=tuple(sorted(given[: rng.randint(1, 2)])))
    if workload.single and workload.host_network and draw < 0.5:
        return replace(workload, addresses=rng.choice([given[:1], (shared,)]))
    return workload


def random_fixed(rng):
    """What is taken as known of the CNI: nothing but the default, a few behaviours, or all of them."""
    draw = rng.random()
    if draw < 0.6:
        return dict(FIXED_BY_DEFAULT)
    if draw < 0.85:
        return {**FIXED_BY_DEFAULT, **behaviours_of(random_choices(rng))}
    return {behaviour: rng.random() < 0.5 for behaviour in Behaviour}


def random_cidrs(rng):
    """Where pods have their addresses, as far as that is known."""
    return tuple(map(parse_cidr, ("10.0.0.0/24", "fd00::/64"))) if rng.random() < 0.2 else ()
