"""Verdicts, exceptions and counts of a gate in words that several reports share."""

from __future__ import annotations

from collections.abc import Sequence

from netverify.gate.intent.spec import World
from netverify.gate.outcome import BaselineUse, ExceptionState, ExceptionUse, GateReport, GateVerdict, Result
from netverify.query.derivation import EvidenceDigests
from netverify.report.quantities import counted


def counts_text(report: GateReport) -> str:
    """``3 failed (2 refuted, 1 vacuous), 1 unknown, 3 passed (proved)``: the worst first."""
    if report.unchanged_since is not None:
        return f"nothing judged, as no file that was checked has changed since {report.unchanged_since}"
    unknown = report.counts[GateVerdict.UNKNOWN]
    parts = [
        _outcome("failed", (GateVerdict.REFUTED, GateVerdict.VACUOUS), report),
        f"{unknown} unknown" if unknown else "",
        _outcome("passed", (GateVerdict.BASELINED, GateVerdict.EXCEPTED, GateVerdict.PROVED), report),
    ]
    return ", ".join(filter(None, parts)) or "no assertions"


def _outcome(word: str, verdicts: Sequence[GateVerdict], report: GateReport) -> str:
    """``3 failed (2 refuted, 1 vacuous)``, ``3 passed (proved)``; empty where there are none."""
    counts = {verdict: report.counts[verdict] for verdict in verdicts if report.counts[verdict]}
    if not counts:
        return ""
    several = len(counts) > 1
    by_verdict = ", ".join(f"{number} {verdict}" if several else str(verdict) for verdict, number in counts.items())
    return f"{sum(counts.values())} {word} ({by_verdict})"


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
    """``3 violations are known (baseline.json), 1 other no longer occurs: write the baseline again to drop it``.

    Where something is new, it is not said to write it again, which would accept that.
    """
    said = [f"{counted(baseline.known, 'violation')} {'is' if baseline.known == 1 else 'are'} known ({baseline.path})"]
    gone = baseline.gone - baseline.changed
    said += _others(baseline.excepted, "is excepted", "are excepted")
    said += _others(baseline.changed, "has changed and counts as new", "have changed and count as new")
    said += _others(gone, "no longer occurs", "no longer occur")
    text = ", ".join(said)
    if baseline.new and baseline.gone:
        return f"{text}: to write the baseline again would accept what is new"
    return f"{text}: write the baseline again to drop {'it' if gone == 1 else 'them'}" if gone else text


def _others(number: int, one: str, several: str) -> list[str]:
    if not number:
        return []
    return [f"1 other {one}" if number == 1 else f"{number} others {several}"]


def goal_texts(result: Result, most: int) -> list[str]:
    """The files of goals that the verdict rests on, each with its digest; beyond ``most``, how many more there are."""
    named = [f"{goal.name} {goal.digest}" for goal in result.goals[:most]]
    left_out = len(result.goals) - len(named)
    return [*named, f"and {left_out} more, see goals.json"] if left_out else named


def evidence_text(evidence: EvidenceDigests) -> str:
    """The document that lists the goals, with its digest."""
    return f"goals.json {evidence.document}"


def limited(result: Result) -> str:
    """What is said beside a proof that is about existing pods alone; empty for others."""
    holds = result.verdict in {GateVerdict.PROVED, GateVerdict.EXCEPTED}
    return " (existing pods only)" if holds and result.world is World.EXISTING else ""
