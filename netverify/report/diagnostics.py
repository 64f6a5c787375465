"""Diagnostics as text, in the form that compilers have made familiar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from netverify.diagnostics import Diagnostic, Severity
from netverify.late import late
from netverify.query.sentence_error import SentenceError
from netverify.report.document import Block, Gap, Problem, Remark
from netverify.report.document_text import lines_of
from netverify.report.quantities import counted
from netverify.report.terminal import Ink, Line, Span, line

if TYPE_CHECKING:
    from netverify.report import code_frame
else:
    (code_frame,) = late("netverify.report", "code_frame")

MANY = 20
"""How many diagnostics of one code are shown; further ones are counted."""

_OF_READING = ("NV10", "NV11", "NV12")
"""How codes begin that say why a file could not be read."""
_INK = {Severity.ERROR: Ink.RED, Severity.WARNING: Ink.YELLOW, Severity.NOTE: Ink.CYAN}


def _header(kind: str, code: str, message: str, ink: Ink) -> Line:
    return (Span(f"{kind}[{code}]" if code else kind, ink), Span(f": {message}", Ink.BOLD))


def _help(text: str) -> list[Line]:
    return [(Span("  = ", Ink.BLUE), Span("help", Ink.BOLD), Span(f": {text}"))] if text else []


def _problem(diagnostic: Diagnostic, source: code_frame.SourceLines) -> Problem:
    ink = _INK[diagnostic.severity]
    lines: list[Line] = [(Span(" --> ", Ink.BLUE), Span(str(diagnostic.origin)))]
    is_read = not diagnostic.code.startswith(_OF_READING)
    lines += code_frame.code_frame(diagnostic.origin, source, ink=ink, is_read=is_read)
    for origin, text in diagnostic.secondary:
        lines.append((Span(" ::: ", Ink.BLUE), Span(f"{origin}: {text}")))
        lines += code_frame.code_frame(origin, source, ink=Ink.BLUE, is_read=is_read)
    head = _header(diagnostic.severity.name.lower(), diagnostic.code, diagnostic.message, ink)
    return Problem(head, (*lines, *_help(diagnostic.help)))


def _summary(diagnostics: Sequence[Diagnostic]) -> Line:
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    parts = [counted(counts[severity], severity.name.lower()) for severity in sorted(counts, reverse=True)]
    return line(", ".join(parts), Ink.BOLD)


def render_diagnostics(diagnostics: Sequence[Diagnostic]) -> list[Line]:
    """Every diagnostic as :func:`problems` says, then a summary. No lines without diagnostics."""
    return [*lines_of(problems(diagnostics)), _summary(diagnostics)] if diagnostics else []


def problems(diagnostics: Sequence[Diagnostic]) -> Iterator[Block]:
    """Every diagnostic with its code frame, in the order given, of one code at most :data:`MANY`.

    Files are read again for the frames.
    """
    source = code_frame.SourceLines()
    seen: Counter[str] = Counter()
    for diagnostic in diagnostics:
        seen[diagnostic.code] += 1
        if seen[diagnostic.code] <= MANY:
            yield _problem(diagnostic, source)
            yield Gap()
    for code, number in sorted(seen.items()):
        if number > MANY:
            more = f"{number - MANY} more {code} are not shown; `netverify explain {code}` says what it means"
            yield Remark(more, Ink.PLAIN)


def render_sentence_error(error: SentenceError) -> list[Line]:
    """The sentence with carets below the words in question."""
    sentence = error.sentence.replace("\n", " ").replace("\r", " ")
    frame = code_frame.underlined(sentence, error.start, error.end - error.start, gutter="  | ", ink=Ink.RED)
    return [_header("error", error.code, error.message, Ink.RED), line("  |", Ink.BLUE), *frame, *_help(error.help)]


def render_refusal(message: str, *, code: str = "", help_text: str = "") -> list[Line]:
    """An error that has no place in an input: a flag, a file that cannot be written."""
    return [_header("error", code, message, Ink.RED), *_help(help_text)]
