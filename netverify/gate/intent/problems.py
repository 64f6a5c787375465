"""What pydantic finds wrong with an intent file, in words and with its place."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from netverify.diagnostics import Diagnostic, Severity
from netverify.documents.document import Document, FieldPath, render_path
from netverify.documents.refusal import shown
from netverify.gate.intent.shape import IntentShape
from netverify.query.suggestions import did_you_mean, nearest

_SCHEMA = "`netverify schema` prints what can be here"


def problems(
    error: ValidationError, document: Document, shape: type[BaseModel] = IntentShape, schema: str = _SCHEMA
) -> Iterator[Diagnostic]:
    """One diagnostic for each thing that is wrong with ``document``: ``NV702`` for unknown fields, else ``NV703``.

    It was to be of ``shape``, of which ``schema`` says how to see what can be there.
    """
    for detail in error.errors(include_url=False):
        path = _path_in(document, detail["loc"])
        match detail["type"]:
            case "extra_forbidden":
                yield _unknown_field(document, path, shape)
            case "missing":
                name = str(detail["loc"][-1])
                where = f" in `{render_path(path)}`" if path else ""
                yield _wrong(document, path, f"{shown(name)} is missing{where}", schema)
            case "union_tag_not_found":
                kinds = "`manifests`, `kustomize`, `helm`, `flux` or `argocd`"
                yield _wrong(document, path, f"`{render_path(path)}` must name one of {kinds}", schema)
            case "string_pattern_mismatch":
                value = shown(str(detail["input"]))
                if is_key := detail["loc"][-1] == "[key]":
                    form = "letters, digits, `-` and `_`, beginning with a letter"
                else:
                    form = "letters, digits, `.`, `_`, `-` and `/`, beginning and ending with a letter or digit"
                text = f"{value} is not a valid name here"
                place = document.key_origin(path) if is_key else document.origin(path)
                yield Diagnostic("NV703", Severity.ERROR, text, place, f"a name has {form}")
            case _ if (number := _boolean_item(detail["input"])) is not None:
                item = (*path, number)
                yield _wrong(document, item, f"`{render_path(item)}` is a Boolean, not a text", _QUOTE)
            case kind if isinstance(detail["input"], bool) and kind != "literal_error":
                yield _wrong(document, path, f"`{render_path(path)}` {_in_words(kind, detail['msg'])}", _QUOTE)
            case kind:
                yield _wrong(document, path, f"`{render_path(path)}` {_in_words(kind, detail['msg'])}", schema)


_WORDS = {
    "bool_type": "must be `true` or `false`",
    "dict_type": "must be a mapping",
    "list_type": "must be a list",
    "model_type": "must be a mapping",
    "string_too_short": "must not be empty",
    "string_type": "must be a text",
    "too_short": "needs one item or more",
}
"""What is said in place of the words of pydantic, which name its own types."""
_QUOTE = "quote it: YAML reads a bare `yes`, `no`, `on`, `off`, `y` or `n` as a Boolean"


def _boolean_item(value: Any) -> int | None:
    """Where the first Boolean in a list stands."""
    items = value if isinstance(value, list) else []
    return next((number for number, item in enumerate(items) if isinstance(item, bool)), None)


def _wrong(document: Document, path: FieldPath, text: str, advice: str) -> Diagnostic:
    return Diagnostic("NV703", Severity.ERROR, text, document.origin(path), advice)


def _unknown_field(document: Document, path: FieldPath, shape: type[BaseModel]) -> Diagnostic:
    *parents, name = path
    known = sorted({field for model in _models_at(tuple(parents), shape) for field in _fields(model)})
    if str(name) in known:
        text = f"the field {shown(str(name))} does not go with the others in `{render_path(tuple(parents))}`"
        return Diagnostic("NV702", Severity.ERROR, text, document.key_origin(path), "a source is of one kind")
    advice = did_you_mean(nearest(str(name), known)) or f"the fields here are {', '.join(f'`{one}`' for one in known)}"
    where = f" in `{render_path(tuple(parents))}`" if parents else ""
    text = f"there is no field {shown(str(name))}{where}"
    return Diagnostic("NV702", Severity.ERROR, text, document.key_origin(path), advice)


def _in_words(kind: str, message: str) -> str:
    """``must be a text``: a phrase that follows the field, for an error of pydantic of ``kind``."""
    text = _WORDS.get(kind, message)
    return (text[:1].lower() + text[1:]).replace("input should be", "must be").replace("'", "`")


def _path_in(document: Document, location: tuple[int | str, ...]) -> FieldPath:
    """``location`` without the names of models and alternatives, which the document knows nothing of."""
    path: list[int | str] = []
    value = document.value
    if "sources" in location:  # The kind of a source is a field of it, too.
        kind = location.index("sources") + 2
        location = (*location[:kind], *location[kind + 1 :])
    for part in location:
        inside = (isinstance(value, dict) and part in value) or (
            isinstance(value, list) and isinstance(part, int) and part < len(value)
        )
        if inside:
            path.append(part)
            value = value[part]
    return tuple(path)


def _models_at(path: FieldPath, shape: type[BaseModel]) -> list[type[BaseModel]]:
    """The models that the value at ``path`` in a ``shape`` may be of."""
    kinds: list[Any] = [shape]
    for part in path:
        below: list[Any] = []
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                below += [info.annotation for name, info in _fields(kind).items() if name == part]
            elif get_origin(kind) in (list, dict):
                below.append(get_args(kind)[-1])
        kinds = [plain for one in below for plain in _plain(one)]
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _plain(kind: Any) -> Iterator[Any]:
    """The alternatives of ``kind``, without annotations."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _plain(get_args(kind)[0])
    elif origin in (Union, UnionType):
        for one in get_args(kind):
            yield from _plain(one)
    else:
        yield kind
