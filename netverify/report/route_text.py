"""The routes of an answer as lines of a text report."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.flow import End, Pod
from netverify.query.outcome import Effect, EndpointKind, Hop, Reason, Route, Routing, Verdict, Witness
from netverify.report.endpoint_text import endpoint_text
from netverify.report.entries import Entry
from netverify.routes.planned import WHATEVER_ADDRESS
from netverify.sources.coverage import Inventory

_LISTED = 40
_ARROW = " -> "


def hop_text(hop: Hop) -> str:
    """``Service b/pg:5432``."""
    return hop.text if hop.port is None else f"{hop.text}:{hop.port}"


def path_text(route: Route, inventory: Inventory) -> str:
    """The stations of ``route`` from its source to the pod; the pod is that of the witness, if there is one."""
    witness = route.legs[-1].witness
    last = route.text
    if witness is not None:
        last = f"{_last_text(route, witness, inventory)} :{witness.flow.port}"
    return _ARROW.join((route.source, *map(hop_text, route.path), last))


def _last_text(route: Route, witness: Witness, inventory: Inventory) -> str:
    """Where ``route`` ends; no address that was made up, as if somebody had looked it up."""
    destination = witness.flow.destination
    if route.text == WHATEVER_ADDRESS:
        return "whatever address it has"
    if isinstance(destination, Pod) and destination.workload is None:
        return "a pod that could be created"
    return endpoint_text(witness, End.DESTINATION, inventory.cluster)


def route_entries(routes: tuple[Route, ...], chosen: Route | None) -> list[Entry]:
    """A line for each of ``routes``, unless the only one is told in full or goes straight to its end."""
    routes = tuple(_telling(routes))
    if len(routes) == 1 and (chosen is not None or not routes[0].path):
        return []
    if len(routes) == 1 and routes[0].verdict is Verdict.UNREACHABLE:
        return [Entry("path", _stations(routes[0]))]
    entries: list[Entry] = []
    for route in routes[:_LISTED]:
        deciding = _deciding(route)
        place = deciding.place if deciding is not None else None
        entries.append(
            Entry("" if entries else "routes", f"{_verdict_text(route)}: {_stations(route)}", str(place or ""))
        )
        entries += [Entry("", f"only {text}", detail=True) for text in route.provided]
        if deciding is not None and deciding.policy is not None:
            entries.append(Entry("", f"{deciding.direction} denied by {deciding.policy}", detail=True))
    if routes[_LISTED:]:
        entries.append(Entry("", f"and {len(routes) - _LISTED} further routes"))
    return entries


def _stations(route: Route) -> str:
    return _ARROW.join((*map(hop_text, route.path), route.text)) if route.path else f"directly to {route.text}"


def _telling(routes: tuple[Route, ...]) -> Iterator[Route]:
    """``routes`` without those to pods that could be created, where the same holds of existing ones on that path."""
    existing = {(route.path, route.verdict) for route in routes if route.leads_to is not EndpointKind.POSSIBLE}
    yield from (
        route
        for route in routes
        if route.leads_to is not EndpointKind.POSSIBLE or (route.path, route.verdict) not in existing
    )


def _verdict_text(route: Route) -> str:
    if route.verdict is Verdict.UNREACHABLE:
        return "unreachable (proved)"
    return route.verdict.value


def _deciding(route: Route) -> Reason | None:
    """The first reason why ``route`` is closed; None where it is not."""
    if route.verdict is not Verdict.UNREACHABLE:
        return None
    closed = [leg for leg in route.legs if leg.verdict is Verdict.UNREACHABLE]
    reasons = [reason for leg in closed for reason in leg.because if reason.effect is Effect.DENY]
    return next((reason for reason in reasons if not isinstance(reason.direction, Routing)), None)
