"""The reports of a gate, each renderer imported when it is needed: a run uses one or two."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from netverify.cli.outputs import Output, append_whole, unwritable
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import coloured_output
from netverify.cli.versioning import version_of
from netverify.gate.outcome import GateReport
from netverify.manifests.coverage import Inventory
from netverify.report.finding_list import ListFormat, Run
from netverify.report.remarks_json import Json
from netverify.report.terminal import paint


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What reports say about the run itself. ``revision`` and ``repository`` are empty where git tells neither.

    ``reproducible``: as :class:`netverify.cli.request.CheckRequest` has it.
    """

    status: ExitStatus
    arguments: tuple[str, ...]
    revision: str
    repository: str
    color: str
    reproducible: bool | None = None

    def are_untimed(self, output: Output) -> bool:
        """Whether what goes to ``output`` says nothing about time."""
        if self.reproducible is not None:
            return self.reproducible
        return output.path is not None or not sys.stdout.isatty()


_DISARMED = {
    **dict.fromkeys(("json", "sarif", "gitlab"), "#\\u0023["),
    **dict.fromkeys(("junit", "markdown", "html"), "#&#35;["),
}
"""What stands for ``##[``, which a runner of GitHub takes for a command anywhere in a line; only texts can hold it.

Lines of ``github`` are commands already, and text is painted. Source: actions/runner, ActionCommand.cs.
"""


def rendered_gate(report: GateReport, inventory: Inventory, output: Output, facts: RunFacts) -> Iterable[str]:
    """``report`` in the format of ``output``, in pieces, none of which a runner takes for a command by mistake."""
    report = untimed(report) if facts.are_untimed(output) else report
    disarmed = _DISARMED.get(output.format, "##[")
    return (piece.replace("##[", disarmed) for piece in _pieces(report, inventory, output, facts))


def untimed(report: GateReport) -> GateReport:
    """``report`` without how long anything took: the same for the same input."""
    results = tuple(replace(one, milliseconds=None) for one in report.results)
    return replace(report, results=results, milliseconds=None)


def _pieces(report: GateReport, inventory: Inventory, output: Output, facts: RunFacts) -> Iterable[str]:
    match output.format:
        case "json":
            from netverify.report.gate_json import render_gate_json  # noqa: PLC0415 see above

            yield render_gate_json(report, inventory, _tool(facts))
        case "sarif" | "junit" | "github" | "gitlab":
            from netverify.report.finding_formats import rendered_list  # noqa: PLC0415 see above
            from netverify.report.gate_list import list_of_gate  # noqa: PLC0415 see above

            yield rendered_list(list_of_gate(report, inventory), ListFormat(output.format), _run(facts))
        case "markdown":
            from netverify.report.gate_markdown import render_gate_markdown  # noqa: PLC0415 see above

            yield render_gate_markdown(report, inventory, _run(facts))
        case "html":
            from netverify.report.gate_html import render_gate_html  # noqa: PLC0415 see above

            yield from render_gate_html(report, inventory, _run(facts))
        case _:
            from netverify.report.gate_text import render_gate  # noqa: PLC0415 see above

            yield paint(render_gate(report, inventory), coloured=coloured_output(output, facts.color))


def _run(facts: RunFacts) -> Run:
    return Run(
        version=version_of("netverify"),
        directory=str(Path.cwd()),
        arguments=facts.arguments,
        command=shlex.join(("netverify", *facts.arguments)),
        exit_code=int(facts.status),
        revision=facts.revision,
        repository=facts.repository,
    )


def step_summary(report: GateReport, inventory: Inventory, facts: RunFacts, environment: Mapping[str, str]) -> None:
    """Append the Markdown report to the summary of a step of GitHub Actions, where there is one.

    Source: "Workflow commands for GitHub Actions" (``GITHUB_STEP_SUMMARY``). Raises :class:`Refusal`.
    """
    path = environment.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        append_whole(Path(path), "".join(rendered_gate(report, inventory, Output("markdown", path), facts)))
    except OSError as error:
        raise unwritable("write the step summary", error) from None


def _tool(facts: RunFacts) -> dict[str, Json]:
    return {
        "name": "netverify",
        "version": version_of("netverify"),
        "z3": version_of("z3-solver"),
        "arguments": list(facts.arguments),
        "revision": facts.revision,
        "exit_status": int(facts.status),
    }
