"""Assertions, and what is against them, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from netverify.answers.route_verdicts import needs
from netverify.gate.intent.spec import (
    Allow,
    Assertion,
    ComparedTo,
    Comparing,
    CoversEveryPod,
    DefaultDeny,
    Deny,
    DnsWorks,
    FlowText,
    Isolated,
    NamespacesText,
    NoExternal,
    NoMetadata,
    Only,
    Separate,
    Statement,
    Written,
)
from netverify.model.flow import Direction, End
from netverify.model.labels import EVERYTHING
from netverify.query.outcome import Answer, Effect, Route
from netverify.query.selector_grammar import selector_text


def statement_words(assertion: Assertion) -> str:
    """One line that says what is to hold."""
    return _words(assertion.statement)


def _words(statement: Statement) -> str:  # noqa: C901, PLR0911, PLR0912 - one arm for each verb
    match statement:
        case Deny(flow):
            return f"no flow from {_flow(flow, 'anywhere', 'any destination')}"
        case Allow(flow):
            return f"every flow from {_flow(flow, 'every pod', 'every pod')}"
        case Only(end, zone, flows, _):
            towards = "to" if end is End.DESTINATION else "from"
            approved = "1 approved flow" if len(flows) == 1 else f"{len(flows)} approved flows"
            return f"{f'only {approved}' if flows else 'no flow'} {towards} {_ends(zone)}"
        case Isolated(zone):
            return f"no flow into or out of {_ends(zone)}"
        case Separate(zones, selector):
            if selector is None:
                return f"no flow between any two of {_ends(zones)}"
            which = "" if selector == EVERYTHING else f" with {selector_text(selector)}"
            return f"no flow between any two namespaces{which}"
        case NoExternal(zone, directions, internet):
            where = "the internet" if internet else "outside the cluster"
            if directions[1:]:
                return f"no flow between {_ends(zone)} and {where}"
            ends = (where, _ends(zone)) if directions[0] is Direction.INGRESS else (_ends(zone), where)
            return f"no flow from {ends[0]} to {ends[1]}"
        case DefaultDeny(namespaces, directions):
            verb = "are" if directions[1:] else "is"
            return f"{_directions(directions)} {verb} denied by default in {_namespaces(namespaces)}"
        case CoversEveryPod(namespaces, directions):
            return f"every pod in {_namespaces(namespaces)} is selected by a policy for {_directions(directions)}"
        case DnsWorks(zone):
            return f"{_ends(zone)} can ask the DNS of the cluster"
        case NoMetadata(zone):
            return f"{_ends(zone)} cannot reach the metadata endpoint of the cloud"
        case ComparedTo(wanted, directory, revision):
            other = directory or revision
            assert other is not None
            text = f"{'revision ' if revision else ''}{other.text}"
            if wanted is Comparing.EQUIVALENT:
                return f"exactly the flows that {text} allows"
            return f"only flows that {text} allows"
        case _ as never:
            assert_never(never)


def _flow(flow: FlowText, any_source: str, any_destination: str) -> str:
    ports = f" on {', '.join(port.text for port in flow.ports)}" if flow.ports else ""
    return f"{_ends(flow.sources) or any_source} to {_ends(flow.destinations) or any_destination}{ports}"


def _ends(written: Sequence[Written]) -> str:
    return ", ".join(one.text for one in written)


def _directions(directions: Sequence[Direction]) -> str:
    return " and ".join(one.value for one in directions)


def _namespaces(namespaces: NamespacesText) -> str:
    if namespaces.selector is not None:
        return f"namespaces with {selector_text(namespaces.selector)}"
    if namespaces.names:
        return f"namespace{'s' if namespaces.names[1:] else ''} {_ends(namespaces.names)}"
    return "every namespace"


def violation_text(route: Route, source: str) -> tuple[str, str]:
    """That ``source`` gets through by ``route``, and the stations of its way alone, which are empty for the direct one.

    The first condition is in the text, and that there are more.
    """
    way = " -> ".join(hop.text for hop in route.path)
    last = route.legs[-1]
    by = f" ({through(last)})" if through(last) else ""
    return f"{source} can reach {route.text}{f' by way of {way}' if way else ''}{first_condition(route)}{by}", way


def first_condition(route: Route) -> str:
    """What must hold for ``route``, behind a comma: the first condition, and that there are more; empty without any."""
    conditions = needs(route)
    return f", {conditions[0]}" + (", and on further conditions" if conditions[1:] else "") if conditions else ""


def through(answer: Answer) -> str:
    """The policy whose rule lets the flow of ``answer`` in, or out; empty where none decides."""
    deciding = [one.policy for one in answer.because if one.effect is Effect.ALLOW and one.policy is not None]
    return str(deciding[-1]) if deciding else ""
