"""What a gate found as a comment for reviewers, in the Markdown of GitHub and GitLab."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from netverify.gate.outcome import GateReport, GateVerdict, Result
from netverify.report.coverage_text import coverage_text
from netverify.report.finding_list import Run, with_help
from netverify.report.gate_remarks import shared_remarks
from netverify.report.gate_shortcomings import Shortcoming, gravest_first, shortcomings_of
from netverify.report.gate_shortfalls import doubts, shortfalls, whole_count
from netverify.report.gate_steps import trace_lines
from netverify.report.gate_words import (
    baseline_text,
    counts_text,
    duration_text,
    evidence_text,
    exception_text,
    goal_texts,
)
from netverify.report.markdown_text import MARKER, MOST_CHARACTERS, in_markdown, preformatted
from netverify.report.quantities import counted
from netverify.report.trace_text import place_text
from netverify.sources.coverage import Inventory
from netverify.visible import shortened

AT_MOST = 10
"""How many violations, or goals, of one assertion are listed; further ones are counted."""

_LONGEST_CELL = 300
_LONGEST_LINE = 600
_LONGEST_FOLD = 4_000
_LONGEST_GOALS = 12_000
_LEFT_ASIDE = frozenset((GateVerdict.EXCEPTED, GateVerdict.BASELINED))


def render_gate_markdown(report: GateReport, inventory: Inventory, run: Run) -> str:
    """A verdict in one line, what is not proved in a table, each counterexample folded, and how to repeat the run.

    Guarantees: ASCII, at most :data:`MOST_CHARACTERS`; what is left out for that is said.
    """
    wrong = [result for result in gravest_first(report) if result.verdict is not GateVerdict.PROVED]
    head = [MARKER, _headline(report), "", *_besides(report)]
    foot = [*_foot(report, inventory, run)]
    room = MOST_CHARACTERS - sum(len(piece) + 1 for piece in (*head, *foot))
    table = [*_TABLE, *_fitted(map(_row, wrong), room // 2, "assertion"), ""] if wrong else []
    room -= sum(len(piece) + 1 for piece in table)
    unfolded = [result for result in wrong if result.verdict not in _LEFT_ASIDE]
    details = _fitted((_folded(result, inventory) for result in unfolded), room, "counterexample")
    return "".join(f"{piece}\n" for piece in (*head, *table, *details, *foot))


_TABLE = ("| verdict | assertion | what is wrong | where |", "|---|---|---|---|")
_ROOM_TO_SAY = 100


def _fitted(pieces: Iterable[str], room: int, noun: str) -> list[str]:
    """The ``pieces`` that come first and fit into ``room``, and how many do not."""
    every = list(pieces)
    kept: list[str] = []
    for piece in every:
        room -= len(piece) + 1
        if room < _ROOM_TO_SAY:
            break
        kept.append(piece)
    left_out = len(every) - len(kept)
    said = f"\n{counted(left_out, noun)} left out here for length: the other reports have everything.\n"
    return [*kept, said] if left_out else kept


def _headline(report: GateReport) -> str:
    verdicts = {result.verdict for result in report.results}
    total = counted(len(report.results), "assertion")
    if shortfalls(report):
        return f":x: **netverify: {whole_count(report)}** (of {total})"
    if report.unchanged_since is not None:
        return f":heavy_minus_sign: **netverify: {counts_text(report)} since {_short(report.unchanged_since)}**"
    if not verdicts:
        return ":warning: **netverify: there are no assertions**"
    if verdicts == {GateVerdict.PROVED}:
        return f":white_check_mark: **netverify: proved** ({total})"
    text = f"**netverify: {whole_count(report)}** (of {total})"
    if verdicts <= {GateVerdict.PROVED, *_LEFT_ASIDE}:
        return f":white_check_mark: {text}"
    is_refuted = verdicts & {GateVerdict.REFUTED, GateVerdict.VACUOUS}
    return f"{':x:' if is_refuted else ':warning:'} {text}"


def _besides(report: GateReport) -> Iterator[str]:
    """What fails the run besides its assertions, and what is probably not meant in the intent."""
    found = [("error", one) for one in shortfalls(report)]
    found += [("warning", one) for one in doubts(report)]
    if found:
        rows = [
            f"- {level} {one.code}: {_short(with_help(one), _LONGEST_LINE)} ({_short(str(one.origin))})"
            for level, one in found
        ]
        yield "\n".join((*_fitted(rows, _LONGEST_FOLD, "finding"), ""))


def _short(text: str, most: int = _LONGEST_CELL) -> str:
    return in_markdown(shortened(text, most))


def _row(result: Result) -> str:
    assertion = result.assertion
    first, *others = shortcomings_of(result)
    more = f" (and {len(others)} more)" if others else ""
    name = f"**{_short(assertion.id)}**" + (f" {_short(assertion.title)}" if assertion.title else "")
    cells = (result.verdict.value, f"{name} ({assertion.severity})", f"{_short(first.text)}{more}")
    return f"| {' | '.join((*cells, _short(place_text(first.place))))} |"


def _folded(result: Result, inventory: Inventory) -> str:
    """One assertion with its violations and one trace, behind a line that opens it."""
    assertion = result.assertion
    summary = f"{result.verdict}: {_short(assertion.title or assertion.id)}"
    rows = [f"<details><summary>{summary}</summary>", "", f"Wanted: {_short(result.statement, _LONGEST_LINE)}", ""]
    rows.append(f"Asserted at {_short(str(assertion.origin))}" + (_controls(assertion.controls)))
    rows += ["", *_violations(shortcomings_of(result)), ""]
    first = next((one.violation for one in shortcomings_of(result) if one.violation is not None), None)
    if first is not None and (trace := trace_lines(first, inventory)):
        rows += [preformatted(shortened(line, _LONGEST_LINE) for line in trace), ""]
    return "\n".join((*rows, "</details>", ""))


def _controls(controls: Sequence[str]) -> str:
    return f", for {_short(', '.join(controls))}" if controls else ""


def _violations(found: Sequence[Shortcoming]) -> Iterator[str]:
    for finding in found[:AT_MOST]:
        known = " (known)" if finding.verdict is GateVerdict.BASELINED else ""
        where = place_text(finding.responsible)
        yield f"- {_short(finding.text, _LONGEST_LINE)}{known}{f': {_short(where)}' if where else ''}"
    if found[AT_MOST:]:
        yield f"- and {len(found) - AT_MOST} more"


def _foot(report: GateReport, inventory: Inventory, run: Run) -> Iterator[str]:
    if report.exceptions:
        uses = [f"- {use.state}: {_short(exception_text(use), _LONGEST_LINE)}" for use in report.exceptions]
        yield _fold(counted(len(uses), "exception"), uses, "exception")
    if report.baseline is not None:
        yield f"Baseline: {_short(baseline_text(report.baseline))}.\n"
    proved = [result.assertion for result in report.results if result.verdict is GateVerdict.PROVED]
    if proved:
        names = [f"- {_short(one.id)} {_short(one.title)}".rstrip() for one in proved]
        yield _fold(f"{len(proved)} proved", names, "assertion")
    if report.evidence is not None:
        goals = [f"- {_short(text)}" for one in report.results for text in goal_texts(one, AT_MOST)]
        yield _fold(_short(f"Goals: {evidence_text(report.evidence)}"), goals, "goal", _LONGEST_GOALS)
    remarks = shared_remarks(report)
    rest = (*remarks.assumptions, *remarks.approximations, *remarks.notes)
    basis = [f"- {_short(text, _LONGEST_LINE)}" for text in (*rest, *coverage_text(inventory))]
    yield _fold("What this rests on, and what was read", basis, "line")
    took = f" ({duration_text(report.milliseconds)})" if report.milliseconds is not None else ""
    yield f"To repeat this{took}:\n\n{preformatted([shortened(run.command, 2_000)])}"


def _fold(summary: str, rows: Sequence[str], noun: str, longest: int = _LONGEST_FOLD) -> str:
    fitted = _fitted(rows, longest, noun)
    return "\n".join((f"<details><summary>{summary}</summary>", "", *fitted, "", "</details>", ""))
