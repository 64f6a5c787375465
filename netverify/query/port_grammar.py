"""Ports in a sentence: ``5432``, ``8000-8999/udp``, ``http/any``; and the same back from the traffic of a question."""

from __future__ import annotations

import re
from collections.abc import Iterable

from netverify.model.cluster import Workload
from netverify.model.traffic import EVERY_PORT, MAX_PORT, MIN_PORT, PortSet, Protocol, port_set
from netverify.patterns import pattern
from netverify.policy.predicate import AnyOf, NamedPort, PortIn, Predicate
from netverify.policy.visit import alternatives
from netverify.query.suggestions import alike, did_you_mean, nearest
from netverify.query.tokens import Token, TokenKind, Tokens
from netverify.query.verbs import FROM, PASSIVE, REACHABLE

EVERY_TRAFFIC: Predicate = AnyOf(tuple(PortIn(protocol, EVERY_PORT) for protocol in Protocol))
"""What a sentence without a port asks about: every port of TCP, UDP and SCTP."""

_PORT_NAME = pattern(r"(?=.{1,15}\Z)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*")
_PROTOCOL_WORDS = {**{protocol.lower(): (protocol,) for protocol in Protocol}, "any": tuple(Protocol)}
ON_WORDS = ("on", "at", "over", "via", "using")
"""What comes before a port or a protocol that is not written after a colon."""
_FORMS = "a port is a number, a range such as `8000-8999`, or the name of a container port"


def _number(tokens: Tokens, token: Token, digits: str) -> int:
    number = int(digits) if len(digits) <= 9 else MAX_PORT + 1
    if not MIN_PORT <= number <= MAX_PORT:
        raise tokens.error("NV405", f"there is no port `{digits}`", token, help_text="ports go from 1 to 65535")
    return number


def _port(tokens: Tokens, token: Token, text: str) -> PortSet | str:
    if re.fullmatch(r"[0-9]+", text):
        number = _number(tokens, token, text)
        return port_set((number, number))
    if bounds := re.fullmatch(r"([0-9]+)-([0-9]+)", text):
        first, last = (_number(tokens, token, digits) for digits in bounds.groups())
        if first > last:
            turned = f"did you mean `{last}-{first}`?"
            raise tokens.error("NV405", f"the range `{text}` ends before it begins", token, help_text=turned)
        return port_set((first, last))
    if not _PORT_NAME.fullmatch(text):
        lower = text.lower()
        advice = f"did you mean `{lower}`?" if _PORT_NAME.fullmatch(lower) else _FORMS
        raise tokens.error("NV405", f"`{text}` is not a port", token, help_text=advice)
    return text


def _protocols(tokens: Tokens, token: Token, text: str) -> tuple[Protocol, ...]:
    known = _PROTOCOL_WORDS.get(text.lower())
    if known is not None:
        return known
    close = alike(text.lower(), _PROTOCOL_WORDS)
    advice = f"did you mean `{close}`?" if close else "a protocol is one of `tcp`, `udp`, `sctp`, `any`"
    raise tokens.error("NV405", f"unknown protocol `{text}`", token, help_text=advice)


def read_traffic(tokens: Tokens) -> tuple[Predicate, Token]:
    """The traffic of ``":" PORT ["/" PROTOCOL]`` or ``on PORT`` if that comes next, and where its port is written.

    Else it is every port of every protocol. Raises :class:`netverify.query.sentence_error.SentenceError` (``NV405``).
    """
    if tokens.take_mark(":"):
        token = tokens.next
        return read_port(tokens, "a port after `:`"), token
    word = tokens.next
    if not tokens.take_word(*ON_WORDS, "port"):
        return EVERY_TRAFFIC, word
    return _port_in_words(tokens, word)


