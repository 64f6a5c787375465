"""The sentence grammar: ``can SOURCE reach TARGET``, ``who can reach TARGET``, ``what can SOURCE reach``.

Source: the command line's contract, and what people type: ``is TARGET reachable from SOURCE``, ``who can talk to
TARGET``, ``can TARGET be reached by SOURCE``. Words are case-insensitive, names are not; a question mark at the end is
allowed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from netverify.model.cluster import Cluster
from netverify.model.flow import End
from netverify.policy.predicate import ALWAYS, Predicate
from netverify.query.endpoint_grammar import ANYONE, EndpointPhrase, EndpointReader, NameReader
from netverify.query.port_grammar import EVERY_TRAFFIC, ON_WORDS, read_traffic, traffic_text
from netverify.query.question import Form, Question
from netverify.query.sentence_error import SentenceError
from netverify.query.service_ports import asked_services, with_asked_ports, words_of_twins
from netverify.query.suggestions import did_you_mean, nearest
from netverify.query.tokens import Token, TokenKind, Tokens
from netverify.query.verbs import (
    EXPECTED,
    FROM,
    NEGATIONS,
    PASSIVE,
    REACHABLE,
    advice_on,
    begins_endpoint,
    take_verb,
    verb_length,
)
from netverify.records import dataclass

__all__ = ["OPENERS", "SentenceError", "canonical_sentence", "parse_sentence"]

_FORMS = "ask `can SOURCE reach TARGET`, `who can reach TARGET` or `what can SOURCE reach`"
_POSITIVE = "ask whether it can be reached: the answer says REACHABLE or UNREACHABLE"
_OPEN_END = EndpointPhrase("any pod or address", ALWAYS)
_CAN = ("can", "could", "may", "might", "does", "do", "will", "would", "should")
_IS = ("is", "are")
_WHO = ("who", "what", "which")
_ALLOWED = ("allowed", "able", "permitted")
OPENERS = (*_CAN, *_IS, *_WHO)
"""The words that a question begins with, in lower case."""
_WHOSE = ("pod", "pods", "workload", "workloads", "service", "services", "deployment", "deployments")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The parts of a sentence; ``port`` is where it says which traffic it is about."""

    form: Form
    source: EndpointPhrase
    destination: EndpointPhrase
    traffic: Predicate
    port: Token


