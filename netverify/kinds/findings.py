"""What is wrong with one object, each finding at its field.

A rule is written once and reports to a :class:`Findings`. Most objects are read with :class:`FirstFinding`, which stops
at the first thing to say; then the same rules run again with :class:`AllFindings`, which collects everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from typing import NoReturn, Protocol

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.document import Document, FieldPath, Value, render_path
from netverify.kinds.names import shown
from netverify.records import dataclass

_MOST = 100
_LONGEST = 320


class Findings(Protocol):
    """Takes findings about the object that ``document`` is; ``refused`` iff the API server would refuse it."""

    document: Document

    @property
    def refused(self) -> bool:
        """Whether there was an error."""
        ...

    def refuse(self, code: str, path: FieldPath, text: str, *, origin: Origin | None = None, advice: str = "") -> None:
        """Add an error: the field at ``path`` ``text``; shown at ``origin``, which is the field itself unless given."""
        ...

    def warn(self, code: str, path: FieldPath, text: str, *, origin: Origin | None = None, advice: str = "") -> None:
        """Add a warning; as :meth:`refuse` otherwise."""
        ...


class FoundError(Exception):
    """There is something to say about the object."""


class FirstFinding:
    """Raises :class:`FoundError` at the first finding, of which it keeps nothing."""

    __slots__ = ("document",)
    refused = False

    def __init__(self, document: Document) -> None:
        self.document = document

    def refuse(
        self, code: str, path: FieldPath, text: str, *, origin: Origin | None = None, advice: str = ""
    ) -> NoReturn:
        """Stop."""
        del code, path, text, origin, advice
        raise FoundError

    warn = refuse


class _NoPlaces:
    """The places of a part that is in no document."""

    def at(self, path: FieldPath) -> tuple[int, int]:
        del path
        return 0, 0

    key_at = at


_NO_DOCUMENT = Document("", 0, None, _NoPlaces())


def is_silent(rules: Callable[[Findings], None]) -> bool:
    """Whether ``rules`` about a part, which look at nothing but that part, have nothing to say.

    Then they have nothing to say of any part that equals it, wherever it is.
    """
    try:
        rules(FirstFinding(_NO_DOCUMENT))
    except FoundError:
        return False
    return True


@dataclass(slots=True)
class AllFindings:
    """Collects the findings; after many about one object only the first of them are listed."""

    document: Document
    diagnostics: list[Diagnostic] = field(default_factory=list)
    refused: bool = False

    def refuse(self, code: str, path: FieldPath, text: str, *, origin: Origin | None = None, advice: str = "") -> None:
        """As :meth:`Findings.refuse`."""
        self.refused = True
        self._add(code, Severity.ERROR, path, text, (origin, advice))

    def warn(self, code: str, path: FieldPath, text: str, *, origin: Origin | None = None, advice: str = "") -> None:
        """As :meth:`Findings.warn`."""
        self._add(code, Severity.WARNING, path, text, (origin, advice))

    def _add(
        self, code: str, severity: Severity, path: FieldPath, text: str, details: tuple[Origin | None, str]
    ) -> None:
        if len(self.diagnostics) > _MOST:
            gravest = max(severity, self.diagnostics[-1].severity)
            self.diagnostics[-1] = replace(self.diagnostics[-1], severity=gravest)
            return
        subject = object_text(self.document.value)
        if len(self.diagnostics) == _MOST:
            message = f"{subject} has further problems, which are not listed"
            self.diagnostics.append(Diagnostic("NV213", severity, message, self.document.origin()))
            return
        origin, advice = details
        message = f"{subject}: {shown(render_path(path), _LONGEST)} {text}" if path else f"{subject} {text}"
        self.diagnostics.append(Diagnostic(code, severity, message, origin or self.document.origin(path), advice))


def object_text(value: Value) -> str:
    """How messages call an object, which may have any form: its kind, and its name as written in backticks."""
    if not isinstance(value, dict):
        return "document"
    kind = value.get("kind")
    meta = value.get("metadata")
    fields = meta if isinstance(meta, dict) else {}
    parts = [fields.get(part) for part in ("namespace", "name")]
    name = "/".join(part for part in parts if isinstance(part, str) and part)
    subject = kind if isinstance(kind, str) and kind.isascii() and kind.isalnum() else "object"
    return f"{subject[:_LONGEST]} {shown(name, _LONGEST)}" if name else subject[:_LONGEST]