def _port_in_words(tokens: Tokens, word: Token) -> tuple[Predicate, Token]:
    """What follows ``on`` or another such ``word``: ``port 5432``, ``tcp port 5432``, ``udp``, ``any port``."""
    protocols: tuple[Protocol, ...] = (Protocol.TCP,)
    is_named = tokens.next.is_word(*_PROTOCOL_WORDS)
    if is_named:
        protocols = _PROTOCOL_WORDS[tokens.take().text.lower()]
    takes_port = tokens.take_word("port", "ports") or not is_named or word.is_word("port")
    token = tokens.next
    if is_named and (token.kind is not TokenKind.WORD or token.is_word(*FROM, *REACHABLE, *PASSIVE, "be")):
        return (EVERY_TRAFFIC if len(protocols) > 1 else PortIn(protocols[0], EVERY_PORT)), token
    if takes_port and tokens.next.is_word(*_PROTOCOL_WORDS) and len(protocols) == 1:
        raise tokens.error("NV405", f"expected a port, found {token.shown}", token, help_text=_FORMS)
    first, slash, second = token.text.partition("/")
    if token.kind is TokenKind.WORD and slash and first.lower() in _PROTOCOL_WORDS:
        tokens.take()
        return _traffic(_port(tokens, token, second), _protocols(tokens, token, first)), token
    if not word.is_word("on", "at", "port") and token.kind is TokenKind.WORD and not first[:1].isdigit():
        message = f"expected a port or a protocol after `{word.text}`, found {token.shown}"
        raise tokens.error("NV405", message, token, help_text=f"{_FORMS}; write a name as `TARGET:{token.text}`")
    if is_named and not slash:
        tokens.take()
        return _traffic(_port(tokens, token, token.text), protocols), token
    return read_port(tokens, f"a port after `{word.text}`"), token


def read_port(tokens: Tokens, expected: str) -> Predicate:
    """The traffic of ``PORT ["/" PROTOCOL]``, TCP where no protocol is given; ``expected`` names it in the error.

    Raises :class:`netverify.query.sentence_error.SentenceError` (``NV405``).
    """
    token = tokens.next
    if token.kind is not TokenKind.WORD:
        raise tokens.error("NV405", f"expected {expected}, found {token.shown}", token, help_text=_FORMS)
    port_text, slash, protocol_text = tokens.take().text.partition("/")
    port = _port(tokens, token, port_text)
    protocols = _protocols(tokens, token, protocol_text) if slash else (Protocol.TCP,)
    return _traffic(port, protocols)


def _traffic(port: PortSet | str, protocols: tuple[Protocol, ...]) -> Predicate:
    parts = tuple(NamedPort(p, port) if isinstance(port, str) else PortIn(p, port) for p in protocols)
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def undeclared_name(traffic: Predicate, workloads: Iterable[Workload]) -> str:
    """That none of ``workloads`` declares the port whose name ``traffic`` is, in words; empty where that is not so.

    ``traffic`` is what was read of one port. A port of an init container is declared, too. What one name is meant for
    may be declared under another, which is asked.
    """
    wanted = alternatives(traffic)
    names = {one.name for one in wanted if isinstance(one, NamedPort)}
    if len(names) != 1 or not all(isinstance(one, NamedPort) for one in wanted):
        return ""
    (name,) = names
    protocols = {one.protocol for one in wanted if isinstance(one, NamedPort)}
    declared = {(port.name, port.protocol) for workload in workloads for port in workload.ports if port.name}
    if any((name, protocol) in declared for protocol in protocols):
        return ""
    near = tuple(f"{name}/{protocol.lower()}" for same, protocol in sorted(declared) if same == name)
    advice = did_you_mean(near or nearest(name, (other for other, protocol in declared if protocol in protocols)))
    which = f"a {next(iter(protocols))} port" if len(protocols) == 1 and near else "a port"
    return f"declares {which} named `{name}`" + (f": {advice}" if advice else "")


def traffic_text(traffic: Predicate) -> str:
    """``traffic`` as a sentence spells it, from the colon on; empty for every port of every protocol.

    ``traffic`` must come from :func:`read_traffic`.
    """
    if traffic == EVERY_TRAFFIC:
        return ""
    first = alternatives(traffic)[0]
    assert isinstance(first, PortIn | NamedPort)
    port = first.ports if isinstance(first, PortIn) else first.name
    return f":{port}/{first.protocol.lower() if first is traffic else 'any'}"
