"""Everything that one side allows and the other does not, change by change, and how it follows that there is nothing.

What is written the same on both sides needs no goal for a verdict, nor do pairs that the all-pairs reading compares.
A proof that others can check needs one for each, so that these are solved as well where texts are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from itertools import product
from typing import TypeAlias

from netverify.answers.classes import every_class
from netverify.answers.reachability import gave_up
from netverify.diff.changes import Changes
from netverify.diff.explaining import Explainer
from netverify.diff.outcome import Change
from netverify.diff.sides import Facts, Sides
from netverify.diff.staging import Stage, Staging
from netverify.model.cluster import Workload
from netverify.model.flow import End
from netverify.policy.approximation import otherwise
from netverify.policy.mentions import Mentions, collect_table
from netverify.policy.predicate import InNamespace, Predicate
from netverify.query.derivation import Derived, Rule, SolvedText, Step, all_of
from netverify.records import dataclass
from netverify.symbolic.goal import Differs, Flows
from netverify.symbolic.refinement import Attempts, Found, printed
from netverify.symbolic.scene import Cast, Scene
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
        self._named = _named_on_both(allowing, denying)
        self._left_out = dict.fromkeys((*allowing.policies.approximations, *denying.policies.approximations))
        self.keeps_goals = sides.settings.keep_goals

    def find(self, stage: Stage, covered: Sequence[Predicate] = ()) -> Found:
        """A flow of ``stage`` for which none of ``covered`` holds, or the proof that there is none.

        Where some rules are not taken as they are, a flow that needs them otherwise comes after any that does not.
        """
        ours = Scene(self._with_named(stage.allowing, 0), self._allowing.cluster.namespaces, self._behaviours)
        theirs = Scene(self._with_named(stage.denying, 1), self._denying.cluster.namespaces, self._behaviours)
        flows = Flows(ours, (), stage.text, theirs)
        goal = Differs(self._allowing.policies, self._denying.policies, stage.denied, tuple(covered))
        attempts: Attempts = []
        if self._left_out:
            as_written = replace(goal, covered=(*goal.covered, *map(otherwise, self._left_out)))
            found = self._refinement.solve(as_written, flows, attempts)
            if found.status is Status.SAT:
                return replace(found, obligations=tuple(attempts))
            attempts = []
        found = self._refinement.solve(goal, flows, attempts)
        if found.status is Status.UNSAT:
            found = self._refinement.with_premises(found, flows, attempts)
        return replace(found, obligations=tuple(attempts))

    def _with_named(self, casts: Mapping[End, Cast], side: int) -> Mapping[End, Cast]:
        """``casts`` with the workloads that policies name, where possible pods of their namespace may stand."""
        return {end: _joined(cast, (pair[side] for pair in self._named)) for end, cast in casts.items()}


def _named_on_both(allowing: Facts, denying: Facts) -> tuple[tuple[Workload, Workload], ...]:
    """The workloads of both sides that policies of either name, as each side knows them: no possible pod is one."""
    mentions = Mentions()
    for facts in (allowing, denying):
        for table in facts.policies.policies.tables.values():
            collect_table(table, mentions)
    if not mentions.workloads:
        return ()
    theirs = {one.key: one for one in denying.cluster.workloads if one.key in mentions.workloads}
    return tuple((one, theirs[one.key]) for one in allowing.cluster.workloads if one.key in theirs)


def _joined(cast: Cast, named: Iterable[Workload]) -> Cast:
    there = {one.key for one in cast.workloads}
    added = [one for one in named if one.key.namespace in cast.namespaces and one.key not in there]
    if not added:
        return cast
    return replace(cast, workloads=tuple(sorted((*cast.workloads, *added), key=lambda one: one.key)))


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


def nothing_new(
    found: Differences, staging: Staging, changes: Changes, search: DifferenceSearch, routing: Sequence[Derived]
) -> Derived:
    """The proof that the side that ``search`` has allow does not allow more; ``routing`` is what ways in need.

    None where ``found`` holds changes, or something that is not decided.
    """
    if found.changes or found.gave_up:
        return None
    pairs = (
        stage
        for source, destination in product(changes.workloads, repeat=2)
        if not (source is destination and source.new.single)
        for stage in staging.pair(source, destination)
    )
    same = _confirmed(Rule.SAME_TEXT, "policies that are written the same on both sides", staging.unchanged(), search)
    steps = [*found.steps, same, *routing]
    if stages := tuple(pairs):
        steps.append(_confirmed(Rule.ALL_PAIRS, "workloads that changed reach each other as before", stages, search))
    return all_of("nothing is allowed that was not", steps)


def _confirmed(rule: Rule, says: str, stages: Iterable[Stage], search: DifferenceSearch) -> Step:
    """The step by ``rule`` with a goal for each of ``stages``; it says of which there is none."""
    goals: list[Step] = []
    without: list[str] = []
    for stage in stages:
        step = next(_proofs(search.find(stage), stage), None)
        if step is None:
            without.append(stage.text)
        else:
            goals.append(step)
    lacking = f"; without a goal, since policies are not modelled or the solver gave up: {'; '.join(without)}"
    return Step(rule, says + (lacking if without else ""), tuple(goals))


def _proofs(one: Found, stage: Stage) -> Iterator[Step]:
    """The proof that ``one`` is of ``stage``; also that there are no such flows at all."""
    step = proof_of(one, stage)
    if step is not None:
        yield step
    elif one.vacuous:
        yield Step(Rule.GOAL, f"there are no such flows: {stage.text}", goal=printed(one)[-1])
