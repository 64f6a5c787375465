"""What is wrong in a run of a gate, one thing at a time."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.plugin_notes import is_beside_the_api
from netverify.diagnostics import Origin
from netverify.gate.outcome import GRAVEST, GateReport, GateVerdict, Result, Violation
from netverify.model.plugins import of_the_plugin, plugins_by
from netverify.query.outcome import Effect, Reason
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """One violation of an assertion, or that the assertion is not proved for another reason: then there is none.

    ``verdict`` is that of this finding: of an assertion that is refuted, some violations may be baselined. ``part`` is
    the verdict on another part of the assertion, which the finding is about then.
    """

    result: Result
    violation: Violation | None = None
    part: GateVerdict | None = None

    @property
    def verdict(self) -> GateVerdict:
        """``BASELINED`` where the violation was known, else the verdict on the assertion, or its part."""
        return GateVerdict.BASELINED if self.is_known else self.part or self.result.verdict

    @property
    def is_known(self) -> bool:
        """Whether it is a violation that a baseline knows."""
        return self.violation is not None and self.violation.is_baselined

    @property
    def is_left_aside(self) -> bool:
        """Whether it does not count: it is excepted, or was known before."""
        return self.verdict in {GateVerdict.EXCEPTED, GateVerdict.BASELINED}

    @property
    def text(self) -> str:
        """What is wrong, in a line."""
        if self.violation is not None:
            return violation_text(self.violation)
        return why_unproved(self.result) if self.part is None else in_part(self.part, self.result.unknown_because)

    @property
    def fingerprint(self) -> str:
        """What stays the same while the finding does."""
        if self.violation is not None:
            return self.violation.fingerprint
        return self.result.fingerprint if self.part is None else f"{self.result.fingerprint} {self.part}"

    @property
    def responsible(self) -> Origin | None:
        """Where the rule or policy is that lets the flow through, or refuses it; None where none in a file does."""
        return responsible_place(self.violation) if self.violation is not None else None

    @property
    def place(self) -> Origin:
        """Where to look first: at what is responsible, or else at the assertion."""
        return self.responsible or self.result.assertion.origin


def shortcomings(report: GateReport) -> Iterator[Shortcoming]:
    """Everything that is not proved, gravest first."""
    for result in gravest_first(report):
        if result.verdict is not GateVerdict.PROVED:
            yield from shortcomings_of(result)


def shortcomings_of(result: Result) -> tuple[Shortcoming, ...]:
    """One for each violation, and for each part that fails for another reason; those that are left aside come last.

    What fails has one at least that is not left aside, also where a baseline knows all violations that were found.
    """
    told = [Shortcoming(result, violation) for violation in result.violations]
    counting = [one for one in told if not one.is_left_aside]
    aside = [one for one in told if one.is_left_aside]
    is_told = bool(counting) or (bool(told) and Shortcoming(result).is_left_aside)
    own = [] if is_told else [Shortcoming(result)]
    return (*counting, *own, *(Shortcoming(result, part=part) for part in result.also), *aside)


def gravest_first(report: GateReport) -> list[Result]:
    """The results by verdict, then severity, then in the order of the intent files."""
    return sorted(report.results, key=lambda result: (GRAVEST.index(result.verdict), result.assertion.severity.rank))


def new_first(violations: tuple[Violation, ...]) -> list[Violation]:
    """``violations`` with those of the baseline last."""
    return sorted(violations, key=lambda violation: violation.is_baselined)


def why_unproved(result: Result) -> str:
    """Why ``result`` is no proof, where no violation says so."""
    match result.verdict:
        case GateVerdict.VACUOUS:
            return "; ".join(("no flow matches it, so it proves nothing", *result.notes))
        case GateVerdict.UNKNOWN:
            return "; ".join(("neither proved nor refuted", *result.unknown_because))
        case GateVerdict.EXCEPTED:
            return f"holds except for what these exceptions accept: {', '.join(result.excepted_by)}"
        case GateVerdict.REFUTED | GateVerdict.BASELINED:
            first = "it does not hold" if result.is_complete else "it does not hold, and there may be further reasons"
            return "; ".join((first, *result.notes))
        case GateVerdict.PROVED:
            return "it holds"


def in_part(part: GateVerdict, unknown_because: tuple[str, ...] = ()) -> str:
    """That ``part`` is the verdict on some part of a result, beside another one on the whole."""
    if part is GateVerdict.UNKNOWN:
        return "; ".join(("a part of it is neither proved nor refuted", *unknown_because))
    return "a part of it matches no flow, so that part proves nothing"


def responsible_reason(violation: Violation) -> Reason | None:
    """The last reason that decides the witness of ``violation`` and has a place: a policy's, if there is one."""
    reasons = violation.because
    if violation.route is not None:
        reasons = tuple(reason for leg in violation.route.legs for reason in leg.because) or reasons
    wanted = Effect.DENY if violation.refused else Effect.ALLOW
    deciding = [reason for reason in reasons if reason.effect is wanted and reason.place is not None]
    by_policy = [reason for reason in deciding if reason.policy is not None]
    return next(reversed(by_policy or deciding), None)


def responsible_place(violation: Violation) -> Origin | None:
    """Where the rule or policy is that decides, or else the last station on the way that is in a file."""
    reason = responsible_reason(violation)
    if reason is not None:
        return reason.place
    stations = violation.route.path if violation.route is not None else ()
    places = [hop.origin for hop in stations if hop.origin is not None]
    return places[-1] if places else None


def violation_text(violation: Violation) -> str:
    """What ``violation`` is in a line, with the plugins that it needs, if these do not keep to the API."""
    if not is_beside_the_api(*violation.witnesses):
        return violation.said
    doing, _, _ = plugins_by(of_the_plugin(need for one in violation.witnesses for need in one.needs))
    return f"{violation.said}; only with {', '.join(doing) or 'a plugin that departs from the NetworkPolicy API'}"
