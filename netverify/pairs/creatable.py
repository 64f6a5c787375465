"""Pods that could be created, read like existing ones: one stands for all of a namespace, with its labels left open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from netverify.model.behaviours import Behaviour
from netverify.model.cluster import NODES, Cluster, ContainerPort, Namespace, Workload, WorkloadKey
from netverify.model.flow import End
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.pairs.access import Pair, Walk
from netverify.pairs.all_pairs import all_pairs
from netverify.pairs.diagrams import NEVER, Diagram
from netverify.pairs.domain import NEW_NAMESPACES, Creation
from netverify.pairs.elimination import any_port, in_every_world, in_some_world
from netverify.pairs.population import ACCOUNT
from netverify.pairs.rectangles import Rectangle
from netverify.policy.mentions import Mentions, collect, collect_table
from netverify.policy.predicate import Predicate
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import PolicySet
from netverify.records import dataclass

_KIND = "possible"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with one end open: three predicates, and which end is open."""

    source: Predicate
    destination: Predicate
    traffic: Predicate
    open_end: End


@dataclass(frozen=True, slots=True)
class Meeting:
    """A possible pod at the open end with one partner: ``diagram`` says in which ports and circumstances.

    ``partner`` is an existing workload, a possible pod (its key's kind is not one of Kubernetes), or None for an
    external address of the interval ``bit``.
    """

    partner: WorkloadKey | None
    bit: int
    diagram: Diagram
    walk: Walk


@dataclass(slots=True)
class Possible:
    """What possible pods of one namespace can do: diagrams of their labels, with every port or none.

    ``sure``: whatever else is left open; ``perhaps``: in some circumstances. ``causes`` is what the difference depends
    on.
    """

    namespace: str
    sure: Diagram = NEVER
    perhaps: Diagram = NEVER
    causes: set[str] = field(default_factory=set)
    meetings: list[Meeting] = field(default_factory=list)


class Creatable:
    """Reads what pods that could be created can do at the open end of a question."""

    def __init__(  # noqa: PLR0913 - one argument for each thing that the reading depends on
        self,
        cluster: Cluster,
        policies: PolicyIndex,
        fixed: Mapping[Behaviour, bool],
        asked: Asked,
        *,
        partners: Iterable[Workload],
        places: Collection[str],
        pod_cidrs: Iterable[str] = (),
        free_named_ports: bool = False,
    ) -> None:
        """``partners`` may stand at the other end, and everyone who may is in ``places``; any more do no harm."""
        self._end = asked.open_end
        predicates = (asked.source, asked.destination, asked.traffic)
        policies = _that_matter(policies, self._end, places)
        extended, created = with_possible_pods(cluster, partners, pod_label_keys(policies, predicates))
        taken = tuple(address for workload in cluster.workloads for address in workload.known_addresses)
        connectivity = all_pairs(
            extended,
            policies,
            fixed,
            pod_cidrs=pod_cidrs,
            asked=predicates,
            creation=Creation(frozenset(created.values()), free_named_ports, taken),
            exact_addresses=True,
        )
        self.created = created
        self.domain = connectivity.reading.domain
        self._connectivity = connectivity.narrowed(
            source=asked.source, destination=asked.destination, traffic=asked.traffic
        )

    def read(self) -> Iterator[Possible]:
        """The possible pods of every namespace, in the order of names, and first those of a new namespace."""
        for name, key in self.created.items():
            if name != NEW_NAMESPACES[1]:
                yield self._possible(name, key)

    def kept(self, namespace: str) -> set[int]:
        """The variables that say which possible pod of ``namespace`` it is: its labels and those of the namespace."""
        labels = self.domain.variables.labels().values()
        return {
            label.number
            for label in labels
            if (label.end is self._end and label.key != ACCOUNT) or label.namespace == namespace
        }

    def _possible(self, namespace: str, key: WorkloadKey) -> Possible:
        found = Possible(namespace)
        diagrams = self.domain.diagrams
        for meeting in self._meetings(key):
            kept = self.kept(namespace)
            sure = self.surely(meeting, kept)
            perhaps = in_some_world(meeting.diagram, meeting.walk, kept)
            if perhaps == NEVER:
                continue
            found.meetings.append(meeting)
            found.sure = diagrams.either(found.sure, any_port(sure, diagrams))
            found.perhaps = diagrams.either(found.perhaps, any_port(perhaps, diagrams))
            if sure != perhaps:
                decided = kept | set(self.chosen(meeting))
                found.causes |= meeting.walk.causes(meeting.diagram, diagrams.always, decided)
        return found

    def surely(self, meeting: Meeting, kept: set[int]) -> Diagram:
        """The ports that a possible pod has whatever is left open, but for what its partner's maker may choose."""
        chosen = set(self.chosen(meeting))
        return in_some_world(in_every_world(meeting.diagram, meeting.walk, kept | chosen), meeting.walk, kept)

    def chosen(self, meeting: Meeting) -> Iterator[int]:
        """The variables that whoever creates the pods decides, but for the labels of the one at the open end.

        Its service account is among them: whom a listing names may choose it.
        """
        closed = self._end.other
        yield from self.domain.variables.port_name_variables()
        labels = self.domain.variables.labels().values()
        yield from (label.number for label in labels if label.key == ACCOUNT and label.end is self._end)
        if meeting.partner is None or meeting.partner.kind != _KIND:
            return
        for label in labels:
            if label.end is closed or label.namespace in NEW_NAMESPACES:
                yield label.number

    def _meetings(self, key: WorkloadKey) -> Iterator[Meeting]:
        """The partners of a possible pod that may be what is asked about, with the diagram of both."""
        reading = self._connectivity.reading
        number, bit = self.domain.population.places[self.domain.population.workloads[key]]
        own = reading.blocks[number]
        ours = reading.leeways.at(own, bit)
        at_source = self._end is End.SOURCE
        for other in reading.blocks:
            source, destination = (own, other) if at_source else (other, own)
            for rectangle in self._connectivity.rectangles_between(source, destination):
                here, there = _bits(rectangle, at_source=at_source)
                if not here >> bit & 1:
                    continue
                for leeway, who in reading.leeways.of_block(other):
                    theirs = there & who
                    if not theirs:
                        continue
                    partner_bit = (theirs & -theirs).bit_length() - 1
                    partner = other.workloads[partner_bit].key if other.workloads else None
                    ends = (ours, leeway) if at_source else (leeway, ours)
                    walk = Walk(self.domain, reading.accesses, Pair(*ends, replicas=partner == key))
                    yield Meeting(partner, partner_bit, rectangle.diagram, walk)