class _Reader:
    """Reads one sentence. Every method raises :class:`SentenceError` where something else comes next."""

    def __init__(self, tokens: Tokens, endpoints: EndpointReader) -> None:
        self._tokens = tokens
        self._endpoints = endpoints

    def read(self) -> _Sentence:
        """The whole sentence."""
        tokens = self._tokens
        token = tokens.next
        if token.kind is TokenKind.END:
            raise tokens.error("NV401", "the sentence is empty", token, help_text=_FORMS)
        if tokens.take_word(*_CAN):
            found = self._passive() or self._active()
        elif tokens.take_word(*_IS):
            found = self._allowed() or self._reachable()
        elif tokens.take_word(*_WHO):
            found = self._open(token)
        else:
            advice = did_you_mean(nearest(token.text.lower(), ("can", "who", "what", "is"), how_many=1)) or _FORMS
            raise tokens.error("NV401", f"a question cannot begin with {token.shown}", token, help_text=advice)
        _finish(tokens)
        return found

    def _active(self) -> _Sentence:
        """``SOURCE reach TARGET``."""
        return self._active_of(self._endpoints.read(End.SOURCE))

    def _active_of(self, source: EndpointPhrase) -> _Sentence:
        self._verb()
        return self._to(Form.CAN, source)

    def _passive(self) -> _Sentence | None:
        """``TARGET be reached by SOURCE``; None where the sentence is no such one."""
        at = self._find(*PASSIVE)
        if at is None or not self._tokens.ahead(at - 1).is_word("be"):
            return None
        return self._turned(at, at - 1, ANYONE)

    def _allowed(self) -> _Sentence | None:
        """``SOURCE allowed to reach TARGET``; None where the sentence is no such one."""
        at = self._find(*_ALLOWED)
        if at is None or not self._tokens.ahead(at + 1).is_word("to") or self._find(*NEGATIONS) is not None:
            return None
        source = self._endpoints.read(End.SOURCE)
        if not self._take_allowed():
            self._verb()
        return self._active_of(source)

    def _take_allowed(self) -> bool:
        """Reads ``allowed to``, if that comes next."""
        tokens = self._tokens
        if not (tokens.next.is_word(*_ALLOWED) and tokens.after_next.is_word("to")):
            return False
        tokens.take()
        tokens.take()
        return True

    def _reachable(self) -> _Sentence:
        """``TARGET reachable from SOURCE``; ``TARGET exposed`` means: to the internet."""
        tokens = self._tokens
        at = self._find(*REACHABLE, *PASSIVE)
        wrong = self._find(*NEGATIONS)
        if at is None or (wrong is not None and wrong < at):
            self._endpoints.read(End.DESTINATION)
            read_traffic(tokens)
            token = tokens.next
            advice = _POSITIVE if token.is_word(*NEGATIONS) else "ask `is TARGET reachable from SOURCE`"
            raise tokens.error("NV402", f"expected `reachable`, found {token.shown}", token, help_text=advice)
        return self._turned(at, at, None if tokens.ahead(at).is_word("exposed") else ANYONE)

    def _turned(self, verb: int, end: int, otherwise: EndpointPhrase | None) -> _Sentence:
        """A sentence whose target comes first: it ends after ``end`` tokens, and the source comes after ``verb``.

        The source is read first, since names of the target may be meant as its pods look them up. Where there is none
        it is ``otherwise``, or the internet.
        """
        tokens = self._tokens
        start = tokens.place
        after_target = start + end
        tokens.go_to(start + verb + 1)
        source = self._source_after_passive(otherwise)
        traffic, port = read_traffic(tokens)
        finish = tokens.place
        tokens.go_to(start)
        destination = self._endpoints.read(End.DESTINATION, asking=source.namespace)
        if tokens.place < after_target:
            own = read_traffic(tokens)
            if traffic != EVERY_TRAFFIC and own[0] != EVERY_TRAFFIC:
                raise tokens.error("NV405", "the sentence names two ports", port, help_text="write one of them")
            traffic, port = own if own[0] != EVERY_TRAFFIC else (traffic, port)
        if tokens.place != after_target:
            message = f"expected {tokens.ahead(after_target - tokens.place).shown}, found {tokens.next.shown}"
            raise tokens.error("NV402", message, tokens.next, help_text="ask about one target at a time")
        tokens.go_to(finish)
        return _Sentence(Form.CAN, source, destination, traffic, port)

    def _source_after_passive(self, otherwise: EndpointPhrase | None) -> EndpointPhrase:
        tokens = self._tokens
        if tokens.take_word(*FROM):
            return self._endpoints.read(End.SOURCE)
        return otherwise or self._endpoints.internet(End.SOURCE)

    def _open(self, first: Token) -> _Sentence:
        """What follows ``who`` or ``what``: ``can reach TARGET``, ``reaches TARGET``, ``can SOURCE reach``."""
        tokens = self._tokens
        if first.is_word("which"):
            tokens.take_word(*_WHOSE)
        if tokens.next.is_word(*_IS) and tokens.after_next.is_word(*REACHABLE, *PASSIVE):
            tokens.take()
            tokens.take()
            source = self._source_after_passive(None)
            return self._what(source)
        has_can = tokens.take_word(*_CAN)
        if tokens.next.is_word(*_IS) and tokens.after_next.is_word(*_ALLOWED):
            tokens.take()
            has_can = self._take_allowed()
        length = verb_length(tokens)
        if length and (begins_endpoint(tokens, length) or not has_can or tokens.next.is_word("reach")):
            take_verb(tokens)
            return self._to(Form.WHO, _OPEN_END)
        if not has_can:
            message = f"expected `can` after `{first.text}`, found {tokens.next.shown}"
            raise tokens.error("NV401", message, tokens.next, help_text=advice_on(tokens.next.text) or _FORMS)
        source = self._endpoints.read(End.SOURCE)
        self._verb()
        return self._what(source)

    def _what(self, source: EndpointPhrase) -> _Sentence:
        return _Sentence(Form.WHAT, source, _OPEN_END, *read_traffic(self._tokens))

    def _to(self, form: Form, source: EndpointPhrase) -> _Sentence:
        destination = self._endpoints.read(End.DESTINATION, asking=source.namespace)
        return _Sentence(form, source, destination, *read_traffic(self._tokens))

    def _verb(self) -> None:
        tokens = self._tokens
        token = tokens.next
        if take_verb(tokens):
            return
        if token.is_mark(":") or token.is_word(*ON_WORDS):
            advice = "only the target has a port: write it at the end of the sentence"
            raise tokens.error("NV405", "the source of a question has no port", token, help_text=advice)
        advice = advice_on(token.text) or _FORMS
        if token.is_word(*NEGATIONS):
            advice = _POSITIVE
        elif token.is_word("and", "or") or token.is_mark(","):
            advice = "ask about one source at a time, or name several by labels or their namespace"
        raise tokens.error("NV402", f"{EXPECTED}, found {token.shown}", token, help_text=advice)

    def _find(self, *words: str) -> int | None:
        """How many tokens before the first of ``words`` come; None without one. The first token is none of them."""
        at = 1
        while (token := self._tokens.ahead(at)).kind is not TokenKind.END:
            if token.is_word(*words):
                return at
            at += 1
        return None


