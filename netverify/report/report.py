"""One result in every format that it has; each writer is imported when it is needed, as a run uses one or two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from netverify.diagnostics import Diagnostic
from netverify.late import late
from netverify.records import dataclass
from netverify.report.diagnostics import problems
from netverify.report.document import Beside, Block, Document, Gap
from netverify.report.formats import Format

if TYPE_CHECKING:
    from netverify.report import document_html, document_markdown, github, gitlab, junit, sarif
    from netverify.report.finding_list import FindingList, Run
else:
    document_html, document_markdown, github, gitlab, junit, sarif = late(
        "netverify.report", "document_html", "document_markdown", "github", "gitlab", "junit", "sarif"
    )


@dataclass(frozen=True, slots=True)
class Report:
    """One result in all that formats are made of, each made when it is asked for.

    What is ``beside`` it, in the inputs, is said on standard error where somebody reads text, and with the result
    elsewhere. ``own`` are formats that this result alone has, or has in a form of its own.
    """

    document: Callable[[], Document]
    json: Callable[[], Iterable[str]]
    findings: Callable[[], FindingList] | None = None
    beside: tuple[Diagnostic, ...] = ()
    own: Mapping[Format, Callable[[], Iterable[str]]] = field(default_factory=dict)

    def whole(self) -> Iterator[Block]:
        """The document, with what is beside it."""
        yield from self.document()
        if self.beside:
            yield Beside((Gap(), *problems(self.beside)))


def pieces_of(report: Report, wanted: Format, run: Callable[[], Run]) -> Iterable[str]:
    """``report`` of a ``run`` in the format ``wanted``, which is not text, in pieces."""
    if wanted in report.own:
        return report.own[wanted]()
    match wanted:
        case Format.JSON:
            return report.json()
        case Format.MARKDOWN:
            return (document_markdown.render_document_markdown(report.whole(), run()),)
        case Format.HTML:
            return document_html.render_document_html(report.whole(), run())
        case _:
            assert report.findings is not None
            return (_listed(report.findings(), wanted, run),)


def _listed(found: FindingList, wanted: Format, run: Callable[[], Run]) -> str:
    match wanted:
        case Format.SARIF:
            return sarif.render_sarif(found, run())
        case Format.JUNIT:
            return junit.render_junit(found)
        case Format.GITHUB:
            return github.render_github(found, run())
        case _:
            return gitlab.render_gitlab(found, run())
