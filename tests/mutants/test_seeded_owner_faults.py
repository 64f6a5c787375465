"""Faults seeded into whose an address is: the agreement with a judge that knows the owners must find every one."""

import importlib

import pytest

from mutants.faulty import fault

MOST_CLUSTERS = 100

FAULTS_OF_OWNERS = {
    "the address of a node is outside": (
        "query.whereabouts",
        "[*nodes, *pods, *_pods_of_nodes(block, end, cluster)]\n    if not nodes or _has_others(block, cluster):",
        "[*pods, *_pods_of_nodes(block, end, cluster)]\n    if True:",
    ),
    "a node is left out of the people": (
        "model.nodes",
        "added = [node_workload(node) for node in cluster.nodes if node.key not in there]",
        "added = []",
    ),
    "every ipBlock matches nodes": (
        "policy.network_policy",
        "All((Not(on_host), AnyOf((Not(IsPod(end)), Behaves(Behaviour.IPBLOCK_MATCHES_PODS)))))",
        "AnyOf((Not(IsPod(end)), All((Not(on_host), Behaves(Behaviour.IPBLOCK_MATCHES_PODS)))))",
    ),
    "an ipBlock matches nodes as it matches pods": (
        "policy.network_policy",
        "All((on_host, Behaves(Behaviour.IPBLOCK_MATCHES_NODES)))",
        "All((on_host, Behaves(Behaviour.IPBLOCK_MATCHES_PODS)))",
    ),
    "a node has no exemption": (
        "policy.tiers",
        "OnHostNetwork(direction.peer), SameNode(), Behaves(behaviour)",
        "OnHostNetwork(direction.peer), IsPod(direction.peer), SameNode(), Behaves(behaviour)",
    ),
    "a node is a pod, for the solver": (
        "symbolic.space",
        "others = [self._position[NODES]] if NODES in self._position else []",
        "others = []",
    ),
    "nobody casts nodes": (
        "symbolic.casting",
        "nodes = self._nodes(predicate, end) if named is None or any(map(is_node, named)) else ()",
        "nodes = ()",
    ),
    "what passes between a node and its pods counts for anyone": (
        "query.whereabouts",
        "    return () if asked else (ON_ONES_OWN_NODE,)\n",
        "    return ()\n",
    ),
    "what passes between a node and its pods never counts": (
        "query.whereabouts",
        "    return () if asked else (ON_ONES_OWN_NODE,)\n",
        "    return (ON_ONES_OWN_NODE,)\n",
    ),
    "a cluster IP is outside": (
        "query.service_addresses",
        "    yield from (ServiceAddress(one, CLUSTER_IP, service) for one in service.cluster_ips)\n",
        "",
    ),
    "an external IP is outside": (
        "query.service_addresses",
        "    yield from (ServiceAddress(one, EXTERNAL_IP, service) for one in service.external_ips)\n",
        "",
    ),
    "the address that a load balancer is to have is outside": (
        "query.service_addresses",
        "for one in service.ingress or service.asked_ingress)",
        "for one in service.ingress)",
    ),
    "the Services in a block are not asked about": (
        "answers.combined",
        "    yield without_services(question)\n    yield from _services(question)\n",
        "    yield without_services(question)\n",
    ),
    "the Service's own ports at its address are outside": (
        "query.service_addresses",
        "        parts.append(All((whoever_is_in(here, end, cluster), *map(Not, dict.fromkeys(ports)))))\n",
        "        parts.append(whoever_is_in(here, end, cluster))\n",
    ),
}


def first_told_wrong(seeds):
    """The first of ``seeds`` in which addresses have other owners, or Services say something else by theirs."""
    owners = importlib.import_module("agreement.test_agreement_owners")
    return next((seed for seed in seeds if any(check([seed]) is not None for check in owners.CHECKS)), None)


@pytest.mark.parametrize(
    ("module", "original", "replacement"),
    [pytest.param(*texts, id=name) for name, texts in FAULTS_OF_OWNERS.items()],
)
def test_a_seeded_fault_is_found_by_owners(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(first_told_wrong, range(MOST_CLUSTERS))
