"""Controllers: the class of pods that a template makes, with the labels that its controller adds.

Source: ``pkg/controller`` (deployment, statefulset, daemon, job, cronjob) and ``pkg/registry/batch/job``.
"""

from __future__ import annotations

from netverify.manifests.document import Document
from netverify.manifests.facts import stored
from netverify.manifests.facts.pod import arguments_of, container_ports
from netverify.manifests.facts.pod_network import pod_network
from netverify.manifests.facts.selector import stored_map
from netverify.manifests.schema.pod import PodSpecShape, PodTemplateShape
from netverify.manifests.schema.workload import (
    CronJobShape,
    DaemonSetShape,
    DeploymentShape,
    JobShape,
    JobSpec,
    ReplicaSetShape,
    ReplicationControllerShape,
    StatefulSetShape,
    StatefulSetSpec,
    WorkloadShape,
)
from netverify.model.cluster import Workload, WorkloadKey
from netverify.model.labels import Labels

_JOB_UIDS = ("batch.kubernetes.io/controller-uid", "controller-uid")
_JOB_NAMES = ("batch.kubernetes.io/job-name", "job-name")


def template_of(shape: WorkloadShape) -> PodTemplateShape:
    """The pod template of a controller; the empty one when it has none."""
    if isinstance(shape, CronJobShape):
        job = shape.spec.jobTemplate.spec if shape.spec and shape.spec.jobTemplate else None
        return (job.template if job else None) or PodTemplateShape()
    return (shape.spec.template if shape.spec else None) or PodTemplateShape()


def controlled_pods(shape: WorkloadShape, key: WorkloadKey, document: Document) -> Workload:
    """The workload that a controller is: all pods of its template.

    A label that the controller sets overrides the template's.
    """
    template = template_of(shape)
    spec = template.spec or PodSpecShape()
    fixed, open_labels = _added_labels(shape, key.name)
    labels = stored_map(template.metadata.labels) if template.metadata else {}
    if fixed or open_labels:
        labels = {name: value for name, value in {**labels, **fixed}.items() if name not in open_labels}
    return Workload(
        key=key,
        labels=labels,
        ports=container_ports(spec),
        host_network=bool(spec.hostNetwork),
        open_labels=open_labels,
        origin=document.origin(),
        network=pod_network(spec, _stateful(shape)),
        arguments=arguments_of(spec, key.namespace),
        service_account=stored.service_account(spec.serviceAccountName, spec.serviceAccount),
        node=spec.nodeName or "",
    )


def wants_no_pods(shape: WorkloadShape) -> bool:
    """Whether it is a ReplicaSet or ReplicationController scaled to zero, as a Deployment's earlier revisions are."""
    if not isinstance(shape, ReplicaSetShape | ReplicationControllerShape):
        return False
    return shape.spec is not None and shape.spec.replicas == 0


def _stateful(shape: WorkloadShape) -> StatefulSetSpec | None:
    """What a StatefulSet says about the names of its pods; None for any other controller."""
    return shape.spec or StatefulSetSpec() if isinstance(shape, StatefulSetShape) else None


def _added_labels(shape: WorkloadShape, name: str) -> tuple[Labels, stored.OpenLabels]:
    """Labels that the controller adds to each pod: with the value that they have, and with a value that is not told."""
    if isinstance(shape, DeploymentShape):
        return {}, stored.deployment_labels()
    if isinstance(shape, StatefulSetShape):
        spec = shape.spec or StatefulSetSpec()
        start = (spec.ordinals.start if spec.ordinals else None) or 0
        return {}, stored.stateful_set_labels(name, spec.replicas, start)
    if isinstance(shape, DaemonSetShape):
        return {}, stored.daemon_set_labels()
    if isinstance(shape, JobShape):
        return _job_labels(shape.spec or JobSpec(), name)
    if isinstance(shape, CronJobShape):
        job = (shape.spec.jobTemplate.spec if shape.spec and shape.spec.jobTemplate else None) or JobSpec()
        fixed, open_labels = _job_labels(job, name)
        return {}, {**open_labels, **dict.fromkeys(fixed)}
    return {}, {}


def _job_labels(spec: JobSpec, name: str) -> tuple[Labels, stored.OpenLabels]:
    open_labels: dict[str, tuple[str, ...] | None] = {}
    if spec.completionMode == "Indexed":
        few = spec.completions is not None and 0 < spec.completions <= stored.LISTED_REPLICAS
        open_labels["batch.kubernetes.io/job-completion-index"] = (
            tuple(str(number) for number in range(spec.completions or 0)) if few else None
        )
    if spec.manualSelector:
        return {}, open_labels
    return dict.fromkeys(_JOB_NAMES, name), open_labels | dict.fromkeys(_JOB_UIDS)
