"""A witness and its trace as lines of a text report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from netverify.diagnostics import Origin
from netverify.model.behaviours import Behaviour
from netverify.model.flow import End
from netverify.model.plugins import of_the_plugin
from netverify.query.outcome import Effect, Reason, Route, Witness
from netverify.report.behaviour_text import condition_text, left_open_text, plugins_text
from netverify.report.endpoint_text import endpoint_text, port_text
from netverify.report.entries import Entry
from netverify.report.route_text import path_text
from netverify.routes.planned import WHATEVER_ADDRESS
from netverify.sources.coverage import Inventory


def place_text(origin: Origin | None) -> str:
    """``policies.yaml:64``; empty for no place."""
    if origin is None:
        return ""
    return f"{origin.path}:{origin.line}" if origin.line else origin.path


def decision_text(reason: Reason) -> str:
    """``allowed by NetworkPolicy b/allow-admin, rule 1``; rules count from 1."""
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
            return f"open{by}"
        case _ as never:
            assert_never(never)


def _reason_entries(reason: Reason) -> list[Entry]:
    decision = decision_text(reason)
    if reason.object:
        return [Entry(reason.direction, decision, place_text(reason.place))]
    if reason.policy is None and reason.detail:
        return [Entry(reason.direction, f"{decision}: {reason.detail}", place_text(reason.place))]
    entries = [Entry(reason.direction, decision, place_text(reason.place))]
    if reason.detail:
        entries.append(Entry("", reason.detail, detail=True))
    return entries


def _witness_entries(witness: Witness, inventory: Inventory, *, made_up: bool) -> list[Entry]:
    """Both ends; ``made_up``: nobody knows the address of the destination, and that of the witness is one of many."""
    port = port_text(witness.flow, matters=witness.port_matters)
    destination = endpoint_text(witness, End.DESTINATION, inventory.cluster)
    entries = [
        Entry("from", endpoint_text(witness, End.SOURCE, inventory.cluster)),
        Entry("to", f"{WHATEVER_ADDRESS} on {port}" if made_up else f"{destination} on {port}"),
    ]
    if witness.flow.same_node:
        entries.append(Entry("where", "both ends are on one node"))
    return entries


def _behaviour_entries(witness: Witness) -> list[Entry]:
    """What the flow needs: of the plugin all together, with those that do it; then what policy leaves open."""
    of_plugin = of_the_plugin(witness.needs)
    said = [condition_text(one, value=value) for one, value in of_plugin.items()]
    entries = [
        Entry("" if number else "only", f"{'and' if number else 'where'} {text}") for number, text in enumerate(said)
    ]
    if of_plugin:
        entries.append(Entry("", plugins_text(of_plugin), detail=True))
    for choice, value in witness.needs:
        if not isinstance(choice, Behaviour):
            entries.append(Entry("only", f"where {condition_text(choice, value=value)}"))
            entries.append(Entry("", left_open_text(choice), detail=True))
    return entries


def _connection_entries(
    witness: Witness | None, because: Sequence[Reason], inventory: Inventory, *, made_up: bool = False
) -> list[Entry]:
    """One connection: both ends, the trace, what it needs."""
    entries = _witness_entries(witness, inventory, made_up=made_up) if witness is not None else []
    for reason in because:
        entries += _reason_entries(reason)
    if witness is not None:
        entries += _behaviour_entries(witness)
    return entries


def trace_entries(
    witness: Witness | None, because: Sequence[Reason], route: Route | None, inventory: Inventory
) -> list[Entry]:
    """Both ends, the trace and what the flow needs; where it takes ``route``, that of each of its connections."""
    if route is None:
        return _connection_entries(witness, because, inventory)
    entries = [Entry("path", path_text(route, inventory))] if route.path else []
    entries += [Entry("only", text) for text in route.provided]
    for leg in route.legs:
        made_up = route.text == WHATEVER_ADDRESS
        entries += _connection_entries(leg.witness, leg.because, inventory, made_up=made_up)
    return entries
