"""Flows in words become claims: about pods as they are, by way of Services, and by ways in from outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from netverify.answers.context import Context
from netverify.diagnostics import Diagnostic, Severity
from netverify.documents.refusal import shown
from netverify.gate.claim import Claim, Exempt, Wanted
from netverify.gate.intent.ends import ANYONE, EndError, Ends, united
from netverify.gate.intent.spec import FlowText, World, Written
from netverify.model.api_server import is_api_server
from netverify.model.flow import End
from netverify.model.service import Service
from netverify.model.traffic import EVERY_PORT
from netverify.policy.predicate import All, AnyOf, IsPod, Not, PortIn, Predicate
from netverify.policy.visit import alternatives
from netverify.query.called import Called, asked_ports
from netverify.query.endpoint_grammar import EndpointPhrase
from netverify.query.port_grammar import EVERY_TRAFFIC, traffic_text
from netverify.query.question import Form, Question
from netverify.query.whereabouts import beside_policy, is_outside, names_nodes
from netverify.routes.api_server import ADVICE, is_told
from netverify.routes.naming import Names
from netverify.routes.planned import routes_to
from netverify.symbolic.casting import PodScope

_Doubt: TypeAlias = tuple[str, str]
"""Why something may be more than what is meant, and what to write instead."""


def behind(question: Question, context: Context) -> Predicate:
    """The endpoints of what ``question`` calls, on their own ports; never holds where it has none."""
    assert question.called is not None
    legs = [route.legs[-1].question for route in routes_to(question, question.called, context.planning)]
    return AnyOf(tuple(All((leg.destination, leg.traffic)) for leg in legs))


def certainly_behind(question: Question, written: Written, context: Context) -> Predicate:
    """As :func:`behind`, for an alias of what it stands for.

    Raises :class:`netverify.gate.intent.ends.EndError` where that may be more than what ``written`` means.
    """
    question = Names(context.routing, context.settings.routing).followed(question)
    assert question.called is not None
    doubt = _doubt(question.called, context) or _without_number(question, context)
    if doubt:
        why, advice = doubt
        text = f"{shown(written.text)} cannot be excepted by itself: {why}"
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
        why = f"it is one endpoint of Service {service}, and policy cannot distinguish it from the others"
        return why, "name the Service, a workload, or pods by their labels"
    return None


def _without_number(question: Question, context: Context) -> _Doubt | None:
    """The same for an EndpointSlice that lists an endpoint without the number of its port."""
    called = question.called
    assert called is not None
    if called.is_dialled_directly or called.nowhere:
        return None
    for route in routes_to(question, called, context.planning):
        traffic = route.legs[-1].question.traffic
        if isinstance(traffic, PortIn) and traffic.ports == EVERY_PORT:
            advice = "write the number into the EndpointSlice, or name pods or addresses with `ports`"
            return f"an EndpointSlice of Service {called.service} gives no number of its port", advice
    return None


BOTH_OUTSIDE = All((Not(IsPod(End.SOURCE)), Not(IsPod(End.DESTINATION))))
"""A flow from outside to outside does not pass the cluster, whose policies say nothing of it."""
_ANY_POD = EndpointPhrase("any pod", IsPod(End.SOURCE))
_TO_ANY_POD = EndpointPhrase("any pod", IsPod(End.DESTINATION))
_OUTSIDE = EndpointPhrase("outside", is_outside(End.SOURCE), outside=True)


class Claiming:
    """Makes claims in one ``context``, whose ends are looked up by ``ends``."""

    def __init__(self, context: Context, ends: Ends) -> None:
        self.context = context
        self.ends = ends

    def flow(self, flow: FlowText, wanted: Wanted, world: World, exempt: tuple[Exempt, ...] = ()) -> Iterator[Claim]:
        """The claims that together say of every flow that ``flow`` means that it is ``wanted``."""
        sources = self.ends.pod_parts(flow.sources, End.SOURCE)
        traffic = self.ends.traffic(flow)
        parts = self.ends.parts(flow.destinations, End.DESTINATION)
        if wanted is Wanted.ALL:
            parts = tuple(self._by_service_alone(parts, traffic, flow))
        destinations = self._with_ports(parts, traffic, flow)
        yield from self.between(sources, destinations, traffic, wanted=wanted, world=world, exempt=exempt)

    def between(  # noqa: PLR0913 - what a claim consists of
        self,
        sources: Sequence[EndpointPhrase],
        destinations: Sequence[EndpointPhrase],
        traffic: Predicate,
        *,
        wanted: Wanted = Wanted.NONE,
        world: World = World.POSSIBLE,
        exempt: tuple[Exempt, ...] = (),
    ) -> Iterator[Claim]:
        """The same, of ends that are looked up already."""
        if wanted is Wanted.ALL:
            sources = [_ANY_POD if one is ANYONE else one for one in sources]
            destinations = [_TO_ANY_POD if one is ANYONE else one for one in destinations]
        has_services = any(one.called is not None and one.called.by_address for one in destinations)
        for source in _apart(sources):
            for destination in _targets(destinations):
                is_reached = not destination.outside or self._has_pods(destination, End.DESTINATION)
                is_policed = is_reached or self._has_pods(source, End.SOURCE)
                if source.outside and not (is_policed or _are_nodes(source, destination)):
                    continue
                # An address outside gets to a Service by a way in or not at all, which is the claim below.
                who = _ANY_POD if source is ANYONE and destination.called is not None else source
                question = _question(who, destination, traffic, from_outside=source.outside and is_reached)
                # Where an address is a Service's, nobody else need be there.
                claim = Claim(question.text, question, wanted, world, exempt)
                yield replace(claim, nobody_will_do=has_services and destination.called is None)
                if source is ANYONE and is_reached and self._may_have_pods(destination, world):
                    inward = _question(_OUTSIDE, destination, traffic, from_outside=True)
                    yield Claim(inward.text, inward, wanted, world, exempt, only_ways=True)

    def _with_ports(
        self, phrases: Sequence[EndpointPhrase], traffic: Predicate, flow: FlowText
    ) -> tuple[EndpointPhrase, ...]:
        """``phrases`` with their ports, without Services that have no such port and that no name says alone."""
        found = (self.ends.with_ports(one, traffic, flow) for one in phrases)
        return tuple(one for one in found if one.called is None or not _may_lack_port(one.called) or one.called.ports)

    def _by_service_alone(
        self, parts: Sequence[EndpointPhrase], traffic: Predicate, flow: FlowText
    ) -> Iterator[EndpointPhrase]:
        """``parts`` as what has to be reached: of a workload and its Service, the pods by way of the Service."""
        for part in parts:
            if part.called is not None and part.called.only is not None:
                yield self.ends.with_ports(part, traffic, flow, must_have=True)
            elif not part.services:
                yield part

    def on_every_port(self, phrase: EndpointPhrase) -> EndpointPhrase:
        """``phrase`` with every port of its Service; as it is where it is no Service."""
        return self.ends.with_ports(phrase, EVERY_TRAFFIC, FlowText())

    def lists_endpoints(self, service: Service) -> bool:
        """Whether the manifests hold endpoints of ``service`` that its selector does not say."""
        return bool(self.context.routing.slices.get((service.namespace, service.name)))

    def _has_pods(self, phrase: EndpointPhrase, end: End) -> bool:
        """Whether existing pods are known to be at the addresses of ``phrase``."""
        pods = All((IsPod(end), phrase.predicate))
        return bool(self.context.search.casting.cast(pods, end, PodScope.EXISTING).workloads)

    def _may_have_pods(self, destination: EndpointPhrase, world: World) -> bool:
        """Whether a way in can lead to ``destination`` among the pods of ``world``."""
        return world is World.POSSIBLE or destination.called is not None or self._has_pods(destination, End.DESTINATION)

    def exempt(
        self,
        flow: FlowText,
        *,
        sources: tuple[EndpointPhrase, ...] = (ANYONE,),
        targets: tuple[EndpointPhrase, ...] = (ANYONE,),
    ) -> Exempt:
        """The flows that ``flow`` means as exempt ones; an end that it does not say is ``sources`` or ``targets``."""
        if flow.sources:
            sources = self.ends.pod_parts(flow.sources, End.SOURCE)
        traffic = self.ends.traffic(flow)
        if flow.destinations:
            meant = [one for written in flow.destinations for one in self._certainly(written, traffic, flow)]
        else:
            parts = _approved(self._with_ports(targets, traffic, flow), traffic)
            meant = [self._target(one, traffic) for one in parts]
        both = united(sources)
        target_of_any = meant[0] if len(meant) == 1 else AnyOf(tuple(meant))
        return Exempt(both.predicate, target_of_any, outside=any(one.outside for one in sources))

    def _target(self, destination: EndpointPhrase, traffic: Predicate) -> Predicate:
        """Whoever is at ``destination``, on ``traffic``; of a Service, its endpoints on their own ports."""
        if destination.called is None:
            return All((destination.predicate, traffic))
        question = _question(_ANY_POD, destination, traffic, from_outside=False)
        return behind(question, self.context)

    def _certainly(self, written: Written, traffic: Predicate, flow: FlowText) -> Iterator[Predicate]:
        """What ``written`` means for certain as a target: a block of addresses means none of the Services in it."""
        parts = self._with_ports(self.ends.parts((written,), End.DESTINATION), traffic, flow)
        for part in _approved(parts, traffic):
            if part.called is None:
                yield self._target(part, traffic)
            elif not part.called.by_block:
                question = _question(_ANY_POD, part, traffic, from_outside=False)
                yield certainly_behind(question, written, self.context)


def _may_lack_port(called: Called) -> bool:
    """Whether a port that is not one of the Service's may be meant: there is something else of that name or address."""
    return called.by_address or called.only is not None


