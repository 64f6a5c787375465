"""``netverify fleet``: one run over many clusters, from the flags to the exit status."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from netverify.budget import Checkpoint, OutOfBudgetError
from netverify.cli.budget_flags import budget_of
from netverify.cli.checked import judging_of
from netverify.cli.exit_status import gravest
from netverify.cli.fleet_engines import Processes, RayActors
from netverify.cli.fleet_judging import Task, not_judged, undecided
from netverify.cli.fleet_kept import prune_kept
from netverify.cli.gate_reports import RunFacts, step_summary, tool_of
from netverify.cli.intended import specs_of, wanted_of
from netverify.cli.outputs import Output, checked_outputs
from netverify.cli.progress import counted
from netverify.cli.refusal import Refusal
from netverify.cli.report_formats import rendered, this_run
from netverify.cli.reports import reported
from netverify.cli.request import CheckRequest, Sources, assumptions_of, routing_of
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain_about
from netverify.cli.watchdog import watchdog, within
from netverify.diagnostics import DiagnosedError
from netverify.gate.intent.clusters import ClusterText, read_clusters
from netverify.gate.intent.reading import read_spec
from netverify.gate.intent.spec import Spec
from netverify.query.assumed import assumed, key_of
from netverify.query.suggestions import did_you_mean, nearest
from netverify.records import dataclass
from netverify.report.fleet_document import document_of_fleet
from netverify.report.fleet_json import render_fleet_json
from netverify.report.fleet_list import list_of_fleet
from netverify.report.fleet_outcome import ClusterReport, FleetReport
from netverify.report.fleet_words import shortfalls
from netverify.report.report import Report
from netverify.sources.collection import processors
from netverify.sources.permissions import permitted

_FOR_INTENT_S: Final = 5.0
"""Clusters and intent are read even in a shorter time: a report then names what was not decided."""
_MEMORY_FOR_ONE: Final = 512 * 1024**2
"""What a cluster may take on average, in bytes, where nobody says how many are judged at once."""


@dataclass(frozen=True, slots=True)
class FleetRequest:
    """One run of ``netverify fleet``. ``each`` is what is asked of every cluster, ``names`` are those to judge (all).

    ``jobs`` is None where the machine may say; ``on_ray``: a Ray cluster judges.
    """

    file: str
    each: CheckRequest
    names: tuple[str, ...] = ()
    jobs: int | None = None
    on_ray: bool = False


def run(**flags: Any) -> int:
    """Does what the flags ask for."""
    each = CheckRequest(
        **judging_of(flags),
        assumed=assumed(flags["cni"], assumptions_of(flags)),
        routing=routing_of(flags),
        sources=Sources(
            (),
            namespace=flags["namespace"],
            strict=flags["strict"],
            allow_empty=flags["allow_empty"],
            jobs=1,
            cached=not flags["no_cache"],
            by_default=True,
            permissions=permitted(flags["outside"], network=flags["allow_network"]),
        ),
        outputs=checked_outputs(flags["outputs"], short=flags["summary"], long=flags["verbose"]),
        color=flags["color"],
        budget=budget_of(flags),
    )
    return fleet_request(FleetRequest(flags["clusters"], each, flags["names"], flags["jobs"], flags["engine"] == "ray"))


def fleet_request(request: FleetRequest) -> ExitStatus:
    """Reads, has every cluster judged, reports, and says what to end with.

    Raises :class:`Refusal` when an output cannot be written, and
    :class:`netverify.gate.intent.reading.IntentError` for clusters or intent that cannot be read.
    """
    started, each = time.monotonic(), request.each
    since = started if each.budget.since is None else each.budget.since
    each = replace(each, budget=replace(each.budget, since=since))
    with within(each.budget, "the clusters and the intent were read", least_s=_FOR_INTENT_S):
        tasks, files = tasks_of(replace(request, each=each), date.today())  # noqa: DTZ011 - the day where it runs
    clusters = tuple(_judged(request, tasks))
    if each.sources.cached:
        prune_kept()
    took = round(1000 * (time.monotonic() - started))
    return _reported(request, FleetReport(request.file, files, clusters, tasks[0].today, took))


def tasks_of(request: FleetRequest, today: date) -> tuple[list[Task], tuple[str, ...]]:
    """What there is to judge, in the order of the file, and the files of the intent that all clusters share."""
    each = request.each
    clusters = _wanted(read_clusters(request.file, each.sources.permissions), request.names)
    paths = specs_of(each)
    shared = read_spec(paths, each.sources.permissions, (Path(),))
    tasks: list[Task] = []
    for cluster in clusters:
        spec = shared
        if cluster.intent:
            further = tuple(one.text for one in cluster.intent)
            places = (Path(), *(Path(one.path) for one in cluster.given.sources))
            spec = read_spec((*paths, *further), each.sources.permissions, places)
        wanted = wanted_of(spec, each)
        ids = tuple(one.id for one in spec.assertions if one.id in wanted)
        baseline = cluster.baseline.text if cluster.baseline is not None and each.with_exceptions else None
        # Nothing watches over it there but this process, from outside.
        asked = replace(each, baseline=baseline, budget=replace(each.budget, checkpoint=Checkpoint()))
        tasks.append(Task(cluster.name, cluster.origin, asked, _with_given(spec, cluster.given), ids, today))
    return tasks, shared.files


def _wanted(clusters: Sequence[ClusterText], names: Sequence[str]) -> list[ClusterText]:
    """Those of ``clusters`` with one of ``names``; all without any. Raises :class:`Refusal` for a name of none."""
    known = [one.name for one in clusters]
    for name in names:
        if name not in known:
            advice = did_you_mean(nearest(name, known)) or "the file of clusters lists the names"
            raise Refusal("NV420", f"no cluster is called `{name}`", advice)
    return [one for one in clusters if one.name in names or not names]


def _with_given(spec: Spec, given: Spec) -> Spec:
    """``spec`` about the manifests of ``given``; what that takes as given goes before."""
    keys = {key_of(one.text) for one in given.assumptions}
    kept = tuple(one for one in spec.assumptions if key_of(one.text) not in keys)
    return replace(
        spec,
        sources=given.sources,
        checkouts=given.checkouts,
        namespace=given.namespace or spec.namespace,
        cni=given.cni or spec.cni,
        assumptions=(*kept, *given.assumptions),
        cluster_domain=given.cluster_domain or spec.cluster_domain,
        node_local_dns=spec.node_local_dns if given.node_local_dns is None else given.node_local_dns,
        api_servers=given.api_servers or spec.api_servers,
        ingress_controller=given.ingress_controller or spec.ingress_controller,
    )


def _judged(request: FleetRequest, tasks: Sequence[Task]) -> Iterable[ClusterReport]:
    """The report of each of ``tasks``, in their order. What is not judged when the budget ends is unknown."""
    budget = request.each.budget
    found: dict[str, ClusterReport] = {}
    why = "it was not judged"
    try:
        with watchdog(budget), _engine(request, len(tasks)) as engine, counted("judging clusters") as tell:
            for report in engine.reports(tasks):
                found[report.name] = report
                tell(len(found), len(tasks))
    except OutOfBudgetError as spent:
        why = spent.undecided
    for task in tasks:
        yield found[task.name] if task.name in found else _undecided(task, why)


def _undecided(task: Task, why: str) -> ClusterReport:
    try:
        return undecided(task, why)
    except DiagnosedError as error:
        return not_judged(task, error.diagnostics)


def _engine(request: FleetRequest, number: int) -> Processes | RayActors:
    if request.on_ray:
        return RayActors()
    fitting = max(1, min(processors(), request.each.budget.max_memory // _MEMORY_FOR_ONE))
    return Processes(min(request.jobs or fitting, number))


def _reported(request: FleetRequest, report: FleetReport) -> ExitStatus:
    each = request.each
    complain_about(shortfalls(report), each.color)
    status = gravest(ExitStatus(one.status) for one in report.clusters)
    facts = RunFacts(this_run(status), each.color, each.reproducible)

    def written(output: Output) -> Iterable[str]:
        told = replace(report, milliseconds=None) if facts.are_untimed(output) else report
        forms = Report(
            lambda: document_of_fleet(told),
            lambda: render_fleet_json(told, tool_of(facts.run)),
            lambda: list_of_fleet(told),
        )
        return rendered(forms, output, each.color, lambda: facts.run)

    def besides() -> None:
        if any(output.format == "github" for output in each.outputs):
            step_summary(written, os.environ)

    return reported(each, written, status, besides)
