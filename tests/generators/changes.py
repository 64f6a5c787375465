"""Changes to the policies of a cluster whose effect is known beforehand: none, never fewer flows, or never more.

Each takes ``(rng, cluster)`` and changes ``cluster``, a copy, in place; False says that there was nothing to change.
"""

import ipaddress

from generators.clusters import random_peer, random_policy, whole_policy
from oracles.direct_interpreter import rules, spec_of

SIDES = {"Ingress": "from", "Egress": "to"}
FIELDS = {"Ingress": "ingress", "Egress": "egress"}


def effective_types(policy):
    """``policyTypes`` with the default of the API server."""
    default = ["Ingress", "Egress"] if rules(policy, "Egress") else ["Ingress"]
    return spec_of(policy).get("policyTypes") or default


def effective_rules(cluster):
    """Every rule that counts, as ``(policy, direction, list of rules, index)``; null rules become empty ones."""
    for policy in cluster["policies"]:
        for direction in sorted(set(effective_types(policy))):
            listed = rules(policy, direction)
            if listed:
                policy["spec"][FIELDS[direction]] = listed
                yield from ((policy, direction, listed, index) for index in range(len(listed)))


def chosen(rng, items):
    items = list(items)
    return rng.choice(items) if items else None


def selectors(cluster):
    """Every selector that is written in some policy."""
    for policy in cluster["policies"]:
        if spec_of(policy).get("podSelector"):
            yield policy["spec"]["podSelector"]
        for peer in peers(cluster, [policy]):
            yield from (peer[field] for field in ("podSelector", "namespaceSelector") if peer.get(field))


def peers(cluster, policies=None):
    """Every peer of every rule."""
    for policy in cluster["policies"] if policies is None else policies:
        for direction, side in SIDES.items():
            for rule in rules(policy, direction):
                yield from rule.get(side) or []


def ports(cluster):
    """Every list of ports with something in it, null items made empty ones."""
    for policy in cluster["policies"]:
        for direction in FIELDS:
            for rule in rules(policy, direction):
                if rule.get("ports"):
                    rule["ports"] = [entry or {} for entry in rule["ports"]]
                    yield rule["ports"]


def renamed(policy, suffix):
    return {**policy, "metadata": {**policy["metadata"], "name": f"{policy['metadata']['name']}-{suffix}"}}


def with_spec(policy, suffix, **changes):
    """The policy under another name with some of its spec changed; ``policyTypes`` as they were in effect."""
    spec = {**spec_of(policy), "policyTypes": effective_types(policy), **changes}
    return {**renamed(policy, suffix), "spec": spec}


# Adding


def add_a_rule(rng, cluster):
    """1: to a direction that the policy isolates already."""
    policy = chosen(rng, cluster["policies"])
    if policy is None:
        return False
    direction = rng.choice(effective_types(policy))
    spec = policy["spec"] = {**spec_of(policy), "policyTypes": effective_types(policy)}
    rule = {SIDES[direction]: [random_peer(rng, cluster["names"])], "ports": [{"port": 80}]}
    spec[FIELDS[direction]] = [*rules(policy, direction), rule]
    return True


def add_a_peer(rng, cluster):
    """2: to a list of peers that is not empty."""
    found = [rule for _, d, listed, i in effective_rules(cluster) if (rule := listed[i]).get(SIDES[d])]
    rule = chosen(rng, found)
    if rule is None:
        return False
    side = next(side for side in SIDES.values() if rule.get(side))
    rule[side] = [*rule[side], random_peer(rng, cluster["names"])]
    return True


def add_a_port(rng, cluster):
    """3: to a list of ports that is not empty."""
    entries = chosen(rng, ports(cluster))
    if entries is None:
        return False
    entries.append({"port": rng.choice(rng.words.ports), "protocol": rng.choice(["TCP", "UDP", "SCTP"])})
    return True


def add_a_copy(rng, cluster):
    """6: the same policy twice."""
    policy = chosen(rng, cluster["policies"])
    if policy is None:
        return False
    cluster["policies"].append(renamed(policy, "copy"))
    return True


def add_default_deny(rng, cluster):
    """14: everything of one namespace isolated."""
    cluster["policies"].append(whole_policy(rng, "deny", rng.choice(cluster["names"]), {}))
    return True


