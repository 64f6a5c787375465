"""Proof goals as SMT-LIB text: each says what it is unsatisfiable for.

The text is what is solved, and what ``--emit-smt2`` saves. Same input, same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from netverify.model.address_plan import AddressPlan
from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction, End
from netverify.queries.question import Question
from netverify.rules.mentions import Mentions, collect, collect_table
from netverify.rules.predicate import Predicate
from netverify.rules.slicing import CompleteSlice, Slice, proving_table
from netverify.rules.table import PolicyRef, RuleTable, Selection
from netverify.symbolic.cluster_index import ClusterIndex, Latitude
from netverify.symbolic.encode import Encoder
from netverify.symbolic.joint_domain import joint_domain
from netverify.symbolic.legend import legend
from netverify.symbolic.scene import Scene, surviving
from netverify.symbolic.solver import Goal
from netverify.symbolic.space import EndSpace
from netverify.symbolic.terms import FALSE, TRUE, Term, implication, negation

PREFER_EXISTING = {End.SOURCE: Term("prefer_existing_src"), End.DESTINATION: Term("prefer_existing_dst")}
"""Constants that a goal leaves free; where one is true, that end is in the manifests, or outside."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """A printed goal.

    ``body`` declares and constrains, in ``assertions`` assertions; each guard of ``guards`` switches one policy's
    selection of subjects on. The goal is the body with every guard on. ``plan`` tells which addresses are
    free in a model, and ``mentions`` what the goal speaks of. ``allowing`` are the policies that have rules: where
    policies without any carry a proof, they read plainer.
    """

    body: str
    guards: Mapping[str, tuple[Direction, Selection]]
    assertions: int
    encoder: Encoder
    plan: AddressPlan
    mentions: Mentions
    allowing: frozenset[PolicyRef]
    question: str

    @property
    def goal(self) -> Goal:
        """The whole goal, as it is solved and saved."""
        switched_on = "".join(f"(assert {guard})\n" for guard in self.guards)
        text = f"{self.body}{switched_on}(check-sat)\n"
        guards = tuple(self.guards)
        telling = tuple(guard for guard in guards if self.guards[guard][1].policy not in self.allowing)
        return Goal(text, self.assertions + len(guards), guards, telling)

    @property
    def choices(self) -> tuple[End, ...]:
        """The ends at which both an existing and a possible pod may stand."""
        return tuple(end for end, space in self.encoder.spaces.items() if space.choosable)

    @property
    def free_behaviours(self) -> tuple[Behaviour, ...]:
        """The behaviours that the goal leaves free and speaks of."""
        declared = self.encoder.behaviours
        return tuple(b for b in Behaviour if declared[b] not in (TRUE, FALSE) and b in self.mentions.behaviours)


def reachability(
    question: Question,
    scene: Scene,
    slices: Mapping[Direction, Slice],
    index: ClusterIndex,
    latitude: Latitude,
) -> Obligation:
    """The goal that is unsatisfiable iff no flow of ``scene`` answers ``question`` and is allowed by ``slices``.

    Then no such flow is allowed by the whole tables either. Raises
    :class:`~netverify.rules.slicing.IncompleteSliceError` where that would not follow.
    """
    tables = _proving_tables(slices, scene)
    return _obligation(question, scene, tables, index, latitude, refused=False)


def refusal(
    question: Question,
    scene: Scene,
    slices: Mapping[Direction, CompleteSlice],
    index: ClusterIndex,
    latitude: Latitude,
) -> Obligation:
    """The goal that is unsatisfiable iff every flow of ``scene`` that answers ``question`` is allowed by ``slices``.

    Raises as :func:`reachability`.
    """
    tables = _proving_tables(slices, scene)
    return _obligation(question, scene, tables, index, latitude, refused=True)


def _proving_tables(slices: Mapping[Direction, Slice], scene: Scene) -> Mapping[Direction, RuleTable]:
    """The tables of ``slices``, for a goal about the subjects of ``scene``."""
    return {d: proving_table(part, scene.casts[d.subject].places) for d, part in slices.items()}


def _obligation(  # noqa: PLR0913 - as the two above, and which of them it is
    question: Question,
    scene: Scene,
    tables: Mapping[Direction, RuleTable],
    index: ClusterIndex,
    latitude: Latitude,
    *,
    refused: bool,
) -> Obligation:
    kept = {direction: surviving(table, scene) for direction, table in tables.items()}
    asked = question.asked
    ground = grounded(asked, kept.values(), scene, index, latitude)
    encoder = ground.encoder
    matched = [encoder.matches(part) for part in asked]
    allowed = encoder.allows(kept)
    goal = [*matched, encoder.port_is_valid(), negation(allowed) if refused else allowed]
    allowing = frozenset(rule.policy for table in tables.values() for tier in table.tiers for rule in tier.rules)
    return ground.obligation(goal, allowing, question.text)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a goal stands on: the variables that its predicates and tables need, and the premises about them."""

    encoder: Encoder
    plan: AddressPlan
    mentions: Mentions
    premises: tuple[Term, ...]

    def obligation(self, goal: Iterable[Term], allowing: frozenset[PolicyRef], text: str) -> Obligation:
        """The obligation that ``goal`` does not hold of any flow; ``text`` says it in words."""
        assertions = [term for term in (*self.premises, *goal) if term != TRUE]
        body = _body(self.encoder, assertions)
        return Obligation(
            body, self.encoder.guards, len(assertions), self.encoder, self.plan, self.mentions, allowing, text
        )


