"""However a cluster is written down, the package reads what the judge of documents says that runs in it."""

import json
from collections import Counter

from agreement.adapter import inventory_of
from generators.clusters import random_cluster
from generators.vocabulary import Dice, SmallDice
from generators.written_forms import contradicting, documents_of
from netverify.documents.loader import load
from netverify.sources.inventory import build_inventory
from oracles.what_runs import ContradictionError, meaning, what_runs


def clusters(seeds):
    for seed in seeds:
        rng = (Dice if seed % 2 else SmallDice)(seed)
        yield rng, random_cluster(rng, namespaces=(1, 2))


def by_name(objects):
    return sorted(map(meaning, objects), key=json.dumps)


def test_documents_say_what_runs_and_nothing_else():
    for _, cluster in clusters(range(200)):
        runs = what_runs(documents_of(cluster))
        assert all(by_name(runs[part]) == by_name(cluster[part]) for part in runs)


def test_the_package_reads_the_same_cluster_from_every_form():
    for _, cluster in clusters(range(60)):
        plain = {**cluster, "ended": []}
        judged = what_runs(documents_of(cluster))
        one, other = inventory_of(cluster).cluster, inventory_of({**plain, **judged}).cluster
        assert [*map(meaning_of, one.workloads)] == [*map(meaning_of, other.workloads)]
        assert one.network_policies == other.network_policies or names(one) == names(other)


def meaning_of(workload):
    return workload.key, workload.labels, workload.ports, workload.addresses, workload.open_labels


def names(cluster):
    return [(one.namespace, one.name) for one in cluster.network_policies]


def test_what_is_said_in_two_ways_is_refused():
    refused = 0
    for rng, cluster in clusters(range(60)):
        documents = contradicting(rng, cluster)
        if documents is not None:
            loaded = load("manifests.yaml", "\n---\n".join(map(json.dumps, documents)).encode())
            assert is_contradiction(documents)
            found = build_inventory(loaded.documents, dropped=loaded.dropped)
            assert {one.code for one in found.diagnostics if one.severity.name == "ERROR"} == {"NV207"}
            refused += 1
    assert refused > 40


def is_contradiction(documents):
    try:
        what_runs(documents)
    except ContradictionError:
        return True
    return False


def test_the_forms_are_not_all_alike():
    kinds, ended = Counter(), 0
    for _, cluster in clusters(range(200)):
        kinds.update(one["kind"] for one in documents_of(cluster))
        ended += len(cluster["ended"])
    assert min(kinds["List"], kinds["PodList"], kinds["NetworkPolicyList"], kinds["Pod"]) > 10
    assert ended > 50
