"""What a gate found as a document: what is wrong first, then what holds, what it rests on, and the count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType

from netverify.diagnostics import Diagnostic, Severity
from netverify.gate.intent.spec import World
from netverify.gate.outcome import ExceptionState, ExceptionUse, GateReport, GateVerdict, Violation, by_control
from netverify.gate.outcome import Result as Judged
from netverify.query.remarks import Remarks, remarks_of
from netverify.report.behaviour_text import settings_together
from netverify.report.code_frame import SourceLines, code_frame
from netverify.report.coverage_text import coverage_text
from netverify.report.document import (
    Account,
    Beside,
    Block,
    Cell,
    Facts,
    Fold,
    Gap,
    Instance,
    Result,
    Results,
    Row,
    Summary,
    Table,
    cell,
)
from netverify.report.entries import Entry, column
from netverify.report.finding_list import with_help
from netverify.report.gate_shortcomings import (
    gravest_first,
    in_part,
    responsible_place,
    shortcomings_of,
    violation_text,
    why_unproved,
)
from netverify.report.gate_shortfalls import doubts, shortfalls, undecided, whole_count
from netverify.report.gate_words import baseline_text, duration_text, evidence_text, goal_texts, limited
from netverify.report.incomplete import incomplete
from netverify.report.quantities import counted
from netverify.report.terminal import Ink, Line, Span
from netverify.report.trace_text import decision_text, place_text, trace_entries
from netverify.sources.coverage import Inventory

MOST_DIAGNOSTICS = 200
"""How many findings about inputs are listed; further ones are counted."""

MOST_GOALS = 10
"""How many goals of one assertion are named; all are in `goals.json`."""

INK = {
    GateVerdict.PROVED: Ink.GREEN,
    GateVerdict.REFUTED: Ink.RED,
    GateVerdict.VACUOUS: Ink.RED,
    GateVerdict.UNKNOWN: Ink.YELLOW,
    GateVerdict.EXCEPTED: Ink.CYAN,
    GateVerdict.BASELINED: Ink.CYAN,
}
OPEN = frozenset((GateVerdict.REFUTED, GateVerdict.VACUOUS, GateVerdict.UNKNOWN))
_WORLDS: Mapping[World, str] = MappingProxyType(
    {World.EXISTING: "the pods of the manifests", World.POSSIBLE: "every pod that there could be"}
)


def document_of_gate(report: GateReport, inventory: Inventory) -> Iterator[Block]:
    """The count, every assertion with what violates it, gravest first, then the whole run.

    Files are read again to show the lines that are responsible.
    """
    yield _summary(report)
    for line in incomplete(undecided(report), "what is unknown below was not decided"):
        yield from (line, Gap())
    failing = tuple(dict.fromkeys((*shortfalls(report), *doubts(report))))
    yield Beside(tuple(findings_table(failing)))
    results = gravest_first(report)
    yield judged_assertions(report, inventory)
    if any(one.verdict not in OPEN for one in results):
        yield Gap()
    yield from exceptions_table(report)
    entries = [Entry("baseline", baseline_text(report.baseline))] if report.baseline is not None else []
    entries += [Entry("evidence", evidence_text(report.evidence))] if report.evidence is not None else []
    if entries:
        yield Facts(tuple(entries))
    yield from _controls(results)
    others = dict.fromkeys((*report.findings, *inventory.diagnostics, *report.inputs))
    listed = tuple(one for one in others if one.severity is not Severity.NOTE and one not in failing)
    if listed:
        yield Beside((Fold("Findings about inputs", tuple(findings_table(listed))),))
    if basis := basis_of(report):
        yield Fold("Assumptions", (Facts(basis),))
    yield Account(coverage_text(inventory))


def judged_assertions(report: GateReport, inventory: Inventory) -> Results:
    """Every assertion with what violates it, the gravest first; files are read again to show lines."""
    remarks, source = shared_remarks(report), SourceLines()
    return Results(tuple(_result(one, remarks, inventory, source) for one in gravest_first(report)), "assertion")


def basis_of(report: GateReport) -> tuple[Entry, ...]:
    """What the whole run rests on: assumptions, approximations, and what else bears on it."""
    remarks = shared_remarks(report)
    rests = (("assumes", remarks.assumptions), ("inexact", remarks.approximations), ("note", remarks.notes))
    return tuple(entry for term, texts in rests for entry in column(term, texts))


def _summary(report: GateReport) -> Summary:
    worst = next(iter(gravest_first(report)), None)
    ink = Ink.RED if shortfalls(report) else INK[worst.verdict] if worst is not None else Ink.YELLOW
    files = report.files if len(report.files) < 4 else ()
    today = (report.today.isoformat(),) if report.today is not None else ()
    total = counted(len(report.results), "assertion") if report.results else ""
    return Summary(whole_count(report), ink, total, duration_text(report.milliseconds), (*files, *today))


def findings_table(found: tuple[Diagnostic, ...]) -> Iterator[Block]:
    """``found`` as a table, which ends with how many more there are."""
    rows = [
        Row(cell(f"{one.severity.name.lower()} {one.code}"), ((cell(with_help(one)), cell(str(one.origin))),))
        for one in found[:MOST_DIAGNOSTICS]
    ]
    if more := found[MOST_DIAGNOSTICS:]:
        rows.append(Row(cell(f"and {len(more)} more"), ((cell(), cell()),)))
    if rows:
        yield Table("", ("finding", "what", "where"), tuple(rows), "finding")


def _result(result: Judged, shared: Remarks, inventory: Inventory, source: SourceLines) -> Result:
    assertion = result.assertion
    found = shortcomings_of(result)
    is_proved, is_open = result.verdict is GateVerdict.PROVED, result.verdict in OPEN
    own = own_remarks(result, shared)
    reasons, controls = (*_reasons(result),), column("controls", assertion.controls)
    return Result(
        result.verdict.value,
        INK[result.verdict],
        assertion.id,
        assertion.title and f"{assertion.title}{limited(result)}",
        assertion.severity.value,
        f"{result.statement}{limited(result)}",
        str(assertion.origin),
        is_open,
        wrong="" if is_proved else found[0].text,
        where="" if is_proved else place_text(found[0].place),
        aside=", ".join(result.excepted_by),
        instances=tuple(_instance(one.violation, inventory, source) for one in found if one.violation is not None),
        is_complete=result.is_complete,
        facts=(
            *(reasons if is_open else ()),
            *column("inexact", own.approximations),
            *column("note", own.notes),
            *(controls if is_open else ()),
            *column("goals", goal_texts(result, MOST_GOALS)),
        ),
        further=(*_further(result), *(() if is_open else (*reasons, *controls))),
    )


def _reasons(result: Judged) -> Iterator[Entry]:
    """Why ``result`` is no proof, besides its violations and what is set aside."""
    match result.verdict:
        case GateVerdict.VACUOUS:
            yield Entry("but", "no flow matches it, so it proves nothing")
        case GateVerdict.UNKNOWN:
            yield from column("because", result.unknown_because or ("neither proved nor refuted",))
        case GateVerdict.REFUTED if not result.violations:
            yield Entry("but", why_unproved(result).partition(";")[0])
        case _:
            pass
    yield from column("also", [in_part(part) for part in result.also])
    if result.verdict is not GateVerdict.UNKNOWN:
        yield from column("because", result.unknown_because)


def _further(result: Judged) -> Iterator[Entry]:
    yield Entry("is about", _WORLDS[result.world])
    if result.verdict in {GateVerdict.PROVED, GateVerdict.EXCEPTED}:
        yield from column("carried by", [f"{decision_text(one)} {place_text(one.place)}" for one in result.because])
    yield from column("excepted by", result.excepted_by)
    yield Entry("fingerprint", result.fingerprint)


def _instance(violation: Violation, inventory: Inventory, source: SourceLines) -> Instance:
    return Instance(
        violation_text(violation),
        place_text(responsible_place(violation)),
        "known" if violation.is_baselined else "",
        partial(_steps, violation, inventory),
        partial(_frame, violation, source),
    )


def _steps(violation: Violation, inventory: Inventory) -> tuple[Entry, ...]:
    return tuple(trace_entries(violation.witness, violation.because, violation.route, inventory))


def _frame(violation: Violation, source: SourceLines) -> tuple[Line, ...]:
    place = responsible_place(violation)
    frame = code_frame(place, source, ink=Ink.RED) if place is not None else []
    return ((Span(" ::: ", Ink.BLUE), Span(str(place))), *frame) if frame else ()


_STATES = {
    ExceptionState.USED: Ink.GREEN,
    ExceptionState.UNUSED: Ink.YELLOW,
    ExceptionState.IGNORED: Ink.YELLOW,
    ExceptionState.EXPIRED: Ink.RED,
}
_ABOUT_EXCEPTIONS = ("exception", "state", "until", "owner", "ticket", "reason", "where")
_WIDTHS = (0, 0, 0, 0, 0, 60)


def exceptions_table(report: GateReport) -> Iterator[Block]:
    """What was set aside; nothing where nothing was."""
    if report.exceptions:
        rows = tuple(Row(cell(use.exception.id), (_about(use),)) for use in report.exceptions)
        yield Table("Exceptions", _ABOUT_EXCEPTIONS, rows, "exception", widths=_WIDTHS)


def _about(use: ExceptionUse) -> tuple[Cell, ...]:
    given = use.exception
    texts = (str(given.expires), given.owner, given.ticket, given.reason, place_text(given.origin))
    return (cell(use.state, ink=_STATES[use.state]), *map(cell, texts))


def _controls(results: Iterable[Judged]) -> Iterator[Block]:
    rows = [Row(cell(name), ((verdicts(some),),)) for name, some in by_control(results).items()]
    if rows:
        table = Table("", ("control", "assertions that support it"), tuple(rows), "control")
        yield Beside((Fold("Controls", (table,)),))


def verdicts(results: Iterable[Judged]) -> Cell:
    """Each verdict with the name of its assertion, below each other."""
    return tuple((Span(one.verdict, INK[one.verdict]), Span(f" {one.assertion.id}")) for one in results)


def shared_remarks(report: GateReport) -> Remarks:
    """What is said once for the whole run: each assumption, and what more than one result says of the rest.

    In the order in which it is first said; doubts are those of single results.
    """
    assumptions = remarks_of(report.results).assumptions
    return Remarks(
        assumptions=tuple(settings_together(assumptions)),
        approximations=_said_twice(result.approximations for result in report.results),
        notes=_said_twice(result.notes for result in report.results),
    )


def own_remarks(result: Judged, shared: Remarks) -> Remarks:
    """What ``result`` says of approximations and notes that is not said for the run."""
    return Remarks(
        approximations=tuple(text for text in result.approximations if text not in shared.approximations),
        notes=tuple(text for text in result.notes if text not in shared.notes),
    )


def _said_twice(remarks: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    said = Counter(text for texts in remarks for text in dict.fromkeys(texts))
    return tuple(text for text, times in said.items() if times > 1)
