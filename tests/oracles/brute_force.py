"""Whole questions answered by trying every connection that there could be, with the direct interpreter.

Finite because pods that agree on all that the policies and the question tell apart are treated alike: one value for
each label value that is mentioned, *absent* and *other*; two addresses for each interval between the edges of mentioned
CIDRs; one port for each range between mentioned ports; every assignment of the behaviours that matter. Meant for small
clusters. Taken as given, as the package says it does: policies are enforced; pods that could be created are not on the
host network, may have any usable address, and name their ports as the pods of their namespace in the manifests do. A
question may have ``pod_cidrs``, in which the addresses of pods lie, ``fixed`` behaviours, and ``free_named_ports``.
"""

import ipaddress
from functools import lru_cache
from itertools import islice, pairwise, product

from oracles.added_labels import added_labels
from oracles.cluster_policy_interpreter import CLUSTER_BEHAVIOURS, verdicts
from oracles.direct_interpreter import (
    BEHAVIOURS,
    allowed,
    is_same_pod,
    kind_of,
    labels_of,
    name_of,
    namespace_labels,
    namespace_of,
    numbers_of,
    on_host_network,
    pod_of,
    rules,
    selector_matches,
    spec_of,
)
from oracles.plain_addresses import address_bits, in_cidr
from oracles.unseen_labels import is_unseen

NAME_LABEL = "kubernetes.io/metadata.name"
UNUSABLE = ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32", "::/127", "::ffff:0:0/96", "ff00::/8")
LEFT_OPEN = (
    *("192.0.0.9/32", "192.0.0.10/32"),
    *("2001::/32", "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:3::/32", "2001:4:112::/48"),
    *("2001:10::/28", "2001:20::/28", "2001:30::/28", "2002::/16"),
)
"""What the IANA registries of special-purpose addresses call globally reachable, or leave open, in other blocks."""
NOT_GLOBAL = ("192.0.0.0/24", "2001::/23", "3fff::/20")
"""What the same registries call not globally reachable, and Python 3.11 knows in part or not at all."""
GLOBAL = ("8.8.8.8", "8.8.4.4", "2606:4700::1", "2606:4700::2")


def brute_force(cluster, question):
    """``(verdict, scope)``: reachable (existing or possible), unreachable (None) or vacuous (None)."""
    told = Told(cluster, question)
    sources = [end for end in told.ends("source") if belongs(cluster, question["source"], end)]
    destinations = [end for end in told.ends("destination") if belongs(cluster, question["destination"], end)]
    pairs = [pair for pair in product(sources, destinations) if fit(*pair)]
    existing = [pair for pair in pairs if all(map(exists, pair))]
    possible = [pair for pair in pairs if not all(map(exists, pair))]
    for scope, among in (("existing", existing), ("possible", possible)):
        if any(told.connects(source, destination, told.is_allowed) for source, destination in among):
            return "reachable", scope
    about_nothing = not any(told.connects(source, destination, lambda *_: True) for source, destination in pairs)
    return ("vacuous" if about_nothing else "unreachable"), None


def exists(end):
    """Whether an end is outside, or a pod of the manifests."""
    return "pod" not in end or end["workload"] is not None


def fit(source, destination):
    """Whether two ends can be the ends of one connection between two of them."""
    if address_bits(source["address"])[0] != address_bits(destination["address"])[0]:
        return False
    if is_same_pod(source, destination) or not has_room(source, destination):
        return False
    both_pods = "pod" in source and "pod" in destination
    if both_pods and namespace_of(source["pod"]) == namespace_of(destination["pod"]):
        return source["namespaceLabels"] == destination["namespaceLabels"]
    return True


def has_room(source, destination):
    """Whether each end has an address of its own, unless both are on the host network of one declared node."""
    if source["address"] != destination["address"]:
        return True
    return "machine" in source or "machine" in destination or bool(source.get("of_node"))


