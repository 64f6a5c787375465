"""Proof goals as SMT-LIB text: each says what it is unsatisfiable for.

The text is what is solved, and what ``--emit-smt2`` saves. Same input, same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from netverify.model.address_plan import AddressPlan
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Workload
from netverify.model.flow import Direction, End
from netverify.policy.mentions import Mentions, collect, collect_table
from netverify.policy.slicing import Slice, proving_table
from netverify.policy.table import Carrier, PolicyRef, RuleTable, Selection
from netverify.records import dataclass
from netverify.symbolic.cluster_index import ClusterIndex, ModelOptions
from netverify.symbolic.encode import Encoder
from netverify.symbolic.goal import Allows, Claim, Distinguishes, Flows, Refuses
from netverify.symbolic.joint_domain import joint_domain
from netverify.symbolic.legend import legend
from netverify.symbolic.scene import NEW_NAMESPACE, Scene, surviving
from netverify.symbolic.space import EndSpace
from netverify.symbolic.status import Goal
from netverify.symbolic.terms import FALSE, TRUE, Index, Term, conjunction, equivalence, implication, negation

PREFER_EXISTING = {End.SOURCE: Term("prefer_existing_src"), End.DESTINATION: Term("prefer_existing_dst")}
"""Constants that a goal leaves free; where one is true, that end is in the manifests, or outside."""

PREFER_KNOWN = {End.SOURCE: Term("prefer_known_src"), End.DESTINATION: Term("prefer_known_dst")}
"""Constants that a comparison leaves free; where one is true, that end is in no namespace that could be created."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An obligation as one side of a comparison sees it; what a model is decoded with."""

    encoder: Encoder
    plan: AddressPlan


@dataclass(frozen=True, slots=True)
class Obligation:
    """A printed goal.

    ``body`` declares and constrains, in ``assertions`` assertions; each guard of ``guards`` switches one policy's
    selection of subjects on, or one rule that denies. The goal is the body with every guard on. ``plan`` tells which
    addresses are free in a model, and ``mentions`` what the goal speaks of. ``allowing`` are the policies that have
    rules: where policies without any carry a proof, they read plainer. ``text`` are the flows in words, and ``proves``
    what it means that the goal is unsatisfiable. ``other`` is how the second side of a comparison sees it.
    """

    body: str
    guards: Mapping[str, tuple[Direction, Carrier]]
    assertions: int
    encoder: Encoder
    plan: AddressPlan
    mentions: Mentions
    allowing: frozenset[PolicyRef]
    text: str
    proves: str
    other: Seen | None = None

    @property
    def goal(self) -> Goal:
        """The whole goal, as it is solved and saved."""
        switched_on = "".join(f"(assert {guard})\n" for guard in self.guards)
        text = f"{self.body}{switched_on}(check-sat)\n"
        guards = tuple(self.guards)
        selecting = tuple(guard for guard in guards if isinstance(self.guards[guard][1], Selection))
        telling = tuple(guard for guard in selecting if self.guards[guard][1].policy not in self.allowing)
        return Goal(text, self.assertions + len(guards), guards, (telling, selecting), guards[len(selecting) :])

    @property
    def choices(self) -> tuple[End, ...]:
        """The ends at which both an existing and a possible pod may stand."""
        return tuple(end for end, space in self.encoder.spaces.items() if space.choosable)

    @property
    def free_behaviours(self) -> tuple[Behaviour, ...]:
        """The behaviours that the goal leaves free and speaks of."""
        declared = self.encoder.behaviours
        return tuple(b for b in Behaviour if declared[b] not in (TRUE, FALSE) and b in self.mentions.behaviours)


