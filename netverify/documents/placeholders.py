"""Placeholders ``{{ }}``: which files are templates, and which are manifests with one that nobody filled in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from netverify.documents.refusal import Mark, Refusal
from netverify.patterns import pattern

_OF_PLACEHOLDERS: Final = frozenset({"NV101", "NV105", "NV106", "NV112"})
"""Refusals that a placeholder causes where YAML is read."""
_PLACEHOLDER: Final = pattern(rb"^[^\"'#\n]*?(\{\{)", re.MULTILINE)
_CONTROL: Final = pattern(rb"\{\{-?\s*(?:if|else|end|range|with|define|block|template|include|toYaml|tpl|/\*)\b")
_FIELD: Final = pattern(rb"\{\{-?(?:[^}\n]*[\s(])?[.$][A-Za-z]")


def is_in_chart(file: Path) -> bool:
    """Whether ``file`` is among the templates of a Helm chart."""
    if "templates" not in (whole := Path.cwd() / file).parts:
        return False
    return any(folder.name == "templates" and (folder.parent / "Chart.yaml").exists() for folder in whole.parents)


def placeholder(refusal: Refusal, data: bytes) -> Refusal | None:
    """What to say instead of ``refusal`` about a document or separator in ``data``; None where no placeholder is.

    A separator with text after it is not a place of its own: what follows it is not known.
    """
    found = _PLACEHOLDER.search(data) if refusal.code in _OF_PLACEHOLDERS else None
    if found is None:
        return None
    at = found.start(1)
    line = data.count(b"\n", 0, at)
    column = at - (data.rfind(b"\n", 0, at) + 1)
    return Refusal(
        "NV122",
        "the placeholder `{{ }}` is not filled in, and the document cannot be read",
        help="fill it in, render the template it belongs to, or leave the file out",
        mark=Mark(line, column),
    )


def is_template(data: bytes, *, in_chart: bool | None) -> bool:
    """Whether ``data``, whose documents are all cut by placeholders, is the text of a template.

    Where it is not known if it belongs to a chart (``in_chart`` is None), fields such as ``.Values.x`` are enough.
    """
    return bool(in_chart) or bool(_CONTROL.search(data)) or (in_chart is None and bool(_FIELD.search(data)))
