"""Pods of a dump that are counted with their controllers: answers are as if each was told apart."""

import copy

import pytest

from agreement.adapter import text_of
from agreement.pipeline import read_inventory
from agreement.questions import settings_for
from generators.clusters import isolated, random_cluster
from generators.questions import random_question
from generators.vocabulary import SmallDice
from generators.workloads import give_address
from netverify.symbolic import widths
from netverify.verify import ask

MAKERS = ("Deployment", "DaemonSet", "ReplicaSet", "ReplicationController", "StatefulSet")


def dumped(rng, cluster):
    """The pods that the controllers of ``cluster`` have made, each with an address of its own."""
    for owner in cluster["workloads"]:
        if owner["kind"] not in MAKERS:
            continue
        template = owner["spec"]["template"]
        for number in range(rng.randint(0, 2)):
            metadata = {**copy.deepcopy(template["metadata"]), "name": f"{owner['metadata']['name']}-{number}"}
            if "namespace" in owner["metadata"]:
                metadata["namespace"] = owner["metadata"]["namespace"]
            reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"]}
            metadata["ownerReferences"] = [{**reference, "uid": "u", "controller": True}]
            pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": copy.deepcopy(template["spec"])}
            give_address(rng, pod, rng.pod_addresses)
            yield pod


def alone(pod):
    """The same pod with no controller."""
    metadata = {key: value for key, value in pod["metadata"].items() if key != "ownerReferences"}
    return {**pod, "metadata": metadata}


def about_a_pod(rng, question, pods):
    """``question`` with the address of one of ``pods`` at one end; text by text, so that a port stays."""
    address = rng.choice(pods)["status"]["podIP"]
    source, target = question["sentence"].removeprefix("can ").split(" reach ")
    phrase = {"shape": "block", "cidr": f"{address}/{128 if ':' in address else 32}"}
    if rng.random() < 0.5:
        return {**question, "sentence": f"can {address} reach {target}", "source": phrase}
    port = ":80" if question["port"] == (80, 80) else ""
    address = f"[{address}]" if ":" in address else address
    return {**question, "sentence": f"can {source} reach {address}{port}", "destination": phrase}


class DumpDice(SmallDice):
    """Small clusters without labels that controllers set: which value a counted pod has of them is not kept."""

    rare_words = ()


def told_apart(seed):
    """What is said of a dump, and of the same with pods that nobody owns, where that differs; None where not."""
    rng = DumpDice(seed)
    while True:
        cluster = random_cluster(rng, policies=(1, 4), workloads=(1, 3), namespaces=(1, 2))
        pods = list(dumped(rng, cluster))
        if rng.random() < 0.7:
            isolated(rng, cluster)
        question = random_question(rng, cluster)
        if pods and rng.random() < 0.7:
            question = about_a_pod(rng, question, pods)
        if pods and not any(question[end].get("key", ["Pod"])[0] in MAKERS for end in ("source", "destination")):
            break
    owned = {**cluster, "workloads": [*cluster["workloads"], *pods]}
    loose = {**cluster, "workloads": [*cluster["workloads"], *map(alone, pods)]}
    inventories = [read_inventory(text_of(one)) for one in (owned, loose)]
    assert len(inventories[1].cluster.workloads) == len(inventories[0].cluster.workloads) + len(pods)
    one, other = (ask(question["sentence"], inventory, settings_for(question)) for inventory in inventories)
    if (one.verdict, one.scope) == (other.verdict, other.scope):
        return None
    return f"{seed}: {question['sentence']}: {one.verdict} {one.scope}, but {other.verdict} {other.scope}"


@pytest.fixture(params=["as it is", "as if wide"])
def clusters_are_taken(request, monkeypatch):
    if request.param == "as if wide":
        monkeypatch.setattr(widths, "NAMED_AT_ONCE", 0)
        monkeypatch.setattr(widths, "NARROW", 0)
        monkeypatch.setattr(widths, "EXISTING_AT_ONCE", 1)


@pytest.mark.usefixtures("clusters_are_taken")
def test_a_pod_that_is_counted_with_its_controller_answers_as_one_of_its_own_does(fresh):
    assert [found for seed in (*range(40), *fresh(10)) if (found := told_apart(seed)) is not None] == []


@pytest.mark.long
@pytest.mark.usefixtures("clusters_are_taken")
@pytest.mark.parametrize("first", range(40, 240, 50))
def test_a_pod_that_is_counted_with_its_controller_answers_in_many_more_cases_as_one_of_its_own_does(first):
    assert [found for seed in range(first, first + 50) if (found := told_apart(seed)) is not None] == []
