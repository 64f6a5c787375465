"""``netverify report``: one run from the flags to the exit status."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from netverify.cli.checked import Checked, checked_by, evidence_of_gate, gate_status, naming_goals
from netverify.cli.commands.check import FAILING
from netverify.cli.evidence import digests_of
from netverify.cli.frameworks import framework_named
from netverify.cli.gate_reports import tool_of, untimed
from netverify.cli.goals import emptied, write_goals
from netverify.cli.intended import Intended, intent_of
from netverify.cli.outputs import Output
from netverify.cli.refusal import Refusal
from netverify.cli.report_formats import rendered, this_run
from netverify.cli.reports import reported
from netverify.cli.request import CheckRequest, assumptions_of, named_by_fail_on, solving_of
from netverify.cli.statuses import ExitStatus
from netverify.cli.unchanged import is_unchanged
from netverify.cli.version import version_of
from netverify.evidence.assessment import Assessment, assess, references
from netverify.evidence.framework import Framework
from netverify.evidence.reading import shipped
from netverify.gate.evidence.inputs import digest_of
from netverify.report.evidence_document import Made, document_of_assessment
from netverify.report.evidence_json import render_approved_csv, render_assessment_json
from netverify.report.formats import Format
from netverify.report.report import Report
from netverify.sources.coverage import Inventory
from netverify.sources.unread_forms import in_other_forms


def run(frameworks: Sequence[str], **flags: Any) -> int:
    """Does what the flags ask for."""
    found = framework_named(*frameworks)
    request = CheckRequest(
        specs=flags["specs"],
        cni=flags["cni"],
        assumptions=assumptions_of(flags),
        failing=named_by_fail_on(flags["fail_on"], FAILING, "verdict"),
        with_exceptions=not flags["no_exceptions"],
        **solving_of(flags),
    )
    return report_request(request, found)


def report_request(request: CheckRequest, frameworks: Sequence[Framework]) -> ExitStatus:
    """Judges what names a control of ``frameworks``, reports, and says what to end with.

    Raises :class:`Refusal` where nothing names one, and as :func:`~netverify.cli.checked.checked_by` does.
    """
    emptied(request.smt2_folder)

    judged: list[Intended] = []

    def naming_controls(asked: CheckRequest) -> Intended:
        intended = intent_of(asked)
        named = references(intended.spec, frameworks)
        if not named:
            names = " ".join(f"--framework {one.id}" for one in frameworks)
            message = f"no assertion names a control of {', '.join(f'`{one.id}`' for one in frameworks)}"
            raise Refusal("NV420", message, f"`netverify init {names} -o FILE` writes assertions that do")
        judged.append(Intended(intended.spec, intended.judged & named))
        return judged[-1]

    came_to = checked_by(request, naming_controls)
    if isinstance(came_to, ExitStatus):
        return came_to
    checked, request = came_to
    status = gate_status(checked.report, request.failing, input_refused=checked.lacks_input)
    return _reported(checked, request, frameworks, status, is_committed=_is_committed(request, judged[-1]))


def _is_committed(request: CheckRequest, intended: Intended) -> bool:
    """Whether all that was read is as the commit has it that is checked out. No exception expires for that."""
    try:
        spec = replace(intended.spec, exceptions=())
        return is_unchanged(replace(request, changed_since="HEAD"), spec, intended.judged, date.min)
    except Refusal:
        return False


def _own(frameworks: Sequence[Framework]) -> tuple[str, ...]:
    """The files of ``frameworks`` that are the user's own: they decide what is asked for, as the intent does."""
    return tuple(one.path for one in frameworks if one.id not in shipped())


def _reported(
    checked: Checked,
    request: CheckRequest,
    frameworks: Sequence[Framework],
    status: ExitStatus,
    *,
    is_committed: bool,
) -> ExitStatus:
    report, evidence = untimed(checked.report), None
    if request.smt2_folder is not None:
        evidence = evidence_of_gate(report, checked.inventory, checked.settings, checked.compared)
        report = naming_goals(report, evidence)
    pods = [one.key for one in checked.inventory.cluster.workloads]
    assessment = assess(frameworks, report, pods, is_whole=_is_whole(checked))
    made = Made(
        this_run(status),
        (f"netverify {version_of('netverify')}", f"z3-solver {version_of('z3-solver')}"),
        tuple((path, digest_of(Path(path).read_bytes())) for path in (*report.files, *_own(frameworks))),
        digests_of([checked.inventory, *checked.compared]),
        is_committed,
    )

    def forms(output: Output) -> Iterable[str]:
        return rendered(_report(assessment, checked.inventory, made), output, request.color, lambda: made.run)

    if evidence is None:
        return reported(request, forms, status)
    written = evidence
    return reported(request, forms, status, lambda: write_goals(lambda: written, request.smt2_folder))


def _is_whole(checked: Checked) -> bool:
    """Whether all that holds manifests was read; a gate lets files pass that are in a form that nobody reads."""
    return not checked.lacks_input and not in_other_forms(checked.inventory.coverage.skipped)


def _report(assessment: Assessment, inventory: Inventory, made: Made) -> Report:
    return Report(
        lambda: document_of_assessment(assessment, inventory, made),
        lambda: (render_assessment_json(assessment, inventory, made, tool_of(made.run)),),
        own={Format.CSV: lambda: render_approved_csv(assessment)},
    )
