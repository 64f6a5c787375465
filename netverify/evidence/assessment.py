"""What a run of the gate shows of controls: each is rolled up from the assertions that name it.

A control is shown only where every statement that it needs is proved, of zones that hold something, on inputs that were
all read. Everything else is *not shown* or *not assessed*, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import combinations

from netverify.diagnostics import Diagnostic, Severity
from netverify.documents.refusal import shown
from netverify.evidence.framework import BETWEEN, Control, Framework, Worth, says, zones_in
from netverify.evidence.reading import ANYWHERE, FrameworkError
from netverify.gate.intent.spec import (
    Assertion,
    Deny,
    ExceptionText,
    FlowText,
    Only,
    Separate,
    Spec,
    World,
    Written,
    ZoneText,
)
from netverify.gate.judged import ALL_EXEMPT
from netverify.gate.outcome import GateReport, GateVerdict, Result, ZoneMembers, by_control
from netverify.model.cluster import WorkloadKey, is_node
from netverify.model.labels import EVERYTHING
from netverify.query.outcome import Scope
from netverify.query.suggestions import did_you_mean, nearest
from netverify.records import dataclass


class State(StrEnum):
    """What a run shows of one control.

    ``SHOWN``: all that proofs can answer is proved. ``SUPPORTED``: likewise, of a control that needs more than proofs.
    ``VIOLATED``: a flow is against an assertion that names it. ``NOT_SHOWN``: something is missing or undecided.
    ``NOT_ASSESSED``: no assertion names it, or proofs have nothing to say about it.
    """

    VIOLATED = "violated"
    NOT_SHOWN = "not shown"
    SHOWN = "shown"
    SHOWN_WITH_EXCEPTIONS = "shown, with exceptions"
    SUPPORTED = "supported"
    SUPPORTED_WITH_EXCEPTIONS = "supported, with exceptions"
    NOT_ASSESSED = "not assessed"


_HOLDING: Mapping[tuple[Worth, bool], State] = {
    (Worth.PROVES, False): State.SHOWN,
    (Worth.PROVES, True): State.SHOWN_WITH_EXCEPTIONS,
    (Worth.SUPPORTS, False): State.SUPPORTED,
    (Worth.SUPPORTS, True): State.SUPPORTED_WITH_EXCEPTIONS,
}
_AGAINST = (GateVerdict.REFUTED, GateVerdict.BASELINED)
_PASSED = (GateVerdict.PROVED, GateVerdict.EXCEPTED)


@dataclass(frozen=True, slots=True)
class Assessed:
    """One control with what the run shows of it. ``results`` are those of the assertions that name it.

    ``because`` says why it is not shown, or not assessed; empty where it is.
    """

    control: Control
    state: State
    results: tuple[Result, ...] = ()
    because: tuple[str, ...] = ()

    @property
    def world(self) -> World | None:
        """Which pods the verdict is about: the narrower world of its assertions, and None without any."""
        worlds = {one.world for one in self.results}
        return None if not worlds else World.EXISTING if World.EXISTING in worlds else World.POSSIBLE


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one run shows of ``frameworks``: for each its controls, in its order. ``outside`` are pods in no zone."""

    frameworks: tuple[tuple[Framework, tuple[Assessed, ...]], ...]
    report: GateReport
    outside: tuple[WorkloadKey, ...] = ()


def references(spec: Spec, frameworks: Sequence[Framework]) -> frozenset[str]:
    """The ids of the assertions that name a control of ``frameworks``.

    Raises :class:`~netverify.evidence.reading.FrameworkError` (``NV802``) where one names a control that there is not.
    """
    known = {control.reference for one in frameworks for control in one.controls}
    ids = {one.id for one in frameworks}
    every = [(one, text) for one in spec.assertions for text in one.controls]
    # Small or capital letters make no other framework: what is nearly a reference is refused, not left out.
    named = [(one, text) for one, text in every if text.partition(BETWEEN)[0].strip().lower() in ids]
    wrong = [_unknown(one, text, known) for one, text in named if text not in known]
    if wrong:
        raise FrameworkError(tuple(sorted(wrong, key=Diagnostic.sort_key)))
    return frozenset(one.id for one, _ in named)


def _unknown(assertion: Assertion, text: str, known: set[str]) -> Diagnostic:
    message = f"assertion {shown(assertion.id)} names the control {shown(text)}, which the framework does not have"
    advice = did_you_mean(nearest(text, known)) or f"`netverify frameworks {text.partition(BETWEEN)[0]}` lists them"
    return Diagnostic("NV802", Severity.ERROR, message, assertion.origin, advice)


def assess(
    frameworks: Sequence[Framework], report: GateReport, workloads: Sequence[WorkloadKey], *, is_whole: bool
) -> Assessment:
    """What ``report`` shows of ``frameworks``. ``is_whole``: every input of the run was read."""
    results = by_control(report.results)
    zones = {one.zone.name: one for one in report.zones}
    wide = frozenset(one.exception.id for one in report.exceptions if _is_wide(one.exception, zones))
    run = _Run(zones, wide, is_whole)
    parts = tuple(
        (one, tuple(_assessed(control, results.get(control.reference, ()), run) for control in one.controls))
        for one in frameworks
    )
    inside = {key for one in report.zones for key in one.pods}
    outside = tuple(sorted(key for key in workloads if key not in inside and not is_node(key)))
    return Assessment(parts, report, outside)


@dataclass(frozen=True, slots=True)
class _Run:
    """What matters of a run for each control: its zones by name, exceptions that accept too much, all that was read."""

    zones: Mapping[str, ZoneMembers]
    wide: frozenset[str]
    is_whole: bool


