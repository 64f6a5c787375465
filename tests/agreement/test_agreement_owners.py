"""Questions about addresses agree with a judge that knows whose they are, and those about Services with their names."""

import json
from itertools import islice

import pytest

from agreement.adapter import behaviours_of
from agreement.pipeline import read_inventory
from generators.owned_addresses import SERVICES, addresses_in, random_asked, random_owned
from generators.vocabulary import Dice
from mutants.kills import telling_seeds
from netverify.answers.listing import DisagreementError
from netverify.answers.possible import DescriptionError
from netverify.answers.replay import ReplayError
from netverify.model.behaviours import CNI_PROFILES
from netverify.query.outcome import Scope, Verdict
from netverify.verify import Settings, Verifier
from oracles.address_owners import known_addresses, owners_of, reaches, service_reaches

QUESTIONS = 4
CNIS = (None, *sorted(CNI_PROFILES))


TELLING = telling_seeds("test_seeded_owner_faults.py::test_a_seeded_fault_is_found_by_owners")


def verifier_of(cluster, behaviours):
    """The package on the manifests of ``cluster``, with a plugin that does what ``behaviours`` say."""
    documents = [one for kind in ("namespaces", "nodes", "workloads", "services", "policies") for one in cluster[kind]]
    inventory = read_inventory(json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}))
    return Verifier(inventory, Settings(behaviours=behaviours_of(behaviours)))


def words_of(pod):
    metadata = pod["metadata"]
    return f"pod {metadata.get('namespace') or 'default'}/{metadata['name']}"


def sentence_of(asked):
    traffic = f"{asked['port']}/{asked['protocol'].lower()}"
    there = f"[{asked['target']}]" if ":" in asked["target"] else asked["target"]
    if asked["inward"]:
        return f"can {asked['target']} reach {words_of(asked['pod'])}:{traffic}"
    return f"can {words_of(asked['pod'])} reach {there}:{traffic}"


def is_sure(cluster, asked):
    """Whether the judge knows all that matters: the pod's own address, where pods at the other end see it."""
    pods = [end for one in addresses_in(asked["target"], cluster) for end in owners_of(one, cluster) if "pod" in end]
    others = [end for end in pods if not end.get("machine")]
    return not others or any(known_addresses(asked["pod"]))


def cases(seed):
    rng = Dice(seed)
    cluster = random_owned(rng)
    for _ in range(QUESTIONS):
        asked = random_asked(rng, cluster)
        if asked is not None and is_sure(cluster, asked):
            yield cluster, asked


def is_answered_differently(cluster, asked):
    """Whether the package says something else about an address than the judge, or lists other nodes."""
    verifier = verifier_of({**cluster, "services": []}, asked["behaviours"])  # they would be ways in
    wanted = reaches(cluster, addresses_in(asked["target"], cluster), asked)
    if (verifier.ask(sentence_of(asked)).verdict.value == "reachable") is not wanted:
        return True
    if not asked["inward"]:
        return False
    if "/" not in asked["target"]:
        reached = verifier.ask(f"what can {asked['target']} reach:{asked['port']}/{asked['protocol'].lower()}")
        if (
            any(one.text == f"{words_of(asked['pod']).removeprefix('pod ')}[Pod]" for one in reached.existing)
            is not wanted
        ):
            return True
    listing = verifier.ask(f"who can reach {words_of(asked['pod'])}:{asked['port']}/{asked['protocol'].lower()}")
    listed = {one.text for one in listing.existing if one.text.startswith("node ")}
    return listed != {
        f"node {one['metadata']['name']}"
        for one in cluster["nodes"]
        if reaches(cluster, [each["address"] for each in one["status"]["addresses"][1:]], asked, own_node=False)
    }


def is_service_differently(cluster, asked):
    """Whether a cluster IP is answered otherwise than the judge and the name of its Service are."""
    by_name = {**cluster, "services": json.loads(json.dumps(cluster["services"]))}
    for service, address in zip(by_name["services"], SERVICES, strict=True):
        service.pop("status", None)
        spec = service["spec"]
        service["spec"] = {"selector": spec["selector"], "ports": spec["ports"], "clusterIP": address}
    verifier = verifier_of(by_name, asked["behaviours"])
    for service, address in zip(by_name["services"], SERVICES, strict=True):
        by_service, answer = both_ways(verifier, service, address, asked)
        reached = (answer.verdict, answer.scope) == (Verdict.REACHABLE, Scope.EXISTING)
        judged = service_reaches(by_name, address, asked, addresses_in("0.0.0.0/0", by_name))
        if answer.verdict is not by_service.verdict or judged not in {None, reached}:
            return True
    return False


def both_ways(verifier, service, address, asked):
    """The answers about ``service`` by its name, and by its ``address``."""
    port, name = service["spec"]["ports"][0]["port"], words_of(service).removeprefix("pod ")
    who = words_of(asked["pod"])
    return (verifier.ask(f"can {who} reach {there}:{port}") for there in (f"service {name}", address))


def is_told_by_address_otherwise(cluster, asked, cni):
    """Whether a Service is answered otherwise by its only address, of whatever kind, than by its name."""
    documents = [one for kind in ("namespaces", "nodes", "workloads", "services", "policies") for one in cluster[kind]]
    inventory = read_inventory(json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}))
    verifier = Verifier(inventory, Settings(behaviours=CNI_PROFILES.get(cni, {}), cni=cni))
    for service, address in zip(cluster["services"], SERVICES, strict=True):
        by_service, by_address = both_ways(verifier, service, address, asked)
        if (by_service.verdict, by_service.scope) != (by_address.verdict, by_address.scope):
            return True
    return False


def first_disagreement(seeds):
    """The first of ``seeds`` in which something is answered differently; None where nothing is."""
    return next((seed for seed in seeds if is_told_differently(seed)), None)


def is_told_differently(seed):
    """Whether something is answered differently; readings that contradict each other stop the package by themselves."""
    try:
        return any(
            is_answered_differently(cluster, asked) or (number == 0 and is_service_differently(cluster, asked))
            for number, (cluster, asked) in enumerate(cases(seed))
        )
    except (DescriptionError, DisagreementError, ReplayError):
        return True


def first_told_otherwise(seeds):
    """The first of ``seeds`` in which the address of a Service says something else than its name; None if none does."""
    for seed in seeds:
        cni = CNIS[seed % len(CNIS)]
        if any(is_told_by_address_otherwise(*one, cni) for one in islice(cases(seed), 1)):
            return seed
    return None


CHECKS = (first_disagreement, first_told_otherwise)


def test_addresses_have_the_owners_that_the_manifests_tell():
    assert first_disagreement([*TELLING, *range(6)]) is None


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 6_000, 500))
def test_20_000_questions_agree_about_owners(start):
    assert first_disagreement(range(start, start + 500)) is None


def test_services_are_the_same_by_their_addresses_and_by_their_names():
    assert first_told_otherwise(range(6)) is None


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 1_400, 100))
def test_many_more_services_are_the_same_by_address_and_by_name(start):
    assert first_told_otherwise(range(start, start + 100)) is None


def test_the_questions_are_not_all_answered_alike():
    verdicts = {True: 0, False: 0}
    for seed in range(60):
        for cluster, asked in cases(seed):
            verdicts[reaches(cluster, addresses_in(asked["target"], cluster), asked)] += 1
    assert min(verdicts.values()) > 20
