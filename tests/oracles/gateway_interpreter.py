"""Where do the routes of Gateway API lead? Answered from the manifests themselves, rule by rule of its documentation.

A part of the judge of routing (``routing_interpreter``): which listeners a route is attached to, for which hosts, and
which Services it may forward to. Keep it dumb, flat and under 300 lines.
"""

from oracles.direct_interpreter import kind_of, name_of, namespace_of, selector_matches
from oracles.service_interpreter import find

GROUP = "gateway.networking.k8s.io"
KINDS = {
    "HTTP": ("HTTPRoute", "GRPCRoute"),
    "HTTPS": ("HTTPRoute", "GRPCRoute"),
    "TLS": ("TLSRoute", "TCPRoute"),
    "TCP": ("TCPRoute",),
    "UDP": ("UDPRoute",),
}


def forwarded(objects, route):
    """What each listener that a route is attached to makes of it: host, path, port, protocol, TLS, target, class."""
    for gateway, listener in listeners_of(objects, route).values():
        secure = listener["protocol"] in {"HTTPS", "TLS"}
        protocol = "UDP" if listener["protocol"] == "UDP" else "TCP"
        for host in shared_hosts(route, listener):
            for rule in route["spec"].get("rules") or []:
                for path in paths(route, rule):
                    for end in backends(objects, route, rule):
                        yield host, path, listener["port"], protocol, secure, end, class_of(gateway)


def class_of(gateway):
    """The class of a Gateway; nobody knows that of one that is not there."""
    return gateway["spec"]["gatewayClassName"] if gateway else None


def listeners_of(objects, route):
    """The listeners that a route is attached to, each once, by gateway and name.

    A Gateway that is not there may be elsewhere, and have a listener that takes the route as it is.
    """
    found = {}
    for ref in route["spec"].get("parentRefs") or []:
        if (ref.get("group", GROUP), ref.get("kind") or "Gateway") != (GROUP, "Gateway"):
            continue
        place = ref.get("namespace") or namespace_of(route)
        gateway = find(objects, "Gateway", place, ref["name"])
        if gateway is None:
            protocol = "UDP" if kind_of(route) == "UDPRoute" else "any"
            found[place, ref["name"], None] = None, {"protocol": protocol, "port": None}
        for listener in gateway["spec"]["listeners"] if gateway else []:
            if ref.get("sectionName") and ref["sectionName"] != listener["name"]:
                continue
            if ref.get("port") and ref["port"] != listener["port"]:
                continue
            if is_allowed_on(objects, gateway, listener, route):
                found[namespace_of(gateway), name_of(gateway), listener["name"]] = gateway, listener
    return found


def is_allowed_on(objects, gateway, listener, route):
    """Whether ``allowedRoutes`` lets the route in, by its namespace (default: the same) and its kind."""
    allowed = listener.get("allowedRoutes") or {}
    namespaces = allowed.get("namespaces") or {}
    source = namespaces.get("from") or "Same"
    if source == "Same" and namespace_of(route) != namespace_of(gateway):
        return False
    if source == "Selector" and not selector_matches(
        namespaces.get("selector") or {}, labels_of_namespace(objects, namespace_of(route))
    ):
        return False
    kinds = [kind["kind"] for kind in allowed.get("kinds") or [] if kind.get("group", GROUP) == GROUP]
    if allowed.get("kinds") and kind_of(route) not in kinds:
        return False
    if source not in {"Same", "All", "Selector"} or kind_of(route) not in KINDS.get(listener["protocol"], ()):
        return False
    # "if Passthrough", a stream is matched by its SNI, which a TCPRoute has no word for
    passed = (listener.get("tls") or {}).get("mode") == "Passthrough"
    return kind_of(route) != "TCPRoute" or not passed


def labels_of_namespace(objects, name):
    """The labels of a namespace, with the one that the API server always sets."""
    found = next((one for one in objects if kind_of(one) == "Namespace" and name_of(one) == name), None)
    labels = (found["metadata"].get("labels") or {}) if found else {}
    return {**{key: value or "" for key, value in labels.items()}, "kubernetes.io/metadata.name": name}


def shared_hosts(route, listener):
    """The hosts that both route and listener stand for, None for any; empty means that the route is not attached."""
    own, offered = route["spec"].get("hostnames") or [None], listener.get("hostname") or None
    if kind_of(route) in {"TCPRoute", "UDPRoute"}:
        return [offered if listener["protocol"] == "TLS" else None]
    hosts = [common_host(host, offered) for host in own]
    return list(dict.fromkeys(host for found, host in hosts if found))


def common_host(one, other):
    """Whether two hosts have something in common, and what: the narrower of both."""
    for narrow, wide in ((one, other), (other, one)):
        if wide is None or narrow == wide:
            return True, narrow
        if narrow is not None and wide.startswith("*.") and narrow.endswith(wide[1:]):
            return True, narrow  # "interpreted as a suffix match": one label or more, never the domain itself
    return False, None


def paths(route, rule):
    """The paths of the matches of a rule: "defaults to a prefix match on /" for HTTP."""
    if kind_of(route) == "HTTPRoute":
        written = [match.get("path") or {} for match in rule.get("matches") or [{}]]
        return list(dict.fromkeys((one.get("type") or "PathPrefix", one.get("value") or "/") for one in written))
    if kind_of(route) == "GRPCRoute":
        methods = [match.get("method") or {} for match in rule.get("matches") or [{}]]
        return list(dict.fromkeys(grpc_path(method) for method in methods))
    return [None]


def grpc_path(method):
    if not method:
        return None
    return method.get("type") or "Exact", f"/{method.get('service') or '*'}/{method.get('method') or '*'}"


def backends(objects, route, rule):
    """The Services that a rule forwards to: not with weight 0, and in another namespace only where it was granted."""
    listed = [ref for ref in rule.get("backendRefs") or [] if ref.get("weight") != 0]
    mirrors = [f["requestMirror"]["backendRef"] for f in rule.get("filters") or [] if f["type"] == "RequestMirror"]
    for ref in [*listed, *mirrors]:
        if ref.get("group") or (ref.get("kind") or "Service") != "Service":
            continue
        namespace = ref.get("namespace") or namespace_of(route)
        if namespace == namespace_of(route) or is_granted(objects, route, namespace, ref["name"]):
            yield "service", namespace, ref["name"], ref["port"]


def is_granted(objects, route, namespace, name):
    """Whether some ReferenceGrant in the namespace of the Service names the route's kind and namespace, and it."""
    source = {"group": GROUP, "kind": kind_of(route), "namespace": namespace_of(route)}
    for grant in objects:
        if kind_of(grant) != "ReferenceGrant" or namespace_of(grant) != namespace:
            continue
        to = [one for one in grant["spec"]["to"] if not one.get("group") and one["kind"] == "Service"]
        if source in grant["spec"]["from"] and any(one.get("name") in {None, "", name} for one in to):
            return True
    return False