def _finish(tokens: Tokens) -> None:
    tokens.take_mark("?")
    token = tokens.next
    if token.kind is TokenKind.END:
        return
    advice = ""
    if token.is_mark("["):
        advice = "brackets hold an IPv6 address, or a kind after `NS/NAME`"
    elif token.is_word("from", "by"):
        advice = "ask `can SOURCE reach TARGET`, or `is TARGET reachable from SOURCE`"
    elif token.is_word("through", "behind"):
        advice = "leave it out: every way counts, and the answer names the one that is open"
    elif token.is_word(*ON_WORDS, "port"):
        advice = "write the port as `TARGET:PORT/PROTOCOL`"
    elif token.is_word("and", "or") or token.is_mark(","):
        advice = "ask about one target and one port at a time, or name several pods by labels or their namespace"
    raise tokens.error("NV402", f"the sentence should end before {token.shown}", token, help_text=advice)


def parse_sentence(
    text: str,
    cluster: Cluster,
    *,
    default_namespace: str | None = None,
    names: NameReader | None = None,
) -> Question:
    """The question that ``text`` asks about ``cluster``.

    A name alone means what goes by it in ``default_namespace`` when one is given; ``names`` looks DNS names up. Raises
    :class:`SentenceError`, and nothing else, when ``text`` is not in the grammar or names what the manifests do not
    know.
    """
    tokens = Tokens(text)
    read = _Reader(tokens, EndpointReader(tokens, cluster, default_namespace, names, asks=True)).read()
    source, destination, traffic = read.source, read.destination, read.traffic
    called = destination.called and with_asked_ports(destination.called, traffic, tokens, read.port)
    services = asked_services(destination.services, traffic)
    if read.form is Form.WHO and traffic == EVERY_TRAFFIC:
        services = tuple(one for one in services if one.only is None)  # whoever comes by them is on the list anyway
    question = Question(
        read.form,
        text,
        source.predicate,
        destination.predicate,
        traffic,
        source.text,
        destination.text,
        called,
        source.outside,
        services=services,
    )
    return replace(question, read_as=_read_as(question, read))


def _read_as(question: Question, read: _Sentence) -> tuple[str, ...]:
    """What is meant, where the sentence leaves something of it to be inferred."""
    twins = [words_of_twins(one, read.traffic) for one in read.destination.services if one.only is not None]
    inferred = read.source.inferred or read.destination.inferred
    return (*([canonical_sentence(question)] if inferred else ()), *twins)


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
