"""May this connection be opened? Answered from the manifests themselves, rule by rule of the API documentation.

The independent judge of both readings: it reads plain dictionaries as a YAML loader gives them and shares no code
with the package, not even for selectors, addresses or ports. Keep it dumb, flat and under 300 lines.

* ``cluster``: ``{"namespaces": [...], "workloads": [...], "policies": [...]}``, manifests that the API server accepts.
* an end of a connection: ``{"address": "192.0.2.1"}`` outside the cluster, or a pod: ``{"pod": manifest, "address":
  "10.0.0.1", "node": "n1", "replica": 0, "namespaceLabels": {...}, "addedLabels": {...}}``. The manifest may be of any
  workload kind; ``namespaceLabels`` are the labels of a namespace that no manifest declares, and ``addedLabels`` what
  the controller set on the pod, whatever its template says. A node is a ``machine``: a pod that is in no namespace.
* ``behaviours``: every name of ``BEHAVIOURS`` with its truth value.
"""

from oracles.plain_addresses import in_cidr
from oracles.unseen_labels import is_unseen

BEHAVIOURS = (
    "policy-enforced",
    "ipblock-matches-pods",
    "ipblock-matches-nodes",
    "host-network-policed",
    "node-to-local-pod-allowed",
    "pod-to-local-node-allowed",
    "endport-supported",
    "unlisted-rules-enforced",
    "named-ports-supported",
    "named-port-falls-open",
    "named-port-voids-policy",
    "named-ports-resolve-for-ipblock",
    "init-container-ports-named",
    "sctp-supported",
    "except-denies",
    "identity-labels-left-out",
)


def allowed(cluster, source, destination, protocol, port, behaviours):
    """Whether ``source`` may open a connection to ``port`` of ``destination``.

    "For a connection from a source pod to a destination pod to be allowed, both the egress policy on the source pod
    and the ingress policy on the destination pod need to allow the connection."
    """
    if not behaviours["policy-enforced"]:
        return True
    if is_same_pod(source, destination):
        return True  # "a Pod cannot block access to itself"
    traffic = {"destination": destination, "protocol": protocol, "port": port}
    leaves = direction_allowed(cluster, "Egress", source, destination, traffic, behaviours)
    return leaves and direction_allowed(cluster, "Ingress", destination, source, traffic, behaviours)


def direction_allowed(cluster, direction, subject, peer, traffic, behaviours):
    """Whether the policies of ``direction`` that select ``subject`` let the connection pass; no pod, no policy."""
    if "pod" not in subject:
        return True
    if "pod" in peer and on_host_network(peer) and subject.get("node") == peer.get("node"):
        # "traffic to and from the node where a Pod is running is always allowed": firm for ingress, loose for egress
        exempt = "node-to-local-pod-allowed" if direction == "Ingress" else "pod-to-local-node-allowed"
        if behaviours[exempt]:
            return True
    isolated = let_through = False
    for policy in cluster["policies"]:
        if not selects(policy, subject, behaviours) or direction not in directions(policy, behaviours):
            continue
        isolated = True
        for rule in rules(policy, direction):
            if behaviours["except-denies"] and is_excepted(direction, rule, peer, traffic, behaviours):
                return False  # OVN-Kubernetes drops these before it allows anything
            let_through |= rule_allows(cluster, policy, direction, rule, peer, traffic, behaviours)  # "additive"
    return let_through or not isolated


def is_same_pod(source, destination):
    """Whether both ends are one and the same pod: a bare Pod, or the same replica of one workload."""
    if "pod" not in source or "pod" not in destination:
        return False
    ours, theirs = source["pod"], destination["pod"]
    if any(part(ours) != part(theirs) for part in (kind_of, name_of, namespace_of)):
        return False
    return kind_of(ours) == "Pod" or source.get("replica", 0) == destination.get("replica", 0)


# policies


def selects(policy, pod, behaviours):
    """Whether ``policy`` applies to ``pod``: one "in this object's namespace"; an empty selector is all of them."""
    if namespace_of(policy) != namespace_of(pod["pod"]):
        return False
    if on_host_network(pod) and not behaviours["host-network-policed"]:
        return False
    if is_voided(policy, behaviours):
        return False
    return selector_matches(spec_of(policy).get("podSelector") or {}, seen_labels(pod, behaviours))


