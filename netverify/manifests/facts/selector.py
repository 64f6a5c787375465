"""Label selectors and label maps as the API server stores them."""

from __future__ import annotations

from functools import lru_cache

from netverify.manifests.schema.selector import Selector, SelectorRequirement
from netverify.manifests.schema.shape import StringMap
from netverify.model.labels import EVERYTHING, LabelSelector, Operator, Requirement, selector_of


def stored_map(entries: StringMap | None) -> dict[str, str]:
    """``entries`` with the empty string for each null value.

    Source: decoding of ``map[string]string``, where null is the zero value.
    """
    return {key: value or "" for key, value in entries.items()} if entries else {}


def stored_selector(selector: Selector | None) -> LabelSelector:
    """The selector that a validated shape says; without requirements, and when it is missing, it matches everything."""
    if selector is None:
        return EVERYTHING
    labels = tuple(stored_map(selector.matchLabels).items())
    if not selector.matchExpressions:
        return _equalities(labels)
    expressions = tuple(_requirement(item or SelectorRequirement()) for item in selector.matchExpressions)
    return selector_of(dict(labels), expressions)


def optional_selector(selector: Selector | None) -> LabelSelector | None:
    """As :func:`stored_selector`, but None when it is missing, which a peer tells from the empty selector."""
    return None if selector is None else stored_selector(selector)


@lru_cache(maxsize=4096)
def _equalities(labels: tuple[tuple[str, str], ...]) -> LabelSelector:
    return selector_of(dict(labels))


def _requirement(item: SelectorRequirement) -> Requirement:
    values = tuple(sorted({value or "" for value in item.values or ()}))
    return Requirement(item.key or "", Operator(item.operator or ""), values)
