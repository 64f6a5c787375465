"""Kinds that could change a verdict and are not modelled: what an object of each may do, and to whom.

Source: the documentation of each project; what a mesh or a redirect can do beyond policy is refuse, never admit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Effect:
    """What an object may do to reachability.

    ``cluster_wide``: its effect is not limited to its own namespace. ``makes_pods``: a controller makes pods for it,
    which are not read and so only count as possible ones. ``may_route``: it brings traffic to pods, which policy may
    admit.
    """

    may_allow: bool
    may_deny: bool
    cluster_wide: bool
    makes_pods: bool = False
    may_route: bool = False


BOTH_IN_NAMESPACE = Effect(may_allow=True, may_deny=True, cluster_wide=False)
BOTH_ANYWHERE = Effect(may_allow=True, may_deny=True, cluster_wide=True)
DENY_IN_NAMESPACE = Effect(may_allow=False, may_deny=True, cluster_wide=False)
DENY_ANYWHERE = Effect(may_allow=False, may_deny=True, cluster_wide=True)
ALLOW_ANYWHERE = Effect(may_allow=True, may_deny=False, cluster_wide=True)
NO_EFFECT_ALONE = Effect(may_allow=False, may_deny=False, cluster_wide=True)
"""Only other unsupported objects make use of it."""
MAKES_PODS = Effect(may_allow=False, may_deny=False, cluster_wide=True, makes_pods=True)
ROUTES = replace(NO_EFFECT_ALONE, may_route=True)
ROUTES_AND_DENIES = replace(DENY_ANYWHERE, may_route=True)
MAKES_PODS_AND_ROUTES = replace(MAKES_PODS, may_route=True)


_ROUTING_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "apisix.apache.org": "ApisixRoute",
        "configuration.konghq.com": "TCPIngress UDPIngress",
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
        "projectcontour.io": "HTTPProxy",
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
    add("kyverno.io", "Policy", BOTH_IN_NAMESPACE)
    add("kyverno.io", "ClusterPolicy", BOTH_ANYWHERE)
    add("policies.kyverno.io", "GeneratingPolicy MutatingPolicy", BOTH_ANYWHERE)
    add("monitoring.coreos.com", "Alertmanager Prometheus PrometheusAgent ThanosRuler", MAKES_PODS)
    add("argoproj.io", "CronWorkflow Rollout Workflow WorkflowTemplate", MAKES_PODS)
    add("apps.openshift.io", "DeploymentConfig", MAKES_PODS)
    add("serving.knative.dev", "Configuration Revision", MAKES_PODS)
    add("serving.knative.dev", "Service", MAKES_PODS_AND_ROUTES)
    for group, kinds in _ROUTING_KINDS.items():
        add(group, kinds, ROUTES)
    return effects


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

_ISTIO_IN_ROOT = frozenset(
    {"AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication", "Sidecar", "EnvoyFilter"}
)


def effect_of(group: str, kind: str, namespace: str, value: Mapping[str, Any]) -> Effect:
    """What the object ``value`` of an unsupported kind may do; of a kind on no list, everything anywhere.

    Istio policies in the mesh's root namespace apply everywhere, which is taken to be any with ``istio`` in its name. A
    Kyverno policy that neither generates nor mutates objects has no effect.
    """
    effect = UNSUPPORTED_KINDS.get((group, kind), BOTH_ANYWHERE)
    if group.endswith(".istio.io") and kind in _ISTIO_IN_ROOT and "istio" in namespace:
        return Effect(effect.may_allow, effect.may_deny, cluster_wide=True)
    if group == "kyverno.io" and kind in {"ClusterPolicy", "Policy"} and not _makes_objects(value):
        return NO_EFFECT_ALONE
    return effect


def _makes_objects(kyverno_policy: Mapping[str, Any]) -> bool:
    spec = kyverno_policy.get("spec")
    rules = spec.get("rules") if isinstance(spec, dict) else None
    if not isinstance(rules, list):
        return True
    return any(not isinstance(rule, dict) or "generate" in rule or "mutate" in rule for rule in rules)
