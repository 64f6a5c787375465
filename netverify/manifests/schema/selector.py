"""``metav1.LabelSelector``. Source: apimachinery ``pkg/apis/meta/v1/types.go``."""
# ruff: noqa: N815 -- fields are named as in the API

from __future__ import annotations

from netverify.manifests.schema.shape import Shape, StringMap


class SelectorRequirement(Shape):
    """One item of ``matchExpressions``."""

    key: str | None = None
    operator: str | None = None
    values: list[str | None] | None = None


class Selector(Shape):
    """``matchLabels`` and ``matchExpressions``, ANDed."""

    matchLabels: StringMap | None = None
    matchExpressions: list[SelectorRequirement | None] | None = None
