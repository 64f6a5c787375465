"""Two clusters compared by trying every connection that there could be, with the direct interpreter.

Ends are what both clusters tell apart: pods that could be created (with every choice of the names that pods of their
namespace give to a port, in either cluster), workloads that are in both, each with what it is in either, and addresses.
A namespace that is in one cluster alone has the labels of that one in both. No pod has an address that is known.
"""

import copy
from itertools import combinations, product

from oracles.brute_force import Told, container_ports, fit, key_of, may_connect
from oracles.direct_interpreter import name_of, namespace_of, on_host_network

ANY = {"shape": "others", "but": []}
QUESTION = {"source": ANY, "destination": ANY, "protocols": ("TCP", "UDP", "SCTP"), "port": None}


def differences(old, new):
    """``(new access, lost access)``: for either a connection that shows it, or None."""
    told = ToldOfBoth(old, new)
    found = [None, None]
    for source, destination in told.pairs():
        for protocol, port in told.traffic:
            for one, other in told.flows(source, destination, protocol, port):
                for behaviours in told.assignments:
                    before, after = (
                        may_connect(cluster, left, right, protocol, port, behaviours)
                        for cluster, left, right in zip(told.clusters, one, other, strict=True)
                    )
                    if before != after:
                        found[before] = found[before] or (one, other, protocol, port, behaviours)
                if all(found):
                    return tuple(found)
    return tuple(found)


def without_addresses(cluster):
    """A copy without the addresses of pods, and with a namespace for each object that names none."""
    cluster = copy.deepcopy(cluster)
    for workload in cluster["workloads"]:
        workload.pop("status", None)
    return cluster


class ToldOfBoth(Told):
    """What either of two clusters tells apart."""

    def __init__(self, old, new):
        old, new = without_addresses(old), without_addresses(new)
        namespaces = [{name_of(one): one for one in cluster["namespaces"]} for cluster in (old, new)]
        names = [
            {namespace_of(one) for one in (*cluster["workloads"], *cluster["policies"])} | declared.keys()
            for cluster, declared in zip((old, new), namespaces, strict=True)
        ]
        for number, cluster in enumerate((old, new)):
            other = namespaces[1 - number]
            cluster["namespaces"] += [one for name, one in other.items() if name not in names[number]]
        self.clusters = old, new
        both = {part: [*old[part], *new[part]] for part in ("workloads", "policies", "namespaces")}
        both["clusterPolicies"] = [one for cluster in (old, new) for one in cluster.get("clusterPolicies", ())]
        super().__init__(both, QUESTION)
        if not self.all_entries:
            del self.traffic[1:]  # no policy tells ports or protocols apart
        self.ports = [(namespace_of(one), port) for one in both["workloads"] for port in container_ports(one)]

    def labels_of_namespace(self, name):
        """Those that it may have in a cluster that does not declare it."""
        declared = [any(name_of(one) == name for one in cluster["namespaces"]) for cluster in self.clusters]
        return [{}] if all(declared) else self.namespace_labels

    def ends(self, side):
        """Everyone at one end, as either cluster knows them."""
        old, new = ({key_of(one): one for one in cluster["workloads"]} for cluster in self.clusters)
        for end in super().ends(side):
            if "pod" not in end or end["workload"] is None:
                yield end, end
                continue
            key = key_of(end["pod"])
            if key in old and key in new and end["pod"] == new[key]:
                yield tuple({**end, "pod": pods[key]} for pods in (old, new))

    def pairs(self):
        """Ends that may be those of one connection."""
        everyone = product(self.ends("source"), self.ends("destination"))
        return ((one, other) for one, other in everyone if fit(one[0], other[0]))

    def flows(self, source, destination, protocol, port):
        """The connection as both clusters see it: sources, then destinations; with every choice of names and nodes."""
        for names in self.namings(destination[0], protocol, port):
            hosts = any("pod" in end and on_host_network(end) for end in (*source, *destination))
            for node in ("n1", "n2") if hosts else ("n2",):
                yield (
                    tuple({**end, "node": "n1"} for end in source),
                    tuple(self.named({**end, "node": node}, names) for end in destination),
                )

    def namings(self, end, protocol, port):
        if "pod" not in end or end["workload"] is not None:
            return [()]
        place = namespace_of(end["pod"])
        alike = {
            one.get("name"): one
            for where, one in self.ports
            if where == place and (one["containerPort"], one.get("protocol") or "TCP") == (port, protocol)
        }
        named = [one for name, one in alike.items() if name]
        return [chosen for size in range(len(named) + 1) for chosen in combinations(named, size)]

    def named(self, end, ports):
        """A pod that could be created, with these port names."""
        if "pod" not in end or end["workload"] is not None:
            return end
        return {**end, "pod": {**end["pod"], "spec": {"containers": [{"ports": list(ports)}]}}}

    @property
    def trials(self):
        """How many connections there are to try at most."""
        ends = [sum(1 for _ in self.ends(side)) for side in ("source", "destination")]
        return ends[0] * ends[1] * len(self.traffic) * len(self.assignments)
