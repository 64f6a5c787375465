"""Fields of the wrong type, and fields that no API has: what strict decoding refuses."""

from __future__ import annotations

import types
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin

from pydantic import ValidationError

from netverify.manifests.document import FieldPath, Value
from netverify.manifests.schema.shape import Shape
from netverify.manifests.validation.consequences import consequence, place_of
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.names import shown

_EXPECTED: Mapping[str, str] = types.MappingProxyType(
    {
        "string_type": "must be a string",
        "int_type": "must be a whole number",
        "bool_type": "must be `true` or `false`",
        "list_type": "must be a list",
        "dict_type": "must be a mapping",
        "model_type": "must be a mapping",
        "greater_than_equal": "must fit in 32 bits",
        "less_than_equal": "must fit in 32 bits",
        "int32": "must fit in 32 bits",
        "int_or_string": "must be a whole number or a name",
    },
)
"""What a field must be, by the type of pydantic's error."""


def report_shape(shape: type[Shape], error: ValidationError, findings: Findings) -> None:
    """Add a finding for each way in which the document is not of ``shape``."""
    for detail in error.errors(include_url=False, include_context=False):
        path = detail["loc"]
        if detail["type"] == "extra_forbidden":
            _report_unknown(shape, path, findings)
        else:
            written, advice = _describe(detail["input"])
            text = f"{_EXPECTED.get(detail['type'], 'has the wrong type')}, not {written}"
            findings.refuse("NV212", path, text, advice=advice if detail["type"] == "string_type" else "")


def _report_unknown(root: type[Shape], path: FieldPath, findings: Findings) -> None:
    name = str(path[-1])
    shape = shape_at(root, path[:-1])
    known = field_names(shape) if shape else ()
    lower = {field.lower(): field for field in known}
    close = get_close_matches(name.lower(), lower, n=1, cutoff=0.7)
    hints = [f"did you mean `{lower[close[0]]}`?"] if close else []
    if shape is not None:
        if not close:
            hints += place_of(shape, name)
        hints += consequence(shape, name, value_at(findings.document.value, path[:-1]))
    code = "NV300" if root.__name__ == "NetworkPolicyShape" and path[0] != "metadata" else "NV211"
    origin = findings.document.key_origin(path)
    findings.refuse(code, path, "is no field of the API", origin=origin, advice="; ".join(hints))


def field_names(shape: type[Shape]) -> tuple[str, ...]:
    """The names of the fields of ``shape``, as in the API."""
    return tuple(info.alias or name for name, info in shape.model_fields.items())


def shape_at(root: type[Shape], path: FieldPath) -> type[Shape] | None:
    """The shape that ``root`` has at ``path``; None where it has none."""
    annotation: Any = root
    for part in path:
        if isinstance(part, int):
            annotation = next(iter(get_args(annotation)), None)
        elif isinstance(annotation, type) and issubclass(annotation, Shape):
            fields = {info.alias or name: info.annotation for name, info in annotation.model_fields.items()}
            annotation = fields.get(part)
        else:
            return None
        annotation = _without_none(annotation)
    return annotation if isinstance(annotation, type) and issubclass(annotation, Shape) else None


def value_at(value: Value, path: FieldPath) -> Value:
    """What stands at ``path``, which must be there."""
    for part in path:
        value = value[part]
    return value


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in {types.UnionType, Union}:
        return next(item for item in get_args(annotation) if item is not type(None))
    return annotation


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
