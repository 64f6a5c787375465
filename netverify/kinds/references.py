"""References to objects of any kind."""

from __future__ import annotations

from netverify.documents.document import FieldPath
from netverify.kinds.findings import Findings
from netverify.kinds.names import dns_subdomain_problems, shown


def check_reference(group: str | None, kind: str | None, name: str | None, path: FieldPath, findings: Findings) -> None:
    """Check the reference at ``path`` as Kubernetes itself has them."""
    for problem in dns_subdomain_problems(group) if group is not None else ():
        findings.refuse("NV551", (*path, "apiGroup"), f"{problem}, not {shown(group or '')}")
    for field, value in (("kind", kind), ("name", name)):
        if not value:
            findings.refuse("NV551", (*path, field), "is missing")
        elif value in {".", ".."} or "/" in value or "%" in value:
            findings.refuse("NV551", (*path, field), f"must not be `.` or `..` or contain `/` or `%`: {shown(value)}")
