"""Collects what is wrong with one object, each finding at its field."""

from __future__ import annotations

from dataclasses import dataclass, field

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.manifests.document import Document, FieldPath, Value, render_path


@dataclass(slots=True)
class Findings:
    """The findings about the object that ``document`` is."""

    document: Document
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether the API server would refuse the object."""
        return any(diagnostic.severity is Severity.ERROR for diagnostic in self.diagnostics)

    def refuse(self, code: str, path: FieldPath, text: str, *, origin: Origin | None = None, advice: str = "") -> None:
        """Add an error: the field at ``path`` ``text``; shown at ``origin``, which is the field itself unless given."""
        place = origin or self.document.origin(path)
        self.diagnostics.append(Diagnostic(code, Severity.ERROR, self._message(path, text), place, advice))

    def warn(self, code: str, path: FieldPath, text: str, *, origin: Origin | None = None, advice: str = "") -> None:
        """Add a warning; as :meth:`refuse` otherwise."""
        place = origin or self.document.origin(path)
        self.diagnostics.append(Diagnostic(code, Severity.WARNING, self._message(path, text), place, advice))

    def _message(self, path: FieldPath, text: str) -> str:
        subject = object_text(self.document.value)
        return f"{subject}: `{render_path(path)}` {text}" if path else f"{subject} {text}"


def object_text(value: Value) -> str:
    """How messages call an object, which may have any form: its kind, and its name as written in backticks."""
    if not isinstance(value, dict):
        return "document"
    kind = value.get("kind")
    meta = value.get("metadata")
    fields = meta if isinstance(meta, dict) else {}
    parts = [fields.get(part) for part in ("namespace", "name")]
    name = "/".join(part for part in parts if isinstance(part, str) and part)
    subject = f"`{kind}`" if not isinstance(kind, str) or not kind.isalnum() else kind
    return f"{subject} `{name}`" if name else subject
