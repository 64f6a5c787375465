"""The JSON Schema of intent files, for editors and for whoever checks them without this program.

It holds fewer files valid than :mod:`netverify.gate.intent.reading` takes: none with a field that has no value, and no
plugin in capitals. What it holds valid has the right shape; whether names mean something is for
:mod:`netverify.gate.intent.ends`.
"""

from __future__ import annotations

import json
from typing import Any

from netverify.gate.intent.shape import FleetShape, IntentShape, Shape
from netverify.gate.intent.values import ONE_OR_MORE
from netverify.model.behaviours import CNI_PROFILES, MEANING, Behaviour, name_of
from netverify.query.assumed import KEYS, NAMED_PORTS, NODE_CIDR, POD_CIDR, UNRENDERED

SCHEMA_FILE = "netverify.schema.json"
"""What the schema is called in the documentation and beside an intent file."""
SCHEMA_ID = "urn:netverify:intent:1"
"""By what the schema is known; it is no address."""
CLUSTERS_SCHEMA_ID = "urn:netverify:clusters:1"
"""Likewise, of files of clusters."""
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_REF = "#/$defs/"


def intent_schema() -> dict[str, Any]:
    """The schema of intent files as JSON Schema of draft 2020-12."""
    schema = _schema_of(IntentShape, SCHEMA_ID)
    _name_what_is_given(schema["properties"])
    schema["properties"]["zones"]["additionalProperties"] = False
    fields = schema["$defs"]["assertion"]["properties"]
    for verb in ("deny", "allow"):
        fields[verb]["anyOf"] = _one_of("from", "to")
    schema["$defs"]["exception"]["properties"]["flows"]["items"]["anyOf"] = _one_of("from", "to", "ports")
    (several,) = (one for one in fields["separate"]["oneOf"] if "anyOf" in one)
    fields["separate"]["oneOf"][fields["separate"]["oneOf"].index(several)] = {**ONE_OR_MORE, "minItems": 2}
    return schema


def clusters_schema() -> dict[str, Any]:
    """The schema of files of clusters, likewise."""
    schema = _schema_of(FleetShape, CLUSTERS_SCHEMA_ID)
    _name_what_is_given(schema["$defs"]["cluster"]["properties"])
    return schema


def _schema_of(shape: type[Shape], schema_id: str) -> dict[str, Any]:
    made = shape.model_json_schema()
    definitions = made.pop("$defs")
    names = {key: one["title"].replace(" ", "-") for key, one in definitions.items()}
    return {
        "$schema": _DRAFT,
        "$id": schema_id,
        **_for_readers(made, names),
        "$defs": {names[key]: _for_readers(one, names) for key, one in definitions.items()},
    }


def _name_what_is_given(properties: dict[str, Any]) -> None:
    """Say in ``properties`` which plugins there are, and what can be assumed."""
    properties["cni"] |= {"enum": list(CNI_PROFILES)}
    properties["assume"] |= {"properties": _assumptions(), "additionalProperties": False}


def _one_of(*fields: str) -> list[dict[str, Any]]:
    """Alternatives of which one holds iff one of ``fields`` is there."""
    return [{"required": [field]} for field in fields]


def schema_text() -> str:
    """The schema of intent files as it is printed and published."""
    return _printed(intent_schema())


def clusters_schema_text() -> str:
    """The schema of files of clusters, likewise."""
    return _printed(clusters_schema())


def _printed(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _for_readers(model: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """``model`` as editors show it best: no titles that only repeat a field, no value that stands for none."""
    found: dict[str, Any] = {key: _simpler(one, names) for key, one in model.items() if key != "properties"}
    found["properties"] = {name: _simpler(one, names) for name, one in model.get("properties", {}).items()}
    for one in found["properties"].values():
        one.pop("title", None)
    return found


def _simpler(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_simpler(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: _simpler(one, names) for key, one in value.items()}
    if "$ref" in found:
        found["$ref"] = _REF + names[found["$ref"].removeprefix(_REF)]
    if found.get("default", ...) is None:
        del found["default"]
    choices = found.get("anyOf", [])
    if {"type": "null"} in choices:
        choices.remove({"type": "null"})
        if len(choices) == 1:
            found = _merged({key: one for key, one in found.items() if key != "anyOf"}, choices[0])
    return found


def _merged(outer: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    """``inner`` with what ``outer`` adds; both descriptions, where there are two."""
    words = " ".join(one["description"] for one in (outer, inner) if "description" in one)
    return {**inner, **outer, **({"description": words} if words else {})}


def _assumptions() -> dict[str, Any]:
    """What can be assumed, with its values."""
    given: dict[str, Any] = {
        name: {"enum": [True, False, "true", "false"], "description": f"Whether {MEANING[behaviour]}."}
        for behaviour in Behaviour
        for name in dict.fromkeys((name_of(behaviour), behaviour.value))
    }
    texts = {"type": "string"}
    given[NAMED_PORTS] = {
        "enum": list(KEYS[NAMED_PORTS]),
        "description": "Whether pods that could be created name their ports as existing pods of their namespace do.",
    }
    given[POD_CIDR] = {
        "anyOf": [texts, {"type": "array", "minItems": 1, "items": texts}],
        "description": "Where addresses of pods lie, as CIDRs.",
    }
    given[UNRENDERED] = {
        "enum": list(KEYS[UNRENDERED]),
        "description": "What unrendered releases, applications and templates do.",
    }
    given[NODE_CIDR] = {
        "anyOf": [texts, {"type": "array", "minItems": 1, "items": texts}],
        "description": "Ranges where only nodes and pods have addresses, as CIDRs.",
    }
    return given
