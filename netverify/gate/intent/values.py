"""The values in an intent file: what is taken for a text, a list of ends, a port; each with its JSON Schema."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, TypeAlias

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError


def _texts(value: Any) -> list[str]:
    """One text or a list of at least one."""
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str) and item.strip() for item in items):
        raise PydanticCustomError("texts", "must be a text, or a list of at least one")
    return items


def _ports(value: Any) -> list[str]:
    """Numbers, ranges or names, each with a protocol or without."""
    items = value if isinstance(value, list) else [value]
    if not items or not all(type(item) in (int, str) for item in items):
        raise PydanticCustomError(
            "ports", "must be a port such as `5432`, `8000-8999/udp` or `http`, or a list of such"
        )
    return [str(item) for item in items]


def _setting(value: Any) -> list[str]:
    """What a key is assumed to be: a Boolean, a text or a list of texts."""
    items = value if isinstance(value, list) else [value]
    if not items or not all(type(item) in (bool, str) for item in items):
        raise PydanticCustomError("setting", "must be true, false, a text or a list of texts")
    return [str(item).lower() if isinstance(item, bool) else item for item in items]


def _day(value: Any) -> date:
    """A day as ISO 8601 writes it."""
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("day", "must be a day such as `2027-01-31`")


def _value(value: Any) -> str:
    """A value for a chart, as ``--set`` takes it."""
    if value is None or isinstance(value, dict | list):
        raise PydanticCustomError("value", "must be a text, a number or a Boolean: put more into a file of `values`")
    return str(value).lower() if isinstance(value, bool) else str(value)


_ONE: dict[str, Any] = {"type": "string", "pattern": r"\S"}
ONE_OR_MORE: dict[str, Any] = {"type": "array", "minItems": 1, "items": _ONE}
"""The JSON Schema of a list of texts."""
Texts: TypeAlias = Annotated[list[str], PlainValidator(_texts), WithJsonSchema({"anyOf": [_ONE, ONE_OR_MORE]})]
Ends: TypeAlias = Annotated[
    list[str],
    PlainValidator(_texts),
    WithJsonSchema(
        {
            "anyOf": [_ONE, ONE_OR_MORE],
            "description": "Zones, or ENDPOINTs as in a question: `namespace NS`, `NS/NAME`, `pods LABELS in namespace "
            "NS`, `service NS/NAME`, `any pod`, `internet`, an address or a CIDR.",
        }
    ),
]
Ports: TypeAlias = Annotated[
    list[str],
    PlainValidator(_ports),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["integer", "string"]},
                {"type": "array", "minItems": 1, "items": {"type": ["integer", "string"]}},
            ],
            "description": "PORT[/PROTOCOL]: a number, a range a-b or the name of a port; tcp where none is given.",
        }
    ),
]
Setting: TypeAlias = Annotated[
    list[str],
    PlainValidator(_setting),
    WithJsonSchema({"anyOf": [{"type": ["boolean", "string"]}, {"type": "array", "items": {"type": "string"}}]}),
]
Day: TypeAlias = Annotated[date, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
ChartValue: TypeAlias = Annotated[
    str, PlainValidator(_value), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
