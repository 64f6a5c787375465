"""A draft as an intent file: YAML that says what it means without a schema, and comments that cannot end early."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias, assert_never

from netverify.gate.draft.outline import Draft, Entry
from netverify.gate.intent.spec import (
    Assertion,
    CoversEveryPod,
    DefaultDeny,
    Deny,
    DnsWorks,
    FlowText,
    Isolated,
    NoExternal,
    NoMetadata,
    Only,
    Separate,
    SourceText,
    Statement,
    Written,
    ZoneText,
)
from netverify.model.flow import End
from netverify.patterns import pattern
from netverify.visible import visible

Value: TypeAlias = "str | int | bool | list[Value] | dict[str, Value]"

_PLAIN = pattern(r"[A-Za-z](?:[A-Za-z0-9 /=_.-]*[A-Za-z0-9])?")
_NUMBER = pattern(r"[1-9][0-9]{0,4}")
_NOT_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"})
"""Words that YAML reads as something else than a text."""
_WIDE = 110


def render_draft(draft: Draft, schema: str) -> str:
    """The intent file; ``schema`` is where an editor finds the schema, relative to the file."""
    return "".join(f"{line}".rstrip() + "\n" for line in _lines(draft, schema))


def _lines(draft: Draft, schema: str) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={schema}"
    yield from _comments(draft.heading or _from_manifests(draft))
    yield from _comments(draft.remarks)
    yield "version: 1"
    yield from _block("sources", [_source(one) for one in draft.sources], 0)
    if draft.alternatives:
        yield "# Also found. They would add the same objects again, so give each one its own intent file:"
        yield from (f"# {line}" for line in _items([_source(one) for one in draft.alternatives], 0))
    for key, value in (("namespace", draft.namespace), ("cni", draft.cni)):
        if value:
            yield f"{key}: {_scalar(value)}"
    yield from _block("assume", _assumed(draft.assumptions), 0)
    if draft.zones:
        yield ""
        yield from _comments(draft.zone_remarks)
        yield from _block("zones", {zone.name: _of_zone(zone) for zone in draft.zones}, 0)
    yield ""
    yield "assertions:" if any(one.holds for one in draft.entries) else "assertions: []"
    for entry in draft.entries:
        yield from _entry(entry)


def _from_manifests(draft: Draft) -> tuple[str, ...]:
    return (
        "What must hold for the network of this cluster. `netverify check` proves it, or shows violations.",
        f"Written by `netverify init` on {draft.day.isoformat()} from what the manifests allow. Nobody has",
        "approved it yet: for every flow marked TO CONFIRM, give a reason or close it.",
    )


def _of_zone(zone: ZoneText) -> Value:
    ends = _one_or_more(zone.ends)
    return {"description": zone.description, "any": ends} if zone.description else ends


def _entry(entry: Entry) -> Iterator[str]:
    yield from _comments(entry.remarks, "  ")
    lines = _items([_of_assertion(entry.assertion)], 2)
    yield from lines if entry.holds else (f"  # {line.removeprefix('  ')}" for line in lines)
    yield ""


def _comments(texts: Iterable[str], indent: str = "") -> Iterator[str]:
    return (f"{indent}# {visible(text)}" for text in texts)


def _of_assertion(assertion: Assertion) -> dict[str, Value]:
    found: dict[str, Value] = {"id": assertion.id, "title": assertion.title}
    if assertion.controls:
        found["controls"] = [*assertion.controls]
    if assertion.world is not None:
        found["world"] = assertion.world.value
    found[assertion.verb] = _of_statement(assertion.statement)
    return found


def _of_statement(statement: Statement) -> Value:
    match statement:
        case Only(end, zone, flows, within):
            side = "to" if end is End.DESTINATION else "from"
            found: dict[str, Value] = {side: _one_or_more(zone)}
            return {**found, **({"within": True} if within else {}), "flows": [_of_flow(flow) for flow in flows]}
        case DefaultDeny(namespaces, directions) | CoversEveryPod(namespaces, directions):
            names: dict[str, Value] = {"namespaces": _texts(namespaces.names)} if namespaces.names else {}
            return {**names, "directions": [one.value for one in directions]}
        case DnsWorks(zone) | NoMetadata(zone) | Isolated(zone) | NoExternal(zone) | Separate(zone):
            return _texts(zone)
        case Deny(flow):
            return _of_flow(flow)
        case _:
            raise TypeError(type(statement))


def _of_flow(flow: FlowText) -> dict[str, Value]:
    sides = (("from", flow.sources), ("to", flow.destinations))
    found: dict[str, Value] = {side: _one_or_more(ends) for side, ends in sides if ends}
    if flow.ports:
        found["ports"] = [int(one.text) if _NUMBER.fullmatch(one.text) else one.text for one in flow.ports]
    if flow.justification:
        found["justification"] = flow.justification
    return found


def _source(source: SourceText) -> dict[str, Value]:
    found: dict[str, Value] = {source.kind.value: source.path}
    if source.values:
        found["values"] = list(source.values)
    if source.sets:
        found["set"] = {key: value for one in source.sets for key, _, value in (one.partition("="),)}
    return found


def _assumed(assumptions: Iterable[str]) -> dict[str, Value]:
    found: dict[str, list[Value]] = {}
    for one in assumptions:
        key, _, value = one.partition("=")
        found.setdefault(key, []).append(value)
    return {key: values if values[1:] else values[0] for key, values in found.items()}


def _texts(written: Iterable[Written]) -> list[Value]:
    return [one.text for one in written]


def _one_or_more(written: Iterable[Written]) -> Value:
    texts = _texts(written)
    return texts[0] if len(texts) == 1 else texts


def _block(key: str, value: Value, indent: int) -> Iterator[str]:
    """``key`` with its value below or beside it; nothing where it has none."""
    name = " " * indent + _scalar(key)
    match value:
        case str() | int():
            yield f"{name}: {_scalar(value)}"
        case list() if not any(isinstance(one, dict) for one in value):
            flat = f"{name}: [{', '.join(_scalar(one) for one in value if isinstance(one, str | int))}]"
            if value and len(flat) > _WIDE:
                yield f"{name}:"
                yield from _items(value, indent + 2)
            elif value or indent:
                yield flat
        case list():
            yield f"{name}:"
            yield from _items(value, indent + 2)
        case dict():
            if value:
                yield f"{name}:"
                yield from _fields(value, indent + 2)
        case _ as never:
            assert_never(never)


def _fields(value: Mapping[str, Value], indent: int) -> Iterator[str]:
    for key, one in value.items():
        yield from _block(key, one, indent)


def _items(values: Iterable[Value], indent: int) -> Iterator[str]:
    for value in values:
        if isinstance(value, dict):
            first, *rest = _fields(value, indent + 2)
            yield f"{' ' * indent}- {first.lstrip()}"
            yield from rest
        else:
            assert isinstance(value, str | int)
            yield f"{' ' * indent}- {_scalar(value)}"


def _scalar(value: str | int) -> str:
    """``value`` as YAML that is read back as it is: a text with anything unusual in it in quotes."""
    if isinstance(value, int):
        return str(value).lower()
    is_plain = _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT and "  " not in value
    return value if is_plain else f'"{"".join(map(_escaped, value))}"'


def _escaped(character: str) -> str:
    """``character`` inside double quotes: as it is where it is printable ASCII. Source: YAML 1.2, 5.7."""
    if character in '"\\':
        return f"\\{character}"
    return character if " " <= character <= "~" else f"\\U{ord(character):08x}"
