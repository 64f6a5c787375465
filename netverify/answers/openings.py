"""From whom a way in is open, and on which conditions: all of it, with nothing that something wider says already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum

from netverify.answers.route_verdicts import needs, scope_of, unique
from netverify.answers.routed import Router
from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, AddressRange, joined, overlap, within
from netverify.policy.predicate import SameNode
from netverify.policy.visit import conjuncts
from netverify.query.internet import internet_ranges
from netverify.query.outcome import Answer, Route, Scope, Verdict
from netverify.records import dataclass
from netverify.routes.load_balancers import ON_RECEIVING_NODE
from netverify.routes.planned import PlannedRoute

_Clients = tuple[AddressRange, ...] | None


class Rests(StrEnum):
    """What an opening rests on, beside what policy says: on which node a pod is, or on the addresses of nodes."""

    NOTHING = ""
    SAME_NODE = "same node"
    NODE_ADDRESS = "address of a node"


@dataclass(frozen=True, slots=True)
class Opening:
    """Whom a way in lets through to ``endpoints``.

    ``clients`` are addresses outside, None for any; ``needs`` is what must hold for them that the manifests do not
    tell. ``hidden``: policy does not see the client, but what stands in for it. ``rests`` is ``SAME_NODE`` where it is
    open only to what is on the node of the pod.
    """

    endpoints: tuple[str, ...]
    clients: _Clients
    needs: tuple[str, ...]
    scope: Scope
    hidden: bool = False
    rests: Rests = Rests.NOTHING

    @property
    def is_public(self) -> bool:
        """Whether somebody on the internet is among its clients."""
        return self.clients is None or bool(overlap(self.clients, internet_ranges()))

    def says(self, other: Opening) -> bool:
        """Whether ``other`` tells nothing that this one does not."""
        return (
            set(self.needs) <= set(other.needs)
            and (self.clients is None or (other.clients is not None and within(other.clients, self.clients)))
            and (self.scope is Scope.EXISTING or other.scope is Scope.POSSIBLE)
        )


def openings(planned: Iterable[PlannedRoute], router: Router, source: str) -> tuple[Opening, ...]:
    """The openings of one way in, whose routes are ``planned``: the internet and the fewest conditions first."""
    by_endpoint: dict[str, list[Opening]] = {}
    for route in planned:
        judged = router.judged(route, source)
        if judged.verdict is Verdict.REACHABLE:
            by_endpoint.setdefault(route.text, []).extend(_through(route, judged, router))
    together: dict[tuple[_Clients, tuple[str, ...], Scope, bool, Rests], list[str]] = {}
    for endpoint, found in by_endpoint.items():
        for one in _widest(_united(found)):
            together.setdefault((one.clients, one.needs, one.scope, one.hidden, one.rests), []).append(endpoint)
    every = [Opening(tuple(ends), *parts) for parts, ends in together.items()]
    every.sort(key=lambda one: (one.scope is Scope.POSSIBLE, not one.is_public, len(one.needs), one.clients or ()))
    return tuple(every)


def _through(route: PlannedRoute, judged: Route, router: Router) -> Iterator[Opening]:
    """The openings of ``route``: one for each lot of clients that policy treats alike, where it sees the client."""
    first = route.legs[0]
    scope = scope_of(judged) or Scope.EXISTING
    if not first.by_client:
        yield Opening((route.text,), route.clients, needs(judged), scope, hidden=True, rests=_rests(route, judged))
        return
    for lot in router.admitted(first):
        if lot.answer.verdict is not Verdict.REACHABLE:
            continue
        clients = lot.ranges if route.clients is None else overlap(lot.ranges, route.clients)
        if clients:
            with_it = _with_first(judged, lot.answer)
            yield Opening(
                (route.text,), clients, needs(with_it), scope_of(with_it) or scope, rests=_rests(route, with_it)
            )


def _rests(route: PlannedRoute, judged: Route) -> Rests:
    on_it = any(SameNode() in conjuncts(leg.question.source) for leg in route.legs)
    if on_it or ON_RECEIVING_NODE in route.provided:
        return Rests.SAME_NODE
    witnesses = [leg.witness for planned, leg in zip(route.legs, judged.legs, strict=True) if planned.by_node]
    is_told = any(one is not None and one.source_address_matters for one in witnesses)
    return Rests.NODE_ADDRESS if is_told else Rests.NOTHING


def _with_first(judged: Route, answer: Answer) -> Route:
    return replace(judged, legs=(answer, *judged.legs[1:]))


def _united(found: Sequence[Opening]) -> list[Opening]:
    """``found`` with the clients together of those that differ in nothing else."""
    alike: dict[tuple[frozenset[str], Scope, bool, Rests], list[Opening]] = {}
    for one in found:
        alike.setdefault((frozenset(one.needs), one.scope, one.hidden, one.rests), []).append(one)
    return [replace(some[0], clients=_all_of([one.clients for one in some])) for some in alike.values()]


def _all_of(clients: Sequence[_Clients]) -> _Clients:
    told = [one for one in clients if one is not None]
    if len(told) < len(clients):
        return None
    ranges = joined(block for one in told for block in one)
    return None if ranges == (EVERY_IPV4, EVERY_IPV6) else ranges


def _widest(found: Sequence[Opening]) -> list[Opening]:
    """Those of ``found`` that none of the others says."""
    unlike = unique(found)
    return [
        one
        for number, one in enumerate(unlike)
        if not any(
            other.says(one) and (number > place or not one.says(other))
            for place, other in enumerate(unlike)
            if place != number
        )
    ]
