"""What is searched for: a flow that policies allow or refuse, or one that two policy sets decide differently.

A goal is about whole policies. A claim is the same about slices of them: what an obligation prints.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias, assert_never

from netverify.model.flow import Direction
from netverify.policy.predicate import Predicate
from netverify.policy.slicing import CompleteSlice, PolicyIndex, Slice
from netverify.records import dataclass
from netverify.symbolic.scene import Scene


@dataclass(frozen=True, slots=True)
class Flows:
    """The flows that a goal is about: who may stand at their ends, and what holds of each; ``text`` says it in words.

    ``other`` is the same for the second side of a comparison: what an existing workload is like, and how a namespace is
    labelled, may differ from the first. Who there is does not.
    """

    scene: Scene
    asked: tuple[Predicate, ...]
    text: str
    other: Scene | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """``policies`` allow the flow."""

    policies: PolicyIndex


@dataclass(frozen=True, slots=True)
class Refused:
    """``policies`` do not allow the flow."""

    policies: PolicyIndex


@dataclass(frozen=True, slots=True)
class Differs:
    """``left`` allows the flow, and ``right`` refuses it in one ``direction``; flows of ``covered`` do not count.

    ``either_way``: or the other way round, in that direction. ``strictly``: or the two isolate different subjects, so
    that another policy beside both could make a difference.
    """

    left: PolicyIndex
    right: PolicyIndex
    direction: Direction
    covered: tuple[Predicate, ...] = ()
    either_way: bool = False
    strictly: bool = False


Goal: TypeAlias = Allowed | Refused | Differs


@dataclass(frozen=True, slots=True)
class Allows:
    """``slices`` allow the flow, and so may the whole policies. Without any slice it is any flow at all."""

    slices: Mapping[Direction, Slice]


@dataclass(frozen=True, slots=True)
class Refuses:
    """``slices`` do not allow the flow, and neither do the whole policies."""

    slices: Mapping[Direction, CompleteSlice]


@dataclass(frozen=True, slots=True)
class Distinguishes:
    """The claim of :class:`Differs`: slices of its ``left``, and the slice of its ``right`` in its direction."""

    left: Mapping[Direction, Slice]
    right: CompleteSlice
    covered: tuple[Predicate, ...] = ()
    either_way: bool = False
    strictly: bool = False


Claim: TypeAlias = Allows | Refuses | Distinguishes

Included: TypeAlias = Mapping[Direction, Collection[str]]
"""By direction the namespaces whose policies are in a slice, where others may be left out."""


def may_leave_out(goal: Goal, direction: Direction) -> bool:
    """Whether a proof of ``goal`` may rest on a slice in ``direction`` that leaves policies of subjects out."""
    match goal:
        case Allowed():
            return True
        case Refused():
            return False
        case Differs():
            return direction is not goal.direction and not goal.either_way
        case _ as never:
            assert_never(never)


def allowing(goal: Allowed | Differs) -> PolicyIndex:
    """The policies that have to allow the flow."""
    return goal.policies if isinstance(goal, Allowed) else goal.left


def claim_of(goal: Goal, flows: Flows, included: Included) -> Claim:
    """``goal`` about slices that are complete for the subjects of ``flows``, or with the policies ``included``."""
    places = {direction: flows.scene.casts[direction.subject].places for direction in Direction}
    match goal:
        case Allowed():
            return Allows({d: goal.policies.slice_for(d, places[d], included[d]) for d in Direction})
        case Refused():
            return Refuses({d: goal.policies.slice(d, places[d]) for d in Direction})
        case Differs():
            return Distinguishes(
                {d: goal.left.slice_for(d, places[d], included[d]) for d in Direction},
                goal.right.slice(goal.direction, places[goal.direction]),
                goal.covered,
                goal.either_way,
                goal.strictly,
            )
        case _ as never:
            assert_never(never)
