"""One end of a question: what the sentence calls it, and the predicate that it means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from netverify.model.addresses import AddressRange, cidrs, parse_cidr
from netverify.model.cluster import Cluster, WorkloadKey
from netverify.model.flow import End
from netverify.model.service import Service
from netverify.patterns import pattern
from netverify.policy.predicate import ALWAYS, AddressIn, All, IsWorkload, Predicate
from netverify.query.called import Called, Uncalled, selected_pods
from netverify.query.internet import internet_ranges
from netverify.query.name_grammar import NameGrammar, close_bracket
from netverify.query.names import Named, NameLookup, Twins, is_name, kind_of
from netverify.query.pod_grammar import PodReader, Pods, take_article
from netverify.query.quantifiers import refuse_every
from netverify.query.service_addresses import called_at, service_addresses_in, whoever_else_is_in
from netverify.query.tokens import Token, TokenKind, Tokens
from netverify.query.verbs import verb_length
from netverify.query.whereabouts import is_outside, whoever_is_in
from netverify.records import dataclass

_FORMS = (
    "name `namespace NS`, `NS/NAME`, `service NS/NAME`, `pods LABELS`, `any pod`, `internet`, a DNS name, "
    "an address or a CIDR"
)
_IPV4 = pattern(r"[0-9]+(?:\.[0-9]+)+(?:/[0-9]+)?|[0-9.]+/[0-9]+")
_ANYONE = ("anyone", "anybody", "anything", "everyone", "everybody", "everything", "anywhere")
_OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class EndpointPhrase:
    """``text`` is canonical: read again it gives the same ``predicate``.

    ``called`` is the Service or the name that it is, where it is one: how to get there is for routing to say.
    ``outside``: it is addresses, not pods. ``services`` are called as well: some of the addresses are theirs, or one
    has the name of the workload that is meant. ``namespace`` is the one that all its pods are in, if there is one.
    ``inferred``: the sentence does not say all of ``text``, so that a reader wants to see it.
    """

    text: str
    predicate: Predicate
    called: Called | None = None
    outside: bool = False
    namespace: str | None = None
    services: tuple[Called, ...] = ()
    inferred: bool = False


ANYONE = EndpointPhrase("anyone", ALWAYS)
"""Any pod and any address."""


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

    With ``new_namespaces`` a namespace that the manifests do not mention is one that could be created. ``asks``: they
    are ends of a question, which is about at least one of several, so that ``every pod`` is none.

    Every method raises :class:`netverify.query.sentence_error.SentenceError` when something else comes next.
    """

    def __init__(  # noqa: PLR0913 what a name means depends on each
        self,
        tokens: Tokens,
        cluster: Cluster,
        default_namespace: str | None,
        names: NameReader | None = None,
        *,
        new_namespaces: bool = False,
        asks: bool = False,
    ) -> None:
        self._tokens = tokens
        self._cluster = cluster
        self._pods = PodReader(tokens, cluster, new_namespaces=new_namespaces)
        self._named = NameGrammar(tokens, NameLookup(tokens, cluster, default_namespace), self._pods)
        self._names = names
        self._asks = asks
        self._asking: str | None = None

    def read(self, end: End, *, asking: str | None = None) -> EndpointPhrase:
        """The endpoint that comes next, as the ``end`` of a flow.

        A name alone and a DNS name are looked up as by a pod of the namespace ``asking``, or of any where that is None.
        """
        self._asking = asking
        take_article(self._tokens)
        if self._asks:
            refuse_every(self._tokens, self._cluster, end)
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
        word, follower = token.text.lower(), self._tokens.after_next
        if word == "pods" and follower.is_word("of", "behind"):
            return self._pods_behind(end)
        if self._pods.comes_next():
            return replace(_of_pods(self._pods.read(end)), inferred=word == "all")
        if word == "internet" or (word in (*_ANYONE, _OUTSIDE) and not is_name(token.text, self._cluster)):
            return self._of_many(self._tokens.take(), end)
        is_verb = verb_length(self._tokens, 1) > 0 if end is End.SOURCE else follower.is_word("reach")
        names_follow = follower.may_be_name and not is_verb
        if names_follow and "/" not in word and kind_of(word) and not follower.is_word("in", "-n", "on"):
            self._tokens.take()
            return self._workload(end, kind_of(word))
        if _IPV4.fullmatch(token.text):
            return self._address(self._tokens.take(), end)
        return self._workload(end, "")

    def internet(self, end: End) -> EndpointPhrase:
        """The addresses outside that are globally reachable."""
        return EndpointPhrase("internet", All((is_outside(end), AddressIn(end, internet_ranges()))), outside=True)

    def _of_many(self, token: Token, end: End) -> EndpointPhrase:
        """Anyone, or everyone outside the cluster, as ``token`` says."""
        if token.is_word("internet"):
            return self.internet(end)
        if not token.is_word(_OUTSIDE):
            return ANYONE
        place = self._tokens.place
        take_article(self._tokens)
        if not self._tokens.take_word("cluster", "world"):
            self._tokens.go_to(place)
        return EndpointPhrase("outside", is_outside(end), outside=True)

    def _pods_behind(self, end: End) -> EndpointPhrase:
        """``pods of WORKLOAD``, ``pods behind SERVICE``: as they are, by no name."""
        self._tokens.take()
        self._tokens.take()
        token = self._tokens.next
        phrase = self.read(end, asking=self._asking)
        if isinstance(phrase.predicate, IsWorkload):
            return replace(phrase, text=str(phrase.predicate.key), services=())
        if phrase.called is None or phrase.called.service is None:
            message = f"expected the name of a workload or a Service, found {token.shown}"
            raise self._tokens.error("NV402", message, token)
        return replace(phrase, text=f"pods behind service {phrase.called.service}", called=None)

    def _workload(self, end: End, kind: str) -> EndpointPhrase:
        token = self._tokens.next
        is_plain = token.kind is TokenKind.WORD and "/" not in token.text and "." in token.text and not kind
        if is_plain and not self._tokens.after_next.is_mark("[") and not is_name(token.text, self._cluster):
            return self._dns_name(self._tokens.take(), end)
        found, inferred = self._named.read(kind, self._asking)
        if isinstance(found, str):
            return replace(_of_pods(self._pods.of_namespace(found, end)), inferred=inferred)
        return replace(_of_named(found, end), inferred=inferred)

    def _dns_name(self, token: Token, end: End) -> EndpointPhrase:
        if end is End.SOURCE:
            message = f"`{token.text}` is a DNS name, which is looked up to reach something"
            raise self._tokens.error("NV410", message, token, help_text="name the Service, or the pods behind it")
        called = self._names(token.text, self._asking) if self._names is not None else Uncalled()
        if isinstance(called, Uncalled):
            why = called.why or "no manifest contains its target"
            message = f"nothing is known by the DNS name `{token.text}`: {why}"
            advice = called.advice or "see each step of the lookup with `netverify resolve`, or name the Service"
            raise self._tokens.error("NV410", message, token, help_text=advice)
        service = called.service
        return EndpointPhrase(token.text, selected_pods(service, end) if service else is_outside(end), called)

    def _bracketed(self, end: End) -> EndpointPhrase:
        self._tokens.take()
        token = self._tokens.take()
        if token.kind not in (TokenKind.WORD, TokenKind.COLONS):
            message = f"expected an address between `[` and `]`, found {token.shown}"
            raise self._tokens.error("NV409", message, token)
        phrase = self._address(token, end)
        close_bracket(self._tokens)
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
            message = f"`{token.text}` is neither an address nor a CIDR"
            raise self._tokens.error("NV409", message, token, help_text=advice) from None
        if block.family == 6 and block.first >> 32 == 0xFFFF:
            message = f"`{token.text}` is an IPv4 address written as IPv6"
            raise self._tokens.error("NV409", message, token, help_text="write it as IPv4")
        return block


def _of_pods(pods: Pods) -> EndpointPhrase:
    return EndpointPhrase(pods.text, pods.predicate, namespace=pods.namespace)


def _of_named(found: Named, end: End) -> EndpointPhrase:
    """What a name means as ``end``. A workload and its Service: the workload's pods, by either way to get there."""
    match found:
        case Service():
            return EndpointPhrase(f"service {found}", selected_pods(found, end), Called(found))
        case Twins(key, service) if end is End.DESTINATION:
            beside = (Called(service, only=key),)
            return EndpointPhrase(str(found), IsWorkload(end, key), namespace=key.namespace, services=beside)
        case Twins(key, _):
            return EndpointPhrase(str(key), IsWorkload(end, key), namespace=key.namespace)
        case WorkloadKey():
            return EndpointPhrase(str(found), IsWorkload(end, found), namespace=found.namespace)


def _zoneless(text: str) -> AddressRange:
    """The range of ``text``. Raises ``ValueError`` when it is none or has a zone."""
    if "%" in text:
        raise ValueError(text)
    return parse_cidr(text)
