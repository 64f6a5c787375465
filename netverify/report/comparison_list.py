"""A comparison as a list of findings: new access and lost access, each change with its causes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from netverify.diagnostics import Origin
from netverify.diff.outcome import Certainty, Change, Comparison, Inputs
from netverify.gate.intent.spec import Severity
from netverify.gate.outcome import fingerprint
from netverify.records import dataclass
from netverify.report.comparison_text import MEANING, cause_text, change_text, conditions_of, example_text
from netverify.report.finding_list import Case, Finding, FindingList, Outcome, Rule, Step, undecided, undecided_case
from netverify.report.gate_steps import connection_steps
from netverify.report.remarks_json import Json
from netverify.report.routing_rows import RoutingRow, service_row, way_row
from netverify.sources.coverage import Inventory

NEW, LOST = "new-access", "lost-access"
_TITLES = {
    NEW: "a connection that was not allowed is allowed now",
    LOST: "a connection that was allowed is not any more",
}
_ADVICE = "Change the policy that the result points at, or accept the change."


def list_of_comparison(found: Comparison, inputs: Inputs, fail_on: str) -> FindingList:
    """``found`` as a list. ``fail_on``: ``new-access``, ``lost-access`` or ``any`` fails a run; ``never`` does not."""
    sides = (
        _Side(NEW, found.new_access, found.appears, inputs.new, is_complete=not found.more_appears),
        _Side(LOST, found.lost_access, found.disappears, inputs.old, is_complete=not found.more_disappears),
    )
    rules = [_rule(side.kind, fails=_fails(side.kind, fail_on)) for side in sides]
    findings = [_findings(side, rule, found) for side, rule in zip(sides, rules, strict=True)]
    doubts = [undecided("diff", reason) for reason in found.unknown_because]
    diagnostics = tuple(dict.fromkeys((*inputs.old.diagnostics, *inputs.new.diagnostics)))
    return FindingList(
        "diff",
        f"{found.verdict}: {MEANING[found.verdict]}",
        tuple(dict.fromkeys((*(one.rule for one in doubts), *rules))),
        (*doubts, *(one for some in findings for one in some)),
        (
            *(_case(side, some, found, fail_on) for side, some in zip(sides, findings, strict=True)),
            *map(undecided_case, doubts),
        ),
        of_inputs=diagnostics,
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """New or lost access: whether there is any, and the connections that make it, all of them iff ``is_complete``."""

    kind: str
    certainty: Certainty
    changes: tuple[Change, ...]
    inventory: Inventory
    is_complete: bool


def _findings(side: _Side, rule: Rule, found: Comparison) -> list[Finding]:
    routing = found.routing
    listed = [_change(one, rule, side.inventory) for one in side.changes]
    ways = [(one, way_row(one)) for one in routing.ways if (one.gained if side.kind == NEW else one.lost)]
    listed += [_routed(rule, row, one.way.origin, one.way.object) for one, row in ways]
    services = [(one, service_row(one)) for one in routing.services if (one.gained if side.kind == NEW else one.lost)]
    listed += [_routed(rule, row, one.service.origin, str(one.service)) for one, row in services]
    if side.certainty is Certainty.YES and (not listed or not side.is_complete):
        text = "there are others, which are not listed" if listed else _TITLES[side.kind]
        listed.append(_finding(rule, _TITLES[side.kind], text, (), ("further",)))
    return listed


def _case(side: _Side, findings: list[Finding], found: Comparison, fail_on: str) -> Case:
    """That there is no access of the kind of ``side``; skipped where there is some, and that fails no run."""
    name = f"no {side.kind.replace('-', ' ')}"
    match side.certainty:
        case Certainty.NO:
            return Case("diff", name, Outcome.PASSED, "proved")
        case Certainty.UNKNOWN:
            reasons = [*found.unknown_because] or ["neither proved nor refuted"]
            return Case("diff", name, Outcome.ERROR, "unknown", reasons[0], partial(list, reasons))
        case Certainty.YES:
            lines = [f"{one.name}: {one.text}" for one in findings]
            more = f" (and {len(lines) - 1} more)" if lines[1:] else ""
            outcome = Outcome.FAILURE if _fails(side.kind, fail_on) else Outcome.SKIPPED
            return Case("diff", name, outcome, side.kind, f"{findings[0].name}{more}", partial(list, lines))


def _fails(kind: str, fail_on: str) -> bool:
    return fail_on in (kind, "any")


def _rule(kind: str, *, fails: bool) -> Rule:
    severity = Severity.HIGH if fails else Severity.MEDIUM if kind == NEW else Severity.LOW
    return Rule(kind, severity, _TITLES[kind], _TITLES[kind], _ADVICE, tags=("security", "kubernetes"))


def _change(change: Change, rule: Rule, inventory: Inventory) -> Finding:
    parts = [
        *map(cause_text, change.causes),
        f"such as {example_text(change, inventory)}",
        *conditions_of(change),
        *(f"in doubt: {doubt}" for doubt in change.doubts),
    ]
    places = tuple(cause.place for cause in change.causes if cause.place is not None)
    marks = (change.source, change.destination, change.traffic)
    found = _finding(rule, change_text(change), "; ".join(parts), places, marks)
    return replace(found, trace=partial(_trace, change, inventory))


def _trace(change: Change, inventory: Inventory) -> tuple[Step, ...]:
    return tuple(connection_steps(change.witness, change.allowed, inventory))


def _routed(rule: Rule, row: RoutingRow, origin: Origin | None, what: str) -> Finding:
    places = (origin,) if origin is not None else ()
    return _finding(rule, row.text, "; ".join(row.details) or row.text, places, (what, row.text))


def _finding(rule: Rule, name: str, text: str, places: tuple[Origin, ...], marks: tuple[str, ...]) -> Finding:
    mark = fingerprint(rule.id, *marks)
    properties: dict[str, Json] = {"verdict": rule.id}
    return Finding(rule, rule.severity, rule.id, name, name, text, places, mark, properties=properties)
