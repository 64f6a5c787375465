"""Who is at an address, and whether that may talk to a pod: from the manifests, and shares no code with the package.

* "Traffic from the node where a Pod is running is always allowed", whatever policy says; a node is no pod, so that no
  selector means it, and whether an ipBlock does is the plugin's choice.
* An address that no manifest gives to a node or a pod is outside the cluster, unless no host can have it (RFC 6890).
"""

import ipaddress
from itertools import product

from oracles.direct_interpreter import allowed, labels_of, namespace_of

NOBODYS = [
    ipaddress.ip_network(text)
    for text in ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32", "::/128", "::1/128", "ff00::/8")
]


def owners_of(address, cluster):
    """Every end that a connection from or to ``address`` may have: nodes, Pods that are known to be there, outside."""
    nodes = [one for one in cluster["nodes"] if any(each["address"] == address for each in one["status"]["addresses"])]
    if nodes:
        return [machine(one, address) for one in nodes]
    pods = [one for one in cluster["workloads"] if address in known_addresses(one)]
    if pods:
        return [{"pod": one, "address": address, "node": "n", "replica": 0} for one in pods]
    if any(ipaddress.ip_address(address) in block for block in NOBODYS):
        return []
    return [{"address": address}]


def machine(node, address):
    """A node as the direct interpreter sees it: on the host network, where no selector looks."""
    metadata = {"name": node["metadata"]["name"], "namespace": "no namespace"}
    pod = {"kind": "Pod", "metadata": metadata, "spec": {"hostNetwork": True}}
    return {"pod": pod, "address": address, "node": "n", "machine": True}


def known_addresses(workload):
    status = workload.get("status") or {}
    return [status.get("podIP"), *(one["ip"] for one in status.get("podIPs") or [])]


def reaches(cluster, addresses, asked, *, own_node=True):
    """Whether whoever is at one of ``addresses`` may open, or take, the connection that is ``asked``.

    Without ``own_node`` what passes between a pod and the node that it runs on does not count.
    """
    pod = asked["pod"]
    for address in addresses:
        family = 6 if ":" in address else 4
        known = [one for one in known_addresses(pod) if one and (6 if ":" in one else 4) == family]
        if any(known_addresses(pod)) and not known:
            continue
        for end in owners_of(address, cluster):
            if end.get("pod") is pod:
                continue
            for node in ("n", "m") if own_node else ("m",):
                here = {"pod": pod, "address": (known or ["fd00::99" if family == 6 else "10.9.9.9"])[0], "node": node}
                source, destination = (end, here) if asked["inward"] else (here, end)
                if allowed(cluster, source, destination, asked["protocol"], asked["port"], seen(asked, end)):
                    return True
    return False


def seen(asked, end):
    """The behaviours of the plugin; a node is not policed as pods on its network may be."""
    return {**asked["behaviours"], **({"host-network-policed": False} if end.get("machine") else {})}


def service_reaches(cluster, address, asked, places):
    """Whether ``asked["pod"]`` reaches a pod behind the Service that has ``address``; None where that is not defined.

    "Policy sees the address and the port of the pod behind": a packet to the Service is translated before. Pods of
    which no address is known may be at any of ``places`` that is no node's: those are of the host network. What a pod
    gets from itself by a Service is not defined, nor what pods that are known to have no IPv4 address get from one of
    IPv4.
    """
    service = next(one for one in cluster["services"] if address in service_addresses(one))
    (port,) = service["spec"]["ports"]
    pod, found = asked["pod"], False
    taken = {known for one in cluster["workloads"] for known in known_addresses(one)}
    outside = [place for place in places if ":" not in place and place not in taken and owners_of(place, cluster)]
    free = [place for place in outside if not any(end.get("machine") for end in owners_of(place, cluster))]
    for backend in cluster["workloads"]:
        labels = labels_of({"pod": backend})
        if namespace_of(backend) != namespace_of(service) or not service["spec"]["selector"].items() <= labels.items():
            continue
        if backend is pod or not (at(backend, free) and at(pod, free)):
            return None
        for there, here in product(at(backend, free), at(pod, free[::-1])):
            if there == here:
                continue
            for node in ("n", "m"):
                source = {"pod": pod, "address": here, "node": "n"}
                end = {"pod": backend, "address": there, "node": node, "replica": 0}
                found = found or allowed(cluster, source, end, "TCP", port["targetPort"], asked["behaviours"])
    return found


def at(manifest, free):
    """The IPv4 addresses that a pod may have."""
    known = [address for address in known_addresses(manifest) if address]
    return [address for address in known if ":" not in address] if known else free


def service_addresses(service):
    """Every address that leads to a Service."""
    spec, status = service["spec"], service.get("status") or {}
    listed = [one["ip"] for one in (status.get("loadBalancer") or {}).get("ingress") or []]
    return [*listed, *(spec.get("externalIPs") or []), spec.get("clusterIP"), spec.get("loadBalancerIP")]