def belongs(cluster, phrase, end):
    """Whether ``end`` is what a phrase of the question means."""
    if phrase["shape"] == "others":
        return not any(belongs(cluster, one, end) for one in phrase["but"])
    if phrase["shape"] == "workload":
        return "pod" in end and end["workload"] is not None and key_of(end["pod"]) == phrase["key"]
    if phrase["shape"] == "created":
        return "pod" in end and end["workload"] is None
    if phrase["shape"] == "internet":
        return "pod" not in end and is_on_the_internet(end["address"])
    if phrase["shape"] == "block":
        known = "pod" in end and ("machine" in end or end["address"] in known_addresses(end["pod"]))
        return ("pod" not in end or (end["workload"] is not None and known)) and in_cidr(end["address"], phrase["cidr"])
    if "pod" not in end or "machine" in end or not selector_matches(phrase["selector"], labels_of(end)):
        return False
    if phrase["where"] is None:
        return True
    word, selector = phrase["where"]
    return selector_matches(selector, namespace_labels(cluster, end)) == (word == "in")


@lru_cache(maxsize=1 << 16)
def is_on_the_internet(address):
    """Whether an address is globally reachable unicast; what the registries leave open (Teredo, 6to4) counts.

    Of IPv6 only 2000::/3 is assigned as global unicast, and 64:ff9b::/96 for translators.
    """
    parsed = ipaddress.ip_address(address)
    if parsed.version == 6 and not (in_cidr(address, "2000::/3") or in_cidr(address, "64:ff9b::/96")):
        return False
    if any(in_cidr(address, cidr) for cidr in LEFT_OPEN):
        return True
    return parsed.is_global and not parsed.is_multicast and not any(in_cidr(address, cidr) for cidr in NOT_GLOBAL)


def key_of(manifest):
    return kind_of(manifest), namespace_of(manifest), name_of(manifest)


def known_addresses(manifest):
    status = manifest.get("status") or {}
    return [item["ip"] for item in status.get("podIPs") or []] or [ip for ip in [status.get("podIP")] if ip]


def items(policy):
    """Every peer and every port of a policy."""
    peers, ports = [], []
    for direction, side in (("Ingress", "from"), ("Egress", "to")):
        for rule in rules(policy, direction):
            peers += rule.get(side) or []
            ports += [entry or {} for entry in rule.get("ports") or []]
    return peers, ports


def items_of_all(policy):
    """Every peer and every port of a ClusterNetworkPolicy, its subject as well, in the words of a NetworkPolicy."""
    spec = policy["spec"]
    rules_of = [(rule, side) for d, side in (("ingress", "from"), ("egress", "to")) for rule in spec.get(d) or []]
    peers, ports = [], []
    for item in (spec["subject"], *(item for rule, side in rules_of for item in rule[side])):
        pods = item.get("pods")
        selected = {"namespaceSelector": item.get("namespaces")} if pods is None else pods
        peers += [{"ipBlock": {"cidr": cidr}} for cidr in item.get("networks") or []] or [selected]
    for item in (item for rule, _ in rules_of for item in rule.get("protocols") or []):
        of_transports = [item[one]["destinationPort"] for one in ("tcp", "udp", "sctp") if item.get(one)]
        ports += [{"port": item["destinationNamedPort"]}] if item.get("destinationNamedPort") else []
        for port in of_transports:
            ends = port.get("range") or {"start": port.get("number"), "end": port.get("number")}
            ports.append({"port": ends["start"], "endPort": ends["end"]})
    return peers, ports


def answers(cluster, source, destination, protocol, port, behaviours):
    """Whether the connection is allowed: every answer that there may be."""
    if cluster.get("clusterPolicies"):
        return verdicts(cluster, source, destination, protocol, port, behaviours)
    return {allowed(cluster, source, destination, protocol, port, behaviours)}


def may_connect(*connection):
    """Whether the connection may be allowed, whatever is left open."""
    return True in answers(*connection)


