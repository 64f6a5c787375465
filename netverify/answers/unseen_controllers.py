"""Controllers that no manifest shows: on the host network they reach the pods of their own node, whatever policy says.

Source: kubernetes.io, "Network Policies": "a node will always be able to connect to pods on it" (A17).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from netverify.answers.derived import CLOSED
from netverify.answers.judged_legs import Legs
from netverify.answers.planned import PlannedLeg, leg
from netverify.answers.planned_ways import WaysIn
from netverify.model.cluster import NODE
from netverify.model.flow import End
from netverify.queries.derivation import Derived, Rule, Step
from netverify.queries.outcome import Answer
from netverify.queries.port_grammar import EVERY_TRAFFIC
from netverify.queries.question import Question, narrowed
from netverify.queries.whereabouts import counting_own_node, is_outside
from netverify.routing.options import RoutingOptions
from netverify.routing.way_in import WayIn
from netverify.rules.predicate import AnyOf, IsPod, IsWorkload


def is_unseen(way: WayIn, options: RoutingOptions) -> bool:
    """Whether the pods that serve ``way`` are in no manifest, and the user does not say which they are."""
    controller = way.controller
    if controller is None or way.problem or options.controller is not None:
        return False
    return controller.possible is not None and not controller.workloads


def given_controllers(ways: Iterable[WayIn], options: RoutingOptions) -> Iterator[str]:
    """What a proof past ``ways`` takes as given where the user says which pods serve them."""
    given = options.controller
    if given is not None and any(way.controller is not None for way in ways):
        yield (
            f"Ingresses, Gateways and Routes are served by {given.text} alone, "
            "by no pod on the host network that these manifests do not show"
        )


def perhaps_on_the_node(way: WayIn) -> str:
    """Why ``way``, whose controller is unseen, is not proved to be closed."""
    assert way.controller is not None
    return (
        f"{way.controller.name}, which serves {way.object}, is not in these manifests: on the host network it would "
        "reach pods of its own node whatever policy says; name its pods with --ingress-controller"
    )


def through_hosts(question: Question, unseen: Iterable[WayIn], ways: WaysIn, legs: Legs) -> Iterator[str]:
    """For each of the ``unseen`` ways by which ``question`` may be true after all, a line that says why."""
    if not question.from_outside and _is_closed(_to_hosts(question), legs):
        return
    for way in unseen:
        asked = (ways.asked_of(backend, question) for backend in ways.backends_of(way, question))
        if not all(_is_closed(_by_host(one), legs) for one in asked):
            yield perhaps_on_the_node(way)


def closed_to_hosts(question: Question, unseen: Iterable[WayIn], ways: WaysIn, legs: Legs) -> Iterator[Derived]:
    """The proof that by none of the ``unseen`` ways ``question`` is true after all, as :func:`through_hosts` tells."""
    if not question.from_outside and _is_closed(_to_hosts(question), legs):
        yield _closed(legs.one(_to_hosts(question)), f"pods reach no node: {question.text}")
        return
    for way in unseen:
        for backend in ways.backends_of(way, question):
            found = legs.one(_by_host(ways.asked_of(backend, question)))
            yield _closed(found, f"{way.object} leads nowhere from the node of a pod: {question.text}")


def _closed(found: Answer, says: str) -> Derived:
    return Step(Rule.CLOSED_ROUTE, says, (found.derivation,)) if found.derivation is not None else None


def _to_hosts(question: Question) -> PlannedLeg:
    """From pods to a node, or to something outside that leads to one."""
    hosts = AnyOf((IsWorkload(End.DESTINATION, NODE), is_outside(End.DESTINATION)))
    knock = replace(leg(question, hosts, EVERY_TRAFFIC, "a node"), beside=())
    return PlannedLeg(narrowed(knock, End.SOURCE, IsPod(End.SOURCE)), to_node=True)


def _by_host(asked: Question) -> PlannedLeg:
    beside = counting_own_node(asked.beside)
    by_node = replace(asked, source=IsWorkload(End.SOURCE, NODE), source_text="a node", beside=beside)
    return PlannedLeg(by_node, by_node=True)


def _is_closed(planned: PlannedLeg, legs: Legs) -> bool:
    return legs.one(planned).verdict in CLOSED
