"""Names of workloads, Services and namespaces as a sentence writes them, in kubectl's forms too.

``shop/web``, ``web``, ``deploy shop/web``, ``deploy/web -n shop``, ``web in namespace shop``, ``shop/web[Deployment]``.
"""

from __future__ import annotations

from collections.abc import Callable

from netverify.query.names import KINDS, SERVICE, Named, NameLookup, kind_of
from netverify.query.pod_grammar import NAMESPACE_FLAGS, NAMESPACE_WORDS, PodReader, take_name
from netverify.query.sentence_error import SentenceError
from netverify.query.tokens import Token, Tokens

_NAMESPACE_KINDS = (*NAMESPACE_WORDS, "namespaces")
"""The words for the kind Namespace, in lower case, with kubectl's plural and short name."""
_NO_ENDS = {
    **dict.fromkeys(
        ("ingress", "ingresses", "ing", "gateway", "gateways", "httproute", "httproutes", "route"), "exposed"
    ),
    **dict.fromkeys(("networkpolicy", "networkpolicies", "netpol"), "lint"),
}
"""Kinds of objects that are no end of a connection, with the command that is about them."""


class NameGrammar:
    """Reads names from ``tokens``, and has ``lookup`` say what they mean; ``pods`` reads names of namespaces."""

    def __init__(self, tokens: Tokens, lookup: NameLookup, pods: PodReader) -> None:
        self._tokens = tokens
        self._lookup = lookup
        self._pods = pods

    def read(self, kind: str, asking: str | None) -> tuple[Named | str, bool]:
        """What the name that comes next means; of ``kind``, unless that is empty. A text is a namespace.

        Also whether the sentence leaves something of it to be inferred. Raises
        :class:`netverify.query.sentence_error.SentenceError`.
        """
        token = take_name(self._tokens, f"a {kind or 'workload'}")
        first, slash, second = token.text.partition("/")
        if slash and ("/" in second or not first or not second):
            raise self._tokens.error("NV402", f"expected `NAMESPACE/NAME`, found {token.shown}", token)
        kind = kind or self._kind_in_brackets(token)
        if not slash:
            return self._alone(token, kind, first, asking)
        if self._is_kind(token, first, second, kind):
            return self._of_kind(token, first, second, asking)
        self._check_kind(token, first, second)
        return self._lookup.at(token, kind, first, second), False

    def _is_kind(self, token: Token, first: str, second: str, kind: str) -> bool:
        """Whether ``first`` of ``first/second`` is a kind. Raises ``NV408`` where it is a namespace as well."""
        is_kind = not kind and (bool(kind_of(first)) or first.lower() in _NAMESPACE_KINDS)
        if not is_kind or first not in self._lookup.cluster.namespaces:
            return is_kind
        as_kind = self._fits(lambda: self._of_kind(token, first, second, None))
        if as_kind and self._fits(lambda: self._lookup.at(token, "", first, second)):
            advice = f"write `{first} {second}` for the kind, or the name with its own kind after it: `[Deployment]`"
            message = f"`{first}` in {token.shown} is a kind and a namespace"
            raise self._tokens.error("NV408", message, token, help_text=advice)
        return as_kind

    def _fits(self, read: Callable[[], object]) -> bool:
        """Whether what ``read`` reads is called something; nothing is read for good."""
        place = self._tokens.place
        try:
            read()
        except SentenceError:
            return False
        finally:
            self._tokens.go_to(place)
        return True

    def _of_kind(self, token: Token, first: str, second: str, asking: str | None) -> tuple[Named | str, bool]:
        """What kubectl's ``TYPE/NAME`` means."""
        if first.lower() in _NAMESPACE_KINDS:
            return self._pods.namespace_called(token, second), False
        return self._alone(token, kind_of(first), second, asking)

    def _check_kind(self, token: Token, first: str, second: str) -> None:
        command = _NO_ENDS.get(first.lower().partition(".")[0])
        if command and first not in self._lookup.cluster.namespaces:
            message = f"`{first}` is not a kind that can open or accept connections"
            advice = f"name the Service or the pods behind `{second}`, or see `netverify {command}`"
            raise self._tokens.error("NV407", message, token, help_text=advice)

    def _alone(self, token: Token, kind: str, name: str, asking: str | None) -> tuple[Named | str, bool]:
        """What ``name`` means, by the namespace that follows it where one does."""
        tokens = self._tokens
        if not kind and tokens.next.is_word(*NAMESPACE_WORDS) and name in self._lookup.cluster.namespaces:
            tokens.take()
            return name, False
        if tokens.next.is_word("in", *NAMESPACE_FLAGS):
            place = self._pods.take_namespace_of_name()
            assert place is not None
            return self._lookup.at(token, kind, place, name), False
        found = self._lookup.alone(token, kind, name, asking)
        return found, isinstance(found, str) or self._lookup.default_namespace is None

    def _kind_in_brackets(self, name: Token) -> str:
        """The kind of ``NS/NAME[Kind]`` or ``NAME[Kind]``, if the bracket follows at once; empty otherwise."""
        if not self._tokens.next.is_mark("[") or self._tokens.next.start != name.end:
            return ""
        self._tokens.take()
        token = self._tokens.next
        if not token.may_be_name:
            raise self._tokens.error("NV402", f"expected a kind, found {token.shown}", token)
        self._tokens.take()
        kind = kind_of(token.text) if token.text.isalpha() else ""
        if not kind or kind == SERVICE:
            kinds = ", ".join(f"`{kind}`" for kind in sorted(set(KINDS.values())))
            message = f"`{token.text}` is not a kind of workload"
            raise self._tokens.error("NV402", message, token, help_text=f"the kinds are {kinds}")
        close_bracket(self._tokens)
        return kind


def close_bracket(tokens: Tokens) -> None:
    """Reads ``]``. Raises ``NV402`` where something else comes next."""
    token = tokens.next
    if not tokens.take_mark("]"):
        raise tokens.error("NV402", f"expected `]`, found {token.shown}", token)