def is_voided(policy, behaviours):
    """Whether the plugin gives up on the whole policy because some port in it is a name."""
    if behaviours["named-ports-supported"] or not behaviours["named-port-voids-policy"]:
        return False
    written = rules(policy, "Ingress") + rules(policy, "Egress")
    entries = [entry for rule in written for entry in rule.get("ports") or []]
    return any(isinstance((entry or {}).get("port"), str) for entry in entries)


def directions(policy, behaviours):
    """For which directions ``policy`` isolates.

    "If this field is not specified, it will default based on the existence of ingress or egress rules; policies that
    contain an egress section are assumed to affect egress, and all policies (whether or not they contain an ingress
    section) are assumed to affect ingress."
    """
    types = spec_of(policy).get("policyTypes") or []
    if not types:
        return {"Ingress", "Egress"} if rules(policy, "Egress") else {"Ingress"}
    found = set(types)
    if behaviours["unlisted-rules-enforced"]:
        found |= {direction for direction in ("Ingress", "Egress") if rules(policy, direction)}
    return found


def rules(policy, direction):
    """The rules of one direction; a null rule is the empty rule."""
    listed = spec_of(policy).get("ingress" if direction == "Ingress" else "egress") or []
    return [rule or {} for rule in listed]


def rule_allows(cluster, policy, direction, rule, peer, traffic, behaviours):
    """Whether one rule matches: "traffic which matches both ports and from (or to)"."""
    entries = rule.get("ports") or []
    peers = (rule.get("from") if direction == "Ingress" else rule.get("to")) or []
    if not peers:  # "if this field is empty or missing, this rule matches all sources (or destinations)"
        return ports_match(entries, traffic, behaviours, names_resolve=True)
    for item in peers:
        if not peer_matches(cluster, policy, item, peer, behaviours):
            continue
        resolve = direction == "Ingress" or not item.get("ipBlock") or behaviours["named-ports-resolve-for-ipblock"]
        if ports_match(entries, traffic, behaviours, names_resolve=resolve):
            return True
    return False


def is_excepted(direction, rule, peer, traffic, behaviours):
    """Whether the address of ``peer`` is in ``except`` of ``rule``, and the rule is about the traffic."""
    blocks = [item.get("ipBlock") or {} for item in rule.get("from" if direction == "Ingress" else "to") or []]
    if not any(in_cidr(peer["address"], hole) for block in blocks for hole in block.get("except") or []):
        return False
    resolve = direction == "Ingress" or behaviours["named-ports-resolve-for-ipblock"]
    return ports_match(rule.get("ports") or [], traffic, behaviours, names_resolve=resolve)


# peers


def peer_matches(cluster, policy, item, end, behaviours):
    """Whether one item of ``from`` or ``to`` matches ``end``: an ipBlock, or one selector, or both selectors ANDed."""
    if item.get("ipBlock") is not None:
        return block_matches(item["ipBlock"], end, behaviours)
    if "pod" not in end:
        return False  # selectors select pods, nothing else
    if "machine" in end or (on_host_network(end) and not behaviours["host-network-policed"]):
        return False
    if item.get("namespaceSelector") is None:
        if namespace_of(end["pod"]) != namespace_of(policy):
            return False  # "otherwise it selects the Pods in the policy's own Namespace"
    elif not selector_matches(item["namespaceSelector"], namespace_labels(cluster, end)):
        return False
    return item.get("podSelector") is None or selector_matches(item["podSelector"], seen_labels(end, behaviours))


def block_matches(block, end, behaviours):
    """Whether ``cidr`` holds the address and no item of ``except`` does."""
    if "pod" in end:
        needed = "ipblock-matches-nodes" if on_host_network(end) else "ipblock-matches-pods"
        if not behaviours[needed]:
            return False
    if not in_cidr(end["address"], block["cidr"]):
        return False
    return not any(in_cidr(end["address"], hole) for hole in block.get("except") or [])


# ports


