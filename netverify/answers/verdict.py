"""The one function that turns what was found into a verdict."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from netverify.diagnostics import NetverifyError
from netverify.queries.outcome import Verdict
from netverify.symbolic.status import Status


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that a verdict depends on.

    ``replayed``: the reference reading allows the witness. ``premises_hold``: both ends and the traffic of the
    question match something. ``inputs_complete``: every input was read. ``may_allow`` and ``may_deny``: an object that
    is not modelled could make the flow reachable, or unreachable.
    """

    solved: Status
    premises_hold: bool
    replayed: bool
    inputs_complete: bool
    may_allow: bool
    may_deny: bool


class UnreplayedError(NetverifyError):
    """A satisfiable goal without a replayed witness: a bug, never a finding."""


def verdict(evidence: Evidence) -> Verdict:
    """The verdict that ``evidence`` supports.

    ``UNREACHABLE`` iff the goal is unsatisfiable, its premises are satisfiable, every input was read, and nothing that
    is not modelled could allow the flow. ``REACHABLE`` iff a witness was replayed, every input was read, and nothing
    that is not modelled could deny it. Raises :class:`UnreplayedError` for a satisfiable goal whose witness was not
    replayed.
    """
    if evidence.solved is Status.SAT and not evidence.replayed:
        raise UnreplayedError
    if not evidence.inputs_complete or evidence.solved is Status.UNKNOWN:
        return Verdict.UNKNOWN
    if not evidence.premises_hold:
        return Verdict.VACUOUS
    if evidence.solved is Status.SAT:
        return Verdict.UNKNOWN if evidence.may_deny else Verdict.REACHABLE
    return Verdict.UNKNOWN if evidence.may_allow else Verdict.UNREACHABLE


def of_any(verdicts: Collection[Verdict]) -> Verdict:
    """The verdict on a question that asks whether any of several flows is allowed.

    ``REACHABLE`` iff one is; ``UNREACHABLE`` iff none may be and some is about something; ``VACUOUS`` iff all are about
    nothing, as without any.
    """
    for decisive in (Verdict.REACHABLE, Verdict.UNKNOWN, Verdict.UNREACHABLE):
        if decisive in verdicts:
            return decisive
    return Verdict.VACUOUS


def of_all(verdicts: Collection[Verdict]) -> Verdict:
    """The verdict on a path that several flows must be allowed for: the worst of theirs; ``REACHABLE`` without any."""
    for decisive in (Verdict.VACUOUS, Verdict.UNREACHABLE, Verdict.UNKNOWN):
        if decisive in verdicts:
            return decisive
    return Verdict.REACHABLE
