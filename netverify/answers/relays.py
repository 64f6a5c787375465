"""Whether pods may get somewhere by a way in that is not modelled: through a pod that some object sets up for that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netverify.answers.derived import CLOSED
from netverify.answers.doubts import described, objects_that_route
from netverify.answers.judged_legs import Legs
from netverify.answers.planned import PlannedLeg, leg
from netverify.manifests.coverage import Inventory
from netverify.model.cluster import Unsupported
from netverify.model.flow import End
from netverify.queries.derivation import Derived, Rule, Step
from netverify.queries.port_grammar import EVERY_TRAFFIC
from netverify.queries.question import Question, narrowed
from netverify.rules.predicate import ALWAYS, IsPod
from netverify.symbolic.predicate_facts import pinned_places


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
