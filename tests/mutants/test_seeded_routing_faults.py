"""Faults seeded into routing and routed answers: the agreement checks on Services and ways in must find every one."""

import importlib
from functools import partial

import pytest

from mutants.faulty import fault

MOST_CLUSTERS = 600
MOST_ASKED = 80
RARE = (284, 319, 367)
"""Further clusters, in which what chance rarely brings together meets."""

FAULTS_OF_WAYS = {
    "Local is Cluster": (
        "routes.load_balancers",
        "kept = _goes_to_pods(service) or service.external_traffic_policy is TrafficPolicy.LOCAL",
        "kept = _goes_to_pods(service)",
    ),
    "a load balancer is no NodePort": (
        "routes.load_balancers",
        "    return service.allocates_node_ports or port.node_port is not None\n",
        "    return False\n",
    ),
    "external IPs of headless Services are routed": (
        "routes.load_balancers",
        "if service.external_ips and not service.headless:",
        "if service.external_ips or service.headless:",
    ),
    "no grant is needed": (
        "routes.gateways",
        "if namespace != route.namespace and not is_granted(route, backend, index):",
        "if False:",
    ),
    "a grant is for routes of every namespace": (
        "routes.gateways",
        "(one.group, one.kind, one.namespace) == (GATEWAY_GROUP, route.kind, route.namespace)",
        "(one.group, one.kind) == (GATEWAY_GROUP, route.kind)",
    ),
    "weight 0 is like any other": (
        "routes.gateways",
        "used = [backend for backend in rule.backends if backend.weight]",
        "used = list(rule.backends)",
    ),
    "listeners take routes of every namespace": (
        "routes.attachment",
        "    if allowed.namespaces is not RoutesFrom.SELECTOR or allowed.selector is None:\n        return None\n",
        "    if allowed.namespaces is not RoutesFrom.SELECTOR or allowed.selector is None:\n        return ()\n",
    ),
    "the section of a parent is ignored": (
        "routes.attachment",
        'if parent.section not in ("", listener.name) or',
        "if",
    ),
    "what is passed through takes streams": (
        "routes.attachment",
        '        implied = frozenset({"TLSRoute"})\n',
        "        pass\n",
    ),
    "a wildcard means the domain itself": (
        "routes.hostnames",
        "endswith(pattern[1:])",
        "endswith(pattern[2:])",
    ),
    "a backend of HTTP may be UDP": (
        "routes.targets",
        "if port.protocol is protocol and wanted in (port.port, port.name)",
        "if wanted in (port.port, port.name)",
    ),
    "an alias of an Ingress leads nowhere": (
        "routes.targets",
        "        service = _service(lookup, index)\n",
        "        service = None\n",
    ),
    "a Route knows the Service's own number of a port": (
        "routes.openshift_routes",
        "wanted in (None, port.name)",
        "wanted in (None, port.name, port.port)",
    ),
    "a Route does not know the numbers at the endpoints": (
        "routes.openshift_routes",
        "return isinstance(wanted, int) and any(",
        "return wanted is ... and any(",
    ),
}

FAULTS_OF_SERVICES = {
    "a named target port has any protocol": (
        "routes.target_ports",
        "of_protocol = [one for one in workload.ports if one.protocol is port.protocol]",
        "of_protocol = list(workload.ports)",
    ),
    "init containers that end serve as well": (
        "routes.target_ports",
        "[one for one in of_protocol if one.sidecar]",
        "[one for one in of_protocol if one.init]",
    ),
    "a selector reaches into other namespaces": (
        "routes.index",
        "some = self._labelled.get((namespace, key, value), ())",
        "some = [w for (_, *label), all_ in self._labelled.items() if label == [key, value] for w in all_]",
    ),
    "one label of a selector is enough": (
        "routes.index",
        "return [one for one in rarest or () if _may_have(one, selector)]",
        "return list(rarest or ())",
    ),
    "a headless Service translates": (
        "routes.planned",
        "    if called.is_dialled_directly:\n",
        "    if False:\n",
    ),
    "slices beside the selector of a headless Service are forgotten": (
        "routes.backends",
        'if service.selector is None else ("EndpointSlice",)',
        "if service.selector is None else ()",
    ),
    "ports of slices need no name": (
        "routes.backends",
        "if (one.name, one.protocol) == (port.name, port.protocol)]",
        "if one.protocol is port.protocol]",
    ),
    "a name that leads nowhere leads outside": (
        "routes.naming",
        "leading = Called(alias, aliases=(*called.aliases, first), nowhere=nowhere, is_sure=_is_sure(found))",
        "leading = Called(None, aliases=(*called.aliases, first))",
    ),
    "an alias leads to the port that it lists": (
        "routes.naming",
        "ports = end.service.ports if everything else asked_ports(end.service, question.traffic)",
        "ports = alias.ports",
    ),
}

FAULTS_FROM_OUTSIDE = {
    "ways in to ports of headless Services are lost": (
        "routes.leading",
        "    if called.is_dialled_directly:\n",
        "    if False:\n",
    ),
    "a controller dials a headless Service as pods do": (
        "routes.planned_ways",
        "behind = backends if way.controller is None else listed",
        "behind = backends",
    ),
    "the node in the client's place is forgotten": (
        "routes.load_balancers",
        "    yield SeenSource(SeenAs.OWN_NODE, ranges, (*provided, OWN_NODE_SEEN))\n",
        "",
    ),
    "a route is left out beside one on more conditions": (
        "answers.route_verdicts",
        "any(fewer < set(route.provided) for fewer in alike)",
        "any(fewer > set(route.provided) for fewer in alike)",
    ),
}


def ids(faults):
    return [pytest.param(*texts, id=name) for name, texts in faults.items()]


def first_seed(seeds, module, names):
    """The first of ``seeds`` at which one of the checks ``names`` finds something; None when none does.

    What stops the package counts as found.
    """
    checks = [getattr(importlib.import_module(f"agreement.{module}"), name) for name in names]
    for seed in seeds:
        try:
            if any(any(check(seed)) for check in checks):
                return seed
        except (AssertionError, AttributeError, LookupError):
            return seed
    return None


OUTSIDE = ("wrong", "misjudged", "misled", "conditional")
RARE_OUTSIDE = (106,)


@pytest.mark.parametrize(("module", "original", "replacement"), ids(FAULTS_OF_WAYS))
def test_a_seeded_fault_is_found_by_the_ways_in(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(
            partial(first_seed, module="test_agreement_ways_in", names=["difference"]), range(MOST_CLUSTERS)
        )


@pytest.mark.parametrize(("module", "original", "replacement"), ids(FAULTS_OF_SERVICES))
def test_a_seeded_fault_is_found_by_questions_about_services(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(
            partial(first_seed, module="test_agreement_services", names=["wrong"]), (*RARE, *range(MOST_ASKED))
        )


@pytest.mark.parametrize(("module", "original", "replacement"), ids(FAULTS_FROM_OUTSIDE))
def test_a_seeded_fault_is_found_by_questions_from_outside(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(
            partial(first_seed, module="test_agreement_outside", names=OUTSIDE), (*RARE_OUTSIDE, *range(MOST_ASKED))
        )


def test_without_a_fault_nothing_is_found():
    with fault("routes.hostnames", "def intersection(", "def intersection ("):
        assert first_seed(range(20), "test_agreement_ways_in", ["difference"]) is None
        assert first_seed(range(2), "test_agreement_services", ["wrong"]) is None
        assert first_seed(range(2), "test_agreement_outside", OUTSIDE) is None
