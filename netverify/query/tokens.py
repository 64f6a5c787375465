"""A sentence as words, quoted names, IPv6 addresses and punctuation, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from netverify.patterns import pattern
from netverify.query.sentence_error import SentenceError
from netverify.records import dataclass

MAX_LENGTH = 4096
"""The longest sentence, in characters; a longer one is a mistake in a script, not a question."""


class TokenKind(StrEnum):
    """What a token is. ``COLONS`` is a run of hexadecimal digits with two colons or more: an IPv6 address or CIDR."""

    WORD = "word"
    QUOTED = "quoted"
    COLONS = "colons"
    PUNCTUATION = "punctuation"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` is without the quotes of a ``QUOTED`` token; ``start`` and ``end`` are offsets that include them."""

    kind: TokenKind
    text: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Whether this is one of ``words`` (given in lower case), written without quotes."""
        return self.kind is TokenKind.WORD and self.text.lower() in words

    def is_mark(self, *marks: str) -> bool:
        """Whether this is one of the punctuation ``marks``."""
        return self.kind is TokenKind.PUNCTUATION and self.text in marks

    @property
    def may_be_name(self) -> bool:
        """Whether this is a word, or is in quotes."""
        return self.kind in (TokenKind.WORD, TokenKind.QUOTED)

    @property
    def shown(self) -> str:
        """The token as a message quotes it."""
        return "the end of the sentence" if self.kind is TokenKind.END else f"`{self.text}`"


_PATTERN = pattern(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<quoted>"[^"]*"|'[^']*')
      | (?P<colons>[0-9A-Fa-f]*:[0-9A-Fa-f.]*:(?:(?![,()\[\]?"'])[!-~])*)
      | (?P<punctuation>==|!=|[:,()=!<>\[\]?])
      | (?P<word>(?:(?![:,()=!<>\[\]?"'])[!-~])+)
    """,
    re.VERBOSE,
)


def _refusal(text: str, at: int) -> SentenceError:
    character = text[at]
    if character in "\"'":
        return SentenceError("NV403", f"the quote {character} is not closed", text, at, len(text), "close it")
    if character in "“”„‘’«»":
        advice = "use straight quotes, or none"
    elif character.isprintable():
        advice = "names in Kubernetes are ASCII; look for a letter of another alphabet"
    else:
        advice = "remove it"
    return SentenceError(
        "NV403", f"a sentence cannot hold the character U+{ord(character):04X}", text, at, at + 1, advice
    )


def _tokens(text: str, start: int, end: int) -> Iterator[Token]:
    at = start
    while at < end:
        found = _PATTERN.match(text, at, end)
        if found is None or found.lastgroup is None:
            raise _refusal(text, at)
        at = found.end()
        if found.lastgroup == "quoted":
            yield Token(TokenKind.QUOTED, found.group()[1:-1], found.start(), found.end())
        elif found.lastgroup != "space":
            yield Token(TokenKind(found.lastgroup), found.group(), found.start(), found.end())
    yield Token(TokenKind.END, "", end, end)


class Tokens:
    """The tokens of one sentence, or of a quoted part of it, and how far they have been read."""

    def __init__(self, text: str, start: int = 0, end: int | None = None) -> None:
        """Raises :class:`SentenceError` when a character cannot be read, or the sentence is too long."""
        self.text = text
        if len(text) > MAX_LENGTH:
            raise SentenceError(
                "NV403",
                f"the sentence has {len(text)} characters; at most {MAX_LENGTH} are read",
                text,
                MAX_LENGTH,
                len(text),
                "ask about fewer names at once, or name them by labels",
            )
        self._tokens: Sequence[Token] = list(_tokens(text, start, len(text) if end is None else end))
        self._next = 0

    @property
    def next(self) -> Token:
        """The token that is read next; the last one is of kind ``END`` and stays."""
        return self._tokens[self._next]

    @property
    def after_next(self) -> Token:
        """The token after that."""
        return self.ahead(1)

    def ahead(self, count: int) -> Token:
        """The token that is read after ``count`` others; the last one where there are not so many."""
        return self._tokens[min(self._next + count, len(self._tokens) - 1)]

    @property
    def place(self) -> int:
        """How many tokens have been read, for :meth:`go_to`."""
        return self._next

    def go_to(self, place: int) -> None:
        """Reads on at ``place``."""
        self._next = place

    def take(self) -> Token:
        """Reads one token."""
        token = self.next
        if token.kind is not TokenKind.END:
            self._next += 1
        return token

    def take_word(self, *words: str) -> bool:
        """Reads the next token iff it is one of ``words``."""
        found = self.next.is_word(*words)
        if found:
            self.take()
        return found

    def take_mark(self, *marks: str) -> bool:
        """Reads the next token iff it is one of ``marks``."""
        found = self.next.is_mark(*marks)
        if found:
            self.take()
        return found

    def error(self, code: str, message: str, token: Token, *, help_text: str = "") -> SentenceError:
        """An error that points at ``token``."""
        return SentenceError(code, message, self.text, token.start, token.end, help_text)
