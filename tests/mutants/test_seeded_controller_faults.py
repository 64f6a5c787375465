"""Faults seeded into what ingress controllers are told: the agreement checks on controllers must find every one."""

from functools import partial

import pytest

from mutants.faulty import fault
from mutants.test_seeded_routing_faults import first_seed, ids

MOST_TOLD = 200
MOST_ASKED = 24

FAULTS_OF_READING = {
    "a ConfigMap that is not there is no doubt": (
        "routes.controller_arguments",
        "                yield _doubtful(told, argument, doubt, Protocol(protocol))\n",
        "                pass\n",
    ),
    "UDP services are TCP services": (
        "model.controller",
        '"udp-services-configmap": "UDP"',
        '"udp-services-configmap": "TCP"',
    ),
    "a default backend serves at its last port": (
        "routes.targets",
        "service.ports[0].port",
        "service.ports[-1].port",
    ),
    "a default backend of an annotation may be anywhere": (
        "routes.asides",
        'name == "default-backend"',
        'name == "no-backend"',
    ),
    "an annotation that nobody knows is harmless": (
        "routes.annotations",
        "return family.is_complete or _OF_ROUTING.search(name) is not None",
        "return _OF_ROUTING.search(name) is not None",
    ),
    "every directive is harmless": (
        "routes.nginx_snippets",
        "return not end or words[0] not in _HARMLESS_DIRECTIVES",
        "return not end",
    ),
    "a URL of HTTPS leads to 80": (
        "routes.targets",
        '"https": 443',
        '"https": 80',
    ),
    "a name without a namespace is in the default one": (
        "model.controller",
        "return namespace or home, name",
        'return namespace or "default", name',
    ),
    "the value of an argument never comes after it": (
        "kinds.pod_facts",
        "                yield waiting, word\n",
        "                pass\n",
    ),
    "a controller looks up whole names alone": (
        "routes.targets",
        'tried = [bare, *(f"{bare}.{domain}" for domain in cluster_first(None, options).searches)]',
        "tried = [bare]",
    ),
    "an entry of another form opens nothing": (
        "routes.controller_arguments",
        "        way = _doubtful(told, argument, doubt, protocol)\n    else:",
        "        way = _way(told, argument, Target(problem=doubt), place, protocol)\n    else:",
    ),
}

FAULTS_OF_JUDGING = {
    "a doubt leads to no pod": (
        "routes.planned_ways",
        "in self._anywhere(way, question) if way.doubt else self.behind(way):",
        "in self.behind(way):",
    ),
    "a doubt leads to no Service": (
        "routes.planned_ways",
        "        elif called.service is not None:\n            for port in called.service.ports:\n",
        "        elif False:\n            for port in called.service.ports:\n",
    ),
    "a way that may lead anywhere is closed": (
        "answers.routed",
        "            verdict, legs = Verdict.UNKNOWN, (*legs[:-1], doubted(legs[-1], route.doubt))\n",
        "            verdict = Verdict.UNREACHABLE\n",
    ),
}


@pytest.mark.parametrize(("module", "original", "replacement"), ids(FAULTS_OF_READING))
def test_a_seeded_fault_is_found_by_what_controllers_are_told(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(
            partial(first_seed, module="test_agreement_controllers", names=["difference"]), range(MOST_TOLD)
        )


@pytest.mark.parametrize(("module", "original", "replacement"), ids(FAULTS_OF_JUDGING))
def test_a_seeded_fault_is_found_by_proofs_about_controllers(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(partial(first_seed, module="test_agreement_controllers", names=["past"]), range(MOST_ASKED))


def test_without_a_fault_nothing_is_found():
    with fault("routes.targets", "def first_port(", "def first_port ("):
        assert first_seed(range(20), "test_agreement_controllers", ["difference"]) is None
