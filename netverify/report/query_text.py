"""The answer to a question as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from netverify.late import late
from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, AddressRange
from netverify.model.flow import Direction, Endpoint, Pod
from netverify.query.outcome import Answer, Effect, Listed, Listing, Reason, Scope, Verdict
from netverify.query.wording import setting_words
from netverify.records import dataclass
from netverify.report.behaviour_text import dependence_text
from netverify.report.coverage_text import coverage_text
from netverify.report.document import Account, Block, Facts, Headline
from netverify.report.endpoint_text import port_text
from netverify.report.entries import Entry, column, remark_entries
from netverify.report.incomplete import and_limits
from netverify.report.route_text import route_entries
from netverify.report.terminal import Ink
from netverify.report.trace_text import decision_text, place_text, trace_entries
from netverify.sources.coverage import Inventory
from netverify.visible import columns, padded, visible

if TYPE_CHECKING:
    from netverify.report import address_text
else:
    (address_text,) = late("netverify.report", "address_text")

_DEPENDS = "[depends on"
"""Is in the description of pods of which it depends on the plugin whether they get through."""
_WIDEST = 48
"""Names that take more columns do not move what is beside others."""
_ANYWHERE = (EVERY_IPV4, EVERY_IPV6)
_INK = {
    Verdict.REACHABLE: Ink.YELLOW,
    Verdict.UNREACHABLE: Ink.GREEN,
    Verdict.UNKNOWN: Ink.RED,
    Verdict.VACUOUS: Ink.RED,
}


def _is_possible(endpoint: Endpoint) -> bool:
    return isinstance(endpoint, Pod) and endpoint.workload is None


def _who_alone(outcome: Answer | Listing) -> str:
    """For the headline: which end of what was found is always a pod that is not in the manifests; empty if none."""
    if isinstance(outcome, Listing):
        return "only with pods that are not in these manifests" if outcome.possible and not outcome.existing else ""
    if outcome.scope is not Scope.POSSIBLE or outcome.witness is None:
        return ""
    flow = outcome.witness.flow
    at_destination = _is_possible(flow.destination) and not _is_possible(flow.source)
    return f"only {'at' if at_destination else 'by'} a pod that is not in these manifests"


def _conditions(outcome: Answer | Listing) -> str:
    """For the headline: that every way that was found is open only if something holds outside the manifests.

    It is named where it is the same one for each way; empty where some way needs nothing.
    """
    if isinstance(outcome, Listing):
        ways = [] if outcome.possible else [set(one.provided) for one in outcome.existing]
    elif outcome.route is None or not outcome.route.provided:
        return ""
    else:
        ways = [set(one.provided) for one in outcome.routes if one.verdict is Verdict.REACHABLE]
    if not ways or not all(ways):
        return ""
    every = set().union(*ways)
    return f"only {every.pop()}" if len(every) == 1 else "only under conditions"


def _dependence(outcome: Answer | Listing, cni: str | None) -> str:
    """For the headline: that what was found depends on the plugin, or a behaviour of ``cni``; empty where not."""
    if isinstance(outcome, Listing):
        witnesses = [one.witness for one in outcome.existing]
        sure = any(_DEPENDS not in text for text in outcome.possible) or not all(one.needs for one in witnesses)
        return "" if sure else dependence_text((need for one in witnesses[:1] for need in one.needs), cni)
    return dependence_text((need for one in outcome.witnesses for need in one.needs), cni)


def _limits(outcome: Answer | Listing, cni: str | None) -> str:
    """For the headline: what must hold for what was found, all of it."""
    said = [text for text in (_who_alone(outcome), _conditions(outcome), _dependence(outcome, cni)) if text]
    return f", but {', and '.join(said)}" if said else ""


def _headline(outcome: Answer | Listing, inventory: Inventory, cni: str | None) -> Headline:
    templates, unrendered = len(inventory.coverage.templates), len(inventory.coverage.unrendered)
    beside = f"; {templates} template{'s' if templates > 1 else ''} left out" if templates else ""
    beside += f"; {unrendered} not rendered" if unrendered else ""
    rest = {
        Verdict.REACHABLE: _limits(outcome, cni),
        Verdict.UNREACHABLE: f" (proved for every pod in these manifests and every pod that could be created{beside})",
        Verdict.UNKNOWN: f": neither proved nor refuted{beside}{and_limits(outcome.unknown_because)}",
        Verdict.VACUOUS: ": no flow matches the question",
    }[outcome.verdict]
    return Headline(outcome.verdict.upper(), rest, _INK[outcome.verdict])


def document_of(outcome: Answer | Listing, inventory: Inventory, cni: str | None = None) -> tuple[Block, ...]:
    """What the answer to a question comes to, as a document; the account of the inputs comes last.

    ``cni`` is the plugin that the user names.
    """
    entries = _listing_entries(outcome) if isinstance(outcome, Listing) else _answer_entries(outcome, inventory)
    facts = Facts((*column("read as", outcome.read_as), *entries))
    return (_headline(outcome, inventory, cni), facts, Account(coverage_text(inventory)))


def _answer_entries(answer: Answer, inventory: Inventory) -> list[Entry]:
    """Both ends, the trace, what the flow needs, and what was assumed."""
    entries = trace_entries(answer.witness, answer.because, answer.route, inventory)
    entries += route_entries(answer.routes, answer.route)
    entries += remark_entries(answer)
    return entries


@dataclass(frozen=True, slots=True)
class _Row:
    """One endpoint of a listing, or addresses that are alike, and how it gets through.

    ``by`` is the rule at the end that all rows have in common, at ``place``; ``also`` is the other one. ``whole`` are
    both, in the order of the way, and ``last`` is the place of the last.
    """

    name: str
    port: str
    by: str
    place: str
    also: str
    whole: str
    last: str
    needs: str


def _rows(found: tuple[Listed, ...]) -> list[_Row]:
    """``found``, of which the addresses with the same rules and port are one row."""
    rows: list[_Row] = []
    outside: dict[_Row, list[AddressRange]] = {}
    common = _common_end(found)
    for one in found:
        row = _row(one, common)
        if one.addresses is None:
            rows.append(row)
        else:
            outside.setdefault(row, []).append(one.addresses)
    for row, ranges in outside.items():
        words = (text.replace("every address", "anywhere") for text in address_text.address_words(ranges, _ANYWHERE))
        rows += [replace(row, name=text) for text in words]
    return rows


def _row(one: Listed, common: Direction) -> _Row:
    deciding = _deciding(one)
    first = next((reason for reason in deciding if reason.direction is common), deciding[0] if deciding else None)
    needs = ",".join(setting_words(b, value=v) for b, v in one.witness.needs)
    return _Row(
        "" if one.addresses else one.text,
        port_text(one.witness.flow, matters=one.witness.port_matters),
        _rule_text(first) if first is not None else "",
        place_text(first.place) if first is not None else "",
        " and ".join(_rule_text(reason) for reason in deciding if reason is not first),
        " and ".join(map(_rule_text, deciding)),
        place_text(deciding[-1].place) if deciding else "",
        f" [{needs}]" if needs else "",
    )


def _deciding(one: Listed) -> list[Reason]:
    return [reason for reason in one.because if reason.effect is Effect.ALLOW and reason.policy is not None]


def _rule_text(reason: Reason) -> str:
    return decision_text(reason).removeprefix("allowed by ")


def _common_end(found: tuple[Listed, ...]) -> Direction:
    """The direction in which fewer rules decide about ``found``: that of the end that they have in common."""
    rules: dict[Direction, set[str]] = {direction: set() for direction in Direction}
    for one in found:
        for reason in _deciding(one):
            if isinstance(reason.direction, Direction):
                rules[reason.direction].add(_rule_text(reason))
    return min(Direction, key=lambda direction: (not rules[direction], len(rules[direction])))


def _listed_entries(found: tuple[Listed, ...]) -> list[Entry]:
    """Each endpoint with the rules that let it through; a rule that lets several through stands above these, once."""
    together: dict[tuple[str, str, str], list[_Row]] = {}
    for row in _rows(found):
        together.setdefault((row.by, row.place, row.needs), []).append(row)
    alone = [row for rows in together.values() for row in rows if not (row.by and rows[1:])]
    width = max((wide for row in alone if (wide := columns(visible(row.name))) <= _WIDEST), default=0)
    entries: list[Entry] = []
    for rows in together.values():
        if rows[0].by and rows[1:]:
            entries += _under_rule(rows)
            continue
        for row in rows:
            by = f", {row.whole}" if row.whole else ""
            entries.append(Entry("", f"{padded(visible(row.name), width)}  {row.port}{by}{row.needs}", row.last))
    return [replace(entry, term="existing") if not number else entry for number, entry in enumerate(entries)]


def _under_rule(rows: list[_Row]) -> Iterator[Entry]:
    """``rows`` that one rule lets through, below it."""
    first = rows[0]
    are_alike = len({row.also for row in rows}) == 1
    yield Entry("", f"by {first.whole if are_alike else first.by}{first.needs}", first.place)
    width = max(columns(visible(row.name)) for row in rows)
    for row in rows:
        also = f", and {row.also}" if row.also and not are_alike else ""
        yield Entry("", f"{padded(visible(row.name), width)}  {row.port}{also}", detail=True)


def _listing_entries(listing: Listing) -> list[Entry]:
    """Existing endpoints with one flow each, possible pods in words, and what was assumed."""
    entries = _listed_entries(listing.existing)
    entries += column("possible", listing.possible)
    entries += remark_entries(listing)
    return entries
