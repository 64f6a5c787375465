"""Who answers DNS in the cluster, and what a query looks like to policy, after address translation.

Source: "DNS for Services and Pods"; the manifests of kubeadm, of RKE2 and of OpenShift's DNS operator (``dns-default``,
whose pods listen on 5353); "Using NodeLocal DNSCache" (169.254.20.10).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace

from netverify.model.addresses import Address, parse_address
from netverify.model.cluster import ContainerPort, Workload, WorkloadKey
from netverify.model.controller import LOCAL_ADDRESSES, NODE_CACHES, PROGRAM
from netverify.model.flow import End
from netverify.model.labels import NAMESPACE_NAME_LABEL, Labels, selector_of
from netverify.model.service import Service, ServicePort
from netverify.model.traffic import Protocol, port_set
from netverify.policy.predicate import (
    All,
    IsPod,
    IsWorkload,
    NamespaceMatches,
    PodMatches,
    PortIn,
    Predicate,
    SameNode,
)
from netverify.query.outcome import EndpointKind
from netverify.records import dataclass
from netverify.routes.backends import backends
from netverify.routes.index import RoutingIndex
from netverify.routes.options import RoutingOptions

DNS_PORT = 53
PROTOCOLS = (Protocol.UDP, Protocol.TCP)
"""What a resolver uses: UDP first, TCP where an answer is cut short. Source: RFC 7766 section 5."""

_NAMES = (
    ("kube-system", "kube-dns"),
    ("kube-system", "coredns"),
    ("kube-system", "rke2-coredns-rke2-coredns"),
    ("openshift-dns", "dns-default"),
)
_LABEL = ("k8s-app", "kube-dns")
_OPENSHIFT = "openshift-dns"
_OPENSHIFT_LABEL = ("dns.operator.openshift.io/daemonset-dns", "default")
_OPENSHIFT_PORT = 5353


@dataclass(frozen=True, slots=True)
class DnsServer:
    """Pods that are alike and answer queries over one protocol.

    ``destination`` and ``traffic`` are what a query looks like to policy. ``workload`` is None where the manifests do
    not hold the pods; ``assumption`` then says what is taken as given, and ``labels`` are what these pods are known to
    have. ``stand_in`` is a workload that has to be put into the cluster for ``destination`` to mean anybody.
    ``usual`` is a workload of such pods that has ``labels`` and no others, where the manifests hold none.
    ``advice`` is how a policy admits queries, where that is not by the labels of the pods.
    """

    protocol: Protocol
    text: str
    destination: Predicate
    traffic: Predicate
    port: int | str | None
    workload: WorkloadKey | None = None
    labels: Labels = field(default_factory=dict)
    assumption: str = ""
    stand_in: Workload | None = None
    usual: Workload | None = None
    advice: str = ""


@dataclass(frozen=True, slots=True)
class ClusterDns:
    """The DNS of the cluster: its Service, where the manifests hold it, and its servers, UDP before TCP.

    There is no server for a protocol that the Service has no port for, or no endpoint.
    """

    service: Service | None
    servers: tuple[DnsServer, ...]


def dns_service(index: RoutingIndex) -> Service | None:
    """The Service that pods ask; None where the manifests hold none."""
    known = next((index.services[one] for one in _NAMES if one in index.services), None)
    if known is not None:
        return known
    labelled = (
        one
        for (namespace, _), one in sorted(index.services.items())
        if namespace == "kube-system" and (one.selector or {}).get(_LABEL[0]) == _LABEL[1] and not one.headless
    )
    return next((one for one in labelled if _port(one, Protocol.UDP)), None)


def dns_addresses(index: RoutingIndex) -> frozenset[Address]:
    """The addresses that are known to be those of the DNS of the cluster."""
    service = dns_service(index)
    cache = node_cache(index)
    local = local_addresses(cache, service) if cache is not None else ()
    return frozenset((NODE_LOCAL, *local, *(service.cluster_ips if service else ())))


def cluster_dns(index: RoutingIndex, options: RoutingOptions) -> ClusterDns:
    """Who answers: the cache on the node, the pods behind the Service, or else pods as most clusters have them.

    Only pods of the manifests answer where there are some; a pod that could be created is not asked.
    """
    service = dns_service(index)
    cache = node_cache(index) if options.node_local_dns is not False else None
    if options.node_local_dns and (cache is None or not cache.host_network):
        cache = usual_cache()
    if cache is not None and cache.host_network:
        return ClusterDns(service, tuple(_node_local(index, cache, service)))
    if service is None:
        return ClusterDns(None, tuple(_usual(index, protocol) for protocol in PROTOCOLS))
    return ClusterDns(service, tuple(_servers(index, service)))


def past_node_cache(index: RoutingIndex, service: Service, options: RoutingOptions) -> tuple[str, ...]:
    """What a connection to ``service`` takes as given where a cache on the node may answer instead of its pods."""
    cache = node_cache(index) if options.node_local_dns is not False else None
    if cache is None or not cache.host_network or service != dns_service(index):
        return ()
    return (f"queries to Service {service} go to its pods, not to NodeLocal DNSCache ({cache.key}) on the node",)


def _port(service: Service, protocol: Protocol) -> ServicePort | None:
    return next((one for one in service.ports if (one.port, one.protocol) == (DNS_PORT, protocol)), None)


def _servers(index: RoutingIndex, service: Service) -> Iterator[DnsServer]:
    for protocol in PROTOCOLS:
        port = _port(service, protocol)
        if port is None:
            continue
        there = [one for one in backends(index, service, port) if one.kind is not EndpointKind.POSSIBLE]
        if not there and service.selector is not None:
            yield _expected(service, protocol, port, service.selector)
        for one in there:
            yield DnsServer(protocol, one.text, one.destination, one.traffic, one.port, one.workload)


def _expected(service: Service, protocol: Protocol, port: ServicePort, selector: Labels) -> DnsServer:
    """Pods of ``service`` that the manifests do not hold. A port that goes by a name alone is the one that is usual."""
    usual = _OPENSHIFT_PORT if service.namespace == _OPENSHIFT else DNS_PORT
    number = port.target_port if isinstance(port.target_port, int) else usual
    why = f"no pod of Service {service} is in the manifests"
    return _possible(protocol, service.namespace, selector, number, why)


def _usual(index: RoutingIndex, protocol: Protocol) -> DnsServer:
    """OpenShift's where the manifests speak of its namespace for DNS and not of that of others."""
    why = "the manifests do not hold the DNS of the cluster"
    known = index.cluster.namespaces
    if _OPENSHIFT in known and "kube-system" not in known:
        return _possible(protocol, _OPENSHIFT, dict([_OPENSHIFT_LABEL]), _OPENSHIFT_PORT, why)
    return _possible(protocol, "kube-system", dict([_LABEL]), DNS_PORT, why)


