"""Random concrete connections through a random cluster, biased towards the edges of its policies."""

from generators.aimed import aimed_peer, aimed_subject, aimed_traffic, declare_names, edge_of, helpful, random_target
from generators.vocabulary import EDGES, INNER, LARGE, bits_of, text_of
from generators.workloads import random_labels, random_pod_spec
from oracles.added_labels import added_labels
from oracles.direct_interpreter import BEHAVIOURS, namespace_of, pod_of, rules

PORT_EDGES = sorted(
    {p + d for pair in [*LARGE.ranges, *((p, p) for p in LARGE.ports)] for p in pair for d in (-1, 0, 1)} - {0, 65536}
)


def random_point(rng, cluster):
    """A connection: ``{"source", "destination", "protocol", "port", "behaviours"}``, as the direct interpreter's."""
    free = {name: random_labels(rng) for name in cluster["names"]}
    target = random_target(rng, cluster) if rng.random() < 0.6 else None
    source, destination = aimed_ends(rng, cluster, free, target) if target else random_ends(rng, cluster, free)
    if source.get("workload") is not None and (is_one_pod(source, destination) or rng.random() < 0.03):
        destination = dict(source)
    elif source["address"] == destination["address"]:
        destination["address"] = other_address(rng, source["address"])
    if destination != source:
        destination["replica"] = 1
    protocol, port = rng.choice(rng.words.protocols), random_target_port(rng, destination)
    behaviours = random_behaviours(rng)
    if target:
        declare_names(rng, target, destination)
        protocol, port = aimed_traffic(rng, target, destination)
        behaviours = helpful(rng, target, behaviours)
    return {"source": source, "destination": destination, "protocol": protocol, "port": port, "behaviours": behaviours}


def random_ends(rng, cluster, free):
    """Two ends anywhere, of one family of addresses."""
    family = rng.choice([4, 4, 4, 6])
    source = random_end(rng, cluster, free, family, "possible-source")
    return source, random_end(rng, cluster, free, family, "possible-destination")


def aimed_ends(rng, cluster, free, target):
    """The two ends of a rule: a pod that its policy selects, and one of its peers."""
    subject, subject_index = aimed_subject(rng, cluster, target, "possible-subject")
    peer, peer_index, block = aimed_peer(rng, cluster, target, "possible-peer")
    families = [family for family in (4, 6) if all(pod is None or fits(pod, family) for pod in (subject, peer))]
    family = rng.choice(families or [4])
    wanted = edge_of(rng, block) if block else random_address(rng, family, cluster)
    if all(pod is None or fits(pod, family_of(wanted)) for pod in (subject, peer)):
        family = family_of(wanted)
    else:
        wanted = random_address(rng, family, cluster)
    one = placed(rng, free, subject, subject_index, random_address(rng, family, cluster))
    other = {"address": wanted} if peer is None else placed(rng, free, peer, peer_index, wanted)
    return (one, other) if target[1] == "Egress" else (other, one)


def placed(rng, free, pod, index, address):
    """A pod as an end of a connection, with its known address where it has one."""
    known = [a for a in known_addresses(pod) if family_of(a) == family_of(address)]
    return {
        "pod": pod,
        "workload": index,
        "address": rng.choice(known) if known else address,
        "node": rng.choice(["n1", "n2"]),
        "replica": 0,
        "namespaceLabels": free.get(namespace_of(pod), {}),
        "addedLabels": rng.choice(added_labels(pod, dict.fromkeys(rng.words.keys, rng.words.values))),
    }


def is_one_pod(source, destination):
    """Whether both ends are the one existing Pod: it has no second replica."""
    same = source.get("workload") is not None and source["workload"] == destination.get("workload")
    return same and source["pod"]["kind"] == "Pod"


def random_behaviours(rng):
    """A truth value for every behaviour; policy is nearly always enforced."""
    return {name: rng.random() < (0.97 if name == "policy-enforced" else 0.5) for name in BEHAVIOURS}


def random_end(rng, cluster, free, family, name):
    """An existing pod, a possible one, or an external address of ``family``."""
    fitting = [i for i, workload in enumerate(cluster["workloads"]) if fits(workload, family)]
    draw = rng.random()
    if draw < 0.55 and fitting:
        index = rng.choice(fitting)
        return placed(rng, free, cluster["workloads"][index], index, random_address(rng, family, cluster))
    if draw < 0.8:
        return placed(rng, free, possible_pod(rng, cluster, name), None, random_address(rng, family, cluster))
    return {"address": random_address(rng, family, cluster)}


def possible_pod(rng, cluster, name):
    """A pod that is in no manifest, in a namespace of the cluster."""
    metadata = {"name": name, "namespace": rng.choice(cluster["names"]), "labels": random_labels(rng)}
    return {"kind": "Pod", "metadata": metadata, "spec": random_pod_spec(rng, rng.random() < 0.15)}


def family_of(address):
    return 6 if ":" in address else 4


def known_addresses(workload):
    """The addresses that a Pod manifest gives."""
    status = workload.get("status") or {}
    listed = [item["ip"] for item in status.get("podIPs") or []]
    return listed or [ip for ip in [status.get("podIP")] if ip]


def fits(workload, family):
    """Whether a pod of ``workload`` may have an address of ``family``."""
    known = known_addresses(workload)
    return not known or any(family_of(address) == family for address in known)


def blocks_of(cluster):
    """Every CIDR that some policy mentions, with those of ``except``."""
    found = []
    for policy in cluster["policies"]:
        for direction, side in (("Ingress", "from"), ("Egress", "to")):
            for rule in rules(policy, direction):
                for peer in rule.get(side) or []:
                    block = peer.get("ipBlock") or {}
                    found += [*([block["cidr"]] if block else []), *(block.get("except") or [])]
    return found


def random_address(rng, family, cluster):
    """An address at the edge of a mentioned CIDR or one beside it, or at the edge of some other CIDR."""
    blocks = [block for block in blocks_of(cluster) if bits_of(block)[0] == family]
    if not blocks or rng.random() < 0.3:
        return text_of(family, rng.choice(EDGES[family] + INNER[family]))
    return edge_of(rng, rng.choice(blocks))


def other_address(rng, address):
    """An address of the same family that is not ``address``."""
    family = family_of(address)
    return rng.choice([text for text in (text_of(family, value) for value in EDGES[family]) if text != address])


def random_target_port(rng, destination):
    """A port at the edge of some range, or a number that the destination declares."""
    if "pod" in destination and rng.random() < 0.5:
        spec = pod_of(destination["pod"])["spec"]
        containers = spec["containers"] + (spec.get("initContainers") or [])
        declared = [port["containerPort"] for container in containers for port in container.get("ports") or []]
        if declared:
            return rng.choice(declared)
    return rng.choice(PORT_EDGES)
