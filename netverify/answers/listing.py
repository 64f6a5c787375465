"""The answers to ``who can reach …`` and ``what can … reach``."""

from __future__ import annotations

from dataclasses import replace

from netverify.answers.context import Context
from netverify.answers.doubts import (
    described,
    missing_pods,
    notes,
    objects_that_may,
    objects_that_relabel,
    unread_inputs,
)
from netverify.answers.existing import existing
from netverify.answers.mesh import mesh_of_listing
from netverify.answers.possible import PossibleFound, possible_pods
from netverify.answers.reachability import answer_found
from netverify.model.flow import Direction, End, Endpoint, Pod
from netverify.queries.outcome import Listed, Listing, Verdict
from netverify.queries.question import Question, narrowed, without
from netverify.queries.remarks import Remarks
from netverify.queries.whereabouts import beside_policy
from netverify.rules.predicate import IsPod
from netverify.rules.table import RuleTable
from netverify.symbolic.casting import PodScope
from netverify.symbolic.refinement import Found
from netverify.symbolic.search import Search
from netverify.symbolic.status import Status


class DisagreementError(Exception):
    """The symbolic reading and the all-pairs reading contradict each other: a bug, never a finding."""


def listing(question: Question, context: Context) -> Listing:
    """Everyone at the open end: existing pods and external ranges by name, possible pods by selector.

    ``UNKNOWN`` when the solver gave up on anyone: the list may then lack possible pods. Raises
    :class:`DisagreementError` when the proof that there is nobody, or the flow that was found, contradicts the list.
    """
    question = without(question, *beside_policy(question.source, question.destination))
    found = _anyone(question, context.search)
    anyone = answer_found(question, context, found)
    closed = _closed_table(question, context)
    listed = tuple(existing(question, context, closed))
    _agree(question, found, listed)
    possible = possible_pods(question, question.open_end, context) if anyone.witness is not None else PossibleFound()
    doubts = (
        *unread_inputs(context.inventory),
        *described(objects_that_may("allow", context.inventory, None), "add to this list"),
        *described(objects_that_may("deny", context.inventory, None), "take from this list"),
        *described(objects_that_relabel(context.inventory, None), "change the labels of pods in this list"),
        *possible.undecided,
        *mesh_of_listing(question, context, found),
    )
    return Listing(
        question=question.text,
        verdict=Verdict.UNKNOWN if doubts and anyone.verdict is not Verdict.VACUOUS else anyone.verdict,
        existing=listed,
        possible=possible.descriptions,
        remarks=Remarks(
            doubts or anyone.unknown_because,
            anyone.assumptions,
            context.inventory.approximations,
            (*missing_pods(context.inventory), *notes(context.inventory.coverage)),
        ),
    )


def _anyone(question: Question, search: Search) -> Found:
    """A flow that answers ``question``, or the proof that there is none.

    A flow from outside to outside is none: it does not pass the cluster, whose policies say nothing of it.
    """
    found = search.find(question)
    if found.flow is None or any(_is_pod(found.flow.at(end)) for end in End):
        return found
    closed_end = next(end for end in End if end is not question.open_end)
    to_pods = search.find(narrowed(question, closed_end, IsPod(closed_end)))
    if to_pods.status is not Status.UNSAT:
        return to_pods
    by_pods = search.find(narrowed(question, question.open_end, IsPod(question.open_end)))
    return replace(by_pods, obligations=(*to_pods.obligations, *by_pods.obligations))


def _is_pod(endpoint: Endpoint) -> bool:
    return isinstance(endpoint, Pod) and not endpoint.is_node


def _agree(question: Question, found: Found, listed: tuple[Listed, ...]) -> None:
    """Raise unless what the solver ``found`` about existing pods is what is ``listed``."""
    if (found.status is Status.UNSAT and listed) or (found.existing and not listed):
        raise DisagreementError(question.text)


def _closed_table(question: Question, context: Context) -> RuleTable:
    """The policies of whoever may stand at the closed end."""
    direction = Direction.INGRESS if question.open_end is End.SOURCE else Direction.EGRESS
    closed = question.destination if question.open_end is End.SOURCE else question.source
    places = context.search.casting.cast(closed, direction.subject, PodScope.POSSIBLE).places
    return context.policies.slice(direction, places)
