"""The resolver configuration of a pod, as its kubelet writes it to ``/etc/resolv.conf``.

Source: "DNS for Services and Pods" ("Pod's DNS Policy", "Pod's DNS Config"); kubelet ``network/dns/dns.go``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from netverify.model.addresses import Address
from netverify.model.cluster import Workload
from netverify.model.pod_network import DnsPolicy, PodNetwork
from netverify.records import dataclass
from netverify.routes.options import RoutingOptions

CLUSTER_NDOTS = 5
"""``options ndots:5`` of pods that ask the cluster first."""

_ORDINARY_NDOTS = 1
_MOST_NAMESERVERS = 3
_MOST_SEARCHES = 32
_MOST_SEARCH_CHARACTERS = 2048

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class ResolvConf:
    """Whom a pod asks, and what for.

    ``asks_cluster``: the first nameserver is the DNS of the cluster, followed by ``nameservers``. ``uses_node``: what
    the ``resolv.conf`` of the node says, which no manifest tells, counts too: its search domains stand behind the first
    ``before_node`` of ``searches``, and its nameservers come first where the cluster is not asked. ``policy`` is the
    ``dnsPolicy`` that it comes from; ``fell_back`` says that it asked for the cluster and does not get it.
    ``namespace`` is where the pod is, None where that is not known.
    """

    nameservers: tuple[Address, ...] = ()
    searches: tuple[str, ...] = ()
    ndots: int = CLUSTER_NDOTS
    asks_cluster: bool = True
    uses_node: bool = True
    before_node: int = 0
    policy: DnsPolicy = DnsPolicy.CLUSTER_FIRST
    fell_back: bool = False
    namespace: str | None = None


def zone_of(options: RoutingOptions) -> str:
    """The zone of the cluster, in lower case and without dots at its ends."""
    return options.cluster_domain.strip(".").lower()


def cluster_first(namespace: str | None, options: RoutingOptions) -> ResolvConf:
    """The configuration that most pods of ``namespace`` have; without its own search domain where that is None.

    Source: "Namespaces of Services" (``search <namespace>.svc.cluster.local svc.cluster.local cluster.local``,
    ``options ndots:5``).
    """
    zone = zone_of(options)
    own = () if namespace is None else (f"{namespace.lower()}.svc.{zone}",)
    searches = (*own, f"svc.{zone}", zone)
    return ResolvConf(searches=searches, before_node=len(searches), namespace=namespace)


def resolver_of(workload: Workload, options: RoutingOptions) -> ResolvConf:
    """The configuration of the pods of ``workload``."""
    return pod_resolver(workload.key.namespace, workload.network, options, host_network=workload.host_network)


def pod_resolver(
    namespace: str, network: PodNetwork, options: RoutingOptions, *, host_network: bool = False
) -> ResolvConf:
    """The configuration of a pod in ``namespace`` whose template says ``network``.

    ``ClusterFirst`` on the host network is ``Default``: it takes ``ClusterFirstWithHostNet`` to ask the cluster there.
    What ``dnsConfig`` says comes behind what the policy gives, without repetitions, within the limits of the kubelet.
    """
    base = _by_policy(namespace, network.dns_policy, options, host_network=host_network)
    added = (normal for one in network.searches if (normal := one.rstrip(".").lower()))
    searches = _fitting(_distinct((*base.searches, *added)))
    most = _MOST_NAMESERVERS - base.asks_cluster
    return replace(
        base,
        nameservers=_distinct(network.nameservers)[:most],
        searches=searches,
        before_node=min(base.before_node, len(searches)),
        ndots=base.ndots if network.ndots is None else network.ndots,
    )


def _by_policy(namespace: str, policy: DnsPolicy, options: RoutingOptions, *, host_network: bool) -> ResolvConf:
    first = policy is DnsPolicy.CLUSTER_FIRST and not host_network
    if first or policy is DnsPolicy.CLUSTER_FIRST_WITH_HOST_NET:
        return replace(cluster_first(namespace, options), policy=policy)
    return ResolvConf(
        ndots=_ORDINARY_NDOTS,
        asks_cluster=False,
        uses_node=policy is not DnsPolicy.NONE,
        policy=policy,
        fell_back=policy is DnsPolicy.CLUSTER_FIRST,
        namespace=namespace,
    )


def _distinct(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items))


def _fitting(searches: tuple[str, ...]) -> tuple[str, ...]:
    """As many of ``searches`` as the kubelet keeps. Source: ``formDNSSearchFitsLimits``."""
    kept = searches[:_MOST_SEARCHES]
    while len(" ".join(kept)) > _MOST_SEARCH_CHARACTERS:
        kept = kept[:-1]
    return kept
