"""Why a map may be wrong, or is about nobody: what is said before everything else."""

from __future__ import annotations

from netverify.answers.mapping import Map
from netverify.report.entries import doubt_entries, laid_out
from netverify.report.terminal import Ink, Line, Span


def render_doubts(mapped: Map) -> list[Line]:
    """No lines when the map holds and is about somebody."""
    lines: list[Line] = [(Span("VACUOUS", Ink.RED), Span(f": {reason}")) for reason in mapped.vacuous_because]
    if mapped.unknown_because:
        lines.append(
            (Span("IN DOUBT", Ink.RED), Span(": this map may lack connections, or show some that are not allowed"))
        )
        lines += laid_out(doubt_entries(mapped))
    return lines
