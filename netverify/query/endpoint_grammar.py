"""One end of a question: what the sentence calls it, and the predicate that it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from netverify.model.addresses import AddressRange, cidrs, parse_cidr
from netverify.model.cluster import Cluster
from netverify.model.flow import End
from netverify.model.labels import NAMESPACE_NAME_LABEL, selector_of
from netverify.model.service import Service
from netverify.patterns import pattern
from netverify.policy.predicate import (
    AddressIn,
    All,
    InNamespace,
    IsPod,
    IsWorkload,
    NamespaceMatches,
    Not,
    PodMatches,
    Predicate,
)
from netverify.query.called import Called, Uncalled, selected_pods
from netverify.query.internet import internet_ranges
from netverify.query.names import KINDS, SERVICE, check_namespace, find_at, find_by_name, is_name
from netverify.query.selector_grammar import read_selector, selector_text
from netverify.query.service_addresses import called_at, service_addresses_in, whoever_else_is_in
from netverify.query.tokens import Token, TokenKind, Tokens
from netverify.query.whereabouts import is_outside, whoever_is_in
from netverify.records import dataclass

_NAMESPACE_WORDS = ("namespace", "ns")
_SERVICE_WORDS = ("service", "services", "svc")
_FORMS = (
    "name `namespace NS`, `NS/NAME`, `service NS/NAME`, `pods LABELS`, `any pod`, `internet`, a DNS name, "
    "an address or a CIDR"
)
_LABEL = pattern(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_IPV4 = pattern(r"[0-9]+(?:\.[0-9]+)+(?:/[0-9]+)?|[0-9.]+/[0-9]+")


@dataclass(frozen=True, slots=True)
class EndpointPhrase:
    """``text`` is canonical: read again it gives the same ``predicate``.

    ``called`` is the Service or the name that it is, where it is one: how to get there is for routing to say.
    ``outside``: it is addresses, not pods. ``services`` are called as well: some of the addresses are theirs.
    ``namespace`` is the one that all its pods are in, if there is one.
    """

    text: str
    predicate: Predicate
    called: Called | None = None
    outside: bool = False
    namespace: str | None = None
    services: tuple[Called, ...] = ()


def at_addresses(text: str, block: AddressRange, end: End, cluster: Cluster) -> EndpointPhrase:
    """Whoever has an address in ``block``, called ``text``; what is reached at one of a Service is the Service."""
    services = service_addresses_in(block, cluster) if end is End.DESTINATION else ()
    if not services:
        return EndpointPhrase(text, whoever_is_in(block, end, cluster), outside=True)
    others = whoever_else_is_in(block, services, end, cluster)
    return EndpointPhrase(text, others, outside=True, services=called_at(services, by_block=block.first != block.last))


NameReader: TypeAlias = Callable[[str, str | None], Called | Uncalled]
"""What a DNS name means to a pod of a namespace (None: of any)."""


class EndpointReader:
    """Reads the endpoints of one sentence about ``cluster``.

    With ``new_namespaces`` a namespace that the manifests do not mention is one that could be created.

    Every method raises :class:`netverify.query.sentence_error.SentenceError` when something else comes next.
    """

    def __init__(
        self,
        tokens: Tokens,
        cluster: Cluster,
        default_namespace: str | None,
        names: NameReader | None = None,
        *,
        new_namespaces: bool = False,
    ) -> None:
        self._tokens = tokens
        self._cluster = cluster
        self._default_namespace = default_namespace
        self._names = names
        self._new_namespaces = new_namespaces
        self._asking: str | None = None

    def read(self, end: End, *, asking: str | None = None) -> EndpointPhrase:
        """The endpoint that comes next, as the ``end`` of a flow.

        A DNS name is looked up as by a pod of the namespace ``asking``, or of any where that is None.
        """
        self._asking = asking
        token = self._tokens.next
        if token.is_mark("["):
            return self._bracketed(end)
        if token.kind is TokenKind.COLONS:
            return self._address(self._tokens.take(), end)
        if token.kind is TokenKind.QUOTED:
            return self._workload(end, "")
        if token.kind is not TokenKind.WORD or token.is_word("reach"):
            message = f"the {end} is missing: found {token.shown}"
            raise self._tokens.error("NV402", message, token, help_text=_FORMS)
        return self._by_first_word(token, end)

    def _by_first_word(self, token: Token, end: End) -> EndpointPhrase:
        readers: dict[str, Callable[[End], EndpointPhrase]] = {
            **dict.fromkeys(_NAMESPACE_WORDS, self._namespace),
            "pods": self._pods,
            "any": self._any_pod,
            "internet": self._internet,
        }
        word = token.text.lower()
        if word in readers:
            self._tokens.take()
            return readers[word](end)
        follower = self._tokens.after_next
        names_follow = follower.kind in (TokenKind.WORD, TokenKind.QUOTED) and not follower.is_word("reach")
        if word in _SERVICE_WORDS and names_follow:
            self._tokens.take()
            return self._workload(end, SERVICE)
        if word in KINDS and names_follow:
            self._tokens.take()
            return self._workload(end, KINDS[word])
        if _IPV4.fullmatch(token.text):
            return self._address(self._tokens.take(), end)
        return self._workload(end, "")

    def _name(self, what: str) -> Token:
        token = self._tokens.next
        if token.kind not in (TokenKind.WORD, TokenKind.QUOTED) or token.is_word("reach"):
            raise self._tokens.error("NV402", f"expected {what}, found {token.shown}", token)
        return self._tokens.take()

    def _namespace_name(self) -> str:
        token = self._name("the name of a namespace")
        if self._new_namespaces and is_dns_name(token.text):
            return token.text
        return check_namespace(self._tokens, token, token.text, self._cluster)

    def _place(self, end: End, name: str) -> Predicate:
        """Where a pod is that is in the namespace ``name``."""
        if name in self._cluster.namespaces:
            return InNamespace(end, name)
        return NamespaceMatches(end, selector_of({NAMESPACE_NAME_LABEL: name}))

    def _namespace(self, end: End) -> EndpointPhrase:
        name = self._namespace_name()
        return EndpointPhrase(f"namespace {_quoted(name)}", All((IsPod(end), self._place(end, name))), namespace=name)

    def _pods(self, end: End) -> EndpointPhrase:
        selector = read_selector(self._tokens)
        where, parts = self._where(end)
        phrase = All((IsPod(end), PodMatches(end, selector), *parts))
        return EndpointPhrase(f"pods {selector_text(selector)}{where}", phrase, namespace=_only_namespace(parts))

    def _any_pod(self, end: End) -> EndpointPhrase:
        if not self._tokens.take_word("pod"):
            token = self._tokens.next
            message = f"expected `pod` after `any`, found {token.shown}"
            raise self._tokens.error("NV402", message, token, help_text="write `any pod`")
        where, parts = self._where(end)
        phrase = All((IsPod(end), *parts)) if parts else IsPod(end)
        return EndpointPhrase(f"any pod{where}", phrase, namespace=_only_namespace(parts))

    def _where(self, end: End) -> tuple[str, tuple[Predicate, ...]]:
        """``in`` or ``outside`` a namespace, or those with labels, if one of these words comes next."""
        word = self._tokens.next
        if not self._tokens.take_word("in", "outside"):
            return "", ()
        place: Predicate
        if self._tokens.take_word(*_NAMESPACE_WORDS):
            name = self._namespace_name()
            text, place = f"namespace {_quoted(name)}", self._place(end, name)
        elif self._tokens.take_word("namespaces"):
            selector = read_selector(self._tokens)
            text, place = f"namespaces {selector_text(selector)}", NamespaceMatches(end, selector)
        else:
            token = self._tokens.next
            message = f"expected `namespace NAME` or `namespaces LABELS` after `{word.text}`, found {token.shown}"
            raise self._tokens.error("NV402", message, token)
        outside = word.is_word("outside")
        return f" {word.text.lower()} {text}", (Not(place) if outside else place,)

    def _workload(self, end: End, kind: str) -> EndpointPhrase:
        token = self._name(f"the name of a {kind or 'workload'}")
        if "/" in token.text and not re.fullmatch(r"[^/]+/[^/]+", token.text):
            message = f"expected `NAMESPACE/NAME`, found {token.shown}"
            raise self._tokens.error("NV402", message, token)
        kind = kind or self._kind_in_brackets(token)
        if "/" in token.text:
            found = find_at(self._tokens, token, kind, self._cluster)
        elif "." in token.text and not kind and not is_name(token, self._cluster):
            return self._dns_name(token, end)
        else:
            found = find_by_name(self._tokens, token, kind, self._cluster, self._default_namespace)
        if isinstance(found, Service):
            return EndpointPhrase(f"service {found}", selected_pods(found, end), Called(found))
        return EndpointPhrase(str(found), IsWorkload(end, found), namespace=found.namespace)

    def _dns_name(self, token: Token, end: End) -> EndpointPhrase:
        if end is End.SOURCE:
            message = f"`{token.text}` is a DNS name, which is looked up to reach something"
            raise self._tokens.error("NV410", message, token, help_text="name the Service, or the pods behind it")
        called = self._names(token.text, self._asking) if self._names is not None else Uncalled()
        if isinstance(called, Uncalled):
            why = called.why or "no manifest holds what it stands for"
            message = f"nothing is known by the DNS name `{token.text}`: {why}"
            advice = called.advice or "see each step of the lookup with `netverify resolve`, or name the Service"
            raise self._tokens.error("NV410", message, token, help_text=advice)
        service = called.service
        return EndpointPhrase(token.text, selected_pods(service, end) if service else is_outside(end), called)

    def _kind_in_brackets(self, name: Token) -> str:
        """The kind of ``NS/NAME[Kind]`` or ``NAME[Kind]``, if the bracket follows at once; empty otherwise."""
        if not self._tokens.next.is_mark("[") or self._tokens.next.start != name.end:
            return ""
        self._tokens.take()
        token = self._name("a kind")
        if token.text.lower() not in KINDS:
            kinds = ", ".join(f"`{kind}`" for kind in sorted(set(KINDS.values())))
            message = f"`{token.text}` is no kind of workload"
            raise self._tokens.error("NV402", message, token, help_text=f"the kinds are {kinds}")
        self._close_bracket()
        return KINDS[token.text.lower()]

    def _close_bracket(self) -> None:
        token = self._tokens.next
        if not self._tokens.take_mark("]"):
            raise self._tokens.error("NV402", f"expected `]`, found {token.shown}", token)

    def _bracketed(self, end: End) -> EndpointPhrase:
        self._tokens.take()
        token = self._tokens.take()
        if token.kind not in (TokenKind.WORD, TokenKind.COLONS):
            message = f"expected an address between `[` and `]`, found {token.shown}"
            raise self._tokens.error("NV409", message, token)
        phrase = self._address(token, end)
        self._close_bracket()
        return phrase

    def _address(self, token: Token, end: End) -> EndpointPhrase:
        block = self._block(token)
        text = str(block) if block.first == block.last else cidrs(block)[0]
        return at_addresses(f"[{text}]" if block.family == 6 else text, block, end, self._cluster)

    def _block(self, token: Token) -> AddressRange:
        try:
            block = _zoneless(token.text)
        except ValueError:
            advice = "an address looks like `10.0.0.1` or `2001:db8::1`, a CIDR like `10.0.0.0/8` or `2001:db8::/32`"
            if token.text.count(":") > 1:
                advice += "; a port after IPv6 needs brackets: `[2001:db8::1]:443`"
            message = f"`{token.text}` is no address and no CIDR"
            raise self._tokens.error("NV409", message, token, help_text=advice) from None
        if block.family == 6 and block.first >> 32 == 0xFFFF:
            message = f"`{token.text}` is an IPv4 address written as IPv6"
            raise self._tokens.error("NV409", message, token, help_text="write it as IPv4")
        return block

    def _internet(self, end: End) -> EndpointPhrase:
        return EndpointPhrase("internet", All((is_outside(end), AddressIn(end, internet_ranges()))), outside=True)


def _only_namespace(places: tuple[Predicate, ...]) -> str | None:
    return places[0].name if places and isinstance(places[0], InNamespace) else None


def is_dns_name(text: str) -> bool:
    """Whether ``text`` can be the name of a namespace."""
    return _LABEL.fullmatch(text) is not None


def _quoted(name: str) -> str:
    """``name``, in quotes where the grammar would read it as a word of its own."""
    return f'"{name}"' if name.lower() == "reach" else name


def _zoneless(text: str) -> AddressRange:
    """The range of ``text``. Raises ``ValueError`` when it is none or has a zone."""
    if "%" in text:
        raise ValueError(text)
    return parse_cidr(text)
