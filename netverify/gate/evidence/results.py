"""What a gate came to, as evidence has it."""

from __future__ import annotations

from netverify.gate.evidence.document import Shown, Violated
from netverify.gate.outcome import GateReport


def shown_by_gate(report: GateReport) -> tuple[Shown, ...]:
    """What became of each assertion, in the order of the report."""
    return tuple(
        Shown(
            one.assertion.id,
            one.statement,
            one.verdict.value,
            one.smt2,
            one.derivation,
            tuple(Violated(each.fingerprint, each.text, each.shown_by) for each in one.violations),
            one.fingerprint,
            one.world.value,
            one.excepted_by,
        )
        for one in report.results
    )
