"""What the reading of one cluster stands on: who there is, what is told apart, and what is left open."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping

from netverify.model.address_plan import AddressPlan
from netverify.model.addresses import Address, parse_cidr
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Cluster, Namespace, WorkloadKey
from netverify.model.flow import End
from netverify.model.intervals import Intervals
from netverify.model.nodes import nodes_at
from netverify.model.traffic import MAX_PORT, MIN_PORT, PortSet, Protocol, port_set
from netverify.pairs.cells import Cells
from netverify.pairs.diagrams import Diagrams
from netverify.pairs.population import ACCOUNT, HOSTS, Population, populate
from netverify.pairs.spread import Spreads
from netverify.pairs.variables import Variables
from netverify.policy.mentions import Mentions, collect, collect_table
from netverify.policy.predicate import Predicate
from netverify.policy.table import PolicySet, RuleTable
from netverify.records import dataclass


class PortAtoms:
    """The atoms between the edges in ``cuts``; ``cuts`` are first ports of ranges, and may be beyond the last port."""

    def __init__(self, cuts: Iterable[int]) -> None:
        self._starts = sorted({MIN_PORT, *(cut for cut in cuts if MIN_PORT <= cut <= MAX_PORT)})
        self._ends = [*(start - 1 for start in self._starts[1:]), MAX_PORT]
        self._width = len(self._starts)
        self.count = self._width * len(Protocol)
        self._shifts = {protocol: self._width * number for number, protocol in enumerate(Protocol)}
        self._bits: dict[tuple[Protocol, PortSet], int] = {}
        self._sets: dict[int, Mapping[Protocol, PortSet]] = {}

    def bits(self, protocol: Protocol, ports: PortSet) -> int:
        """``ports`` of ``protocol``, whose edges must be among the cuts."""
        found = self._bits.get((protocol, ports))
        if found is None:
            found = 0
            for first, last in ports.ranges:
                low, high = bisect_left(self._starts, first), bisect_left(self._starts, last + 1)
                found |= (1 << high) - (1 << low)
            found = self._bits[protocol, ports] = found << self._shifts[protocol]
        return found

    def number(self, protocol: Protocol, port: int) -> int:
        """One port of ``protocol``, an atom of its own."""
        return self.bits(protocol, PortSet(((port, port),)))

    def sets(self, bits: int) -> Mapping[Protocol, PortSet]:
        """What ``bits`` stand for, by protocol; protocols without ports are missing."""
        found = self._sets.get(bits)
        if found is None:
            found = self._sets[bits] = {
                protocol: ports for protocol in Protocol if (ports := self._ports(bits >> self._shifts[protocol]))
            }
        return found

    def _ports(self, bits: int) -> PortSet:
        atoms = [number for number in range(self._width) if bits >> number & 1]
        return port_set(*((self._starts[atom], self._ends[atom]) for atom in atoms))


NEW_NAMESPACES = ("*", "**")
"""Stand for two namespaces that no manifest mentions; neither is a value that a label can have, or a selector name."""


@dataclass(frozen=True, slots=True)
class Creation:
    """Workloads that stand for pods that could be created: their labels may be anything, or missing.

    They declare the port names of existing pods of their namespace, or none; with ``free_named_ports`` any name for any
    port. ``taken`` are addresses that nobody else can have, beside those of the cluster's workloads.
    """

    workloads: frozenset[WorkloadKey] = frozenset()
    free_named_ports: bool = False
    taken: tuple[Address, ...] = ()


NOTHING_CREATED = Creation()


@dataclass(frozen=True, slots=True)
class Domain:
    """One cluster, made ready.

    ``fixed`` are the behaviours that are not left open, ``mentions`` what is told apart. ``addresses_apart``: intervals
    may be traded, since each direction of policy looks at the addresses of its peers alone, and all pods may be in the
    same intervals.
    """

    namespaces: Mapping[str, Namespace]
    fixed: Mapping[Behaviour, bool]
    plan: AddressPlan
    population: Population
    ports: PortAtoms
    variables: Variables
    diagrams: Diagrams
    spreads: Spreads
    mentions: Mentions
    addresses_apart: bool
    creation: Creation

    def hosts_that_are_pods(self) -> Mapping[int, Cells]:
        """Who is a pod in the block of hosts, of which nodes are no pods; empty where there are no nodes."""
        hosts = self.population.blocks[HOSTS]
        pods = hosts.full & ~self.population.nodes
        return {HOSTS: ((self.diagrams.always, pods),) if pods else ()} if self.population.nodes else {}


def make_domain(  # noqa: PLR0913, PLR0917 - one argument for each thing that the reading depends on
    cluster: Cluster,
    policies: PolicySet,
    fixed: Mapping[Behaviour, bool],
    pod_cidrs: Iterable[str],
    asked: Iterable[Predicate],
    creation: Creation,
    *,
    exact_addresses: bool,
) -> Domain:
    """The domain of ``cluster``, in which all is told apart that ``policies`` or the predicates ``asked`` speak of."""
    tables = {direction: _table_mentions(table) for direction, table in policies.tables.items()}
    mentions = Mentions()
    for predicate in asked:
        collect(predicate, mentions)
    apart = not mentions.addressed and all(told.addressed <= {d.peer} for d, told in tables.items())
    for told in tables.values():
        mentions.add(told)
    cidrs = tuple(map(parse_cidr, pod_cidrs))
    names = {(wanted.protocol, wanted.name) for wanted in mentions.port_names}
    declared = (
        port.number
        for workload in (cluster.workloads if names else ())
        for port in workload.ports
        if (port.protocol, port.name) in names
    )
    cuts = {cut for number in declared for cut in (number, number + 1)}
    ports = PortAtoms(mentions.ports | cuts)
    known = {address for workload in cluster.workloads for address in workload.known_addresses}
    known.update(creation.taken)
    nodes = nodes_at(cluster)
    plan = AddressPlan(Intervals({*mentions.ranges, *nodes.ranges}), sorted(known), cidrs, nodes)
    pod_values = _pod_values(mentions)
    population = populate(cluster, plan, frozenset(pod_values))
    variables = Variables(pod_values, mentions.namespace_labels, len(plan.intervals.all))
    diagrams = Diagrams(ports.count, variables.domains)
    return Domain(
        namespaces=cluster.namespaces,
        fixed=fixed,
        plan=plan,
        population=population,
        ports=ports,
        variables=variables,
        diagrams=diagrams,
        spreads=Spreads(diagrams, population.blocks),
        mentions=mentions,
        addresses_apart=apart and not cidrs and not exact_addresses,
        creation=creation,
    )


def _pod_values(mentions: Mentions) -> Mapping[str, set[str]]:
    """The values of labels of pods that ``mentions`` tell apart at either end, and service accounts beside them."""
    labels = mentions.pod_labels
    values = {
        key: labels[End.SOURCE].get(key, set()) | labels[End.DESTINATION].get(key, set())
        for key in (*labels[End.SOURCE], *labels[End.DESTINATION])
    }
    accounts = mentions.service_accounts[End.SOURCE] | mentions.service_accounts[End.DESTINATION]
    return {**values, ACCOUNT: accounts} if accounts else values


def _table_mentions(table: RuleTable) -> Mentions:
    """What ``table`` tells apart."""
    mentions = Mentions()
    collect_table(table, mentions)
    return mentions