class Told:
    """What the policies and the question tell apart, and every end and connection that is made of it."""

    def __init__(self, cluster, question):
        self.cluster, self.question = cluster, question
        self.machines = {a: node for node in cluster.get("nodes", ()) for a in node_addresses(node)}
        listed = [items(policy) for policy in cluster["policies"]]
        self.peers = [peer for peers, _ in listed for peer in peers]
        self.entries = [entry for _, entries in listed for entry in entries]
        listed += [items_of_all(policy) for policy in cluster.get("clusterPolicies", ())]
        self.all_peers = [peer for peers, _ in listed for peer in peers]
        self.all_entries = [entry for _, entries in listed for entry in entries]
        phrases = [one for side in ("source", "destination") for one in question[side].get("but", [question[side]])]
        pod_selectors = [spec_of(policy).get("podSelector") for policy in cluster["policies"]]
        pod_selectors += [peer.get("podSelector") for peer in self.all_peers] + [p.get("selector") for p in phrases]
        namespace_selectors = [peer.get("namespaceSelector") for peer in self.all_peers]
        namespace_selectors += [phrase["where"][1] for phrase in phrases if phrase.get("where")]
        self.labels = combinations(pod_selectors)
        self.values = values_by_key(pod_selectors)
        self.namespace_labels = combinations(namespace_selectors)
        self.namespaces = self.known_namespaces(namespace_selectors)
        self.addresses = self.usable_addresses(phrases)
        self.traffic = list(self.elementary_traffic())
        self.assignments = list(self.assignments_that_matter())

    def known_namespaces(self, selectors):
        """Every namespace that is declared, that an object is in, or that a selector names."""
        names = {namespace_of(thing) for thing in (*self.cluster["workloads"], *self.cluster["policies"])}
        names |= {name_of(namespace) for namespace in self.cluster["namespaces"]}
        return sorted(names | {value for key, value in mentioned(selectors) if key == NAME_LABEL and value})

    def usable_addresses(self, phrases):
        """Two addresses of each interval between edges that nobody in the manifests has, as far as there are two."""
        pod_cidrs = self.question.get("pod_cidrs", ())
        cidrs = [*pod_cidrs, *(phrase["cidr"] for phrase in phrases if phrase["shape"] == "block")]
        for peer in self.all_peers:
            block = peer.get("ipBlock") or {}
            cidrs += [*([block["cidr"]] if block else []), *(block.get("except") or [])]
        taken = {ip for workload in self.cluster["workloads"] for ip in known_addresses(workload)}
        taken |= self.machines.keys()
        found = []
        for family, total in ((4, 32), (6, 128)):
            nets = [ipaddress.ip_network(cidr) for cidr in (*cidrs, *UNUSABLE)]
            own = [net for net in nets if net.version == family]
            cuts = sorted({0, 2**total} | {b for n in own for b in (int(n[0]), int(n[-1]) + 1)})
            make = ipaddress.IPv4Address if family == 4 else ipaddress.IPv6Address
            for first, after in pairwise(cuts):
                if any(in_cidr(str(make(first)), cidr) for cidr in UNUSABLE):
                    continue
                samples = [int(ipaddress.ip_address(g)) for g in GLOBAL if (":" in g) == (family == 6)]
                near = [*range(first, min(first + 40, after)), *[g for g in samples if first <= g < after]]
                free = [text for text in (str(make(value)) for value in near) if text not in taken]
                for_pods = not pod_cidrs or any(in_cidr(str(make(first)), cidr) for cidr in pod_cidrs)
                others = free if not (pod_cidrs and for_pods) else []
                on_internet = [*islice(filter(is_on_the_internet, reversed(others)), 2)][::-1]
                found.append((free[:2] if for_pods else [], [*others[:2], *on_internet]))
        return found

    def ends(self, side):
        """Everyone who may stand at one end; the two ends take different addresses of an interval where they can."""
        pick = 0 if side == "source" else -1
        free = [pods[pick] for pods, _ in self.addresses if pods]
        beside = sorted({texts[pick] for _, others in self.addresses for texts in (others[:2], others[2:]) if texts})
        for index, workload in enumerate(self.cluster["workloads"]):
            shared = (*beside, *self.machines) if on_host_network({"pod": workload}) else free
            for address in known_addresses(workload) or shared:
                places = product(self.labels_of_namespace(namespace_of(workload)), added_labels(workload, self.values))
                for labels, added in places:
                    yield {
                        "pod": workload,
                        "workload": index,
                        "address": address,
                        "namespaceLabels": labels,
                        "addedLabels": added,
                        "replica": 0 if side == "source" else 1,
                        "of_node": name_of(self.machines[address]) if address in self.machines else None,
                    }
        for namespace in [*self.namespaces, f"new-{side}"]:
            for labels, of_namespace in product(self.labels, self.labels_of_namespace(namespace)):
                metadata = {"name": f"possible-{side}", "namespace": namespace, "labels": labels}
                pod = {"kind": "Pod", "metadata": metadata, "spec": {"containers": []}}
                for address in free:
                    yield {"pod": pod, "workload": None, "address": address, "namespaceLabels": of_namespace}
        for address in beside:
            yield {"address": address}
        for address, node in self.machines.items():
            yield machine(node, address)

    def labels_of_namespace(self, name):
        """The labels that a namespace may have: its own, or any where no manifest declares it."""
        if any(name_of(namespace) == name for namespace in self.cluster["namespaces"]):
            return [{}]
        return self.namespace_labels

    def elementary_traffic(self):
        """One port for each range between mentioned ports, and every declared one, under each protocol asked about."""
        edges = {1, 65536}
        for entry in self.all_entries:
            if isinstance(entry.get("port"), int):
                edges |= {entry["port"], entry["port"] + 1, (entry.get("endPort") or entry["port"]) + 1}
        for workload in self.cluster["workloads"]:
            edges |= {
                edge
                for port in container_ports(workload)
                for edge in (port["containerPort"], port["containerPort"] + 1)
            }
        wanted = self.question["port"]
        low, high = (1, 65535) if wanted is None or isinstance(wanted, str) else wanted
        for port in sorted({max(edge, low) for edge in edges}):
            if low <= port <= high:
                yield from ((protocol, port) for protocol in self.question["protocols"])

    def assignments_that_matter(self):
        """Every assignment of the behaviours that could make a difference; the others are true."""
        host = bool(self.machines) or any(on_host_network({"pod": one}) for one in self.cluster["workloads"])
        named = any(isinstance(entry.get("port"), str) for entry in self.all_entries)
        block = any(peer.get("ipBlock") for peer in self.peers)
        initial = any(pod_of(w)["spec"].get("initContainers") for w in self.cluster["workloads"])
        unlisted = any(is_unlisted(policy) for policy in self.cluster["policies"])
        matters = {
            "ipblock-matches-pods": block,
            "ipblock-matches-nodes": block and host,
            "host-network-policed": host,
            "node-to-local-pod-allowed": host,
            "pod-to-local-node-allowed": host,
            "endport-supported": any(entry.get("endPort") for entry in self.entries),
            "unlisted-rules-enforced": unlisted,
            "named-ports-supported": named,
            "named-port-falls-open": named,
            "named-port-voids-policy": named,
            "named-ports-resolve-for-ipblock": named and block,
            "init-container-ports-named": initial and (named or isinstance(self.question["port"], str)),
            "sctp-supported": "SCTP" in self.question["protocols"],
            "except-denies": any((peer.get("ipBlock") or {}).get("except") for peer in self.peers),
            "identity-labels-left-out": any(map(is_unseen, self.values)),
            "baseline-skipped-per-direction": True,
        }
        names = BEHAVIOURS + (CLUSTER_BEHAVIOURS if self.cluster.get("clusterPolicies") else ())
        fixed = self.question.get("fixed", {})
        choices = [(False, True) if matters.get(name) else (True,) for name in names]
        choices = [(fixed[name],) if name in fixed else both for name, both in zip(names, choices, strict=True)]
        for values in product(*choices):
            behaviours = dict(zip(names, values, strict=True))
            if fixed or not named or not is_repeated(behaviours):
                yield behaviours

    @property
    def trials(self):
        """How many connections there are to try at most."""
        hosts = bool(self.machines) or any(on_host_network({"pod": one}) for one in self.cluster["workloads"])
        ends = [
            sum(belongs(self.cluster, self.question[side], end) for end in self.ends(side))
            for side in ("source", "destination")
        ]
        return ends[0] * ends[1] * len(self.traffic) * len(self.assignments) * (1 + hosts)

    def connects(self, source, destination, test):
        """Whether some traffic of the question between two ends passes ``test`` on some CNI."""
        hosts = [end for end in (source, destination) if "pod" in end and on_host_network(end)]
        wanted = self.question["port"]
        for protocol, port in self.traffic:
            for here, there in places(source, destination) if hosts else (("n1", "n2"),):
                one = {**source, "node": here}
                other = self.with_ports({**destination, "node": there}, protocol, port)
                for behaviours in self.assignments:
                    if isinstance(wanted, str) and port not in numbers_of(wanted, protocol, other, behaviours):
                        continue
                    if test(one, other, protocol, port, behaviours):
                        return True
        return False

    def is_allowed(self, source, destination, protocol, port, behaviours):
        """What the direct interpreters say."""
        return may_connect(self.cluster, source, destination, protocol, port, behaviours)

    def with_ports(self, end, protocol, port):
        """A possible pod calls the port by all names that pods of its namespace have for it, or by any if it may."""
        if "pod" not in end or end["workload"] is not None:
            return end
        if self.question.get("free_named_ports"):
            names = {
                name
                for name in (self.question["port"], *(e.get("port") for e in self.all_entries))
                if isinstance(name, str)
            }
            called = [{"name": name, "containerPort": port, "protocol": protocol} for name in names]
            return {**end, "pod": {**end["pod"], "spec": {"containers": [{"ports": called}]}}}
        own = [w for w in self.cluster["workloads"] if namespace_of(w) == namespace_of(end["pod"])]
        alike = [
            p
            for w in own
            for p in container_ports(w)
            if (p["containerPort"], p.get("protocol") or "TCP") == (port, protocol)
        ]
        return {**end, "pod": {**end["pod"], "spec": {"containers": [{"ports": alike}]}}}


