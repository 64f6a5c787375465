"""The variables of a Kustomization of Flux, and sources with these replaced.

Source: ``SubstituteVariables`` in github.com/fluxcd/pkg/kustomize: first ``substituteFrom`` in order, then what is in
``substitute``; of values line breaks are dropped; an object with the label or annotation
``kustomize.toolkit.fluxcd.io/substitute: disabled`` stays as it is, and without variables nothing is replaced.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

import yaml

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.document import Document, Value
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.loader import load
from netverify.documents.refusal import shown
from netverify.records import dataclass
from netverify.sources.classification import is_irrelevant
from netverify.sources.delivery.delivered import Delivered, Reach
from netverify.sources.delivery.objects import Found
from netverify.sources.delivery.substitution import VARIABLE_NAME, Substituted, SubstitutionError, substitute
from netverify.sources.sources import Source
from netverify.sources.unmodelled import digest_of
from netverify.visible import visible

# Objects become text before variables are replaced. A value that holds a variable has no quotes where YAML allows it,
# so that ``"${port}"`` becomes a number, as it does in the cluster. Every other text is in quotes, so that no reader
# takes it for anything else.


class _Text(str):
    """A text without a variable."""

    __slots__ = ()


class _Writer(yaml.SafeDumper):
    """Writes texts as above, and nothing twice by reference."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value out."""
        del data
        return True


def _quoted(writer: _Writer, text: _Text) -> yaml.Node:
    return writer.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')


def _bare(writer: _Writer, text: str) -> yaml.Node:
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Writer.add_representer(_Text, _quoted)
_Writer.add_representer(str, _bare)


def marshalled(value: Value) -> str:
    """``value`` as YAML, in the order of its keys."""
    return str(yaml.dump(_marked(value), Dumper=_Writer, sort_keys=True, width=float("inf"), allow_unicode=True))


def _marked(value: Value) -> Value:
    match value:
        case dict():
            return {_marked(key): _marked(item) for key, item in value.items()}
        case list():
            return [_marked(item) for item in value]
        case str() if "$" not in value:
            return _Text(value)
        case _:
            return value


_SWITCH: Final = "kustomize.toolkit.fluxcd.io/substitute"
_LISTED: Final = 5
_ENCRYPTED: Final = "ENC["


@dataclass(frozen=True, slots=True)
class Variables:
    """What variables stand for; ``unknown`` names objects whose values are not in the checkout."""

    values: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def is_used(self) -> bool:
        """Whether anything is replaced."""
        return bool(self.values or self.unknown)


def data_of(found: Found) -> tuple[dict[str, str], bool]:
    """The values that a ConfigMap or Secret holds, and whether these are all of them: encrypted ones cannot be told."""
    values: dict[str, str] = {}
    whole = True
    for name in ("data", "stringData"):
        entries = found.value.get(name)
        for key, value in entries.items() if isinstance(entries, dict) else ():
            text = value if isinstance(value, str) else ""
            if text.startswith(_ENCRYPTED):
                whole = False
                continue
            if found.kind == "Secret" and name == "data":
                try:
                    text = base64.b64decode(text, validate=True).decode()
                except (binascii.Error, UnicodeDecodeError):
                    whole = False
                    continue
            values[key] = text
    return values, whole


def with_variables(source: Source, variables: Variables, who: Found, delivered: Delivered) -> Source:
    """``source`` as it is once ``variables`` are replaced; ``who`` is the Kustomization that says so."""
    data = source.read()
    if isinstance(data, Diagnostic) or not variables.is_used or b"$" not in data:
        return source
    loaded = load(source.path, data)
    if loaded.diagnostics or loaded.templated:
        return source
    bad = [name for name in variables.values if not VARIABLE_NAME.fullmatch(name)]
    if bad:
        delivered.refuse("NV155", f"{who.title}: {shown(bad[0])} is not the name of a variable", who.origin, _RENAME)
        return source
    replacing = _Replacing(variables, who, delivered)
    texts = [replacing.text_of(document) for document in loaded.documents]
    replacing.report(source.path)
    text = "---\n".join(one for one in texts if one is not None)
    title = source.path if source.file is None else f"{source.path} (substituted for {visible(who.title)})"
    return Source(title, source.namespace, data=text.encode(), home=source.home, rendered=True)


_RENAME: Final = "write letters, digits and `_`"


class _Replacing:
    """Replaces the variables of the documents of one source."""

    def __init__(self, variables: Variables, who: Found, delivered: Delivered) -> None:
        self._variables = variables
        self._who = who
        self._delivered = delivered
        self._nothing: set[str] = set()

    def text_of(self, document: Document) -> str | None:
        """The text of one document; None where it cannot be told."""
        value = document.value
        if not isinstance(value, dict) or _is_switched_off(value):
            return json.dumps(value) + "\n"
        try:
            done = substitute(marshalled(value), self._variables.values, DEFAULT_LIMITS.file_bytes)
        except SubstitutionError as error:
            message = f"{self._who.title} cannot replace variables here: {error}"
            self._delivered.refuse("NV155", message, document.origin(), "Flux refuses it too, or render it elsewhere")
            return None
        if self._is_unknown(done):
            self._leave_out(document, done)
            return None
        self._nothing |= done.nothing
        return done.text

    def report(self, path: str) -> None:
        """Say which variables were replaced by nothing."""
        if not self._nothing:
            return
        names = sorted(self._nothing)
        some = ", ".join(shown(name) for name in names[:_LISTED]) + (", ..." if len(names) > _LISTED else "")
        message = f"no value for {some}: Flux puts nothing in its place"
        advice = f"give one in `postBuild` of {self._who.title}, or write `$${{name}}` for the text itself"
        self._delivered.diagnostics.append(Diagnostic("NV148", Severity.NOTE, message, Origin(path), advice))

    def _is_unknown(self, done: Substituted) -> bool:
        return bool(self._variables.unknown and (done.nothing or done.defaulted))

    def _leave_out(self, document: Document, done: Substituted) -> None:
        value = document.value
        api_version, kind = str(value.get("apiVersion")), str(value.get("kind"))
        if is_irrelevant(api_version, kind) and "toolkit.fluxcd.io" not in api_version:
            return
        meta = value.get("metadata")
        name = meta.get("name") if isinstance(meta, dict) else None
        names = ", ".join(f"${{{name}}}" for name in sorted(done.nothing | done.defaulted)[:_LISTED])
        reason = f"it needs {names}, and the values of {', '.join(self._variables.unknown)} are not in this checkout"
        self._delivered.gap(f"{kind} {name}", reason, document.origin(), Reach(says=digest_of(value)))


def _is_switched_off(value: Mapping[str, Value]) -> bool:
    meta = value.get("metadata")
    fields = meta if isinstance(meta, dict) else {}
    kinds = (fields.get("labels"), fields.get("annotations"))
    return any(isinstance(one, dict) and one.get(_SWITCH) == "disabled" for one in kinds)
