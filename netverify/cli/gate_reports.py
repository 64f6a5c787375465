"""The reports of a gate, each renderer imported when it is needed: a run uses one or two."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from netverify.cli.outputs import Output, append_whole, unwritable
from netverify.cli.report_formats import rendered
from netverify.cli.version import version_of
from netverify.gate.outcome import GateReport
from netverify.records import dataclass
from netverify.report.finding_list import Run
from netverify.report.gate_document import document_of_gate
from netverify.report.gate_json import render_gate_json
from netverify.report.gate_list import list_of_gate
from netverify.report.remarks_json import Json
from netverify.report.report import Report
from netverify.sources.coverage import Inventory


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What reports say about ``run``, and how: ``color`` and ``reproducible`` are those of the request."""

    run: Run
    color: str
    reproducible: bool | None = None

    def are_untimed(self, output: Output) -> bool:
        """Whether what goes to ``output`` says nothing about time."""
        if self.reproducible is not None:
            return self.reproducible
        return output.path is not None or not sys.stdout.isatty()


def rendered_gate(report: GateReport, inventory: Inventory, output: Output, facts: RunFacts) -> Iterable[str]:
    """``report`` in the format of ``output``, in pieces, none of which a runner takes for a command by mistake."""
    told = untimed(report) if facts.are_untimed(output) else report
    forms = Report(
        lambda: document_of_gate(told, inventory),
        lambda: (render_gate_json(told, inventory, tool_of(facts.run)),),
        lambda: list_of_gate(told, inventory),
    )
    return rendered(forms, output, facts.color, lambda: facts.run)


def untimed(report: GateReport) -> GateReport:
    """``report`` without how long anything took: the same for the same input."""
    results = tuple(replace(one, milliseconds=None) for one in report.results)
    return replace(report, results=results, milliseconds=None)


def step_summary(written: Callable[[Output], Iterable[str]], environment: Mapping[str, str]) -> None:
    """Append the Markdown report, as ``written`` has it, to that of a step of GitHub Actions, where there is one.

    Source: "Workflow commands for GitHub Actions" (``GITHUB_STEP_SUMMARY``). Raises :class:`Refusal`.
    """
    path = environment.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        append_whole(Path(path), "".join(written(Output("markdown", path))))
    except OSError as error:
        raise unwritable("write the step summary", error) from None


def tool_of(run: Run) -> dict[str, Json]:
    """What ``run`` was of, as reports for programs name it."""
    return {
        "name": "netverify",
        "version": run.version,
        "z3": version_of("z3-solver"),
        "arguments": list(run.arguments),
        "revision": run.revision,
        "exit_status": run.exit_code,
    }
