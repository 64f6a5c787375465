"""Labels and label selectors.

Source: apimachinery ``pkg/labels/selector.go`` (``Requirement.Matches``) and ``metav1.LabelSelector``.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from enum import StrEnum
from typing import TypeAlias, assert_never

from netverify.records import dataclass

Labels: TypeAlias = Mapping[str, str]

NAMESPACE_NAME_LABEL = "kubernetes.io/metadata.name"
"""The label that the API server sets on every namespace, with the namespace's name (GA since 1.22)."""


class Operator(StrEnum):
    """The four operators of ``LabelSelectorRequirement.operator``; case-sensitive."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One test on one label key. ``values`` is sorted, without repeats, and empty for the two existence operators."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """A conjunction of requirements; without any it matches everything.

    ``requirements`` is sorted, so that two selectors that say the same in another order are equal.
    """

    requirements: tuple[Requirement, ...] = ()


EVERYTHING = LabelSelector()


def selector_of(match_labels: Labels, expressions: tuple[Requirement, ...] = ()) -> LabelSelector:
    """The selector for ``matchLabels`` (each ``k: v`` is ``In(k, [v])``) and ``matchExpressions``, ANDed."""
    equalities = [Requirement(key, Operator.IN, (value,)) for key, value in sorted(match_labels.items())]
    if not expressions:
        return LabelSelector(tuple(equalities))
    merged = {*equalities, *expressions}
    return LabelSelector(tuple(sorted(merged, key=lambda r: (r.key, r.operator, r.values))))


def requirement_holds(requirement: Requirement, labels: Labels) -> bool:
    """Whether ``labels`` satisfy ``requirement``; ``NotIn`` holds when the key is absent."""
    value = labels.get(requirement.key)
    match requirement.operator:
        case Operator.IN:
            return value is not None and value in requirement.values
        case Operator.NOT_IN:
            return value is None or value not in requirement.values
        case Operator.EXISTS:
            return value is not None
        case Operator.DOES_NOT_EXIST:
            return value is None
        case _ as never:
            assert_never(never)


def selector_matches(selector: LabelSelector, labels: Labels) -> bool:
    """Whether every requirement holds; the empty selector matches everything."""
    return all(requirement_holds(requirement, labels) for requirement in selector.requirements)


def satisfiable(selector: LabelSelector) -> bool:
    """Whether some labels match ``selector``."""
    return fewest_labels(selector) is not None


def fewest_labels(selector: LabelSelector) -> Labels | None:
    """Labels that ``selector`` matches, of no key that it does not ask for; None iff no labels match.

    Keys are independent of each other, and there is always one more value than a selector names.
    """
    by_key: dict[str, list[Requirement]] = {}
    for requirement in selector.requirements:
        by_key.setdefault(requirement.key, []).append(requirement)
    found: dict[str, str] = {}
    for key, requirements in by_key.items():
        if all(requirement_holds(one, {}) for one in requirements):
            continue
        named = sorted({value for one in requirements for value in one.values})
        for value in (*named, unused("x", named)):
            if all(requirement_holds(one, {key: value}) for one in requirements):
                found[key] = value
                break
        else:
            return None
    return found


def unused(stem: str, taken: Container[str]) -> str:
    """``stem``, or ``stem-1`` and so on, that is not in ``taken``."""
    candidate, number = stem, 0
    while candidate in taken:
        number += 1
        candidate = f"{stem}-{number}"
    return candidate
