"""The all-pairs reading, held against the judge of every world, and asked about single connections."""

from itertools import product

from agreement.adapter import behaviours_of
from agreement.every_world import Judge
from netverify.model.addresses import cidrs, parse_address
from netverify.model.traffic import Protocol
from netverify.pairs.all_pairs import all_pairs
from oracles.direct_interpreter import kind_of, name_of, namespace_of

NOTHING = "nothing"


def compared(case):
    """Every pair that the map and the judge of every world see differently, in words."""
    (ends, expected), (endpoints, found) = judged(case), mapped(case)
    if endpoints != ends:
        return [f"endpoints are {endpoints}, should be {ends}"]
    return [
        f"{ends[i]} -> {ends[j]}: {found.get((i, j), NOTHING)}, should be {expected.get((i, j), NOTHING)}"
        for i, j in sorted(found.keys() | expected.keys())
        if found.get((i, j)) != expected.get((i, j))
    ]


def judged(case):
    """The endpoints of a case, and what the judge says of every pair of them for which anything is open, as texts."""
    judge = Judge(case.cluster, case.policies, case.fixed, case.pod_cidrs)
    numbered = list(enumerate(judge.ends))
    expected = {
        (i, j): shown(judge.judge(source, destination))
        for (i, source), (j, destination) in product(numbered, numbered)
        if judge.is_pair(source, destination)
    }
    ends = [str(getattr(end, "key", end)) for end in judge.ends]
    return ends, {pair: text for pair, text in expected.items() if text != NOTHING}


def mapped(case):
    """The same as the map has it."""
    found = all_pairs(case.cluster, case.policies, case.fixed, pod_cidrs=texts(case.pod_cidrs))
    accesses = {(c.source, c.destination): shown(c.access) for c in found.connections(replicas=True)}
    return [endpoint.id for endpoint in found.endpoints], accesses


def texts(ranges):
    return tuple(text for block in ranges for text in cidrs(block))


def shown(access):
    """Access in a form that can be compared and read; the same where nothing is open as where there is no pair."""
    if access is None or not (access.allowed or access.depends):
        return NOTHING
    parts = [
        f"{word} {protocol} {ports}"
        for word, of in (("allowed", access.allowed), ("depends", access.depends))
        for protocol, ports in sorted(of.items())
    ]
    return "; ".join([*parts, *([f"on {', '.join(sorted(access.on))}"] if access.on else [])])


class Map:
    """All pairs of one cluster, asked about connections in the form of the generators."""

    def __init__(self, cluster, policies, fixed):
        found = all_pairs(cluster, policies, fixed)
        self._endpoints = found.endpoints
        self._numbers = {endpoint.id: number for number, endpoint in enumerate(found.endpoints)}
        self._accesses = {(c.source, c.destination): c.access for c in found.connections(replicas=True)}

    def says(self, point):
        """Whether the connection may be opened; None where that depends on something."""
        access = self.access(point["source"], point["destination"])
        protocol, port = Protocol(point["protocol"]), point["port"]
        if access is None:
            return False
        if protocol in access.allowed and port in access.allowed[protocol]:
            return True
        return None if protocol in access.depends and port in access.depends[protocol] else False

    def access(self, source, destination):
        """What may be opened between two ends; None where there is no such pair."""
        return self._accesses.get((self.number(source), self.number(destination)))

    def number(self, end):
        """The number of the endpoint that an end of a connection belongs to."""
        if "pod" in end:
            manifest = end["pod"]
            return self._numbers[f"{namespace_of(manifest)}/{name_of(manifest)}[{kind_of(manifest)}]"]
        address = parse_address(end["address"])
        (number,) = (n for n, endpoint in enumerate(self._endpoints) if endpoint.block and address in endpoint.block)
        return number


class Maps:
    """The maps of one cluster, one for every assignment of behaviours that is asked about."""

    def __init__(self, cluster, policies):
        self._cluster, self._policies, self._made = cluster, policies, {}

    def says(self, point):
        """What the map says under the behaviours of ``point``."""
        key = tuple(sorted(point["behaviours"].items()))
        if key not in self._made:
            self._made[key] = Map(self._cluster, self._policies, behaviours_of(point["behaviours"]))
        return self._made[key].says(point)


def is_of_a_map(point):
    """Whether a connection is between two endpoints of a map: existing pods, not one and the same, or one outside."""
    ends = point["source"], point["destination"]
    if any("pod" in end and end["workload"] is None for end in ends) or not any("pod" in end for end in ends):
        return False
    if not all("pod" in end for end in ends) or ends[0]["workload"] != ends[1]["workload"]:
        return True
    return kind_of(ends[0]["pod"]) != "Pod" and ends[0].get("replica", 0) != ends[1].get("replica", 0)
