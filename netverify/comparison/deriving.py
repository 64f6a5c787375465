"""How it follows that one side allows nothing new: from the goals about what changed, and from what did not change.

What is written the same on both sides needs no goal for a verdict, nor do pairs that the all-pairs reading compares.
A proof that others can check needs one for each, so that these are solved as well where texts are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from netverify.comparison.changes import Changes
from netverify.comparison.searching import Differences, DifferenceSearch, proof_of
from netverify.comparison.staging import Stage, Staging
from netverify.queries.derivation import Derived, Rule, Step, all_of
from netverify.symbolic.refinement import Found, printed


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
