"""The one place where what was found becomes a verdict on a question, and a judgement on a claim."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from netverify.diagnostics import NetverifyError
from netverify.query.outcome import Verdict
from netverify.records import dataclass
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


class Judgement(StrEnum):
    """What becomes of a claim that there is no flow of some kind; ``VACUOUS``: none could be of that kind anyway."""

    PROVED = "proved"
    REFUTED = "refuted"
    VACUOUS = "vacuous"
    UNKNOWN = "unknown"


def of_search(*, is_found: bool, is_complete: bool) -> Verdict:
    """The verdict on whether there is a flow of a kind that was looked for until there were no others.

    ``REACHABLE`` iff one was found that certainly counts. That there is none is sure only where the search
    ``is_complete``.
    """
    if is_found:
        return Verdict.REACHABLE
    return Verdict.UNREACHABLE if is_complete else Verdict.UNKNOWN


def judgement(against: Verdict, *, nobody_will_do: bool = False) -> Judgement:
    """The judgement on a claim, by the verdict on whether there is a flow ``against`` it.

    ``nobody_will_do``: a claim about nobody holds. An ``allow`` is a claim as well: that no flow of it is refused.
    """
    match against:
        case Verdict.REACHABLE:
            return Judgement.REFUTED
        case Verdict.UNREACHABLE:
            return Judgement.PROVED
        case Verdict.VACUOUS:
            return Judgement.PROVED if nobody_will_do else Judgement.VACUOUS
        case Verdict.UNKNOWN:
            return Judgement.UNKNOWN


GRAVEST = (Judgement.REFUTED, Judgement.VACUOUS, Judgement.UNKNOWN, Judgement.PROVED)
"""Judgements, those that matter most first."""


def of_claims(judgements: Collection[Judgement]) -> Judgement:
    """The judgement on several claims together: the gravest of theirs; ``VACUOUS`` without any."""
    return next((one for one in GRAVEST if one in judgements), Judgement.VACUOUS)
