"""What custom resources about policy for a whole cluster have in common: selectors, names, sizes, choices.

Source: network-policy-api ``apis/v1alpha2`` with its kubebuilder markers, and what a server was seen to make of such
objects: it checks no label selector, and drops nulls of optional fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Sized
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from netverify.documents.document import FieldPath
from netverify.kinds import stored
from netverify.kinds.cidr import is_canonical, read_cidr
from netverify.kinds.custom_resources import without_nulls
from netverify.kinds.fields import StringMap, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.names import label_key_problems, label_value_problems, shown
from netverify.kinds.selector import selector_parts
from netverify.model.cluster_network_policy import Selector, UnclearSelector
from netverify.model.labels import EVERYTHING, Operator


class RequirementFields(TypedDict, total=False):
    """One item of ``matchExpressions``."""

    key: str
    operator: str
    values: list[str]


class CheckedSelector(TypedDict, total=False):
    """A selector of a custom resource: items of its lists are never null."""

    matchLabels: StringMap
    matchExpressions: list[RequirementFields]


MOST_ITEMS = 25
"""How many items lists may have."""
_LONGEST_CIDR = 43
_LABEL = "[a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?"
_DOMAIN_NAME = re.compile(rf"(\*\.)?({_LABEL}\.)+{_LABEL}\.?")
"""As the CRD has it, with the mistake in its classes of characters."""


def check_one_field(fields: Mapping[str, Any], path: FieldPath, findings: Findings) -> None:
    """Check that the mapping at ``path`` has exactly one field; null is none."""
    given = [name for name, value in fields.items() if value is not None]
    if not given:
        findings.refuse("NV321", path, "must have a field, and has none")
    elif len(given) > 1:
        findings.refuse("NV321", path, f"must have one field, not `{'` and `'.join(given)}`")


def check_size(items: Sized, path: FieldPath, findings: Findings, most: int = MOST_ITEMS) -> None:
    """Check how many items there are at ``path``."""
    if not items:
        findings.refuse("NV321", path, "must have at least one item")
    elif len(items) > most:
        findings.refuse("NV321", path, f"must not have more than {most} items, not {len(items)}")


def refuse_names_beside(peers: Sequence[Mapping[str, Any]], names: object, path: FieldPath, findings: Findings) -> None:
    """Check that the rule at ``path`` has no ``names`` of ports beside ``peers`` that have none."""
    without = [field for peer in peers for field in ("networks", "nodes", "domainNames") if peer.get(field) is not None]
    if without and names:
        text = f"must not have the name of a port beside `{without[0]}`, which has no port names"
        findings.refuse("NV326", path, text, advice="make two rules of it")


def check_number(number: int | None, bounds: tuple[int, int], path: FieldPath, findings: Findings) -> None:
    """Check that there is a number at ``path``, between the two of ``bounds``."""
    if number is None:
        findings.refuse("NV320", path, "is missing")
    elif not bounds[0] <= number <= bounds[1]:
        findings.refuse("NV322", path, f"must be between {bounds[0]} and {bounds[1]}, not `{number}`")


_MEANT = MappingProxyType({"allow": "Accept", "drop": "Deny", "reject": "Deny"})


def check_choice(text: str | None, among: type[StrEnum], path: FieldPath, findings: Findings) -> None:
    """Check that ``text`` is one ``among`` these."""
    choices = [one.value for one in among]
    if text is None:
        findings.refuse("NV320", path, "is missing", advice=f"it is one of `{'`, `'.join(choices)}`")
    elif text not in choices:
        meant = next((one for one in choices if one.lower() == text.lower()), _MEANT.get(text.lower(), ""))
        advice = f"did you mean `{meant}`?" if meant in choices else ""
        findings.refuse("NV323", path, f"must be one of `{'`, `'.join(choices)}`, not {shown(text)}", advice=advice)


def check_selector(selector: CheckedSelector | None, path: FieldPath, findings: Findings) -> None:
    """Check the little that the CRD does, and warn of what no implementation has to understand."""
    if not selector:
        return
    for index, item in enumerate(selector.get("matchExpressions") or ()):
        for field in ("key", "operator"):
            if item.get(field) is None:
                findings.refuse("NV320", (*path, "matchExpressions", index, field), "is missing")
    for key in (key for key, value in (selector.get("matchLabels") or {}).items() if value is None):
        findings.warn(
            "NV330",
            (*path, "matchLabels", key),
            "has no value: it is dropped, so the selector matches whatever the label is",
            advice=f'write the value, or `{key}: ""` for the empty one',
        )
    if unclear := _why_unclear(selector):
        text = f"{unclear}: the API server does not look at that, and what the selector matches is not defined"
        findings.warn("NV329", path, text, advice="write a selector that is valid in a NetworkPolicy")


def _why_unclear(selector: CheckedSelector) -> str:
    """What keeps ``selector`` from meaning anything for sure; empty where nothing does.

    Source: apimachinery ``labels.NewRequirement``, which fails for these.
    """
    pairs: list[tuple[str, tuple[str, ...]]]
    pairs = [(key, (value,)) for key, value in (selector.get("matchLabels") or {}).items() if value is not None]
    for item in selector.get("matchExpressions") or ():
        operator, values = item.get("operator") or "", item.get("values") or []
        if operator not in list(Operator):
            return f"has the operator {shown(operator)}"
        if bool(values) is not (operator in {"In", "NotIn"}):
            return f"has `{operator}` {'with' if values else 'without'} values"
        pairs.append((item.get("key") or "", tuple(values)))
    for key, texts in pairs:
        if label_key_problems(key):
            return f"names {shown(key)}, which is the key of no label"
        if wrong := [text for text in texts if label_value_problems(text)]:
            return f"names {shown(wrong[0])}, which is the value of no label"
    return ""


def check_cidr(text: str, path: FieldPath, findings: Findings) -> None:
    """Unlike in a NetworkPolicy, bits beyond the prefix are taken."""
    reading = read_cidr(text) if len(text) <= _LONGEST_CIDR else read_cidr("")
    advice = f"write `{reading.canonical}`" if reading.canonical else ""
    problems = [(code, problem) for code, problem in reading.problems if code != "NV314"]
    for code, problem in problems:
        findings.refuse(code, path, f"{problem}, not {shown(text)}", advice=advice)
    if not problems and not is_canonical(reading, text):
        findings.warn("NV316", path, f"is {shown(text)}, which is not the canonical form of this range", advice=advice)


def check_domain_name(text: str, path: FieldPath, findings: Findings) -> None:
    """Check the name at ``path``, which may begin with a wildcard."""
    if not _DOMAIN_NAME.fullmatch(text):
        advice = "a `*` is allowed only at the front: `*.example.com`" if "*" in text else ""
        findings.refuse("NV327", path, f"must be a domain name, not {shown(text)}", advice=advice)


def selector_of_fields(selector: CheckedSelector | None) -> Selector:
    """The selector as stored: without labels that have no value; a missing one matches everything."""
    if not selector:
        return EVERYTHING
    given: Any = selector
    labels, expressions = selector_parts(without_nulls(given))
    if _why_unclear(selector):
        parts = [f"{key}={value}" for key, value in labels]
        parts += [f"{key} {operator} ({', '.join(map(str, values))})" for key, operator, values in expressions]
        return UnclearSelector(", ".join(sorted(parts)))
    return stored.selector(labels, expressions)
