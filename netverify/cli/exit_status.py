"""How exit statuses are decided: which of several wins, and what answers, maps and findings come to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from netverify.cli.statuses import ExitStatus
from netverify.diagnostics import Severity
from netverify.query.outcome import Verdict

_GRAVEST_FIRST = (
    ExitStatus.INTERNAL,
    ExitStatus.INPUT,
    ExitStatus.USAGE,
    ExitStatus.UNKNOWN,
    ExitStatus.VIOLATED,
    ExitStatus.ANSWERED,
)


def gravest(statuses: Iterable[ExitStatus]) -> ExitStatus:
    """The status that wins: 5, 4, 2, 3, 1, 0; ``ANSWERED`` without any."""
    return min(statuses, key=_GRAVEST_FIRST.index, default=ExitStatus.ANSWERED)


def _status_of(verdict: Verdict, expected: Verdict | None) -> ExitStatus:
    match verdict:
        case Verdict.UNKNOWN:
            return ExitStatus.UNKNOWN
        case Verdict.VACUOUS:
            return ExitStatus.VIOLATED
        case Verdict.REACHABLE | Verdict.UNREACHABLE:
            return ExitStatus.ANSWERED if expected in (None, verdict) else ExitStatus.VIOLATED
        case _ as never:
            assert_never(never)


def exit_status(
    verdict: Verdict | None,
    *,
    expected: Verdict | None = None,
    input_refused: bool = False,
    misused: bool = False,
) -> ExitStatus:
    """The status for a question.

    ``verdict`` is None when the question could not be asked; ``expected`` comes from ``--expect``; ``input_refused``
    says that some input was refused or could not be read; ``misused`` that a flag, the sentence or the place of an
    output is wrong.
    """
    found = [_status_of(verdict, expected)] if verdict else []
    if input_refused:
        found.append(ExitStatus.INPUT)
    if misused:
        found.append(ExitStatus.USAGE)
    return gravest(found)


def map_status(*, fails: bool, in_doubt: bool, input_refused: bool) -> ExitStatus:
    """The status for a map: whether it is about nobody or holds what fails, may be wrong, or lacks an input."""
    found = [ExitStatus.VIOLATED] if fails else []
    if in_doubt:
        found.append(ExitStatus.UNKNOWN)
    if input_refused:
        found.append(ExitStatus.INPUT)
    return gravest(found)


def lint_status(worst: Severity | None, least: Severity | None, *, undecided: bool, input_refused: bool) -> ExitStatus:
    """The status for findings: the ``worst`` of them fails where it is as grave as ``least`` (None: none fails)."""
    found = [ExitStatus.VIOLATED] if worst is not None and least is not None and worst >= least else []
    if undecided:
        found.append(ExitStatus.UNKNOWN)
    if input_refused:
        found.append(ExitStatus.INPUT)
    return gravest(found)
