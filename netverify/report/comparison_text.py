"""A comparison of two sets of manifests as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netverify.diff.outcome import (
    Cause,
    CauseKind,
    Change,
    Comparison,
    Inputs,
    PairChange,
    Relation,
    RoutingChanges,
)
from netverify.model.behaviours import name_of
from netverify.model.flow import End
from netverify.pairs.outcome import Access
from netverify.query.outcome import Effect
from netverify.query.traffic_text import traffic_text
from netverify.records import dataclass
from netverify.report.behaviour_text import condition_text
from netverify.report.coverage_text import coverage_text
from netverify.report.document import Account, Block, Facts, Fold, Headline
from netverify.report.endpoint_text import endpoint_text, port_text
from netverify.report.entries import Entry, column, doubt_entries, premise_entries
from netverify.report.incomplete import and_limits, incomplete
from netverify.report.quantities import listed
from netverify.report.routing_rows import RoutingRow, service_row, way_row
from netverify.report.terminal import Ink
from netverify.report.trace_text import decision_text, place_text
from netverify.sources.coverage import Inventory

_INK = {
    Relation.EQUIVALENT: Ink.GREEN,
    Relation.MORE_PERMISSIVE: Ink.YELLOW,
    Relation.LESS_PERMISSIVE: Ink.YELLOW,
    Relation.INCOMPARABLE: Ink.YELLOW,
    Relation.UNKNOWN: Ink.RED,
}
MEANING = {
    Relation.EQUIVALENT: "the same connections are allowed, by the same ways in (proved for every possible pod)",
    Relation.MORE_PERMISSIVE: "connections appear, and none disappears (proved)",
    Relation.LESS_PERMISSIVE: "connections disappear, and none appears (proved)",
    Relation.INCOMPARABLE: "connections appear, and others disappear",
    Relation.UNKNOWN: "neither proved nor refuted",
}
_PROOFS_LISTED = 6
_ROWS = 30


def document_of_comparison(found: Comparison, inputs: Inputs) -> Iterator[Block]:
    """Headline, what appears and disappears, existing workloads, what was proved and assumed, and both accounts."""
    is_unknown = found.verdict is Relation.UNKNOWN
    limits = and_limits(found.unknown_because) if is_unknown else ""
    if not is_unknown:
        yield from incomplete(found.unknown_because, "there may be further changes")
    yield Headline(found.verdict.upper(), f": {MEANING[found.verdict]}{limits}", _INK[found.verdict])
    yield Facts(tuple(_changes(found, inputs)))
    yield Facts(tuple(doubt_entries(found)))
    basis = (*column("proved", proofs_told(found)), *premise_entries(found))
    if basis:
        yield Fold("Assumptions", (Facts(basis),))
    yield Account(tuple(f"{name}: {text}" for name, inventory in inputs.named for text in coverage_text(inventory)))


def _changes(found: Comparison, inputs: Inputs) -> list[Entry]:
    entries: list[Entry] = []
    for term, changes, more, inventory in (
        ("new", found.appears, found.more_appears, inputs.new),
        ("lost", found.disappears, found.more_disappears, inputs.old),
    ):
        for number, change in enumerate(changes):
            entries += _change_entries("" if number else term, change, inventory)
        if more:
            entries.append(Entry("", "and more"))
    entries += _routing_entries(found.routing)
    entries += _workload_entries(found)
    return entries


def change_text(change: Change) -> str:
    """``pods role=admin in namespace a -> pods app=pg in namespace b, TCP 5432``."""
    return f"{change.source} -> {change.destination}, {change.traffic}"


def cause_text(cause: Cause) -> str:
    """What is responsible, in words."""
    rule = "" if cause.rule is None else f", rule {cause.rule + 1}"
    match cause.kind:
        case CauseKind.RULE:
            return f"{cause.policy}{rule}"
        case CauseKind.RELABELLED:
            return f"{cause.policy}{rule}: a namespace has other labels"
        case CauseKind.OPEN:
            subject = "destination" if cause.direction == "ingress" else "source"
            return f"the {subject} is selected by {cause.policy} in the other version only"
        case CauseKind.OWN_NODE:
            return "policies do not apply between a pod and its own node"


def cause_place(cause: Cause) -> str:
    """``b.yaml:12``."""
    if cause.place is None:
        return ""
    return f"{cause.place.path}:{cause.place.line}" if cause.place.line else cause.place.path


def example_text(change: Change, inventory: Inventory) -> str:
    """The witness in one line."""
    witness = change.witness
    ends = [endpoint_text(witness, end, inventory.cluster) for end in End]
    if change.unnamed:
        names = " or ".join(f"`{name}`" for name in change.unnamed)
        ends[1] += f" that does not name the port {names}"
    return f"{' -> '.join(ends)} on {port_text(witness.flow, matters=witness.port_matters)}"


def proofs_told(found: Comparison) -> tuple[str, ...]:
    """What was proved; the first few of many."""
    rest = len(found.proofs) - _PROOFS_LISTED
    return found.proofs if rest <= 0 else (*found.proofs[:_PROOFS_LISTED], f"and {rest} more, with `-o json`")


@dataclass(frozen=True, slots=True)
class PairRow:
    """Connections of one source that changed alike: ``mark`` is ``+`` for more, ``-`` for less, ``~`` for both."""

    mark: str
    source: str
    destinations: tuple[str, ...]
    before: str
    after: str

    @property
    def to(self) -> str:
        """The destinations; the first few of many."""
        return listed(self.destinations, at_most=3)


def pair_rows(changes: Iterable[PairChange]) -> list[PairRow]:
    """Changed connections, those of one source that changed alike together."""
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for one in changes:
        key = (_mark(one), one.source, access_text(one.before), access_text(one.after))
        alike.setdefault(key, []).append(one.destination)
    return [PairRow(mark, source, tuple(to), before, after) for (mark, source, before, after), to in alike.items()]


def access_text(access: Access) -> str:
    """``TCP 80, perhaps UDP 53``; ``nothing``."""
    parts = [traffic_text(access.allowed)] if access.allowed else []
    if access.depends:
        parts.append(f"perhaps {traffic_text(access.depends)} ({', '.join(map(name_of, access.on))})")
    return ", ".join(parts) or "nothing"


def _mark(change: PairChange) -> str:
    if change.gained and change.lost:
        return "~"
    return "+" if change.gained else "-"


def conditions_of(change: Change) -> Iterator[str]:
    """What has to be so for the witness of ``change`` to be one, each in words."""
    for behaviour, value in change.witness.needs:
        yield f"only where {condition_text(behaviour, value=value)}"
    for premise in change.provided:
        yield f"only if {premise} in the other version, which has no such Namespace object"


def _change_entries(term: str, change: Change, inventory: Inventory) -> Iterator[Entry]:
    yield Entry(term, change_text(change))
    for cause in change.causes:
        yield Entry("", cause_text(cause), cause_place(cause), detail=True)
    yield Entry("", f"such as {example_text(change, inventory)}", detail=True)
    for reason in change.refused:
        if reason.effect is Effect.DENY:
            yield Entry("", f"in the other version: {decision_text(reason)}", place_text(reason.place), detail=True)
    yield from (Entry("", condition, detail=True) for condition in conditions_of(change))
    for doubt in change.doubts:
        yield Entry("", f"in doubt: {doubt}", detail=True)


def _workload_entries(found: Comparison) -> list[Entry]:
    workloads = found.workloads
    rows = pair_rows(workloads.connections)
    pairs = [f"{one.mark} {one.source} -> {one.to}: {one.after}, before {one.before}" for one in rows[:_ROWS]]
    if rest := sum(len(one.destinations) for one in rows[_ROWS:]) + workloads.further:
        pairs.append(f"and {rest} more")
    return [
        *column("existing", pairs),
        *column("added", (*workloads.added, *(f"Service {one}" for one in found.routing.added))),
        *column("removed", (*workloads.removed, *(f"Service {one}" for one in found.routing.removed))),
        *column("changed", [f"{name}: {what}" for name, what in workloads.changed]),
    ]


def _routing_entries(routing: RoutingChanges) -> Iterator[Entry]:
    yield from _routed("ways in", [*map(way_row, routing.ways)])
    yield from _routed("services", [*map(service_row, routing.services)])


def _routed(term: str, rows: list[RoutingRow]) -> Iterator[Entry]:
    for number, row in enumerate(rows[:_ROWS]):
        yield Entry("" if number else term, f"{row.mark} {row.text}", row.place)
        yield from (Entry("", detail, detail=True) for detail in row.details)
    if rest := len(rows[_ROWS:]):
        yield Entry("", f"and {rest} more")
