"""Verdicts, exceptions and counts of a gate in words that several reports share."""

from __future__ import annotations

from netverify.gate.outcome import GRAVEST, BaselineUse, ExceptionState, ExceptionUse, GateReport, Result
from netverify.query.derivation import EvidenceDigests
from netverify.report.quantities import counted


def counts_text(report: GateReport) -> str:
    """``1 refuted, 3 proved``: the gravest first, none that there is none of."""
    if report.unchanged_since is not None:
        return f"nothing judged, as no file that was checked has changed since {report.unchanged_since}"
    parts = [f"{report.counts[verdict]} {verdict}" for verdict in GRAVEST if report.counts[verdict]]
    return ", ".join(parts) or "no assertions"


def duration_text(milliseconds: int | None) -> str:
    """``1.2 s``, below a second ``340 ms``; empty where it is not to be told."""
    if milliseconds is None:
        return ""
    return f"{milliseconds / 1000:.1f} s" if milliseconds >= 1000 else f"{milliseconds} ms"


def exception_text(use: ExceptionUse) -> str:
    """``exception legacy-sync until 2027-01-31 (team-payments, OPS-12): the old exporter is replaced``."""
    given = use.exception
    until = "that expired on" if use.state is ExceptionState.EXPIRED else "until"
    who = f"{given.owner}, {given.ticket}" if given.ticket else given.owner
    return f"exception {given.id} {until} {given.expires} ({who}): {given.reason}"


def baseline_text(baseline: BaselineUse) -> str:
    """``3 violations are known (baseline.json), 1 other no longer occurs: write the baseline again to drop it``."""
    known = f"{counted(baseline.known, 'violation')} {'is' if baseline.known == 1 else 'are'} known ({baseline.path})"
    if not baseline.gone:
        return known
    gone, it = (
        ("1 other no longer occurs", "it")
        if baseline.gone == 1
        else (f"{baseline.gone} others no longer occur", "them")
    )
    return f"{known}, {gone}: write the baseline again to drop {it}"


def goal_texts(result: Result, most: int) -> list[str]:
    """The files of goals that the verdict rests on, each with its digest; beyond ``most``, how many more there are."""
    named = [f"{goal.name} {goal.digest}" for goal in result.goals[:most]]
    left_out = len(result.goals) - len(named)
    return [*named, f"and {left_out} more, see goals.json"] if left_out else named


def evidence_text(evidence: EvidenceDigests) -> str:
    """The document that lists the goals, with its digest."""
    return f"goals.json {evidence.document}"
