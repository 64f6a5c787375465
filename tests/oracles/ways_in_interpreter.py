"""How does traffic come in from outside? Answered from the manifests themselves, rule by rule of the documentation.

A part of the judge of routing (``routing_interpreter``): plain dictionaries in a flat list go in, and ``Way``s come
out, each with the Service and the port of it, or the pod and the port, that it leads to. Keep it dumb, flat and under
300 lines.
"""

from typing import NamedTuple

from oracles.direct_interpreter import kind_of, name_of, namespace_of, pod_of
from oracles.gateway_interpreter import forwarded
from oracles.service_interpreter import (
    WORKLOADS,
    behind_port,
    container_ports,
    find,
    has_ended,
    is_headless,
    key_of,
    ports_of,
    protocol_of,
    type_of,
)

ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"
LEGACY_CLASS = "kubernetes.io/ingress.class"
SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"


class Way(NamedTuple):
    """One way in.

    ``host`` is None for any; ``path`` is ``(type, value)`` or None for any; ``port`` is None where the cluster picks it
    or where it may be any. ``target`` is ``("service", namespace, name, port)`` or ``("pod", key, port)``. ``by`` is
    the class of an Ingress or Gateway, or the traffic policy of a Service. ``clients`` are the CIDRs that may come in.
    """

    kind: str
    namespace: str
    name: str
    host: str | None
    path: tuple | None
    port: int | None
    protocol: str
    tls: bool
    target: tuple
    by: str | None = None
    clients: tuple = ()


def ways_in(objects):
    """Every way in from outside, in the order of the objects."""
    readers = {"Ingress": ingress_ways, "Service": service_ways, "Route": openshift_ways}
    readers |= dict.fromkeys(ROUTES, gateway_ways) | dict.fromkeys(WORKLOADS, node_ways)
    return [way for one in objects if kind_of(one) in readers for way in readers[kind_of(one)](objects, one)]


def policy_sources(way):
    """As what policy at the target may see who comes in: ``client``, ``node`` or ``controller``."""
    if way.kind in {"NodePort", "LoadBalancer", "externalIPs"}:
        # Cluster: "obscures the client source IP", unless the node that received it filters before it rewrites
        return {"client"} if way.by == "Local" else {"node", "client"}
    if way.kind in {"hostPort", "hostNetwork"}:
        return {"client"}
    return {"controller"}  # a reverse proxy dials the endpoints itself


# Services and nodes


def service_ways(objects, service):
    """NodePort, LoadBalancer and externalIPs; "the Service is also reachable at" each type that it includes."""
    del objects
    spec, kind = service["spec"], type_of(service)
    if kind == "ExternalName" or is_headless(service):
        return
    place, policy = (namespace_of(service), name_of(service)), spec.get("externalTrafficPolicy") or "Cluster"
    for entry in ports_of(service):
        rest = protocol_of(entry), False, ("service", *place, entry["port"]), policy
        allocated = kind == "NodePort" or spec.get("allocateLoadBalancerNodePorts") is not False
        if kind in {"NodePort", "LoadBalancer"} and (allocated or entry.get("nodePort")):
            yield Way("NodePort", *place, None, None, entry.get("nodePort") or None, *rest)
        if kind == "LoadBalancer":
            yield Way("LoadBalancer", *place, None, None, entry["port"], *rest, source_ranges(service))
        for address in dict.fromkeys(spec.get("externalIPs") or []):
            yield Way("externalIPs", *place, address, None, entry["port"], *rest)


def source_ranges(service):
    """Who may use the load balancer; the annotation is "not looked at when the field is set"."""
    listed = service["spec"].get("loadBalancerSourceRanges") or []
    if not listed:
        listed = ((service["metadata"].get("annotations") or {}).get(SOURCE_RANGES) or "").split(",")
    return tuple(one.strip() for one in listed if one.strip())


def node_ways(objects, manifest):
    """Ports of a node that lead to a pod: ``hostPort``, or every declared port of one on the host network."""
    del objects
    if has_ended(manifest):
        return
    place, key = (namespace_of(manifest), name_of(manifest)), key_of(manifest)
    host = (pod_of(manifest).get("spec") or {}).get("hostNetwork")
    declared = container_ports(manifest)
    if host and not declared:
        yield Way("hostNetwork", *place, None, None, None, "TCP", tls=False, target=("pod", key, None))
    for port in declared:
        number, address = port["containerPort"], port.get("hostIP") or None
        end = ("pod", key, number)
        if host:
            yield Way("hostNetwork", *place, None, None, number, protocol_of(port), tls=False, target=end)
        elif port.get("hostPort") and address not in {"127.0.0.1", "::1"}:
            address = None if address in {"0.0.0.0", "::"} else address  # noqa: S104 - read, not bound
            yield Way("hostPort", *place, address, None, port["hostPort"], protocol_of(port), tls=False, target=end)


