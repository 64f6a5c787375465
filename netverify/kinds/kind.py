"""What is known of one kind, and how an object of it is read: fields, rules, fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from netverify.diagnostics import Diagnostic
from netverify.documents.document import Document, Value
from netverify.kinds.fields import Mistake, form_of, names_of
from netverify.kinds.findings import AllFindings, Findings, FirstFinding, FoundError
from netverify.kinds.metadata import ObjectMeta, Who, check_metadata, owner_of
from netverify.kinds.names import Problems, dns_subdomain_problems, shown
from netverify.kinds.read_object import Fact, ReadObject
from netverify.kinds.selector import SelectorFields, place_of_label, without_field
from netverify.query.suggestions import alike
from netverify.records import dataclass


class ObjectReading(NamedTuple):
    """The object, or None when it is refused, with the findings about it."""

    read: ReadObject | None
    findings: tuple[Diagnostic, ...] = ()


def api_versions_of(group: str, versions: tuple[str, ...]) -> tuple[str, ...]:
    """The values of ``apiVersion`` of objects of ``group`` in ``versions``."""
    return tuple(f"{group}/{version}" if group else version for version in versions)


def _nothing(owner: object, name: str, value: Mapping[str, Value]) -> str:
    del owner, name, value
    return ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of objects. A row of the registry.

    ``versions`` are those that a server takes with the same fields, the newest first. ``fields`` is the typed
    dictionary that the whole object is. ``check`` reports what the API server would refuse and what it would warn of,
    beyond the fields and the metadata; ``fact`` makes the fact of an object that was not refused. ``name_rule`` gives
    what is wrong with a name; ``longest_name`` is a further limit in characters, with its reason. ``ended``: whether an
    object stands for no pods any more.

    For a field that is unknown: ``unknown_code`` is the code of the finding outside ``metadata``; ``belongs`` says
    where the field belongs, and ``without`` what the mapping that has it would mean without it, both empty where that
    is not known. They get the typed dictionary of the mapping, the name of the field and the mapping.
    """

    group: str
    versions: tuple[str, ...]
    name: str
    fields: Any
    check: Callable[[Any, Findings], None]
    fact: Callable[[Any, Who, Document], Fact]
    is_namespaced: bool = True
    name_rule: Callable[[str], Problems] = dns_subdomain_problems
    longest_name: tuple[int, str] | None = None
    ended: Callable[[Any], bool] | None = None
    unknown_code: str = "NV211"
    belongs: Callable[[object, str, Mapping[str, Value]], str] = _nothing
    without: Callable[[object, str, Mapping[str, Value]], str] = _nothing

    @property
    def api_versions(self) -> tuple[str, ...]:
        """The values of ``apiVersion`` of such objects, the newest first."""
        return api_versions_of(self.group, self.versions)

    def read(self, document: Document, default_namespace: str) -> ObjectReading:
        """Read the object of this kind that ``document`` is.

        Most objects are read in one go, until there is anything to say about one: then everything is.
        """
        value = document.value
        if form_of(self.fields).fits(value):
            try:
                first = FirstFinding(document)
                check_metadata(
                    value.get("metadata"), first, self.name_rule, self.longest_name, namespaced=self.is_namespaced
                )
                self.check(value, first)
            except FoundError:
                pass
            else:
                return ObjectReading(self._read(document, default_namespace))
        findings = AllFindings(document)
        report_mistakes(self, findings)
        if not findings.refused:
            check_metadata(
                value.get("metadata"), findings, self.name_rule, self.longest_name, namespaced=self.is_namespaced
            )
            self.check(value, findings)
        read = None if findings.refused else self._read(document, default_namespace)
        return ObjectReading(read, tuple(findings.diagnostics))

    def _read(self, document: Document, default_namespace: str) -> ReadObject:
        value = document.value
        known: ObjectMeta | None = value.get("metadata")
        meta = known or {}
        written = document.namespace or meta.get("namespace") or ""
        name = meta.get("name")
        who = Who(name or f"{meta.get('generateName')}*", written or default_namespace)
        return ReadObject(
            self.fact(value, who, document),
            self.group,
            self.name,
            owner_of(meta) if "ownerReferences" in meta else None,
            placed=bool(written) or not self.is_namespaced,
            generated=not name,
            ended=self.ended is not None and self.ended(value),
        )


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
    close = alike(name.lower(), lower, likeness=0.7)
    hints = [f"did you mean `{lower[close]}`?" if close else _place(kind, mistake, name)]
    meaning = without_field(mistake.value) if owner is SelectorFields else kind.without(owner, name, mistake.value)
    if meaning:
        # A client that does not ask for strict validation gets a warning at most.
        hints.append(f"{_DROPPED} {meaning}")
    code = "NV211" if mistake.path[0] == "metadata" else kind.unknown_code
    origin = findings.document.key_origin(mistake.path)
    advice = "; ".join(hint for hint in hints if hint)
    findings.refuse(code, mistake.path, "is not a field of the API", origin=origin, advice=advice)


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
