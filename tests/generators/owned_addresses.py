"""Random clusters whose addresses have owners: nodes, and Services whose addresses stand in policies.

Blocks that are rare elsewhere are common here: of two addresses, of nobody's addresses, at the ends of a family.
"""

from generators.clusters import random_cluster, whole_policy
from generators.points import random_behaviours
from generators.vocabulary import bits_of, text_of
from oracles.direct_interpreter import namespace_of, pod_of

MACHINES = ("10.0.0.6", "192.168.0.4", "192.168.0.5", "203.0.113.9", "fd00::6", "2001:db8::7")
"""Addresses of nodes: some where pods have theirs, some where only nodes do, one that is public."""
STRANGERS = ("10.0.0.7", "192.168.0.6", "198.51.100.7", "240.0.0.1", "169.254.10.1", "2001:db8::8", "fd00::7")
"""Addresses that are nobody's in the manifests."""
BLOCKS = (
    "192.168.0.4/31",
    "192.168.0.4/32",
    "192.168.0.0/16",
    "10.0.0.6/31",
    "fd00::6/127",
    "2001:db8::/64",
    "0.0.0.0/8",
    "224.0.0.0/3",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "203.0.113.0/24",
    "0.0.0.0/0",
    "::/0",
)
SERVICES = ("10.96.0.4", "10.96.0.5", "203.0.113.40")


def random_owned(rng):
    """A cluster with ``nodes`` and ``services``, all namespaces declared."""
    cluster = random_cluster(rng, policies=(0, 3), workloads=(1, 3), namespaces=(1, 2))
    declared = {one["metadata"]["name"] for one in cluster["namespaces"]}
    cluster["namespaces"] += [namespace(name) for name in cluster["names"] if name not in declared]
    taken = rng.sample(MACHINES, rng.randint(1, 3))
    free = [address for address in taken if address not in rng.pod_addresses]
    cluster["nodes"] = [node(f"n{number}", address) for number, address in enumerate(free)]
    for number in range(rng.randint(1, 3)):
        rule = {"ports": [{"port": rng.choice(rng.words.ports)}]} if rng.random() < 0.4 else {}
        peers = [{"ipBlock": {"cidr": rng.choice([*BLOCKS, *map(alone, (*free, *SERVICES))])}} for _ in range(2)]
        side, field = rng.choice([("ingress", "from"), ("egress", "to")])
        rules = {side: [{**rule, field: peers}]}
        cluster["policies"].append(whole_policy(rng, f"block{number}", rng.choice(cluster["names"]), rules))
    targets = rng.choices(cluster["workloads"], k=len(SERVICES))
    found = enumerate(zip(SERVICES, targets, strict=True))
    cluster["services"] = [service(rng, f"s{number}", address, target) for number, (address, target) in found]
    return cluster


def random_nodes(rng):
    """One or two Nodes, where no pod is known to be."""
    free = [address for address in MACHINES if address not in rng.pod_addresses]
    return [node(f"n{number}", address) for number, address in enumerate(rng.sample(free, rng.choice([1, 1, 2])))]


def alone(address):
    return f"{address}/{128 if ':' in address else 32}"


def namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def node(name, address):
    status = {"addresses": [{"type": "Hostname", "address": name}, {"type": "InternalIP", "address": address}]}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": status}


def service(rng, name, address, target):
    """A Service, mostly of ``target``, with ``address`` as its cluster IP, an external IP, or of its load balancer."""
    labels = pod_of(target)["metadata"].get("labels") or {}
    selected = [{key: value or ""} for key, value in sorted(labels.items()) if key in {"app", "tier"}]
    selector = rng.choice([{"app": "web"}, *selected * 3])
    port = {"port": rng.choice([80, 443]), "targetPort": rng.choice(rng.words.ports)}
    spec = {"selector": selector, "ports": [port]}
    metadata = {"name": name, "namespace": namespace_of(target)}
    manifest = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
    match rng.randrange(4):
        case 0:
            spec["externalIPs"] = [address]
        case 1:
            spec.update(type="LoadBalancer", allocateLoadBalancerNodePorts=False)
            manifest["status"] = {"loadBalancer": {"ingress": [{"ip": address}]}}
        case 2:
            spec.update(type="LoadBalancer", allocateLoadBalancerNodePorts=False, loadBalancerIP=address)
        case _:
            spec["clusterIP"] = address
    return manifest


def random_asked(rng, cluster):
    """An address, a whole or part of a block, or None where nobody can be asked; with a Pod, a port and behaviours."""
    pods = [one for one in cluster["workloads"] if one["kind"] == "Pod" and not one["spec"].get("hostNetwork")]
    if not pods:
        return None
    machines = [each["address"] for one in cluster["nodes"] for each in one["status"]["addresses"][1:]]
    target = rng.choice([*machines, *machines, *STRANGERS, "192.168.0.4/31", "192.168.0.0/29", "fd00::6/127"])
    return {
        "target": target,
        "inward": rng.random() < 0.5,
        "pod": rng.choice(pods),
        "port": rng.choice(rng.words.ports),
        "protocol": rng.choice(["TCP", "TCP", "UDP"]),
        "behaviours": {**random_behaviours(rng), "policy-enforced": True},
    }


def addresses_in(target, cluster):
    """An address of each kind in ``target``: those that some block, or some owner, tells from the others."""
    family, first, last = bits_of(target if "/" in target else alone(target))
    cuts = {first, last}
    for cidr in [*BLOCKS, *(alone(address) for address in (*MACHINES, *STRANGERS))]:
        other, low, high = bits_of(cidr)
        if other == family:
            cuts |= {low - 1, low, high, high + 1}
    for policy in cluster["policies"]:
        cuts |= {cut for block in blocks_of(policy) for cut in cuts_of(block, family)}
    return [text_of(family, value) for value in sorted(cuts) if first <= value <= last]


def blocks_of(policy):
    spec = policy.get("spec") or {}
    rules = [rule or {} for side in ("ingress", "egress") for rule in spec.get(side) or []]
    peers = [peer for rule in rules for peer in [*(rule.get("from") or []), *(rule.get("to") or [])]]
    blocks = [peer.get("ipBlock") or {} for peer in peers]
    return [cidr for block in blocks for cidr in [block.get("cidr"), *(block.get("except") or [])] if cidr]


def cuts_of(cidr, family):
    other, low, high = bits_of(cidr)
    return {low - 1, low, high, high + 1} if other == family else set()
