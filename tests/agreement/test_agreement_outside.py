"""Questions from outside about random clusters: proved only where no way in of the judge is open to plain questions."""

import pytest

from agreement.routed_ways import BY_OBJECT, end_of
from agreement.test_agreement_services import Asked, direct, target_text
from mutants.kills import telling_seeds
from netverify.answers.surface import Openness
from netverify.query.outcome import EndpointKind, Verdict
from oracles.service_interpreter import behind_port, find, listed_endpoints, ports_of, protocol_of, type_of
from oracles.ways_in_interpreter import policy_sources, ways_in

TELLING = telling_seeds("test_seeded_routing_faults.py::test_a_seeded_fault_is_found_by_questions_from_outside")


def wrong(seed):
    """Every proof that a way in of the judge refutes, and every reachable answer with a connection without a flow."""
    asked = Asked(seed)
    ways = list(judged(asked))
    for one in asked.objects:
        if one["kind"] != "Service" or type_of(one) == "ExternalName":
            continue
        name = "{namespace}/{name}".format(**one["metadata"])
        for port in ports_of(one):
            question = f"can internet reach service {name}:{port['port']}/{protocol_of(port)}"
            answer = asked.verifier.ask(question)
            yield from ((question, "no witness") for route in answer.routes if is_unshown(route))
            if answer.verdict is not Verdict.UNREACHABLE:
                continue
            for _, sources, target, ends in ways:
                if target == (name, port["port"], protocol_of(port)):
                    yield from ((question, refuted) for refuted in openings(asked, sources, ends))


def judged(asked):
    """The judge's ways in, each with as whom policy sees them, the port of the Service, and the endpoints of that."""
    for way in ways_in(asked.with_all_ready):
        target = end_of(asked.objects, way)
        if target is None or target[0] != "service" or target != way.target:
            continue
        service = find(asked.with_all_ready, "Service", *target[1:3])
        ends = [
            f"{target_text(end)}:{number}/{spoken}"
            for port in ports_of(service)
            if (port["port"], protocol_of(port)) == (target[3], way.protocol)
            for end, spoken, number in behind_port(asked.with_all_ready, service, port)
        ]
        yield way, policy_sources(way), (f"{target[1]}/{target[2]}", target[3], way.protocol), ends


def is_unshown(route):
    return route.verdict is Verdict.REACHABLE and any(leg.witness is None for leg in route.legs)


PLAIN = {"client": "203.0.113.77", "controller": "any pod"}
"""Who the source of a plain question is, by whom policy sees. No question is about a node."""


def openings(asked, sources, ends):
    """What a way in is open by: plain questions that are not unreachable, or the node that the pod itself is on."""
    for end in ends:
        if end.startswith(("[", *"0123456789")):
            continue  # what is between two addresses passes no policy of this cluster
        if "node" in sources:
            yield f"the node that {end} is on, which always reaches it"
        for role in sources & set(PLAIN):
            question = f"can {PLAIN[role]} reach {end}"
            if direct(asked.verifier.ask(question)) in {Verdict.REACHABLE, Verdict.UNKNOWN}:
                yield question


def misjudged(seed):
    """Ways in that ``exposed`` calls blocked or broken although they are open by a plain question."""
    asked = Asked(seed)
    shown = {}
    for one in asked.verifier.exposed().ways:
        if one.way.service is not None and one.way.service_port is not None:
            target = (str(one.way.service), one.way.service_port.port, one.way.protocol.value)
            shown.setdefault((kind_of(one.way), one.way.namespace, one.way.name, target), set()).add(one.openness)
    for way, sources, target, ends in judged(asked):
        said = shown.get((way.kind, way.namespace, way.name, target))
        if said is None or said & CLOSED == said:
            yield from ((way, said, opening) for opening in openings(asked, sources, ends))


def misled(seed):
    """Ways in of which ``exposed`` judges other existing pods, or other ports of them, than they lead to."""
    asked = Asked(seed)
    shown = {}
    for one in asked.verifier.exposed().ways:
        if one.way.service is not None and one.way.service_port is not None:
            target = (str(one.way.service), one.way.service_port.port, one.way.protocol.value)
            ends = {route.text for route in one.routes if route.leads_to is EndpointKind.EXISTING}
            shown.setdefault((kind_of(one.way), one.way.namespace, one.way.name, target), []).append(ends)
    for way, _, target, ends in judged(asked):
        service = find(asked.objects, "Service", *target[0].split("/"))
        if not service["spec"].get("selector") or any(listed_endpoints(asked.objects, service)):
            continue  # what slices list is told by its address
        wanted = {end.rpartition("/")[0] for end in ends}
        if wanted not in shown.get((way.kind, way.namespace, way.name, target), []):
            yield way, shown.get((way.kind, way.namespace, way.name, target)), wanted


def conditional(seed):
    """Load balancers that keep their clients, which are open to plain questions and not without conditions."""
    asked = Asked(seed)
    for way, sources, (name, number, protocol), ends in judged(asked):
        if way.kind != "LoadBalancer" or sources != {"client"} or way.clients:
            continue
        client = PLAIN["client"]
        if any(direct(asked.verifier.ask(f"can {client} reach {end}")) is Verdict.REACHABLE for end in ends):
            question = f"can {client} reach service {name}:{number}/{protocol}"
            answer = asked.verifier.ask(question)
            if answer.route is None or answer.route.provided:
                yield question, answer.route


CLOSED = {Openness.BLOCKED, Openness.BROKEN}


def kind_of(way):
    return way.kind if way.by in BY_OBJECT else way.by


def test_what_is_proved_from_outside_no_way_in_refutes(fresh):
    for seed in (*TELLING, *fresh(10)):
        assert list(wrong(seed)) == [], f"seed {seed}"


def test_what_is_listed_as_closed_no_plain_question_opens(fresh):
    for seed in (*TELLING, *fresh(6)):
        assert [*misjudged(seed), *misled(seed), *conditional(seed)] == [], f"seed {seed}"


@pytest.mark.long
@pytest.mark.parametrize("first", range(90, 890, 40))
def test_what_is_said_of_ways_into_many_more_clusters_is_not_refuted(first):
    for seed in range(first, first + 40):
        assert [*wrong(seed), *misjudged(seed), *misled(seed), *conditional(seed)] == [], f"seed {seed}"
