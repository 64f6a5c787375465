"""One cluster of a fleet, judged as ``netverify check`` would: from what was asked of it to its report."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from netverify.budget import NO_MEMORY_LEFT, before_it_was_decided
from netverify.cli.baselines import known_violations
from netverify.cli.checked import judged, status_of
from netverify.cli.exit_status import exit_status
from netverify.cli.fleet_kept import kept_for
from netverify.cli.intended import refused_controller, with_assumed
from netverify.cli.reading import found_inputs, read_inputs, solving_settings
from netverify.cli.refusal import Refusal
from netverify.cli.request import CheckRequest
from netverify.cli.statuses import ExitStatus
from netverify.cli.unread import each_with_unread, unread, with_unread
from netverify.diagnostics import DiagnosedError, Diagnostic, Origin, Severity
from netverify.gate.checking import Terms, undecided_report
from netverify.gate.intent.spec import Spec
from netverify.gate.outcome import ExceptionState
from netverify.query.sentence_error import SentenceError
from netverify.records import dataclass
from netverify.report.fleet_cells import joined, shard_of
from netverify.report.fleet_outcome import ClusterReport, Shard
from netverify.sources.coverage import Inventory
from netverify.sources.workers import WorkerDiedError
from netverify.verify import Verifier

SHARD: Final = 25
"""So many assertions are judged, and kept, together."""


@dataclass(frozen=True, slots=True)
class Task:
    """A cluster to judge, whose name is at ``origin``, on the day ``today``.

    ``request`` is what the command line asks for, with the baseline of this cluster. ``spec`` is the intent with what
    the cluster says about its manifests, and ``ids`` are the assertions of it that are to be judged, in their order.
    """

    name: str
    origin: Origin
    request: CheckRequest
    spec: Spec
    ids: tuple[str, ...]
    today: date

    @property
    def shards(self) -> tuple[tuple[str, ...], ...]:
        """``ids`` in the parts that are judged and kept together: all, where a baseline is compared with all."""
        if self.request.baseline is not None:
            return (self.ids,)
        return tuple(self.ids[start : start + SHARD] for start in range(0, len(self.ids), SHARD))


def judge(task: Task) -> ClusterReport:
    """What became of one cluster. Whatever is wrong with it is in the report; nothing is raised but an interrupt."""
    try:
        return _judged(task)
    except MemoryError:
        return undecided(task, before_it_was_decided(NO_MEMORY_LEFT))
    except DiagnosedError as error:
        return not_judged(task, error.diagnostics)
    except Refusal as refusal:
        return not_judged(task, (_said(task, refusal.code, refusal.message, refusal.help),), refusal.status)
    except Exception as error:  # noqa: BLE001 whatever it is, the other clusters are judged, and this one does not pass
        return failed(task, error)


def failed(task: Task, error: BaseException) -> ClusterReport:
    """The report of a cluster on which netverify itself failed."""
    if os.environ.get("NETVERIFY_DEBUG"):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
    what = (
        "the process that judged it ended early"
        if isinstance(error, WorkerDiedError)
        else f"netverify failed at {place}"
    )
    text, advice = f"{what}; this cluster is not judged", "set NETVERIFY_DEBUG=1 for the details"
    return not_judged(task, (_said(task, "NV499", text, advice),), ExitStatus.INTERNAL)


def not_judged(
    task: Task, why: Iterable[Diagnostic], status: ExitStatus = ExitStatus.USAGE, inventory: Inventory | None = None
) -> ClusterReport:
    """The report of a cluster of which nothing was judged; ``inventory`` is what was read of it."""
    inputs = inventory.diagnostics if inventory is not None else ()
    return ClusterReport(task.name, task.origin, status, failures=tuple(why), inputs=inputs)


def undecided(task: Task, why: str) -> ClusterReport:
    """The report of a cluster of which nothing was decided, and ``why`` not."""
    request = with_assumed(task.request, task.spec)
    report = undecided_report(task.spec, Terms(task.today, judged=frozenset(task.ids)), why)
    return _reported(task, [shard_of(report, unread(request.sources))])


def _judged(task: Task) -> ClusterReport:
    """As :func:`judge`, but raises what is wrong with intent, baseline or flags."""
    request = with_assumed(task.request, task.spec)
    known = known_violations(request)
    inputs = found_inputs(request.sources)
    kept = kept_for(request, task.spec, inputs, known, task.today)
    found = {ids: shard for ids in task.shards if kept is not None and (shard := kept.find(ids)) is not None}
    missing = [ids for ids in task.shards if ids not in found]
    terms = Terms(task.today, request.with_exceptions, known, may_be_cut_short=True)
    if missing:
        inventory = read_inputs(request.sources, inputs)
        try:
            verifier = Verifier(inventory, solving_settings(request, inventory.cluster))
            for ids in missing:
                report, _ = judged(task.spec, verifier, replace(terms, judged=frozenset(ids)), request.sources)
                found[ids] = shard_of(report, inventory)
                if kept is not None:
                    kept.keep(ids, found[ids], report, inventory)
        except (DiagnosedError, SentenceError) as error:
            return _misasked(task, error, inventory)
    return _reported(task, [found[ids] for ids in task.shards], len(task.shards) - len(missing))


def _misasked(task: Task, error: DiagnosedError | SentenceError, inventory: Inventory) -> ClusterReport:
    """The report of a cluster of which the intent asks what cannot be asked of it."""
    status = exit_status(None, misused=True, input_refused=inventory.has_errors)
    if isinstance(error, DiagnosedError):
        return not_judged(task, each_with_unread(error.diagnostics, inventory), status, inventory)
    controller = task.spec.ingress_controller
    if controller is not None and task.request.routing.controller is None:
        why = refused_controller(error, controller)
    else:
        why = _said(task, error.code, error.message, with_unread(error, inventory).help)
    return not_judged(task, (why,), status, inventory)


def _reported(task: Task, shards: list[Shard], kept: int = 0) -> ClusterReport:
    report = joined(task.name, task.origin, shards, kept)
    status = status_of(
        [(cell.verdict, *cell.also) for cell in report.cells],
        task.request.failing,
        is_cut_short=report.is_cut_short,
        has_expired=any(one.state == ExceptionState.EXPIRED for one in report.exceptions),
        input_refused=any(one.lacks_input for one in shards),
    )
    return replace(report, status=int(status))


def _said(task: Task, code: str, message: str, advice: str) -> Diagnostic:
    """What is wrong with the cluster as a whole, at its name."""
    return Diagnostic(code, Severity.ERROR, message, task.origin, advice)
