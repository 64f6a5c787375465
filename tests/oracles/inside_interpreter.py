"""Does a pod get to another one by a way in? Answered from the manifests, by trying nodes, addresses and behaviours.

A part of the judge of routing: the ways in come from ``ways_in_interpreter``, what policy lets pass from
``direct_interpreter``. "Using Source IP" says who is seen. Each connection may be open for behaviours of its own;
whether one plugin has all of them is not asked. Keep it dumb and flat.
"""

from itertools import product

from oracles.brute_force import known_addresses
from oracles.direct_interpreter import BEHAVIOURS, direction_allowed, is_same_pod, name_of, namespace_of, rules
from oracles.service_interpreter import WORKLOADS
from oracles.ways_in_interpreter import policy_sources

FREE = "10.77.0.9"
"""The address of a pod, or of a node, of which no manifest tells one."""
OUTSIDE = ("203.0.113.77", "192.0.2.9", "198.51.100.1")
NODES = ("n1", "n2", "n3")
PORTS = (53, 80, 81, 443, 8080, 30000, 40404)
PROTOCOLS = ("TCP", "UDP", "SCTP")
LABELS = [
    {**app, **track}
    for app in ({}, {"app": "web"}, {"app": "api"}, {"app": "db"})
    for track in ({}, {"track": "canary"})
]


def worlds():
    """Behaviours: all but one false, all but one true. No node is taken for a pod, and policies are enforced."""
    fixed = {"policy-enforced": True, "host-network-policed": False}
    free = [name for name in BEHAVIOURS if name not in fixed]
    for base, odd in product((False, True), [None, *free]):
        yield {**{name: base != (name == odd) for name in free}, **fixed}


WORLDS = list(worlds())


class Inside:
    """One cluster as plain manifests: which pods get to which others by ways in."""

    def __init__(self, objects):
        self.policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
        self.namespaces = [one for one in objects if one["kind"] == "Namespace"]
        self.cluster = {"namespaces": self.namespaces, "policies": self.policies}
        self.pods = [one for one in objects if one["kind"] in WORKLOADS]
        self.addresses = list(edges(self.policies))
        self.asked = {}

    def passes(self, direction, subject, peer, protocol, port):
        """Whether policy of one direction lets the connection pass on some plugin."""
        key = repr((direction, subject, peer, protocol, port))
        if key not in self.asked:
            destination = peer if direction == "Egress" else subject
            traffic = {"destination": destination, "protocol": protocol, "port": port}
            self.asked[key] = any(
                direction_allowed(self.cluster, direction, subject, peer, traffic, world) for world in WORLDS
            )
        return self.asked[key]

    def connects(self, source, destination, protocol, port):
        return self.passes("Egress", source, destination, protocol, port) and self.passes(
            "Ingress", destination, source, protocol, port
        )

    def node(self, name):
        """The node of that name, at each address that it may have."""
        pod = {"kind": "Pod", "metadata": {"name": name, "namespace": "(nodes)"}, "spec": {"hostNetwork": True}}
        yield from ({"pod": pod, "address": address, "node": name} for address in (FREE, *self.addresses))

    def outside(self):
        yield from ({"address": address} for address in (*OUTSIDE, *self.addresses))

    def placed(self, manifest, nodes, replica=0):
        """A pod of a workload on each of ``nodes``, at each address that it may have."""
        for node, address in product(nodes, list(known_addresses(manifest)) or [FREE, *self.addresses]):
            yield {"pod": manifest, "address": address, "node": node, "replica": replica}

    def gets_through(self, way, source, target, protocol, number):
        """Whether a pod of ``source`` gets to ``number`` of a pod of ``target`` by ``way``, which leads there."""
        for one, there in product(self.placed(source, NODES), self.placed(target, NODES[:1], replica=1)):
            if is_same_pod(one, there) or one["address"] == there["address"]:
                continue
            if policy_sources(way) == {"controller"}:
                if any(self.relays(one, x, there, protocol, number) for x in self.stations()):
                    return True
            elif any(
                self.passes("Ingress", there, seen, protocol, number) for seen in self.seen(way, one, there, number)
            ):
                return True
        return False

    def relays(self, one, station, there, protocol, number):
        """Whether ``station`` takes a request of ``one`` and gets through to the pod behind itself."""
        if is_same_pod(one, station) or is_same_pod(station, there):
            return False
        if not self.connects(station, there, protocol, number):
            return False
        return any(self.connects(one, station, *traffic) for traffic in product(PROTOCOLS, PORTS))

    def stations(self):
        """Whoever may be the controller where no manifest tells: any pod that is there, or could be."""
        places = sorted({namespace_of(one) for one in self.pods} | {name_of(one) for one in self.namespaces})
        for place, labels in product([*places, "brand-new"], LABELS):
            metadata = {"name": "controller", "namespace": place, "labels": labels}
            yield {
                "pod": {"kind": "Pod", "metadata": metadata, "spec": {"containers": []}},
                "address": FREE,
                "node": "n2",
            }

    def seen(self, way, one, there, number):
        """As whom policy of the pod behind sees ``one``, for each place where it may knock."""
        stands_in = "node" in policy_sources(way) or way.kind == "hostPort"
        ports = PORTS if way.port is None else (way.port,)
        if way.kind in {"NodePort", "hostPort", "externalIPs"}:
            for name in NODES[:1] if way.kind == "hostPort" or not stands_in else NODES:
                knocks = product(self.node(name), ports)
                if any(self.passes("Egress", one, node, way.protocol, port) for node, port in knocks):
                    yield from self.node(name) if stands_in else ()
                    yield from [one] if name == there["node"] and policy_sources(way) & {"client"} else ()
        if stands_in and self.passes("Egress", one, there, way.protocol, number):
            yield from self.node(one["node"])  # its own node translates, and takes its place
        if way.kind == "LoadBalancer" and any(
            self.passes("Egress", one, o, way.protocol, way.port) for o in self.outside()
        ):
            yield from self.node("n2")
            yield from self.node("n1") if stands_in else self.outside()
        if way.kind == "externalIPs" and self.passes("Egress", one, {"address": way.host}, way.protocol, way.port):
            yield from self.node("n2")
            yield from self.node("n1") if stands_in else self.outside()


def edges(policies):
    """An address within each block that some policy names, and within each of its exceptions."""
    found = {}
    for policy, direction in product(policies, ("Ingress", "Egress")):
        for rule in filter(None, rules(policy, direction)):
            for peer in rule.get("from" if direction == "Ingress" else "to") or []:
                block = (peer or {}).get("ipBlock") or {}
                for cidr in [block["cidr"], *(block.get("except") or [])] if block else []:
                    address = cidr.partition("/")[0]
                    if ":" not in address:
                        found[address[: -len(address.rpartition(".")[2])] + "3"] = None
    return found