def ports_match(entries, traffic, behaviours, *, names_resolve):
    """Whether ``ports`` match: "if this field is empty or missing, this rule matches all ports"."""
    if not entries:
        return True
    return any(port_matches(entry or {}, traffic, behaviours, names_resolve) for entry in entries)


def port_matches(entry, traffic, behaviours, names_resolve):
    """Whether one item of ``ports`` matches; no protocol means TCP, no port means every port of the protocol."""
    protocol = entry.get("protocol") or "TCP"
    if protocol != traffic["protocol"]:
        return False
    if protocol == "SCTP" and not behaviours["sctp-supported"]:
        return False
    port = entry.get("port")
    if port is None:
        return True
    if isinstance(port, str):
        if not behaviours["named-ports-supported"]:
            return behaviours["named-port-falls-open"]
        return names_resolve and traffic["port"] in numbers_of(port, protocol, traffic["destination"], behaviours)
    last = entry.get("endPort")
    if last is None or not behaviours["endport-supported"]:
        last = port
    return int(port) <= traffic["port"] <= int(last)


def numbers_of(name, protocol, end, behaviours):
    """The numbers that the destination pod declares under ``name`` for ``protocol``; none when it is no pod."""
    if "pod" not in end:
        return set()
    spec = pod_of(end["pod"]).get("spec") or {}
    containers = list(spec.get("containers") or [])
    if behaviours["init-container-ports-named"]:
        containers += spec.get("initContainers") or []
    declared = [port for container in containers for port in container.get("ports") or []]
    return {p["containerPort"] for p in declared if p.get("name") == name and (p.get("protocol") or "TCP") == protocol}


# pods, namespaces, labels


def spec_of(policy):
    """The spec of a policy; missing and null are the empty one."""
    return policy.get("spec") or {}


def kind_of(manifest):
    return manifest.get("kind", "Pod")


def name_of(manifest):
    return (manifest.get("metadata") or {}).get("name")


def namespace_of(manifest):
    """The namespace that an object is in; ``default`` when it names none."""
    return (manifest.get("metadata") or {}).get("namespace") or "default"


def pod_of(manifest):
    """The Pod, or the pod template, of a workload of any kind."""
    if kind_of(manifest) == "Pod":
        return manifest
    if kind_of(manifest) == "CronJob":
        return manifest["spec"]["jobTemplate"]["spec"]["template"]
    return manifest["spec"]["template"]


def labels_of(end):
    """The labels of a pod, those of its controller first; a label written without a value has the empty value."""
    written = (pod_of(end["pod"]).get("metadata") or {}).get("labels") or {}
    return {key: value or "" for key, value in {**written, **(end.get("addedLabels") or {})}.items()}


def seen_labels(end, behaviours):
    """The labels of a pod that policies see."""
    left_out = behaviours["identity-labels-left-out"]
    return {key: value for key, value in labels_of(end).items() if not (left_out and is_unseen(key))}


def on_host_network(end):
    """Whether a pod is on the host network."""
    return bool((pod_of(end["pod"]).get("spec") or {}).get("hostNetwork"))


def namespace_labels(cluster, end):
    """The labels of a pod's namespace; the API server always sets ``kubernetes.io/metadata.name`` itself."""
    name = namespace_of(end["pod"])
    labels = end.get("namespaceLabels") or {}
    for namespace in cluster["namespaces"]:
        if name_of(namespace) == name:
            labels = namespace["metadata"].get("labels") or {}
    return {**{key: value or "" for key, value in labels.items()}, "kubernetes.io/metadata.name": name}


def selector_matches(selector, labels):
    """Whether every entry of ``matchLabels`` and every expression holds; an empty selector matches everything."""
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != (value or ""):
            return False
    return all(expression_holds(expression, labels) for expression in selector.get("matchExpressions") or [])


def expression_holds(expression, labels):
    """Whether one expression holds; ``NotIn`` and ``DoesNotExist`` hold where the key is absent."""
    key, operator = expression["key"], expression["operator"]
    values = [value or "" for value in expression.get("values") or []]
    if operator == "In":
        return key in labels and labels[key] in values
    if operator == "NotIn":
        return key not in labels or labels[key] not in values
    if operator == "Exists":
        return key in labels
    return key not in labels
