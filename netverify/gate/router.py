"""The router of a gate: what many assertions ask about one connection of a route is found once."""

from __future__ import annotations

from collections.abc import Collection

from netverify.answers.context import Context
from netverify.answers.routed import Router
from netverify.gate.baseline import Baseline
from netverify.gate.causes import Reasons
from netverify.gate.classes import Classes, classes_of
from netverify.gate.intent.spec import World
from netverify.gate.refusals import Refusals, refusals_of
from netverify.policy.slicing import PolicyIndex
from netverify.routes.planned import PlannedLeg


class GateRouter(Router):
    """Judges routes, and finds all flows of their connections that policy allows or refuses.

    ``known_before`` are the fingerprints of a baseline of an earlier version, which listed fewer reasons.
    ``baseline`` is what is known, ``names_pods`` whether the pods of all violations are to be named.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.known_before: Collection[str] = ()
        self.baseline: Baseline | None = None
        self.names_pods = False
        self._allowed: dict[tuple[PlannedLeg, World], Classes] = {}
        self._refused: dict[tuple[PlannedLeg, World], Refusals] = {}
        self._reasons: dict[int, tuple[PolicyIndex, Reasons]] = {}

    def reasons(self, context: Context) -> Reasons:
        """What lets flows through in ``context``, which is this one's or made of it."""
        policies = context.policies
        if id(policies) not in self._reasons:
            self._reasons[id(policies)] = policies, Reasons(policies, context.settings.fixed)
        return self._reasons[id(policies)][1]

    def classes_of(self, leg: PlannedLeg, world: World) -> Classes:
        """The classes of the flows of ``leg`` that are allowed, among the pods of ``world``."""
        key = (leg, world)
        if key not in self._allowed:
            context = self.context_of(leg)
            self._allowed[key] = classes_of(leg.question, world, context, self.reasons(context))
        return self._allowed[key]

    def refusals_of(self, leg: PlannedLeg, world: World) -> Refusals:
        """The refusals of the flows of ``leg``, among the pods of ``world``."""
        key = (leg, world)
        if key not in self._refused:
            self._refused[key] = refusals_of(leg.question, world, self.context_of(leg))
        return self._refused[key]
