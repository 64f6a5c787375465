"""The answer to a question as text for people."""

from __future__ import annotations

from netverify.manifests.coverage import Inventory
from netverify.model.flow import Endpoint, Pod
from netverify.queries.outcome import Answer, Effect, Listed, Listing, Scope, Verdict
from netverify.queries.wording import setting_words
from netverify.report.endpoint_text import port_text
from netverify.report.entries import Entry, account, column, laid_out, remark_entries
from netverify.report.incomplete import and_limits
from netverify.report.route_text import route_entries
from netverify.report.terminal import Ink, Line, Span
from netverify.report.trace_text import decision_text, place_text, trace_entries
from netverify.visible import columns, padded, visible

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


def _headline(outcome: Answer | Listing, inventory: Inventory) -> Line:
    templates, unrendered = len(inventory.coverage.templates), len(inventory.coverage.unrendered)
    beside = f"; {templates} template{'s' if templates > 1 else ''} left out" if templates else ""
    beside += f"; {unrendered} not rendered" if unrendered else ""
    rest = {
        Verdict.REACHABLE: _only_possible(outcome),
        Verdict.UNREACHABLE: f" (proved for every pod in these manifests and every pod that could be created{beside})",
        Verdict.UNKNOWN: f": neither proved nor refuted{beside}{and_limits(outcome.unknown_because)}",
        Verdict.VACUOUS: ": no flow is what the question asks about, allowed or not",
    }[outcome.verdict]
    return (Span(outcome.verdict.upper(), _INK[outcome.verdict]), Span(rest))


def render_answer(answer: Answer, inventory: Inventory) -> list[Line]:
    """Headline, both ends, the trace, what the flow needs, what was assumed, and the account of the inputs last."""
    entries = trace_entries(answer.witness, answer.because, answer.route, inventory)
    entries += route_entries(answer.routes, answer.route)
    entries += remark_entries(answer)
    return [_headline(answer, inventory), *laid_out(entries), *account(inventory)]


def _listed_entries(found: tuple[Listed, ...]) -> list[Entry]:
    width = max((columns(visible(one.text)) for one in found), default=0)
    entries: list[Entry] = []
    for position, one in enumerate(found):
        deciding = [reason for reason in one.because if reason.effect is Effect.ALLOW and reason.policy is not None]
        through = " and ".join(decision_text(reason).removeprefix("allowed by ") for reason in deciding)
        port = port_text(one.witness.flow, matters=one.witness.port_matters)
        needs = ",".join(setting_words(b, value=v) for b, v in one.witness.needs)
        text = (
            f"{padded(visible(one.text), width)}  {port}"
            + (f", {through}" if through else "")
            + (f" [{needs}]" if needs else "")
        )
        place = place_text(deciding[-1].place) if deciding else ""
        entries.append(Entry("" if position else "existing", text, place))
    return entries


def render_listing(listing: Listing, inventory: Inventory) -> list[Line]:
    """Headline, existing endpoints with one flow each, possible pods in words, and the account of the inputs."""
    entries = _listed_entries(listing.existing)
    entries += column("possible", listing.possible)
    entries += remark_entries(listing)
    return [_headline(listing, inventory), *laid_out(entries), *account(inventory)]
