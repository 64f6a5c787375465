"""Kinds that could change a verdict and are not modelled: what an object of each may do, and to whom.

Source: the documentation of each project; what a mesh or a redirect can do beyond policy is refuse, never admit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from netverify.sources.delivered_kinds import STANDS_FOR_OTHERS
from netverify.sources.effects import (
    ALLOW_ANYWHERE,
    BOTH_ANYWHERE,
    BOTH_IN_NAMESPACE,
    DENY_ANYWHERE,
    DENY_IN_NAMESPACE,
    MAKES_PODS,
    MAKES_PODS_AND_POLICY,
    MAKES_PODS_AND_ROUTES,
    NO_EFFECT_ALONE,
    ROUTES,
    ROUTES_AND_DENIES,
    Effect,
)
from netverify.sources.mutation import MUTATIONS
from netverify.sources.pod_making_kinds import PODS, PODS_AND_POLICY, WITH_A_WAY_IN

_ROUTING_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "apisix.apache.org": "ApisixRoute",
        "configuration.konghq.com": "KongClusterPlugin TCPIngress UDPIngress",
        "contour.heptio.com": "IngressRoute",
        "elbv2.k8s.aws": "TargetGroupBinding",
        "gateway.networking.k8s.io": "ListenerSet",
        "gateway.networking.x-k8s.io": "XListenerSet",
        "gateway.solo.io": "RouteTable VirtualService",
        "getambassador.io": "Mapping TCPMapping",
        "ingress.v1.haproxy.org": "TCP",
        "k8s.nginx.org": "TransportServer VirtualServer VirtualServerRoute",
        "multicluster.x-k8s.io": "ServiceExport ServiceImport",
        "networking.gke.io": "MultiClusterIngress MultiClusterService",
        "networking.internal.knative.dev": "Ingress",
        "networking.istio.io": "Gateway",
        "projectcontour.io": "ExtensionService HTTPProxy",
        "serving.knative.dev": "DomainMapping Route",
        "traefik.containo.us": "IngressRoute IngressRouteTCP IngressRouteUDP",
        "traefik.io": "IngressRoute IngressRouteTCP IngressRouteUDP",
    }
)
"""By group, kinds that only bring traffic to pods."""


def _table() -> dict[tuple[str, str], Effect]:
    effects: dict[tuple[str, str], Effect] = {}

    def add(group: str, kinds: str, effect: Effect) -> None:
        effects.update({(group, kind): effect for kind in kinds.split()})

    add("cilium.io", "CiliumNetworkPolicy CiliumLocalRedirectPolicy", BOTH_IN_NAMESPACE)
    add("cilium.io", "CiliumClusterwideNetworkPolicy CiliumNodeConfig", BOTH_ANYWHERE)
    add("cilium.io", "CiliumEnvoyConfig", DENY_IN_NAMESPACE)
    add("cilium.io", "CiliumClusterwideEnvoyConfig CiliumEgressGatewayPolicy", DENY_ANYWHERE)
    add("cilium.io", "CiliumCIDRGroup CiliumExternalWorkload", NO_EFFECT_ALONE)
    for calico in ("projectcalico.org", "crd.projectcalico.org"):
        add(calico, "NetworkPolicy", BOTH_IN_NAMESPACE)
        add(calico, "GlobalNetworkPolicy Profile", BOTH_ANYWHERE)
        add(calico, "HostEndpoint", DENY_ANYWHERE)
        add(calico, "Tier GlobalNetworkSet NetworkSet FelixConfiguration KubeControllersConfiguration", NO_EFFECT_ALONE)
    add("policy.networking.k8s.io", "AdminNetworkPolicy ClusterNetworkPolicy", BOTH_ANYWHERE)
    add("policy.networking.k8s.io", "BaselineAdminNetworkPolicy", DENY_ANYWHERE)
    add("crd.antrea.io", "NetworkPolicy", BOTH_IN_NAMESPACE)
    add("crd.antrea.io", "ClusterNetworkPolicy", BOTH_ANYWHERE)
    add("crd.antrea.io", "Egress", DENY_ANYWHERE)
    add("crd.antrea.io", "Tier ClusterGroup Group", NO_EFFECT_ALONE)
    add("security.istio.io", "AuthorizationPolicy PeerAuthentication RequestAuthentication", DENY_IN_NAMESPACE)
    add("networking.istio.io", "Sidecar EnvoyFilter", DENY_IN_NAMESPACE)
    add("networking.istio.io", "ServiceEntry DestinationRule", DENY_ANYWHERE)
    add("networking.istio.io", "VirtualService", ROUTES_AND_DENIES)
    add("extensions.istio.io", "WasmPlugin", DENY_IN_NAMESPACE)
    add(
        "policy.linkerd.io",
        "Server ServerAuthorization AuthorizationPolicy HTTPRoute HTTPLocalRateLimitPolicy EgressNetwork",
        DENY_ANYWHERE,
    )
    add("policy.linkerd.io", "MeshTLSAuthentication NetworkAuthentication", NO_EFFECT_ALONE)
    add("consul.hashicorp.com", "ServiceIntentions ServiceRouter ServiceResolver Mesh", DENY_ANYWHERE)
    add("k8s.cni.cncf.io", "MultiNetworkPolicy", BOTH_IN_NAMESPACE)
    add("k8s.cni.cncf.io", "NetworkAttachmentDefinition", ALLOW_ANYWHERE)
    add("k8s.ovn.org", "EgressFirewall UserDefinedNetwork", DENY_IN_NAMESPACE)
    add("k8s.ovn.org", "EgressIP EgressService AdminPolicyBasedExternalRoute ClusterUserDefinedNetwork", DENY_ANYWHERE)
    add("network.openshift.io", "EgressNetworkPolicy", DENY_IN_NAMESPACE)
    add("network.openshift.io", "NetNamespace", DENY_ANYWHERE)
    add("networking.gke.io", "FQDNNetworkPolicy", BOTH_IN_NAMESPACE)
    add("networking.gke.io", "ClusterNetworkPolicy", BOTH_ANYWHERE)
    add("networking.k8s.aws", "ApplicationNetworkPolicy PolicyEndpoint", BOTH_IN_NAMESPACE)
    add("networking.k8s.aws", "ClusterNetworkPolicy ClusterPolicyEndpoint", BOTH_ANYWHERE)
    add("vpcresources.k8s.aws", "SecurityGroupPolicy", DENY_IN_NAMESPACE)
    add("kubeovn.io", "Subnet SecurityGroup Vpc", DENY_ANYWHERE)
    add("policies.kyverno.io", "GeneratingPolicy NamespacedGeneratingPolicy", BOTH_ANYWHERE)
    _add_writers(add)
    for group, kinds in PODS.items():
        add(group, kinds, MAKES_PODS)
    for group, kinds in PODS_AND_POLICY.items():
        add(group, kinds, MAKES_PODS_AND_POLICY)
    for group, kind in WITH_A_WAY_IN:
        effects[group, kind] = replace(effects.get((group, kind), MAKES_PODS_AND_ROUTES), may_route=True)
    for group, kind in (*STANDS_FOR_OTHERS, *MUTATIONS):
        add(group, kind, BOTH_ANYWHERE)
    for group, kinds in _ROUTING_KINDS.items():
        add(group, kinds, ROUTES)
    return effects


def _add_writers(add: Callable[[str, str, Effect], None]) -> None:
    """Objects for which a controller writes policies, or makes or labels namespaces."""
    add("capsule.clastix.io", "GlobalTenantResource Tenant TenantResource", BOTH_ANYWHERE)
    add("hnc.x-k8s.io", "HNCConfiguration HierarchyConfiguration SubnamespaceAnchor", BOTH_ANYWHERE)
    add("accurate.cybozu.com", "SubNamespace", BOTH_ANYWHERE)
    add("tenantoperator.stakater.com", "Tenant Template TemplateGroupInstance TemplateInstance", BOTH_ANYWHERE)
    add("k8s.otterize.com", "ClientIntents ProtectedService", BOTH_ANYWHERE)
    add("kubeflow.org", "Profile", BOTH_ANYWHERE)
    add("kubernetes.crossplane.io", "Object ObservedObjectCollection", BOTH_ANYWHERE)
    add("kubernetes.m.crossplane.io", "Object ClusterObject", BOTH_ANYWHERE)
    add("apiextensions.crossplane.io", "Composition CompositionRevision", BOTH_ANYWHERE)
    # The policies that Tigera's operator writes are for the namespaces of Calico itself.
    add("operator.tigera.io", "APIServer Goldmane Installation Whisker", _CALICO)


_CALICO = Effect(may_allow=True, may_deny=True, cluster_wide=False, makes_pods=True, place="calico-system")


UNSUPPORTED_KINDS: Mapping[tuple[str, str], Effect] = MappingProxyType(_table())
"""By group and kind, the effect of an object."""

NARROWING_MESH_KINDS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("access.smi-spec.io", "TrafficTarget"): "SMI TrafficTarget",
        ("specs.smi-spec.io", "HTTPRouteGroup"): "SMI HTTPRouteGroup",
        ("specs.smi-spec.io", "TCPRoute"): "SMI TCPRoute",
        ("specs.smi-spec.io", "UDPRoute"): "SMI UDPRoute",
        ("config.openservicemesh.io", "MeshConfig"): "OSM MeshConfig",
        ("config.openservicemesh.io", "MeshRootCertificate"): "OSM MeshRootCertificate",
        ("policy.openservicemesh.io", "IngressBackend"): "OSM IngressBackend",
        ("policy.openservicemesh.io", "Egress"): "OSM Egress",
        ("policy.openservicemesh.io", "Retry"): "OSM Retry",
        ("policy.openservicemesh.io", "UpstreamTrafficSetting"): "OSM UpstreamTrafficSetting",
    },
)
"""Kinds of a mesh that decides after NetworkPolicy has admitted, so it can only refuse; with what to call them."""
