"""The answer to a question as text for people."""

from __future__ import annotations

from typing import assert_never

from netverify.manifests.coverage import Inventory
from netverify.model.flow import End, Endpoint, Pod
from netverify.queries.outcome import Answer, Effect, Listed, Listing, Reason, Scope, Verdict, Witness
from netverify.queries.wording import setting_words
from netverify.report.behaviour_text import behaviour_meaning, plugins_text
from netverify.report.endpoint_text import endpoint_text, port_text
from netverify.report.entries import Entry, account, column, laid_out, remark_entries
from netverify.report.route_text import path_text, route_entries
from netverify.report.terminal import Ink, Line, Span

_INK = {
    Verdict.REACHABLE: Ink.YELLOW,
    Verdict.UNREACHABLE: Ink.GREEN,
    Verdict.UNKNOWN: Ink.RED,
    Verdict.VACUOUS: Ink.RED,
}


def place_text(reason: Reason) -> str:
    """Where the rule is, or else the policy."""
    origin = reason.place
    if origin is None:
        return ""
    return f"{origin.path}:{origin.line}" if origin.line else origin.path


def decision_text(reason: Reason) -> str:
    """What one direction did, and by which rule."""
    if reason.object:
        return f"{reason.object}: {reason.detail}"
    by = f" by {reason.policy}" if reason.policy else ""
    rule = "" if reason.rule is None else f", rule {reason.rule + 1}"
    match reason.effect:
        case Effect.ALLOW:
            return f"allowed{by}{rule}"
        case Effect.DENY:
            return f"denied{by}{rule}" if by or rule else "denied"
        case Effect.NOT_ISOLATED:
            return f"not isolated{by}"
        case _ as never:
            assert_never(never)


def _reason_entries(reason: Reason) -> list[Entry]:
    decision = decision_text(reason)
    if reason.object:
        return [Entry(reason.direction, decision, place_text(reason))]
    if reason.policy is None and reason.detail:
        return [Entry(reason.direction, f"{decision}: {reason.detail}", place_text(reason))]
    entries = [Entry(reason.direction, decision, place_text(reason))]
    if reason.detail:
        entries.append(Entry("", reason.detail, detail=True))
    return entries


def _witness_entries(witness: Witness, inventory: Inventory) -> list[Entry]:
    port = port_text(witness.flow, matters=witness.port_matters)
    entries = [
        Entry("from", endpoint_text(witness, End.SOURCE, inventory.cluster)),
        Entry("to", f"{endpoint_text(witness, End.DESTINATION, inventory.cluster)} on {port}"),
    ]
    if witness.flow.same_node:
        entries.append(Entry("where", "both ends are on one node"))
    return entries


def _behaviour_entries(witness: Witness) -> list[Entry]:
    entries: list[Entry] = []
    for behaviour, value in sorted(witness.behaviours.items()):
        setting = setting_words(behaviour, value=value)
        entries.append(Entry("only", f"where {behaviour_meaning(behaviour, value=value)} ({setting})"))
        entries.append(Entry("", plugins_text(behaviour, value=value), detail=True))
    return entries


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
    templates = len(inventory.coverage.templates)
    beside = f"; {templates} template{'s' if templates > 1 else ''} left out" if templates else ""
    rest = {
        Verdict.REACHABLE: _only_possible(outcome),
        Verdict.UNREACHABLE: f" (proved for every pod in these manifests and every pod that could be created{beside})",
        Verdict.UNKNOWN: ": neither proved nor refuted",
        Verdict.VACUOUS: ": no flow is what the question asks about, allowed or not",
    }[outcome.verdict]
    return (Span(outcome.verdict.upper(), _INK[outcome.verdict]), Span(rest))


def _connection_entries(answer: Answer, inventory: Inventory) -> list[Entry]:
    """One connection: both ends, the trace, what it needs."""
    entries = _witness_entries(answer.witness, inventory) if answer.witness is not None else []
    for reason in answer.because:
        entries += _reason_entries(reason)
    if answer.witness is not None:
        entries += _behaviour_entries(answer.witness)
    return entries


def render_answer(answer: Answer, inventory: Inventory) -> list[Line]:
    """Headline, both ends, the trace, what the flow needs, what was assumed, and the account of the inputs last."""
    entries: list[Entry] = []
    told: tuple[Answer, ...] = (answer,)
    if answer.route is not None:
        told = answer.route.legs
        if answer.route.path:
            entries.append(Entry("path", path_text(answer.route, inventory)))
        entries += [Entry("only", text) for text in answer.route.provided]
    for one in told:
        entries += _connection_entries(one, inventory)
    entries += route_entries(answer.routes, answer.route)
    entries += remark_entries(answer)
    return [_headline(answer, inventory), *laid_out(entries), *account(inventory)]


def _listed_entries(found: tuple[Listed, ...]) -> list[Entry]:
    width = max((len(one.text) for one in found), default=0)
    entries: list[Entry] = []
    for position, one in enumerate(found):
        deciding = [reason for reason in one.because if reason.effect is Effect.ALLOW and reason.policy is not None]
        through = " and ".join(decision_text(reason).removeprefix("allowed by ") for reason in deciding)
        port = port_text(one.witness.flow, matters=one.witness.port_matters)
        needs = ",".join(setting_words(b, value=v) for b, v in sorted(one.witness.behaviours.items()))
        text = f"{one.text:<{width}}  {port}" + (f", {through}" if through else "") + (f" [{needs}]" if needs else "")
        place = place_text(deciding[-1]) if deciding else ""
        entries.append(Entry("" if position else "existing", text, place))
    return entries


def render_listing(listing: Listing, inventory: Inventory) -> list[Line]:
    """Headline, existing endpoints with one flow each, possible pods in words, and the account of the inputs."""
    entries = _listed_entries(listing.existing)
    entries += column("possible", listing.possible)
    entries += remark_entries(listing)
    return [_headline(listing, inventory), *laid_out(entries), *account(inventory)]
