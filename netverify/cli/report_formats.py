"""Reports of one result in the formats that it has, and what they say about their run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from netverify.cli.outputs import Output
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import painted, width_of
from netverify.cli.version import version_of
from netverify.documents.confidential import shown_arguments
from netverify.late import late
from netverify.report.document import summarised
from netverify.report.document_text import lines_of
from netverify.report.formats import Format
from netverify.report.report import Report, pieces_of

if TYPE_CHECKING:
    import shlex

    from netverify.cli import revisions
    from netverify.report import finding_list
    from netverify.report.finding_list import Run
else:
    (shlex,) = late("", "shlex")
    (revisions,) = late("netverify.cli", "revisions")
    (finding_list,) = late("netverify.report", "finding_list")

_DISARMED = {
    **dict.fromkeys((Format.JSON, Format.SARIF, Format.GITLAB), "#\\u0023["),
    **dict.fromkeys((Format.JUNIT, Format.MARKDOWN, Format.HTML), "#&#35;["),
}
"""What stands for ``##[``, which a runner of GitHub takes for a command anywhere in a line; only texts can hold it.

Lines of ``github`` are commands already, and text is painted. Source: actions/runner, ActionCommand.cs.
"""

_LINES_AT_ONCE = 500


def this_run(status: ExitStatus) -> Run:
    """How this program was started, where, and what it ends with."""
    arguments = shown_arguments(sys.argv[1:])
    return finding_list.Run(
        version=version_of("netverify"),
        directory=str(Path.cwd()),
        arguments=arguments,
        command=shlex.join(("netverify", *arguments)),
        exit_code=int(status),
        revision=revisions.head_revision(),
        repository=revisions.repository_url(),
    )


def rendered(report: Report, output: Output, color: str, run: Callable[[], Run]) -> Iterator[str]:
    """``report`` of a ``run`` as ``output`` wants it, in pieces, none of which a runner takes for a command."""
    wanted = Format(output.format)
    if wanted is not Format.TEXT:
        instead = _DISARMED.get(wanted, "##[")
        yield from (piece.replace("##[", instead) for piece in pieces_of(report, wanted, run))
        return
    document = report.document()
    shown = summarised(document) if output.is_short else document
    lines = lines_of(shown, in_full=output.is_long, width=width_of(output))
    while some := list(islice(lines, _LINES_AT_ONCE)):
        yield painted(some, output, color)
