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
    ReplicaSetShape,
    ReplicationControllerShape,
    StatefulSetShape,
    WorkloadShape,
)
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
    spec = shape.spec
    if spec is None or spec.selector is None:
        return
    check_selector(spec.selector, (*_SPEC, "selector"), findings)
    if spec.manualSelector and not findings.refused:
        labels = _template_labels(template)
        if not _matches(spec.selector, labels):
            _refuse_mismatch(labels, findings)


def _check_cron_job(shape: CronJobShape, template: PodTemplateShape, findings: Findings) -> None:
    if shape.spec is None or not shape.spec.schedule:
        findings.refuse("NV254", (*_SPEC, "schedule"), "is missing")
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
