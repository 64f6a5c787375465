"""Rules of controllers. Source: ``validation.go`` in ``pkg/apis/apps``, ``pkg/apis/batch`` and ``pkg/apis/core``."""

from __future__ import annotations

from netverify.manifests.document import FieldPath
from netverify.manifests.facts.selector import stored_map, stored_selector
from netverify.manifests.facts.workload import template_of
from netverify.manifests.schema.pod import PodTemplateShape
from netverify.manifests.schema.selector import Selector
from netverify.manifests.schema.workload import (
    CronJobShape,
    DeploymentShape,
    JobShape,
    JobSpec,
    ReplicaSetShape,
    ReplicationControllerShape,
    StatefulSetShape,
    WorkloadShape,
)
from netverify.manifests.validation.cron import schedule_problem
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.metadata import check_metadata
from netverify.manifests.validation.names import dns_label_problems, shown
from netverify.manifests.validation.pod import check_template
from netverify.manifests.validation.selector import check_selector
from netverify.model.labels import Labels, Operator, selector_matches

_OPERATORS = frozenset(Operator)
_SPEC: FieldPath = ("spec",)
_TEMPLATE: FieldPath = ("spec", "template")
_JOB_SPEC: FieldPath = ("spec", "jobTemplate", "spec")
_JOB_UIDS = frozenset({"batch.kubernetes.io/controller-uid", "controller-uid"})
_JOB_NAMES = frozenset({"batch.kubernetes.io/job-name", "job-name"})


def check_workload(kind: str, shape: WorkloadShape, findings: Findings) -> None:
    """Check a whole controller of ``kind``."""
    check_metadata(kind, shape.metadata, findings)
    template = template_of(shape)
    if isinstance(shape, CronJobShape):
        _check_cron_job(shape, template, findings)
        return
    check_template(template, _TEMPLATE, findings)
    if isinstance(shape, JobShape):
        _check_job(shape, template, findings)
        return
    if template.spec and template.spec.restartPolicy and template.spec.restartPolicy != "Always":
        text = f"must be `Always` for a {kind}, not {shown(template.spec.restartPolicy)}"
        findings.refuse("NV241", (*_TEMPLATE, "spec", "restartPolicy"), text)
    labels = _template_labels(template)
    if isinstance(shape, ReplicationControllerShape):
        _check_map_selector(shape, labels, findings)
    else:
        _check_selector(kind, shape.spec.selector if shape.spec else None, labels, findings)
    _check_replicas(shape, findings)
    if isinstance(shape, StatefulSetShape) and shape.spec and shape.spec.serviceName:
        for problem in dns_label_problems(shape.spec.serviceName):
            findings.refuse("NV253", (*_SPEC, "serviceName"), f"{problem}, not {shown(shape.spec.serviceName)}")


def _check_selector(kind: str, selector: Selector | None, labels: Labels, findings: Findings) -> None:
    path = (*_SPEC, "selector")
    if selector is None:
        findings.refuse(
            "NV250", path, "is missing", advice="write the labels of the template under `selector.matchLabels`"
        )
        _refuse_mismatch(labels, findings)
        return
    valid = not findings.refused
    check_selector(selector, path, findings)
    if (valid and findings.refused) or not _has_known_operators(selector):
        return
    if not selector.matchLabels and not selector.matchExpressions:
        findings.refuse("NV250", path, f"must not be empty for a {kind}")
    elif not _matches(selector, labels):
        _refuse_mismatch(labels, findings)


def _has_known_operators(selector: Selector) -> bool:
    return all(item is not None and item.operator in _OPERATORS for item in selector.matchExpressions or ())


def _matches(selector: Selector, labels: Labels) -> bool:
    """Whether ``labels`` satisfy ``selector``; quick where it only asks for labels that are there as written."""
    if selector.matchLabels and not selector.matchExpressions and selector.matchLabels.items() <= labels.items():
        return True
    return selector_matches(stored_selector(selector), labels)


