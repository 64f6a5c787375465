"""Who is in the scope of some pods, by trying every connection of existing pods and walking from pod to pod.

It knows the direct interpreter and plain Python alone. Pods are the workloads of a cluster of `brute_force`, addresses
outside are one or two of each interval that policies tell apart. No pod may be on the host network.
"""

from itertools import product

from oracles.brute_force import Told, exists, fit
from oracles.direct_interpreter import allowed, labels_of, namespace_of
from oracles.plain_addresses import in_cidr

ANY = {"shape": "others", "but": []}


def edges(cluster):
    """``(surely, perhaps)``: the pairs of ends that have a port in every world, and in some.

    An end is the number of a workload, or the first of the addresses outside that are in the same blocks.
    """
    told = Told(cluster, {"source": ANY, "destination": ANY, "protocols": ("TCP",), "port": None})
    ends = [[end for end in told.ends(side) if exists(end)] for side in ("source", "destination")]
    blocks = sorted({peer["ipBlock"]["cidr"] for peer in told.all_peers if peer.get("ipBlock")})
    first, open_in = {}, {}

    def named(end):
        if "pod" in end:
            return end["workload"]
        address = end["address"]
        return first.setdefault((":" in address, *(in_cidr(address, block) for block in blocks)), address)

    for source, destination in product(*ends):
        one, other = named(source), named(destination)
        if one == other or (isinstance(one, str) and isinstance(other, str)) or not fit(source, destination):
            continue
        for traffic in told.traffic:
            for behaviours in told.assignments:
                is_open = allowed(cluster, source, destination, *traffic, behaviours)
                open_in.setdefault((one, other), {}).setdefault(traffic, []).append(is_open)
    surely = {pair for pair, by_port in open_in.items() if any(all(worlds) for worlds in by_port.values())}
    perhaps = {pair for pair, by_port in open_in.items() if any(any(worlds) for worlds in by_port.values())}
    return surely, perhaps


def members(cluster, namespace, label):
    """The numbers of the workloads in ``namespace``: those whose label ``app`` is ``label``, all where that is None."""
    return {
        number
        for number, workload in enumerate(cluster["workloads"])
        if namespace_of(workload) == namespace and (label is None or labels_of({"pod": workload}).get("app") == label)
    }


def distances(pairs, start, *, outward):
    """How many connections everyone is away from ``start``, who are 0 away; whoever is not joined to it is missing."""
    found = dict.fromkeys(start, 0)
    changed = True
    while changed:
        changed = False
        for source, destination in pairs:
            near, far = (source, destination) if outward else (destination, source)
            # What an address outside passes on is not known.
            if near in found and not isinstance(near, str) and found[near] + 1 < found.get(far, len(pairs) + 2):
                found[far] = found[near] + 1
                changed = True
    return found
