"""Lists: ``v1`` List and the typed ``*List`` wrappers, unwrapped to their items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netverify.documents.document import Document, FieldPath, Positions, Value
from netverify.records import dataclass
from netverify.sources.classification import KindClass, classify


@dataclass(frozen=True, slots=True)
class ShiftedPositions:
    """Positions of what lies under ``prefix`` in a larger document."""

    whole: Positions
    prefix: FieldPath

    def at(self, path: FieldPath) -> tuple[int, int]:
        """As :meth:`Positions.at`, relative to ``prefix``."""
        return self.whole.at((*self.prefix, *path))

    def key_at(self, path: FieldPath) -> tuple[int, int]:
        """As :meth:`Positions.key_at`, relative to ``prefix``."""
        return self.whole.key_at((*self.prefix, *path))


def objects_in(document: Document) -> Iterator[Document]:
    """The objects of ``document``: its items where it is a list, at any depth, else itself.

    An item of a typed list takes the kind and apiVersion of the list where it has none. A list without items, or whose
    ``items`` are no list, comes out as it is.
    """
    value = document.value
    if not is_list(value):
        yield document
        return
    items = value.get("items")
    if not isinstance(items, list) or not items:
        yield document
        return
    for index, item in enumerate(items):
        positions = ShiftedPositions(document.positions, ("items", index))
        yield from objects_in(replace(document, value=_typed(item, value), positions=positions))


def is_list(value: Value) -> bool:
    """Whether ``value`` is a list of objects that are to be looked at one by one."""
    if not isinstance(value, dict):
        return False
    kind, api_version = value.get("kind"), value.get("apiVersion")
    if not isinstance(kind, str) or not kind.endswith("List") or not isinstance(api_version, str):
        return False
    kind_class = classify(api_version, kind).kind_class
    unlisted = kind_class in {KindClass.UNKNOWN, KindClass.POLICY_LIKE}
    return kind_class is KindClass.LIST or (unlisted and isinstance(value.get("items"), list))


def _typed(item: Value, wrapper: dict[str, Value]) -> Value:
    if not isinstance(item, dict) or wrapper["kind"] == "List":
        return item
    missing = {name: of_list for name, of_list in _types(wrapper).items() if item.get(name) is None}
    return {**item, **missing} if missing else item


def _types(wrapper: dict[str, Value]) -> dict[str, str]:
    return {"apiVersion": wrapper["apiVersion"], "kind": wrapper["kind"][: -len("List")]}