# Ingress


def gateway_ways(objects, route):
    """Gateway API: see there."""
    place = (namespace_of(route), name_of(route))
    return [Way(kind_of(route), *place, *rest) for rest in forwarded(objects, route)]


def ingress_ways(objects, ingress):
    """One way for each path, on 80, and on 443 where a ``tls`` item covers the host."""
    spec, place = ingress["spec"], (namespace_of(ingress), name_of(ingress))
    wanted = [(None, None, spec["defaultBackend"])] if spec.get("defaultBackend") else []
    for rule in filter(None, spec.get("rules") or []):
        host = rule.get("host") or None  # "if the host is unspecified, the Ingress routes all traffic"
        listed = (rule.get("http") or {}).get("paths") or []
        wanted += [(host, (one["pathType"], one.get("path") or "/"), one["backend"]) for one in listed]
    for host, path, backend in wanted:
        target = backend.get("service")
        if not target:
            continue  # a resource, which is no Service
        number = service_port(objects, place[0], target["name"], target["port"])
        for port, tls in ((80, False), (443, True)):
            if not tls or any(is_covered(host, item.get("hosts") or []) for item in spec.get("tls") or []):
                end = ("service", place[0], target["name"], number)
                yield Way("Ingress", *place, host, path, port, "TCP", tls, end, class_of(objects, ingress))


def service_port(objects, namespace, name, port):
    """The number of the Service's port that a backend means; the name itself where no Service has it."""
    if port.get("number"):
        return port["number"]
    found = find(objects, "Service", namespace, name)
    ports = [entry for entry in (ports_of(found) if found else []) if protocol_of(entry) == "TCP"]  # HTTP goes over it
    numbers = [entry["port"] for entry in ports if entry.get("name") == port["name"]]
    return numbers[0] if numbers else port["name"]


def is_covered(host, hosts):
    """Whether TLS is served for the host of a rule; without hosts it is "the wildcard host setting"."""
    return host is None or not hosts or any(one_label_match(host, one) for one in hosts)


def one_label_match(host, pattern):
    """Ingress: "wildcard matches ... only ... a single DNS label"."""
    if not pattern.startswith("*."):
        return host == pattern
    return host == pattern or host.partition(".")[2] == pattern[2:]


def class_of(objects, ingress):
    """The class by field, by legacy annotation, or the default one; None when there is none."""
    legacy = (ingress["metadata"].get("annotations") or {}).get(LEGACY_CLASS)
    if ingress["spec"].get("ingressClassName") or legacy is not None:
        return ingress["spec"].get("ingressClassName") or legacy
    classes = [one for one in objects if kind_of(one) == "IngressClass"]
    default = [one for one in classes if (one["metadata"].get("annotations") or {}).get(DEFAULT_CLASS) == "true"]
    return min((name_of(one) for one in default), default=None)


# OpenShift


def openshift_ways(objects, route):
    """One way for each Service with a weight and each port of it that ``port.targetPort`` means."""
    spec, place = route["spec"], (namespace_of(route), name_of(route))
    host = spec.get("host") or None
    if host and spec.get("wildcardPolicy") == "Subdomain":
        host = f"*.{host.partition('.')[2]}"
    path = ("Prefix", spec["path"]) if spec.get("path") else None
    tls = spec.get("tls") or {}
    entries = [(443, True)] if tls else [(80, False)]
    if tls.get("insecureEdgeTerminationPolicy") == "Allow":
        entries.append((80, False))
    for ref in [spec["to"], *(spec.get("alternateBackends") or [])]:
        if ref.get("weight") == 0:
            continue
        for number in routed_ports(objects, place[0], ref["name"], (spec.get("port") or {}).get("targetPort")):
            for port, secure in entries:
                yield Way("Route", *place, host, path, port, "TCP", secure, ("service", place[0], ref["name"], number))


def routed_ports(objects, namespace, name, wanted):
    """The ports of the Service that a router uses: by name, by the number at the endpoints, or all of them."""
    found = find(objects, "Service", namespace, name)
    if found is None or type_of(found) == "ExternalName":
        return  # which has no endpoints
    for entry in ports_of(found):
        reached = {number for _, _, number in behind_port(objects, found, entry)}
        if protocol_of(entry) == "TCP" and (wanted is None or wanted == entry.get("name") or wanted in reached):
            yield entry["port"]
