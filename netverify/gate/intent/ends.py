"""The ends of assertions looked up in a cluster: zones, and ENDPOINTs of the sentence grammar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.refusal import shown
from netverify.gate.intent.spec import FlowText, NamespacesText, Written, ZoneText
from netverify.model.addresses import parse_cidr
from netverify.model.cluster import Cluster
from netverify.model.flow import End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, selector_matches, selector_of
from netverify.policy.predicate import (
    ALWAYS,
    All,
    AnyOf,
    InNamespace,
    IsPod,
    NamespaceMatches,
    PodMatches,
    Predicate,
)
from netverify.policy.visit import alternatives
from netverify.query.called import selected_pods
from netverify.query.endpoint_grammar import EndpointPhrase, EndpointReader, NameReader, at_addresses
from netverify.query.port_grammar import EVERY_TRAFFIC, read_port
from netverify.query.selector_grammar import selector_text
from netverify.query.sentence_error import SentenceError
from netverify.query.service_ports import asked_services, with_asked_ports
from netverify.query.suggestions import did_you_mean, nearest
from netverify.query.tokens import TokenKind, Tokens
from netverify.records import dataclass

ANYONE = EndpointPhrase("anyone", ALWAYS)
"""Any pod and any address."""
_MOST_NESTED = 50
"""So deep may zones be made of zones."""


_NAMES_NOTHING = ("NV402", "NV406", "NV407", "NV410")
"""Codes of a text that is no ENDPOINT, or names what there is not."""


@dataclass(eq=False)
class EndError(Exception):
    """An end or a port that means nothing in the cluster."""

    diagnostic: Diagnostic


class Ends:
    """Looks up the ends that intent files write, in ``cluster``.

    Every method raises :class:`EndError` for what is not in the grammar, or names what there is not.
    """

    def __init__(
        self, zones: Sequence[ZoneText], cluster: Cluster, default_namespace: str | None, names: NameReader | None
    ) -> None:
        self.cluster = cluster
        self._zones = {zone.name: zone for zone in zones}
        self._default_namespace = default_namespace
        self._names = names
        self._read: dict[tuple[str, End], tuple[EndpointPhrase, ...]] = {}

    def parts(self, written: Sequence[Written], end: End) -> tuple[EndpointPhrase, ...]:
        """What ``written`` is the union of, at ``end``: anyone where nothing is written."""
        if not written:
            return (ANYONE,)
        return tuple(part for one in written for part in self._of(one, end, ()))

    def pods(self, written: Sequence[Written], end: End) -> EndpointPhrase:
        """The union of ``written`` as one set of pods and addresses: of a Service, the pods that it selects.

        A Service without a selector is no such set: whoever is behind it would be left out without a word.
        """
        return united(self.pod_parts(written, end))

    def pod_parts(self, written: Sequence[Written], end: End) -> tuple[EndpointPhrase, ...]:
        """What :meth:`pods` unites, part by part: only so do ways in count for the parts that are addresses outside."""
        every = (part for one in written or (None,) for part in self._pods_of(one, end))
        parts = (part for part in every if part.called is None or part.called.only is None)
        return tuple(replace(part, called=None) if part.called is not None else part for part in parts)

    def zone(self, zone: ZoneText) -> tuple[EndpointPhrase, ...]:
        """What ``zone`` is the union of, as destinations, whether or not an assertion speaks of it."""
        return self.parts((Written(zone.name, zone.origin),), End.DESTINATION)

    def _pods_of(self, written: Written | None, end: End) -> tuple[EndpointPhrase, ...]:
        parts = self.parts((written,) if written is not None else (), end)
        for part in parts:
            service = part.called.service if part.called is not None else None
            if written is not None and service is not None and service.selector is None:
                text = f"Service {service} has no selector, so that nothing says which pods are meant"
                advice = "name the pods or the addresses that it leads to"
                raise EndError(Diagnostic("NV714", Severity.ERROR, text, written.origin, advice))
        return parts

    def traffic(self, flow: FlowText) -> Predicate:
        """The ports of ``flow``; every port of every protocol where it names none."""
        parts: list[Predicate] = []
        for port in flow.ports:
            try:
                tokens = Tokens(port.text)
                one = read_port(tokens, "a port")
                if tokens.next.kind is not TokenKind.END:
                    raise tokens.error("NV405", f"the port should end before {tokens.next.shown}", tokens.next)
            except SentenceError as error:
                raise EndError(_diagnostic(error, port.origin)) from None
            parts += alternatives(one)
        if not parts:
            return EVERY_TRAFFIC
        return parts[0] if len(parts) == 1 else AnyOf(tuple(dict.fromkeys(parts)))

    def with_ports(
        self, phrase: EndpointPhrase, traffic: Predicate, flow: FlowText, *, must_have: bool = False
    ) -> EndpointPhrase:
        """``phrase`` with those ports of its Service that ``traffic`` means; as it is where it is no Service.

        A Service that goes by its address, or by the name of its workload, need not have such a port, unless it
        ``must_have`` one.
        """
        if phrase.called is None:
            return phrase
        if phrase.called.by_address or (phrase.called.only is not None and not must_have):
            asked = asked_services((phrase.called,), traffic)
            return replace(phrase, called=asked[0] if asked else replace(phrase.called, ports=()))
        tokens = Tokens(flow.ports[0].text if flow.ports else "")
        try:
            return replace(phrase, called=with_asked_ports(phrase.called, traffic, tokens, tokens.next))
        except SentenceError as error:
            place = flow.ports[0].origin if flow.ports else flow.origin
            assert place is not None
            raise EndError(_diagnostic(error, place)) from None

    def namespaces(self, text: NamespacesText) -> tuple[str, ...]:
        """The namespaces of the manifests that ``text`` means, in the order of names; all where it names none.

        Of one whose labels the manifests do not hold, a selector may hold: it counts. An empty result is for the caller
        to judge.
        """
        known = self.cluster.namespaces
        if text.selector is not None:
            return tuple(
                name
                for name, namespace in sorted(known.items())
                if selector_matches(text.selector, namespace.labels)
                or (not namespace.declared and not _rules_out_name(text.selector, name))
            )
        for one in text.names:
            if one.text not in known:
                advice = did_you_mean(nearest(one.text, known)) or "no manifest declares or mentions it"
                raise EndError(
                    Diagnostic("NV406", Severity.ERROR, f"there is no namespace {shown(one.text)}", one.origin, advice)
                )
        return tuple(sorted(dict.fromkeys(one.text for one in text.names) if text.names else known))

    def _of(self, written: Written, end: End, within: tuple[str, ...]) -> tuple[EndpointPhrase, ...]:
        zone = self._zones.get(written.text)
        if zone is None:
            return tuple(_with_services(self._phrase(written, end)))
        if zone.name in within:
            circle = " -> ".join((*within[within.index(zone.name) :], zone.name))
            text = f"zone {shown(zone.name)} is made of itself: {circle}"
            raise EndError(Diagnostic("NV707", Severity.ERROR, text, written.origin, "take it out of one of them"))
        if len(within) >= _MOST_NESTED:
            text = f"zone {shown(zone.name)} is made of zones that are made of zones, more than {_MOST_NESTED} deep"
            raise EndError(Diagnostic("NV707", Severity.ERROR, text, written.origin, "name what is in it directly"))
        key = (zone.name, end)
        if key not in self._read:
            self._read[key] = _under_name(zone.name, _distinct(self._of_zone(zone, end, within)))
        return self._read[key]

    def _of_zone(self, zone: ZoneText, end: End, within: tuple[str, ...]) -> Iterator[EndpointPhrase]:
        for one in zone.ends:
            yield from self._of(one, end, (*within, zone.name))
        for one in zone.cidrs:
            yield from _with_services(self._cidr(one, end))
        if zone.namespaces is None and zone.pods is None:
            return
        where: list[Predicate] = []
        words = ""
        if zone.namespaces is not None and zone.namespaces.selector is not None:
            where.append(NamespaceMatches(end, zone.namespaces.selector))
            words = f" in namespaces {selector_text(zone.namespaces.selector)}"
        elif zone.namespaces is not None:
            names = tuple(self._namespace_of(one) for one in zone.namespaces.names)
            where.append(
                AnyOf(tuple(self._place(end, name) for name in names)) if names[1:] else self._place(end, *names)
            )
            words = f" in namespace {' or '.join(names)}"
        if zone.pods is not None:
            where.append(PodMatches(end, zone.pods))
        who = f"pods {selector_text(zone.pods)}" if zone.pods is not None else "any pod"
        only = zone.namespaces.names[0].text if zone.namespaces and len(zone.namespaces.names) == 1 else None
        yield EndpointPhrase(f"{who}{words}", All((IsPod(end), *where)), namespace=only)

    def _place(self, end: End, name: str) -> Predicate:
        if name in self.cluster.namespaces:
            return InNamespace(end, name)
        return NamespaceMatches(end, selector_of({NAMESPACE_NAME_LABEL: name}))

    def _namespace_of(self, one: Written) -> str:
        self.namespaces(NamespacesText((one,)))
        return one.text

    def _cidr(self, written: Written, end: End) -> EndpointPhrase:
        try:
            block = parse_cidr(written.text)
        except ValueError:
            text = f"{shown(written.text)} is neither an address nor a CIDR"
            advice = "write `10.0.0.0/8` or `2001:db8::/32`"
            raise EndError(Diagnostic("NV409", Severity.ERROR, text, written.origin, advice)) from None
        return at_addresses(written.text, block, end, self.cluster)

    def _phrase(self, written: Written, end: End) -> EndpointPhrase:
        try:
            tokens = Tokens(written.text)
            phrase = EndpointReader(tokens, self.cluster, self._default_namespace, self._names).read(end)
            if tokens.next.kind is not TokenKind.END:
                advice = "give the port under `ports`" if tokens.next.is_mark(":") else "give each end as an item"
                text = f"the end should stop before {tokens.next.shown}"
                raise tokens.error("NV402", text, tokens.next, help_text=advice)
        except SentenceError as error:
            raise EndError(self._unknown(written, error)) from None
        return phrase

    def _unknown(self, written: Written, error: SentenceError) -> Diagnostic:
        """What is wrong with an end; the name of a zone may have been meant."""
        close = nearest(written.text, self._zones)
        if close and error.code in _NAMES_NOTHING:
            text = f"there is no zone {shown(written.text)}, and as an ENDPOINT: {error.message}"
            return Diagnostic("NV707", Severity.ERROR, text, written.origin, did_you_mean(close))
        return _diagnostic(error, written.origin)


def _with_services(phrase: EndpointPhrase) -> Iterator[EndpointPhrase]:
    """``phrase``, and each Service whose addresses are among its own.

    Of a workload and its Service, the pods of the workload as they are and by way of the Service; the first then keeps
    the Service among its ``services``.
    """
    twins = tuple(one for one in phrase.services if one.only is not None)
    yield replace(phrase, text=str(twins[0].only) if twins else phrase.text, services=twins)
    yield from (EndpointPhrase(f"service {one.service}", phrase.predicate, one) for one in twins)
    for called in phrase.services if not twins else ():
        assert called.service is not None
        there = selected_pods(called.service, End.DESTINATION)
        yield EndpointPhrase(f"{phrase.text} (service {called.service})", there, called)


def united(parts: Sequence[EndpointPhrase]) -> EndpointPhrase:
    """All of ``parts`` as one set of pods and addresses, which goes by no name of a Service."""
    if len(parts) == 1:
        return replace(parts[0], called=None)
    return EndpointPhrase(
        " or ".join(part.text for part in parts),
        AnyOf(tuple(dict.fromkeys(one for part in parts for one in alternatives(part.predicate)))),
        outside=all(part.outside for part in parts),
    )


def _distinct(parts: Iterable[EndpointPhrase]) -> tuple[EndpointPhrase, ...]:
    """``parts`` without those that mean the same as one before, so that zones of zones do not grow with each."""
    return tuple({(part.predicate, _called_words(part), part.outside): part for part in parts}.values())


def _called_words(part: EndpointPhrase) -> tuple[str, ...]:
    """What ``part`` is called: a Service, by which names; empty where it goes by none."""
    called = part.called
    return () if called is None else (str(called.service), called.hostname, *(one.text for one in called.aliases))


def _under_name(name: str, parts: tuple[EndpointPhrase, ...]) -> tuple[EndpointPhrase, ...]:
    """``parts`` of the zone called ``name``: its pods as one set, its Services and addresses one by one."""
    pods = tuple(part for part in parts if part.called is None and not part.outside and not part.services)
    others = [replace(part, text=f"zone {name} ({part.text})") for part in parts if part not in pods]
    return (*((replace(united(pods), text=f"zone {name}"),) if pods else ()), *others)


def _diagnostic(error: SentenceError, origin: Origin) -> Diagnostic:
    return Diagnostic(error.code, Severity.ERROR, f"in {shown(error.sentence)}: {error.message}", origin, error.help)


def _rules_out_name(selector: LabelSelector, name: str) -> bool:
    """Whether ``selector`` cannot hold for a namespace called ``name``, whatever its other labels."""
    about_name = tuple(one for one in selector.requirements if one.key == NAMESPACE_NAME_LABEL)
    return not selector_matches(LabelSelector(about_name), {NAMESPACE_NAME_LABEL: name})
