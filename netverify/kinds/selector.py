"""Label selectors. Source: apimachinery ``pkg/apis/meta/v1/types.go`` and ``pkg/apis/meta/v1/validation``."""

from __future__ import annotations

from netverify.documents.document import FieldPath
from netverify.kinds import stored
from netverify.kinds.fields import StringMap, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.metadata import check_label_map
from netverify.kinds.names import label_key_problems, label_value_problems, shown
from netverify.model.labels import EVERYTHING, LabelSelector, Operator

_OF_POLICIES = frozenset(
    {
        "cidr",
        "egress",
        "endPort",
        "except",
        "from",
        "ingress",
        "ipBlock",
        "matchExpressions",
        "matchLabels",
        "namespaceSelector",
        "podSelector",
        "policyTypes",
        "port",
        "ports",
        "protocol",
        "to",
    }
)
"""Words that are hardly the key of a label."""
_OPERATORS = ", ".join(f"`{operator}`" for operator in Operator)


class RequirementFields(TypedDict, total=False):
    """One item of ``matchExpressions``."""

    key: str
    operator: str
    values: list[str | None]


class SelectorFields(TypedDict, total=False):
    """``matchLabels`` and ``matchExpressions``, ANDed."""

    matchLabels: StringMap
    matchExpressions: list[RequirementFields | None]


def check_selector(selector: SelectorFields | None, path: FieldPath, findings: Findings) -> None:
    """Check the selector at ``path``."""
    if not selector:
        return
    if labels := selector.get("matchLabels"):
        check_label_map(labels, (*path, "matchLabels"), findings)
        if None in labels.values():
            warn_null_values(labels, (*path, "matchLabels"), findings)
    if expressions := selector.get("matchExpressions"):
        for index, item in enumerate(expressions):
            _check_requirement(item or {}, (*path, "matchExpressions", index), findings)


def _check_requirement(item: RequirementFields, path: FieldPath, findings: Findings) -> None:
    key, operator, values = item.get("key") or "", item.get("operator"), item.get("values")
    for problem in label_key_problems(key):
        findings.refuse("NV223", (*path, "key"), f"{problem}, not {shown(key)}")
    match operator:
        case "In" | "NotIn":
            if not values:
                findings.refuse("NV226", (*path, "values"), f"must name at least one value for `{operator}`")
        case "Exists" | "DoesNotExist":
            if values:
                findings.refuse("NV227", (*path, "values"), f"must be left out for `{operator}`")
        case _:
            _refuse_operator(operator or "", (*path, "operator"), findings)
    for index, value in enumerate(values or ()):
        for problem in label_value_problems(value or ""):
            findings.refuse("NV224", (*path, "values", index), f"{problem}, not {shown(value or '')}")


def _refuse_operator(operator: str, path: FieldPath, findings: Findings) -> None:
    similar = {name.lower(): name.value for name in Operator} | {
        "notexists": "DoesNotExist",
        "=": "In",
        "==": "In",
        "!=": "NotIn",
    }
    meant = similar.get(operator.lower())
    advice = f"did you mean `{meant}`?" if meant else ""
    findings.refuse("NV225", path, f"must be one of {_OPERATORS}, not {shown(operator)}", advice=advice)


def warn_null_values(labels: StringMap, path: FieldPath, findings: Findings) -> None:
    """Warn of each null value of the label map at ``path``, by which something is selected."""
    for key in (key for key, value in labels.items() if value is None):
        findings.warn(
            "NV228",
            (*path, key),
            "has no value: it is stored as the empty text, so only pods or namespaces with an empty value match",
            advice=f'write the value, or `{key}: ""` if that is meant',
        )


def place_of_label(name: str) -> str:
    """Where a label belongs that is written as a field of a selector."""
    return "" if name in _OF_POLICIES else f"labels go under `matchLabels`: `matchLabels: {{{name}: ...}}`"


def without_field(selector: SelectorFields) -> str:
    """What the selector would do without a field that it cannot have."""
    if selector.get("matchLabels") or selector.get("matchExpressions"):
        return "the selector would match more than it says"
    return "the selector would match everything"


def stored_selector(selector: SelectorFields | None) -> LabelSelector:
    """The selector as stored; without requirements, and when it is missing, it matches everything."""
    return stored.selector(*selector_parts(selector)) if selector else EVERYTHING


def selector_parts(selector: SelectorFields) -> stored.SelectorParts:
    """What it says, as a value that can be looked up."""
    labels, expressions = selector.get("matchLabels"), selector.get("matchExpressions")
    return tuple(labels.items()) if labels else (), tuple(map(_parts, expressions)) if expressions else ()


def _parts(item: RequirementFields | None) -> stored.Expression:
    item = item or {}
    return item.get("key"), item.get("operator"), tuple(item.get("values") or ())