def _possible(protocol: Protocol, namespace: str, labels: Labels, port: int, why: str) -> DnsServer:
    there = NamespaceMatches(End.DESTINATION, selector_of({NAMESPACE_NAME_LABEL: namespace}))
    labelled = PodMatches(End.DESTINATION, selector_of(labels))
    text = f"pods {','.join(f'{key}={value}' for key, value in sorted(labels.items()))} in namespace {namespace}"
    return DnsServer(
        protocol,
        text,
        All((IsPod(End.DESTINATION), there, labelled)),
        PortIn(protocol, port_set((port, port))),
        port,
        labels=labels,
        usual=Workload(WorkloadKey(namespace, "dns", "pods"), labels, _ports(port)),
        assumption=f"{text} answer DNS on port {port}: {why}",
    )


def _ports(number: int) -> tuple[ContainerPort, ...]:
    """The ports of servers that listen on ``number``, with the names that all manifests above give them."""
    return (ContainerPort(number, Protocol.UDP, "dns"), ContainerPort(number, Protocol.TCP, "dns-tcp"))


def _node_local(index: RoutingIndex, cache: Workload, service: Service | None) -> Iterator[DnsServer]:
    """The cache: a pod on the host network of the node that the asking pod is on, at addresses of its own."""
    addresses = local_addresses(cache, service)
    shown = "" if node_cache(index) is None else f" ({cache.key})"
    beside = [one for one in (service.cluster_ips if service is not None else ()) if one not in addresses]
    unless = f", and not at {', '.join(map(str, beside))}, as in kube-proxy's iptables mode they may" if beside else ""
    for protocol in PROTOCOLS:
        for address in addresses:
            cidr = f"{address}/{32 if address.family == 4 else 128}"
            yield DnsServer(
                protocol,
                f"NodeLocal DNSCache at {address}",
                All((IsWorkload(End.DESTINATION, cache.key), SameNode())),
                PortIn(protocol, port_set((DNS_PORT, DNS_PORT))),
                DNS_PORT,
                assumption=f"pods ask NodeLocal DNSCache{shown} at {address}, port {DNS_PORT}, on the host network of "
                f"their node{unless}",
                stand_in=replace(cache, host_network=True, addresses=(address,), replica_addresses=()),
                advice=f"admit egress to `ipBlock: {{cidr: {cidr}}}` on {DNS_PORT}, over UDP and TCP: NodeLocal "
                "DNSCache is on the host network, where no selector matches it",
            )


# NodeLocal DNSCache: the cache for DNS on each node, by its DaemonSet in the manifests or as the user says.
# Source: "Using NodeLocal DNSCache in Kubernetes Clusters" and its manifest ``nodelocaldns.yaml`` (``-localip``): in
# the iptables mode of kube-proxy it listens at a link-local address and at the ClusterIP of the DNS, in IPVS mode at
# the former alone, and kubelets name that to pods.

NODE_LOCAL = parse_address("169.254.20.10")
"""The link-local address that NodeLocal DNSCache listens on by default."""

_CACHE_NAMES = frozenset({"node-local-dns", "nodelocaldns"})
_KEY = WorkloadKey("kube-system", "node-local-dns", "DaemonSet")
_OF_SERVICE = "__PILLAR__DNS__SERVER__"


def node_cache(index: RoutingIndex) -> Workload | None:
    """The DaemonSet of the cache; None where the manifests hold none."""
    return next((one for one in index.cluster.workloads if _is_cache(one)), None)


def usual_cache() -> Workload:
    """The cache as its manifest has it."""
    return Workload(_KEY, {"k8s-app": _KEY.name}, _ports(DNS_PORT), host_network=True)


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
    return not NODE_CACHES.isdisjoint(workload.arguments.get(PROGRAM, ())) or not _CACHE_NAMES.isdisjoint(named)
