"""Pods by where they are and by their labels: ``namespace a``, ``pods app=web in namespaces team=a``, ``any pod``."""

from __future__ import annotations

from netverify.model.cluster import Cluster
from netverify.model.flow import End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator, selector_of
from netverify.patterns import pattern
from netverify.policy.predicate import All, InNamespace, IsPod, NamespaceMatches, Not, PodMatches, Predicate
from netverify.query.names import check_namespace, is_name
from netverify.query.selector_grammar import read_selector, selector_text
from netverify.query.tokens import Token, TokenKind, Tokens
from netverify.query.verbs import verb_length
from netverify.records import dataclass

NAMESPACE_WORDS = ("namespace", "ns")
NAMESPACE_FLAGS = ("-n", "--namespace")
_EVERY = ("any", "all", "every", "each", "some", "a")
_PODS = ("pod", "pods")
_WHERE = ("in", "outside")
_LABEL = pattern(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Pods:
    """Pods: ``text`` is canonical. ``namespace`` is the one that all of them are in, if there is one."""

    text: str
    predicate: Predicate
    namespace: str | None = None


class PodReader:
    """Reads phrases about pods of ``cluster`` from ``tokens``.

    With ``new_namespaces`` a namespace that the manifests do not mention is one that could be created. Every method
    raises :class:`netverify.query.sentence_error.SentenceError` when something else comes next.
    """

    def __init__(self, tokens: Tokens, cluster: Cluster, *, new_namespaces: bool) -> None:
        self._tokens = tokens
        self._cluster = cluster
        self._new_namespaces = new_namespaces

    def comes_next(self) -> bool:
        """Whether ``any pod``, ``all pods``, ``pods``, or pods of a namespace come next."""
        token, following = self._tokens.next, self._tokens.after_next
        if token.is_word("pods", "any", "namespaces"):
            return True
        if token.is_word("pod"):
            return following.is_word(*_WHERE)
        if token.is_word(*_EVERY):
            return following.is_word(*_PODS)
        return token.is_word(*NAMESPACE_WORDS)

    def read(self, end: End) -> Pods:
        """The pods that come next."""
        tokens = self._tokens
        if tokens.next.is_word(*NAMESPACE_WORDS):
            tokens.take()
            return self.of_namespace(self.namespace_name(), end)
        if tokens.next.is_word("namespaces"):
            where, parts = self._labelled(tokens.take(), end)
            return Pods(f"any pod in {where}", All((IsPod(end), *parts)))
        if tokens.next.is_word(*_EVERY):
            return self._any_pod(end)
        tokens.take()
        if self._names_no_labels():
            return self._anywhere(end)
        return self._with_labels(end)

    def of_namespace(self, name: str, end: End) -> Pods:
        """Any pod in the namespace ``name``."""
        return Pods(f"namespace {_quoted(name)}", All((IsPod(end), self._place(end, name))), name)

    def namespace_name(self) -> str:
        """The name of a namespace, which comes next."""
        take_article(self._tokens)
        token = take_name(self._tokens, "a namespace")
        return self.namespace_called(token, token.text)

    def namespace_called(self, token: Token, name: str) -> str:
        """``name``, which ``token`` holds, if there is such a namespace or it could be created."""
        if self._new_namespaces and is_dns_name(name):
            return name
        return check_namespace(self._tokens, token, name, self._cluster)

    def take_namespace_of_name(self) -> str | None:
        """The namespace that comes after a name: ``in namespace a``, ``in a``, ``-n a``; None where none does."""
        word = self._tokens.next
        if word.is_word(*NAMESPACE_FLAGS):
            return self._flagged()
        if not word.is_word("in"):
            return None
        self._tokens.take()
        take_article(self._tokens)
        self._tokens.take_word(*NAMESPACE_WORDS)
        name = self.namespace_name()
        self._tokens.take_word(*NAMESPACE_WORDS)
        return name

    def _flagged(self) -> str:
        self._tokens.take()
        self._tokens.take_mark("=")
        return self.namespace_name()

    def _names_no_labels(self) -> bool:
        """Whether no labels follow the word ``pods``, so that all of them are meant."""
        token, following = self._tokens.next, self._tokens.after_next
        if token.is_word(*NAMESPACE_FLAGS) or verb_length(self._tokens):
            return True
        if token.is_word(*_WHERE):
            return not following.is_mark("(", "=", "!")
        return token.kind is TokenKind.END or token.is_mark(":", "?") or token.is_word("on", "over", "be")

    def _any_pod(self, end: End) -> Pods:
        word = self._tokens.take()
        if not self._tokens.take_word(*_PODS):
            token = self._tokens.next
            message = f"expected `pod` after `{word.text}`, found {token.shown}"
            raise self._tokens.error("NV402", message, token, help_text="write `any pod`")
        if self._tokens.next.is_word("with", "labelled", "labeled"):
            return self._with_labels(end)
        return self._anywhere(end)

    def _anywhere(self, end: End) -> Pods:
        where, parts = self._where(end)
        predicate = All((IsPod(end), *parts)) if parts else IsPod(end)
        return Pods(f"any pod{where}", predicate, _only_namespace(parts))

    def _with_labels(self, end: End) -> Pods:
        if self._tokens.take_word("with", "labelled", "labeled"):
            self._tokens.take_word("label", "labels")
        selector, text = self._selector("pods")
        where, parts = self._where(end)
        predicate = All((IsPod(end), PodMatches(end, selector), *parts))
        return Pods(f"pods {text}{where}", predicate, _only_namespace(parts))

    def _selector(self, word: str) -> tuple[LabelSelector, str]:
        """The labels that follow ``word``, unless they may be meant as names, and how they are written."""
        token = self._tokens.next
        selector = read_selector(self._tokens)
        text = selector_text(selector)
        for key in (one.key for one in selector.requirements if one.operator is Operator.EXISTS):
            meant = self._named_by(key, word)
            if not meant:
                continue
            if token.kind is TokenKind.QUOTED:
                return selector, text if text.startswith('"') else f'"{text}"'
            message = f"`{word} {key}` can mean the label `{key}` and the name"
            advice = f'write `{meant}`, or `{word} "{key}"` for the label'
            raise self._tokens.error("NV408", message, token, help_text=advice)
        return selector, text

    def _named_by(self, key: str, word: str) -> str:
        """What is called ``key``, as the key of a label is written that has to be there; empty where nothing is."""
        if word == "namespaces":
            return f"namespace {key}" if key in self._cluster.namespaces else ""
        namespace, slash, _ = key.partition("/")
        return key if (slash and namespace in self._cluster.namespaces) or is_name(key, self._cluster) else ""

    def _where(self, end: End) -> tuple[str, tuple[Predicate, ...]]:
        """``in`` or ``outside`` a namespace, or those with labels, if one of these words comes next."""
        word = self._tokens.next
        if word.is_word(*NAMESPACE_FLAGS):
            name = self._flagged()
            return f" in namespace {_quoted(name)}", (self._place(end, name),)
        if not self._tokens.take_word(*_WHERE):
            return "", ()
        take_article(self._tokens)
        if self._tokens.next.is_word("namespaces"):
            text, parts = self._labelled(self._tokens.take(), end)
        else:
            name = self._placed_name(word)
            text, parts = f"namespace {_quoted(name)}", (self._place(end, name),)
        if word.is_word("outside"):
            parts = tuple(map(Not, parts))
        return f" {word.text.lower()} {text}", parts

    def _placed_name(self, word: Token) -> str:
        if self._tokens.take_word(*NAMESPACE_WORDS):
            return self.namespace_name()
        token = self._tokens.next
        could_be = self._new_namespaces and is_dns_name(token.text)
        if not token.may_be_name or (token.text not in self._cluster.namespaces and not could_be):
            message = f"expected `namespace NAME` or `namespaces LABELS` after `{word.text}`, found {token.shown}"
            raise self._tokens.error("NV402", message, token)
        name = self.namespace_name()
        self._tokens.take_word(*NAMESPACE_WORDS)
        return name

    def _labelled(self, word: Token, end: End) -> tuple[str, tuple[Predicate, ...]]:
        selector, text = self._selector(word.text.lower())
        return f"namespaces {text}", (NamespaceMatches(end, selector),)

    def _place(self, end: End, name: str) -> Predicate:
        """Where a pod is that is in the namespace ``name``."""
        if name in self._cluster.namespaces:
            return InNamespace(end, name)
        return NamespaceMatches(end, selector_of({NAMESPACE_NAME_LABEL: name}))


def _only_namespace(places: tuple[Predicate, ...]) -> str | None:
    return places[0].name if places and isinstance(places[0], InNamespace) else None


def take_article(tokens: Tokens) -> None:
    """Reads ``the`` where a word follows that it can belong to."""
    if tokens.next.is_word("the") and tokens.after_next.may_be_name and not verb_length(tokens, 1):
        tokens.take()


def take_name(tokens: Tokens, what: str) -> Token:
    """Reads the name of ``what``. Raises ``NV402`` where something else comes next."""
    token = tokens.next
    if not token.may_be_name or token.is_word("reach"):
        raise tokens.error("NV402", f"expected the name of {what}, found {token.shown}", token)
    return tokens.take()


def is_dns_name(text: str) -> bool:
    """Whether ``text`` can be the name of a namespace."""
    return _LABEL.fullmatch(text) is not None


def _quoted(name: str) -> str:
    """``name``, in quotes where the grammar would read it as a word of its own."""
    return f'"{name}"' if name.lower() == "reach" else name
