"""Label selectors and label maps as the API server stores them."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from netverify.manifests.schema.selector import Selector, SelectorRequirement
from netverify.manifests.schema.shape import StringMap
from netverify.model.labels import EVERYTHING, LabelSelector, Operator, Requirement, selector_of

_Parts: TypeAlias = tuple[str | None, str | None, tuple[str | None, ...]]
_EMPTY = SelectorRequirement()


def stored_map(entries: StringMap | None) -> dict[str, str]:
    """``entries`` with the empty string for each null value.

    Source: decoding of ``map[string]string``, where null is the zero value.
    """
    return {key: value or "" for key, value in entries.items()} if entries else {}


def stored_selector(selector: Selector | None) -> LabelSelector:
    """The selector that a validated shape says; without requirements, and when it is missing, it matches everything."""
    if selector is None:
        return EVERYTHING
    labels = tuple(selector.matchLabels.items()) if selector.matchLabels else ()
    if not selector.matchExpressions:
        return _stored(labels, ())
    return _stored(labels, tuple([_parts(item or _EMPTY) for item in selector.matchExpressions]))


def optional_selector(selector: Selector | None) -> LabelSelector | None:
    """As :func:`stored_selector`, but None when it is missing, which a peer tells from the empty selector."""
    return None if selector is None else stored_selector(selector)


@lru_cache(maxsize=16384)
def _stored(labels: tuple[tuple[str, str | None], ...], expressions: tuple[_Parts, ...]) -> LabelSelector:
    requirements = tuple(
        Requirement(key or "", Operator(operator or ""), tuple(sorted({value or "" for value in values})))
        for key, operator, values in expressions
    )
    return selector_of(stored_map(dict(labels)), requirements)


def _parts(item: SelectorRequirement) -> _Parts:
    return item.key, item.operator, tuple(item.values or ())
