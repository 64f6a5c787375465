"""May this connection be opened where there are policies for the whole cluster? Answered from the manifests themselves.

As ``direct_interpreter``, of which it is the second half: plain dictionaries, nothing of the package. A cluster has
``clusterPolicies`` besides, and perhaps ``nodes``. What the API leaves open has no single answer: ``verdicts`` gives
the set of all. Written from the comments of network-policy-api ``apis/v1alpha2/clusternetworkpolicy_types.go``.
"""

import re
from itertools import groupby, product

from oracles.direct_interpreter import (
    direction_allowed,
    directions,
    is_same_pod,
    namespace_labels,
    numbers_of,
    on_host_network,
    seen_labels,
    selector_matches,
    selects,
)
from oracles.plain_addresses import in_cidr

CLUSTER_BEHAVIOURS = (
    "cluster-network-policy-enforced",
    "baseline-skipped-per-direction",
    "experimental-peers-supported",
    "admin-network-policy-enforced",
)
ENFORCED = {"ClusterNetworkPolicy": "cluster-network-policy-enforced"}
"""Who enforces them; all other kinds are AdminNetworkPolicies."""
EXPERIMENTAL = ("nodes", "domainNames")
OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
KEY = re.compile(r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?")
VALUE = re.compile(r"([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?")


def verdicts(cluster, source, destination, protocol, port, behaviours):
    """Whether ``source`` may open a connection: every answer that the manifests and the API leave possible."""
    if is_same_pod(source, destination):
        return {True}
    cluster = {**cluster, "clusterPolicies": [*map(of_one_form, cluster.get("clusterPolicies", ()))]}
    traffic = {"destination": destination, "protocol": protocol, "port": port}
    names = sorted(set(free_facts(cluster)))
    found = set()
    for values in product((False, True), repeat=len(names)):
        world = {"cluster": cluster, "behaviours": behaviours, "facts": dict(zip(names, values, strict=True))}
        leaves = outcomes(world, "Egress", source, destination, traffic)
        enters = outcomes(world, "Ingress", destination, source, traffic)
        found |= {one and other for one in leaves for other in enters}
    return found


def of_one_form(policy):
    """A policy of ``v1alpha1`` in the words of ``v1alpha2``: "AdminNetworkPolicy" is tier Admin, the other Baseline."""
    if policy["kind"] == "ClusterNetworkPolicy":
        return policy
    tier = "Admin" if policy["kind"] == "AdminNetworkPolicy" else "Baseline"
    spec = {"tier": tier, "priority": policy["spec"].get("priority", 0), "subject": policy["spec"]["subject"]}
    for section in ("ingress", "egress"):
        spec[section] = [
            {
                **rule,
                "action": rule["action"].replace("Allow", "Accept"),
                "protocols": rule.get("ports") and [*map(protocol_of, rule["ports"])],
            }
            for rule in policy["spec"].get(section) or []
        ]
    return {**policy, "spec": spec}


def protocol_of(port):
    """One item of ``ports``: "protocol … defaults to TCP"; its text is not checked, and neither is a range."""
    if port.get("namedPort") is not None:
        return {"destinationNamedPort": port["namedPort"]}
    fields = port.get("portNumber") or port["portRange"]
    protocol = "TCP" if fields.get("protocol") is None else fields["protocol"]
    ends = [fields.get(end, fields.get("port")) for end in ("start", "end")]
    if protocol not in {"TCP", "UDP", "SCTP"} or ends[0] > ends[1]:
        return {"unclear": f"{protocol} {ends[0]}-{ends[1]}"}
    return {protocol.lower(): {"destinationPort": {"range": {"start": ends[0], "end": ends[1]}}}}


def outcomes(world, direction, subject, peer, traffic):
    """What one direction may say: "Admin tier, NetworkPolicy tier, Baseline tier", then everything is allowed."""
    if "pod" not in subject or is_exempt(direction, subject, peer, world["behaviours"]):
        return {True}
    final = {"Accept": {True}, "Deny": {False}}
    found = set()
    for action in tier_actions(world, "Admin", direction, subject, peer, traffic):
        found |= final.get(action) or after_admin(world, direction, subject, peer, traffic)
    return found


def after_admin(world, direction, subject, peer, traffic):
    """What NetworkPolicy says, which "always makes a final decision for selected pods", and else Baseline."""
    cluster, behaviours = world["cluster"], world["behaviours"]
    if behaviours["policy-enforced"]:
        isolated = {
            one
            for policy in cluster["policies"]
            if selects(policy, subject, behaviours)
            for one in directions(policy, behaviours)
        }
        if direction in isolated:
            return {direction_allowed(cluster, direction, subject, peer, traffic, behaviours)}
        if isolated and not behaviours["baseline-skipped-per-direction"]:
            return {True}
    return {action != "Deny" for action in tier_actions(world, "Baseline", direction, subject, peer, traffic)}


def is_exempt(direction, subject, peer, behaviours):
    """Traffic between a pod and its own node, where the plugin lets it be."""
    if "pod" not in peer or not on_host_network(peer) or subject.get("node") != peer.get("node"):
        return False
    return behaviours["node-to-local-pod-allowed" if direction == "Ingress" else "pod-to-local-node-allowed"]


def tier_actions(world, tier, direction, subject, peer, traffic):
    """The actions that may come out of a tier: one where priorities differ, ``Pass`` where no rule matches.

    "If two policies in the same tier with the same priority could match, … the implementation can apply any".
    """
    enforced = {kind: world["behaviours"][name] for kind, name in ENFORCED.items()}
    policies = [one for one in world["cluster"]["clusterPolicies"] if one["spec"]["tier"] == tier]
    policies = [
        one for one in policies if enforced.get(one["kind"], world["behaviours"]["admin-network-policy-enforced"])
    ]
    policies.sort(key=priority_of)
    for _, alike in groupby(policies, key=priority_of):
        actions = {first_action(world, one, direction, subject, peer, traffic) for one in alike} - {None}
        if actions:
            return actions
    return {"Pass"}


def priority_of(policy):
    return policy["spec"]["priority"]


def first_action(world, policy, direction, subject, peer, traffic):
    """The action of the first rule that matches: "a rule that appears at the top would take the highest precedence"."""
    ours, theirs = ("source", "destination") if direction == "Egress" else ("destination", "source")
    if not pods_match(world, policy["spec"]["subject"], subject, ours):
        return None
    for rule in policy["spec"].get(direction.lower()) or []:
        peers = rule["to" if direction == "Egress" else "from"]
        action = rule["action"]
        experimental = any(item.get(field) is not None for item in peers for field in EXPERIMENTAL)
        if experimental and not world["behaviours"]["experimental-peers-supported"]:
            if action == "Accept":
                continue  # "treat the rule as matching no traffic"
            return "Deny"  # "treat the rule as a 'Deny all' rule"
        if any(peer_matches(world, item, peer, theirs) for item in peers) and traffic_matches(world, rule, traffic):
            return action
    return None


# peers


def peer_matches(world, item, end, role):
    """Whether one item of ``from`` or ``to`` matches; it has exactly one field."""
    if item.get("networks") is not None:
        return any(in_cidr(end["address"], cidr) for cidr in item["networks"])  # pods as well
    if item.get("domainNames") is not None:
        return world["facts"]["domain", tuple(sorted(item["domainNames"]))]
    if item.get("nodes") is not None:
        return node_matches(world, item["nodes"], end)
    return pods_match(world, item, end, role)


def pods_match(world, item, end, role):
    """Whether ``namespaces`` or ``pods`` select ``end``; "host-networked pods are not included"."""
    if "pod" not in end or on_host_network(end):
        return False
    pods = item.get("pods")
    of_namespace = item.get("namespaces") if pods is None else pods.get("namespaceSelector")
    labels = namespace_labels(world["cluster"], end)
    if not matched(world, of_namespace, labels, (role, "namespaces")):
        return False
    if pods is None:
        return True
    return matched(world, pods["podSelector"], seen_labels(end, world["behaviours"]), (role, "pods"))


def node_matches(world, selector, end):
    """Whether ``end`` has an address of a node that ``selector`` selects; of some addresses nobody knows."""
    if "pod" in end and not on_host_network(end):
        return False
    inside, key = "pod" in end, ("node", canonical(selector))
    if inside and not requirements(selector):
        return True
    if inside and not is_unclear(selector):
        here = [one for one in world["cluster"].get("nodes", ()) if end["address"] in addresses_of(one)]
        if here:
            return any(selector_matches(without_nulls(selector), labels_of_node(one)) for one in here)
    return world["facts"][key]


def labels_of_node(node):
    return {key: value or "" for key, value in (node["metadata"].get("labels") or {}).items()}


def addresses_of(node):
    listed = (node.get("status") or {}).get("addresses") or []
    return [one["address"] for one in listed if one["type"] in {"InternalIP", "ExternalIP"}]


# traffic


def traffic_matches(world, rule, traffic):
    """Whether ``protocols`` match: "if unspecified, protocol-specific attributes will not be used"."""
    protocols = rule.get("protocols")
    return protocols is None or any(protocol_matches(world, one, traffic) for one in protocols)


def protocol_matches(world, item, traffic):
    behaviours = world["behaviours"]
    if "unclear" in item:
        return world["facts"]["traffic", item["unclear"]]
    if traffic["protocol"] == "SCTP" and not behaviours["sctp-supported"] and item.get("destinationNamedPort") != "":
        return False
    name = item.get("destinationNamedPort")
    if name is not None:
        if not name:
            return world["facts"]["empty port name",]
        if not behaviours["named-ports-supported"]:
            return behaviours["named-port-falls-open"]
        return traffic["port"] in numbers_of(name, traffic["protocol"], traffic["destination"], behaviours)
    port = ((item.get(traffic["protocol"].lower())) or {}).get("destinationPort")
    if port is None:
        return False
    ports = port.get("range") or {"start": port.get("number"), "end": port.get("number")}
    return ports["start"] <= traffic["port"] <= ports["end"]  # "an inclusive range"


# selectors, and what is not known


def matched(world, selector, labels, role):
    """Whether a selector matches; an absent one is empty. One that means nothing for sure may or may not."""
    if is_unclear(selector):
        return world["facts"]["selector", *role, canonical(selector)]
    return selector_matches(without_nulls(selector), labels)


def without_nulls(selector):
    """A selector as a server stores it: labels without a value are dropped."""
    labels = {key: value for key, value in ((selector or {}).get("matchLabels") or {}).items() if value is not None}
    return {"matchLabels": labels, "matchExpressions": (selector or {}).get("matchExpressions") or []}


def requirements(selector):
    """Key, operator and values of each test."""
    kept = without_nulls(selector)
    found = {(key, "In", (value,)) for key, value in kept["matchLabels"].items()}
    return found | {
        (one["key"], one["operator"], tuple(sorted(set(one.get("values") or ())))) for one in kept["matchExpressions"]
    }


def canonical(selector):
    return str(sorted(requirements(selector)))


def is_unclear(selector):
    """Whether an implementation may fail to read ``selector``: the API server does not check it."""
    return any(
        operator not in OPERATORS
        or bool(values) != (operator in {"In", "NotIn"})
        or not KEY.fullmatch(key)
        or not all(map(VALUE.fullmatch, values))
        for key, operator, values in requirements(selector)
    )


def free_facts(cluster):
    """What manifests do not tell, each under a name."""
    for policy in cluster.get("clusterPolicies", ()):
        spec = policy["spec"]
        for direction, side, ours, theirs in (
            ("ingress", "from", "destination", "source"),
            ("egress", "to", "source", "destination"),
        ):
            yield from unclear_parts(spec["subject"], ours)
            for rule in spec.get(direction) or []:
                for item in rule[side]:
                    yield from unclear_parts(item, theirs)
                    if item.get("domainNames") is not None:
                        yield "domain", tuple(sorted(item["domainNames"]))
                    if item.get("nodes") is not None:
                        yield "node", canonical(item["nodes"])
                for one in rule.get("protocols") or []:
                    if one.get("destinationNamedPort") == "":
                        yield ("empty port name",)
                    if "unclear" in one:
                        yield "traffic", one["unclear"]


def unclear_parts(item, role):
    pods = item.get("pods")
    parts = {"namespaces": item.get("namespaces") if pods is None else pods.get("namespaceSelector")}
    if pods is not None:
        parts["pods"] = pods["podSelector"]
    for part, selector in parts.items():
        if is_unclear(selector):
            yield "selector", role, part, canonical(selector)
