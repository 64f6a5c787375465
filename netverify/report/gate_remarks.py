"""What the results of a run say about themselves, parted into what several say and what one says alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from netverify.gate.outcome import GateReport, Result
from netverify.query.remarks import Remarks, remarks_of
from netverify.report.behaviour_text import settings_together


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


def own_remarks(result: Result, shared: Remarks) -> Remarks:
    """What ``result`` says of approximations and notes that is not said for the run."""
    return Remarks(
        approximations=tuple(text for text in result.approximations if text not in shared.approximations),
        notes=tuple(text for text in result.notes if text not in shared.notes),
    )


def _said_twice(remarks: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    said = Counter(text for texts in remarks for text in dict.fromkeys(texts))
    return tuple(text for text, times in said.items() if times > 1)
