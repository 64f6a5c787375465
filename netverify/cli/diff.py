"""``netverify diff``: one run from the flags to the exit status."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from netverify.answers.context import make_context
from netverify.answers.settings import Settings
from netverify.budget import OutOfBudgetError, limits_met
from netverify.cli.evidence import evidence_about
from netverify.cli.exit_status import gravest
from netverify.cli.goals import emptied, write_goals
from netverify.cli.intricacy import told_in_full
from netverify.cli.progress import progress
from netverify.cli.reading import solving_settings
from netverify.cli.reading_both import read_both
from netverify.cli.refusal import Refusal
from netverify.cli.report_formats import rendered, this_run
from netverify.cli.reports import reported
from netverify.cli.request import DiffRequest, Sources, solving_of
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain_about
from netverify.cli.unread import unread
from netverify.cli.watchdog import watchdog
from netverify.diff.compare import compare
from netverify.diff.outcome import Certainty, Comparison, Inputs, Relation
from netverify.gate.evidence.document import Evidence, Shown
from netverify.query.remarks import Remarks
from netverify.report.comparison_json import render_comparison_json
from netverify.report.comparison_list import list_of_comparison
from netverify.report.comparison_text import document_of_comparison
from netverify.report.report import Report

_TWO = "name two: `netverify diff OLD NEW`, or a revision: `netverify diff --base REV -f PATH`"


def run(sides: tuple[str, ...], base: str | None, fail_on: str, **flags: Any) -> int:
    """Does what the flags ask for."""
    solving = solving_of(
        {**flags, "cluster_domain": "cluster.local", "node_local_dns": False, "controller": None, "api_servers": ()}
    )
    old, new = _both(sides, base, solving["sources"])
    request = DiffRequest(**{**solving, "sources": new}, old=old, base=base, fail_on=fail_on)
    return diff_request(request)


def _both(sides: tuple[str, ...], base: str | None, sources: Sources) -> tuple[Sources, Sources]:
    """The sources of the old and of the new side. Raises :class:`Refusal` unless there are just two."""
    if base is not None:
        if sides:
            raise Refusal("NV420", "`--base` compares with a revision, and not with a path", "name paths with `-f`")
        return sources, sources
    if len(sides) == 2:
        of_both = () if sources.by_default else sources.filenames
        old, new = ((side, *of_both) for side in sides)
        named = replace(sources, by_default=False)
        return replace(named, filenames=old), replace(named, filenames=new)
    if not sides and len(sources.kustomize) == 2 and not sources.filenames and not sources.helm:
        before, after = sources.kustomize
        return replace(sources, kustomize=(before,)), replace(sources, kustomize=(after,))
    given = f"{len(sides)} {'path is' if len(sides) == 1 else 'paths are'}"
    raise Refusal("NV420", f"two sets of manifests are compared, and {given} given", _TWO)


def diff_request(request: DiffRequest) -> ExitStatus:
    """Reads, compares, reports, and says what to end with. Raises :class:`Refusal` when an output cannot be written."""
    emptied(request.smt2_folder)
    settings = Settings()
    inputs = Inputs(unread(request.old), unread(request.sources))
    try:
        with watchdog(request.budget):
            with progress("reading manifests ..."):
                inputs = read_both(request)
            seen = dict.fromkeys((*inputs.old.diagnostics, *inputs.new.diagnostics))
            complain_about(tuple(seen), request.color)
            settings = solving_settings(request, inputs.new.cluster)
            with progress("comparing ..."), told_in_full():
                found = compare(make_context(inputs.old, settings), make_context(inputs.new, settings))
            request.budget.checkpoint()
    except OutOfBudgetError as spent:
        unknown = Certainty.UNKNOWN
        found = Comparison(Relation.UNKNOWN, unknown, unknown, remarks=Remarks((spent.undecided,)))
    refused = inputs.old.has_errors or inputs.new.has_errors
    status = compared_status(found, fail_on=request.fail_on, input_refused=refused)

    report = Report(
        lambda: document_of_comparison(found, inputs),
        lambda: (render_comparison_json(found, inputs),),
        lambda: list_of_comparison(found, inputs, request.fail_on),
        tuple(dict.fromkeys((*inputs.old.diagnostics, *inputs.new.diagnostics))),
    )

    def evidence() -> Evidence:
        return evidence_about(_shown(found), [inputs.new], settings, compared=[inputs.old])

    return reported(
        request,
        lambda output: rendered(report, output, request.color, lambda: this_run(status)),
        status,
        lambda: write_goals(evidence, request.smt2_folder),
    )


def compared_status(found: Comparison, *, fail_on: str, input_refused: bool) -> ExitStatus:
    """The status for a comparison; ``fail_on`` names the access that is a failure where there is any."""
    failing = {
        "new-access": (found.new_access,),
        "lost-access": (found.lost_access,),
        "any": (found.new_access, found.lost_access),
        "never": (),
    }[fail_on]
    statuses = [ExitStatus.VIOLATED] if Certainty.YES in failing else []
    if found.verdict is Relation.UNKNOWN or limits_met(found.unknown_because):
        statuses.append(ExitStatus.UNKNOWN)
    if input_refused:
        statuses.append(ExitStatus.INPUT)
    return gravest(statuses)


def _shown(found: Comparison) -> tuple[Shown, ...]:
    """What is to be shown of each direction, since each is proved alone."""
    return (
        Shown("new-access", "nothing is allowed that was not", found.new_access, found.smt2, found.no_new),
        Shown("lost-access", "nothing that was allowed is not", found.lost_access, (), found.no_lost),
    )
