"""Connections aimed at one rule of a cluster: its subject, one of its peers, one of its ports, or just beside them."""

from generators.vocabulary import bits_of, text_of
from generators.workloads import random_labels, random_pod_spec
from oracles.direct_interpreter import labels_of, namespace_of, pod_of, rules, selector_matches, spec_of

SIDES = {"Ingress": "from", "Egress": "to"}


def random_target(rng, cluster):
    """A rule to aim at: ``(policy, direction, rule)``; None when there is no rule."""
    targets = [
        (policy, direction, rule)
        for policy in cluster["policies"]
        for direction in SIDES
        for rule in rules(policy, direction)
    ]
    return rng.choice(targets) if targets else None


def fitting_labels(rng, selector):
    """Labels that a selector matches, as far as one look at each requirement can tell; now and then a near miss."""
    labels = random_labels(rng)
    for key, value in ((selector or {}).get("matchLabels") or {}).items():
        labels[key] = value or ""
    for expression in (selector or {}).get("matchExpressions") or []:
        key, values = expression["key"], [value or "" for value in expression.get("values") or []]
        if expression["operator"] == "In":
            labels[key] = rng.choice(values)
        elif expression["operator"] == "Exists":
            labels.setdefault(key, rng.choice(rng.words.values))
        elif expression["operator"] == "DoesNotExist" or labels.get(key, "") in values:
            labels.pop(key, None)
    if labels and rng.random() < 0.15:
        del labels[rng.choice(sorted(labels))]
    return labels


def pod_for(rng, cluster, name, namespaces, selector):
    """An existing pod of ``namespaces`` that ``selector`` matches, or else a possible one: ``(manifest, index)``."""
    fitting = [
        (workload, index)
        for index, workload in enumerate(cluster["workloads"])
        if namespace_of(workload) in namespaces and selector_matches(selector or {}, labels_of({"pod": workload}))
    ]
    if fitting and rng.random() < 0.7:
        return rng.choice(fitting)
    metadata = {"name": name, "namespace": rng.choice(namespaces), "labels": fitting_labels(rng, selector)}
    spec = random_pod_spec(rng, rng.random() < rng.words.on_host)
    return {"kind": "Pod", "metadata": metadata, "spec": spec}, None


def aimed_subject(rng, cluster, target, name):
    """A pod that the rule's policy selects."""
    policy = target[0]
    return pod_for(rng, cluster, name, [namespace_of(policy)], spec_of(policy).get("podSelector"))


def aimed_peer(rng, cluster, target, name):
    """``(manifest, index, block)``: a pod for one of the rule's peers, or none and its block for an address outside."""
    policy, direction, rule = target
    peers = rule.get(SIDES[direction]) or []
    peer = rng.choice(peers) if peers else {"namespaceSelector": {}}
    block = peer.get("ipBlock")
    if block:
        edges = [block["cidr"], *(block.get("except") or [])]
        if rng.random() < 0.4:
            return None, None, rng.choice(edges)
        return *movable_pod(rng, cluster, name), rng.choice([block["cidr"], *edges])
    anywhere = peer.get("namespaceSelector") is not None
    namespaces = cluster["names"] if anywhere else [namespace_of(policy)]
    return *pod_for(rng, cluster, name, namespaces, peer.get("podSelector")), None


def movable_pod(rng, cluster, name):
    """A pod that may have any address."""
    fitting = [(w, index) for index, w in enumerate(cluster["workloads"]) if not (w.get("status") or {}).get("podIP")]
    if fitting and rng.random() < 0.5:
        return rng.choice(fitting)
    metadata = {"name": name, "namespace": rng.choice(cluster["names"]), "labels": random_labels(rng)}
    return {"kind": "Pod", "metadata": metadata, "spec": random_pod_spec(rng, rng.random() < rng.words.on_host)}, None


def edge_of(rng, cidr):
    """The first or last address of a block, the one inside or outside of it, or any inside."""
    family, first, last = bits_of(cidr)
    value = rng.choice([first - 1, first, first, last, last, last + 1, rng.randint(first, last), first + 1])
    return text_of(family, min(max(value, 0), 2 ** (32 if family == 4 else 128) - 1))


def aimed_traffic(rng, target, destination):
    """``(protocol, port)`` at an edge of one of the rule's ports, or a number declared under its name."""
    entries = target[2].get("ports") or [{}]
    entry = rng.choice(entries) or {}
    port = entry.get("port")
    if isinstance(port, str):
        declared = [p for p in declared_ports(destination) if p.get("name") == port] or declared_ports(destination)
        if declared:
            found = rng.choice(declared)
            wanted = entry.get("protocol") or "TCP"
            return rng.choice([wanted, wanted, found.get("protocol") or "TCP"]), found["containerPort"]
        number = rng.choice(rng.words.ports)
    elif port is None:
        number = rng.choice(rng.words.ports)
    else:
        last = entry.get("endPort") or port
        number = min(max(rng.choice([port - 1, port, port, last, last, last + 1]), 1), 65535)
    return rng.choice([entry.get("protocol") or "TCP"] * 3 + ["TCP", "UDP", "SCTP"]), number


def declared_ports(end):
    """The ports of all containers of a pod, init containers too."""
    if "pod" not in end:
        return []
    spec = pod_of(end["pod"])["spec"]
    containers = [*spec["containers"], *(spec.get("initContainers") or [])]
    return [port for container in containers for port in container.get("ports") or []]


def declare_names(rng, target, end):
    """Have a possible pod declare the names that the rule speaks of, mostly with the protocol of the rule."""
    entries = [entry for entry in target[2].get("ports") or [] if entry and isinstance(entry.get("port"), str)]
    if "pod" not in end or end["workload"] is not None or not entries or rng.random() < 0.4:
        return
    entry = rng.choice(entries)
    protocol = rng.choice([entry.get("protocol") or "TCP"] * 3 + ["TCP", "UDP"])
    port = {"containerPort": rng.choice(rng.words.ports), "name": entry["port"], "protocol": protocol}
    containers = rng.choice(["containers", "containers", "initContainers"])
    end["pod"]["spec"][containers] = [*(end["pod"]["spec"].get(containers) or []), {"name": "named", "ports": [port]}]


def helpful(rng, target, behaviours):
    """Behaviours under which more than the rule's own subtleties would decide less often."""
    rule = target[2]
    if rng.random() < 0.3:
        return behaviours
    if any(entry and isinstance(entry.get("port"), str) for entry in rule.get("ports") or []):
        behaviours["named-ports-supported"] = rng.random() < 0.8
    if any(peer.get("ipBlock") for side in SIDES.values() for peer in rule.get(side) or []):
        behaviours["ipblock-matches-pods"] = rng.random() < 0.8
    return behaviours