def obligation(flows: Flows, claim: Claim, index: ClusterIndex, options: ModelOptions) -> Obligation:
    """The obligation that is unsatisfiable iff ``claim`` holds of none of ``flows``.

    Then it holds of none of them with the whole policies either. Raises
    :class:`~netverify.policy.slicing.IncompleteSliceError` where that would not follow.
    """
    compared = isinstance(claim, Distinguishes)
    slices = claim.left if isinstance(claim, Distinguishes) else claim.slices
    parts = {direction: _proving(part, direction, flows.scene) for direction, part in slices.items()}
    tables = {direction: surviving(part, flows.scene) for direction, part in parts.items()}
    right = _of_right(claim, flows)
    mentions = Mentions()
    for table in (*tables.values(), *([] if right is None else [right])):
        collect_table(table, mentions)
    named = [one for one in index.cluster.workloads if one.key in mentions.workloads] if mentions.workloads else []
    for predicate in (*flows.asked, *(claim.covered if isinstance(claim, Distinguishes) else ())):
        collect(predicate, mentions)
    plan = index.plan(mentions.ranges, options.pod_cidrs)
    encoders = _encoders(replace(flows, scene=_whole(flows.scene, named, plan)), mentions, plan, guarded=not compared)
    one, *_ = encoders
    port = (one.port_is_valid(),)
    # The order of assertions decides which of several models is found first, and so which changes a comparison lists.
    first, last = (port, ()) if compared else ((), port)
    domain = (term for encoder in encoders for term in (*_domain(encoder, index, options), *first))
    matched = [one.matches(part) for part in flows.asked]
    claimed = _claimed(claim, encoders, tables, right)
    terms = (*dict.fromkeys(domain), *_preferable(one, compared=compared), *matched, *last, *claimed)
    assertions = [term for term in terms if term != TRUE]
    allowing = frozenset(rule.policy for table in parts.values() for tier in table.every_tier() for rule in tier.rules)
    return Obligation(
        _body(encoders, assertions),
        {**one.guards, **one.denials},
        len(assertions),
        one,
        plan,
        mentions,
        allowing,
        flows.text,
        _proves(claim),
        Seen(encoders[-1], plan) if compared else None,
    )


def premises(flows: Flows, index: ClusterIndex, options: ModelOptions) -> Obligation:
    """The obligation that is unsatisfiable iff there are no such ``flows`` at all, whatever policy says."""
    return obligation(flows, Allows({}), index, options)


def _proving(part: Slice, direction: Direction, scene: Scene) -> RuleTable:
    """The table of ``part``, for a goal about the subjects of ``scene``."""
    return proving_table(part, scene.casts[direction.subject].places)


def _of_right(claim: Claim, flows: Flows) -> RuleTable | None:
    """What of the right side's table may hold, for a claim about two sides."""
    if not isinstance(claim, Distinguishes):
        return None
    scene = flows.other or flows.scene
    return surviving(_proving(claim.right, claim.right.direction, scene), scene)


def _encoders(flows: Flows, mentions: Mentions, plan: AddressPlan, *, guarded: bool) -> tuple[Encoder, ...]:
    """The variables of the goal, as each side sees them."""
    names = tuple(sorted(mentions.port_names, key=lambda wanted: (wanted.protocol, wanted.name)))
    unspecified = tuple(sorted(mentions.unspecified))
    spaces = _spaces(flows.scene, mentions, plan)
    if flows.other is None:
        return (Encoder(flows.scene, spaces, names, unspecified, guarded=guarded),)
    others = _spaces(flows.other, mentions, plan)
    _tell_apart(spaces, others)
    one = Encoder(flows.scene, spaces, names, unspecified, guarded=guarded)
    return one, Encoder(flows.other, others, names, unspecified, beside=one, guarded=guarded)


def _spaces(scene: Scene, mentions: Mentions, plan: AddressPlan) -> Mapping[End, EndSpace]:
    matter = plan if mentions.ranges or _families_may_differ(scene) else None
    return {end: EndSpace(end, scene.casts[end], scene.namespaces, mentions, matter) for end in End}


def _tell_apart(ours: Mapping[End, EndSpace], theirs: Mapping[End, EndSpace]) -> None:
    """Give ``theirs`` variables of its own for what an existing workload has anew on the other side.

    A workload that moves to the host network, or from there, has another address afterwards; and a label that its
    controller sets has another value where it chooses among others. The same goes for its service account.
    """
    for end in End:
        space = theirs[end]
        for one, other in zip(ours[end].cast.workloads, space.cast.workloads, strict=True):
            if space.address is not None and one.host_network is not other.host_network:
                space.address = Index(f"{ours[end].prefix}_address_denied", space.address.size)
            if one.service_account != other.service_account and space.account.fixed is None:
                space.account = Index(f"{ours[end].account.name}_denied", space.account.size)
            for key in space.labels.keys() & one.open_labels.keys() & other.open_labels.keys():
                if one.open_labels[key] != other.open_labels[key] and space.labels[key].fixed is None:
                    own = ours[end].labels[key]
                    space.labels[key] = Index(f"{own.name}_denied", own.size)


def _domain(encoder: Encoder, index: ClusterIndex, options: ModelOptions) -> Iterator[Term]:
    """Which values of the variables are real."""
    for end in (End.SOURCE, End.DESTINATION):
        yield from encoder.spaces[end].domain()
    yield from joint_domain(encoder.spaces, encoder, index, options)


