"""Where does a Service or a DNS name lead? Answered from the manifests themselves, rule by rule of the documentation.

The independent judge of routing, beside ``direct_interpreter``: ``service_interpreter`` says what is behind a Service
and ``ways_in_interpreter`` how traffic comes in from outside. They read plain dictionaries as a YAML loader gives
them, in a flat list, and share no code with the package. Keep each dumb, flat and under 300 lines.

What traffic goes to is a *target*: ``(namespace, name, kind)`` of a manifest with pods, an address as text when no pod
of the manifests has it, or an outside name that ends in a dot.
"""

from oracles.direct_interpreter import name_of, namespace_of, pod_of
from oracles.plain_addresses import address_bits
from oracles.service_interpreter import (
    behind_port,
    dialled,
    find,
    is_headless,
    members,
    ports_of,
    protocol_of,
    target_at,
    type_of,
)

ZONE = "cluster.local"


def endpoints(objects, namespace, service, port, *, seen=()):
    """Where traffic to ``port`` (a number or a name) of a Service goes: sorted ``(target, protocol, number)``.

    Nothing when there is no such Service or port, or nothing behind it: such traffic is refused or dropped.
    """
    found = find(objects, "Service", namespace, service)
    if found is None:
        return []
    if type_of(found) == "ExternalName":
        return behind_alias(objects, found, port, seen)
    if is_headless(found):
        return sorted(
            {(t, protocol, n) for protocol, n in dialled(found, port) for t in members(objects, found)}, key=str
        )
    targets = set()
    for entry in ports_of(found):
        if port in {entry["port"], entry.get("name")}:
            targets |= set(behind_port(objects, found, entry))
    return sorted(targets, key=str)


def behind_alias(objects, service, port, seen):
    """What an ExternalName leads to: a CNAME and no more, so the client dials ``port`` itself at the other end."""
    name = service["spec"]["externalName"].lower().removesuffix(".")
    key = (namespace_of(service), name_of(service))
    if key in seen or not isinstance(port, int):
        return []
    return sorted(set(behind_name(objects, name, port, (*seen, key))), key=str)


def behind_name(objects, name, port, seen):
    """The targets of a client that dials ``port`` at an absolute name."""
    for kind, *rest in records(objects, name):
        if kind == "service":
            yield from endpoints(objects, *rest, port, seen=seen)
        elif kind == "cname":
            holder = name.split(".")
            yield from endpoints(objects, holder[1], holder[0], port, seen=seen)
        elif kind == "endpoint":
            yield rest[0], "TCP", port
    if is_outside(name) and not looks_like_address(name):  # "not resolved by DNS servers"
        yield f"{name}.", "TCP", port


# names


def lookup(objects, name, pod):
    """What the resolver of ``pod`` makes of ``name``.

    ``tried``: the absolute names in order; ``server``: who is asked, ``cluster``, ``node`` or ``own`` (those that the
    pod lists); ``found``: the first name that the DNS of the cluster knows, with its records, or None; ``perhaps``: the
    names outside the cluster that come before it.
    """
    spec = pod_of(pod).get("spec") or {}
    server, search, ndots = resolver_of(spec, namespace_of(pod))
    wanted = name.lower()
    joined = [f"{wanted}.{domain}" for domain in search]
    if wanted.endswith("."):
        tried = [wanted.removesuffix(".")]
    elif wanted.count(".") >= ndots:
        tried = [wanted, *joined]
    else:
        tried = [*joined, wanted]
    perhaps = []
    for one in tried:
        known = records(objects, one)
        if known:
            return {"tried": tried, "server": server, "found": (one, known), "perhaps": perhaps}
        if is_outside(one):
            perhaps.append(one)
    return {"tried": tried, "server": server, "found": None, "perhaps": perhaps}


def resolver_of(spec, namespace):
    """Who is asked, the search list and ndots, by ``dnsPolicy`` and ``dnsConfig``."""
    policy = spec.get("dnsPolicy") or "ClusterFirst"
    if policy == "ClusterFirst" and spec.get("hostNetwork"):
        policy = "Default"  # "Pods running with hostNetwork and ClusterFirst fall back to the Default policy"
    server, search, ndots = "node", [], 1
    if policy in {"ClusterFirst", "ClusterFirstWithHostNet"}:
        server, search, ndots = "cluster", [f"{namespace}.svc.{ZONE}", f"svc.{ZONE}", ZONE], 5
    elif policy == "None":
        server = "own"
    config = spec.get("dnsConfig") or {}
    for domain in config.get("searches") or []:  # "merged ... duplicate domains are removed"
        if domain.lower().removesuffix(".") not in search:
            search.append(domain.lower().removesuffix("."))
    for option in config.get("options") or []:
        if option.get("name") == "ndots":
            ndots = int(option["value"])
    return server, search, ndots


def records(objects, name):
    """What the DNS of the cluster has for an absolute name; nothing where it says that there is no such name.

    ``("service", namespace, name)`` is the cluster IP of that Service, ``("cname", name)`` an alias, ``("endpoint",
    target)`` an address itself, and ``("srv", number, target)`` a port with where it is.
    """
    labels = name.split(".")
    if labels[-3:] == ["pod", *ZONE.split(".")] and len(labels) == 5:
        dashed = labels[0]
        address = dashed.replace("-", "." if dashed.count("-") == 3 and not set(dashed) & set("abcdef") else ":")
        return [("endpoint", target_at(objects, address))] if looks_like_address(address) else []
    if labels[-3:] != ["svc", *ZONE.split(".")] or not 5 <= len(labels) <= 7:
        return []
    *before, called, namespace = labels[:-3]
    service = find(objects, "Service", namespace, called)
    if service is None:
        return []
    if type_of(service) == "ExternalName":
        target = service["spec"]["externalName"].lower().removesuffix(".")
        return [] if before or looks_like_address(target) else [("cname", target)]
    if len(before) == 2:
        return service_records(objects, service, *before)
    if before:
        return [("endpoint", t) for t in members(objects, service, before[0])] if is_headless(service) else []
    if is_headless(service):
        return [("endpoint", target) for target in members(objects, service)]
    return [("service", namespace, called)]


def service_records(objects, service, port, protocol):
    """``_port._proto.service``: "created for named ports that are part of normal or headless services"."""
    found = []
    for entry in ports_of(service):
        if (port, protocol) != (f"_{entry.get('name')}", f"_{protocol_of(entry).lower()}") or not entry.get("name"):
            continue
        if is_headless(service):
            found += [("srv", number, target) for target, _, number in set(behind_port(objects, service, entry))]
        else:
            found.append(("srv", entry["port"], (namespace_of(service), name_of(service), "Service")))
    return sorted(found, key=str)


def is_outside(name):
    return name != ZONE and not name.endswith(f".{ZONE}")


def looks_like_address(text):
    try:
        address_bits(text)
    except OSError:
        return False
    return True
