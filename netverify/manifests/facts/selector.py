"""Label selectors and label maps as the API server stores them."""

from __future__ import annotations

from netverify.manifests.facts import stored
from netverify.manifests.schema.selector import Selector, SelectorRequirement
from netverify.manifests.schema.shape import StringMap
from netverify.model.labels import EVERYTHING, LabelSelector

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
        return stored.selector(labels, ())
    return stored.selector(labels, tuple([_parts(item or _EMPTY) for item in selector.matchExpressions]))


def optional_selector(selector: Selector | None) -> LabelSelector | None:
    """As :func:`stored_selector`, but None when it is missing, which a peer tells from the empty selector."""
    return None if selector is None else stored_selector(selector)


def _parts(item: SelectorRequirement) -> stored.Expression:
    return item.key, item.operator, tuple(item.values or ())
