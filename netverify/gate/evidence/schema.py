"""The JSON Schema of ``goals.json``, for whoever checks the evidence of a run without this program."""

from __future__ import annotations

import json

from netverify.gate.evidence.document import SCHEMA
from netverify.gate.evidence.inputs import Json
from netverify.query.derivation import Rule

SCHEMA_ID = "urn:netverify:goals:1"
"""By what the schema is known; it is no address."""
_LEAVES = (Rule.GOAL, Rule.WITNESS)
_WITHOUT_TEXT = (Rule.NOBODY, Rule.NO_ROUTE, Rule.SAME_ROUTES)
_ANSWERS: list[Json] = ["sat", "unsat", "unknown"]


def goals_schema() -> dict[str, Json]:
    """The schema as JSON Schema of draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "goals.json of netverify: what a run proved, and from which texts that follows",
        **_object(
            schema={"const": SCHEMA},
            tool={"type": "string", "description": "What ran, with versions."},
            inputs=_object(digest=_ref("digest"), sources=_ref("files"), intent=_ref("files"), compared=_ref("files")),
            options=_object(digest=_ref("digest")),
            goals=_list(_goal()),
            assertions=_list(_assertion()),
        ),
        "$defs": {
            "digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
            "name": {"type": "string", "pattern": r"^[a-z0-9-]+\.[0-9]{3,}\.[a-z0-9-]+\.(sat|unsat|unknown)\.smt2$"},
            "files": _list(_object(name={"type": "string"}, digest=_ref("digest"))),
            "step": _step(),
        },
    }


def goals_schema_text() -> str:
    """The schema as it is printed and published."""
    return json.dumps(goals_schema(), indent=2, ensure_ascii=False) + "\n"


def _goal() -> dict[str, Json]:
    meaning: Json = {"type": "string", "description": "What it means that the text is unsatisfiable."}
    return _object(name=_ref("name"), digest=_ref("digest"), answer={"enum": _ANSWERS}, unsat_iff=meaning)


def _assertion() -> dict[str, Json]:
    text: Json = {"type": "string"}
    names = _list(_ref("name"))
    needed = _object(
        id=text,
        statement=text,
        verdict=text,
        goals=names,
        derivation={"anyOf": [{"type": "null"}, _ref("step")]},
        violations=_list(_object(fingerprint=text, text=text, goals=names)),
    )
    further: dict[str, Json] = {
        "world": {"enum": ["existing", "possible"]},
        "fingerprint": text,
        "excepted_by": _list(text),
    }
    return {**needed, "properties": {**_properties(needed), **further}}


def _step() -> dict[str, Json]:
    """A step: what it follows from depends on its rule."""
    parts = [rule for rule in Rule if rule not in (*_LEAVES, *_WITHOUT_TEXT)]
    needed = _object(rule={"enum": [rule.value for rule in Rule]}, says={"type": "string"})
    further: dict[str, Json] = {"goal": _ref("name"), "premises": _ref("name"), "of": _list(_ref("step"))}
    return {
        **needed,
        "properties": {**_properties(needed), **further},
        "oneOf": [
            {**_one_of(_LEAVES), "required": ["goal"], "not": {"required": ["of"]}},
            {**_one_of(parts), "required": ["of"], "not": {"required": ["goal"]}},
            {**_one_of(_WITHOUT_TEXT), "not": {"anyOf": [{"required": ["goal"]}, {"required": ["of"]}]}},
        ],
    }


def _one_of(rules: tuple[Rule, ...] | list[Rule]) -> dict[str, Json]:
    return {"properties": {"rule": {"enum": [rule.value for rule in rules]}}}


def _object(**fields: Json) -> dict[str, Json]:
    """An object that has all of ``fields``; it may have others."""
    return {"type": "object", "required": [*fields], "properties": dict(fields)}


def _properties(of: dict[str, Json]) -> dict[str, Json]:
    properties = of["properties"]
    assert isinstance(properties, dict)
    return properties


def _list(items: Json) -> dict[str, Json]:
    return {"type": "array", "items": items}


def _ref(name: str) -> dict[str, Json]:
    return {"$ref": f"#/$defs/{name}"}