def places(source, destination):
    """The nodes that both ends may be on, one and two: those whose addresses they have, or any."""
    known = [end.get("of_node") for end in (source, destination)]
    if all(known):
        return [tuple(known)]
    if any(known):
        (name,) = filter(None, known)
        return [(known[0] or other, known[1] or other) for other in (name, "another")]
    return [("n1", "n1"), ("n1", "n2")]


def machine(node, address):
    """A node of the manifests: on the host network, but no pod, and in no namespace."""
    metadata = {"name": name_of(node), "namespace": "no namespace"}
    pod = {"kind": "Pod", "metadata": metadata, "spec": {"hostNetwork": True, "containers": []}}
    place = {"workload": "node", "namespaceLabels": {}, "of_node": name_of(node), "node": name_of(node)}
    return {"pod": pod, "address": address, "machine": True, **place}


def node_addresses(node):
    """The addresses of a Node that connections may use."""
    listed = (node.get("status") or {}).get("addresses") or []
    return [one["address"] for one in listed if one["type"] in {"InternalIP", "ExternalIP"}]


def is_repeated(behaviours):
    """Whether another assignment says the same: what happens to unsupported names is idle where they are supported."""
    if behaviours["named-ports-supported"]:
        return behaviours["named-port-falls-open"] or behaviours["named-port-voids-policy"]
    idle = behaviours["named-port-voids-policy"] and behaviours["named-port-falls-open"]
    return idle or not behaviours["named-ports-resolve-for-ipblock"]


