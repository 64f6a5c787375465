"""Pods of controllers of other projects, where their object says the labels and ports that the pods have.

The pods of a kind that is here are existing ones. A field that is not what it should be makes the object one whose pods
are not known; nothing is refused, since another API has the say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from netverify.documents.document import Document
from netverify.kinds import stored
from netverify.kinds.custom_fields import (
    CustomPods,
    OddFieldError,
    is_on_host,
    labels_of,
    mapping_at,
    mapping_of,
    port_of,
    ports_of,
    tcp_ports,
    template_at,
)
from netverify.kinds.names import dns_label_problems
from netverify.kinds.registry import KINDS_BY_NAME
from netverify.model.cluster import ContainerPort, Workload, WorkloadKey
from netverify.model.labels import Labels
from netverify.model.traffic import Protocol


def _rollout(value: Mapping[str, Any], name: str) -> CustomPods:
    """Source: argo-rollouts ``utils/replicaset``. With ``workloadRef`` the template is that of a Deployment."""
    del name
    strategy = mapping_at(value, "spec", "strategy")
    told_apart = ("canaryMetadata", "stableMetadata", "activeMetadata", "previewMetadata")
    if any(mapping_at(strategy, way).get(one) for way in ("canary", "blueGreen") for one in told_apart):
        raise OddFieldError
    return CustomPods(template_at(value, "spec", "template"), opened={"rollouts-pod-template-hash": None})


def _deployment_config(value: Mapping[str, Any], name: str) -> CustomPods:
    """Source: openshift ``pkg/apps/util`` (``MakeDeployment``)."""
    fixed = {"deploymentconfig": name}
    return CustomPods(template_at(value, "spec", "template"), fixed, {"deployment": None})


def _clone_set(value: Mapping[str, Any], name: str) -> CustomPods:
    """Source: kruise ``pkg/controller/cloneset/utils``."""
    del name
    keys = ("apps.kruise.io/cloneset-instance-id", "controller-revision-hash", "lifecycle.apps.kruise.io/state")
    return CustomPods(template_at(value, "spec", "template"), opened=dict.fromkeys(keys))


def _advanced_stateful_set(value: Mapping[str, Any], name: str) -> CustomPods:
    """Source: kruise ``pkg/controller/statefulset``: the labels of a StatefulSet."""
    opened = {**stored.stateful_set_labels(name, None, 0), "lifecycle.apps.kruise.io/state": None}
    return CustomPods(template_at(value, "spec", "template"), opened=opened)


def _advanced_daemon_set(value: Mapping[str, Any], name: str) -> CustomPods:
    """Source: kruise ``pkg/controller/daemonset``: the labels of a DaemonSet."""
    del name
    return CustomPods(template_at(value, "spec", "template"), opened=stored.daemon_set_labels())


def _virtual_machine(value: Mapping[str, Any], name: str) -> CustomPods:
    """Source: kubevirt ``pkg/virt-controller/services/template.go``: the labels of the template, and these."""
    return CustomPods(template_at(value, "spec", "template"), *_launcher(name), single=True)


def _machine_instance(value: Mapping[str, Any], name: str) -> CustomPods:
    template = {"metadata": {"labels": mapping_at(value, "metadata").get("labels")}, "spec": mapping_at(value, "spec")}
    return CustomPods(template, *_launcher(name), single=True)


def _machine_replicas(value: Mapping[str, Any], name: str) -> CustomPods:
    del name
    return CustomPods(template_at(value, "spec", "template"), *_launcher(None))


def _machine_pool(value: Mapping[str, Any], name: str) -> CustomPods:
    del name
    return CustomPods(template_at(value, "spec", "virtualMachineTemplate", "spec", "template"), *_launcher(None))


def _launcher(name: str | None) -> tuple[Labels, stored.OpenLabels]:
    """The labels of the pod that runs a machine, whose ``name`` is None where it is not told."""
    fixed = {"kubevirt.io": "virt-launcher"}
    opened: dict[str, tuple[str, ...] | None] = {"kubevirt.io/created-by": None}
    if name is None or dns_label_problems(name):
        opened["vm.kubevirt.io/name"] = None
    else:
        fixed["vm.kubevirt.io/name"] = name
    return fixed, opened


_QUEUE_PROXY: Final = tuple(
    ContainerPort(number, Protocol.TCP, name)
    for name, number in (
        ("http-queueadm", 8022),
        ("http-autometric", 9090),
        ("http-usermetric", 9091),
        ("queue-port", 8012),
        ("https-port", 8112),
    )
)
"""Source: serving ``pkg/reconciler/revision/resources/queue.go``."""


def _knative(value: Mapping[str, Any], name: str) -> CustomPods:
    """Source: serving ``pkg/reconciler/revision/resources/meta.go``; the name of a revision is made up.

    It is the ``app`` of a template that has none.
    """
    template = template_at(value, "spec", "template")
    revision = ("revision", "revisionUID", "configurationGeneration", "configurationUID")
    has_app = "app" in mapping_at(template, "metadata", "labels")
    keys = (*(f"serving.knative.dev/{one}" for one in revision), *(() if has_app else ("app",)), "pod-template-hash")
    fixed = {"serving.knative.dev/configuration": name}
    if value["kind"] == "Service":
        fixed["serving.knative.dev/service"] = name
        keys = (*keys, "serving.knative.dev/serviceUID")
    return CustomPods(template, fixed, dict.fromkeys(keys), ports=_QUEUE_PROXY)


def _scaled_job(value: Mapping[str, Any], name: str) -> CustomPods:
    """Source: keda ``pkg/scaling/executor/scale_jobs.go``, and the labels of a Job."""
    keys = ("batch.kubernetes.io/controller-uid", "controller-uid", "batch.kubernetes.io/job-name", "job-name")
    return CustomPods(
        template_at(value, "spec", "jobTargetRef", "template"), {"scaledjob.keda.sh/name": name}, dict.fromkeys(keys)
    )


def _cnpg_cluster(value: Mapping[str, Any], name: str) -> CustomPods:
    """Source: cloudnative-pg ``pkg/specs/pods.go`` and ``pkg/utils/labels_annotations.go``."""
    inherited = mapping_at(value, "spec", "inheritedMetadata").get("labels")
    fixed = {"cnpg.io/cluster": name, "cnpg.io/podRole": "instance"}
    roles = ("primary", "replica")
    opened: dict[str, tuple[str, ...] | None] = {"cnpg.io/instanceName": None}
    opened |= {"cnpg.io/instanceRole": roles, "role": roles}
    ports = tcp_ports(("postgresql", 5432), ("metrics", 9187), ("status", 8000))
    return CustomPods({"metadata": {"labels": inherited}}, fixed, opened, ports)


def _monitored(value: Mapping[str, Any], name: str) -> CustomPods:
    """Source: prometheus-operator ``pkg/prometheus/statefulset.go``."""
    fixed = {"operator.prometheus.io/name": name, "prometheus": name, **_managed("prometheus", name)}
    opened = {"operator.prometheus.io/shard": None, **_of_operator(f"prometheus-{name}")}
    sidecars = (("grpc", 10901), ("http", 10902)) if mapping_at(value, "spec").get("thanos") else ()
    return CustomPods(
        _monitoring_template(value), fixed, opened, (_web(value, 9090), *tcp_ports(*sidecars), *_RELOADER)
    )


def _alertmanager(value: Mapping[str, Any], name: str) -> CustomPods:
    """Source: prometheus-operator ``pkg/alertmanager/statefulset.go``."""
    fixed = {"alertmanager": name, **_managed("alertmanager", name)}
    mesh = (*tcp_ports(("mesh-tcp", 9094)), ContainerPort(9094, Protocol.UDP, "mesh-udp"))
    opened = _of_operator(f"alertmanager-{name}")
    return CustomPods(_monitoring_template(value), fixed, opened, (_web(value, 9093), *mesh, *_RELOADER))


def _monitoring_template(value: Mapping[str, Any]) -> Mapping[str, Any]:
    spec = mapping_at(value, "spec")
    pod = {"hostNetwork": spec.get("hostNetwork"), "containers": spec.get("containers")}
    return {"metadata": spec.get("podMetadata"), "spec": pod}


def _managed(what: str, name: str) -> Labels:
    by = "prometheus-operator"
    labels = {"name": what, "instance": name, "managed-by": by}
    return {f"app.kubernetes.io/{key}": text for key, text in labels.items()}


def _of_operator(stateful_set: str) -> stored.OpenLabels:
    return {"app.kubernetes.io/version": None, **stored.stateful_set_labels(stateful_set, None, 0)}


def _web(value: Mapping[str, Any], number: int) -> ContainerPort:
    name = mapping_at(value, "spec").get("portName") or "web"
    return port_of({"containerPort": number, "name": name}, "containerPort")


_RELOADER: Final = tcp_ports(("reloader-web", 8080))

READERS: Mapping[tuple[str, str], Callable[[Mapping[str, Any], str], CustomPods]] = MappingProxyType(
    {
        ("apps.kruise.io", "CloneSet"): _clone_set,
        ("apps.kruise.io", "DaemonSet"): _advanced_daemon_set,
        ("apps.kruise.io", "StatefulSet"): _advanced_stateful_set,
        ("apps.openshift.io", "DeploymentConfig"): _deployment_config,
        ("argoproj.io", "Rollout"): _rollout,
        ("monitoring.coreos.com", "Alertmanager"): _alertmanager,
        ("monitoring.coreos.com", "Prometheus"): _monitored,
        ("keda.sh", "ScaledJob"): _scaled_job,
        ("kubevirt.io", "VirtualMachine"): _virtual_machine,
        ("kubevirt.io", "VirtualMachineInstance"): _machine_instance,
        ("kubevirt.io", "VirtualMachineInstanceReplicaSet"): _machine_replicas,
        ("pool.kubevirt.io", "VirtualMachinePool"): _machine_pool,
        ("postgresql.cnpg.io", "Cluster"): _cnpg_cluster,
        ("serving.knative.dev", "Configuration"): _knative,
        ("serving.knative.dev", "Service"): _knative,
    }
)
"""By group and kind, what the pods of an object have."""


def custom_pods(group: str, document: Document, namespace: str) -> Workload | None:
    """The workload that the object of ``document`` is; None where its kind or what it says does not tell.

    Where Kubernetes has a kind of that name as well, it is called by its group too.
    """
    kind, meta = document.value["kind"], document.value.get("metadata")
    read = READERS.get((group, kind))
    name = meta.get("name") if isinstance(meta, dict) else None
    if read is None or not isinstance(name, str) or not name:
        return None
    try:
        pods = read(document.value, name)
        labels = labels_of(mapping_of(pods.template.get("metadata")).get("labels"))
        spec = mapping_of(pods.template.get("spec"))
        host_network = is_on_host(spec)
        ports = (*ports_of(spec), *pods.ports)
    except OddFieldError:
        return None
    kept = {key: value for key, value in {**labels, **pods.fixed}.items() if key not in pods.opened}
    return Workload(
        key=WorkloadKey(namespace, name, f"{kind}.{group}" if kind in KINDS_BY_NAME else kind),
        labels=kept,
        ports=tuple(dict.fromkeys(ports)),
        host_network=host_network,
        single=pods.single,
        open_labels=pods.opened,
        origin=document.origin(),
    )
