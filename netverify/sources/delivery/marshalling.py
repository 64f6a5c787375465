"""Objects as text, the way the controllers of Flux write them before they replace variables.

A value that holds a variable stands without quotes where YAML allows it, so that ``"${port}"`` becomes a number, as it
does in the cluster. Every other text stands in quotes, so that no reader takes it for anything else.
"""

from __future__ import annotations

from typing import Any

import yaml

from netverify.documents.document import Value


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
