"""Names that a workload and its Service share: as open as the pods of the workload on the ports that can be meant."""

import pytest

from agreement.pipeline import read_inventory
from generators.routed_clusters import random_routed_cluster, text_of
from mutants.kills import telling_seeds
from netverify.query.outcome import Verdict
from netverify.verify import Verifier
from oracles.routing_interpreter import endpoints
from oracles.service_interpreter import WORKLOADS, is_headless, key_of, ports_of, protocol_of, selected, type_of

SOURCES = 2
TELLING = telling_seeds("test_seeded_twin_faults.py::test_a_seeded_fault_is_found_by_questions_about_twins")


def twins(seed):
    """A random cluster in which workloads have the names of Services that select them, and these pairs."""
    objects = random_routed_cluster(seed)
    pairs, renamed = [], set()
    for service in [one for one in objects if one["kind"] == "Service"]:
        place = service["metadata"]["namespace"]
        name = service["metadata"]["name"]
        if type_of(service) == "ExternalName" or not service["spec"].get("selector"):
            continue
        taken = {key_of(one)[:2] for one in objects if one["kind"] in WORKLOADS}
        for workload in selected(objects, service):
            if id(workload) not in renamed and (place, name) not in taken:
                workload["metadata"]["name"] = name
                renamed.add(id(workload))
                pairs.append((service, workload))
                break
    return objects, pairs


def wrong(seed):
    """Every answer about twins that plain questions about the pods on each port that can be meant contradict."""
    objects, pairs = twins(seed)
    verifier = Verifier(read_inventory(text_of(objects)))
    sources = [str(one.key) for one in verifier.inventory.cluster.workloads][:SOURCES]
    for service, workload in pairs:
        namespace, name, kind = key_of(workload)
        for port in ports_of(service):
            number, protocol = port["port"], protocol_of(port)
            meant = {number}
            if not is_headless(service):
                behind = endpoints(objects, namespace, name, number)
                meant |= {there for who, spoken, there in behind if spoken == protocol and who == key_of(workload)}
            for source in sources:
                question = f"can {source} reach {namespace}/{name}:{number}/{protocol}"
                pods = f"{namespace}/{name}[{kind}]"
                plain = [verifier.ask(f"can {source} reach {pods}:{one}/{protocol}") for one in sorted(meant)]
                yield from contradicted(question, verifier.ask(question), plain)


def contradicted(question, answer, plain):
    """Whether ``answer`` differs from those about the pods: a way in may lead there from another Service alone."""
    every = [one.verdict for one in plain]
    direct = [next((route.verdict for route in one.routes if not route.path), one.verdict) for one in plain]
    found = answer.verdict
    if Verdict.REACHABLE in direct and found is not Verdict.REACHABLE:
        yield question, found, every
    if found is Verdict.REACHABLE and Verdict.REACHABLE not in every:
        yield question, found, every
    if found is Verdict.UNREACHABLE and Verdict.UNKNOWN in direct:
        yield question, found, every
    if found is Verdict.VACUOUS and set(every) != {Verdict.VACUOUS}:
        yield question, found, every


@pytest.mark.parametrize("seed", TELLING)
def test_a_name_of_a_workload_and_its_service_is_open_where_one_of_its_ports_is(seed):
    assert list(wrong(seed)) == []
