"""``batch`` Job and CronJob: pods that run to their end.

Source: k8s.io/api ``batch/v1/types.go``; ``pkg/apis/batch/validation``; ``pkg/controller`` (job, cronjob),
``pkg/registry/batch/job``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from netverify.documents.document import Document, FieldPath
from netverify.kinds import stored
from netverify.kinds.controllers import TEMPLATE, ControllerFields, controlled_pods, is_match, refuse_mismatch
from netverify.kinds.fields import Int32, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import ObjectMeta, Who, labels_of
from netverify.kinds.names import shown
from netverify.kinds.pod_template import PodTemplateFields, check_template
from netverify.kinds.selector import SelectorFields, check_selector
from netverify.model.cluster import Workload
from netverify.model.labels import Labels
from netverify.patterns import pattern


class JobSpec(TypedDict, total=False):
    """``spec`` of a Job."""

    template: PodTemplateFields
    selector: SelectorFields
    manualSelector: bool
    completions: Int32
    completionMode: str
    activeDeadlineSeconds: Any
    backoffLimit: Any
    backoffLimitPerIndex: Any
    managedBy: Any
    maxFailedIndexes: Any
    parallelism: Any
    podFailurePolicy: Any
    podReplacementPolicy: Any
    scheduling: Any
    successPolicy: Any
    suspend: Any
    ttlSecondsAfterFinished: Any


class JobTemplateFields(TypedDict, total=False):
    """``jobTemplate`` of a CronJob."""

    metadata: ObjectMeta
    spec: JobSpec


class CronJobSpec(TypedDict, total=False):
    """``spec`` of a CronJob."""

    jobTemplate: JobTemplateFields
    schedule: str
    concurrencyPolicy: Any
    failedJobsHistoryLimit: Any
    startingDeadlineSeconds: Any
    successfulJobsHistoryLimit: Any
    suspend: Any
    timeZone: Any


class JobFields(ControllerFields, total=False):
    """``batch/v1`` Job."""

    spec: JobSpec


class CronJobFields(ControllerFields, total=False):
    """``batch/v1`` CronJob."""

    spec: CronJobSpec


_SPEC: FieldPath = ("spec",)
_JOB_SPEC: FieldPath = ("spec", "jobTemplate", "spec")
_UIDS = ("batch.kubernetes.io/controller-uid", "controller-uid")
_NAMES = ("batch.kubernetes.io/job-name", "job-name")
_LONGEST_CRON_JOB = 52


def _check_job(job: JobFields, findings: Findings) -> None:
    spec = job.get("spec") or {}
    template = spec.get("template") or {}
    check_template(template, TEMPLATE, findings)
    _check_restart(template, (*TEMPLATE, "spec", "restartPolicy"), findings)
    selector, labels = spec.get("selector"), labels_of(template.get("metadata"))
    check_selector(selector, (*_SPEC, "selector"), findings)
    if not spec.get("manualSelector"):
        _check_generated(job, selector, labels, findings)
    elif selector is None:
        findings.refuse("NV250", (*_SPEC, "selector"), "is missing, though `manualSelector` is set")
    elif not findings.refused and not is_match(selector, labels):
        refuse_mismatch(labels, findings)


def _check_generated(job: JobFields, selector: SelectorFields | None, labels: Labels, findings: Findings) -> None:
    """A Job has its selector and its own labels made by the server: what is written must be what that makes.

    Source: ``ValidateGeneratedSelector``. A Job that was read from a cluster holds what was made for it.
    """
    if selector and (selector.get("matchExpressions") or not {*(selector.get("matchLabels") or ())} <= {*_UIDS}):
        advice = "leave it out, or set `manualSelector: true`"
        findings.refuse("NV255", (*_SPEC, "selector"), "is made by the server for a Job", advice=advice)
    name = (job.get("metadata") or {}).get("name")
    for key in sorted({*_NAMES} & labels.keys()):
        if name and labels[key] != name:
            text = f"has {shown(key)} as {shown(labels[key])}, which is the name of another Job"
            findings.refuse("NV251", (*TEMPLATE, "metadata", "labels"), text)


def _check_cron_job(cron_job: CronJobFields, findings: Findings) -> None:
    spec = cron_job.get("spec") or {}
    schedule = spec.get("schedule")
    if not schedule:
        findings.refuse("NV254", (*_SPEC, "schedule"), "is missing")
    elif (problem := schedule_problem(schedule)) is not None:
        advice = "write five fields, such as `0 3 * * *`"
        findings.refuse("NV254", (*_SPEC, "schedule"), f"{problem}, not {shown(schedule)}", advice=advice)
    job = _job_of(cron_job)
    if job.get("selector") is not None or job.get("manualSelector"):
        field = "manualSelector" if job.get("selector") is None else "selector"
        findings.refuse("NV255", (*_JOB_SPEC, field), "is made by the server for each Job", advice="leave it out")
    template = job.get("template") or {}
    check_template(template, (*_JOB_SPEC, "template"), findings)
    _check_restart(template, (*_JOB_SPEC, "template", "spec", "restartPolicy"), findings)


def _check_restart(template: PodTemplateFields, path: FieldPath, findings: Findings) -> None:
    policy = (template.get("spec") or {}).get("restartPolicy")
    if policy not in {"OnFailure", "Never"}:
        written = f"not {shown(policy)}" if policy else "but is missing"
        findings.refuse("NV241", path, f"must be `OnFailure` or `Never` for a Job, {written}")


def _job_of(cron_job: CronJobFields) -> JobSpec:
    return ((cron_job.get("spec") or {}).get("jobTemplate") or {}).get("spec") or {}


def _job(job: JobFields, who: Who, document: Document) -> Workload:
    spec = job.get("spec") or {}
    fixed, opened = _added_labels(spec, who.name)
    return controlled_pods("Job", spec.get("template"), fixed, opened, who, document)


def _cron_job(cron_job: CronJobFields, who: Who, document: Document) -> Workload:
    """The pods of all Jobs that it makes; what these are called is not known."""
    spec = _job_of(cron_job)
    fixed, opened = _added_labels(spec, who.name)
    return controlled_pods("CronJob", spec.get("template"), {}, {**opened, **dict.fromkeys(fixed)}, who, document)


def _added_labels(spec: JobSpec, name: str) -> tuple[Labels, stored.OpenLabels]:
    """Labels that a Job adds to each pod: with the value that they have, and with one that is not known."""
    opened: dict[str, tuple[str, ...] | None] = {}
    if spec.get("completionMode") == "Indexed":
        count = spec.get("completions") or 0
        few = 0 < count <= stored.LISTED_REPLICAS
        opened["batch.kubernetes.io/job-completion-index"] = tuple(map(str, range(count))) if few else None
    if spec.get("manualSelector"):
        return {}, opened
    return dict.fromkeys(_NAMES, name), opened | dict.fromkeys(_UIDS)


JOB = Kind("batch", ("v1",), "Job", JobFields, _check_job, _job)
CRON_JOB = Kind(
    "batch",
    ("v1",),
    "CronJob",
    CronJobFields,
    _check_cron_job,
    _cron_job,
    longest_name=(_LONGEST_CRON_JOB, "so that the names of its jobs fit"),
)


_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Final[Sequence[tuple[str, int, int, Mapping[str, int]]]] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_DESCRIPTORS: Final = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_DURATION: Final = pattern(r"[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)")


def schedule_problem(schedule: str) -> str | None:
    """Why a server refuses ``schedule``; None where it takes it."""
    if "TZ" in schedule:
        return "cannot hold a time zone, which goes to `timeZone`"
    if schedule.startswith("@"):
        return None if _is_descriptor(schedule) else "is not a schedule that a server knows, such as `@daily`"
    parts = schedule.split()
    if len(parts) != len(_FIELDS):
        return f"must have {len(_FIELDS)} fields, but has {len(parts)}"
    for part, (name, least, most, names) in zip(parts, _FIELDS, strict=True):
        if not all(_is_range(one, least, most, names) for one in part.split(",") if one):
            return f"must have a {name} from {least} to {most}"
    return None


def _is_descriptor(schedule: str) -> bool:
    if schedule.startswith("@every "):
        return _DURATION.fullmatch(schedule.removeprefix("@every ")) is not None
    return schedule in _DESCRIPTORS


def _is_range(text: str, least: int, most: int, names: Mapping[str, int]) -> bool:
    """Whether ``text`` is ``*``, a value, or ``FIRST-LAST``, each perhaps with ``/STEP``, within the bounds."""
    bounds, slash, step = text.partition("/")
    first, hyphen, last = bounds.partition("-")
    if slash and (not step.isdecimal() or int(step) == 0):
        return False
    if first in ("*", "?"):
        return True
    start = _number(first, names)
    end = _number(last, names) if hyphen else most if slash else start
    return start is not None and end is not None and least <= start <= end <= most


def _number(text: str, names: Mapping[str, int]) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else names.get(text.lower())