def _assessed(control: Control, results: tuple[Result, ...], run: _Run) -> Assessed:
    if control.worth is Worth.NONE:
        return Assessed(control, State.NOT_ASSESSED, results, (control.because,))
    if not results:
        return Assessed(control, State.NOT_ASSESSED, because=("no assertion names it",))
    against = tuple(_violated(one) for one in results if one.verdict in _AGAINST)
    lacking = tuple(dict.fromkeys(_lacking(control, results, run)))
    unread = () if run.is_whole else ("an input could not be read",)
    if against:
        return Assessed(control, State.VIOLATED, results, (*against, *lacking, *unread))
    if lacking or unread:
        return Assessed(control, State.NOT_SHOWN, results, (*lacking, *unread))
    excepted = any(one.verdict is GateVerdict.EXCEPTED for one in results)
    return Assessed(control, _HOLDING[control.worth, excepted], results)


def _violated(result: Result) -> str:
    """That ``result`` is against a control; and whether each counterexample needs a pod that nobody has created yet."""
    is_possible = {one.scope for one in result.violations} == {Scope.POSSIBLE}
    how = ": each counterexample has a pod that is not in these manifests" if is_possible else ""
    return f"{result.assertion.id} is {result.verdict}{how}"


def _lacking(control: Control, results: Sequence[Result], run: _Run) -> Iterator[str]:
    """What keeps ``control`` from being shown, besides violations."""
    for one in results:
        if one.verdict not in (*_PASSED, *_AGAINST):
            yield f"{one.assertion.id} is {one.verdict}"
        yield from (f"a part of {one.assertion.id} is {part}" for part in one.also)
        yield from _about_nobody(one.assertion, run.zones)
        yield from _approving(one.assertion, control, run.zones)
        if ALL_EXEMPT in one.notes:
            yield f"{one.assertion.id} proves nothing: {ALL_EXEMPT}"
        for name in (name for name in one.excepted_by if name in run.wide):
            yield f"exception {shown(name)} does not say which ports it accepts, or between whom"
    for template in control.templates:
        mine = [one.assertion for one in results if says(one.assertion.statement, template.statement)]
        if not mine:
            yield f"no assertion that names it says: {template.title or template.id}"
        for name in (end.text for end in zones_in(template.statement) if mine):
            if name not in run.zones and name not in ANYWHERE:
                yield f"the intent has no zone {shown(name)}"


def _about_nobody(assertion: Assertion, zones: Mapping[str, ZoneMembers]) -> Iterator[str]:
    """The zones of ``assertion`` that nobody is in, and those that are to be apart and share pods.

    Of what it approves, nobody need be there.
    """
    statement = assertion.statement
    ends = statement.zone if isinstance(statement, Only) else zones_in(statement)
    named = [zones[name] for name in dict.fromkeys(end.text for end in ends) if name in zones]
    for one in named:
        if one.is_empty:
            yield f"zone {shown(one.zone.name)} matches no pod and no address of these manifests"
    if isinstance(statement, Separate | Deny):
        for first, second in combinations(named, 2):
            if shared := {*first.pods} & {*second.pods}:
                yield f"zones {shown(first.zone.name)} and {shown(second.zone.name)} share {min(shared)}"


def _approving(assertion: Assertion, control: Control, zones: Mapping[str, ZoneMembers]) -> Iterator[str]:
    """What is wrong with the flows that ``assertion`` approves."""
    flows = assertion.statement.flows if isinstance(assertion.statement, Only) else ()
    for one in flows:
        ends = (*one.sources, *one.destinations)
        if not one.ports and (not ends or _are_open(ends, zones)):
            who = ", ".join(end.text for end in ends) or "anyone"
            yield f"a flow that {assertion.id} approves is {who} on every port"
    unjustified = sum(not one.justification.strip() for one in flows)
    if control.wants_reasons and unjustified:
        yield f"approved flows of {assertion.id} without a justification: {unjustified}"


def _is_wide(exception: ExceptionText, zones: Mapping[str, ZoneMembers]) -> bool:
    """Whether ``exception`` accepts flows on every port, with anyone or everything of a kind at an end.

    One without flows is an annotation, which accepts all that a policy allows, or all that goes into a namespace.
    """
    if not exception.flows:
        return True
    ends = ((flow.sources, flow.destinations) for flow in exception.flows if not flow.ports)
    return any(not end or _are_open(end, zones) for both in ends for end in both)


_OPEN = frozenset(("any pod", "internet", "0.0.0.0/0", "::/0"))
"""Ends that are all there is of a kind."""


def _are_open(ends: Sequence[Written], zones: Mapping[str, ZoneMembers]) -> bool:
    """Whether one of ``ends`` is all pods or all addresses, by itself or by the zone that it names."""
    named = [zones[one.text].zone for one in ends if one.text in zones]
    others = [one.text.lower() for one in ends if one.text not in zones]
    return any(one in _OPEN for one in others) or any(
        _are_open((*zone.ends, *zone.cidrs), zones) or _is_everything(zone) for zone in named
    )


def _is_everything(zone: ZoneText) -> bool:
    """Whether ``zone`` is made by selectors of which none narrows it."""
    namespaces, pods = zone.namespaces, zone.pods
    if namespaces is None and pods is None:
        return False
    every = namespaces is None or (not namespaces.names and namespaces.selector in (None, EVERYTHING))
    return every and pods in (None, EVERYTHING)


def approved_flows(assessment: Assessment) -> Iterator[tuple[Result, FlowText]]:
    """Each flow that an assertion of the run approves."""
    for one in assessment.report.results:
        if isinstance(one.assertion.statement, Only):
            yield from ((one, flow) for flow in one.assertion.statement.flows)
