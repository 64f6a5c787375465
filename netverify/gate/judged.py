"""What judging a claim found, and how what was found about several is put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from netverify.answers.route_verdicts import unique
from netverify.gate.outcome import GRAVEST, GateVerdict, Violation
from netverify.queries.outcome import Answer, Reason, Scope, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim, or several together, judged. The fields are those of :class:`netverify.gate.outcome.Result`.

    ``among`` are the verdicts on the parts; empty of one claim alone.
    """

    verdict: GateVerdict
    violations: tuple[Violation, ...] = ()
    is_complete: bool = True
    because: tuple[Reason, ...] = ()
    unknown_because: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    approximations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    questions: int = 0
    smt2: tuple[tuple[str, str], ...] = ()
    among: frozenset[GateVerdict] = frozenset()

    @property
    def verdicts(self) -> frozenset[GateVerdict]:
        """The verdicts on all that it is made of."""
        return self.among or frozenset((self.verdict,))


def held(judged: Judged) -> Judged:
    """``judged`` with nothing against it: what it is about is exempt."""
    return replace(judged, verdict=GateVerdict.PROVED, notes=(), among=frozenset())


def of_answers(
    verdict: GateVerdict,
    answers: Sequence[Answer],
    *,
    violations: tuple[Violation, ...] = (),
    is_complete: bool = True,
    because: tuple[Reason, ...] = (),
) -> Judged:
    """What ``answers`` to the questions of one claim came to."""
    return Judged(
        verdict,
        violations,
        is_complete,
        because,
        unique(line for one in answers if one.verdict is Verdict.UNKNOWN for line in one.unknown_because),
        unique(line for one in answers for line in one.assumptions),
        unique(line for one in answers for line in one.approximations),
        unique(line for one in answers for line in one.notes) if verdict is GateVerdict.VACUOUS else (),
        len(answers),
        unique(goal for one in answers for goal in one.smt2),
    )


def together(parts: Sequence[Judged]) -> Judged:
    """All of ``parts`` as one: the verdict that matters most is that of the whole; vacuous without any."""
    verdicts = frozenset(verdict for part in parts for verdict in part.verdicts)
    verdict = next((one for one in GRAVEST if one in verdicts), GateVerdict.VACUOUS)
    proofs = parts if verdict in (GateVerdict.PROVED, GateVerdict.EXCEPTED) else ()
    return Judged(
        verdict,
        tuple(sorted((one for part in parts for one in part.violations), key=_existing_first)),
        all(part.is_complete for part in parts),
        unique(reason for part in proofs for reason in part.because),
        unique(line for part in parts for line in part.unknown_because),
        unique(line for part in parts for line in part.assumptions),
        unique(line for part in parts for line in part.approximations),
        unique(line for part in parts for line in part.notes),
        sum(part.questions for part in parts),
        unique(goal for part in parts for goal in part.smt2),
        verdicts,
    )


def _existing_first(violation: Violation) -> tuple[bool, str, str]:
    """What existing pods suffice for comes before what needs another one, each in the order of texts."""
    return (violation.scope is not Scope.EXISTING, violation.text, violation.fingerprint)
