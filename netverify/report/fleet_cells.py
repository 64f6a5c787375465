"""From the report of a gate to the facts that reports of a fleet are made of, while the cluster is at hand."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from netverify.diagnostics import Diagnostic, Origin
from netverify.gate.outcome import ExceptionState, GateReport, Result
from netverify.report.coverage_text import coverage_text
from netverify.report.finding_list import Case, Finding, Rule
from netverify.report.fleet_outcome import Account, Cell, ClusterReport, Excepting, Shard, Shown
from netverify.report.gate_document import basis_of
from netverify.report.gate_json import baseline_json, exception_json, result_json
from netverify.report.gate_list import list_of_gate
from netverify.report.gate_words import baseline_text, exception_text
from netverify.report.remarks_json import Json, coverage_json
from netverify.sources.coverage import Inventory


def shard_of(report: GateReport, inventory: Inventory) -> Shard:
    """All that reports say of ``report`` about ``inventory``, in the order of the intent, but how long it took."""
    report = replace(report, results=tuple(replace(one, milliseconds=None) for one in report.results))
    listed = list_of_gate(report, inventory)
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in listed.findings:
        found[finding.rule.id].append(finding)
    rules = {rule.id: rule for rule in listed.rules}
    cells = [
        _cell(result, case, rules[result.assertion.id], found[result.assertion.id])
        for result, case in zip(report.results, listed.cases, strict=True)
    ]
    inputs = tuple(dict.fromkeys((*inventory.diagnostics, *report.inputs)))
    coverage = inventory.coverage
    return Shard(
        tuple(cells),
        tuple(
            Excepting(use.exception.id, exception_text(use), use.state.value, _written(exception_json(use)))
            for use in report.exceptions
        ),
        report.findings,
        tuple(map(_plain, inputs)),
        _written(baseline_json(report.baseline)) if report.baseline is not None else "",
        baseline_text(report.baseline) if report.baseline is not None else "",
        tuple(_basis(report)),
        Account(coverage.files, coverage.documents, coverage_text(inventory), _written(coverage_json(inventory))),
        report.is_cut_short,
    )


def _cell(result: Result, case: Case, rule: Rule, found: Sequence[Finding]) -> Cell:
    assertion = result.assertion
    return Cell(
        assertion.id,
        assertion.title,
        assertion.severity,
        result.statement,
        assertion.origin,
        result.verdict,
        result.also,
        rule,
        tuple(map(_shown, found)),
        *_told(case),
        result.unknown_because,
        result.is_complete,
        len(result.violations),
        _written(result_json(result)),
    )


def _basis(report: GateReport) -> Iterator[tuple[str, str]]:
    """What the verdicts rest on, each text with its term."""
    term = ""
    for entry in basis_of(report):
        term = entry.term or term
        yield term, entry.text


def _shown(finding: Finding) -> Shown:
    places, steps = finding.places, finding.trace()
    return Shown(finding.verdict, finding.text, places, finding.fingerprint, steps, finding.set_aside)


def _told(case: Case) -> tuple[str, tuple[str, ...]]:
    return case.short, tuple(case.full()) if case.short else ()


def _plain(diagnostic: Diagnostic) -> Diagnostic:
    """``diagnostic`` without what could be done about it in a file, which no report of a gate tells."""
    return Diagnostic(
        diagnostic.code,
        diagnostic.severity,
        diagnostic.message,
        diagnostic.origin,
        diagnostic.help,
        diagnostic.secondary,
    )


def _written(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))


_WEIGHTIEST = (ExceptionState.USED, ExceptionState.EXPIRED, ExceptionState.IGNORED, ExceptionState.UNUSED)
"""What became of an exception as a whole, where shards of one cluster differ: what one of them needs is used."""


def joined(name: str, origin: Origin, shards: Sequence[Shard], kept: int = 0) -> ClusterReport:
    """The report, without its status, of the cluster ``name``, from its ``shards``: at least one, in their order."""
    uses: dict[str, Excepting] = {}
    for use in (one for shard in shards for one in shard.exceptions):
        known = uses.setdefault(use.id, use)
        if _WEIGHTIEST.index(ExceptionState(use.state)) < _WEIGHTIEST.index(ExceptionState(known.state)):
            uses[use.id] = use
    return ClusterReport(
        name,
        origin,
        0,
        cells=tuple(cell for shard in shards for cell in shard.cells),
        exceptions=tuple(uses.values()),
        findings=_each_once(shard.findings for shard in shards),
        inputs=_each_once(shard.inputs for shard in shards),
        baseline=shards[0].baseline,
        known=shards[0].known,
        basis=tuple(dict.fromkeys(one for shard in shards for one in shard.basis)),
        account=shards[0].account,
        is_cut_short=any(shard.is_cut_short for shard in shards),
        kept=kept,
        shards=len(shards),
    )


def _each_once(found: Iterable[tuple[Diagnostic, ...]]) -> tuple[Diagnostic, ...]:
    return tuple(dict.fromkeys(one for some in found for one in some))
