"""Faults seeded into ways in for pods: small clusters with a known answer, and random ones, must find every one."""

from functools import partial

import pytest

from agreement.inside_points import POINTS
from mutants.faulty import fault
from mutants.test_seeded_routing_faults import first_seed, ids

FAULTS = {
    "no pod uses a NodePort": ("routes.doors", 'case "NodePort" | "hostPort":', 'case "hostPort":'),
    "no node translates the address of a load balancer": (
        "routes.doors",
        "                yield translated\n                if way",
        "                if way",
    ),
    "a known address of a load balancer is one outside": (
        "routes.doors",
        " and is_translated(way.service) and not sees_addresses:",
        " and not is_translated(way.service) and not sees_addresses:",
    ),
    "no policy sees an external IP": (
        "routes.doors",
        "            if sees_addresses:",
        "            if not sees_addresses:",
    ),
    "a load balancer is reached at any port": (
        "routes.doors",
        "balancer = knocking(asked, is_outside(End.DESTINATION), port,",
        "balancer = knocking(asked, is_outside(End.DESTINATION), PortIn(way.protocol, EVERY_PORT),",
    ),
    "an external IP is any address": (
        "routes.doors",
        "there = All((Not(IsPod(End.DESTINATION)), AddressIn(End.DESTINATION, ranges)))",
        "there = Not(IsPod(End.DESTINATION))",
    ),
    "the pod's own node stands in for nobody": (
        "routes.doors",
        "            yield _by_node(asked, SameNode()), ()",
        "            yield _by_node(asked, Not(SameNode())), ()",
    ),
    "a node stands in for clients that are kept": (
        "routes.doors",
        "yield PlannedLeg(asked, half=Direction.INGRESS), ()",
        "yield _by_node(asked, SameNode()), ()",
    ),
    "egress policy sees the pod behind a node as well": (
        "routes.doors",
        "yield PlannedLeg(asked, half=Direction.INGRESS), ()",
        "yield PlannedLeg(asked), ()",
    ),
    "ingress policy sees the client of a translating node as well": (
        "routes.doors",
        "PlannedLeg(asked, half=Direction.EGRESS)",
        "PlannedLeg(asked)",
    ),
    "two pods share one route": (
        "routes.ways_for_pods",
        "shared = Shared.CLIENT if last.half is Direction.INGRESS else Shared.NOBODY",
        "shared = Shared.NOBODY",
    ),
    "two controllers share one route": (
        "routes.ways_for_pods",
        "(*doors.for_pods(source.provided), *unknown), Shared.STATION",
        "(*doors.for_pods(source.provided), *unknown), Shared.NOBODY",
    ),
    "no pod reaches a controller itself": (
        "routes.ways_for_pods",
        "        yield (), (PlannedLeg(doors.knocking(client, there, ports, str(key))),), (), Shared.NOBODY\n",
        "",
    ),
    "no pod reaches a controller by a way in": (
        "routes.ways_for_pods",
        "        for entry in entries:\n",
        "        for entry in ():\n",
    ),
    "a controller takes requests where it shows metrics": (
        "routes.ways_for_pods",
        "return not any(name.startswith(_NO_REQUESTS) for name in names)",
        "return True",
    ),
    "what slices list is in the Service's namespace": (
        "routes.ways_for_pods",
        "                if is_written:\n                    places[None].append(number)\n",
        "",
    ),
    "one pod that cannot knock stands for its namespace": (
        "answers.judged_legs",
        "(_home if is_closed else _like)(pod, End.SOURCE)",
        "_home(pod, End.SOURCE)",
    ),
    "every port of a node is one": (
        "answers.judged_legs",
        "            if wide.verdict is Verdict.UNREACHABLE:",
        "            if wide.verdict is not Verdict.UNKNOWN:",
    ),
    "policy of both sides sees each half": (
        "answers.context",
        "table if one is direction else RuleTable(one, ())",
        "table",
    ),
    "what pods are approved for is everything": (
        "gate.by_ways",
        "(narrowed(cell, End.SOURCE, source), (*beside, target)),",
        "",
    ),
    "approvals count for no pod behind a node": (
        "gate.by_ways",
        "tuple(without(cell, *beside) for cell, beside in cells)",
        "tuple(cell for cell, _ in cells)",
    ),
    "an open way in proves": (
        "gate.judging",
        "        parts += by_ways.parts\n",
        "",
    ),
}


@pytest.mark.parametrize(("module", "original", "replacement"), ids(FAULTS))
def test_a_seeded_fault_is_found_by_clusters_with_a_known_answer(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(partial(first_seed, module="inside_points", names=["wrong"]), range(len(POINTS)))


BY_CHANCE = ("no pod uses a NodePort", "the pod's own node stands in for nobody")


@pytest.mark.parametrize(("module", "original", "replacement"), ids({name: FAULTS[name] for name in BY_CHANCE}))
def test_a_seeded_fault_is_found_by_random_clusters(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(partial(first_seed, module="test_agreement_inside", names=["wrong"]), range(300))


def test_without_a_fault_nothing_is_found():
    with fault("routes.ways_for_pods", "class WaysForPods:", "class WaysForPods :"):
        assert first_seed(range(len(POINTS)), "inside_points", ["wrong"]) is None
