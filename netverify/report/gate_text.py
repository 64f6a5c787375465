"""What a gate found as text for people: what is wrong first, then what holds, what it rests on, and the count."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from netverify.gate.outcome import GateReport, GateVerdict, Result, Violation
from netverify.query.remarks import Remarks
from netverify.report.code_frame import SourceLines, code_frame
from netverify.report.document import lines_of
from netverify.report.entries import Entry, account, broken, column, laid_out
from netverify.report.gate_remarks import own_remarks, shared_remarks
from netverify.report.gate_shortcomings import gravest_first, in_part, new_first, responsible_place
from netverify.report.gate_shortfalls import shortfalls, undecided, whole_count
from netverify.report.gate_words import baseline_text, duration_text, evidence_text, exception_text, goal_texts
from netverify.report.incomplete import incomplete
from netverify.report.terminal import Ink, Line, Span
from netverify.report.trace_text import place_text, trace_entries
from netverify.sources.coverage import Inventory

AT_MOST = 10
"""How many violations, or goals, of one assertion are listed; further ones are counted."""

INK = {
    GateVerdict.PROVED: Ink.GREEN,
    GateVerdict.REFUTED: Ink.RED,
    GateVerdict.VACUOUS: Ink.RED,
    GateVerdict.UNKNOWN: Ink.YELLOW,
    GateVerdict.EXCEPTED: Ink.CYAN,
    GateVerdict.BASELINED: Ink.CYAN,
}
_IN_FULL = frozenset((GateVerdict.REFUTED, GateVerdict.VACUOUS, GateVerdict.UNKNOWN))


def render_gate(report: GateReport, inventory: Inventory) -> list[Line]:
    """Every assertion that is not proved with one counterexample, the others in a line each, then the whole run.

    Files are read again to show the lines that are responsible. Findings about the intent are left to others.
    """
    source = SourceLines()
    remarks = shared_remarks(report)
    results = gravest_first(report)
    lines: list[Line] = []
    for line in lines_of(incomplete(undecided(report), "what is unknown below was not decided")):
        lines += [line, ()]
    for result in results:
        if result.verdict in _IN_FULL:
            lines += (*_told(result, remarks, inventory, source), ())
    brief = [result for result in results if result.verdict not in _IN_FULL]
    lines += _listed(brief, remarks)
    rest = [*_exceptions(report), *_run(report, remarks)]
    lines += [*([()] if brief and rest else []), *laid_out(rest), *account(inventory)]
    return [*lines, _summary(report)]


def _told(result: Result, remarks: Remarks, inventory: Inventory, source: SourceLines) -> Iterator[Line]:
    assertion = result.assertion
    yield (
        Span(f"{result.verdict.upper()} {assertion.id}", INK[result.verdict]),
        Span(f" [{assertion.severity}]"),
        Span(f": {assertion.title or result.statement}", Ink.BOLD),
    )
    yield (Span(" --> ", Ink.BLUE), Span(str(assertion.origin)))
    violations = new_first(result.violations)
    entries = [Entry("wanted", result.statement)] if assertion.title else []
    entries += _violations(violations, is_complete=result.is_complete)
    if result.verdict is GateVerdict.VACUOUS:
        entries.append(Entry("but", "no flow matches it, so it proves nothing"))
    entries += column("also", [in_part(part) for part in result.also])
    if violations:
        first = violations[0]
        entries += trace_entries(first.witness, first.because, first.route, inventory)
    entries += column("because", result.unknown_because)
    entries += _own(result, remarks)
    entries += [Entry("controls", ", ".join(assertion.controls))] if assertion.controls else []
    entries += column("goals", goal_texts(result, AT_MOST))
    yield from laid_out(entries)
    if violations:
        yield from _responsible(violations[0], source)


def _violations(violations: list[Violation], *, is_complete: bool) -> list[Entry]:
    # Those that differ in conditions alone that no line has room for read alike.
    different = dict.fromkeys((_line(one), place_text(responsible_place(one))) for one in violations)
    texts = [
        entry
        for position, (line, place) in enumerate(islice(different, AT_MOST))
        for entry in broken("" if position else "but", line, place)
    ]
    more = len(different) - AT_MOST
    if more > 0:
        texts.append(Entry("", f"and {more} more" if is_complete else f"and {more} more, and perhaps others"))
    elif violations and not is_complete:
        texts.append(Entry("", "and perhaps others"))
    return texts


def _line(violation: Violation) -> str:
    return f"{violation.text} (known)" if violation.is_baselined else violation.text


def _responsible(violation: Violation, source: SourceLines) -> Iterator[Line]:
    place = responsible_place(violation)
    if place is None:
        return
    frame = code_frame(place, source, ink=Ink.RED)
    if frame:
        yield (Span(" ::: ", Ink.BLUE), Span(str(place)))
        yield from frame


def _listed(results: list[Result], remarks: Remarks) -> Iterator[Line]:
    width = max((len(result.verdict) for result in results), default=0)
    names = max((len(result.assertion.id) for result in results), default=0)
    for result in results:
        title = result.assertion.title or result.statement
        aside = f" ({', '.join(result.excepted_by)})" if result.excepted_by else ""
        yield (
            Span(f"{result.verdict.upper():<{width}}", INK[result.verdict]),
            Span(f"  {result.assertion.id:<{names}}  {title}{aside}"),
        )
        yield from laid_out([*_own(result, remarks), *column("goals", goal_texts(result, AT_MOST))])


def _own(result: Result, shared: Remarks) -> list[Entry]:
    own = own_remarks(result, shared)
    return [*column("inexact", own.approximations), *column("note", own.notes)]


def _exceptions(report: GateReport) -> list[Entry]:
    return [Entry(use.state, exception_text(use), place_text(use.exception.origin)) for use in report.exceptions]


def _run(report: GateReport, remarks: Remarks) -> list[Entry]:
    entries = [Entry("baseline", baseline_text(report.baseline))] if report.baseline is not None else []
    entries += [Entry("evidence", evidence_text(report.evidence))] if report.evidence is not None else []
    terms = (("assumes", remarks.assumptions), ("inexact", remarks.approximations), ("note", remarks.notes))
    return [*entries, *(entry for term, texts in terms for entry in column(term, texts))]


def _summary(report: GateReport) -> Line:
    worst = next(iter(gravest_first(report)), None)
    ink = INK[worst.verdict] if worst is not None else Ink.YELLOW
    if shortfalls(report):
        ink = Ink.RED
    took = f" in {duration_text(report.milliseconds)}" if report.milliseconds is not None else ""
    return (Span(whole_count(report), ink), Span(took))
