"""Random clusters as plain manifests, biased towards the edges of the rules.

Every manifest is one that the API server accepts. The vocabulary is small on purpose: labels of selectors and of pods
meet often and miss narrowly, addresses sit at the edges of CIDRs, ports at the edges of ranges.
"""

from generators.vocabulary import hole_in, is_part
from generators.workloads import ended_pod, in_namespace, random_labels, random_workload, sometimes

NAME_LABEL = "kubernetes.io/metadata.name"


def random_cluster(rng, *, policies=(0, 6), workloads=(1, 6), namespaces=(1, 4)):
    """A cluster as the direct interpreter takes it, with the ``names`` of all namespaces, declared or not.

    Pods that have ``ended`` are in the manifests, and are nobody in the cluster.
    """
    names = rng.sample(rng.words.namespaces, rng.randint(*namespaces))
    taken = rng.pod_addresses = set()
    declared = [random_namespace(rng, name, names) for name in names if rng.random() < 0.75]
    running = [random_workload(rng, f"w{i}", rng.choice(names), taken) for i in range(rng.randint(*workloads))]
    ended = [ended_pod(rng, f"e{i}", rng.choice(names), taken) for i in range(rng.choice([0, 0, 0, 1, 2]))]
    rng.pod_addresses = taken | {one["status"]["podIP"] for one in ended}
    policies = [random_policy(rng, f"p{i}", rng.choice(names), names) for i in range(rng.randint(*policies))]
    return {"names": names, "namespaces": declared, "workloads": running, "ended": ended, "policies": policies}


def isolated(rng, cluster):
    """``cluster`` with a policy for each namespace that isolates all its pods in both directions."""
    for name in cluster["names"]:
        cluster["policies"].append(whole_policy(rng, "isolate", name, {}))
    return cluster


def opened_by_address(rng, cluster):
    """``cluster`` with a pod's own address let into one namespace, and everything or that address out of another."""
    addresses = sorted(rng.pod_addresses)
    if not addresses:
        return cluster
    pods = [{"ipBlock": {"cidr": f"{ip}/{128 if ':' in ip else 32}"}} for ip in rng.sample(addresses, 1)]
    into, out = rng.choice([({"from": pods}, {}), ({}, {"to": pods}), ({"from": pods}, {"to": pods})])
    cluster["policies"].append(whole_policy(rng, "into", rng.choice(cluster["names"]), {"ingress": [into]}))
    cluster["policies"].append(whole_policy(rng, "out", rng.choice(cluster["names"]), {"egress": [out]}))
    return cluster


def whole_policy(rng, name, namespace, rules):
    """A policy for all pods of a namespace and both directions."""
    metadata = in_namespace(rng, {"name": name}, namespace)
    spec = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], **rules}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def random_namespace(rng, name, names):
    """A Namespace manifest; the name label may be missing, right or wrong: the API server sets it."""
    metadata = {"name": name}
    labels = random_labels(rng)
    if rng.random() < 0.2:
        labels[NAME_LABEL] = rng.choice([*names, "elsewhere"])
    sometimes(rng, metadata, "labels", labels)
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def random_policy(rng, name, namespace, names):
    """A NetworkPolicy: explicit, defaulted and unlisted ``policyTypes``; fields empty, null or missing."""
    metadata = in_namespace(rng, {"name": name}, namespace)
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata}
    if rng.random() < 0.03:
        sometimes(rng, policy, "spec", {})
        return policy
    spec = policy["spec"] = {}
    selector = random_selector(rng, names=()) if rng.random() < 0.6 else {}
    sometimes(rng, spec, "podSelector", selector, missing=0.2)
    ingress = [random_rule(rng, "from", names) for _ in range(rng.choice([0, 1, 1, 2]))]
    egress = [random_rule(rng, "to", names) for _ in range(rng.choice([0, 0, 1, 2]))]
    sometimes(rng, spec, "ingress", ingress)
    sometimes(rng, spec, "egress", egress)
    types = rng.choice(
        [[], [], ["Ingress"], ["Egress"], ["Ingress", "Egress"], ["Egress", "Ingress"], ["Egress", "Egress"]]
    )
    sometimes(rng, spec, "policyTypes", list(types))
    return policy


