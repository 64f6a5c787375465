"""The router of a gate: what many assertions ask about one connection of a route is found once."""

from __future__ import annotations

from netverify.answers.context import Context
from netverify.answers.routed import Router
from netverify.gate.classes import Classes, classes_of
from netverify.gate.intent.spec import World
from netverify.gate.refusals import Refusals, refusals_of
from netverify.routes.planned import PlannedLeg


class GateRouter(Router):
    """Judges routes, and finds all flows of their connections that policy allows or refuses."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._allowed: dict[tuple[PlannedLeg, World], Classes] = {}
        self._refused: dict[tuple[PlannedLeg, World], Refusals] = {}

    def classes_of(self, leg: PlannedLeg, world: World) -> Classes:
        """The classes of the flows of ``leg`` that are allowed, among the pods of ``world``."""
        key = (leg, world)
        if key not in self._allowed:
            self._allowed[key] = classes_of(leg.question, world, self.context_of(leg))
        return self._allowed[key]

    def refusals_of(self, leg: PlannedLeg, world: World) -> Refusals:
        """The refusals of the flows of ``leg``, among the pods of ``world``."""
        key = (leg, world)
        if key not in self._refused:
            self._refused[key] = refusals_of(leg.question, world, self.context_of(leg))
        return self._refused[key]
