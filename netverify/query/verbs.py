"""The words between the two ends of a question: ``reach``, ``connect to``, ``talk to``, ``access``."""

from __future__ import annotations

from netverify.query.suggestions import nearest
from netverify.query.tokens import TokenKind, Tokens

EXPECTED = "expected one of `reach`, `connect to`, `talk to`, `access`"

_REACH = ("reach", "reaches")
_DIRECT = (*_REACH, "access", "accesses", "contact", "contacts", "call", "calls")
_WITH_TO = {
    **dict.fromkeys(("connect", "connects"), ("to", "with")),
    **dict.fromkeys(("talk", "talks", "speak", "speaks"), ("to", "with")),
    **dict.fromkeys(("get", "gets", "go", "goes", "send", "sends"), ("to",)),
}
_SENT = ("traffic", "packets", "requests", "data")
PASSIVE = ("reached", "accessed", "contacted", "called")
"""``can TARGET be reached by SOURCE``."""
REACHABLE = ("reachable", "accessible", "open", "exposed")
"""``is TARGET reachable from SOURCE``."""
NEGATIONS = ("not", "never", "cannot", "unreachable", "inaccessible", "isolated", "closed", "blocked", "denied")
FROM = ("from", "by", "to", "for")
"""What comes before the source in the passive: ``open to the internet``."""


def verb_length(tokens: Tokens, at: int = 0) -> int:
    """How many tokens the verb has that stands ``at`` so many tokens from the next one; 0 where there is none.

    ``reach`` is one wherever it is without quotes. Another word is one only where the sentence goes on as after a verb,
    so that pods and namespaces may be called ``access`` or ``connect``.
    """
    token, following = tokens.ahead(at), tokens.ahead(at + 1)
    if token.is_word("reach"):
        return 1
    if token.is_word(*_DIRECT):
        return 0 if following.is_word(*_REACH, *_WITH_TO) or _is_bound(tokens, at) else 1
    if token.is_word("have", "has") and following.is_word("access"):
        return 3 if tokens.ahead(at + 2).is_word("to") else 0
    for word, links in _WITH_TO.items():
        if token.is_word(word):
            sent = 1 if token.is_word("send", "sends") and following.is_word(*_SENT) else 0
            return 2 + sent if tokens.ahead(at + 1 + sent).is_word(*links) else 0
    return 0


def _is_bound(tokens: Tokens, at: int) -> bool:
    """Whether the word there belongs to what stands right after it, as a name does: ``access:80``, ``call[Pod]``."""
    token, following = tokens.ahead(at), tokens.ahead(at + 1)
    return following.is_mark("[") and following.start == token.end


def take_verb(tokens: Tokens) -> bool:
    """Reads the verb that comes next, if there is one."""
    length = verb_length(tokens)
    for _ in range(length):
        tokens.take()
    return length > 0


def begins_endpoint(tokens: Tokens, at: int) -> bool:
    """Whether something that can be an end of a question stands there."""
    token = tokens.ahead(at)
    if token.is_mark("["):
        return True
    if token.kind not in (TokenKind.WORD, TokenKind.QUOTED, TokenKind.COLONS):
        return False
    return not token.is_word("on", "over", "at") or tokens.ahead(at + 1).kind is TokenKind.END


def advice_on(word: str) -> str:
    """The verb that ``word`` was probably meant to be; empty where it is like none."""
    close = nearest(word.lower(), (*_DIRECT, "connect", "talk", "speak"), how_many=1)
    if not close:
        return ""
    link = f" {_WITH_TO[close[0]][0]}" if close[0] in _WITH_TO else ""
    return f"did you mean `{close[0]}{link}`?"