def random_rule(rng, side, names):
    """One rule; null is the empty rule."""
    if rng.random() < 0.04:
        return rng.choice([None, {}])
    rule = {}
    sometimes(rng, rule, side, [random_peer(rng, names) for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))])
    sometimes(rng, rule, "ports", [random_port(rng) for _ in range(rng.choice([0, 0, 1, 1, 2, 3]))])
    if side == "to" and rng.random() < 0.15:
        # Whether a name is resolved on a pod that a block matches is the one place where peer and port meet.
        return {"to": [{"ipBlock": random_block(rng)}], "ports": [{"port": rng.choice(rng.words.port_names)}]}
    return rule


def random_peer(rng, names):
    """One peer: either selector, both, or an ipBlock; what is absent may be written as null."""
    shape = rng.choice(["pods", "namespaces", "both", "block", "block"])
    if shape == "block":
        return {"ipBlock": random_block(rng)}
    peer = {}
    if shape != "namespaces":
        peer["podSelector"] = random_selector(rng, names=()) if rng.random() < 0.75 else {}
    elif rng.random() < 0.15:
        peer["podSelector"] = None
    if shape != "pods":
        peer["namespaceSelector"] = random_selector(rng, names) if rng.random() < 0.75 else {}
    elif rng.random() < 0.15:
        peer["namespaceSelector"] = None
    if rng.random() < 0.1:
        peer["ipBlock"] = None
    return peer


def random_block(rng):
    """An ipBlock: a pod's own address, or a block with excepts that touch its edges or cover it together."""
    pods = [f"{ip}/{128 if ':' in ip else 32}" for ip in sorted(rng.pod_addresses)]
    if pods and rng.random() < 0.25:
        return {"cidr": rng.choice(pods)}
    block = {"cidr": rng.choice(rng.words.blocks)}
    holes = [hole_in(rng, block["cidr"]) for _ in range(rng.choice([0, 0, 1, 2, 3]))]
    if holes:
        holes += [pod for pod in pods if rng.random() < 0.3 and is_part(pod, block["cidr"])]
    sometimes(rng, block, "except", [hole for hole in holes if hole is not None])
    return block


def random_selector(rng, names):
    """A label selector with every operator; ``names`` adds tests on the name label of namespaces."""
    selector = {}
    equalities = {}
    for _ in range(rng.choice([0, 0, 1, 1, 1, 2])):
        equalities[rng.choice(rng.words.keys)] = None if rng.random() < 0.05 else rng.choice(rng.words.values)
    if names and rng.random() < 0.4:
        equalities[NAME_LABEL] = rng.choice([*names, "elsewhere"])
    sometimes(rng, selector, "matchLabels", equalities)
    expressions = [random_expression(rng, names) for _ in range(rng.choice([0, 0, 0, 1, 1, 1, 2, 3]))]
    sometimes(rng, selector, "matchExpressions", expressions)
    return selector


def random_expression(rng, names):
    """One expression; values may repeat, be empty, or be null (which is empty too)."""
    key, pool = rng.choice(rng.words.keys), list(rng.words.values)
    if names and rng.random() < 0.3:
        key, pool = NAME_LABEL, [*names, "elsewhere"]
    operator = rng.choice(["In", "NotIn", "NotIn", "Exists", "DoesNotExist"])
    expression = {"key": key, "operator": operator}
    if operator in {"In", "NotIn"}:
        values = [None if rng.random() < 0.04 else rng.choice(pool) for _ in range(rng.randint(1, 3))]
        expression["values"] = values
    else:
        sometimes(rng, expression, "values", [])
    return expression


def random_port(rng):
    """One item of ``ports``; null and ``{}`` are all of TCP."""
    if rng.random() < 0.04:
        return rng.choice([None, {}])
    port = {}
    protocol = rng.choice(["TCP", "TCP", "UDP", "SCTP", ""])
    sometimes(rng, port, "protocol", protocol) if protocol else port.update(rng.choice([{}, {}, {"protocol": None}]))
    shape = rng.choice(["none", "number", "range", "range", "name", "name"])
    if shape == "number":
        port["port"] = rng.choice(rng.words.ports)
        if rng.random() < 0.2:
            port["endPort"] = None
    elif shape == "range":
        port["port"], port["endPort"] = rng.choice(rng.words.ranges)
    elif shape == "name":
        port["port"] = rng.choice(rng.words.port_names)
    elif rng.random() < 0.2:
        port["port"] = None
    return port
