"""Ways in from outside in one form, whether the package or the judge found them."""

from agreement.pipeline import read_inventory
from generators.routed_clusters import text_of
from netverify.routes.index import RoutingIndex
from netverify.routes.options import RoutingOptions
from netverify.routes.way_in import SeenAs
from netverify.routes.ways_in import ways_in
from oracles import ways_in_interpreter as judge
from oracles.service_interpreter import behind_port, find, is_headless, ports_of, protocol_of, type_of

BY_OBJECT = ("Ingress", "Gateway", "Route")
"""What the package says of a way in that an object other than its Service or its pod opens."""

CALLED = {SeenAs.CLIENT: "client", SeenAs.NODE: "node", SeenAs.OWN_NODE: "node", SeenAs.CONTROLLER: "controller"}
IN_CLUSTER = ["svc", "cluster", "local"]


def package_ways(objects):
    """``(leading, supposed, broken)``: sets of tuples; ``broken`` ones are without what they lead to.

    ``supposed`` ones count with what no manifest tells, about which the judge says that it is not so.
    """
    index = RoutingIndex(read_inventory(text_of(objects)).cluster)
    found = ways_in(index, RoutingOptions())
    leading = {told for way in found if not way.problem and not is_supposed(objects, way) for told in each_address(way)}
    supposed = {told for way in found if not way.problem and is_supposed(objects, way) for told in each_address(way)}
    return leading, supposed, {entry_of(way)[:5] for way in found if way.problem}


def is_supposed(objects, way):
    """Whether an undeclared namespace would have to have some labels, or a pod to be created for a Route."""
    if any("has the labels" in text for source in way.sources for text in source.provided):
        return True
    if way.by != "Route":
        return False
    service = find(objects, "Service", way.service.namespace, way.service.name)
    meant = [one for one in ports_of(service) if (one["port"], protocol_of(one)) == (way.service_port.port, "TCP")]
    return not any(list(behind_port(objects, service, port)) for port in meant)


def each_address(way):
    """``way``, once for each external IP that it has."""
    kind, *place, host, path, port = entry_of(way)
    rest = (path, port, way.protocol.value, bool(way.tls), target_of(way), sources_of(way))
    yield from ((kind, *place, one, *rest) for one in (host.split(", ") if host else [None]))


def entry_of(way):
    """What opens ``way``, and for which requests."""
    kind = way.kind if way.by in BY_OBJECT else way.by
    path = without_type(kind, way.path_type, way.path) if way.path else None
    return (kind, way.namespace, way.name, way.host, path, way.port)


def without_type(kind, path_type, path):
    """A path as both sides tell it: gRPC has no types, and OpenShift no others than prefixes."""
    return path if kind in {"GRPCRoute", "Route"} else (path_type, path)


def target_of(way):
    if way.outside is not None:
        return ("outside", way.outside.name, way.outside.port)
    if way.service is not None:
        return ("service", way.service.namespace, way.service.name, way.service_port.port)
    return ("pod", (way.workload.namespace, way.workload.name, way.workload.kind), way.pod_port)


def sources_of(way):
    """As whom policy may see the client.

    Beside the judge's, the package counts with a node that stands in for the client of a host port, and with a load
    balancer that does so under the traffic policy ``Local``.
    """
    seen = {CALLED[one.seen_as] for one in way.sources if one.seen_as is not SeenAs.RANGES}
    return frozenset({"client"} if way.by == "hostPort" else seen)


def judged_ways(objects):
    """``(leading, broken)`` of the judge: what leads to a port of a Service or to a pod, and what does not."""
    leading, broken = set(), set()
    for way in judge.ways_in(objects):
        target = end_of(objects, way)
        if target is not None:
            leading.add(told_of(way, target))
        else:
            kind, *place, host, path = told_of(way, None)[:5]
            broken.add((kind, *place, host or "", path))
    return without_plain(leading), broken


def told_of(way, target):
    path = without_type(way.kind, *way.path) if way.path else None
    entry = (way.kind, way.namespace, way.name, way.host, path, way.port)
    return (*entry, way.protocol, way.tls, target, frozenset(judge.policy_sources(way)))


def without_plain(ways):
    """``ways`` without plain HTTP where the same is served with TLS: the package tells of the latter alone."""
    secure = {(*way[:5], way[8]) for way in ways if way[0] in {"Ingress", "Route"} and way[7]}
    return {way for way in ways if way[7] or (*way[:5], way[8]) not in secure}


def end_of(objects, way):
    """What the judge's ``way`` leads to, behind all aliases; None where there is no such port of such a Service."""
    if way.target[0] == "pod":
        return way.target
    target = followed(objects, way.target, ())
    if target and target[0] == "outside":
        return target
    service = find(objects, "Service", *target[1:3]) if target else None
    if service is None:
        return None
    if target != way.target and is_headless(service) and isinstance(target[3], int):
        return target  # the name leads to the pods themselves, on whichever port is dialled
    ports = [(port["port"], protocol_of(port)) for port in ports_of(service)]
    return target if (target[3], way.protocol) in ports else None


def followed(objects, target, seen):
    """``target``, or what it is an alias of; ``("outside", name, port)`` outside; None where it is nothing but itself.

    A controller looks up what it reads with the search domains of pods, so that two labels may be a Service as well;
    what an alias in DNS leads to is whole.
    """
    service = find(objects, "Service", *target[1:3])
    if service is None or type_of(service) != "ExternalName":
        return target
    name = service["spec"]["externalName"].lower().removesuffix(".")
    labels, port = name.split("."), target[3] if isinstance(target[3], int) else None
    if seen and (labels[2:] == ["svc"] or labels[-1].isdecimal()):
        return None  # "not resolved by DNS servers"; no top-level domain is called so
    is_searched = not seen and (labels[2:] == ["svc"] or (len(labels) == 2 and find(objects, "Service", *labels[::-1])))
    if labels[2:] != IN_CLUSTER and not is_searched:
        return ("outside", name, port)
    if target in seen:
        return None
    end = followed(objects, ("service", labels[1], labels[0], target[3]), (*seen, target))
    return end or (("outside", name, port) if len(labels) == 2 else None)  # where nothing answers to it inside
