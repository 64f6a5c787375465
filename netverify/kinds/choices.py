"""Fields that hold one of a few values."""

from __future__ import annotations

from collections.abc import Iterable

from netverify.documents.document import FieldPath
from netverify.kinds.findings import Findings
from netverify.kinds.names import shown


def check_choice(value: str | None, choices: Iterable[str], path: FieldPath, findings: Findings) -> None:
    """Check that ``value`` is one of ``choices``; upper and lower case differ."""
    choices = tuple(choices)
    if value is None or value in choices:
        return
    names = ", ".join(f"`{choice}`" for choice in choices)
    meant = next((choice for choice in choices if choice.lower() == value.lower()), "")
    advice = f"did you mean `{meant}`?" if meant else ""
    findings.refuse("NV241", path, f"must be one of {names}, not {shown(value)}", advice=advice)
