"""All pairs by trying every world that there could be, with the reference reading: the judge of the all-pairs reading.

A world says for one pair of ends which behaviours the CNI has, which addresses both have and whether they are on one
node, which values labels have that controllers add, and which labels undeclared namespaces have. Finite because
addresses in an interval between the edges of all ranges are alike, as are label values that no selector names. Taken as
given: both addresses are of one family; two pods share an address only where both are on the host network of one node,
and are of two workloads; known addresses are kept, and nobody else has them.
"""

from dataclasses import dataclass, field
from itertools import pairwise, product

from agreement.apart import ACCOUNT, differences
from agreement.courses import Choices, OpenBehaviours, OpenLabels, OpenNumber, OpenTruth
from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, Address, AddressRange, parse_cidr, subtract
from netverify.model.behaviours import Behaviour
from netverify.model.flow import End, External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol, port_set
from netverify.policy.evaluate import allows, matches
from netverify.policy.predicate import (
    ALWAYS,
    AddressIn,
    All,
    AnyOf,
    HasServiceAccount,
    NamespaceMatches,
    Not,
    PodMatches,
    PortIn,
    Unspecified,
)
from netverify.policy.table import decides

UNUSABLE = tuple(
    map(
        parse_cidr,
        (
            "0.0.0.0/8",
            "127.0.0.0/8",
            "224.0.0.0/4",
            "255.255.255.255/32",
            "::/127",
            "::ffff:0:0/96",
            "ff00::/8",
        ),
    )
)
OTHER = "a value that no selector names"


def is_nobodys(address):
    """Whether no host can have ``address``."""
    return any(address in block for block in UNUSABLE)


@dataclass
class Judged:
    """What may be opened between two ends, as port sets by protocol; ``on`` as in the all-pairs reading."""

    allowed: dict = field(default_factory=dict)
    depends: dict = field(default_factory=dict)
    on: set = field(default_factory=set)