def _that_matter(policies: PolicyIndex, open_end: End, places: Collection[str]) -> PolicyIndex:
    """``policies`` without those of subjects at the closed end that are not in ``places``."""
    tables = {
        direction: table if direction.subject is open_end else policies.slice(direction, places)
        for direction, table in policies.policies.tables.items()
    }
    return PolicyIndex(PolicySet(tables))


def _bits(rectangle: Rectangle, *, at_source: bool) -> tuple[int, int]:
    ends = (rectangle.source_bits, rectangle.destination_bits)
    return ends if at_source else ends[::-1]


def pod_label_keys(policies: PolicyIndex, predicates: Iterable[Predicate]) -> Sequence[str]:
    """The keys of labels of pods that ``policies`` and ``predicates`` name."""
    mentions = Mentions()
    for table in policies.policies.tables.values():
        collect_table(table, mentions)
    for predicate in predicates:
        collect(predicate, mentions)
    return sorted({key for of_end in mentions.pod_labels.values() for key in of_end})


def with_possible_pods(
    cluster: Cluster, partners: Iterable[Workload], keys: Sequence[str]
) -> tuple[Cluster, dict[str, WorkloadKey]]:
    """``cluster`` with ``partners`` alone, and for each namespace a workload for its possible pods, by namespace."""
    named_ports: dict[str, dict[ContainerPort, None]] = {}
    for workload in cluster.workloads:
        for port in workload.ports:
            if port.name:
                named_ports.setdefault(workload.key.namespace, {})[port] = None
    new = {name: Namespace(name, {NAMESPACE_NAME_LABEL: name}, declared=False) for name in NEW_NAMESPACES}
    namespaces = {**new, **cluster.namespaces}
    created = {name: WorkloadKey(name, "", _KIND) for name in namespaces if name != NODES}
    pods = tuple(
        Workload(key, {}, tuple(named_ports.get(name, ())), open_labels=dict.fromkeys(keys))
        for name, key in created.items()
    )
    return replace(cluster, namespaces=namespaces, workloads=(*partners, *pods)), created
