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

# Kinds for which an operator makes pods that no manifest shows, by group.
# Source: the documentation of each operator. A kind whose pods are read, since its object says labels and ports, is
# among those of :mod:`netverify.kinds.custom_pods` as well.

PODS: Mapping[str, str] = MappingProxyType(
    {
        "acid.zalan.do": "postgresql",
        "actions.github.com": "AutoscalingListener AutoscalingRunnerSet EphemeralRunner EphemeralRunnerSet",
        "actions.summerwind.dev": "Runner RunnerDeployment RunnerReplicaSet RunnerSet",
        "agent.k8s.elastic.co": "Agent",
        "apm.k8s.elastic.co": "ApmServer",
        "app.redislabs.com": "RedisEnterpriseCluster",
        "apps.kruise.io": "AdvancedCronJob BroadcastJob CloneSet DaemonSet StatefulSet UnitedDeployment",
        "apps.openshift.io": "DeploymentConfig",
        "argoproj.io": (
            "AnalysisRun ArgoCD ClusterWorkflowTemplate CronWorkflow EventBus EventSource Experiment Rollout Sensor "
            "Workflow WorkflowTemplate"
        ),
        "batch.volcano.sh": "Job",
        "beat.k8s.elastic.co": "Beat",
        "build.openshift.io": "Build BuildConfig",
        "camel.apache.org": "Integration IntegrationPlatform Pipe",
        "cassandra.datastax.com": "CassandraDatacenter",
        "cdi.kubevirt.io": "CDI DataVolume",
        "ceph.rook.io": "CephCluster CephFilesystem CephNFS CephObjectStore CephRBDMirror",
        "clickhouse-keeper.altinity.com": "ClickHouseKeeperInstallation",
        "clickhouse.altinity.com": "ClickHouseInstallation",
        "core.strimzi.io": "StrimziPodSet",
        "dragonflydb.io": "Dragonfly",
        "druid.apache.org": "Druid",
        "elasticsearch.k8s.elastic.co": "Elasticsearch",
        "enterprisesearch.k8s.elastic.co": "EnterpriseSearch",
        "export.kubevirt.io": "VirtualMachineExport",
        "flink.apache.org": "FlinkDeployment",
        "flinkoperator.k8s.io": "FlinkCluster",
        "grafana.integreatly.org": "Grafana",
        "infinispan.org": "Infinispan",
        "install.istio.io": "IstioOperator",
        "jaegertracing.io": "Jaeger",
        "jenkins.io": "Jenkins",
        "jobset.x-k8s.io": "JobSet",
        "k8s.mariadb.com": "MariaDB MaxScale",
        "k8ssandra.io": "K8ssandraCluster",
        "kafka.banzaicloud.io": "KafkaCluster",
        "keda.sh": "ScaledJob",
        "kibana.k8s.elastic.co": "Kibana",
        "kubeflow.org": "JAXJob MPIJob MXJob Notebook PaddleJob PyTorchJob TFJob XGBoostJob",
        "kubevirt.io": "KubeVirt VirtualMachine VirtualMachineInstance VirtualMachineInstanceReplicaSet",
        "leaderworkerset.x-k8s.io": "LeaderWorkerSet",
        "logstash.k8s.elastic.co": "Logstash",
        "loki.grafana.com": "LokiStack",
        "maps.k8s.elastic.co": "ElasticMapsServer",
        "minio.min.io": "Tenant",
        "moco.cybozu.com": "MySQLCluster",
        "mongodb.com": "MongoDB MongoDBMultiCluster MongoDBOpsManager",
        "mongodbcommunity.mongodb.com": "MongoDBCommunity",
        "monitoring.coreos.com": "Alertmanager Prometheus PrometheusAgent ThanosRuler",
        "mysql.oracle.com": "InnoDBCluster",
        "mysql.presslabs.org": "MysqlCluster",
        "nvidia.com": "ClusterPolicy NVIDIADriver",
        "opensearch.opster.io": "OpenSearchCluster",
        "opentelemetry.io": "OpAMPBridge OpenTelemetryCollector TargetAllocator",
        "operator.cluster.x-k8s.io": "BootstrapProvider ControlPlaneProvider CoreProvider InfrastructureProvider",
        "operator.knative.dev": "KnativeEventing KnativeServing",
        "operator.victoriametrics.com": "VLogs VMAgent VMAlert VMAlertmanager VMAuth VMCluster VMSingle",
        "pgv2.percona.com": "PerconaPGCluster",
        "pkg.crossplane.io": "Function Provider",
        "pool.kubevirt.io": "VirtualMachinePool",
        "postgres-operator.crunchydata.com": "PGAdmin PostgresCluster",
        "postgresql.cnpg.io": "Cluster Pooler",
        "ps.percona.com": "PerconaServerMySQL",
        "psmdb.percona.com": "PerconaServerMongoDB",
        "pxc.percona.com": "PerconaXtraDBCluster",
        "rabbitmq.com": "RabbitmqCluster",
        "ray.io": "RayCluster RayCronJob RayJob RayService",
        "redis.redis.opstreelabs.in": "Redis RedisCluster RedisReplication RedisSentinel",
        "sailoperator.io": "Istio IstioCNI ZTunnel",
        "scylla.scylladb.com": "ScyllaCluster",
        "serving.knative.dev": "Configuration Revision Service",
        "serving.kserve.io": "InferenceGraph InferenceService LLMInferenceService",
        "solr.apache.org": "SolrCloud",
        "sparkoperator.k8s.io": "ScheduledSparkApplication SparkApplication SparkConnect",
        "tailscale.com": "Connector DNSConfig ProxyGroup Recorder",
        "tekton.dev": "CustomRun PipelineRun Run TaskRun",
        "tempo.grafana.com": "TempoMonolithic TempoStack",
        "trainer.kubeflow.org": "TrainJob",
        "triggers.tekton.dev": "EventListener",
        "vault.banzaicloud.com": "Vault",
        "zookeeper.pravega.io": "ZookeeperCluster",
    }
)
"""Kinds for which pods are made, and nothing else unless the object says so."""

PODS_AND_POLICY: Mapping[str, str] = MappingProxyType(
    {
        "databases.spotahome.com": "RedisFailover",
        "k8s.keycloak.org": "Keycloak",
        "kafka.strimzi.io": "Kafka KafkaBridge KafkaConnect KafkaMirrorMaker KafkaMirrorMaker2 KafkaNodePool",
        "platform.stackrox.io": "Central SecuredCluster",
    }
)
"""Kinds for which an operator makes pods and, by default, NetworkPolicies that open ports of those pods."""

WITH_A_WAY_IN: frozenset[tuple[str, str]] = frozenset(
    {
        ("argoproj.io", "ArgoCD"),
        ("export.kubevirt.io", "VirtualMachineExport"),
        ("install.istio.io", "IstioOperator"),
        ("k8s.keycloak.org", "Keycloak"),
        ("operator.knative.dev", "KnativeServing"),
        ("sailoperator.io", "Istio"),
        ("serving.knative.dev", "Service"),
        ("serving.kserve.io", "InferenceGraph"),
        ("serving.kserve.io", "InferenceService"),
        ("serving.kserve.io", "LLMInferenceService"),
        ("tailscale.com", "Connector"),
        ("tailscale.com", "ProxyGroup"),
    }
)
"""Of these kinds those that open a way in by default; others open one only where the object asks for it."""


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
