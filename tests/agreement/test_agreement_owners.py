"""Questions about addresses agree with a judge that knows whose they are, and those about Services with their names."""

import json

import pytest

from agreement.adapter import behaviours_of
from agreement.pipeline import read_inventory
from generators.owned_addresses import SERVICES, addresses_in, random_asked, random_owned
from generators.vocabulary import Dice
from netverify.answers.listing import DisagreementError
from netverify.answers.possible import DescriptionError
from netverify.explain import ReplayError
from netverify.queries.outcome import Scope, Verdict
from netverify.verify import Settings, Verifier
from oracles.address_owners import known_addresses, owners_of, reaches, service_reaches

QUESTIONS = 4


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
    """Whether the address of a Service is answered otherwise than the Service that has it as its cluster IP."""
    by_name = json.loads(json.dumps(cluster))
    for service, address in zip(by_name["services"], SERVICES, strict=True):
        service.pop("status", None)
        spec = service["spec"]
        service["spec"] = {"selector": spec["selector"], "ports": spec["ports"], "clusterIP": address}
    one, other = (verifier_of(each, asked["behaviours"]) for each in (cluster, by_name))
    for service, address in zip(cluster["services"], SERVICES, strict=True):
        port, name = service["spec"]["ports"][0]["port"], words_of(service).removeprefix("pod ")
        wanted = other.ask(f"can {words_of(asked['pod'])} reach service {name}:{port}").verdict
        answer = one.ask(f"can {words_of(asked['pod'])} reach {address}:{port}")
        reached = (answer.verdict, answer.scope) == (Verdict.REACHABLE, Scope.EXISTING)
        judged = service_reaches(cluster, address, asked, addresses_in("0.0.0.0/0", cluster))
        if answer.verdict is not wanted or judged not in {None, reached}:
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


def test_addresses_have_the_owners_that_the_manifests_tell():
    assert first_disagreement(range(25)) is None


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 6_000, 500))
def test_20_000_questions_agree_about_owners(start):
    assert first_disagreement(range(start, start + 500)) is None


def test_the_questions_are_not_all_answered_alike():
    verdicts = {True: 0, False: 0}
    for seed in range(60):
        for cluster, asked in cases(seed):
            verdicts[reaches(cluster, addresses_in(asked["target"], cluster), asked)] += 1
    assert min(verdicts.values()) > 20
