"""The names of the formats that reports are written in."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What follows ``--output``."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    GITLAB = "gitlab"
    CSV = "csv"
    DOT = "dot"
    MERMAID = "mermaid"


OF_DOCUMENTS = (Format.TEXT, Format.JSON, Format.MARKDOWN, Format.HTML)
"""Those of every result: JSON has a shape of its own, the others are written from its document."""

OF_FINDINGS = (*OF_DOCUMENTS, Format.SARIF, Format.JUNIT, Format.GITHUB, Format.GITLAB)
"""Those of a result that is a list of findings, too."""

OF_EVIDENCE = (*OF_DOCUMENTS, Format.CSV)
"""Those of a report about controls; CSV has the flows that it approves."""

OF_MAPS = (*OF_DOCUMENTS, Format.CSV, Format.DOT, Format.MERMAID)

OF_SCOPES = (*OF_DOCUMENTS, Format.DOT, Format.MERMAID)
