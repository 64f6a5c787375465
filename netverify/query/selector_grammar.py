"""Label selectors in a sentence, in kubectl's syntax: ``app=web,tier!=db,env in (prod, dev),!canary``.

Source: apimachinery ``pkg/labels/selector.go`` (``Parse``) for the syntax, ``pkg/util/validation`` for keys and values.
"""

from __future__ import annotations

from typing import assert_never

from netverify.model.labels import LabelSelector, Operator, Requirement, selector_of
from netverify.patterns import pattern
from netverify.query.tokens import Token, TokenKind, Tokens

_NAME = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_PREFIX = pattern(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_EXAMPLE = "write labels as kubectl does: `app=web,tier!=db,env in (prod, dev),!canary`"
_ENDS_SELECTOR = ("reach", "in", "outside")


def _ends(tokens: Tokens, token: Token, *, quoted: bool) -> bool:
    """Whether ``token`` is a word of the sentence rather than of the selector. Inside quotes none is."""
    return (
        not quoted and token.is_word(*_ENDS_SELECTOR) and not (token is tokens.next and tokens.after_next.is_mark("("))
    )


def _key(tokens: Tokens, *, quoted: bool) -> str:
    token = tokens.next
    if token.kind is not TokenKind.WORD or _ends(tokens, token, quoted=quoted):
        raise tokens.error("NV404", f"expected a label, found {token.shown}", token, help_text=_EXAMPLE)
    prefix, slash, name = token.text.rpartition("/")
    bad_prefix = slash and not (len(prefix) <= 253 and _PREFIX.fullmatch(prefix))
    if bad_prefix or not _NAME.fullmatch(name):
        rule = "a key is `name` or `prefix/name`: at most 63 letters, digits, `-`, `_`, `.` after a DNS name"
        raise tokens.error("NV404", f"`{token.text}` cannot be a label key", token, help_text=rule)
    return tokens.take().text


def _checked_value(tokens: Tokens) -> str:
    token = tokens.take()
    if not _NAME.fullmatch(token.text):
        rule = "a value has at most 63 letters, digits, `-`, `_`, `.`, and begins and ends with a letter or digit"
        raise tokens.error("NV404", f"`{token.text}` cannot be a label value", token, help_text=rule)
    return token.text


def _value(tokens: Tokens, after: Token, *, quoted: bool) -> str:
    """The value after the operator ``after``; empty when what follows is not part of the selector."""
    token = tokens.next
    if token.kind is TokenKind.WORD:
        apart = token.start > after.end
        if apart and not quoted and token.is_word(*_ENDS_SELECTOR):
            return ""
        return _checked_value(tokens)
    if token.kind is TokenKind.END or token.is_mark(",", ":", "?"):
        return ""
    raise tokens.error("NV404", f"expected a label value, found {token.shown}", token, help_text=_EXAMPLE)


def _values(tokens: Tokens, opening: Token) -> tuple[str, ...]:
    if tokens.take_mark(")"):
        raise tokens.error("NV404", "the list of values is empty", opening, help_text="name at least one value")
    values: set[str] = set()
    while True:
        values.add(_checked_value(tokens) if tokens.next.kind is TokenKind.WORD else "")
        token = tokens.next
        if tokens.take_mark(")"):
            return tuple(sorted(values))
        if not tokens.take_mark(","):
            message = f"expected `,` or `)` in the list of values, found {token.shown}"
            raise tokens.error("NV404", message, token, help_text=_EXAMPLE)


def _requirement(tokens: Tokens, *, quoted: bool) -> Requirement:
    if tokens.take_mark("!"):
        return Requirement(_key(tokens, quoted=quoted), Operator.DOES_NOT_EXIST)
    key = _key(tokens, quoted=quoted)
    token = tokens.next
    if tokens.take_mark("=", "=="):
        return Requirement(key, Operator.IN, (_value(tokens, token, quoted=quoted),))
    if tokens.take_mark("!="):
        return Requirement(key, Operator.NOT_IN, (_value(tokens, token, quoted=quoted),))
    if token.is_word("in", "notin") and tokens.after_next.is_mark("("):
        operator = Operator.IN if tokens.take().is_word("in") else Operator.NOT_IN
        return Requirement(key, operator, _values(tokens, tokens.take()))
    if token.is_word("notin"):
        raise tokens.error("NV404", "`notin` needs a list of values", token, help_text="write `KEY notin (a, b)`")
    if token.is_mark("<", ">"):
        advice = "label selectors of Kubernetes network policies cannot compare numbers"
        raise tokens.error("NV404", f"`{token.text}` is not a label test here", token, help_text=advice)
    return Requirement(key, Operator.EXISTS)


def _requirements(tokens: Tokens, *, quoted: bool) -> LabelSelector:
    found = [_requirement(tokens, quoted=quoted)]
    while tokens.take_mark(","):
        found.append(_requirement(tokens, quoted=quoted))
    return selector_of({}, tuple(found))


def read_selector(tokens: Tokens) -> LabelSelector:
    """The selector that comes next, bare or as one quoted string (empty: everything).

    Inside quotes no word belongs to the sentence, so labels called ``in`` or ``reach`` can be asked about. Raises
    :class:`netverify.query.sentence_error.SentenceError` (``NV404``).
    """
    if tokens.next.kind is not TokenKind.QUOTED:
        return _requirements(tokens, quoted=False)
    token = tokens.take()
    inner = Tokens(tokens.text, token.start + 1, token.end - 1)
    if inner.next.kind is TokenKind.END:
        return LabelSelector()
    selector = _requirements(inner, quoted=True)
    rest = inner.take()
    if rest.kind is not TokenKind.END:
        raise inner.error("NV404", f"expected `,`, found {rest.shown}", rest, help_text=_EXAMPLE)
    return selector


def _requirement_text(requirement: Requirement) -> str:
    key, values = requirement.key, requirement.values
    match requirement.operator:
        case Operator.IN:
            return f"{key}={values[0]}" if len(values) == 1 else f"{key} in ({', '.join(values)})"
        case Operator.NOT_IN:
            return f"{key}!={values[0]}" if len(values) == 1 else f"{key} notin ({', '.join(values)})"
        case Operator.EXISTS:
            return key
        case Operator.DOES_NOT_EXIST:
            return f"!{key}"
        case _ as never:
            assert_never(never)


def selector_text(selector: LabelSelector) -> str:
    """``selector`` as a sentence spells it; quoted where a word of it would be read as one of the sentence."""
    text = ",".join(_requirement_text(requirement) for requirement in selector.requirements)
    unclear = not text or any(
        requirement.key.lower() in _ENDS_SELECTOR or "" in requirement.values for requirement in selector.requirements
    )
    return f'"{text}"' if unclear else text
