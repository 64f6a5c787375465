"""What CNI plugins may do either way: each is a free Boolean in a proof until ``--cni`` or ``--assume`` fixes it.

Source: the API documentation where it leaves a choice, and the plugins' documentation and code for the profiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Behaviour(StrEnum):
    """One choice that the NetworkPolicy API leaves to the CNI plugin, or that plugins are known to get differently."""

    POLICY_ENFORCED = "policy-enforced"
    IPBLOCK_MATCHES_PODS = "ipblock-matches-pods"
    IPBLOCK_MATCHES_NODES = "ipblock-matches-nodes"
    HOST_NETWORK_POLICED = "host-network-policed"
    NODE_TO_LOCAL_POD_ALLOWED = "node-to-local-pod-allowed"
    POD_TO_LOCAL_NODE_ALLOWED = "pod-to-local-node-allowed"
    ENDPORT_SUPPORTED = "endport-supported"
    UNLISTED_RULES_ENFORCED = "unlisted-rules-enforced"
    NAMED_PORTS_SUPPORTED = "named-ports-supported"
    NAMED_PORT_FALLS_OPEN = "named-port-falls-open"
    NAMED_PORT_VOIDS_POLICY = "named-port-voids-policy"
    NAMED_PORTS_RESOLVE_FOR_IPBLOCK = "named-ports-resolve-for-ipblock"
    INIT_CONTAINER_PORTS_NAMED = "init-container-ports-named"
    SCTP_SUPPORTED = "sctp-supported"
    EXCEPT_DENIES = "except-denies"
    IDENTITY_LABELS_LEFT_OUT = "identity-labels-left-out"
    CLUSTER_POLICY_ENFORCED = "cluster-network-policy-enforced"
    ADMIN_POLICY_ENFORCED = "admin-network-policy-enforced"
    BASELINE_PER_DIRECTION = "baseline-skipped-per-direction"
    EXPERIMENTAL_PEERS_SUPPORTED = "experimental-peers-supported"


_NAMES: Mapping[str, str] = MappingProxyType(
    {
        Behaviour.NAMED_PORT_FALLS_OPEN: "unsupported-port-name-opens-all-ports",
        Behaviour.NAMED_PORT_VOIDS_POLICY: "unsupported-port-name-disables-policy",
        Behaviour.IDENTITY_LABELS_LEFT_OUT: "controller-labels-ignored",
    },
)
"""What people read and write for a behaviour. JSON, formulas and fingerprints keep the values of :class:`Behaviour`."""
_VALUES: Mapping[str, str] = MappingProxyType({name: value for value, name in _NAMES.items()})


def name_of(behaviour: str) -> str:
    """What people read for ``behaviour``; anything else as it is."""
    return _NAMES.get(behaviour, behaviour)


def value_of(name: str) -> str:
    """The value of the behaviour that people call ``name``; anything else as it is."""
    return _VALUES.get(name, name)


MEANING: Mapping[Behaviour, str] = MappingProxyType(
    {
        Behaviour.POLICY_ENFORCED: "the network plugin enforces NetworkPolicy",
        Behaviour.IPBLOCK_MATCHES_PODS: "an ipBlock also matches the addresses of pods",
        Behaviour.IPBLOCK_MATCHES_NODES: "an ipBlock also matches nodes, and pods on the host network",
        Behaviour.HOST_NETWORK_POLICED: "policies and selectors also apply to pods on the host network",
        Behaviour.NODE_TO_LOCAL_POD_ALLOWED: "a node, and pods on its host network, can always reach its pods",
        Behaviour.POD_TO_LOCAL_NODE_ALLOWED: "a pod can always reach its own node, and pods on that host network",
        Behaviour.ENDPORT_SUPPORTED: "endPort is supported",
        Behaviour.UNLISTED_RULES_ENFORCED: "rules of a direction that policyTypes does not list are enforced",
        Behaviour.NAMED_PORTS_SUPPORTED: "port names in policies are supported",
        Behaviour.NAMED_PORT_FALLS_OPEN: "an unsupported port name in a policy opens every port of its protocol",
        Behaviour.NAMED_PORT_VOIDS_POLICY: "a policy that uses an unsupported port name is ignored as a whole",
        Behaviour.NAMED_PORTS_RESOLVE_FOR_IPBLOCK: "a port name beside an ipBlock works where that matches a pod",
        Behaviour.INIT_CONTAINER_PORTS_NAMED: "port names of init containers count",
        Behaviour.SCTP_SUPPORTED: "rules for SCTP ports are enforced",
        Behaviour.EXCEPT_DENIES: "an `except` denies its addresses, even if another rule allows them",
        Behaviour.IDENTITY_LABELS_LEFT_OUT: "policies cannot select pods by labels such as pod-template-hash",
        Behaviour.CLUSTER_POLICY_ENFORCED: "the network plugin enforces ClusterNetworkPolicy",
        Behaviour.ADMIN_POLICY_ENFORCED: "the network plugin enforces AdminNetworkPolicy",
        Behaviour.BASELINE_PER_DIRECTION: "the Baseline tier applies to a direction without a NetworkPolicy",
        Behaviour.EXPERIMENTAL_PEERS_SUPPORTED: "`nodes` and `domainNames` in a ClusterNetworkPolicy are supported",
    },
)
"""What it means that a behaviour holds."""

MEANING_OF_NOT: Mapping[Behaviour, str] = MappingProxyType(
    {
        Behaviour.POLICY_ENFORCED: "the network plugin does not enforce NetworkPolicy",
        Behaviour.IPBLOCK_MATCHES_PODS: "an ipBlock does not match the addresses of pods",
        Behaviour.IPBLOCK_MATCHES_NODES: "an ipBlock matches neither nodes nor pods on the host network",
        Behaviour.HOST_NETWORK_POLICED: "policies and selectors do not apply to pods on the host network",
        Behaviour.NODE_TO_LOCAL_POD_ALLOWED: "policies also apply to traffic from a node to its own pods",
        Behaviour.POD_TO_LOCAL_NODE_ALLOWED: "policies also apply to traffic from a pod to its own node",
        Behaviour.ENDPORT_SUPPORTED: "endPort is ignored: a rule allows only the first port of its range",
        Behaviour.UNLISTED_RULES_ENFORCED: "rules of a direction that policyTypes does not list are ignored",
        Behaviour.NAMED_PORTS_SUPPORTED: "port names in policies are not supported",
        Behaviour.NAMED_PORT_FALLS_OPEN: "an unsupported port name in a policy does not open every port",
        Behaviour.NAMED_PORT_VOIDS_POLICY: "a policy that uses an unsupported port name still applies",
        Behaviour.NAMED_PORTS_RESOLVE_FOR_IPBLOCK: "a port name beside an ipBlock matches nothing",
        Behaviour.INIT_CONTAINER_PORTS_NAMED: "port names of init containers do not count",
        Behaviour.SCTP_SUPPORTED: "rules for SCTP ports allow nothing",
        Behaviour.EXCEPT_DENIES: "an `except` limits only its own ipBlock",
        Behaviour.IDENTITY_LABELS_LEFT_OUT: "policies can select pods by labels such as pod-template-hash",
        Behaviour.CLUSTER_POLICY_ENFORCED: "the network plugin does not enforce ClusterNetworkPolicy",
        Behaviour.ADMIN_POLICY_ENFORCED: "the network plugin does not enforce AdminNetworkPolicy",
        Behaviour.BASELINE_PER_DIRECTION: "the Baseline tier does not apply to pods with any NetworkPolicy",
        Behaviour.EXPERIMENTAL_PEERS_SUPPORTED: "a rule with `nodes` or `domainNames` fails closed",
    },
)
"""What it means that a behaviour does not hold, as a sentence of its own."""

FIXED_BY_DEFAULT: Mapping[Behaviour, bool] = MappingProxyType(
    {
        Behaviour.POLICY_ENFORCED: True,
        Behaviour.CLUSTER_POLICY_ENFORCED: True,
        Behaviour.ADMIN_POLICY_ENFORCED: True,
    }
)
"""Taken as given when nobody says otherwise, and reported: with them free nothing could ever be proved."""

_ALLOWS_LESS = frozenset(
    {Behaviour.NAMED_PORTS_SUPPORTED, Behaviour.UNLISTED_RULES_ENFORCED, Behaviour.EXCEPT_DENIES}
    | {Behaviour.CLUSTER_POLICY_ENFORCED, Behaviour.ADMIN_POLICY_ENFORCED, Behaviour.BASELINE_PER_DIRECTION},
)
CAUTIOUS: Mapping[Behaviour, bool] = MappingProxyType({behaviour: behaviour in _ALLOWS_LESS for behaviour in Behaviour})
"""The choices of a CNI that allow least, as a rule: a flow that needs nothing else is the better witness."""

_COMMON: Mapping[Behaviour, bool] = {
    Behaviour.IPBLOCK_MATCHES_PODS: True,
    Behaviour.IPBLOCK_MATCHES_NODES: True,
    Behaviour.HOST_NETWORK_POLICED: False,
    Behaviour.NODE_TO_LOCAL_POD_ALLOWED: True,
    Behaviour.ENDPORT_SUPPORTED: True,
    Behaviour.NAMED_PORTS_SUPPORTED: True,
    Behaviour.NAMED_PORT_FALLS_OPEN: False,
    Behaviour.NAMED_PORT_VOIDS_POLICY: False,
    Behaviour.EXCEPT_DENIES: False,
    Behaviour.IDENTITY_LABELS_LEFT_OUT: False,
}
_NO_CLUSTER_POLICY: Mapping[Behaviour, bool] = {
    **_COMMON,
    Behaviour.CLUSTER_POLICY_ENFORCED: False,
    Behaviour.ADMIN_POLICY_ENFORCED: False,
}
_CILIUM: Mapping[Behaviour, bool] = {
    **_COMMON,
    Behaviour.IPBLOCK_MATCHES_PODS: False,
    Behaviour.IPBLOCK_MATCHES_NODES: False,
    Behaviour.POD_TO_LOCAL_NODE_ALLOWED: False,
    Behaviour.UNLISTED_RULES_ENFORCED: True,
    Behaviour.NAMED_PORTS_RESOLVE_FOR_IPBLOCK: False,
    Behaviour.INIT_CONTAINER_PORTS_NAMED: False,
    Behaviour.IDENTITY_LABELS_LEFT_OUT: True,
}

_LEFT_OPEN_BY_OVN = frozenset({Behaviour.IPBLOCK_MATCHES_PODS, Behaviour.HOST_NETWORK_POLICED})
"""A namespaceSelector may also match pods on the host network there, and what an ipBlock matches is disputed."""

CNI_PROFILES: Mapping[str, Mapping[Behaviour, bool]] = MappingProxyType(
    {
        "antrea": {
            **_COMMON,
            Behaviour.UNLISTED_RULES_ENFORCED: True,
            Behaviour.NAMED_PORTS_RESOLVE_FOR_IPBLOCK: False,
            Behaviour.INIT_CONTAINER_PORTS_NAMED: False,
            Behaviour.SCTP_SUPPORTED: True,
        },
        "aws-vpc-cni": {**_NO_CLUSTER_POLICY, Behaviour.NAMED_PORTS_RESOLVE_FOR_IPBLOCK: False},
        "azure-npm": _NO_CLUSTER_POLICY,
        "calico": {
            **_COMMON,
            # Felix sends traffic to the host through the policies of the pod before `defaultEndpointToHostAction`.
            Behaviour.POD_TO_LOCAL_NODE_ALLOWED: False,
            Behaviour.UNLISTED_RULES_ENFORCED: False,
            Behaviour.NAMED_PORTS_RESOLVE_FOR_IPBLOCK: True,
            Behaviour.INIT_CONTAINER_PORTS_NAMED: True,
            Behaviour.SCTP_SUPPORTED: True,
            # From 3.32 on.
            Behaviour.CLUSTER_POLICY_ENFORCED: True,
            Behaviour.BASELINE_PER_DIRECTION: True,
            Behaviour.EXPERIMENTAL_PEERS_SUPPORTED: False,
        },
        "cilium": {**_CILIUM, Behaviour.ADMIN_POLICY_ENFORCED: False},
        "flannel": {
            Behaviour.POLICY_ENFORCED: False,
            Behaviour.CLUSTER_POLICY_ENFORCED: False,
            Behaviour.ADMIN_POLICY_ENFORCED: False,
        },
        # Which labels its Cilium leaves out of identities is not documented.
        "gke-dataplane-v2": {k: v for k, v in _CILIUM.items() if k is not Behaviour.IDENTITY_LABELS_LEFT_OUT},
        "kindnet": {
            **_COMMON,
            Behaviour.UNLISTED_RULES_ENFORCED: False,
            Behaviour.SCTP_SUPPORTED: True,
            Behaviour.BASELINE_PER_DIRECTION: False,
        },
        "kube-router": {**_NO_CLUSTER_POLICY, Behaviour.SCTP_SUPPORTED: True},
        "ovn-kubernetes": {
            **{k: v for k, v in _COMMON.items() if k not in _LEFT_OPEN_BY_OVN},
            Behaviour.NAMED_PORTS_SUPPORTED: False,
            Behaviour.NAMED_PORT_FALLS_OPEN: True,
            Behaviour.EXCEPT_DENIES: True,
            Behaviour.SCTP_SUPPORTED: True,
            Behaviour.CLUSTER_POLICY_ENFORCED: False,
        },
        "weave": {
            **_NO_CLUSTER_POLICY,
            Behaviour.ENDPORT_SUPPORTED: False,
            Behaviour.NAMED_PORTS_SUPPORTED: False,
            Behaviour.NAMED_PORT_VOIDS_POLICY: True,
        },
    },
)
"""What each plugin is known to do; a behaviour that is missing from a profile stays free under it.

That policies are enforced is not in them, but stays an assumption of its own: some plugins do so only when told.
"""

LEFT_OPEN_BY: Mapping[str, frozenset[Behaviour]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("antrea", "gke-dataplane-v2", "kindnet"),
            frozenset({Behaviour.CLUSTER_POLICY_ENFORCED, Behaviour.ADMIN_POLICY_ENFORCED}),
        ),
        "cilium": frozenset({Behaviour.CLUSTER_POLICY_ENFORCED}),
        # Calico did from 3.29 to 3.31; OVN-Kubernetes takes priorities up to 99 alone.
        **dict.fromkeys(("calico", "ovn-kubernetes"), frozenset({Behaviour.ADMIN_POLICY_ENFORCED})),
    }
)
"""What is not taken as given under a profile, although it is without one.

These plugins read such policies in some versions, and only when told; a policy that none of them is told to
read does nothing, so that a proof has to hold without it too.
"""
