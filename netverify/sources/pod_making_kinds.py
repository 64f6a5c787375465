"""Kinds for which an operator makes pods that no manifest shows, by group.

Source: the documentation of each operator. A kind whose pods are read, since its object says labels and ports, is
among those of :mod:`netverify.kinds.custom_pods` as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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
