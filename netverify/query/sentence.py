"""The sentence grammar: ``can SOURCE reach TARGET``, ``who can reach TARGET``, ``what can SOURCE reach``.

Source: the command line's contract. Words are case-insensitive, names are not; a question mark at the end is allowed.
"""

from __future__ import annotations

from typing import assert_never

from netverify.model.cluster import Cluster
from netverify.model.flow import End
from netverify.policy.predicate import ALWAYS
from netverify.query.endpoint_grammar import EndpointPhrase, EndpointReader, NameReader
from netverify.query.port_grammar import read_traffic, traffic_text
from netverify.query.question import Form, Question
from netverify.query.sentence_error import SentenceError
from netverify.query.service_ports import asked_services, with_asked_ports
from netverify.query.tokens import TokenKind, Tokens

__all__ = ["SentenceError", "canonical_sentence", "parse_sentence"]

_FORMS = "ask `can SOURCE reach TARGET`, `who can reach TARGET` or `what can SOURCE reach`"
_ANYONE = EndpointPhrase("any pod or address", ALWAYS)


def _form(tokens: Tokens) -> Form:
    token = tokens.next
    if token.kind is TokenKind.END:
        raise tokens.error("NV401", "the sentence is empty", token, help_text=_FORMS)
    if tokens.take_word("can"):
        return Form.CAN
    if token.is_word("who", "what"):
        tokens.take()
        following = tokens.next
        if not tokens.take_word("can"):
            message = f"expected `can` after `{token.text}`, found {following.shown}"
            raise tokens.error("NV401", message, following, help_text=_FORMS)
        return Form.WHO if token.is_word("who") else Form.WHAT
    raise tokens.error("NV401", f"a question cannot begin with {token.shown}", token, help_text=_FORMS)


def _reach(tokens: Tokens) -> None:
    token = tokens.next
    if tokens.take_word("reach"):
        return
    if token.is_mark(":"):
        advice = "only what is reached has a port: write it at the end of the sentence"
        raise tokens.error("NV405", "the source of a question has no port", token, help_text=advice)
    advice = "write `reach`" if token.is_word("talk", "connect", "access", "get", "reaches", "contact") else _FORMS
    raise tokens.error("NV402", f"expected `reach`, found {token.shown}", token, help_text=advice)


def _finish(tokens: Tokens) -> None:
    tokens.take_mark("?")
    token = tokens.next
    if token.kind is TokenKind.END:
        return
    advice = ""
    if token.is_mark("["):
        advice = "brackets hold an IPv6 address, or a kind after `NS/NAME`"
    elif token.is_word("on", "port", "via", "over"):
        advice = "write the port as `TARGET:PORT/PROTOCOL`"
    raise tokens.error("NV402", f"the sentence should end before {token.shown}", token, help_text=advice)


def parse_sentence(
    text: str,
    cluster: Cluster,
    *,
    default_namespace: str | None = None,
    names: NameReader | None = None,
) -> Question:
    """The question that ``text`` asks about ``cluster``.

    A name alone means what goes by it in ``default_namespace`` when there is such a thing; ``names`` looks DNS names
    up. Raises :class:`SentenceError`, and nothing else, when ``text`` is not in the grammar or names what the manifests
    do not know.
    """
    tokens = Tokens(text)
    endpoints = EndpointReader(tokens, cluster, default_namespace, names)
    form = _form(tokens)
    source = _ANYONE if form is Form.WHO else endpoints.read(End.SOURCE)
    _reach(tokens)
    destination = _ANYONE if form is Form.WHAT else endpoints.read(End.DESTINATION, asking=source.namespace)
    token = tokens.after_next
    traffic = read_traffic(tokens)
    called = destination.called and with_asked_ports(destination.called, traffic, tokens, token)
    _finish(tokens)
    return Question(
        form,
        text,
        source.predicate,
        destination.predicate,
        traffic,
        source.text,
        destination.text,
        called,
        source.outside,
        services=asked_services(destination.services, traffic),
    )


def canonical_sentence(question: Question) -> str:
    """The sentence that asks ``question``.

    Read again about the same cluster, it gives an equal question but for its ``text``.
    """
    port = traffic_text(question.traffic)
    match question.form:
        case Form.CAN:
            return f"can {question.source_text} reach {question.destination_text}{port}"
        case Form.WHO:
            return f"who can reach {question.destination_text}{port}"
        case Form.WHAT:
            return f"what can {question.source_text} reach{port}"
        case _ as never:
            assert_never(never)