class Judge:
    """Judges every pair of one cluster under one policy set; ``fixed`` behaviours are as they are, others are free.

    Connections that are not as ``asked`` are taken for denied. ``as_written``: rules that are not taken as they are
    hold as they are written.
    """

    def __init__(self, cluster, policies, fixed, pod_cidrs=(), asked=ALWAYS, *, as_written=False):
        self.cluster, self.policies, self.pod_cidrs, self.asked = cluster, policies, tuple(pod_cidrs), asked
        self.behaviours = {b: (fixed[b],) if b in fixed else (False, True) for b in Behaviour}
        told = (*predicates_of(policies), asked)
        self.told = Told(told)
        self.unspecified = {
            one: (one.as_written,) if as_written and one.bias else (False, True)
            for one in unspecified_of(policies, told)
        }
        self.taken = {address for workload in cluster.workloads for address in workload.known_addresses}
        self.of_hosts = {a for workload in cluster.workloads if workload.host_network for a in workload.known_addresses}
        self._free = {}
        outside = [interval for interval in self.told.intervals if self.free(interval, for_pods=False)]
        self.ends = (*sorted(cluster.workloads, key=lambda workload: workload.key), *outside)

    @staticmethod
    def is_pair(source, destination):
        """Whether two ends are a pair: one is a pod, and a bare Pod has no second replica to talk to."""
        outside = [isinstance(who, AddressRange) for who in (source, destination)]
        return not all(outside) and not (source == destination and source.single)

    def boundary_ports(self, destination):
        """How many ports are at an edge of what is told apart, counted for each protocol."""
        return len(Protocol) * 2 * len(self.ports(destination))

    def ports(self, destination):
        """One port of each range that nothing tells apart."""
        return elementary_ports(self.told.ports, destination)

    def judge(self, source, destination):
        """What ``source`` may open to ``destination``, each a workload or a range; None where no world has both.

        A workload and itself are two of its pods.
        """
        places = self.places(source, destination)
        if not places:
            return None
        found = Judged()
        ports = self.ports(destination)
        domains = {
            **self.behaviours,
            **self.unspecified,
            **self.labels(source, destination),
            "place": places,
            "port": ports,
        }
        for protocol in Protocol:
            flows = self.flows(source, destination, protocol)
            courses = list(Choices(domains).courses(lambda course, flows=flows: self.is_allowed(flows(course), course)))
            add_ports(found, protocol, courses, ports)
            found.on |= differences(courses, places)
        return found

    def is_allowed(self, flow, course):
        """What the reference reading says on one course."""
        behaviours = OpenBehaviours(course)
        return matches(self.asked, flow, behaviours) and allows(self.policies, flow, behaviours)

    def flows(self, source, destination, protocol):
        """Makes the flow between two ends of which a course may ask what is open."""
        return lambda course: Flow(
            self.end(course, source, End.SOURCE),
            self.end(course, destination, End.DESTINATION),
            protocol,
            OpenNumber(course, "port", "port", lambda port: port),
            OpenTruth(course, "place", lambda place: place[2]),
        )

    def end(self, course, who, end):
        """One end as the reference reading takes it, with what is open left open."""
        address = OpenAddress(course, 0 if end is End.SOURCE else 1)
        if isinstance(who, AddressRange):
            return External(address)
        name = who.key.namespace
        namespace = self.cluster.namespaces[name]
        unknown = () if namespace.declared else self.told.namespace_labels
        return Pod(
            name,
            OpenLabels(course, name, namespace.labels, unknown),
            OpenLabels(course, end, who.labels, who.open_labels),
            address,
            who.ports,
            host_network=who.host_network,
            workload=who.key,
            service_account=self.account(course, who, end),
        )

    @staticmethod
    def account(course, who, end):
        """As whom one end runs."""
        if who.service_account is not None:
            return who.service_account
        return OpenNumber(course, (end, ACCOUNT), "account", lambda name: name)

    def labels(self, source, destination):
        """The values of every label that is open at one of the ends."""
        found = {}
        for who, end in ((source, End.SOURCE), (destination, End.DESTINATION)):
            if isinstance(who, AddressRange):
                continue
            if who.service_account is None:
                found[end, ACCOUNT] = (*sorted(self.told.accounts), OTHER)
            for key, listed in who.open_labels.items():
                found[end, key] = listed or (*sorted(self.told.pod_labels.get(key, ())), OTHER)
            if not self.cluster.namespaces[who.key.namespace].declared:
                for key, values in self.told.namespace_labels.items():
                    found[who.key.namespace, key] = (*sorted(values), OTHER, None)
        return found

    def places(self, source, destination):
        """``(source's address, destination's address, on one node)``: everything that is possible."""
        is_pod = [not isinstance(who, AddressRange) for who in (source, destination)]
        hosts = [pod and who.host_network for who, pod in zip((source, destination), is_pod, strict=True)]
        nodes = (False, True) if all(is_pod) and any(hosts) else (False,)
        return [
            (ours, theirs, node)
            for ours, theirs in product(self.addresses(source, 0), self.addresses(destination, -1))
            if ours.family == theirs.family
            for node in nodes
            if ours != theirs or (all(hosts) and node and source != destination)
        ]

    def addresses(self, who, pick):
        """What one end may have as its address; the two ends ``pick`` different free ones where there are two."""
        if isinstance(who, AddressRange):
            return self.free(who, for_pods=False)[pick:][:1]
        if who.addresses:
            return list(who.addresses)
        found = [self.free(interval, for_pods=not who.host_network)[pick:][:1] for interval in self.told.intervals]
        shared = sorted(self.of_hosts) if who.host_network else ()
        return [*who.replica_addresses, *shared, *(address for addresses in found for address in addresses)]

    def free(self, interval, *, for_pods):
        """At most two addresses of an interval that nobody has."""
        if (interval, for_pods) not in self._free:
            allowed = (interval,)
            if self.pod_cidrs:
                outside = subtract(interval, self.pod_cidrs)
                allowed = subtract(interval, outside) if for_pods else outside
            pieces = [piece for part in allowed for piece in subtract(part, UNUSABLE)]
            near = [range(p.first, min(p.last, p.first + len(self.taken) + 1) + 1) for p in pieces]
            free = (Address(interval.family, value) for values in near for value in values)
            self._free[interval, for_pods] = [address for address in free if address not in self.taken][:2]
        return self._free[interval, for_pods]


