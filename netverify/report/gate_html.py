"""What a gate found as one page of HTML that needs nothing else: no network, no script, no other file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netverify.gate.outcome import GRAVEST, GateReport, GateVerdict
from netverify.report.finding_list import Run
from netverify.report.gate_page_account import account_sections
from netverify.report.gate_page_result import result_html
from netverify.report.gate_remarks import shared_remarks
from netverify.report.gate_shortcomings import gravest_first
from netverify.report.gate_shortfalls import whole_count
from netverify.report.gate_words import duration_text
from netverify.report.html_text import in_html, page_head
from netverify.report.quantities import counted
from netverify.sources.coverage import Inventory


def render_gate_html(report: GateReport, inventory: Inventory, run: Run) -> Iterator[str]:
    """The page, in pieces: the count, each assertion, gravest first, then exceptions, controls and what was read.

    Guarantees: ASCII; the page's own policy lets its style sheet alone apply; the same report is the same bytes.
    """
    yield page_head("netverify: what was proved")
    yield _masthead(report, run)
    yield _filter(report)
    remarks = shared_remarks(report)
    yield '<section aria-label="assertions">\n'
    yield from (result_html(result, inventory, remarks) for result in gravest_first(report))
    yield "</section>\n"
    yield from account_sections(report, inventory, run, remarks)
    yield "</body>\n</html>\n"


def _masthead(report: GateReport, run: Run) -> str:
    facts = [counted(len(report.results), "assertion"), *(report.files if len(report.files) < 4 else ())]
    if report.today is not None:
        facts.append(report.today.isoformat())
    facts += [f"revision {run.revision}"] if run.revision else []
    facts += [run.repository] if run.repository else []
    facts.append(f"netverify {run.version}")
    facts += [duration_text(report.milliseconds)] if report.milliseconds is not None else []
    return (
        f"<header>\n<h1>netverify: {whole_count(report)}</h1>\n"
        f'<p class="soft">{" &middot; ".join(map(in_html, facts))}</p>\n</header>\n'
    )


def _filter(report: GateReport) -> str:
    """A button for each verdict that there is; the style sheet hides what it leaves out."""
    present: Sequence[GateVerdict] = [verdict for verdict in GRAVEST if report.counts[verdict]]
    tiles = [_tile("all", len(report.results), "", "checked ")]
    tiles += [_tile(verdict.value, report.counts[verdict], f" {verdict}", "") for verdict in present]
    return f'<fieldset class="filter" aria-label="verdicts to show">\n{"".join(tiles)}</fieldset>\n'


def _tile(name: str, number: int, colour: str, state: str) -> str:
    return (
        f'<input type="radio" name="only" id="only-{name}" {state}autocomplete="off">'
        f'<label class="tile" for="only-{name}"><b class="number{colour}">{number}</b><span>{name}</span></label>\n'
    )
