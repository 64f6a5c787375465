"""What the page about a gate says after its assertions: exceptions, controls, what was read, what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from netverify.diagnostics import Diagnostic, Severity
from netverify.gate.outcome import ExceptionUse, GateReport, Result
from netverify.query.remarks import Remarks
from netverify.report.coverage_text import coverage_text
from netverify.report.finding_list import Run, with_help
from netverify.report.gate_words import baseline_text
from netverify.report.html_text import in_html
from netverify.report.trace_text import place_text
from netverify.sources.coverage import Inventory

MOST_DIAGNOSTICS = 200
"""How many findings about inputs are listed; further ones are counted."""


def account_sections(report: GateReport, inventory: Inventory, run: Run, remarks: Remarks) -> Iterator[str]:
    """The sections that there is something for."""
    if report.exceptions:
        heads = ("state", "exception", "reason", "owner", "until", "ticket", "where")
        yield _section("Exceptions", _table(heads, map(_exception, report.exceptions)))
    if report.baseline is not None:
        yield _section("Baseline", f"<p>{in_html(baseline_text(report.baseline))}</p>\n")
    if controls := _by_control(report.results):
        supported = ((in_html(name), _verdicts(results)) for name, results in controls.items())
        yield _section("Controls", _table(("control", "assertions that support it"), supported))
    found = dict.fromkeys((*report.findings, *inventory.diagnostics, *report.inputs))
    if listed := [one for one in found if one.severity is not Severity.NOTE]:
        more = f"<p>and {len(listed) - MOST_DIAGNOSTICS} more</p>\n" if listed[MOST_DIAGNOSTICS:] else ""
        rows = map(_diagnostic, listed[:MOST_DIAGNOSTICS])
        yield _section("Findings about inputs", _table(("code", "severity", "finding", "where"), rows) + more)
    yield _section("What was read", _list(coverage_text(inventory)))
    for heading, texts in (
        ("What this rests on", remarks.assumptions),
        ("What is modelled coarsely", remarks.approximations),
        ("Notes", remarks.notes),
    ):
        if texts:
            yield _section(heading, _list(texts))
    yield _section("To repeat this", f"<pre>{in_html(run.command)}</pre>\n")


def _section(heading: str, body: str) -> str:
    return f"<section>\n<h2>{heading}</h2>\n{body}</section>\n"


def _list(texts: Iterable[str]) -> str:
    return f"<ul>\n{''.join(f'<li>{in_html(text)}</li>' for text in texts)}\n</ul>\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """``rows`` are HTML already."""
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"


def _exception(use: ExceptionUse) -> Sequence[str]:
    given = use.exception
    about = map(in_html, (given.id, given.reason, given.owner))
    rest = map(in_html, (given.ticket, place_text(given.origin)))
    return (f'<span class="verdict {use.state}">{use.state}</span>', *about, f"<time>{given.expires}</time>", *rest)


def _by_control(results: Sequence[Result]) -> dict[str, list[Result]]:
    controls: dict[str, list[Result]] = {}
    for result in results:
        for control in dict.fromkeys(result.assertion.controls):
            controls.setdefault(control, []).append(result)
    return dict(sorted(controls.items()))


def _verdicts(results: Sequence[Result]) -> str:
    return "<br>".join(
        f'<span class="verdict {one.verdict}">{one.verdict}</span> {in_html(one.assertion.id)}' for one in results
    )


def _diagnostic(diagnostic: Diagnostic) -> Sequence[str]:
    texts = (diagnostic.code, diagnostic.severity.name.lower(), with_help(diagnostic), str(diagnostic.origin))
    return tuple(map(in_html, texts))
