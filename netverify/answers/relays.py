"""Whether pods may get somewhere by a way in that is not modelled: through a pod that some object sets up for that."""

from __future__ import annotations

from dataclasses import replace

from netverify.answers.doubts import described, objects_that_route
from netverify.answers.judged_legs import Legs
from netverify.answers.planned import PlannedLeg, leg
from netverify.manifests.coverage import Inventory
from netverify.model.flow import End
from netverify.queries.outcome import Verdict
from netverify.queries.port_grammar import EVERY_TRAFFIC
from netverify.queries.question import Question, narrowed
from netverify.rules.predicate import ALWAYS, IsPod
from netverify.symbolic.predicate_facts import pinned_places


def may_be_relayed(question: Question, inventory: Inventory, legs: Legs) -> tuple[str, ...]:
    """A line for each object that is not modelled and may lead pods to what ``question`` is about.

    None where the pods connect to nobody, or no other pod gets to what is asked about: who relays them has to be a pod
    that both sides admit.
    """
    objects = tuple(one for one in objects_that_route(inventory, places_led_to(question)) if not one.unrendered)
    if not objects:
        return ()
    knock = replace(leg(question, ALWAYS, EVERY_TRAFFIC, "anybody"), beside=())
    traffic = EVERY_TRAFFIC if question.called is not None else question.traffic
    arriving = leg(question, question.destination, traffic, question.destination_text)
    relay = replace(arriving, source=IsPod(End.SOURCE), source_text="a pod between", beside=())
    closed = (Verdict.UNREACHABLE, Verdict.VACUOUS)
    needed = (narrowed(knock, End.SOURCE, IsPod(End.SOURCE)), relay)
    if any(legs.one(PlannedLeg(one)).verdict in closed for one in needed):
        return ()
    return described(objects, "open a way for pods")


def places_led_to(question: Question) -> frozenset[str] | None:
    """The namespaces that the destination of ``question`` is in; None where that may be any."""
    if question.called is not None:
        return frozenset({question.called.service.namespace}) if question.called.service is not None else None
    return pinned_places(question.destination, End.DESTINATION)
