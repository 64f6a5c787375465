"""Who is behind what is called, as connections that may be left aside: no more than what is certainly meant."""

from __future__ import annotations

from typing import TypeAlias

from netverify.answers.context import Context
from netverify.answers.naming import Names
from netverify.answers.planned import routes_to
from netverify.diagnostics import Diagnostic, Severity
from netverify.intent.ends import EndError
from netverify.intent.spec import Written
from netverify.manifests.refusal import shown
from netverify.model.api_server import is_api_server
from netverify.model.traffic import EVERY_PORT
from netverify.queries.called import Called
from netverify.queries.question import Question
from netverify.routing.api_server import ADVICE, is_told
from netverify.rules.predicate import All, AnyOf, PortIn, Predicate

_Doubt: TypeAlias = tuple[str, str]
"""Why something may be more than what is meant, and what to write instead."""


def behind(question: Question, context: Context) -> Predicate:
    """The endpoints of what ``question`` calls, on their own ports; never holds where it has none."""
    assert question.called is not None
    legs = [route.legs[-1].question for route in routes_to(question, question.called, context)]
    return AnyOf(tuple(All((leg.destination, leg.traffic)) for leg in legs))


def certainly_behind(question: Question, written: Written, context: Context) -> Predicate:
    """As :func:`behind`, for an alias of what it stands for.

    Raises :class:`netverify.intent.ends.EndError` where that may be more than what ``written`` means.
    """
    question = Names(context.routing, context.settings.routing).followed(question)
    assert question.called is not None
    doubt = _doubt(question.called, context) or _without_number(question, context)
    if doubt:
        why, advice = doubt
        text = f"{shown(written.text)} cannot be left aside alone: {why}"
        raise EndError(Diagnostic("NV722", Severity.ERROR, text, written.origin, advice))
    return behind(question, context)


def _doubt(called: Called, context: Context) -> _Doubt | None:
    """Why what is ``called`` may be more than what is meant; None where it is not."""
    if called.nowhere:
        return None
    service = called.service
    if service is None:
        return "it is outside the cluster, and nothing says at which address", "write its addresses, as CIDRs"
    if is_api_server(service) and not is_told(context.routing, context.settings.routing):
        return "nothing says where the API server listens", ADVICE
    if called.hostname:
        why = f"it is one endpoint of Service {service}, and policy does not tell it from the others"
        return why, "name the Service, a workload, or pods by their labels"
    return None


def _without_number(question: Question, context: Context) -> _Doubt | None:
    """The same for an EndpointSlice that lists an endpoint without the number of its port."""
    called = question.called
    assert called is not None
    if called.is_dialled_directly or called.nowhere:
        return None
    for route in routes_to(question, called, context):
        traffic = route.legs[-1].question.traffic
        if isinstance(traffic, PortIn) and traffic.ports == EVERY_PORT:
            advice = "write the number into the EndpointSlice, or name pods or addresses with `ports`"
            return f"an EndpointSlice of Service {called.service} gives no number of its port", advice
    return None
