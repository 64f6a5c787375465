"""Exceptions that stand at the objects that they are about, as annotations.

``ignore.netverify.dev/ASSERTION: "reason; expires=2027-01-31; owner=team; ticket=OPS-1"``
"""

from __future__ import annotations

from datetime import date

from netverify.diagnostics import Diagnostic, Severity
from netverify.documents.refusal import shown
from netverify.gate.intent.spec import ExceptionText, Written
from netverify.model.ignores import IGNORE_PREFIX, Ignore

_FORM = "write it as `reason; expires=2027-01-31; owner=team`"
_KEYS = ("expires", "owner", "ticket")


class AnnotationError(Exception):
    """An annotation that is no exception."""

    def __init__(self, ignore: Ignore, what: str) -> None:
        super().__init__(what)
        text = f"annotation {shown(IGNORE_PREFIX + ignore.assertion)} {what}"
        self.diagnostic = Diagnostic("NV718", Severity.ERROR, text, ignore.origin, _FORM)


def exception_of(ignore: Ignore, of: str) -> ExceptionText:
    """The exception that ``ignore`` is, of the object called ``of``; without flows, which are what the object is about.

    Raises :class:`AnnotationError`.
    """
    reason, *rest = (part.strip() for part in ignore.text.split(";"))
    given: dict[str, str] = {}
    for part in rest:
        key, equals, value = (text.strip() for text in part.partition("="))
        if key not in _KEYS or not equals or not value or key in given:
            raise AnnotationError(ignore, f"has a part that cannot be read: {shown(part)}")
        given[key] = value
    missing = [what for what, text in (("reason", reason), *((key, given.get(key)) for key in _KEYS[:2])) if not text]
    if missing:
        raise AnnotationError(ignore, f"gives no {' and no '.join(missing)}")
    try:
        expires = date.fromisoformat(given["expires"])
    except ValueError:
        raise AnnotationError(ignore, f"expires on no day: {shown(given['expires'])}") from None
    return ExceptionText(
        id=f"{of} ({ignore.assertion})",
        assertions=(Written(ignore.assertion, ignore.origin),),
        flows=(),
        reason=reason,
        owner=given["owner"],
        expires=expires,
        origin=ignore.origin,
        ticket=given.get("ticket", ""),
    )
