"""Ways that no manifest shows whole: by controllers that nothing shows, and by objects that are not modelled.

A controller on the host network reaches the pods of its own node, whatever policy says.
Source: kubernetes.io, "Network Policies": "a node will always be able to connect to pods on it" (A17).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from netverify.answers.derived import CLOSED
from netverify.answers.doubts import described, objects_that_route
from netverify.answers.judged_legs import Legs
from netverify.model.cluster import NODE, Unsupported
from netverify.model.flow import End
from netverify.policy.predicate import ALWAYS, AnyOf, IsPod, IsWorkload
from netverify.query.derivation import Derived, Rule, Step
from netverify.query.outcome import Answer
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.query.question import Question, narrowed
from netverify.query.whereabouts import counting_own_node, is_outside
from netverify.routes.options import RoutingOptions
from netverify.routes.planned import PlannedLeg, leg
from netverify.routes.planned_ways import WaysIn
from netverify.routes.way_in import WayIn
from netverify.sources.coverage import Inventory
from netverify.symbolic.predicate_facts import pinned_places


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
        who = given.text if given.is_shown else f"{given.text} (which matches no pod of these manifests)"
        yield (
            f"Ingresses, Gateways and Routes are served by {who} alone, "
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


def may_be_relayed(question: Question, inventory: Inventory, legs: Legs) -> tuple[str, ...]:
    """A line for each object that is not modelled and may lead pods to what ``question`` is about.

    None where the pods connect to nobody, or no other pod gets to what is asked about: who relays them has to be a pod
    that both sides admit.
    """
    objects = _objects(question, inventory)
    if not objects or any(legs.one(PlannedLeg(one)).verdict in CLOSED for one in _needed(question)):
        return ()
    return described(objects, "open a way for pods")


def not_relayed(question: Question, inventory: Inventory, legs: Legs) -> Iterator[Derived]:
    """The proof that no object relays pods, where there are such objects and :func:`may_be_relayed` tells of none."""
    if not _objects(question, inventory):
        return
    answers = map(legs.one, map(PlannedLeg, _needed(question)))
    closed = next((one.derivation for one in answers if one.verdict in CLOSED), None)
    says = f"no object that is not modelled leads pods there: {question.text}"
    yield Step(Rule.CLOSED_ROUTE, says, (closed,)) if closed is not None else None


def _objects(question: Question, inventory: Inventory) -> tuple[Unsupported, ...]:
    return tuple(one for one in objects_that_route(inventory, places_led_to(question)) if not one.unrendered)


def _needed(question: Question) -> tuple[Question, Question]:
    """What both has to be possible for a pod that relays: that pods connect to it, and that it gets there."""
    knock = replace(leg(question, ALWAYS, EVERY_TRAFFIC, "anybody"), beside=())
    traffic = EVERY_TRAFFIC if question.called is not None else question.traffic
    # No selector tells whom a Service without one leads to.
    destination = question.destination if _names_its_destination(question) else ALWAYS
    arriving = leg(question, destination, traffic, question.destination_text)
    relay = replace(arriving, source=IsPod(End.SOURCE), source_text="a pod between", beside=())
    return narrowed(knock, End.SOURCE, IsPod(End.SOURCE)), relay


def places_led_to(question: Question) -> frozenset[str] | None:
    """The namespaces that the destination of ``question`` is in; None where that may be any."""
    called = question.called
    if called is None:
        return pinned_places(question.destination, End.DESTINATION)
    return (
        frozenset({called.service.namespace})
        if called.service is not None and _names_its_destination(question)
        else None
    )


def _names_its_destination(question: Question) -> bool:
    """Whether the destination of ``question`` says whom it is about; it does not for a Service without a selector."""
    service = question.called.service if question.called is not None else None
    return service is None or service.selector is not None
