"""Questions about many pods: none of them may be lost because others are like it."""

import json

import pytest

from netverify.documents.loader import load
from netverify.query.outcome import Scope, Verdict
from netverify.sources.inventory import build_inventory
from netverify.verify import Settings, ask


def pod(namespace, name, address=None):
    manifest = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {"containers": [{"name": "main", "image": "registry.example/main:1"}]},
    }
    return {**manifest, "status": {"podIP": address}} if address else manifest


def read(objects):
    loaded = load("pods.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}).encode())
    return build_inventory(loaded.documents)


def cluster(others):
    """``a/caller`` has the only address that ``b/pg`` admits; beside it are ``others`` further pods."""
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "only-the-caller", "namespace": "b"},
        "spec": {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.5/32"}}]}]},
    }
    names = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in ("a", "b")]
    crowd = [pod("a", f"other-{number}") for number in range(others)]
    return read([*names, pod("a", "caller", "10.0.0.5"), pod("b", "pg", "10.0.0.6"), *crowd, policy])


@pytest.mark.parametrize("others", [0, 1, 50])
@pytest.mark.parametrize("settings", [Settings(), Settings(pod_cidrs=("10.9.0.0/16",))], ids=["anywhere", "pod-cidr"])
def test_the_one_pod_whose_known_address_is_admitted_is_found_among_any_number_of_others(others, settings):
    answer = ask("can namespace a reach b/pg:5432", cluster(others), settings)
    assert (answer.verdict, answer.scope) == (Verdict.REACHABLE, Scope.EXISTING)


@pytest.mark.parametrize("others", [0, 50])
def test_a_known_address_beside_the_last_free_one_leaves_room_for_two(others):
    both = {"ipBlock": {"cidr": "10.0.0.4/31"}}
    policies = [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "two-addresses", "namespace": namespace},
            "spec": {"podSelector": {}, "policyTypes": [types], rules: [{side: [both]}]},
        }
        for namespace, types, rules, side in (("a", "Egress", "egress", "to"), ("b", "Ingress", "ingress", "from"))
    ]
    names = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in ("a", "b")]
    crowd = [pod("a", f"other-{number}", f"10.1.0.{number}") for number in range(others)]
    inventory = read([*names, pod("a", "caller", "10.0.0.4"), *crowd, *policies])
    answer = ask("can namespace a reach namespace b", inventory)
    assert (answer.verdict, answer.scope) == (Verdict.REACHABLE, Scope.POSSIBLE)
    assert str(answer.witness.flow.source.workload) == "a/caller[Pod]"
