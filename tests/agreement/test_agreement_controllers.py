"""What ingress controllers are told: the package and the judge find the same, and nothing is proved past it."""

import pytest

from agreement.pipeline import read_inventory
from agreement.test_agreement_outside import direct
from agreement.test_agreement_services import target_text
from generators.controlled_clusters import random_controlled_cluster
from generators.routed_clusters import text_of
from netverify.answers.surface import Openness
from netverify.query.outcome import Verdict
from netverify.routes.index import RoutingIndex
from netverify.routes.options import RoutingOptions
from netverify.routes.ways_in import ways_in
from netverify.verify import Verifier
from oracles.controllers_interpreter import told
from oracles.service_interpreter import WORKLOADS, behind_port, find, has_ended, ports_of, protocol_of, type_of

PLAIN_WAYS = ("Ingress", "Gateway", "Route", "NodePort", "LoadBalancer", "externalIPs", "hostPort", "hostNetwork")
MAY_BE_OPEN = (Verdict.REACHABLE, Verdict.UNKNOWN)


def difference(seed):
    """What only the package and only the judge says that controllers are told; aliases are judged elsewhere."""
    objects = random_controlled_cluster(seed)
    wanted = {comparable(one) for one in told(objects)}
    aliases = {one[:6] for one in wanted if one[6] == "alias"}
    index = RoutingIndex(read_inventory(text_of(objects)).cluster)
    found = {shown(way) for way in ways_in(index, RoutingOptions()) if way.by not in PLAIN_WAYS}
    return [
        sorted({one for one in only if one[:6] not in aliases}, key=str) for only in (found - wanted, wanted - found)
    ]


def comparable(one):
    """Without the port of an annotation, which is that of its Ingress, and of what is for every port."""
    return (one.kind, one.namespace, one.name, one.by, one.port, one.protocol, one.target)


def shown(way):
    target = "nowhere"
    if way.doubt:
        target = "anywhere"
    elif way.outside is not None:
        target = ("outside", way.outside.name, way.outside.port)
    elif not way.problem:
        target = ("service", way.service.namespace, way.service.name, way.service_port.port)
    port = None if way.kind == "Ingress" or way.by == "--configmap" or (way.doubt and way.aside) else way.port
    return (way.kind, way.namespace, way.name, way.by, port, way.protocol.value, target)


def past(seed):
    """Proofs that nobody gets in by a way that a plain question about the controller may find open."""
    objects = random_controlled_cluster(seed)
    verifier = Verifier(read_inventory(text_of(objects)))
    closed = {shown(one.way)[:7] for one in verifier.exposed().ways if one.openness is Openness.BLOCKED}
    for one in told(objects):
        source = "{}/{}[{}]".format(*one.controller) if one.controller else "any pod"
        for service, end in ends(objects, one):
            if direct(verifier.ask(f"can {source} reach {end}")) not in MAY_BE_OPEN:
                continue
            for asked in (service, end) if service else (end,):
                if verifier.ask(f"can internet reach {asked}").verdict is Verdict.UNREACHABLE:
                    yield one, asked
            if service and comparable(one) in closed:
                yield one, "blocked"


def ends(objects, one):
    """Pods that what is told leads to, on the port there, with the Service; every pod where it may lead anywhere."""
    if one.target == "anywhere":
        for pod in objects:
            if pod["kind"] in WORKLOADS and not has_ended(pod) and name_of(pod)[:2] != name_of_told(one):
                yield None, f"{'{namespace}/{name}'.format(**pod['metadata'])}[{pod['kind']}]:80/{one.protocol}"
        first = next((each for each in objects if each["kind"] == "Service" and type_of(each) != "ExternalName"), None)
        for port in ports_of(first) if first else []:
            yield from behind(objects, first, port, one.protocol)
    elif one.target[0] == "service":
        service = find(objects, "Service", *one.target[1:3])
        for port in ports_of(service):
            if port["port"] == one.target[3]:
                yield from behind(objects, service, port, one.protocol)


def behind(objects, service, port, protocol):
    """A port of a Service, with each pod and port that it leads to."""
    text = "service {namespace}/{name}".format(**service["metadata"]) + f":{port['port']}/{protocol}"
    for end, spoken, number in behind_port(objects, service, port) if protocol_of(port) == protocol else ():
        if not isinstance(end, str):
            yield text, f"{target_text(end)}:{number}/{spoken}"


def name_of(pod):
    return (pod["metadata"]["namespace"], pod["metadata"]["name"])


def name_of_told(one):
    return one.controller[:2] if one.controller else None


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_controllers_are_told_the_same(first):
    for seed in range(first, first + 50):
        assert difference(seed) == [[], []], f"seed {seed}"


@pytest.mark.parametrize("first", range(0, 12, 4))
def test_nothing_is_proved_past_what_a_controller_is_told(first):
    for seed in range(first, first + 4):
        assert list(past(seed)) == [], f"seed {seed}"


@pytest.mark.long
@pytest.mark.parametrize("first", range(300, 3000, 100))
def test_controllers_are_told_the_same_in_many_more_clusters(first):
    for seed in range(first, first + 100):
        assert difference(seed) == [[], []], f"seed {seed}"
    for seed in range(first, first + 10):
        assert list(past(seed)) == [], f"seed {seed}"