def add_an_isolation_that_is_there(rng, cluster):
    """15: the selection of an existing policy again, without its rules."""
    policy = chosen(rng, cluster["policies"])
    if policy is None:
        return False
    cluster["policies"].append(with_spec(policy, "bare", ingress=[], egress=[]))
    return True


def add_any_policy(rng, cluster):
    """Not monotone: the trap."""
    cluster["policies"].append(random_policy(rng, "new", rng.choice(cluster["names"]), cluster["names"]))
    return True


def remove_a_policy(rng, cluster):
    """Not monotone either."""
    policy = chosen(rng, cluster["policies"])
    if policy is None:
        return False
    cluster["policies"].remove(policy)
    return True


def add_a_first_port(rng, cluster):
    """Not monotone: an empty list of ports is all of them."""
    rule = chosen(rng, (rule for _, _, listed, i in effective_rules(cluster) if not (rule := listed[i]).get("ports")))
    if rule is None:
        return False
    rule["ports"] = [{"port": 80}]
    return True


def add_udp_rules(rng, cluster):
    """28: a rule for all of UDP in every direction that is isolated."""
    del rng
    for policy in cluster["policies"]:
        types = sorted(set(effective_types(policy)))
        policy["spec"] = {**spec_of(policy), "policyTypes": types}
        for direction in types:
            policy["spec"][FIELDS[direction]] = [*rules(policy, direction), {"ports": [{"protocol": "UDP"}]}]
    return bool(cluster["policies"])


# Saying the same in another way


def shuffle(rng, cluster):
    """4: policies, rules, peers and ports in another order."""
    rng.shuffle(cluster["policies"])
    for policy, direction, listed, _ in list(effective_rules(cluster)):
        for rule in listed:
            for field in (SIDES[direction], "ports"):
                rng.shuffle(rule.get(field) or [])
        rng.shuffle(listed)
        policy["spec"][FIELDS[direction]] = listed
    return True


def one_policy_for_each_rule(rng, cluster):
    """5: the same selector and types, one rule each."""
    del rng
    split = []
    for policy in cluster["policies"]:
        split.append(with_spec(policy, "none", ingress=[], egress=[]))
        for direction in sorted(set(effective_types(policy))):
            for number, rule in enumerate(rules(policy, direction)):
                only = {"ingress": [], "egress": [], FIELDS[direction]: [rule]}
                split.append(with_spec(policy, f"{direction.lower()}-{number}", **only))
    cluster["policies"] = split
    return True


def one_rule_for_each_peer(rng, cluster):
    """7: ``from: [A, B]`` as two rules."""
    del rng
    changed = False
    for policy in cluster["policies"]:
        for direction, side in SIDES.items():
            split = []
            for rule in rules(policy, direction):
                listed = rule.get(side) or []
                changed |= len(listed) > 1
                split += [{**rule, side: [peer]} for peer in listed] or [rule]
            if split:
                policy["spec"][FIELDS[direction]] = split
    return changed


def split_ranges(rng, cluster):
    """8: each range in two."""
    changed = False
    for entries in ports(cluster):
        for entry in list(entries):
            if entry.get("endPort") and entry["endPort"] > entry["port"]:
                middle = rng.randint(entry["port"], entry["endPort"] - 1)
                entries.append({**entry, "port": middle + 1})
                entry["endPort"] = middle
                changed = True
    return changed


def split_blocks(rng, cluster):
    """9: each CIDR in two halves, each with the excepts that lie in it."""
    del rng

    def halves(block):
        for half in ipaddress.ip_network(block["cidr"]).subnets():
            holes = [ipaddress.ip_network(hole) for hole in block.get("except") or []]
            if any(half.subnet_of(hole) for hole in holes):
                continue
            inside = [str(hole) for hole in holes if hole.subnet_of(half)]
            yield {"cidr": str(half), "except": inside}

    return replace_blocks(cluster, lambda block: halves(block) if not is_single(block) else [block])


