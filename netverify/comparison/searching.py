"""Everything that one side allows and the other does not, change by change until nothing is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias

from netverify.answers.classes import every_class
from netverify.answers.reachability import gave_up
from netverify.comparison.explaining import Explainer
from netverify.comparison.outcome import Change
from netverify.comparison.sides import Facts, Sides
from netverify.comparison.staging import Stage
from netverify.queries.derivation import Derived, Rule, SolvedText, Step
from netverify.rules.predicate import InNamespace, Predicate
from netverify.symbolic.goal import Differs, Flows
from netverify.symbolic.refinement import Attempts, Found, printed
from netverify.symbolic.scene import Scene
from netverify.symbolic.status import Status

LISTED = 20
"""So many changes of one kind are listed; the verdict does not depend on it."""

_Covered: TypeAlias = tuple[Predicate, ...]


class DifferenceSearch:
    """Searches for flows that ``allowing`` allows and ``denying`` does not, whatever the CNI does that is not fixed."""

    def __init__(self, allowing: Facts, denying: Facts, sides: Sides, opaque: frozenset[str]) -> None:
        """What policies say in the ``opaque`` namespaces is not known, but is the same on both sides."""
        self._allowing = allowing
        self._denying = denying
        self._behaviours = sides.fixed
        self._refinement = sides.refinement(opaque)
        self.keeps_goals = sides.settings.keep_goals

    def find(self, stage: Stage, covered: Sequence[Predicate] = ()) -> Found:
        """A flow of ``stage`` for which none of ``covered`` holds, or the proof that there is none."""
        ours = Scene(stage.allowing, self._allowing.cluster.namespaces, self._behaviours)
        theirs = Scene(stage.denying, self._denying.cluster.namespaces, self._behaviours)
        flows = Flows(ours, (), stage.text, theirs)
        goal = Differs(self._allowing.policies, self._denying.policies, stage.denied, tuple(covered))
        attempts: Attempts = []
        found = self._refinement.solve(goal, flows, attempts)
        if found.status is Status.UNSAT:
            found = self._refinement.with_premises(found, flows, attempts)
        return replace(found, obligations=tuple(attempts))


@dataclass(slots=True)
class Differences:
    """What was found: changes in the order of their words, or proofs, each of which says what it is about.

    ``is_more``: there are others than those that are listed. ``gave_up`` are the reasons of a solver. ``steps`` say how
    it follows that there are no others, if texts are kept.
    """

    changes: list[Change] = field(default_factory=list)
    is_more: bool = False
    proofs: list[str] = field(default_factory=list)
    gave_up: list[str] = field(default_factory=list)
    goals: list[SolvedText] = field(default_factory=list)
    steps: list[Derived] = field(default_factory=list)


def add_all(found: Differences, stages: Iterable[Stage], search: DifferenceSearch, explainer: Explainer) -> None:
    """Add to ``found`` all changes in ``stages``, or the proofs that there are none.

    Raises ``ReplayError`` when the reference reading contradicts a model.
    """
    covered: _Covered = ()
    for stage in stages:

        def left_of(told: _Covered, one: Found, stage: Stage = stage) -> _Covered | None:
            texts = printed(one) if search.keeps_goals else ()
            found.goals += texts
            if one.opaque is not None:
                found.gave_up.append(f"policies that are not modelled decide what changes at namespace {one.opaque}")
                return (*told, InNamespace(stage.denied.peer, one.opaque))
            if len(found.changes) == LISTED:
                found.is_more = True
                return None
            explained = explainer.explained(one, told)
            found.changes.append(replace(explained.change, shown_by=texts[-1:]))
            return (*told, explained.covered)

        one, covered = every_class(covered, partial(search.find, stage), left_of)
        if found.is_more:
            return
        found.goals += printed(one) if search.keeps_goals else ()
        found.steps.append(proof_of(one, stage) if search.keeps_goals else None)
        if one.status is Status.UNKNOWN:
            found.gave_up.append(gave_up(one))
        elif one.vacuous:
            found.gave_up.append(f"nothing was found to compare: {stage.text}")
        elif not covered:
            found.proofs.append(f"nothing is {stage.text}")


def proof_of(one: Found, stage: Stage) -> Derived:
    """The proof that ``one`` is of ``stage``; None where it is none, or a proof that there is nothing to compare."""
    if one.status is not Status.UNSAT or one.vacuous:
        return None
    *_, goal, premises = printed(one)
    return Step(Rule.GOAL, f"nothing is {stage.text}", goal=goal, premises=premises)
