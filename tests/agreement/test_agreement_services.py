"""Questions about Services: they lead where the judge says, and are as open as plain questions about their ends."""

import copy
import re

import pytest

from agreement.pipeline import read_inventory
from generators.routed_clusters import random_routed_cluster, text_of
from mutants.kills import telling_seeds
from netverify.query.outcome import EndpointKind, Scope, Verdict
from netverify.verify import Verifier
from oracles.routing_interpreter import endpoints
from oracles.service_interpreter import find, is_headless, ports_of, protocol_of, type_of

SOURCES = 2
ADDRESS = re.compile(r"address (?P<address>[0-9.]+|\[[0-9a-f:]+\])(?: \(a pod of (?P<pod>[^)]+)\))?:(?P<number>\d+)")
POD = re.compile(r"(?P<pod>\S+\]):(?P<number>\d+)")
OUTSIDE = "an address outside the cluster"


UNSEEN = "on the host network it would reach pods of its own node"
"""What an answer says that policy closes, and a controller may open that no manifest shows."""


TELLING = telling_seeds("test_seeded_routing_faults.py::test_a_seeded_fault_is_found_by_questions_about_services")


def direct(answer):
    """What ``answer`` says of the connection itself, where it also tells of ways in."""
    by_controllers = [UNSEEN in why for why in answer.unknown_because]
    if by_controllers and all(by_controllers) and not answer.routes:
        return Verdict.UNREACHABLE
    return next((route.verdict for route in answer.routes if not route.path), answer.verdict)


class Asked:
    """A random cluster, with plain questions about it each asked once."""

    def __init__(self, seed):
        self.objects = random_routed_cluster(seed)
        self.with_all_ready = with_all_ready(self.objects)
        self.verifier = Verifier(read_inventory(text_of(self.objects)))
        self.known = {}

    def plain(self, source, destination):
        """What policy says of the connection itself, whatever ways in there are beside it."""
        question = f"can {source} reach {destination}"
        if question not in self.known:
            answer = self.verifier.ask(question)
            self.known[question] = direct(answer)
        return self.known[question]

    @property
    def sources(self):
        return [str(one.key) for one in self.verifier.inventory.cluster.workloads][:SOURCES]

    @property
    def service_ports(self):
        """Every port of every Service, and some number towards an alias."""
        for one in self.objects:
            if one["kind"] == "Service":
                place = one["metadata"]["namespace"], one["metadata"]["name"]
                alias = [{"port": 80}] if type_of(one) == "ExternalName" else ports_of(one)
                yield from ((*place, port["port"], protocol_of(port)) for port in alias)


def wrong(seed):
    """Every answer that differs from the judge's endpoints, or from the plain questions about them."""
    asked = Asked(seed)
    for namespace, name, number, protocol in asked.service_ports:
        ends = judged(asked.with_all_ready, namespace, name, number, protocol)
        for source in asked.sources:
            question = f"can {source} reach service {namespace}/{name}:{number}/{protocol}"
            answer = asked.verifier.ask(question)
            # What is shown beside is a way in, which pods are judged to take elsewhere.
            routes = [route for route in answer.routes if len(route.legs) == 1]
            there = {end_of(route): route.verdict for route in routes if route.leads_to in WRITTEN}
            plain = {end: asked.plain(source, f"{end[0]}:{end[1]}/{protocol}") for end in ends if end[0] != OUTSIDE}
            plain |= {end: there.get(end) for end in ends if end[0] == OUTSIDE}
            # A pod that reaches itself, or an address of a family that it lacks, is no connection to judge.
            plain = {end: verdict for end, verdict in plain.items() if verdict is not Verdict.VACUOUS}
            if there != plain:
                yield question, there, plain
            yield from wrong_verdict(asked, question, answer, list(plain.values()))


WRITTEN = (EndpointKind.EXISTING, EndpointKind.ADDRESS)


def with_all_ready(objects):
    """The same cluster later: what a slice calls not ready may be by then, and the package counts with it."""
    later = copy.deepcopy(objects)
    for one in later:
        for endpoint in one.get("endpoints") or [] if one["kind"] == "EndpointSlice" else []:
            endpoint.pop("conditions", None)
    return later


def judged(objects, namespace, name, number, protocol):
    """The judge's endpoints, of which each is a pod or an address with a number; outside names have none."""
    found = endpoints(objects, namespace, name, number)
    found = [end for end in found if not str(end[0]).endswith(".svc.")]  # no top-level domain is called so
    return {(target_text(target), port) for target, spoken, port in found if spoken == protocol}


def target_text(target):
    if isinstance(target, tuple):
        return "{}/{}[{}]".format(*target)
    if target.endswith("."):
        return OUTSIDE
    return f"[{target}]" if ":" in target else target


def end_of(route):
    if route.text == OUTSIDE:
        return OUTSIDE, int(route.legs[0].question.rpartition(":")[2].partition("/")[0])
    found = ADDRESS.fullmatch(route.text) or POD.fullmatch(route.text)
    parts = found.groupdict()
    return parts["pod"] or parts["address"], int(parts["number"])


def wrong_verdict(asked, question, answer, plain):
    """What ``answer`` says although the plain questions about existing ends, or about pods to be, say otherwise."""
    is_open = answer.verdict is Verdict.REACHABLE and answer.scope is Scope.EXISTING
    by_way = answer.route is not None and len(answer.route.legs) > 1
    if (Verdict.REACHABLE in plain) != (is_open and not by_way):
        yield question, answer.verdict, answer.scope, plain
    if answer.verdict is Verdict.UNREACHABLE:
        yield from ((question, "proved", text) for text in created_that_are_reached(asked, question))


def created_that_are_reached(asked, question):
    """The pods that the Service selects, on the number that it leads to, where they are reachable after all."""
    source, name, number, protocol = re.fullmatch(r"can (\S+) reach service (\S+):(\d+)/(\w+)", question).groups()
    service = find(asked.objects, "Service", *name.split("/"))
    if not service["spec"].get("selector") or type_of(service) == "ExternalName":
        return
    chosen = ",".join(f"{key}={value}" for key, value in service["spec"]["selector"].items())
    for port in ports_of(service):
        if (str(port["port"]), protocol_of(port)) != (number, protocol):
            continue
        target = port["port"] if is_headless(service) else port.get("targetPort", port["port"])
        if isinstance(target, int):
            pods = f"pods {chosen} in namespace {name.split('/')[0]}:{target}/{protocol}"
            if asked.plain(source, pods) is not Verdict.UNREACHABLE:
                yield pods


def test_services_lead_where_the_judge_says_and_are_as_open_as_their_endpoints(fresh):
    for seed in (*TELLING, *fresh(3)):
        assert list(wrong(seed)) == [], f"seed {seed}"


@pytest.mark.long
@pytest.mark.parametrize("first", range(80, 880, 40))
def test_services_of_many_more_clusters_lead_there_too(first):
    for seed in range(first, first + 40):
        assert list(wrong(seed)) == [], f"seed {seed}"