def subtract_excepts(rng, cluster):
    """23: the blocks that are left when the excepts are taken out."""
    del rng

    def rest(block):
        left = [ipaddress.ip_network(block["cidr"])]
        for hole in map(ipaddress.ip_network, block.get("except") or []):
            parts = []
            for net in left:
                if hole.subnet_of(net):
                    parts += net.address_exclude(hole)
                elif not net.subnet_of(hole):
                    parts.append(net)
            left = parts
        return [{"cidr": str(net)} for net in left]

    return replace_blocks(cluster, rest)


def is_single(block):
    return ipaddress.ip_network(block["cidr"]).num_addresses == 1


def replace_blocks(cluster, parts_of):
    """Put several blocks in the place of each; a list of peers that would become empty gets one that matches nobody."""
    changed = False
    for _, direction, listed, index in list(effective_rules(cluster)):
        rule, side = listed[index], SIDES[direction]
        replaced = []
        for peer in rule.get(side) or []:
            if not peer.get("ipBlock"):
                replaced.append(peer)
                continue
            parts = list(parts_of(peer["ipBlock"]))
            changed |= parts != [peer["ipBlock"]]
            replaced += [{"ipBlock": part} for part in parts]
        if rule.get(side):
            nobody = {
                "podSelector": {
                    "matchLabels": {"nobody": "has"},
                    "matchExpressions": [{"key": "nobody", "operator": "DoesNotExist"}],
                }
            }
            rule[side] = replaced or [nobody]
    return changed


def split_not_in(rng, cluster):
    """10: ``NotIn [a, b]`` as ``NotIn [a]`` and ``NotIn [b]``."""
    del rng
    changed = False
    for selector in selectors(cluster):
        split = []
        for expression in selector.get("matchExpressions") or []:
            if expression["operator"] == "NotIn":
                changed |= len(expression["values"]) > 1
                split += [{**expression, "values": [value]} for value in expression["values"]]
            else:
                split.append(expression)
        selector["matchExpressions"] = split
    return changed


def labels_as_expressions(rng, cluster):
    """21: ``matchLabels`` as ``In`` with one value."""
    del rng
    changed = False
    for selector in selectors(cluster):
        equal = [
            {"key": key, "operator": "In", "values": [value]}
            for key, value in (selector.pop("matchLabels", None) or {}).items()
        ]
        changed |= bool(equal)
        selector["matchExpressions"] = [*(selector.get("matchExpressions") or []), *equal]
    return changed


def explicit_types(rng, cluster):
    """22: ``policyTypes`` written out."""
    del rng
    for policy in cluster["policies"]:
        policy["spec"] = {**spec_of(policy), "policyTypes": effective_types(policy)}
    return bool(cluster["policies"])


def single_ports_as_ranges(rng, cluster):
    """30: ``p`` as ``p`` to ``p``."""
    del rng
    changed = False
    for entries in ports(cluster):
        for entry in entries:
            if isinstance(entry.get("port"), int) and not entry.get("endPort"):
                entry["endPort"] = entry["port"]
                changed = True
    return changed


def long_addresses(rng, cluster):
    """32: IPv6 written out, in capitals."""
    del rng
    changed = False
    for peer in peers(cluster):
        block = peer.get("ipBlock")
        if block and ":" in block["cidr"]:
            block["cidr"] = spelled_out(block["cidr"])
            block["except"] = [spelled_out(hole) for hole in block.get("except") or []]
            changed = True
    return changed


def spelled_out(cidr):
    network = ipaddress.ip_network(cidr)
    return f"{network.network_address.exploded.upper()}/{network.prefixlen}"


def add_a_pod(rng, cluster):
    """27: one more pod in the manifests, at the end."""
    metadata = {"name": "one-more", "namespace": rng.choice(cluster["names"]), "labels": {"app": "web"}}
    spec = {"containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 80, "name": "http"}]}]}
    cluster["workloads"].append({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    return True


def only(direction):
    """20: the policies of one direction alone."""

    def change(rng, cluster):
        del rng
        kept = []
        for policy in cluster["policies"]:
            if direction in effective_types(policy):
                other = "egress" if direction == "Ingress" else "ingress"
                kept.append({**policy, "spec": {**spec_of(policy), "policyTypes": [direction], other: []}})
        cluster["policies"] = kept
        return True

    return change
