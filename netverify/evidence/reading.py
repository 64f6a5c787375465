"""Files of frameworks, read: those that are shipped, and those of users, with what is wrong at its line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from netverify.diagnostics import DiagnosedError, Diagnostic, Origin, Severity
from netverify.documents.document import Document, FieldPath, Value, render_path
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.loader import load
from netverify.documents.refusal import shown
from netverify.evidence.framework import Control, Framework, Worth, zones_in
from netverify.gate.intent import spec
from netverify.gate.intent.spec import RESERVED, Assertion, Statement, Written
from netverify.model.flow import Direction, End
from netverify.patterns import pattern
from netverify.query.suggestions import did_you_mean, nearest
from netverify.sources.reading import UnreadableError, read_regular

_PACKAGE: Final = Path(__file__).resolve().parents[1]
FOLDERS: Final = (_PACKAGE / "frameworks", _PACKAGE.parent / "specs" / "frameworks")
"""Where shipped frameworks are: in an installed package, and in a checkout."""
SCHEMA_FILE: Final = "framework.schema.json"
"""The JSON Schema of these files, which lies beside them."""
ANYWHERE: Final = ("any pod", "internet")
"""What an assertion of a framework may name besides zones."""

_NAME = pattern(r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?")
_ZONE = pattern(r"[A-Za-z](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
_CONTROL = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9.()/-]{0,61}[A-Za-z0-9)])?")
_WORTHS: Final = {"proves": Worth.PROVES, "supports": Worth.SUPPORTS, "none": Worth.NONE}
_BOTH: Final = (Direction.INGRESS, Direction.EGRESS)


class FrameworkError(DiagnosedError):
    """A framework that cannot be used (``NV801``)."""


def shipped() -> dict[str, Path]:
    """The file of each framework that is shipped, by its id, in the order of ids."""
    folder = next((one for one in FOLDERS if one.is_dir()), FOLDERS[0])
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def framework_schema_text() -> str:
    """The JSON Schema of these files as it is printed and published."""
    return next(one / SCHEMA_FILE for one in FOLDERS if one.is_dir()).read_text("utf-8")


def framework(name: str) -> Framework:
    """The framework that is shipped as ``name``, or that of the file ``name``: what ends with ``.yaml`` is a file.

    Raises :class:`FrameworkError` for a file that cannot be used, and ``KeyError`` where there is no such framework.
    """
    path = Path(name) if name.endswith((".yaml", ".yml", ".json")) or "/" in name else shipped()[name]
    try:
        data = read_regular(path, DEFAULT_LIMITS.file_bytes)
    except UnreadableError as error:
        raise _refused(name, error.message, error.advice) from None
    except (OSError, ValueError):
        raise _refused(name, "cannot be read", "name another file") from None
    loaded = load(name, data)
    errors = tuple(one for one in loaded.diagnostics if one.severity is Severity.ERROR)
    if errors:
        raise FrameworkError(errors)
    documents = [one for one in loaded.documents if one.value is not None]
    if loaded.templated or len(documents) != 1 or not isinstance(documents[0].value, dict):
        raise _refused(name, "a framework is one YAML mapping", _SCHEMA)
    reader = _Reader(documents[0])
    found = reader.framework()
    if reader.diagnostics:
        raise FrameworkError(tuple(sorted(reader.diagnostics, key=Diagnostic.sort_key)))
    return found


_SCHEMA: Final = "`netverify schema framework` prints what can be here"


def _refused(called: str, message: str, advice: str) -> FrameworkError:
    return FrameworkError((Diagnostic("NV801", Severity.ERROR, message, Origin(called), advice),))


class _Reader:
    """Reads one document; what is wrong is in ``diagnostics``, and what is then returned means nothing."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.diagnostics: list[Diagnostic] = []

    def framework(self) -> Framework:
        """All that the file says."""
        needed = ("framework", "title", "source", "controls")
        value = self._fields(self._document.value, (), needed, ("zones", "assertions"))
        name = self._text(value, ("framework",), _NAME)
        zones = self._mapping(value.get("zones", {}), ("zones",))
        for zone in zones:
            if zone in RESERVED or not _ZONE.fullmatch(zone):
                origin = self._document.key_origin(("zones", zone))
                self._report(origin, f"no zone can be called {shown(zone)}", _SCHEMA)
        statements = self._mapping(value.get("assertions", {}), ("assertions",))
        templates = {one: self._template(one, said, zones) for one, said in statements.items()}
        listed = self._list(value.get("controls", []), ("controls",))
        controls = [self._control(one, ("controls", at), name, templates) for at, one in enumerate(listed)]
        self._check_once(controls)
        return Framework(
            name,
            self._text(value, ("title",)),
            self._text(value, ("source",)),
            self._document.path,
            tuple((zone, self._text(zones, ("zones", zone))) for zone in zones),
            tuple(controls),
        )

    def _check_once(self, controls: Sequence[Control]) -> None:
        first: dict[str, Origin] = {}
        for one in controls:
            if one.id and one.id in first:
                self._report(one.origin, f"two controls are called {shown(one.id)}", "give one of them another id")
            first.setdefault(one.id, one.origin)

    def _control(self, value: Value, path: FieldPath, framework: str, templates: Mapping[str, Assertion]) -> Control:
        needed = ("id", "title", "intent", "evidence", "because")
        value = self._fields(value, path, needed, ("assertions", "justified", "proposed"))
        worth = self._text(value, (*path, "evidence"))
        if worth and worth not in _WORTHS:
            self._refuse(f"must be one of {', '.join(f'`{one}`' for one in _WORTHS)}", (*path, "evidence"))
        found = tuple(self._named(value.get("assertions", []), (*path, "assertions"), templates))
        if (worth == "proves" and not found) or (worth == "none" and found):
            text = "needs assertions of its control" if worth == "proves" else "goes without assertions"
            self._refuse(f"is `{worth}`, which {text}", (*path, "evidence"))
        return Control(
            framework,
            self._text(value, (*path, "id"), _CONTROL),
            self._text(value, (*path, "title")),
            self._text(value, (*path, "intent")),
            _WORTHS.get(worth, Worth.NONE),
            self._text(value, (*path, "because")),
            self._document.origin((*path, "id")),
            found,
            wants_reasons=self._flag(value, (*path, "justified")),
            is_proposed=self._flag(value, (*path, "proposed")),
        )

    def _named(self, value: Value, path: FieldPath, templates: Mapping[str, Assertion]) -> Iterator[Assertion]:
        """The assertions that a control names."""
        for number, one in enumerate(self._list(value, path)):
            if isinstance(one, str) and one in templates:
                yield templates[one]
            else:
                advice = did_you_mean(nearest(str(one), templates)) or "describe it under `assertions` of the file"
                text = f"there is no assertion {shown(str(one))}"
                self._report(self._document.origin((*path, number)), text, advice)

    def _template(self, name: str, value: Value, zones: Collection[str]) -> Assertion:
        path: FieldPath = ("assertions", name)
        origin = self._document.key_origin(path)
        if not _NAME.fullmatch(name):
            self._report(origin, f"{shown(name)} is not a valid name here", _SCHEMA)
        value = self._mapping(value, path)
        verbs = [one for one in value if one != "title"]
        statement: Statement = spec.Separate()
        if len(verbs) == 1 and verbs[0] in _VERBS:
            statement = self._statement(verbs[0], value[verbs[0]], (*path, verbs[0]))
        else:
            advice = f"give it one of {', '.join(f'`{one}`' for one in _VERBS)}"
            self._report(origin, f"assertion {shown(name)} needs one verb, and no other field but `title`", advice)
        for end in zones_in(statement):
            if end.text not in zones and end.text not in ANYWHERE:
                advice = did_you_mean(nearest(end.text, zones)) or "describe it under `zones`, or write `any pod`"
                self._report(end.origin, f"there is no zone {shown(end.text)}", advice)
        title = self._text(value, (*path, "title"))
        return Assertion(name, (verbs or [""])[0], statement, origin, title)

    def _statement(self, verb: str, value: Value, path: FieldPath) -> Statement:
        match verb:
            case "deny":
                flow = self._flow(value, path)
                if not flow.sources and not flow.destinations:
                    self._refuse("needs `from` or `to`", path)
                return spec.Deny(flow)
            case "only":
                value = self._fields(value, path, (), ("from", "to", "within", "flows"))
                end = End.SOURCE if "from" in value else End.DESTINATION
                field = "from" if end is End.SOURCE else "to"
                if ("from" in value) == ("to" in value):
                    self._refuse("needs either `from` or `to`", path)
                zone = self._under(value, (*path, field))
                flows = enumerate(self._list(value.get("flows", []), (*path, "flows")))
                approved = tuple(self._flow(one, (*path, "flows", number)) for number, one in flows)
                return spec.Only(end, zone, approved, within=self._flag(value, (*path, "within")))
            case "default-deny" | "policy-covers-every-pod":
                value = self._fields(value, path, (), ("directions",))
                kind = spec.DefaultDeny if verb == "default-deny" else spec.CoversEveryPod
                given = self._ends(value.get("directions", [one.value for one in _BOTH]), (*path, "directions"))
                for one in given:
                    if one.text not in [direction.value for direction in _BOTH]:
                        self._report(one.origin, f"there is no direction {shown(one.text)}", _SCHEMA)
                return kind(
                    spec.NamespacesText(), tuple(one for one in _BOTH if one.value in {each.text for each in given})
                )
            case _:
                ends = self._ends(value, path)
                if verb == "separate" and len(ends) < 2:
                    self._refuse("needs two zones or more", path)
                return _OF_ENDS[verb](ends)

    def _flow(self, value: Value, path: FieldPath) -> spec.FlowText:
        value = self._fields(value, path, (), ("from", "to", "ports"))
        sources, destinations, ports = (self._under(value, (*path, one)) for one in ("from", "to", "ports"))
        return spec.FlowText(sources, destinations, ports)

    def _under(self, fields: Mapping[str, Any], path: FieldPath) -> tuple[Written, ...]:
        """The ends at ``path``, whose last part may be a field of ``fields``; none where it is not."""
        return self._ends(fields[str(path[-1])], path) if path[-1] in fields else ()

    def _ends(self, value: Value, path: FieldPath) -> tuple[Written, ...]:
        """One end, direction or port, or a list of such."""
        several = isinstance(value, list)
        if several and not value:
            self._refuse("must not be empty", path)
        found: list[Written] = []
        for number, one in enumerate(value if several else [value]):
            place = (*path, number) if several else path
            if type(one) not in (str, int) or not str(one).strip():
                self._refuse("must be a text, or a list of texts", place)
            found.append(Written(str(one), self._document.origin(place)))
        return tuple(found)

    def _fields(
        self, value: Value, path: FieldPath, needed: Collection[str], others: Collection[str]
    ) -> dict[str, Any]:
        """``value`` as a mapping with all fields that are ``needed``, and perhaps ``others``."""
        found = self._mapping(value, path)
        known = (*needed, *others)
        for key in found:
            if key not in known:
                advice = did_you_mean(nearest(key, known)) or f"the fields here are {', '.join(map(shown, known))}"
                self._report(self._document.key_origin((*path, key)), f"there is no field {shown(key)}", advice)
        for key in needed:
            if key not in found:
                self._refuse(f"{shown(key)} is missing", path)
        return found

    def _mapping(self, value: Value, path: FieldPath) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self._refuse("must be a mapping", path)
        return {}

    def _list(self, value: Value, path: FieldPath) -> list[Any]:
        if isinstance(value, list):
            return value
        self._refuse("must be a list", path)
        return []

    def _text(self, fields: Mapping[str, Any], path: FieldPath, form: re.Pattern[str] | None = None) -> str:
        """The text at ``path``, whose last part is a field of ``fields``; of the ``form``, if there is one.

        Empty where there is none: somebody else says what is missing.
        """
        if path[-1] not in fields:
            return ""
        value = fields[str(path[-1])]
        if not isinstance(value, str) or not value.strip():
            self._refuse("must be a text", path)
            return ""
        if form is not None and not form.fullmatch(value):
            self._refuse(f"{shown(value)} is not a valid name here", path)
        return " ".join(value.split())

    def _flag(self, fields: Mapping[str, Any], path: FieldPath) -> bool:
        value = fields.get(str(path[-1]), False)
        if not isinstance(value, bool):
            self._refuse("must be `true` or `false`", path)
        return value is True

    def _refuse(self, text: str, path: FieldPath, advice: str = _SCHEMA) -> None:
        said = text if text.startswith("`") or not path else f"`{render_path(path)}` {text}"
        self._report(self._document.origin(path), said, advice)

    def _report(self, origin: Origin, text: str, advice: str) -> None:
        self.diagnostics.append(Diagnostic("NV801", Severity.ERROR, text, origin, advice))


_OF_ENDS: Final[Mapping[str, Callable[[tuple[Written, ...]], Statement]]] = {
    "isolated": spec.Isolated,
    "separate": spec.Separate,
    "no-external": lambda zone: spec.NoExternal(zone, _BOTH),
    "no-ingress-from-internet": lambda zone: spec.NoExternal(zone, (Direction.INGRESS,), internet=True),
    "no-egress-to-internet": lambda zone: spec.NoExternal(zone, (Direction.EGRESS,), internet=True),
    "no-metadata-endpoint": spec.NoMetadata,
}
_VERBS: Final = ("deny", "only", "default-deny", "policy-covers-every-pod", *_OF_ENDS)
