"""The goal of a comparison as SMT-LIB text: a flow that one side allows and the other does not.

Both sides are printed over one set of variables. What a flow is does not depend on the side; what a namespace is
labelled, and what an existing workload is like, may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from netverify.model.address_plan import AddressPlan
from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction, End
from netverify.rules.mentions import Mentions, collect, collect_table
from netverify.rules.predicate import Predicate
from netverify.rules.slicing import CompleteSlice, Slice, proving_table
from netverify.rules.table import RuleTable, Selection
from netverify.symbolic.cluster_index import ClusterIndex, Latitude
from netverify.symbolic.encode import Encoder
from netverify.symbolic.joint_domain import joint_domain
from netverify.symbolic.legend import difference_legend
from netverify.symbolic.scene import NEW_NAMESPACE, Scene, surviving
from netverify.symbolic.solver import Goal
from netverify.symbolic.space import EndSpace
from netverify.symbolic.terms import FALSE, TRUE, Index, Term, implication, negation

PREFER_KNOWN = {End.SOURCE: Term("prefer_known_src"), End.DESTINATION: Term("prefer_known_dst")}
"""Constants that a goal leaves free; where one is true, that end is in no namespace that could be created."""


@dataclass(frozen=True, slots=True)
class Allowing:
    """The side that allows: who may stand at the ends as it knows them, and what its tables say.

    Slices that only add may stand for the tables: an unsatisfiable goal then holds for the whole.
    """

    scene: Scene
    slices: Mapping[Direction, Slice]


@dataclass(frozen=True, slots=True)
class Denying:
    """The side that refuses in one direction: who may stand at the ends as it knows them, and all of its table."""

    scene: Scene
    part: CompleteSlice


@dataclass(frozen=True, slots=True)
class Seen:
    """A goal as one of its sides sees it; what a model is decoded with."""

    encoder: Encoder
    plan: AddressPlan


@dataclass(frozen=True, slots=True)
class Difference:
    """A printed goal, and what it speaks of. ``premises`` is the goal without its policies."""

    goal: Goal
    premises: Goal
    allowing: Seen
    denying: Seen
    mentions: Mentions
    question: str

    @property
    def free_behaviours(self) -> tuple[Behaviour, ...]:
        """The behaviours that the goal leaves free and speaks of."""
        declared = self.allowing.encoder.behaviours
        return tuple(b for b in Behaviour if declared[b] not in (TRUE, FALSE) and b in self.mentions.behaviours)


class _SideEncoder(Encoder):
    """An encoder whose selections of subjects are not guarded: no core is asked for, and equal tables read equal."""

    def _guarded(self, selection: Selection, direction: Direction) -> Term:
        del direction
        return self.matches(selection.subject)


def difference(  # noqa: PLR0913, PLR0917 - two sides, and what is asked about them
    allowing: Allowing,
    denying: Denying,
    covered: Sequence[Predicate],
    index: ClusterIndex,
    latitude: Latitude,
    question: str,
) -> Difference:
    """The goal that is unsatisfiable iff ``denying`` allows in one direction whatever ``allowing`` allows.

    Flows for which one of ``covered`` holds, as ``allowing`` sees them, are left aside.
    """
    ours = {direction: _surviving(part, direction, allowing.scene) for direction, part in allowing.slices.items()}
    theirs = _surviving(denying.part, denying.part.direction, denying.scene)
    mentions = Mentions()
    for table in (*ours.values(), theirs):
        collect_table(table, mentions)
    for predicate in covered:
        collect(predicate, mentions)
    plan = index.plan(mentions.ranges, latitude.pod_cidrs)
    names = tuple(sorted(mentions.port_names, key=lambda wanted: (wanted.protocol, wanted.name)))
    spaces = _spaces(allowing.scene, mentions, plan), _spaces(denying.scene, mentions, plan)
    _tell_apart(*spaces)
    one = _SideEncoder(allowing.scene, spaces[0], names)
    other = _SideEncoder(denying.scene, spaces[1], names, beside=one)
    domain = dict.fromkeys(
        term
        for encoder in (one, other)
        for term in (
            *encoder.spaces[End.SOURCE].domain(),
            *encoder.spaces[End.DESTINATION].domain(),
            *joint_domain(encoder.spaces, encoder, index, latitude),
            encoder.port_is_valid(),
        )
        if term != TRUE
    )
    new = ((end, space.in_namespace(NEW_NAMESPACE)) for end, space in one.spaces.items())
    asserted = [
        *(implication(PREFER_KNOWN[end], negation(term)) for end, term in new if term not in (TRUE, FALSE)),
        one.allows(ours),
        negation(other.table_allows(theirs)),
        *(negation(one.matches(predicate)) for predicate in covered),
    ]
    return Difference(
        _goal((one, other), [*domain, *(term for term in asserted if term != TRUE)]),
        _goal((one, other), list(domain)),
        Seen(one, plan),
        Seen(other, plan),
        mentions,
        question,
    )


def _surviving(part: Slice, direction: Direction, scene: Scene) -> RuleTable:
    """What of ``part`` may hold in ``scene``, for a goal about its subjects."""
    return surviving(proving_table(part, scene.casts[direction.subject].places), scene)


def _spaces(scene: Scene, mentions: Mentions, plan: AddressPlan) -> Mapping[End, EndSpace]:
    matter = plan if mentions.ranges else None
    return {end: EndSpace(end, scene.casts[end], scene.namespaces, mentions, matter) for end in End}


def _tell_apart(ours: Mapping[End, EndSpace], theirs: Mapping[End, EndSpace]) -> None:
    """Give ``theirs`` variables of its own for what an existing workload has anew on the other side.

    A workload that moves to the host network, or from there, has another address afterwards; and a label that its
    controller sets has another value where it chooses among others.
    """
    for end in End:
        space = theirs[end]
        for one, other in zip(ours[end].cast.workloads, space.cast.workloads, strict=True):
            if space.address is not None and one.host_network is not other.host_network:
                space.address = Index(f"{ours[end].prefix}_address_denied", space.address.size)
            for key in space.labels.keys() & one.open_labels.keys() & other.open_labels.keys():
                if one.open_labels[key] != other.open_labels[key] and space.labels[key].fixed is None:
                    own = ours[end].labels[key]
                    space.labels[key] = Index(f"{own.name}_denied", own.size)


def _goal(encoders: Sequence[Encoder], assertions: Sequence[Term]) -> Goal:
    defined = "".join(f"(define-fun {name} () Bool {term})\n" for name, term in encoders[0].definitions)
    asserted = "".join(f"(assert {term})\n" for term in assertions)
    text = defined + asserted
    declared = "\n".join(sorted({line for encoder in encoders for line in _declarations(encoder, text)}))
    return Goal(f"(set-logic QF_BV)\n{declared}\n{text}(check-sat)\n", len(assertions))


def _declarations(encoder: Encoder, text: str) -> Iterator[str]:
    indexes = [encoder.protocol, encoder.port, *(i for space in encoder.spaces.values() for i in space.indexes())]
    yield from (line for index in indexes if (line := index.declaration()) is not None)
    hosts = [space.host for space in encoder.spaces.values()]
    for name in (
        *encoder.names.values(),
        *encoder.behaviours.values(),
        encoder.same_node,
        *hosts,
        *PREFER_KNOWN.values(),
    ):
        if name not in (TRUE, FALSE) and name in text:
            yield f"(declare-const {name} Bool)"


def annotated(printed: Difference) -> str:
    """The text of ``printed`` under comments that say what its names and numbers mean."""
    return "\n".join((*difference_legend(printed.question, printed.allowing.encoder), printed.goal.text))
