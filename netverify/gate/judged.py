"""What judging a claim found, and how what was found about several is put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from netverify.answers.plugin_notes import is_beside_the_api
from netverify.answers.route_verdicts import unique
from netverify.answers.verdict import Judgement, judgement, of_claims
from netverify.gate.outcome import SAME_PODS, Violation
from netverify.query.derivation import Derived, Rule, SolvedText, Step, all_of
from netverify.query.outcome import Answer, Reason, Scope, Verdict
from netverify.query.remarks import Remarked, remarks_of
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Judged(Remarked):
    """A claim, or several together, judged. The fields are those of :class:`netverify.gate.outcome.Result`.

    ``among`` are the verdicts on the parts; empty of one claim alone. ``derivation`` says how a proof follows, or
    that a claim is about nobody; None where neither is so, or texts are not kept.
    """

    verdict: Judgement
    violations: tuple[Violation, ...] = ()
    is_complete: bool = True
    because: tuple[Reason, ...] = ()
    questions: int = 0
    smt2: tuple[SolvedText, ...] = ()
    derivation: Derived = None
    among: frozenset[Judgement] = frozenset()

    @property
    def verdicts(self) -> frozenset[Judgement]:
        """The verdicts on all that it is made of."""
        return self.among or frozenset((self.verdict,))

    @property
    def marks(self) -> frozenset[str]:
        """What is against it, by fingerprints."""
        return frozenset(one.fingerprint for one in self.violations)


_PROOFS = (Judgement.PROVED, Judgement.VACUOUS)


ALL_EXEMPT: Final = "every flow that it is about is approved or excepted, so it holds whatever the policies are"
"""A note beside a proof that says nothing about policy."""


def held(judged: Judged) -> Judged:
    """``judged`` with nothing against it: what it is about is exempt."""
    exempt = exempted(judged.derivation)
    verdict = judgement(Verdict.VACUOUS, nobody_will_do=True)
    remarks = replace(judged.remarks, notes=(ALL_EXEMPT,))
    return replace(judged, verdict=verdict, remarks=remarks, among=frozenset(), derivation=exempt)


def exempted(nothing_left: Derived) -> Derived:
    """The proof of a claim of which ``nothing_left`` shows that there are no flows but those that are exempt."""
    if nothing_left is None:
        return None
    return Step(Rule.ALL_EXEMPT, "there are no flows but those that are approved or excepted", (nothing_left,))


def with_steps(judged: Judged, steps: Sequence[Derived]) -> Judged:
    """``judged``, whose proof needs ``steps`` as well."""
    return replace(judged, derivation=all_of("", (judged.derivation, *steps))) if steps else judged


def texts(answers: Iterable[Answer]) -> tuple[SolvedText, ...]:
    """The goals that show the witnesses of ``answers``."""
    return unique(one.shown_by for one in answers if one.shown_by is not None)


def about_something(parts: Sequence[Judged]) -> Judged:
    """``parts`` together without those that are about nobody, if others are about somebody."""
    about = [one for one in parts if one.verdict is not Judgement.VACUOUS]
    return replace(together(about or parts), derivation=all_of("", [one.derivation for one in parts]))


def of_answers(  # noqa: PLR0913 - what a claim came to
    verdict: Judgement,
    answers: Sequence[Answer],
    *,
    violations: tuple[Violation, ...] = (),
    is_complete: bool = True,
    because: tuple[Reason, ...] = (),
    derivation: Derived = None,
) -> Judged:
    """What ``answers`` to the questions of one claim came to.

    A proof follows by ``derivation``, or else from the proofs of all answers.
    """
    if derivation is None and verdict in _PROOFS:
        derivation = all_of("", [one.derivation for one in answers])
    said = remarks_of(answers)
    return Judged(
        verdict,
        violations,
        is_complete,
        because,
        len(answers),
        unique(goal for one in answers for goal in one.smt2),
        derivation if verdict in _PROOFS else None,
        remarks=replace(
            said,
            unknown_because=remarks_of(one for one in answers if one.verdict is Verdict.UNKNOWN).unknown_because,
            notes=said.notes if verdict is Judgement.VACUOUS else (),
        ),
    )


def together(parts: Sequence[Judged]) -> Judged:
    """All of ``parts`` as one: the verdict that matters most is that of the whole; vacuous without any."""
    verdicts = frozenset(verdict for part in parts for verdict in part.verdicts)
    verdict = of_claims(verdicts)
    proofs = parts if verdict is Judgement.PROVED else ()
    return Judged(
        verdict,
        _each_once(one for part in parts for one in part.violations),
        all(part.is_complete for part in parts),
        unique(reason for part in proofs for reason in part.because),
        sum(part.questions for part in parts),
        unique(goal for part in parts for goal in part.smt2),
        all_of("", [part.derivation for part in parts]),
        verdicts,
        remarks=remarks_of(parts),
    )


def _each_once(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """``violations``, the likely ones first; one that several parts find is listed once."""
    ordered = sorted(violations, key=_likely_first)
    return tuple({(one.fingerprint, one.text): one for one in reversed(ordered)}.values())[::-1]


def _likely_first(violation: Violation) -> tuple[bool, bool, bool, str, str]:
    """What needs a plugin that departs from the API comes after the rest; what existing pods suffice for comes first.

    Of these, each in the order of texts. Where a rule changed, what it does with the same pods as before comes last.
    """
    is_new = violation.news != SAME_PODS
    is_beside = is_beside_the_api(*violation.witnesses)
    is_possible = violation.scope is not Scope.EXISTING
    return (not is_new, is_beside, is_possible, violation.said, violation.fingerprint)
