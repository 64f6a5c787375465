"""What assertions are about, by the words of their documentation: for each flow the CNIs on which it is meant.

A statement has parts, of which each may be about nobody: each is a test from a flow to the CNIs on which the flow must
not be, or must be.
"""

import functools
import ipaddress

from oracles.brute_force import NAME_LABEL, container_ports, mentioned
from oracles.direct_interpreter import directions, labels_of, namespace_of, on_host_network, selects, spec_of
from oracles.intent_reading import ANY_POD, INTERNET, METADATA, OUTSIDE, IntentReading, block

SIDES = {"ingress": ("destination", "source"), "egress": ("source", "destination")}
VERBS = {
    "deny",
    "allow",
    "only",
    "isolated",
    "separate",
    "no-external",
    "no-ingress-from-internet",
    "no-egress-to-internet",
    "no-metadata-endpoint",
    "default-deny",
    "policy-covers-every-pod",
}


SIDE_FIELDS = {"ingress": "from", "egress": "to"}


def rules_of(policies, direction):
    """The rules of one direction of some policies; an empty one for each that is null."""
    return [rule or {} for policy in policies for rule in spec_of(policy).get(direction) or []]


WHOLES = [ipaddress.ip_network(one) for one in ("0.0.0.0/0", "::/0", "2000::/3")]


def size_of(networks):
    """How many addresses are in some of the networks."""
    return sum(one.num_addresses for one in ipaddress.collapse_addresses(networks))


def without_excepts(block):
    """The networks of an ipBlock."""
    left = [ipaddress.ip_network(block["cidr"], strict=False)]
    for hole in map(ipaddress.ip_network, block.get("except") or []):
        left = [rest for one in left for rest in (one.address_exclude(hole) if hole.subnet_of(one) else [one])]
    return left


def address_is_singled_out(address, blocks):
    """Whether an address is in a block that is not one of those which together have half of all addresses."""
    one = ipaddress.ip_address(address)
    networks = [net for block in blocks for net in without_excepts(block) if net.version == one.version]
    for whole in WHOLES:
        inside = [net if net.subnet_of(whole) else whole for net in networks if net.overlaps(whole)]
        if whole.version == one.version and one in whole and 2 * size_of(inside) >= whole.num_addresses:
            return False
    return any(one in net for net in networks)


def is_on_unmentioned_ports(rule):
    """Whether a rule may be about a port that no rule speaks of: it lists none, or one by a name, or a range."""
    listed = rule.get("ports") or []
    return not listed or not all(isinstance((e or {}).get("port"), int) and not e.get("endPort") for e in listed)