def container_ports(workload):
    spec = pod_of(workload)["spec"]
    containers = [*spec["containers"], *(spec.get("initContainers") or [])]
    return [port for container in containers for port in container.get("ports") or []]


def is_unlisted(policy):
    types = spec_of(policy).get("policyTypes") or []
    return bool(types) and any(rules(policy, d) and d not in types for d in ("Ingress", "Egress"))


def mentioned(selectors):
    """Every label key that selectors mention, with each value (None where an expression has none)."""
    for selector in filter(None, selectors):
        for key, value in (selector.get("matchLabels") or {}).items():
            yield key, value or ""
        for expression in selector.get("matchExpressions") or []:
            yield expression["key"], None
            for value in expression.get("values") or []:
                yield expression["key"], value or ""


def values_by_key(selectors):
    """The values that are mentioned under each key."""
    found = {}
    for key, value in mentioned(selectors):
        found.setdefault(key, set()).add(value)
    return found


def combinations(selectors):
    """Every set of labels that ``selectors`` tell apart; the name of a namespace is not a free label."""
    values = {}
    for key, value in mentioned(selectors):
        if key != NAME_LABEL:
            values.setdefault(key, {None, "other-value"}).add(value)
    keys = sorted(values)
    rows = product(*(sorted(values[key], key=str) for key in keys))
    return [{key: value for key, value in zip(keys, row, strict=True) if value is not None} for row in rows]
