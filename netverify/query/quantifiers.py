"""``every``, ``each``, ``all``: words about all of several, where a question asks whether at least one can connect."""

from __future__ import annotations

from netverify.model.cluster import Cluster
from netverify.model.flow import End
from netverify.query.names import is_name
from netverify.query.tokens import Token, TokenKind, Tokens

_BEFORE_A_NOUN = ("every", "each", "all")
_UNIVERSAL = (*_BEFORE_A_NOUN, "everyone", "everybody", "everything", "everywhere")
_PODS = ("pod", "pods")
_FOR_ALL = "check an `allow` assertion with `netverify check`"


def refuse_every(tokens: Tokens, cluster: Cluster, end: End) -> None:
    """Raises :class:`netverify.query.sentence_error.SentenceError` where the ``end`` that comes next is all of several.

    ``all pods`` is let through: it is read as ``any pod``, and the answer says so. So is a name.
    """
    token = tokens.next
    of_pods = tokens.after_next.is_word(*_PODS)
    if not token.is_word(*_UNIVERSAL) or (of_pods and token.is_word("all")):
        return
    if not of_pods and (token.text in cluster.namespaces or is_name(token.text, cluster)):
        return
    one, listed = ("anyone", "who can reach TARGET") if end is End.SOURCE else ("anything", "what can SOURCE reach")
    if token.is_word(*_BEFORE_A_NOUN) or tokens.after_next.is_word("in", "outside"):
        one = "any pod"
    advice = f"for at least one, write `{one}`; for all of them, list `{listed}`, or {_FOR_ALL}"
    raise tokens.error("NV402", _message(token), token, help_text=advice)


def refuse_all(sentence: str) -> None:
    """Raises :class:`netverify.query.sentence_error.SentenceError` where ``sentence`` says ``all pods``.

    For those who expect it to be reachable: it is answered for at least one of them.
    """
    tokens = Tokens(sentence)
    while tokens.next.kind is not TokenKind.END:
        if tokens.next.is_word("all") and tokens.after_next.is_word(*_PODS):
            message = f"{_message(tokens.next)}, so it cannot be expected that all are reachable"
            advice = f"for at least one, write `any pod`; for all of them, {_FOR_ALL}"
            raise tokens.error("NV402", message, tokens.next, help_text=advice)
        tokens.take()


def _message(token: Token) -> str:
    return f"a question asks whether at least one can connect, not {token.shown}"
