"""Questions about everybody but some: whether anyone else gets through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from netverify.model.cluster import NODE, Cluster
from netverify.model.flow import End
from netverify.policy.predicate import ALWAYS, All, AnyOf, InNamespace, IsPod, Not, Predicate
from netverify.query.endpoint_grammar import EndpointPhrase, EndpointReader
from netverify.query.port_grammar import EVERY_TRAFFIC, read_traffic, traffic_text
from netverify.query.question import Form, Question
from netverify.query.service_ports import asked_services, with_asked_ports
from netverify.query.tokens import TokenKind, Tokens
from netverify.query.whereabouts import beside_policy


def others_reach(target: str, sources: Sequence[str], cluster: Cluster, default_namespace: str | None) -> Question:
    """Whether any pod or address that is none of ``sources`` can reach ``target``.

    Each of ``sources`` is an ENDPOINT of the sentence grammar, ``target`` is an ENDPOINT with or without a port: of a
    Service its own port, which is ``called`` then; without one it is every port of the pods behind. Raises
    :class:`netverify.query.sentence_error.SentenceError`, whose sentence is the one of them that is wrong.
    """
    destination, traffic = _target(target, cluster, default_namespace)
    source = _anyone_but(sources, End.SOURCE, cluster, default_namespace)
    services = asked_services(destination.services, traffic)
    question = replace(_question(source, destination, traffic), called=destination.called, services=services)
    if not sources:
        return question
    # Whoever stands behind one of the sources, as clients do behind a controller, comes by an approved connection.
    named = AnyOf(tuple(_endpoint(text, End.SOURCE, cluster, default_namespace).predicate for text in sources))
    hop = All((IsPod(End.SOURCE), Not(InNamespace(End.SOURCE, NODE.namespace)), named))
    return replace(question, beside=(*question.beside, hop))


def reaches_others(source: str, targets: Sequence[str], cluster: Cluster, default_namespace: str | None) -> Question:
    """Whether ``source`` can reach any pod or address that is none of ``targets``, all of them ENDPOINTs.

    Raises :class:`netverify.query.sentence_error.SentenceError` as :func:`others_reach` does.
    """
    read = _endpoint(source, End.SOURCE, cluster, default_namespace)
    others = _anyone_but(targets, End.DESTINATION, cluster, default_namespace)
    return replace(_question(read, others, EVERY_TRAFFIC), from_outside=read.outside)


def _question(source: EndpointPhrase, destination: EndpointPhrase, traffic: Predicate) -> Question:
    text = f"can {source.text} reach {destination.text}{traffic_text(traffic)}"
    return Question(
        Form.CAN,
        text,
        source.predicate,
        destination.predicate,
        traffic,
        source.text,
        destination.text,
        beside=beside_policy(source.predicate, destination.predicate),
    )


def _anyone_but(texts: Sequence[str], end: End, cluster: Cluster, default_namespace: str | None) -> EndpointPhrase:
    phrases = [_endpoint(text, end, cluster, default_namespace) for text in texts]
    if not phrases:
        return EndpointPhrase("anyone", ALWAYS)
    but = Not(AnyOf(tuple(phrase.predicate for phrase in phrases)))
    return EndpointPhrase(f"anyone but {' or '.join(phrase.text for phrase in phrases)}", but)


def _endpoint(text: str, end: End, cluster: Cluster, default_namespace: str | None) -> EndpointPhrase:
    tokens = Tokens(text)
    phrase = EndpointReader(tokens, cluster, default_namespace).read(end)
    if tokens.next.is_mark(":"):
        message = "only the target of who may reach it has a port"
        raise tokens.error("NV405", message, tokens.next, help_text="leave the port out")
    _finish(tokens)
    return phrase


def _target(text: str, cluster: Cluster, default_namespace: str | None) -> tuple[EndpointPhrase, Predicate]:
    tokens = Tokens(text)
    phrase = EndpointReader(tokens, cluster, default_namespace).read(End.DESTINATION)
    traffic, token = read_traffic(tokens)
    has_port = phrase.called is not None and traffic != EVERY_TRAFFIC
    called = with_asked_ports(phrase.called, traffic, tokens, token) if phrase.called and has_port else None
    _finish(tokens)
    return replace(phrase, called=called), traffic


def _finish(tokens: Tokens) -> None:
    token = tokens.next
    if token.kind is not TokenKind.END:
        advice = "give each endpoint as an argument of its own"
        raise tokens.error("NV402", f"the endpoint should end before {token.shown}", token, help_text=advice)
