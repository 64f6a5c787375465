"""What a proof about routes takes as given, and what else bears on an answer about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netverify.answers.context import Context
from netverify.answers.dns import dns_blocked
from netverify.answers.planned_ways import WaysIn
from netverify.answers.premises import unrendered_premise
from netverify.answers.unseen_controllers import given_controllers
from netverify.model.flow import Pod
from netverify.model.service import TrafficPolicy
from netverify.queries.outcome import Answer, EndpointKind, Verdict
from netverify.queries.question import Question
from netverify.routing.way_in import WayIn

TRANSLATED_FIRST = "policy sees the pods behind the address of a Service, and not that address"
"""So it is with every plugin that looks after a node has translated the address; AWS VPC CNI looks before as well."""


def given_of_routes(  # noqa: PLR0913 - the question, its answer, and where its routes are from
    question: Question,
    found: Answer,
    context: Context,
    ways: WaysIn,
    leading: Iterable[WayIn],
    *,
    is_admitted: bool,
) -> Iterator[str]:
    """What ``found``, if it is a proof that no route is open, takes as given about routes.

    ``leading`` are those of ``ways`` that lead to what is asked about; ``is_admitted``: a policy may admit the address
    of the Service that is called.
    """
    if found.verdict is not Verdict.UNREACHABLE:
        return
    yield from unrendered_premise(context.settings)
    yield from given_controllers(leading, context.settings.routing)
    if is_admitted:
        yield TRANSLATED_FIRST
    if question.from_outside:
        yield "nothing outside these manifests opens a way in"
        if any(way.controller and way.controller.workloads for way in ways.all):
            yield "Ingresses, Gateways and Routes are served by no other pods than those that the manifests show"
    if any(route.leads_to is EndpointKind.ADDRESS for route in found.routes):
        yield "an address of an EndpointSlice is a pod's only where the manifests say so"


def remarks_on_routes(question: Question, found: Answer, context: Context) -> Iterator[str]:
    """What else bears on ``found``, such as that the pod which gets through cannot look the name up."""
    service = question.called.service if question.called else None
    if service is not None and service.internal_traffic_policy is TrafficPolicy.LOCAL and not question.from_outside:
        yield f"Service {service} leads only to endpoints on the node of the client (internalTrafficPolicy: Local)"
    source = found.witness.flow.source if found.witness is not None else None
    by_address = question.called is not None and question.called.by_address
    if question.from_outside or by_address or not isinstance(source, Pod) or source.host_network:
        return
    access = dns_blocked(context, source)
    if access.is_blocked:
        by = ", ".join(dict.fromkeys(str(reason.policy) for reason in access.because if reason.policy))
        aliases = question.called.aliases if question.called else ()
        name = aliases[0].text if aliases else "the name of the Service"
        yield f"{access.source_text} cannot look up {name}: DNS queries are blocked" + (f" by {by}" if by else "")
