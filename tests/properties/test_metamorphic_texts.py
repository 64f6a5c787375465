"""The same facts under other names, in other files and in other spellings decide alike."""

import json
from functools import cache

import pytest
import yaml

from agreement.adapter import behaviours_of, flow_of
from agreement.pipeline import read_inventory
from agreement.readings import reference
from generators.clusters import random_cluster
from generators.points import random_point
from generators.renaming import (
    with_a_label_more,
    with_named_ports,
    with_namespaces_renamed,
    with_values_renamed,
)
from generators.vocabulary import Dice
from netverify.policy.evaluate import allows
from netverify.policy.tiers import lower

CLUSTERS = 25
POINTS = 15


def scenes():
    for seed in range(5_000, 5_000 + CLUSTERS):
        rng = Dice(seed)
        cluster = random_cluster(rng, policies=(1, 5))
        yield rng, cluster, [random_point(rng, cluster) for _ in range(POINTS)]


def decide(cluster, points):
    answer = reference(cluster)
    return [answer(point) for point in points]


def test_11_namespaces_may_be_renamed():
    for rng, cluster, points in scenes():
        assert decide(cluster, points) == decide(*with_namespaces_renamed(rng, cluster, points))


def test_12_label_values_may_be_renamed():
    for _, cluster, points in scenes():
        assert decide(cluster, points) == decide(*with_values_renamed(cluster, points))


def test_13_a_label_that_nobody_mentions_changes_nothing():
    for rng, cluster, points in scenes():
        assert decide(cluster, points) == decide(*with_a_label_more(rng, cluster, points))


def test_31_a_port_name_is_its_number_where_all_pods_agree_on_it():
    helpful = {"named-ports-supported": True, "named-ports-resolve-for-ipblock": True}
    for rng, cluster, points in scenes():
        named, numbered, inside = with_named_ports(rng, cluster, points)
        for point in inside:
            point["behaviours"].update(helpful)
        assert decide(named, inside) == decide(numbered, inside)


def kyaml(value):
    """KYAML: flow style throughout, keys bare, strings in double quotes, a comma after every item."""
    if isinstance(value, dict):
        return "{" + "".join(f"{json.dumps(key)}: {kyaml(item)}," for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + "".join(f"{kyaml(item)}," for item in value) + "]"
    return json.dumps(value)


SPELLINGS = {
    "one List in JSON": lambda documents: json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}),
    "JSON documents": lambda documents: "\n---\n".join(map(json.dumps, documents)),
    "block YAML": lambda documents: yaml.safe_dump_all(documents, sort_keys=False, explicit_start=True),
    "block YAML in another order": lambda documents: yaml.safe_dump_all(documents[::-1], sort_keys=True),
    "a List in YAML": lambda documents: yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": documents}),
    "flow YAML": lambda documents: "".join(f"---\n{yaml.safe_dump(d, default_flow_style=True)}" for d in documents),
    "KYAML": lambda documents: "".join(f"---\n{kyaml(document)}\n" for document in documents),
    "lines that end in CR LF": lambda documents: yaml.safe_dump_all(documents).replace("\n", "\r\n"),
    "a byte order mark first": lambda documents: "\ufeff" + yaml.safe_dump_all(documents),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_26_order_wrapping_and_spelling_of_documents_are_irrelevant(spelling):
    for cluster, points, expected in decided_scenes():
        facts = read_inventory(spelling([*cluster["namespaces"], *cluster["workloads"], *cluster["policies"]])).cluster
        policies = lower(facts)
        decided = [allows(policies, flow_of(facts, point), behaviours_of(point["behaviours"])) for point in points]
        assert decided == expected


@cache
def decided_scenes():
    """Clusters with connections, and how those are decided: once for all spellings."""
    return [(cluster, points, decide(cluster, points)) for _, cluster, points in scenes()]
