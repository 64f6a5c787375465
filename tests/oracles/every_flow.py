"""Every flow that there could be in a small cluster, each with the CNIs that let it pass, by the direct interpreter.

Ends that policies and all phrases of an intent treat alike stand for each other, so that one run over a cluster serves
many statements about it. Where something holds is a number: its bit ``i`` is about the CNI that ``assignments[i]`` is.
Unlike in plain questions a pod that could be created may leave out any of the names that its namespace has for a port.
"""

from functools import cached_property
from itertools import combinations as subsets
from itertools import product
from typing import NamedTuple

from oracles.brute_force import Told, belongs, container_ports, fit, known_addresses
from oracles.direct_interpreter import (
    directions,
    namespace_of,
    numbers_of,
    on_host_network,
    peer_matches,
    rule_allows,
    rules,
    selects,
)
from oracles.plain_addresses import address_bits

ALL_PROTOCOLS = ("TCP", "UDP", "SCTP")
EVERYONE = {"shape": "others", "but": []}


class Flow(NamedTuple):
    """A flow with the CNIs on which it is ``allowed``; its ends are numbers of classes."""

    source: int
    destination: int
    protocol: str
    port: int
    names: tuple
    same_node: bool
    allowed: int


class EveryFlow(Told):
    """All flows of ``cluster``, told apart as far as its policies, ``phrases`` and ``ports`` do.

    ``phrases`` are those of questions; ``ports`` are ``(first, last)`` or names.
    """

    def __init__(self, cluster, phrases, ports=(), fixed=()):
        self.asked_ports = ports
        question = {"source": {"shape": "others", "but": phrases}, "destination": EVERYONE, "port": None}
        super().__init__(cluster, {**question, "protocols": ALL_PROTOCOLS, "fixed": dict(fixed)})
        self.phrases = phrases
        self.everywhere = (1 << len(self.assignments)) - 1
        self.known = {}

    @cached_property
    def sources(self):
        """The classes of ends that a flow may come from."""
        return self.classes("source")

    @cached_property
    def destinations(self):
        """The classes of ends that a flow may go to."""
        return self.classes("destination")

    @property
    def effort(self):
        """About how much work telling the ends apart is."""
        return sum(1 for _ in self.ends("source")) * len(self.assignments) * (len(self.peers) + len(self.phrases))

    def mask(self, test):
        """The CNIs for which ``test`` holds."""
        return sum(1 << bit for bit, behaviours in enumerate(self.assignments) if test(behaviours))

    def elementary_traffic(self):
        """Beside those between mentioned ports one port for each range that the intent tells apart."""
        yield from super().elementary_traffic()
        for port in self.asked_ports:
            if not isinstance(port, str):
                edges = (port[0], port[1] + 1)
                yield from ((protocol, edge) for protocol in ALL_PROTOCOLS for edge in edges if edge <= 65535)

    def classes(self, side):
        """Lists of up to two ends with different addresses; the ends of one list are alike."""
        found = {}
        for end in self.ends(side):
            alike = found.setdefault(self.signature(end), [])
            if len(alike) < 2 and end["address"] not in {one["address"] for one in alike}:
                alike.append(end)
        return list(found.values())

    def signature(self, end):
        """All that can make a difference to policies and phrases."""
        family = address_bits(end["address"])[0]
        said = tuple(belongs(self.cluster, phrase, end) for phrase in self.phrases)
        peers = tuple(
            self.mask(lambda b, item=item, policy=policy: peer_matches(self.cluster, policy, item, end, b))
            for policy in self.cluster["policies"]
            for direction, side in (("Ingress", "from"), ("Egress", "to"))
            for rule in rules(policy, direction)
            for item in rule.get(side) or []
        )
        if "pod" not in end:
            return family, said, peers
        chosen = tuple(self.mask(lambda b, p=p: selects(p, end, b)) for p in self.cluster["policies"])
        labels = tuple(sorted(end["namespaceLabels"].items(), key=str))
        plain = not end["pod"]["metadata"].get("labels") and not labels
        known = end["workload"] is not None and bool(known_addresses(end["pod"]))
        where = (namespace_of(end["pod"]), labels, end["workload"], on_host_network(end), plain, known)
        return (family, said, peers, chosen, *where)

    def flows(self):
        """Every flow between two different ends."""
        pairs = product(enumerate(self.sources), enumerate(self.destinations))
        traffic = sorted(set(self.traffic))
        for (source, ones), (destination, others) in pairs:
            if not any(fit(one, other) for one, other in product(ones, others)):
                continue
            hosts = any("pod" in end and on_host_network(end) for end in (ones[0], others[0]))
            for (protocol, port), near in product(traffic, (False, True) if hosts else (False,)):
                for names in self.namings(others[0], protocol, port):
                    allowed = self.passes(source, destination, protocol, port, names, near)
                    yield Flow(source, destination, protocol, port, names, near, allowed)

    def single(self, source, destination, protocol, port, names, near):
        """One flow between two ends that become classes of their own."""
        self.sources.append([source])
        self.destinations.append([destination])
        numbers = len(self.sources) - 1, len(self.destinations) - 1
        return Flow(*numbers, protocol, port, names, near, self.passes(*numbers, protocol, port, names, near))

    def passes(self, source, destination, protocol, port, names, near):
        """The CNIs that let a flow pass."""
        traffic = (destination, protocol, port, names)
        leaves = self.passes_one("Egress", self.sources, source, self.destinations, destination, traffic, near)
        if not leaves:
            return 0
        return leaves & self.passes_one("Ingress", self.destinations, destination, self.sources, source, traffic, near)

    def passes_one(self, direction, subjects, subject, peers, peer, traffic, near):
        """The CNIs on which the policies of one direction let a flow pass."""
        one, other = subjects[subject][0], peers[peer][0]
        if "pod" not in one:
            return self.everywhere
        exempt = 0
        if near and "pod" in other and on_host_network(other):
            name = "node-to-local-pod-allowed" if direction == "Ingress" else "pod-to-local-node-allowed"
            exempt = self.mask(lambda behaviours: behaviours[name])
        isolated = let_through = 0
        for number, applies in enumerate(self.applying(direction, subject)):
            if not applies:
                continue
            isolated |= applies
            for index in range(len(rules(self.cluster["policies"][number], direction))):
                if applies & ~let_through:
                    let_through |= applies & self.rule(direction, number, index, peer, traffic)
        return exempt | let_through | (self.everywhere & ~isolated)

    def applying(self, direction, subject):
        """For each policy the CNIs on which it isolates a subject for ``direction``."""
        key = (direction, subject)
        if key not in self.known:
            end = (self.destinations if direction == "Ingress" else self.sources)[subject][0]
            self.known[key] = [
                self.mask(lambda b, p=p: selects(p, end, b) and direction in directions(p, b))
                for p in self.cluster["policies"]
            ]
        return self.known[key]

    def rule(self, direction, number, index, peer, traffic):
        """The CNIs on which one rule allows ``traffic`` with a peer."""
        key = (direction, number, index, peer, traffic)
        if key not in self.known:
            policy = self.cluster["policies"][number]
            rule = rules(policy, direction)[index]
            end = (self.sources if direction == "Ingress" else self.destinations)[peer][0]
            destination, protocol, port, names = traffic
            asked = {"destination": self.called(destination, names), "protocol": protocol, "port": port}
            self.known[key] = self.mask(lambda b: rule_allows(self.cluster, policy, direction, rule, end, asked, b))
        return self.known[key]

    # names of ports

    def namings(self, end, protocol, port):
        """Every choice of names that a pod that could be created has for its port; of others, none to make."""
        if "pod" not in end or end["workload"] is not None:
            return [()]
        own = [w for w in self.cluster["workloads"] if namespace_of(w) == namespace_of(end["pod"])]
        names = sorted(
            {
                one["name"]
                for w in own
                for one in container_ports(w)
                if one.get("name") and (one["containerPort"], one.get("protocol") or "TCP") == (port, protocol)
            }
        )
        chosen = [choice for size in range(len(names) + 1) for choice in subsets(names, size)]
        return [tuple((name, port, protocol) for name in choice) for choice in chosen]

    def called(self, destination, names):
        """An end of that class with these names for its port."""
        end = self.destinations[destination][0]
        if "pod" not in end or end["workload"] is not None:
            return end
        ports = [{"name": name, "containerPort": port, "protocol": protocol} for name, port, protocol in names]
        return {**end, "pod": {**end["pod"], "spec": {"containers": [{"ports": ports}]}}}

    def named(self, name, flow):
        """The CNIs on which the port of ``flow`` is what its destination calls ``name``."""
        key = (name, flow.destination, flow.protocol, flow.port, flow.names)
        if key not in self.known:
            end = self.called(flow.destination, flow.names)
            self.known[key] = self.mask(lambda b: flow.port in numbers_of(name, flow.protocol, end, b))
        return self.known[key]
