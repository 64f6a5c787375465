"""NodeLocal DNSCache: the cache for DNS on each node, by its DaemonSet in the manifests or as the user says.

Source: "Using NodeLocal DNSCache in Kubernetes Clusters" and its manifest ``nodelocaldns.yaml`` (``-localip``): in the
iptables mode of kube-proxy it listens at a link-local address and at the ClusterIP of the DNS, in IPVS mode at the
former alone, and kubelets name that to pods.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.addresses import Address, parse_address
from netverify.model.cluster import ContainerPort, Workload, WorkloadKey
from netverify.model.controller import LOCAL_ADDRESSES, NODE_CACHES, PROGRAM
from netverify.model.service import Service
from netverify.model.traffic import Protocol
from netverify.routes.index import RoutingIndex

NODE_LOCAL = parse_address("169.254.20.10")
"""The link-local address that NodeLocal DNSCache listens on by default."""

_NAMES = frozenset({"node-local-dns", "nodelocaldns"})
_KEY = WorkloadKey("kube-system", "node-local-dns", "DaemonSet")
_PORTS = (ContainerPort(53, Protocol.UDP, "dns"), ContainerPort(53, Protocol.TCP, "dns-tcp"))
_OF_SERVICE = "__PILLAR__DNS__SERVER__"


def node_cache(index: RoutingIndex) -> Workload | None:
    """The DaemonSet of the cache; None where the manifests hold none."""
    return next((one for one in index.cluster.workloads if _is_cache(one)), None)


def usual_cache() -> Workload:
    """The cache as its manifest has it."""
    return Workload(_KEY, {"k8s-app": _KEY.name}, _PORTS, host_network=True)


def local_addresses(cache: Workload, service: Service | None) -> tuple[Address, ...]:
    """Where ``cache`` listens on each node; ``service`` is that of the DNS, at whose address it may listen, too."""
    written = [text.strip() for value in cache.arguments.get(LOCAL_ADDRESSES, ()) for text in value.split(",")]
    found = dict.fromkeys(address for text in written for address in _addresses(text, service))
    return tuple(found) or (NODE_LOCAL,)


def _addresses(text: str, service: Service | None) -> Iterator[Address]:
    """The address that ``text`` spells; what the manifest leaves to whoever installs it is what is usual."""
    if text == _OF_SERVICE:
        yield from service.cluster_ips if service is not None else ()
        return
    try:
        yield parse_address(text)
    except ValueError:
        yield NODE_LOCAL


def _is_cache(workload: Workload) -> bool:
    if workload.key.kind != "DaemonSet":
        return False
    named = {workload.key.name, workload.labels.get("k8s-app"), workload.labels.get("app.kubernetes.io/name")}
    return not NODE_CACHES.isdisjoint(workload.arguments.get(PROGRAM, ())) or not _NAMES.isdisjoint(named)
