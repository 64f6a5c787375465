"""Statements about all flows beside those of a baseline, judged by a comparison of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netverify.answers.context import Context, make_context
from netverify.answers.route_verdicts import scope_of
from netverify.answers.verdict import judgement, of_any
from netverify.diff.compare import compare
from netverify.diff.outcome import Certainty, Change, Comparison, RoutingChanges
from netverify.gate.intent.spec import ComparedTo, Comparing
from netverify.gate.judged import Judged, texts
from netverify.gate.outcome import Violation, fingerprint
from netverify.gate.wording import first_condition
from netverify.query.derivation import all_of
from netverify.query.outcome import Route, Verdict
from netverify.routes.way_in import WayIn
from netverify.sources.coverage import Inventory

_AGAINST = {
    Certainty.NO: Verdict.UNREACHABLE,
    Certainty.YES: Verdict.REACHABLE,
    Certainty.UNKNOWN: Verdict.UNKNOWN,
}


def judge_comparison(statement: ComparedTo, assertion: str, context: Context, baseline: Inventory) -> Judged:
    """Whether the flows of ``context`` compare to those of ``baseline`` as ``statement`` wants."""
    found = compare(make_context(baseline, context.settings), context)
    wanted = [(found.new_access, found.appears, found.more_appears, True)]
    if statement.wanted is Comparing.EQUIVALENT:
        wanted.append((found.lost_access, found.disappears, found.more_disappears, False))
    violations = [
        _violation(change, assertion, is_new=is_new) for _, changes, _, is_new in wanted for change in changes
    ]
    violations += _of_routing(found.routing, assertion, new_alone=statement.wanted is not Comparing.EQUIVALENT)
    return Judged(
        judgement(of_any({_AGAINST[certainty] for certainty, *_ in wanted})),
        tuple(sorted(violations, key=lambda one: (one.text, one.fingerprint))),
        is_complete=not any(is_more for _, _, is_more, _ in wanted),
        remarks=replace(found.remarks, notes=_notes(found)),
        questions=len(wanted),
        smt2=found.smt2,
        derivation=all_of("", [found.no_new, *([found.no_lost] if wanted[1:] else [])]),
    )


def _notes(found: Comparison) -> tuple[str, ...]:
    """Workloads that are on one side only, which no flow can tell."""
    added, removed = found.workloads.added, found.workloads.removed
    new = [f"not in the baseline: {', '.join(added)}"] if added else []
    gone = [f"only in the baseline: {', '.join(removed)}"] if removed else []
    return (*found.notes, *new, *gone)


def _of_routing(routing: RoutingChanges, assertion: str, *, new_alone: bool) -> Iterator[Violation]:
    """Ways in that lead to more or to less, and Services that lead elsewhere."""
    for is_new in (True,) if new_alone else (True, False):
        for change in routing.ways:
            for route in change.gained if is_new else change.lost:
                yield _by_way(change.way, route, assertion, is_new=is_new)
        for service in routing.services:
            verb = "leads pods to" if is_new else "no longer leads pods to"
            ends = service.gained if is_new else service.lost
            texts = [f"Service {service.service} {verb} {text}" for text in ends]
            texts += [] if texts else [f"Service {service.service}: {text}" for text in service.what]
            for text in texts:
                mark = fingerprint(assertion, text)
                yield Violation(text, f"Service {service.service}", "its endpoints", mark, refused=not is_new)


def _by_way(way: WayIn, route: Route, assertion: str, *, is_new: bool) -> Violation:
    verb = "can reach" if is_new else "can no longer reach"
    stations = " -> ".join(hop.text for hop in route.path)
    knocks = f"{way.protocol} {way.port}" if way.port is not None else str(way.protocol)
    text = f"{route.source} {verb} {route.text} by way of {stations} on {knocks}"
    return Violation(
        text + first_condition(route),
        route.source,
        route.text,
        fingerprint(assertion, text, *route.provided),
        refused=not is_new,
        scope=scope_of(route),
        witness=route.legs[-1].witness,
        because=tuple(dict.fromkeys(reason for leg in route.legs for reason in leg.because)),
        route=route,
        shown_by=texts(route.legs),
    )


def _violation(change: Change, assertion: str, *, is_new: bool) -> Violation:
    verb = "can reach" if is_new else "can no longer reach"
    text = f"{change.source} {verb} {change.destination} on {change.traffic}"
    detail = "; ".join(f"{cause.direction} {cause.kind} {cause.detail}" for cause in change.causes)
    return Violation(
        text,
        change.source,
        change.destination,
        fingerprint(assertion, text, detail),
        refused=not is_new,
        witness=change.witness,
        because=change.allowed if is_new else change.refused,
        shown_by=change.shown_by,
    )
