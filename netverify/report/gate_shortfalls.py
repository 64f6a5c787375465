"""What fails a run of a gate besides its assertions: inputs that were not read, exceptions that have expired."""

from __future__ import annotations

from netverify.diagnostics import Diagnostic, Severity
from netverify.gate.outcome import GateReport
from netverify.report.gate_words import counts_text
from netverify.report.incomplete import limits_text
from netverify.report.quantities import counted


def shortfalls(report: GateReport) -> tuple[Diagnostic, ...]:
    """Every error about the intent, the manifests, and those that they are compared with, each once."""
    found = (*report.findings, *report.inputs)
    return tuple(dict.fromkeys(one for one in found if one.severity is Severity.ERROR))


def doubts(report: GateReport) -> tuple[Diagnostic, ...]:
    """What is probably not meant in the intent, and fails nothing."""
    return tuple(one for one in report.findings if one.severity is Severity.WARNING)


def whole_count(report: GateReport) -> str:
    """``3 proved``, and how many errors there are besides: ``3 proved, and 1 error in inputs or exceptions``.

    Where a limit was met, it is named: ``3 proved, 1 unknown; incomplete: the time budget ...``.
    """
    number = len(shortfalls(report))
    besides = f", and {counted(number, 'error')} in inputs or exceptions" if number else ""
    limits = limits_text(undecided(report))
    return f"{counts_text(report)}{besides}" + (f"; incomplete: {limits}" if limits else "")


def undecided(report: GateReport) -> list[str]:
    """Why something is unknown, of all assertions."""
    return [reason for result in report.results for reason in result.unknown_because]
