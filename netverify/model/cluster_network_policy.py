"""ClusterNetworkPolicy as the API server stores it: validated, nothing interpreted.

Source: network-policy-api ``apis/v1alpha2/clusternetworkpolicy_types.go``.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from netverify.diagnostics import Origin
from netverify.model.addresses import AddressRange
from netverify.model.behaviours import Behaviour
from netverify.model.ignores import Ignore
from netverify.model.labels import LabelSelector
from netverify.model.traffic import Protocol
from netverify.records import dataclass


class PolicyApi(StrEnum):
    """The kind of a policy: ``v1alpha2`` has one, and its forerunner ``v1alpha1`` one for each tier."""

    CLUSTER = "ClusterNetworkPolicy"
    ADMIN = "AdminNetworkPolicy"
    BASELINE = "BaselineAdminNetworkPolicy"


ENFORCED = MappingProxyType(
    {
        PolicyApi.CLUSTER: Behaviour.CLUSTER_POLICY_ENFORCED,
        PolicyApi.ADMIN: Behaviour.ADMIN_POLICY_ENFORCED,
        PolicyApi.BASELINE: Behaviour.ADMIN_POLICY_ENFORCED,
    }
)
"""Who enforces policies of which kind; those of one tier are all of one API."""


class PolicyTier(StrEnum):
    """``spec.tier``: before every NetworkPolicy, or after all of them."""

    ADMIN = "Admin"
    BASELINE = "Baseline"


class RuleAction(StrEnum):
    """``action`` of a rule."""

    ACCEPT = "Accept"
    DENY = "Deny"
    PASS = "Pass"  # noqa: S105 - an action, not a password


@dataclass(frozen=True, slots=True)
class UnclearSelector:
    """A selector that the API server stores and no implementation has to understand, as ``text``."""

    text: str


Selector: TypeAlias = LabelSelector | UnclearSelector


@dataclass(frozen=True, slots=True)
class PodsPeer:
    """Pods that ``pods`` matches, in namespaces that ``namespaces`` matches; also the subject of a policy."""

    namespaces: Selector
    pods: Selector


@dataclass(frozen=True, slots=True)
class NodesPeer:
    """The addresses of the nodes that ``nodes`` matches."""

    nodes: Selector


@dataclass(frozen=True, slots=True)
class NetworksPeer:
    """Every address in one of ``networks``, a pod's as well."""

    networks: tuple[AddressRange, ...]


@dataclass(frozen=True, slots=True)
class DomainNamesPeer:
    """The addresses of ``names``, as written."""

    names: tuple[str, ...]


ClusterPeer: TypeAlias = PodsPeer | NodesPeer | NetworksPeer | DomainNamesPeer
"""One item of ``from`` or ``to``."""


@dataclass(frozen=True, slots=True)
class PortsOf:
    """The destination ports from ``first`` to ``last`` of ``protocol``."""

    protocol: Protocol
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class UnclearPorts:
    """Ports that the API server stores and no implementation has to understand, as ``text``."""

    text: str


@dataclass(frozen=True, slots=True)
class NamedDestination:
    """The ports that the destination pod declares by ``name``, whatever their protocol."""

    name: str


ProtocolMatch: TypeAlias = PortsOf | NamedDestination | UnclearPorts
"""One item of ``protocols``."""


@dataclass(frozen=True, slots=True)
class ClusterRule:
    """One item of ``ingress`` or ``egress``. No ``protocols``: all traffic."""

    action: RuleAction
    peers: tuple[ClusterPeer, ...]
    protocols: tuple[ProtocolMatch, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class ClusterNetworkPolicy:
    """A stored policy of one of these kinds, which is in no namespace. A lower ``priority`` goes first in its ``tier``.

    An AdminNetworkPolicy is in tier Admin, a BaselineAdminNetworkPolicy in tier Baseline; their ``Allow`` is Accept.
    """

    name: str
    tier: PolicyTier
    priority: int
    subject: PodsPeer
    ingress: tuple[ClusterRule, ...]
    egress: tuple[ClusterRule, ...]
    origin: Origin
    ignores: tuple[Ignore, ...] = ()
    api: PolicyApi = PolicyApi.CLUSTER
