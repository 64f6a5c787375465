"""Random clusters as plain manifests, biased towards the edges of the rules.

Every manifest is one that the API server accepts. The vocabulary is small on purpose: labels of selectors and of pods
meet often and miss narrowly, addresses sit at the edges of CIDRs, ports at the edges of ranges.
"""

from generators.vocabulary import hole_in, is_part, pod_address

CONTROLLERS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob")
API_VERSIONS = {"Pod": "v1", "ReplicationController": "v1", "Job": "batch/v1", "CronJob": "batch/v1"}
NAME_LABEL = "kubernetes.io/metadata.name"


def random_cluster(rng, *, policies=(0, 6), workloads=(1, 6), namespaces=(1, 4)):
    """A cluster as the direct interpreter takes it, with the ``names`` of all namespaces, declared or not."""
    names = rng.sample(rng.words.namespaces, rng.randint(*namespaces))
    taken = rng.pod_addresses = set()
    return {
        "names": names,
        "namespaces": [random_namespace(rng, name, names) for name in names if rng.random() < 0.75],
        "workloads": [random_workload(rng, f"w{i}", rng.choice(names), taken) for i in range(rng.randint(*workloads))],
        "policies": [random_policy(rng, f"p{i}", rng.choice(names), names) for i in range(rng.randint(*policies))],
    }


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


def sometimes(rng, holder, key, value, missing=0.5):
    """Put ``value`` under ``key``, unless it is empty: then empty, null and missing are all the same to the API."""
    if value:
        holder[key] = value
        return
    draw = rng.random()
    if draw > missing:
        holder[key] = value if draw > (1 + missing) / 2 else None


def random_labels(rng, least=0):
    """Labels of a pod or a namespace; a value may be empty, or written as nothing at all."""
    keys = rng.sample(rng.words.keys, rng.randint(least, len(rng.words.keys)))
    return {key: None if rng.random() < 0.04 else rng.choice(rng.words.values) for key in keys}


def random_namespace(rng, name, names):
    """A Namespace manifest; the name label may be missing, right or wrong: the API server sets it."""
    metadata = {"name": name}
    labels = random_labels(rng)
    if rng.random() < 0.2:
        labels[NAME_LABEL] = rng.choice([*names, "elsewhere"])
    sometimes(rng, metadata, "labels", labels)
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def in_namespace(rng, metadata, namespace):
    """Name the namespace, or leave it out where that means the same."""
    if namespace != "default" or rng.random() < 0.5:
        metadata["namespace"] = namespace
    return metadata


def random_workload(rng, name, namespace, taken):
    """A Pod, or a controller with a template; ``taken`` holds the pod addresses of the cluster so far."""
    kind = "Pod" if rng.random() < 0.55 else rng.choice(CONTROLLERS)
    host = rng.random() < rng.words.on_host
    spec = random_pod_spec(rng, host)
    metadata = in_namespace(rng, {"name": name}, namespace)
    manifest = {"apiVersion": API_VERSIONS.get(kind, "apps/v1"), "kind": kind, "metadata": metadata}
    if kind == "Pod":
        sometimes(rng, metadata, "labels", random_labels(rng))
        manifest["spec"] = spec
        if not host and rng.random() < 0.6:
            give_address(rng, manifest, taken)
        return manifest
    labels = random_labels(rng, least=1)
    if kind in {"Job", "CronJob"}:
        spec["restartPolicy"] = "Never"
    template = {"metadata": {"labels": labels}, "spec": spec}
    manifest["spec"] = {"template": template}
    if kind == "CronJob":
        manifest["spec"] = {"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": template}}}
    elif kind == "ReplicationController":
        manifest["spec"]["selector"] = {key: value or "" for key, value in labels.items()}
    elif kind != "Job":
        manifest["spec"]["selector"] = {"matchLabels": {key: value or "" for key, value in labels.items()}}
        if kind == "StatefulSet":
            manifest["spec"]["serviceName"] = name
    return manifest


def give_address(rng, manifest, taken):
    """Put a ``status.podIP`` that no other pod has; now and then a second one of the other family."""
    first = pod_address(rng, rng.choice([4, 4, 4, 6]), taken)
    manifest["status"] = {"phase": "Running", "podIP": first}
    if rng.random() < 0.3:
        manifest["status"]["podIPs"] = [{"ip": first}]
    elif rng.random() < 0.2:
        second = pod_address(rng, 4 if ":" in first else 6, taken)
        manifest["status"]["podIPs"] = [{"ip": first}, {"ip": second}]


def random_pod_spec(rng, host):
    """Containers with ports: one name on several numbers, on two protocols, or in an init container."""
    used = set()
    spec = {"containers": [random_container(rng, f"c{i}", used) for i in range(rng.randint(1, 2))]}
    if rng.random() < 0.25:
        spec["initContainers"] = [random_container(rng, "setup", used)]
        if rng.random() < 0.3:
            spec["initContainers"][0]["restartPolicy"] = "Always"
    if host:
        spec["hostNetwork"] = True
    elif rng.random() < 0.1:
        spec["hostNetwork"] = rng.choice([False, None])
    return spec


def random_container(rng, name, used):
    """A container; names are unique within it, and a number is used once for each protocol of the pod."""
    container = {"name": name, "image": "registry.example/app:1"}
    ports, names = [], set()
    for _ in range(rng.randint(0, 3)):
        number, protocol, called = (
            rng.choice(rng.words.ports),
            rng.choice(rng.words.protocols),
            rng.choice([*rng.words.port_names, None]),
        )
        if (number, protocol) in used or called in names:
            continue
        used.add((number, protocol))
        port = {"containerPort": number}
        if called is not None:
            names.add(called)
            port["name"] = called
        if protocol != "TCP" or rng.random() < 0.5:
            port["protocol"] = protocol
        ports.append(port)
    sometimes(rng, container, "ports", ports)
    return container


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
    if rng.random() < 0.6:
        equalities[rng.choice(rng.words.keys)] = None if rng.random() < 0.05 else rng.choice(rng.words.values)
    if names and rng.random() < 0.4:
        equalities[NAME_LABEL] = rng.choice([*names, "elsewhere"])
    sometimes(rng, selector, "matchLabels", equalities)
    expressions = [random_expression(rng, names) for _ in range(rng.choice([0, 0, 1, 1, 2]))]
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