class Statements(IntentReading):
    """The statements of an intent, verb by verb."""

    def parts_of(self, verb, value):
        """The parts of a statement, each a function from a flow to the CNIs on which it must not be (or must be)."""
        make = getattr(self, verb.replace("-", "_"))
        return list(make(value))

    def between(self, sources, destinations, ports=None):
        """Flows between two unions."""

        def test(flow):
            if not self.is_in(sources, "source", flow.source):
                return 0
            if not self.is_in(destinations, "destination", flow.destination):
                return 0
            return self.traffic(ports, flow)

        return test

    def from_each(self, sources, destinations, ports=None):
        """The same from pods, and from each block of addresses: a part that nobody is in is worth telling."""
        if sources is None:
            yield self.between(sources, destinations, ports)
            return
        pods = [one for one in sources if one["shape"] not in {"block", "internet"}]
        blocks = [[one] for one in sources if one not in pods]
        yield from (self.between(part, destinations, ports) for part in ([pods] if pods else []) + blocks)

    def deny(self, value):
        sources = self.union(value["from"]) if "from" in value else None
        destinations = self.union(value["to"]) if "to" in value else None
        yield from self.from_each(sources, destinations, value.get("ports"))

    def allow(self, value):
        sources = self.union(value["from"]) if "from" in value else [ANY_POD]
        destinations = self.union(value["to"]) if "to" in value else [ANY_POD]
        ports = value.get("ports")
        for item in ports if isinstance(ports, list) else [ports]:  # a port that nobody has is worth telling, too
            yield from self.from_each(sources, destinations, item)

    def only(self, value):
        sources = self.union(value["from"]) if "from" in value else None
        destinations = self.union(value["to"]) if "to" in value else None
        yield from self.from_each(sources, destinations)

    def approved(self, verb, value, flow):
        """The CNIs on which ``only`` approves a flow."""
        if verb != "only":
            return 0
        found = self.any_of(value["flows"], flow)
        if value.get("within"):
            zone = self.union(value["from"] if "from" in value else value["to"])
            found |= self.between(zone, zone)(flow)
        return found

    def isolated(self, value):
        zone = self.union(value)
        yield self.between(self.outside_of(zone), zone)
        yield self.between(zone, self.outside_of(zone))

    def outside_of(self, zone):
        return [{"shape": "others", "but": zone}]

    def separate(self, value):
        if isinstance(value, dict):
            zones = [pods for _, pods in self.named_namespaces(value)]
        else:
            zones = [self.union(one) for one in value]
        for number, one in enumerate(zones):
            others = [part for index, other in enumerate(zones) if index != number for part in other]
            yield from self.from_each(others, one)

    def no_external(self, value):
        yield self.between([OUTSIDE], self.union(value))
        yield from self.from_each(self.union(value), [OUTSIDE])

    def no_ingress_from_internet(self, value):
        yield self.between([INTERNET], self.union(value))

    def no_egress_to_internet(self, value):
        yield from self.from_each(self.union(value), [INTERNET])

    def no_metadata_endpoint(self, value):
        there = [block(cidr) for cidr in METADATA]
        yield from self.from_each(self.union(value), there)

    # namespaces

    def default_deny(self, value):
        for name, direction in self.covered(value):
            yield functools.partial(self.not_denied, name, direction)

    def policy_covers_every_pod(self, value):
        for name, direction in self.covered(value):
            yield functools.partial(self.not_covered, name, direction)

    def covered(self, value):
        wanted, names = value.get("namespaces"), self.known_namespaces()
        if isinstance(wanted, dict):
            names = [name for name, _ in self.named_namespaces(wanted)]
        elif wanted is not None:
            names = [wanted] if isinstance(wanted, str) else wanted
        return [(name, one) for name in names for one in value.get("directions", ["ingress", "egress"])]

    def subject(self, name, direction, flow):
        """The pod of a namespace that a direction is about; None where it is none, or on the host network."""
        side = SIDES[direction][0]
        end = self.end(side, getattr(flow, side))
        is_meant = "pod" in end and namespace_of(end["pod"]) == name and not on_host_network(end)
        return end if is_meant else None

    def not_denied(self, name, direction, flow):
        side = SIDES[direction][1]
        peer = self.end(side, getattr(flow, side))
        if self.subject(name, direction, flow) is None or not self.is_stranger(peer, name, direction):
            return 0
        return self.every.everywhere if self.is_unmentioned(flow.port, name, direction) else 0

    def is_stranger(self, end, name, direction):
        """Whether an end is a pod, or an address outside, that no rule of a direction for the namespace speaks of."""
        policies = [policy for policy in self.cluster["policies"] if namespace_of(policy) == name]
        side = SIDE_FIELDS[direction]
        peers = [peer or {} for rule in rules_of(policies, direction) for peer in rule.get(side) or []]
        everywhere = [rule for rule in rules_of(policies, direction) if is_on_unmentioned_ports(rule)]
        blocks = [
            peer["ipBlock"] for rule in everywhere for peer in rule.get(side) or [] if (peer or {}).get("ipBlock")
        ]
        if address_is_singled_out(end["address"], blocks):
            return False
        if "pod" not in end:
            return True
        if not namespace_of(end["pod"]).startswith("new-") or on_host_network(end):
            return False
        pods = [spec_of(policy).get("podSelector") for policy in policies]
        pods += [peer.get("podSelector") for peer in peers]
        spaces = [peer.get("namespaceSelector") for peer in peers]
        if labels_of(end).keys() & {key for key, _ in mentioned(pods)}:
            return False
        return not end["namespaceLabels"].keys() & {key for key, _ in mentioned(spaces)} - {NAME_LABEL}

    def is_unmentioned(self, port, name, direction):
        """Whether no rule of that direction for the namespace speaks of a port, by number or by name."""
        policies = [policy for policy in self.cluster["policies"] if namespace_of(policy) == name]
        entries = [entry or {} for rule in rules_of(policies, direction) for entry in rule.get("ports") or []]
        ranges = [(e["port"], e.get("endPort") or e["port"]) for e in entries if isinstance(e.get("port"), int)]
        return all(port not in one for one in ranges) and not self.is_named_somewhere(port)

    def is_named_somewhere(self, port):
        return any(
            one["containerPort"] == port and one.get("name")
            for workload in self.cluster["workloads"]
            for one in container_ports(workload)
        )

    def not_covered(self, name, direction, flow):
        end = self.subject(name, direction, flow)
        if end is None:
            return 0
        field = direction.capitalize()
        return self.every.mask(
            lambda b: not any(selects(p, end, b) and field in directions(p, b) for p in self.cluster["policies"])
        )
