"""The controllers that keep pods running: Deployment, StatefulSet, DaemonSet, ReplicaSet and ReplicationController.

Each is the class of pods that its template makes, with the labels that the controller adds.
Source: k8s.io/api ``apps/v1`` and ``core/v1`` ``types.go``; ``validation.go`` in ``pkg/apis/apps`` and
``pkg/apis/core``; ``pkg/controller`` (deployment, statefulset, daemon).
"""

from __future__ import annotations

from functools import partial
from typing import Any

from netverify.documents.document import Document, FieldPath
from netverify.kinds import stored
from netverify.kinds.fields import FreeMap, Int32, StringMap, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import ObjectMeta, Who, labels_of, stored_map
from netverify.kinds.names import dns_label_problems, shown
from netverify.kinds.pod_facts import arguments_of, container_ports, pod_network
from netverify.kinds.pod_template import PodTemplateFields, check_template
from netverify.kinds.selector import SelectorFields, check_selector, stored_selector
from netverify.model.cluster import Workload, WorkloadKey
from netverify.model.labels import Labels, Operator, selector_matches


class ControllerFields(TypedDict, total=False):
    """What every controller has besides its ``spec``."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    status: FreeMap


class ReplicatedSpec(TypedDict, total=False):
    """What the ``spec`` of every controller but Job and CronJob has."""

    selector: SelectorFields
    template: PodTemplateFields
    minReadySeconds: Any


class DeploymentSpec(ReplicatedSpec, total=False):
    """``spec`` of a Deployment."""

    replicas: Int32
    paused: Any
    progressDeadlineSeconds: Any
    revisionHistoryLimit: Any
    strategy: Any


class OrdinalsFields(TypedDict, total=False):
    """``ordinals`` of a StatefulSet."""

    start: Int32


class StatefulSetSpec(ReplicatedSpec, total=False):
    """``spec`` of a StatefulSet."""

    replicas: Int32
    serviceName: str
    ordinals: OrdinalsFields
    persistentVolumeClaimRetentionPolicy: Any
    podManagementPolicy: Any
    revisionHistoryLimit: Any
    updateStrategy: Any
    volumeClaimTemplates: Any


class DaemonSetSpec(ReplicatedSpec, total=False):
    """``spec`` of a DaemonSet."""

    revisionHistoryLimit: Any
    updateStrategy: Any


class ReplicaSetSpec(ReplicatedSpec, total=False):
    """``spec`` of a ReplicaSet."""

    replicas: Int32


class ReplicationControllerSpec(TypedDict, total=False):
    """``spec`` of a ReplicationController, whose selector is a plain map."""

    selector: StringMap
    template: PodTemplateFields
    replicas: Int32
    minReadySeconds: Any


class DeploymentFields(ControllerFields, total=False):
    """``apps/v1`` Deployment."""

    spec: DeploymentSpec


class StatefulSetFields(ControllerFields, total=False):
    """``apps/v1`` StatefulSet."""

    spec: StatefulSetSpec


class DaemonSetFields(ControllerFields, total=False):
    """``apps/v1`` DaemonSet."""

    spec: DaemonSetSpec


class ReplicaSetFields(ControllerFields, total=False):
    """``apps/v1`` ReplicaSet."""

    spec: ReplicaSetSpec


class ReplicationControllerFields(ControllerFields, total=False):
    """``v1`` ReplicationController."""

    spec: ReplicationControllerSpec


_OPERATORS = frozenset(operator.value for operator in Operator)
_SPEC: FieldPath = ("spec",)
TEMPLATE: FieldPath = ("spec", "template")


def _check_deployment(deployment: DeploymentFields, findings: Findings) -> None:
    spec = deployment.get("spec") or {}
    _check_replicated("Deployment", spec, spec.get("replicas"), findings)


def _check_stateful_set(stateful_set: StatefulSetFields, findings: Findings) -> None:
    spec = stateful_set.get("spec") or {}
    _check_replicated("StatefulSet", spec, spec.get("replicas"), findings)
    service = spec.get("serviceName")
    for problem in dns_label_problems(service) if service else ():
        findings.refuse("NV253", (*_SPEC, "serviceName"), f"{problem}, not {shown(service or '')}")


def _check_daemon_set(daemon_set: DaemonSetFields, findings: Findings) -> None:
    _check_replicated("DaemonSet", daemon_set.get("spec") or {}, None, findings)


def _check_replica_set(replica_set: ReplicaSetFields, findings: Findings) -> None:
    spec = replica_set.get("spec") or {}
    _check_replicated("ReplicaSet", spec, spec.get("replicas"), findings)


def _check_replication_controller(controller: ReplicationControllerFields, findings: Findings) -> None:
    spec = controller.get("spec") or {}
    labels = _check_pods("ReplicationController", spec.get("template") or {}, findings)
    selector = stored_map(spec.get("selector"))
    if not selector and not labels:
        findings.refuse("NV250", (*_SPEC, "selector"), "is missing, and so are the labels of the template")
    if any(labels.get(key) != value for key, value in selector.items()):
        refuse_mismatch(labels, findings)
    _check_replicas(spec.get("replicas"), findings)


def _check_replicated(kind: str, spec: ReplicatedSpec, replicas: int | None, findings: Findings) -> None:
    labels = _check_pods(kind, spec.get("template") or {}, findings)
    _check_selector(kind, spec.get("selector"), labels, findings)
    _check_replicas(replicas, findings)


def _check_pods(kind: str, template: PodTemplateFields, findings: Findings) -> Labels:
    """Check the template of a controller of ``kind``; its labels."""
    check_template(template, TEMPLATE, findings)
    policy = (template.get("spec") or {}).get("restartPolicy")
    if policy and policy != "Always":
        path = (*TEMPLATE, "spec", "restartPolicy")
        findings.refuse("NV241", path, f"must be `Always` for a {kind}, not {shown(policy)}")
    return labels_of(template.get("metadata"))


def _check_replicas(replicas: int | None, findings: Findings) -> None:
    if replicas is not None and replicas < 0:
        findings.refuse("NV252", (*_SPEC, "replicas"), f"must not be negative, but is `{replicas}`")


def _check_selector(kind: str, selector: SelectorFields | None, labels: Labels, findings: Findings) -> None:
    path = (*_SPEC, "selector")
    if selector is None:
        advice = "write the labels of the template under `selector.matchLabels`"
        findings.refuse("NV250", path, "is missing", advice=advice)
        refuse_mismatch(labels, findings)
        return
    valid = not findings.refused
    check_selector(selector, path, findings)
    if (valid and findings.refused) or not _has_known_operators(selector):
        return
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        findings.refuse("NV250", path, f"must not be empty for a {kind}")
    elif not is_match(selector, labels):
        refuse_mismatch(labels, findings)


def _has_known_operators(selector: SelectorFields) -> bool:
    items = selector.get("matchExpressions")
    return not items or all(item is not None and item.get("operator") in _OPERATORS for item in items)


def is_match(selector: SelectorFields, labels: Labels) -> bool:
    """Whether ``labels`` satisfy ``selector``; quick where it only asks for labels that are there as written."""
    wanted = selector.get("matchLabels")
    if wanted and not selector.get("matchExpressions") and wanted.items() <= labels.items():
        return True
    return selector_matches(stored_selector(selector), labels)


def refuse_mismatch(labels: Labels, findings: Findings) -> None:
    """Refuse a template with ``labels``, which its controller does not select."""
    has = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))
    text = f"must match `spec.selector`, but has `{has}`" if has else "must match `spec.selector`, but is missing"
    findings.refuse("NV251", (*TEMPLATE, "metadata", "labels"), text)


def _deployment(deployment: DeploymentFields, who: Who, document: Document) -> Workload:
    template = (deployment.get("spec") or {}).get("template")
    return controlled_pods("Deployment", template, {}, stored.deployment_labels(), who, document)


def _stateful_set(stateful_set: StatefulSetFields, who: Who, document: Document) -> Workload:
    """Its pods have names by their ordinals; without ``replicas`` any number may run."""
    spec = stateful_set.get("spec") or {}
    replicas, start = spec.get("replicas"), (spec.get("ordinals") or {}).get("start") or 0
    opened = stored.stateful_set_labels(who.name, replicas, start)
    ordinals = None if replicas is None else (start, replicas)
    governed_by = spec.get("serviceName") or ""
    return controlled_pods("StatefulSet", spec.get("template"), {}, opened, who, document, governed_by, ordinals)


def _daemon_set(daemon_set: DaemonSetFields, who: Who, document: Document) -> Workload:
    template = (daemon_set.get("spec") or {}).get("template")
    return controlled_pods("DaemonSet", template, {}, stored.daemon_set_labels(), who, document)


def _bare(
    kind: str, controller: ReplicaSetFields | ReplicationControllerFields, who: Who, document: Document
) -> Workload:
    return controlled_pods(kind, (controller.get("spec") or {}).get("template"), {}, {}, who, document)


def controlled_pods(  # noqa: PLR0913, PLR0917 -- what controllers differ in
    kind: str,
    template: PodTemplateFields | None,
    fixed: Labels,
    opened: stored.OpenLabels,
    who: Who,
    document: Document,
    governing_service: str = "",
    ordinals: tuple[int, int] | None = None,
) -> Workload:
    """The workload that a controller is: all pods of its template.

    A label that the controller sets overrides the template's: ``fixed`` have a value, that of ``opened`` is not known.
    """
    template = template or {}
    spec = template.get("spec") or {}
    labels = labels_of(template.get("metadata"))
    if fixed or not opened.keys().isdisjoint(labels):
        labels = {name: value for name, value in {**labels, **fixed}.items() if name not in opened}
    return Workload(
        key=WorkloadKey(who.namespace, who.name, kind),
        labels=labels,
        ports=container_ports(spec),
        host_network=bool(spec.get("hostNetwork")),
        open_labels=opened,
        origin=document.origin(),
        network=pod_network(spec, governing_service, ordinals),
        arguments=arguments_of(spec, who.namespace),
        service_account=stored.service_account(spec.get("serviceAccountName"), spec.get("serviceAccount")),
        node=spec.get("nodeName") or "",
    )


def _wants_no_pods(controller: ReplicaSetFields | ReplicationControllerFields) -> bool:
    """Whether it is scaled to zero, as a Deployment's earlier revisions are."""
    return (controller.get("spec") or {}).get("replicas") == 0


DEPLOYMENT = Kind("apps", ("v1",), "Deployment", DeploymentFields, _check_deployment, _deployment)
STATEFUL_SET = Kind(
    "apps",
    ("v1",),
    "StatefulSet",
    StatefulSetFields,
    _check_stateful_set,
    _stateful_set,
    name_rule=dns_label_problems,
)
DAEMON_SET = Kind("apps", ("v1",), "DaemonSet", DaemonSetFields, _check_daemon_set, _daemon_set)
REPLICA_SET = Kind(
    "apps",
    ("v1",),
    "ReplicaSet",
    ReplicaSetFields,
    _check_replica_set,
    partial(_bare, "ReplicaSet"),
    ended=_wants_no_pods,
)
REPLICATION_CONTROLLER = Kind(
    "",
    ("v1",),
    "ReplicationController",
    ReplicationControllerFields,
    _check_replication_controller,
    partial(_bare, "ReplicationController"),
    ended=_wants_no_pods,
)