def _preferable(encoder: Encoder, *, compared: bool) -> Iterator[Term]:
    """What the constants mean; those of comparisons in a goal that is ``compared``."""
    for end, space in encoder.spaces.items():
        if compared:
            new = space.in_namespace(NEW_NAMESPACE)
            if new not in (TRUE, FALSE):
                yield implication(PREFER_KNOWN[end], negation(new))
        elif space.choosable:
            yield implication(PREFER_EXISTING[end], space.exists())


def _claimed(
    claim: Claim, encoders: Sequence[Encoder], tables: Mapping[Direction, RuleTable], right: RuleTable | None
) -> list[Term]:
    """What ``claim`` says of a flow, of policies whose ``tables`` are told, and of the ``right`` one of two sides."""
    one, other = encoders[0], encoders[-1]
    match claim:
        case Allows():
            return [one.allows(tables)]
        case Refuses():
            return [negation(one.allows(tables))]
        case Distinguishes():
            assert right is not None
            covered = [negation(one.matches(predicate)) for predicate in claim.covered]
            if not claim.either_way:
                return [one.allows(tables), negation(other.table_allows(right)), *covered]
            left = tables[right.direction]
            same = [equivalence(one.table_allows(left), other.table_allows(right))]
            if claim.strictly:
                for mine, theirs in zip(left.tiers, right.tiers, strict=True):
                    applies = one.tier_applies(mine, left.direction), other.tier_applies(theirs, right.direction)
                    same.append(equivalence(*applies))
            return [negation(conjunction(same)), *covered]
        case _ as never:
            assert_never(never)


def _proves(claim: Claim) -> str:
    """What it means that ``claim`` holds of no flow, in words that the flows follow."""
    match claim:
        case Allows(slices):
            return "no such flow is allowed" if slices else "there is no such flow at all, allowed or not"
        case Refuses():
            return "every such flow is allowed"
        case Distinguishes():
            return "it is not so that" if claim.either_way else "there is no such flow"
        case _ as never:
            assert_never(never)


def _whole(scene: Scene, named: Sequence[Workload], plan: AddressPlan) -> Scene:
    """``scene`` with those existing pods among its casts that no possible pod can stand for in this goal.

    These are the workloads that policies have ``named``, and those of its crowds who have an address where fewer than
    two are left for possible pods.
    """
    casts = dict(scene.casts)
    for end, cast in scene.casts.items():
        there = {workload.key for workload in cast.workloads}
        crowd = scene.crowds.get(end, ())
        added = {w.key: w for w in crowd if any(plan.is_scarce(plan.intervals.index_of(a)) for a in w.known_addresses)}
        if cast.unnamed:
            added |= {w.key: w for w in named if w.key.namespace in cast.places and w.key not in there}
        workloads = sorted((*cast.workloads, *added.values()), key=lambda workload: workload.key)
        casts[end] = replace(cast, workloads=tuple(workloads))
    return replace(scene, casts=casts)


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


def _body(encoders: Sequence[Encoder], assertions: Sequence[Term]) -> str:
    defined = "".join(f"(define-fun {name} () Bool {term})\n" for name, term in encoders[0].definitions)
    asserted = "".join(f"(assert {term})\n" for term in assertions)
    text = defined + asserted
    declared = "\n".join(sorted({line for encoder in encoders for line in _declarations(encoder, text)}))
    return f"(set-logic QF_BV)\n{declared}\n{text}"


def _declarations(encoder: Encoder, text: str) -> Iterator[str]:
    indexes = [encoder.protocol, encoder.port, *(i for space in encoder.spaces.values() for i in space.indexes())]
    yield from (line for index in indexes if (line := index.declaration()) is not None)
    yield from (f"(declare-const {guard} Bool)" for guard in (*encoder.guards, *encoder.denials))
    hosts = [space.host for space in encoder.spaces.values()]
    free = (*encoder.names.values(), *encoder.behaviours.values(), *encoder.unspecified.values())
    booleans = [*free, encoder.same_node, *hosts]
    for name in (*booleans, *PREFER_EXISTING.values(), *PREFER_KNOWN.values()):
        if name not in (TRUE, FALSE) and name in text:
            yield f"(declare-const {name} Bool)"


def annotated(printed: Obligation) -> str:
    """The text of ``printed`` under comments that say what its names and numbers mean."""
    return "\n".join((*legend(printed.proves, printed.text, printed.encoder), printed.goal.text))
