"""The readings of one cluster behind one face: may this connection be opened?"""

import json
import random

import yaml

from agreement.adapter import behaviours_of, flow_of, inventory_of
from agreement.pipeline import read_inventory
from netverify.dialects.tiers import lower
from netverify.reference.evaluate import allows
from oracles import truth_table
from oracles.direct_interpreter import BEHAVIOURS, allowed
from oracles.expectations import expectations


def direct(cluster, text=None):
    """The direct interpreter on ``cluster``, whatever ``text`` it came from."""
    del text

    def answer(point):
        return allowed(
            cluster,
            point["source"],
            point["destination"],
            point["protocol"],
            point["port"],
            point["behaviours"],
        )

    return answer


def reference(cluster, text=None):
    """The reference reading through the whole pipeline, of ``text`` or else of ``cluster`` written down."""
    facts = (inventory_of(cluster) if text is None else read_inventory(text)).cluster
    policies = lower(facts)

    def answer(point):
        return allows(policies, flow_of(facts, point), behaviours_of(point["behaviours"]))

    return answer


READERS = {"direct": direct, "reference": reference}


def assignments(where):
    """Behaviours to hold a case against: those in ``where`` fixed, all others false, all others true, and at random."""
    rng = random.Random(7)
    rest = {"policy-enforced": True, **where}
    for value in (lambda: False, lambda: True, lambda: rng.random() < 0.5, lambda: rng.random() < 0.5):
        yield {**{name: value() for name in BEHAVIOURS}, **rest}


def cluster_of(text):
    """The manifests of a YAML stream, sorted into a cluster."""
    documents = [document for document in yaml.safe_load_all(text) if document]
    kinds = {"Namespace": "namespaces", "NetworkPolicy": "policies"}
    cluster = {"namespaces": [], "workloads": [], "policies": []}
    for document in documents:
        cluster[kinds.get(document["kind"], "workloads")].append(document)
    return cluster


def check_lines(reading, manifests, text):
    """Hold every expectation in ``text`` against one reading, under every assignment of behaviours that it admits."""
    cluster = cluster_of(manifests)
    answer = READERS[reading](cluster, manifests)
    lines = list(expectations(text, cluster))
    assert lines
    wrong = {
        line
        for line, point, where, expected in lines
        for behaviours in assignments(where)
        if answer({**point, "behaviours": behaviours}) is not expected
    }
    assert wrong == set()


def check_table(reading, policies, cells, *, where=None, namespace_labels=None, pod_labels=None):
    """Hold every cell of a truth table against one reading, under every assignment of behaviours."""
    pods = truth_table.pods(pod_labels)
    cluster = {
        "namespaces": truth_table.namespaces(namespace_labels),
        "workloads": pods,
        "policies": [document for document in yaml.safe_load_all(policies) if document],
    }
    ends = {
        name: {"pod": pod, "workload": index, "address": pod["status"]["podIP"], "node": f"n{index}"}
        for index, (name, pod) in enumerate(zip(truth_table.PODS, pods, strict=True))
    }
    objects = {"apiVersion": "v1", "kind": "List", "items": [*cluster["namespaces"], *pods]}
    answer = READERS[reading](cluster, f"{json.dumps(objects)}\n{policies}")
    wrong = []
    for behaviours in assignments(where or {}):
        for protocol, port, source, destination, expected in cells:
            point = {"source": ends[source], "destination": ends[destination], "protocol": protocol, "port": port}
            if answer({**point, "behaviours": behaviours}) is not expected:
                wrong.append(
                    f"{source} -> {destination}:{port}/{protocol} should be {'allowed' if expected else 'denied'}"
                )
    assert wrong == []