def _approved(parts: Sequence[EndpointPhrase], traffic: Predicate) -> Iterator[EndpointPhrase]:
    """``parts`` as what is approved: a port that the Service has is the Service's, and no other one of the pods."""
    for part in parts:
        services = [one.service for one in part.services if one.service is not None]
        if traffic == EVERY_TRAFFIC or not any(asked_ports(one, traffic) for one in services):
            yield part


def _are_nodes(source: EndpointPhrase, destination: EndpointPhrase) -> bool:
    """Whether nodes are meant at an end, whose traffic with addresses outside is the cluster's as well."""
    return names_nodes(source.predicate, End.SOURCE) or names_nodes(destination.predicate, End.DESTINATION)


def other_than(phrase: EndpointPhrase) -> EndpointPhrase:
    """Everyone else, in the cluster and outside."""
    return EndpointPhrase(f"anyone but {phrase.text}", Not(phrase.predicate))


def _apart(sources: Sequence[EndpointPhrase]) -> Iterator[EndpointPhrase]:
    """Pods as one set; addresses one by one, for which ways in count."""
    inside = [one for one in sources if not one.outside]
    if inside:
        yield inside[0] if len(inside) == 1 else united(inside)
    yield from (one for one in sources if one.outside)


def _targets(destinations: Sequence[EndpointPhrase]) -> Iterator[EndpointPhrase]:
    """What is reached as it is, as one set; what is called one by one."""
    plain = [one for one in destinations if one.called is None]
    if plain:
        yield plain[0] if len(plain) == 1 else united(plain)
    yield from (one for one in destinations if one.called is not None)


def _question(
    source: EndpointPhrase, destination: EndpointPhrase, traffic: Predicate, *, from_outside: bool
) -> Question:
    words = traffic_words_of(traffic)
    text = f"can {source.text} reach {destination.text}{words}"
    return Question(
        Form.CAN,
        text,
        source.predicate,
        destination.predicate,
        traffic,
        source.text,
        destination.text,
        destination.called,
        from_outside,
        beside=()
        if destination.called is not None
        else (BOTH_OUTSIDE, *beside_policy(source.predicate, destination.predicate)),
    )


def traffic_words_of(traffic: Predicate) -> str:
    """``traffic`` as a sentence spells it; the ports of a list one after the other."""
    if traffic == EVERY_TRAFFIC:
        return ""
    return ":" + ",".join(traffic_text(part).removeprefix(":") for part in alternatives(traffic))
