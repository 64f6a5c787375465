"""Fields of the wrong type, and fields that no API has: what strict decoding refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Protocol

from netverify.documents.document import Value
from netverify.kinds.fields import Mistake, form_of, names_of
from netverify.kinds.findings import Findings
from netverify.kinds.names import shown
from netverify.kinds.selector import SelectorFields, place_of_label, without_field

_DROPPED = "a server that does not validate strictly would drop it, and"


class _Kind(Protocol):
    """The parts of :class:`netverify.kinds.kind.Kind` that this needs."""

    @property
    def fields(self) -> Any: ...
    @property
    def unknown_code(self) -> str: ...
    @property
    def belongs(self) -> Callable[[object, str, Mapping[str, Value]], str]: ...
    @property
    def without(self) -> Callable[[object, str, Mapping[str, Value]], str]: ...


def report_mistakes(kind: _Kind, findings: Findings) -> None:
    """Add a finding for each way in which the document does not have the fields of ``kind``."""
    for mistake in form_of(kind.fields).mistakes(findings.document.value, ()):
        if not mistake.must:
            _report_unknown(kind, mistake, findings)
            continue
        written, advice = _describe(mistake.value)
        advice = advice if mistake.must == "must be a string" else ""
        findings.refuse("NV212", mistake.path, f"{mistake.must}, not {written}", advice=advice)


def _report_unknown(kind: _Kind, mistake: Mistake, findings: Findings) -> None:
    name, owner = str(mistake.path[-1]), mistake.owner
    lower = {field.lower(): field for field in names_of(owner)}
    close = get_close_matches(name.lower(), lower, n=1, cutoff=0.7)
    hints = [f"did you mean `{lower[close[0]]}`?" if close else _place(kind, mistake, name)]
    meaning = without_field(mistake.value) if owner is SelectorFields else kind.without(owner, name, mistake.value)
    if meaning:
        # A client that does not ask for strict validation gets a warning at most.
        hints.append(f"{_DROPPED} {meaning}")
    code = "NV211" if mistake.path[0] == "metadata" else kind.unknown_code
    origin = findings.document.key_origin(mistake.path)
    advice = "; ".join(hint for hint in hints if hint)
    findings.refuse(code, mistake.path, "is no field of the API", origin=origin, advice=advice)


def _place(kind: _Kind, mistake: Mistake, name: str) -> str:
    if mistake.owner is SelectorFields:
        return place_of_label(name)
    return kind.belongs(mistake.owner, name, mistake.value)


def _describe(value: Value) -> tuple[str, str]:
    """What a value is, in words, and how to make a string of it."""
    match value:
        case bool():
            text = str(value).lower()
            return f"the boolean `{text}`", f'quote it as it is written, for example `"{text}"`'
        case int() | float():
            text = _number(value)
            return f"the number {shown(text)}", f'quote it: `"{text}"`'
        case str():
            return f"the text {shown(value)}", ""
        case list():
            return "a list", ""
        case dict():
            return "a mapping", ""
        case _:
            return "null", ""


def _number(value: float) -> str:
    try:
        return str(value)
    except ValueError:
        return "a very long number"
