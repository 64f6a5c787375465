"""Kinds that say nothing about which pods may talk to which, nor how traffic gets to them: an allow-list by group."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _kinds(names: str) -> frozenset[str]:
    return frozenset(names.split())


IRRELEVANT_KINDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "": _kinds(
            "Binding ComponentStatus Config ConfigMap Event LimitRange PersistentVolume "
            "PersistentVolumeClaim "
            "PodTemplate ResourceQuota Secret ServiceAccount Scale Status PodSecurityPolicy"
        ),
        "admissionregistration.k8s.io": _kinds(
            "ValidatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding "
            "MutatingAdmissionPolicyBinding"
        ),
        "apiextensions.k8s.io": _kinds("CustomResourceDefinition"),
        "apiregistration.k8s.io": _kinds("APIService"),
        "apps": _kinds("ControllerRevision"),
        "autoscaling": _kinds("HorizontalPodAutoscaler"),
        "autoscaling.k8s.io": _kinds("VerticalPodAutoscaler VerticalPodAutoscalerCheckpoint"),
        "certificates.k8s.io": _kinds("CertificateSigningRequest ClusterTrustBundle PodCertificateRequest"),
        "config.k8s.io": _kinds("ResourceGroup"),
        "coordination.k8s.io": _kinds("Lease LeaseCandidate"),
        "events.k8s.io": _kinds("Event"),
        "extensions": _kinds("PodSecurityPolicy"),
        "flowcontrol.apiserver.k8s.io": _kinds("FlowSchema PriorityLevelConfiguration"),
        "gateway.networking.k8s.io": _kinds("BackendTLSPolicy"),
        "gateway.networking.x-k8s.io": _kinds("XBackendTrafficPolicy XMesh"),
        "internal.apiserver.k8s.io": _kinds("StorageVersion"),
        "kustomize.config.k8s.io": _kinds("Kustomization Component"),
        "metrics.k8s.io": _kinds("NodeMetrics PodMetrics"),
        "networking.k8s.io": _kinds("IPAddress ServiceCIDR"),
        "networking.gke.io": _kinds(
            "ManagedCertificate FrontendConfig NetworkLogging GCPBackendPolicy GCPGatewayPolicy HealthCheckPolicy "
            "ServiceNetworkEndpointGroup GCPTrafficDistributionPolicy"
        ),
        "node.k8s.io": _kinds("RuntimeClass"),
        "policy": _kinds("PodDisruptionBudget PodSecurityPolicy Eviction"),
        "rbac.authorization.k8s.io": _kinds("ClusterRole ClusterRoleBinding Role RoleBinding"),
        "resource.k8s.io": _kinds("DeviceClass DeviceTaintRule ResourceClaim ResourceClaimTemplate ResourceSlice"),
        "scheduling.k8s.io": _kinds("PriorityClass Workload PodGroup"),
        "settings.k8s.io": _kinds("PodPreset"),
        "snapshot.storage.k8s.io": _kinds("VolumeSnapshot VolumeSnapshotClass VolumeSnapshotContent"),
        "storage.k8s.io": _kinds(
            "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass"
        ),
        "storagemigration.k8s.io": _kinds("StorageVersionMigration"),
        "monitoring.coreos.com": _kinds(
            "AlertmanagerConfig PodMonitor Probe PrometheusRule ScrapeConfig ServiceMonitor"
        ),
        "projectcalico.org": _kinds(
            "BGPConfiguration BGPFilter BGPPeer BlockAffinity CalicoNodeStatus ClusterInformation "
            "IPAMConfiguration IPPool "
            "IPReservation StagedGlobalNetworkPolicy StagedKubernetesNetworkPolicy StagedNetworkPolicy"
        ),
        "crd.projectcalico.org": _kinds(
            "BGPConfiguration BGPFilter BGPPeer BlockAffinity CalicoNodeStatus ClusterInformation IPAMBlock IPAMConfig "
            "IPAMHandle IPPool IPReservation StagedGlobalNetworkPolicy StagedKubernetesNetworkPolicy "
            "StagedNetworkPolicy"
        ),
        "cilium.io": _kinds(
            "CiliumBGPAdvertisement CiliumBGPClusterConfig CiliumBGPNodeConfig "
            "CiliumBGPNodeConfigOverride CiliumBGPPeerConfig "
            "CiliumBGPPeeringPolicy CiliumEndpoint CiliumEndpointSlice CiliumIdentity CiliumL2AnnouncementPolicy "
            "CiliumLoadBalancerIPPool CiliumNode CiliumPodIPPool CiliumGatewayClassConfig TracingPolicy "
            "TracingPolicyNamespaced"
        ),
        "crd.antrea.io": _kinds("AntreaAgentInfo AntreaControllerInfo ExternalIPPool IPPool TrafficControl"),
        "networking.istio.io": _kinds("ProxyConfig WorkloadEntry WorkloadGroup"),
        "telemetry.istio.io": _kinds("Telemetry"),
        "linkerd.io": _kinds("ServiceProfile"),
        "split.smi-spec.io": _kinds("TrafficSplit"),
        "metrics.smi-spec.io": _kinds("TrafficMetrics"),
        "k8s.ovn.org": _kinds("EgressQoS"),
        "crd.k8s.amazonaws.com": _kinds("ENIConfig"),
        "vpcresources.k8s.aws": _kinds("CNINode"),
        "elbv2.k8s.aws": _kinds("IngressClassParams"),
        "project.openshift.io": _kinds("ProjectRequest"),
        "image.openshift.io": _kinds("ImageStream ImageStreamTag"),
        "security.openshift.io": _kinds("SecurityContextConstraints"),
        "argoproj.io": _kinds("AnalysisTemplate AppProject ClusterAnalysisTemplate"),
        "kyverno.io": _kinds("PolicyException"),
        "policies.kyverno.io": _kinds(
            "ImageValidatingPolicy NamespacedImageValidatingPolicy NamespacedValidatingPolicy PolicyException "
            "ValidatingPolicy"
        ),
        "wgpolicyk8s.io": _kinds("ClusterPolicyReport PolicyReport"),
        "cloud.google.com": _kinds("BackendConfig"),
        "apiextensions.crossplane.io": _kinds("CompositeResourceDefinition EnvironmentConfig Usage"),
        "app.k8s.io": _kinds("Application"),
        "apps.kruise.io": _kinds("ImageListPullJob ImagePullJob NodeImage PersistentPodState PodProbeMarker"),
        "appstudio.redhat.com": _kinds("EnterpriseContractPolicy"),
        "authorization.openshift.io": _kinds("ClusterRole ClusterRoleBinding Role RoleBinding"),
        "capsule.clastix.io": _kinds("CapsuleConfiguration"),
        "config.kio.kasten.io": _kinds("Policy PolicyPreset Profile"),
        "grafana.integreatly.org": _kinds(
            "GrafanaAlertRuleGroup GrafanaContactPoint GrafanaDashboard GrafanaDatasource GrafanaFolder "
            "GrafanaLibraryPanel GrafanaMuteTiming GrafanaNotificationPolicy GrafanaNotificationTemplate"
        ),
        "hnc.x-k8s.io": _kinds("HierarchicalResourceQuota"),
        "kafka.strimzi.io": _kinds("KafkaConnector KafkaRebalance KafkaTopic KafkaUser"),
        "nmstate.io": _kinds("NodeNetworkConfigurationEnactment NodeNetworkConfigurationPolicy NodeNetworkState"),
        "opentelemetry.io": _kinds("Instrumentation"),
        "operators.coreos.com": _kinds("OperatorCondition OperatorGroup"),
        "policy.sigstore.dev": _kinds("ClusterImagePolicy TrustRoot"),
        "postgresql.cnpg.io": _kinds(
            "Backup ClusterImageCatalog Database ImageCatalog Publication ScheduledBackup Subscription"
        ),
        "rabbitmq.com": _kinds(
            "Binding Exchange Federation OperatorPolicy Permission Policy Queue SchemaReplication Shovel "
            "SuperStream TopicPermission User Vhost"
        ),
        "sriovnetwork.openshift.io": _kinds("SriovNetworkNodePolicy SriovNetworkNodeState SriovNetworkPoolConfig"),
        "tekton.dev": _kinds("ClusterTask Pipeline StepAction Task"),
        "traefik.containo.us": _kinds("Middleware MiddlewareTCP ServersTransport TLSOption TLSStore"),
        "traefik.io": _kinds("Middleware MiddlewareTCP ServersTransport ServersTransportTCP TLSOption TLSStore"),
        "triggers.tekton.dev": _kinds("ClusterInterceptor ClusterTriggerBinding Interceptor TriggerBinding"),
    },
)
"""By group, the kinds of it that are irrelevant."""

IRRELEVANT_GROUPS: frozenset[str] = frozenset(
    {
        "acme.cert-manager.io",
        "acme.crossplane.io",
        "aadpodidentity.k8s.io",
        "apiserver.config.k8s.io",
        "audit.k8s.io",
        "backstage.io",
        "bitnami.com",
        "cert-manager.io",
        "config.gatekeeper.sh",
        "constraints.gatekeeper.sh",
        "expansion.gatekeeper.sh",
        "external-secrets.io",
        "externaldns.k8s.io",
        "generators.external-secrets.io",
        "cluster.x-k8s.io",
        "helm.toolkit.fluxcd.io",
        "image.toolkit.fluxcd.io",
        "jsonnet.io",
        "karpenter.k8s.aws",
        "karpenter.sh",
        "keda.sh",
        "kind.x-k8s.io",
        "kubeadm.k8s.io",
        "kubelet.config.k8s.io",
        "kubeproxy.config.k8s.io",
        "kubescheduler.config.k8s.io",
        "kustomize.toolkit.fluxcd.io",
        "metallb.io",
        "mutations.gatekeeper.sh",
        "notification.toolkit.fluxcd.io",
        "secrets-store.csi.x-k8s.io",
        "skaffold",
        "source.toolkit.fluxcd.io",
        "status.gatekeeper.sh",
        "templates.gatekeeper.sh",
        "trust.cert-manager.io",
        "velero.io",
    },
)
"""Groups of which every kind is irrelevant: certificates, secrets, delivery, admission, storage, nodes, tools."""
