"""Services of both sides compared for pods that use their names: which endpoints a port of one leads to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from netverify.answers.context import Context
from netverify.answers.derived import closed_route
from netverify.answers.doubts import described, objects_that_route
from netverify.answers.routed import Router
from netverify.diff.changes import Changes
from netverify.diff.entrances import destination_covers
from netverify.diff.outcome import Certainty, RoutingChanges, ServiceChange, either
from netverify.diff.unmodelled import of_one_side, unmodelled_parts
from netverify.diff.way_changes import WayChanges
from netverify.model.cluster import WorkloadKey
from netverify.model.flow import Direction, End
from netverify.model.service import Service, ServiceType, TrafficPolicy
from netverify.policy.predicate import IsPod
from netverify.query.derivation import Derived, Rule, SolvedText, Step
from netverify.query.outcome import Verdict
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.query.question import Form, Question
from netverify.records import dataclass
from netverify.routes.backends import Backend, backends
from netverify.routes.planned import PlannedLeg, PlannedRoute, leg
from netverify.sources.coverage import Inventory

_SOMEBODY = "any pod"


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """Where a client gets to that connects to ``number`` of a Service."""

    number: int
    backend: Backend

    def covers(self, other: _Endpoint) -> bool:
        ours, theirs = self.backend, other.backend
        return (
            (self.number, ours.traffic, ours.names_freely) == (other.number, theirs.traffic, theirs.names_freely)
            and (ours.kind, ours.workload) == (theirs.kind, theirs.workload)
            and destination_covers(ours.destination, theirs.destination)
        )

    @property
    def text(self) -> str:
        """``b/pg[StatefulSet]:5432 on port 80``."""
        port = "" if self.backend.port is None else f":{self.backend.port}"
        return f"{self.backend.text}{port} on port {self.number}"


class ServiceChanges:
    """The Services of both sides compared; workloads ``of_one_side`` decide nothing, and are no change of a Service."""

    def __init__(self, old: Router, new: Router, of_one_side: Collection[WorkloadKey]) -> None:
        self._sides = old, new
        self._of_one_side = of_one_side
        self.new_access = self.lost_access = Certainty.NO
        self.goals: list[SolvedText] = []
        self.no_new: list[Derived] = []
        self.no_lost: list[Derived] = []
        ours, theirs = (router.context.routing.services for router in self._sides)
        self.added = tuple(str(theirs[name]) for name in sorted(theirs.keys() - ours.keys()))
        self.removed = tuple(str(ours[name]) for name in sorted(ours.keys() - theirs.keys()))
        self.changes = tuple(
            change
            for name in sorted(ours.keys() & theirs.keys())
            if (change := self._change(ours[name], theirs[name])) is not None
        )

    def _change(self, old: Service, new: Service) -> ServiceChange | None:
        before, after = (
            list(self._endpoints(router.context, one)) for router, one in zip(self._sides, (old, new), strict=True)
        )
        gained, self.new_access = self._only(self._sides[1], after, before, self.new_access, self.no_new)
        lost, self.lost_access = self._only(self._sides[0], before, after, self.lost_access, self.no_lost)
        what = tuple(_what(old, new))
        if _alias(old) != _alias(new):
            # Whatever has the other name, another Service or something outside, is reached by this one.
            self.new_access = self.lost_access = Certainty.YES
        if old.internal_traffic_policy is not new.internal_traffic_policy:
            if new.internal_traffic_policy is TrafficPolicy.CLUSTER:
                self.new_access = Certainty.YES
            else:
                self.lost_access = Certainty.YES
        return ServiceChange(new, gained, lost, what) if gained or lost or what else None

    def _endpoints(self, context: Context, service: Service) -> Iterator[_Endpoint]:
        for port in service.ports:
            for backend in backends(context.routing, service, port):
                if backend.workload not in self._of_one_side:
                    yield _Endpoint(port.port, backend)

    def _only(
        self,
        router: Router,
        endpoints: Sequence[_Endpoint],
        others: Sequence[_Endpoint],
        known: Certainty,
        steps: list[Derived],
    ) -> tuple[tuple[str, ...], Certainty]:
        """Those of ``endpoints`` that none of ``others`` is, and that some pod may reach, and what that makes.

        How it follows that others are none is added to ``steps``.
        """
        found = []
        for one in endpoints:
            if any(other.covers(one) for other in others):
                steps.append(Step(Rule.SAME_ROUTES, f"an endpoint of a Service on both sides: {one.text}"))
                continue
            route = router.decided(_route_to(one.backend), _SOMEBODY)
            self.goals += [goal for leg in route.legs for goal in leg.smt2]
            steps.append(closed_route(route))
            verdict = route.verdict
            if verdict is Verdict.REACHABLE:
                known = Certainty.YES
            elif verdict is Verdict.UNKNOWN:
                known = either(known, Certainty.UNKNOWN)
            if verdict in (Verdict.REACHABLE, Verdict.UNKNOWN):
                found.append(one.text)
        return tuple(found), known


def _route_to(backend: Backend) -> PlannedRoute:
    text = f"can {_SOMEBODY} reach {backend.text}"
    asked = Question(Form.CAN, text, IsPod(End.SOURCE), backend.destination, EVERY_TRAFFIC, _SOMEBODY, backend.text)
    to_pod = PlannedLeg(
        leg(asked, backend.destination, backend.traffic, backend.text), names_freely=backend.names_freely
    )
    return PlannedRoute(backend.text, (), (to_pod,), leads_to=backend.kind)


def _alias(service: Service) -> str:
    """What it is an alias of; empty where it is none."""
    return service.external_name if service.type is ServiceType.EXTERNAL_NAME else ""


def _what(old: Service, new: Service) -> Iterator[str]:
    if _alias(old) != _alias(new):
        yield f"is an alias of {_alias(new) or 'nothing'}, before of {_alias(old) or 'nothing'}"
    if old.internal_traffic_policy is not new.internal_traffic_policy:
        yield f"internalTrafficPolicy {old.internal_traffic_policy} -> {new.internal_traffic_policy}"


def routing_changes(old: Context, new: Context, changes: Changes) -> RoutingChanges:
    """What of routing is not what it was. The settings are those of ``new``.

    The certainties take policy to be the same on both sides; ``NO`` is then a proof.
    """
    routers = Router(replace(old, settings=new.settings)), Router(new)
    ways = WayChanges(*routers, _Touched(changes) if changes.any else None)
    services = ServiceChanges(*routers, {*changes.added, *changes.removed})
    doubts = (
        *_doubts(old.inventory, new.inventory),
        *unmodelled_parts(old.inventory.cluster, new.inventory.cluster),
    )
    unsure = Certainty.UNKNOWN if doubts else Certainty.NO
    return RoutingChanges(
        either(ways.new_access, services.new_access, unsure),
        either(ways.lost_access, services.lost_access, unsure),
        ways.changes,
        services.changes,
        services.added,
        services.removed,
        doubts=(*doubts, *ways.doubts),
        smt2=(*ways.goals, *services.goals),
        no_new=(*ways.no_new, *services.no_new),
        no_lost=(*ways.no_lost, *services.no_lost),
    )


class _Touched:
    """Whether policy may treat subjects of a namespace differently in a direction, or the subjects are different."""

    def __init__(self, changes: Changes) -> None:
        self._places = {direction: frozenset(changes.places(direction)) for direction in Direction}
        self._changed = frozenset(one.new.key.namespace for one in changes.workloads)

    def __call__(self, direction: Direction, place: str) -> bool:
        return place in self._places[direction] or place in self._changed


def _doubts(old: Inventory, new: Inventory) -> Iterator[str]:
    """The objects that are not modelled and could open a way in, unless both sides have the same ones."""
    for name, ours, theirs in (("old", old, new), ("new", new, old)):
        different = of_one_side(objects_that_route(ours), objects_that_route(theirs))
        yield from (f"{name}: {text}" for text in described(different, "open a way in"))
