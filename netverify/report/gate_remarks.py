"""What the results of a run say about themselves, parted into what several say and what one says alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from netverify.gate.outcome import GateReport, Result
from netverify.report.behaviour_text import settings_together


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is said once for the whole run: each assumption, and what more than one result says of the rest."""

    assumptions: tuple[str, ...]
    approximations: tuple[str, ...]
    notes: tuple[str, ...]

    def own_approximations(self, result: Result) -> tuple[str, ...]:
        """Those of ``result`` that are not said for the run."""
        return tuple(text for text in result.approximations if text not in self.approximations)

    def own_notes(self, result: Result) -> tuple[str, ...]:
        """Those of ``result`` that are not said for the run."""
        return tuple(text for text in result.notes if text not in self.notes)


def shared_remarks(report: GateReport) -> Remarks:
    """The remarks of ``report``, in the order in which they are first made."""
    assumptions = dict.fromkeys(text for result in report.results for text in result.assumptions)
    return Remarks(
        tuple(settings_together(tuple(assumptions))),
        _said_twice(result.approximations for result in report.results),
        _said_twice(result.notes for result in report.results),
    )


def _said_twice(remarks: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    said = Counter(text for texts in remarks for text in dict.fromkeys(texts))
    return tuple(text for text, times in said.items() if times > 1)