def _check_map_selector(shape: ReplicationControllerShape, labels: Labels, findings: Findings) -> None:
    selector = stored_map(shape.spec.selector) if shape.spec else {}
    if not selector and not labels:
        findings.refuse("NV250", (*_SPEC, "selector"), "is missing, and so are the labels of the template")
    if any(labels.get(key) != value for key, value in selector.items()):
        _refuse_mismatch(labels, findings)


def _refuse_mismatch(labels: Labels, findings: Findings) -> None:
    has = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))
    text = f"must match `spec.selector`, but has `{has}`" if has else "must match `spec.selector`, but is missing"
    findings.refuse("NV251", (*_TEMPLATE, "metadata", "labels"), text)


def _check_job(shape: JobShape, template: PodTemplateShape, findings: Findings) -> None:
    _check_job_restart(template, (*_TEMPLATE, "spec", "restartPolicy"), findings)
    spec = shape.spec or JobSpec()
    if spec.selector is not None:
        check_selector(spec.selector, (*_SPEC, "selector"), findings)
    labels = _template_labels(template)
    if not spec.manualSelector:
        _check_generated(shape, labels, findings)
    elif spec.selector is None:
        findings.refuse("NV250", (*_SPEC, "selector"), "is missing, though `manualSelector` is set")
    elif not findings.refused and not _matches(spec.selector, labels):
        _refuse_mismatch(labels, findings)


def _check_generated(shape: JobShape, labels: Labels, findings: Findings) -> None:
    """A Job has its selector and its own labels made by the server: what is written must be what that makes.

    Source: ``ValidateGeneratedSelector``. A Job that was read from a cluster holds what was made for it.
    """
    selector = shape.spec.selector if shape.spec else None
    if selector and (selector.matchExpressions or not {*(selector.matchLabels or ())} <= _JOB_UIDS):
        advice = "leave it out, or set `manualSelector: true`"
        findings.refuse("NV255", (*_SPEC, "selector"), "is made by the server for a Job", advice=advice)
    name = shape.metadata.name if shape.metadata else None
    for key in sorted(_JOB_NAMES & labels.keys()):
        if name and labels[key] != name:
            text = f"has {shown(key)} as {shown(labels[key])}, which is the name of another Job"
            findings.refuse("NV251", (*_TEMPLATE, "metadata", "labels"), text)


def _check_cron_job(shape: CronJobShape, template: PodTemplateShape, findings: Findings) -> None:
    schedule = shape.spec.schedule if shape.spec else None
    if not schedule:
        findings.refuse("NV254", (*_SPEC, "schedule"), "is missing")
    elif (problem := schedule_problem(schedule)) is not None:
        advice = "write five fields, such as `0 3 * * *`"
        findings.refuse("NV254", (*_SPEC, "schedule"), f"{problem}, not {shown(schedule)}", advice=advice)
    job = shape.spec.jobTemplate.spec if shape.spec and shape.spec.jobTemplate else None
    if job and (job.selector is not None or job.manualSelector):
        field = "selector" if job.selector is not None else "manualSelector"
        findings.refuse("NV255", (*_JOB_SPEC, field), "is made by the server for each Job", advice="leave it out")
    check_template(template, (*_JOB_SPEC, "template"), findings)
    _check_job_restart(template, (*_JOB_SPEC, "template", "spec", "restartPolicy"), findings)


def _check_job_restart(template: PodTemplateShape, path: FieldPath, findings: Findings) -> None:
    policy = template.spec.restartPolicy if template.spec else None
    if policy not in {"OnFailure", "Never"}:
        written = f"not {shown(policy)}" if policy else "but is missing"
        findings.refuse("NV241", path, f"must be `OnFailure` or `Never` for a Job, {written}")


def _template_labels(template: PodTemplateShape) -> Labels:
    return stored_map(template.metadata.labels) if template.metadata else {}


def _check_replicas(shape: WorkloadShape, findings: Findings) -> None:
    if not isinstance(shape, DeploymentShape | StatefulSetShape | ReplicaSetShape | ReplicationControllerShape):
        return
    replicas = shape.spec.replicas if shape.spec else None
    if replicas is not None and replicas < 0:
        findings.refuse("NV252", (*_SPEC, "replicas"), f"must not be negative, but is `{replicas}`")