def grounded(
    predicates: Iterable[Predicate],
    tables: Iterable[RuleTable],
    scene: Scene,
    index: ClusterIndex,
    latitude: Latitude,
) -> Ground:
    """The ground for goals about the flows of ``scene`` that speak of ``predicates`` and ``tables`` alone."""
    mentions = Mentions()
    for predicate in predicates:
        collect(predicate, mentions)
    for table in tables:
        collect_table(table, mentions)
    plan = index.plan(mentions.ranges, latitude.pod_cidrs)
    scene = _with_crowds(scene, plan)
    matter = plan if mentions.ranges or _families_may_differ(scene) else None
    spaces = {end: EndSpace(end, scene.casts[end], index.cluster.namespaces, mentions, matter) for end in End}
    names = tuple(sorted(mentions.port_names, key=lambda wanted: (wanted.protocol, wanted.name)))
    encoder = Encoder(scene, spaces, names)
    premises = [*spaces[End.SOURCE].domain(), *spaces[End.DESTINATION].domain()]
    premises.extend(joint_domain(spaces, encoder, index, latitude))
    premises.extend(
        implication(PREFER_EXISTING[end], space.exists()) for end, space in spaces.items() if space.choosable
    )
    return Ground(encoder, plan, mentions, tuple(premises))


def _with_crowds(scene: Scene, plan: AddressPlan) -> Scene:
    """``scene`` with those of its crowds named who have an address where fewer than two are left for possible pods."""
    casts = dict(scene.casts)
    for end, crowd in scene.crowds.items():
        scarce = [w for w in crowd if any(plan.is_scarce(plan.intervals.index_of(a)) for a in w.known_addresses)]
        workloads = sorted((*casts[end].workloads, *scarce), key=lambda workload: workload.key)
        casts[end] = replace(casts[end], workloads=tuple(workloads))
    return replace(scene, casts=casts)


def premises_only(
    question: Question,
    scene: Scene,
    index: ClusterIndex,
    latitude: Latitude,
) -> Obligation:
    """The goal that is unsatisfiable iff the question is about nothing: no flow at all has such ends and traffic."""
    nothing = {direction: RuleTable(direction, ()) for direction in Direction}
    return _obligation(question, scene, nothing, index, latitude, refused=False)


def _families_may_differ(scene: Scene) -> bool:
    """Whether one end has pods known to speak only IPv4, and the other only IPv6."""
    families = {
        end: {
            frozenset(address.family for address in workload.addresses)
            for workload in cast.workloads
            if workload.addresses
        }
        for end, cast in scene.casts.items()
    }
    only = frozenset({4}), frozenset({6})
    return any(one in families[End.SOURCE] and other in families[End.DESTINATION] for one, other in (only, only[::-1]))


def _body(encoder: Encoder, assertions: list[Term]) -> str:
    defined = "".join(f"(define-fun {name} () Bool {term})\n" for name, term in encoder.definitions)
    asserted = "".join(f"(assert {term})\n" for term in assertions)
    declared = "\n".join(sorted(_declarations(encoder, defined + asserted)))
    return f"(set-logic QF_BV)\n{declared}\n{defined}{asserted}"


def _declarations(encoder: Encoder, text: str) -> Iterator[str]:
    indexes = [encoder.protocol, encoder.port, *(i for space in encoder.spaces.values() for i in space.indexes())]
    for index in indexes:
        declaration = index.declaration()
        if declaration is not None:
            yield declaration
    for guard in encoder.guards:
        yield f"(declare-const {guard} Bool)"
    booleans = [*encoder.names.values(), *encoder.behaviours.values(), encoder.same_node, *PREFER_EXISTING.values()]
    for name in booleans:
        if name not in (TRUE, FALSE) and name in text:
            yield f"(declare-const {name} Bool)"


def annotated(obligation: Obligation) -> str:
    """The text of ``obligation`` under comments that say what its names and numbers mean."""
    return "\n".join((*legend(obligation.question, obligation.encoder), obligation.goal.text))
