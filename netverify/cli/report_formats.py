"""Reports of one result in the formats that several commands have, and what they say about their run."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from netverify.cli.outputs import Output
from netverify.cli.revisions import head_revision, repository_url
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import painted
from netverify.cli.version import version_of
from netverify.diagnostics import Diagnostic
from netverify.documents.confidential import shown_arguments
from netverify.report.diagnostics import problems
from netverify.report.document import Block, Document, Gap, lines_of
from netverify.report.finding_formats import rendered_list
from netverify.report.finding_list import FindingList, ListFormat, Run

LIST_FORMATS = tuple(one.value for one in ListFormat)
_DISARMED = {
    **dict.fromkeys(("json", "sarif", "gitlab"), "#\\u0023["),
    **dict.fromkeys(("junit", "markdown", "html"), "#&#35;["),
}
"""What stands for ``##[``, which a runner of GitHub takes for a command anywhere in a line; only texts can hold it.

Lines of ``github`` are commands already, and text is painted. Source: actions/runner, ActionCommand.cs.
"""


def this_run(status: ExitStatus) -> Run:
    """How this program was started, where, and what it ends with."""
    arguments = shown_arguments(sys.argv[1:])
    return Run(
        version=version_of("netverify"),
        directory=str(Path.cwd()),
        arguments=arguments,
        command=shlex.join(("netverify", *arguments)),
        exit_code=int(status),
        revision=head_revision(),
        repository=repository_url(),
    )


def is_list(output: Output) -> bool:
    """Whether ``output`` is a list of findings."""
    return output.format in LIST_FORMATS


def rendered_findings(found: FindingList, output: Output, run: Run) -> str:
    """``found`` in the format of ``output``; nothing in it does a runner take for a command by mistake."""
    return disarmed(rendered_list(found, ListFormat(output.format), run), output)


def rendered_document(
    document: Document, beside: Sequence[Diagnostic], output: Output, color: str, status: ExitStatus
) -> Iterator[str]:
    """``document`` as Markdown, as a page, or as text, as ``output`` wants it, of a run that ends with ``status``.

    What is ``beside`` it goes to standard error where somebody reads text, and into the other formats.
    """
    match output.format:
        case "markdown":
            from netverify.report.document_markdown import render_document_markdown  # noqa: PLC0415 few runs write it

            yield disarmed(render_document_markdown(_whole(document, beside)), output)
        case "html":
            from netverify.report.document_html import render_document_html  # noqa: PLC0415 as above

            page = render_document_html(_whole(document, beside), this_run(status))
            yield from (disarmed(piece, output) for piece in page)
        case _:
            yield painted(lines_of(document), output, color)


def _whole(document: Document, beside: Sequence[Diagnostic]) -> Iterator[Block]:
    yield from document
    yield Gap()
    yield from problems(beside)


def disarmed(piece: str, output: Output) -> str:
    """``piece`` of a report for ``output`` without what a runner takes for a command by mistake."""
    return piece.replace("##[", _DISARMED.get(output.format, "##["))
