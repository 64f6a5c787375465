"""Text from inputs in Markdown as GitHub and GitLab read it: it stays what it is, and mentions nobody.

Characters that could begin something are written as references, which cannot (CommonMark 0.31, 2.5). Mentions, numbers
of issues, addresses and emoji are looked for in the finished page: a space without width keeps them from being found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from netverify.patterns import pattern
from netverify.report.html_text import in_html
from netverify.visible import visible

MARKER = "<!-- netverify -->"
"""By its first line a comment is found again and written anew."""

MOST_CHARACTERS = 60_000
"""GitHub takes 65,536 characters, and what posts the comment may add some."""

_REFERENCES = str.maketrans({one: f"&#{ord(one)};" for one in "&<>\"'`*_[\\#|~$@"})
_BREAK = "&#8203;"
_BROKEN = pattern(
    r"""
    (?<=[@\#!%&^])(?=\w)    # @team, #12 and what GitLab refers to with !, %, & and ^
    | (?<=:)(?=//)          # https://
    | (?<=www)(?=\.)        # www.
    | (?<=GH)(?=-\d)        # GH-12
    | (?<=:)(?=[\w+-]*[a-z+-][\w+-]*:|100:|1234:)  # :emoji:
    | (?<=mailto:) | (?<=xmpp:)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def in_markdown(text: str) -> str:
    """``text`` as it may stand anywhere in a line of Markdown, also in a cell of a table. Guarantees: ASCII."""
    parts = _BROKEN.split(visible(text))
    return _BREAK.join(part.translate(_REFERENCES) for part in parts).encode("ascii", "xmlcharrefreplace").decode()


def preformatted(lines: Iterable[str]) -> str:
    """``lines`` as a block that is shown as it is. Guarantees: ASCII; no line is empty."""
    text = "\n".join(in_html(line) or " " for line in lines)
    return f"<pre>{text}</pre>"
