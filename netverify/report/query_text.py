"""The answer to a question as text for people."""

from __future__ import annotations

from dataclasses import replace

from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, AddressRange
from netverify.model.flow import Endpoint, Pod
from netverify.query.outcome import Answer, Effect, Listed, Listing, Scope, Verdict
from netverify.query.wording import setting_words
from netverify.records import dataclass
from netverify.report.address_text import address_words
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


def _only_possible(outcome: Answer | Listing) -> str:
    """For the headline: which end of what was found is always a pod that is not in the manifests; empty if none."""
    if isinstance(outcome, Listing):
        return (
            ", but only with pods that are not in these manifests" if outcome.possible and not outcome.existing else ""
        )
    if outcome.scope is not Scope.POSSIBLE or outcome.witness is None:
        return ""
    flow = outcome.witness.flow
    at_destination = _is_possible(flow.destination) and not _is_possible(flow.source)
    return f", but only {'at' if at_destination else 'by'} a pod that is not in these manifests"


def _depends(outcome: Answer | Listing) -> str:
    """For the headline: that what was found depends on the plugin; empty where it does not."""
    if isinstance(outcome, Listing):
        witnesses = [one.witness for one in outcome.existing]
        sure = any(_DEPENDS not in text for text in outcome.possible) or not all(one.needs for one in witnesses)
        return "" if sure else dependence_text(need for one in witnesses[:1] for need in one.needs)
    legs = [leg.witness for leg in outcome.route.legs] if outcome.route is not None else [outcome.witness]
    return dependence_text(need for one in legs if one is not None for need in one.needs)


def _headline(outcome: Answer | Listing, inventory: Inventory) -> Headline:
    templates, unrendered = len(inventory.coverage.templates), len(inventory.coverage.unrendered)
    beside = f"; {templates} template{'s' if templates > 1 else ''} left out" if templates else ""
    beside += f"; {unrendered} not rendered" if unrendered else ""
    rest = {
        Verdict.REACHABLE: _only_possible(outcome) + _depends(outcome),
        Verdict.UNREACHABLE: f" (proved for every pod in these manifests and every pod that could be created{beside})",
        Verdict.UNKNOWN: f": neither proved nor refuted{beside}{and_limits(outcome.unknown_because)}",
        Verdict.VACUOUS: ": no flow matches the question",
    }[outcome.verdict]
    return Headline(outcome.verdict.upper(), rest, _INK[outcome.verdict])


def document_of(outcome: Answer | Listing, inventory: Inventory) -> tuple[Block, ...]:
    """What the answer to a question comes to, as a document; the account of the inputs comes last."""
    entries = _listing_entries(outcome) if isinstance(outcome, Listing) else _answer_entries(outcome, inventory)
    facts = Facts((*column("read as", outcome.read_as), *entries))
    return (_headline(outcome, inventory), facts, Account(coverage_text(inventory)))


def _answer_entries(answer: Answer, inventory: Inventory) -> list[Entry]:
    """Both ends, the trace, what the flow needs, and what was assumed."""
    entries = trace_entries(answer.witness, answer.because, answer.route, inventory)
    entries += route_entries(answer.routes, answer.route)
    entries += remark_entries(answer)
    return entries


@dataclass(frozen=True, slots=True)
class _Row:
    """One endpoint of a listing, or addresses that are alike: how it gets through, ``by`` which rules."""

    name: str
    port: str
    by: str
    needs: str
    place: str

    @property
    def rules(self) -> tuple[str, str, str]:
        """What it has in common with others."""
        return self.by, self.needs, self.place


def _rows(found: tuple[Listed, ...]) -> list[_Row]:
    """``found``, of which the addresses with the same rules and port are one row."""
    rows: list[_Row] = []
    outside: dict[_Row, list[AddressRange]] = {}
    for one in found:
        deciding = [reason for reason in one.because if reason.effect is Effect.ALLOW and reason.policy is not None]
        by = " and ".join(decision_text(reason).removeprefix("allowed by ") for reason in deciding)
        port = port_text(one.witness.flow, matters=one.witness.port_matters)
        needs = ",".join(setting_words(b, value=v) for b, v in one.witness.needs)
        place = place_text(deciding[-1].place) if deciding else ""
        row = _Row("" if one.addresses else one.text, port, by, f" [{needs}]" if needs else "", place)
        if one.addresses is None:
            rows.append(row)
        else:
            outside.setdefault(row, []).append(one.addresses)
    for row, ranges in outside.items():
        words = (text.replace("every address", "anywhere") for text in address_words(ranges, _ANYWHERE))
        rows += [replace(row, name=text) for text in words]
    return rows


def _listed_entries(found: tuple[Listed, ...]) -> list[Entry]:
    """Each endpoint with the rules that let it through; rules that let several through stand above these, once."""
    together: dict[tuple[str, str, str], list[_Row]] = {}
    for row in _rows(found):
        together.setdefault(row.rules, []).append(row)
    alone = [row for rows in together.values() for row in rows if not (row.by and rows[1:])]
    width = max((wide for row in alone if (wide := columns(visible(row.name))) <= _WIDEST), default=0)
    entries: list[Entry] = []
    for rows in together.values():
        first = rows[0]
        if first.by and rows[1:]:
            beside = max(columns(visible(row.name)) for row in rows)
            entries.append(Entry("", f"by {first.by}{first.needs}", first.place))
            entries += [Entry("", f"{padded(visible(row.name), beside)}  {row.port}", detail=True) for row in rows]
            continue
        for row in rows:
            by = f", {row.by}" if row.by else ""
            entries.append(Entry("", f"{padded(visible(row.name), width)}  {row.port}{by}{row.needs}", row.place))
    return [replace(entry, term="existing") if not number else entry for number, entry in enumerate(entries)]


def _listing_entries(listing: Listing) -> list[Entry]:
    """Existing endpoints with one flow each, possible pods in words, and what was assumed."""
    entries = _listed_entries(listing.existing)
    entries += column("possible", listing.possible)
    entries += remark_entries(listing)
    return entries