class Told:
    """What predicates tell apart: label values, ports, and the intervals of addresses."""

    def __init__(self, predicates):
        self.pod_labels, self.namespace_labels, self.ports = {}, {}, {MIN_PORT, MAX_PORT + 1}
        self.accounts = set()
        cuts = {4: {0, EVERY_IPV4.last + 1}, 6: {0, EVERY_IPV6.last + 1}}
        for node in (node for predicate in predicates for node in inside(predicate)):
            match node:
                case PodMatches(_, selector):
                    add_values(self.pod_labels, selector)
                case HasServiceAccount(_, name):
                    self.accounts.add(name)
                case NamespaceMatches(_, selector):
                    add_values(self.namespace_labels, selector)
                case PortIn(_, ports):
                    self.ports |= {edge for first, last in ports.ranges for edge in (first, last + 1)}
                case AddressIn(_, ranges):
                    for block in ranges:
                        cuts[block.family] |= {block.first, block.last + 1}
        self.namespace_labels.pop(NAMESPACE_NAME_LABEL, None)
        self.intervals = tuple(
            AddressRange(family, first, after - 1)
            for family in (4, 6)
            for first, after in pairwise(sorted(cuts[family]))
        )


def add_values(into, selector):
    for requirement in selector.requirements:
        into.setdefault(requirement.key, set()).update(requirement.values)


def predicates_of(policies):
    """Every predicate of a policy set."""
    for table in tables_of(policies):
        for tier in table.tiers:
            yield tier.condition
            yield from (selection.subject for selection in tier.applies)
            yield from (part for rule in tier.rules for part in (rule.subject, rule.peer, rule.traffic))


def unspecified_of(policies, predicates):
    """What policies leave open: predicates that nothing decides, and which policy of one priority decides."""
    yield from (node for predicate in predicates for node in inside(predicate) if isinstance(node, Unspecified))
    for table in tables_of(policies):
        for tier in table.tiers:
            for tie in {rule.tie for rule in tier.rules if rule.tie}:
                open_ = decides(tie, tier, table.direction)
                yield from (open_.allowing, open_.denying)


def tables_of(policies):
    """Every table: of each direction one, and those that must allow as well."""
    pending = list(policies.tables.values())
    while pending:
        table = pending.pop()
        pending += table.also
        yield table


def inside(predicate):
    """A predicate and all of its parts."""
    yield predicate
    match predicate:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from inside(part)
        case Not(part):
            yield from inside(part)


class OpenAddress:
    """The address of one end, part of what is under ``place``."""

    __hash__ = None

    def __init__(self, course, side):
        self._course = course
        self.family = OpenNumber(course, "place", ("family", side), lambda place: place[side].family)
        self.value = OpenNumber(course, "place", ("value", side), lambda place: place[side].value)

    def __eq__(self, other):
        """Whether both ends have one address; there is no other address to compare with."""
        return self._course.holds("place", "shared", lambda place: place[0] == place[1])


def elementary_ports(edges, destination):
    """The first port of every range of ports that neither policies nor the destination's declared ports cut."""
    declared = () if isinstance(destination, AddressRange) else destination.ports
    cut = edges | {edge for port in declared for edge in (port.number, port.number + 1)}
    return sorted(cut - {MAX_PORT + 1})


def add_ports(found, protocol, courses, ports):
    """Sort ``ports`` into those that every course allows and those that some do."""
    verdicts = {True: 0, False: 0}
    for box, outcome in courses:
        verdicts[outcome] |= box["port"]
    last = [after - 1 for after in (*ports[1:], MAX_PORT + 1)]
    for into, mask in (
        (found.allowed, verdicts[True] & ~verdicts[False]),
        (found.depends, verdicts[True] & verdicts[False]),
    ):
        ranges = [(ports[i], last[i]) for i in range(len(ports)) if mask >> i & 1]
        if ranges:
            into[protocol] = port_set(*ranges)
