"""Everything that one side allows and the other does not, change by change until nothing is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from netverify.comparison.explaining import Explainer
from netverify.comparison.outcome import Change
from netverify.rules.predicate import InNamespace, Predicate
from netverify.symbolic.difference_search import DifferenceSearch, Stage
from netverify.symbolic.status import Status

LISTED = 20
"""So many changes of one kind are listed; the verdict does not depend on it."""


@dataclass(slots=True)
class Found:
    """What was found: changes in the order of their words, or proofs, each of which says what it is about.

    ``is_more``: there are others than those that are listed. ``gave_up`` are the reasons of a solver.
    """

    changes: list[Change] = field(default_factory=list)
    is_more: bool = False
    proofs: list[str] = field(default_factory=list)
    gave_up: list[str] = field(default_factory=list)
    goals: list[tuple[str, str]] = field(default_factory=list)


def add_all(found: Found, stages: Iterable[Stage], search: DifferenceSearch, explainer: Explainer) -> None:
    """Add to ``found`` all changes in ``stages``, or the proofs that there are none.

    Raises ``ReplayError`` when the reference reading contradicts a model.
    """
    covered: list[Predicate] = []
    for stage in stages:
        while (one := search.find(stage, covered)).status is Status.SAT:
            found.goals += one.goals
            if one.opaque is not None:
                found.gave_up.append(f"policies that are not modelled decide what changes at namespace {one.opaque}")
                covered.append(InNamespace(stage.denied.peer, one.opaque))
                continue
            if len(found.changes) == LISTED:
                found.is_more = True
                return
            explained = explainer.explained(one, covered)
            found.changes.append(explained.change)
            covered.append(explained.covered)
        found.goals += one.goals
        if one.status is Status.UNKNOWN:
            found.gave_up.append(f"the solver gave up: {one.reason or 'no reason given'}")
        elif not one.premises_hold:
            found.gave_up.append(f"nothing was found to compare: {stage.text}")
        elif not covered:
            found.proofs.append(f"nothing is {stage.text}")
