"""The controllers of pods. Source: k8s.io/api ``apps/v1``, ``batch/v1`` and ``core/v1`` ``types.go``."""
# ruff: noqa: N815 -- fields are named as in the API

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.pod import PodTemplateShape
from netverify.manifests.schema.selector import Selector
from netverify.manifests.schema.shape import Int32, Shape, StringMap


class ControllerShape(Shape):
    """What every controller has besides its ``spec``."""

    apiVersion: Any = None
    kind: Any = None
    metadata: ObjectMeta | None = None
    status: Any = None


class ReplicatedSpec(Shape):
    """What the ``spec`` of every controller but Job and CronJob has."""

    selector: Selector | None = None
    template: PodTemplateShape | None = None
    minReadySeconds: Any = None


class DeploymentSpec(ReplicatedSpec):
    """``spec`` of a Deployment."""

    replicas: Int32 | None = None
    paused: Any = None
    progressDeadlineSeconds: Any = None
    revisionHistoryLimit: Any = None
    strategy: Any = None


class StatefulSetOrdinals(Shape):
    """``ordinals`` of a StatefulSet."""

    start: Int32 | None = None


class StatefulSetSpec(ReplicatedSpec):
    """``spec`` of a StatefulSet."""

    replicas: Int32 | None = None
    serviceName: str | None = None
    ordinals: StatefulSetOrdinals | None = None
    persistentVolumeClaimRetentionPolicy: Any = None
    podManagementPolicy: Any = None
    revisionHistoryLimit: Any = None
    updateStrategy: Any = None
    volumeClaimTemplates: Any = None


class DaemonSetSpec(ReplicatedSpec):
    """``spec`` of a DaemonSet."""

    revisionHistoryLimit: Any = None
    updateStrategy: Any = None


class ReplicaSetSpec(ReplicatedSpec):
    """``spec`` of a ReplicaSet."""

    replicas: Int32 | None = None


class ReplicationControllerSpec(Shape):
    """``spec`` of a ReplicationController, whose selector is a plain map."""

    selector: StringMap | None = None
    template: PodTemplateShape | None = None
    replicas: Int32 | None = None
    minReadySeconds: Any = None


class JobSpec(Shape):
    """``spec`` of a Job."""

    template: PodTemplateShape | None = None
    selector: Selector | None = None
    manualSelector: bool | None = None
    completions: Int32 | None = None
    completionMode: str | None = None
    activeDeadlineSeconds: Any = None
    backoffLimit: Any = None
    backoffLimitPerIndex: Any = None
    managedBy: Any = None
    maxFailedIndexes: Any = None
    parallelism: Any = None
    podFailurePolicy: Any = None
    podReplacementPolicy: Any = None
    scheduling: Any = None
    successPolicy: Any = None
    suspend: Any = None
    ttlSecondsAfterFinished: Any = None


class JobTemplateShape(Shape):
    """``jobTemplate`` of a CronJob."""

    metadata: ObjectMeta | None = None
    spec: JobSpec | None = None


class CronJobSpec(Shape):
    """``spec`` of a CronJob."""

    jobTemplate: JobTemplateShape | None = None
    schedule: str | None = None
    concurrencyPolicy: Any = None
    failedJobsHistoryLimit: Any = None
    startingDeadlineSeconds: Any = None
    successfulJobsHistoryLimit: Any = None
    suspend: Any = None
    timeZone: Any = None


class DeploymentShape(ControllerShape):
    """``apps/v1`` Deployment."""

    spec: DeploymentSpec | None = None


class StatefulSetShape(ControllerShape):
    """``apps/v1`` StatefulSet."""

    spec: StatefulSetSpec | None = None


class DaemonSetShape(ControllerShape):
    """``apps/v1`` DaemonSet."""

    spec: DaemonSetSpec | None = None


class ReplicaSetShape(ControllerShape):
    """``apps/v1`` ReplicaSet."""

    spec: ReplicaSetSpec | None = None


class ReplicationControllerShape(ControllerShape):
    """``v1`` ReplicationController."""

    spec: ReplicationControllerSpec | None = None


class JobShape(ControllerShape):
    """``batch/v1`` Job."""

    spec: JobSpec | None = None


class CronJobShape(ControllerShape):
    """``batch/v1`` CronJob."""

    spec: CronJobSpec | None = None


WorkloadShape: TypeAlias = (
    DeploymentShape
    | StatefulSetShape
    | DaemonSetShape
    | ReplicaSetShape
    | ReplicationControllerShape
    | JobShape
    | CronJobShape
)

WORKLOAD_SHAPES: Mapping[str, type[WorkloadShape]] = MappingProxyType(
    {
        "Deployment": DeploymentShape,
        "StatefulSet": StatefulSetShape,
        "DaemonSet": DaemonSetShape,
        "ReplicaSet": ReplicaSetShape,
        "ReplicationController": ReplicationControllerShape,
        "Job": JobShape,
        "CronJob": CronJobShape,
    },
)
"""The shape of each kind of controller."""
