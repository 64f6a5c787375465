"""Proof goals as SMT-LIB text: each says what it is unsatisfiable for.

The text is what is solved, and what ``--emit-smt2`` saves. Same input, same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from netverify.model.addresses import Address, parse_cidr
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Cluster
from netverify.model.flow import Direction, End
from netverify.model.traffic import Protocol
from netverify.queries.question import Question
from netverify.rules.table import PolicyRef, RuleTable, Selection
from netverify.symbolic.addresses import AddressPlan, Holder
from netverify.symbolic.encode import Encoder
from netverify.symbolic.legend import legend
from netverify.symbolic.scene import NEW_NAMESPACE, Scene, surviving
from netverify.symbolic.solver import Goal
from netverify.symbolic.space import EndSpace
from netverify.symbolic.terms import FALSE, TRUE, Term, conjunction, disjunction, equivalence, implication, negation
from netverify.symbolic.vocabulary import Intervals, Mentions, collect

PREFER_EXISTING = {End.SOURCE: Term("prefer_existing_src"), End.DESTINATION: Term("prefer_existing_dst")}
"""Constants that a goal leaves free; where one is true, that end is in the manifests, or outside."""


@dataclass(frozen=True, slots=True)
class ClusterIndex:
    """What obligations look up in a cluster.

    ``port_numbers`` maps a namespace and a (protocol, name) to the numbers that existing pods there declare.
    """

    cluster: Cluster
    addresses: tuple[Address, ...]
    port_numbers: Mapping[str, Mapping[tuple[Protocol, str], frozenset[int]]]


def index_cluster(cluster: Cluster) -> ClusterIndex:
    """Index the known addresses and the declared port names of ``cluster``."""
    numbers: dict[str, dict[tuple[Protocol, str], set[int]]] = {}
    addresses: list[Address] = []
    for workload in cluster.workloads:
        addresses.extend(workload.known_addresses)
        for port in workload.ports:
            if port.name:
                names = numbers.setdefault(workload.key.namespace, {})
                names.setdefault((port.protocol, port.name), set()).add(port.number)
    frozen = {
        namespace: {name: frozenset(values) for name, values in names.items()} for namespace, names in numbers.items()
    }
    return ClusterIndex(cluster, tuple(sorted(addresses)), frozen)


@dataclass(frozen=True, slots=True)
class Latitude:
    """What possible pods may be: where their addresses lie (empty: anywhere), and if they may name ports freely."""

    pod_cidrs: tuple[str, ...] = ()
    free_named_ports: bool = False


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
    tables: Mapping[Direction, RuleTable],
    index: ClusterIndex,
    latitude: Latitude,
) -> Obligation:
    """The goal that is unsatisfiable iff no flow of ``scene`` answers ``question`` and is allowed by ``tables``.

    A table that leaves policies out of namespaces allows more there, so an unsatisfiable goal holds for the whole.
    """
    kept = {direction: surviving(table, scene) for direction, table in tables.items()}
    mentions = Mentions()
    for predicate in (question.source, question.destination, question.traffic):
        collect(predicate, mentions)
    for table in kept.values():
        _collect_table(table, mentions)
    plan = AddressPlan(Intervals(mentions.ranges), index.addresses, map(parse_cidr, latitude.pod_cidrs))
    scene = _with_crowds(scene, plan)
    matter = plan if mentions.ranges or _families_may_differ(scene) else None
    spaces = {end: EndSpace(end, scene.casts[end], index.cluster.namespaces, mentions, matter) for end in End}
    names = tuple(sorted(mentions.port_names, key=lambda wanted: (wanted.protocol, wanted.name)))
    encoder = Encoder(scene, spaces, names)
    goal = [
        encoder.matches(question.source),
        encoder.matches(question.destination),
        encoder.matches(question.traffic),
        encoder.port_is_valid(),
        encoder.allows(kept),
    ]
    premises = [*spaces[End.SOURCE].domain(), *spaces[End.DESTINATION].domain()]
    premises.extend(_joint_domain(spaces, encoder, index, latitude))
    premises.extend(
        implication(PREFER_EXISTING[end], space.exists()) for end, space in spaces.items() if space.choosable
    )
    assertions = [term for term in (*premises, *goal) if term != TRUE]
    body = _body(encoder, assertions)
    allowing = frozenset(rule.policy for table in tables.values() for tier in table.tiers for rule in tier.rules)
    return Obligation(body, encoder.guards, len(assertions), encoder, plan, mentions, allowing, question.text)


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
    return reachability(question, scene, nothing, index, latitude)


def _collect_table(table: RuleTable, mentions: Mentions) -> None:
    for tier in table.tiers:
        if not tier.applies:
            continue
        collect(tier.condition, mentions)
        for selection in tier.applies:
            collect(selection.subject, mentions)
        for rule in tier.rules:
            collect(rule.peer, mentions)
            collect(rule.traffic, mentions)
            collect(rule.subject, mentions)


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


def _joint_domain(
    spaces: Mapping[End, EndSpace],
    encoder: Encoder,
    index: ClusterIndex,
    latitude: Latitude,
) -> Iterator[Term]:
    """Constraints that speak of both ends, or of the ends and the traffic."""
    source, destination = spaces[End.SOURCE], spaces[End.DESTINATION]
    yield encoder.protocol.bounded()
    yield from _addresses_fit(source, destination)
    yield from _not_oneself(source, destination)
    yield from _one_namespace_one_set_of_labels(source, destination)
    yield from _names_are_declared(destination, encoder, index, latitude)


def _addresses_fit(source: EndSpace, destination: EndSpace) -> Iterator[Term]:
    """Both addresses are of one family, and two ends do not share the last free address of an interval."""
    if source.address is None or destination.address is None or source.plan is None:
        return
    last_ipv4 = source.plan.intervals.ipv4_count - 1
    yield equivalence(source.address.within(0, last_ipv4), destination.address.within(0, last_ipv4))
    for number in range(len(source.plan.intervals.all)):
        if source.plan.plainly_roomy(number):
            continue
        free = {address for holder in (Holder.POD, Holder.EXTERNAL) for address in source.plan.free(holder, number)}
        both_there = conjunction((source.address.equals(number), destination.address.equals(number)))
        if len(free) == 1:
            both_free = (source.takes_free_address(number), destination.takes_free_address(number))
            yield negation(conjunction((*both_free, both_there)))
        elif not free:
            yield from _no_second_replica(source, destination, number, both_there)


def _no_second_replica(source: EndSpace, destination: EndSpace, number: int, both_there: Term) -> Iterator[Term]:
    """Two pods of one controller are not both in an interval that holds one known address and no free one."""
    there = {destination.cast.workloads[who - 1].key: who for who in destination.replicas.get(number, ())}
    for who, count in source.replicas.get(number, {}).items():
        workload = source.cast.workloads[who - 1]
        if count == 1 and not workload.host_network and workload.key in there:
            same = (source.who.equals(who), destination.who.equals(there[workload.key]))
            yield negation(conjunction((*same, both_there)))


def _not_oneself(source: EndSpace, destination: EndSpace) -> Iterator[Term]:
    """A flow is between two pods: a bare Pod has no replica to talk to."""
    numbers = {workload.key: number for number, workload in enumerate(destination.cast.workloads, start=1)}
    for number, workload in enumerate(source.cast.workloads, start=1):
        if workload.single and workload.key in numbers:
            same = (source.who.equals(number), destination.who.equals(numbers[workload.key]))
            yield negation(conjunction(same))


def _one_namespace_one_set_of_labels(source: EndSpace, destination: EndSpace) -> Iterator[Term]:
    """Both ends in one namespace see the same labels of it. A new namespace at both ends may be two namespaces."""
    shared = [key for key in source.namespace_labels if key in destination.namespace_labels]
    if not shared:
        return
    same = conjunction(source.namespace_labels[key].same_as(destination.namespace_labels[key]) for key in shared)
    for name in source.places:
        if name != NEW_NAMESPACE and not source.declared(name):
            both = conjunction((source.in_namespace(name), destination.in_namespace(name)))
            yield implication(both, same)


def _names_are_declared(
    destination: EndSpace,
    encoder: Encoder,
    index: ClusterIndex,
    latitude: Latitude,
) -> Iterator[Term]:
    """A possible pod names a port only as existing pods of its namespace do, unless names are free."""
    if latitude.free_named_ports or not destination.cast.namespaces:
        return
    for wanted, named in encoder.names.items():
        declared = disjunction(
            conjunction((destination.in_namespace(place), encoder.port.one_of(numbers)))
            for place in destination.cast.namespaces
            if (numbers := index.port_numbers.get(place, {}).get((wanted.protocol, wanted.name)))
        )
        yield implication(named, declared)


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
