"""Random ClusterNetworkPolicies: priorities that meet, Pass, every peer, ranges, selectors that mean nothing."""

from generators.clusters import random_selector
from generators.workloads import sometimes

NODE_SELECTORS = ({}, {}, {"matchLabels": {"pool": "a"}}, {"matchExpressions": [{"key": "pool", "operator": "Exists"}]})
NAMES = (["example.com"], ["*.example.com", "example.org"])
UNCLEAR = (
    {"matchExpressions": [{"key": "app", "operator": "Exists", "values": ["web"]}]},
    {"matchLabels": {"app": "a b"}},
)


def with_cluster_policies(rng, cluster, *, most=4, exact=False):
    """``cluster`` with some policies; ``exact``: without anything that is left open by the API or by the manifests."""
    tiers = [rng.choice(["Admin", "Baseline"]) for _ in range(rng.randint(1, most))]
    priorities = rng.sample(range(1001), len(tiers)) if exact else [rng.choice([0, 1, 1, 1000]) for _ in tiers]
    cluster["clusterPolicies"] = [
        cluster_policy(rng, f"c{number}", tier, priority, cluster["names"], exact=exact)
        for number, (tier, priority) in enumerate(zip(tiers, priorities, strict=True))
    ]
    return cluster


def cluster_policy(rng, name, tier, priority, names, *, exact):
    """One policy, with its rules."""
    spec = {"tier": tier, "priority": priority, "subject": pods_peer(rng, names, exact=exact)}
    for section, side in (("ingress", "from"), ("egress", "to")):
        count = rng.choice([0, 1, 1, 2, 3])
        rules = [cluster_rule(rng, side, names, exact=exact) for _ in range(count)]
        sometimes(rng, spec, section, rules)
    return {
        "apiVersion": "policy.networking.k8s.io/v1alpha2",
        "kind": "ClusterNetworkPolicy",
        "metadata": {"name": name},
        "spec": spec,
    }


def cluster_rule(rng, side, names, *, exact):
    """One rule, whose protocols may be named only beside pods."""
    peers = [cluster_peer(rng, side, names, exact=exact) for _ in range(rng.choice([1, 1, 2]))]
    rule = {"action": rng.choice(["Accept", "Deny", "Pass"]), side: peers}
    of_pods = all("pods" in peer or "namespaces" in peer for peer in peers)
    if rng.random() < 0.45:
        rule["protocols"] = [protocol(rng, named=of_pods, exact=exact) for _ in range(rng.choice([1, 1, 2]))]
    return rule


def cluster_peer(rng, side, names, *, exact):
    """One peer, mostly pods."""
    if side == "to" and rng.random() < 0.3:
        pods = [f"{ip}/{128 if ':' in ip else 32}" for ip in sorted(rng.pod_addresses)]
        blocks = [*rng.words.blocks, *pods * 3]
        return {"networks": sorted({rng.choice(blocks) for _ in range(rng.choice([1, 1, 2]))})}
    if side == "to" and not exact and rng.random() < 0.25:
        return rng.choice([{"nodes": rng.choice(NODE_SELECTORS)}, {"domainNames": rng.choice(NAMES)}])
    return pods_peer(rng, names, exact=exact)


def pods_peer(rng, names, *, exact):
    """Pods by ``namespaces`` or by ``pods``; a subject has the same form."""

    def selector(of):
        if not exact and rng.random() < 0.03:
            return rng.choice(UNCLEAR)
        return clean(random_selector(rng, names if of == "namespaces" else ())) if rng.random() < 0.4 else {}

    if rng.random() < 0.5:
        return {"namespaces": selector("namespaces")}
    pods = {"podSelector": selector("pods")}
    sometimes(rng, pods, "namespaceSelector", selector("namespaces"), missing=0.1)
    return {"pods": pods}


def clean(selector):
    """A selector without null items of lists, which a custom resource does not take."""
    expressions = selector.get("matchExpressions")
    for one in expressions or []:
        if one.get("values"):
            one["values"] = [value or "" for value in one["values"]]
    return {key: value for key, value in selector.items() if value is not None}


def protocol(rng, *, named, exact):
    """One item of ``protocols``; a range has two ports at least."""
    if named and rng.random() < 0.3:
        name = "" if not exact and rng.random() < 0.1 else rng.choice(rng.words.port_names)
        return {"destinationNamedPort": name}
    port = {"number": rng.choice(rng.words.ports)}
    ranges = [pair for pair in rng.words.ranges if pair[0] < pair[1]]
    if ranges and rng.random() < 0.5:
        start, end = rng.choice(ranges)
        port = {"range": {"start": start, "end": end}}
    return {rng.choice(rng.words.protocols).lower(): {"destinationPort": port}}


def of_the_older_api(rng, cluster):
    """The policies of ``cluster`` as AdminNetworkPolicies, and at most one BaselineAdminNetworkPolicy."""
    found = []
    for policy in cluster["clusterPolicies"]:
        spec = {key: value for key, value in policy["spec"].items() if key != "tier"}
        is_admin = policy["spec"]["tier"] == "Admin"
        if not is_admin:
            spec.pop("priority")
        for section, side in (("ingress", "from"), ("egress", "to")):
            rules = [older_rule(rng, rule, side, is_admin=is_admin) for rule in spec.get(section) or []]
            spec[section] = [rule for rule in rules if rule[side]]
        kind = "AdminNetworkPolicy" if is_admin else "BaselineAdminNetworkPolicy"
        metadata = policy["metadata"] if is_admin else {"name": "default"}
        version = {"apiVersion": "policy.networking.k8s.io/v1alpha1"}
        if is_admin or all(one["kind"] != kind for one in found):
            found.append({**version, "kind": kind, "metadata": metadata, "spec": spec})
    cluster["clusterPolicies"] = found
    return cluster


def older_rule(rng, rule, side, *, is_admin):
    """A rule in the older words; in a Baseline there is no Pass, and there are no domain names."""
    action = rule["action"].replace("Accept", "Allow")
    peers = [peer for peer in rule[side] if is_admin or "domainNames" not in peer]
    written = {"action": action if is_admin else action.replace("Pass", "Allow"), side: peers}
    ports = [older_port(rng, item) for item in rule.get("protocols") or []]
    return {**written, "ports": ports} if ports else written


def older_port(rng, item):
    """One item of ``ports``; TCP may go without saying."""
    if "destinationNamedPort" in item:
        return {"namedPort": item["destinationNamedPort"]}
    ((name, fields),) = item.items()
    protocol = {} if name == "tcp" and rng.random() < 0.4 else {"protocol": name.upper()}
    port = fields["destinationPort"]
    if "range" in port:
        return {"portRange": {**protocol, **port["range"]}}
    return {"portNumber": {**protocol, "port": port["number"]}}
