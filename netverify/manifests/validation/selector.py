"""Rules of label selectors. Source: apimachinery ``pkg/apis/meta/v1/validation``."""

from __future__ import annotations

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.selector import Selector, SelectorRequirement
from netverify.manifests.schema.shape import StringMap
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.metadata import check_label_map
from netverify.manifests.validation.names import label_key_problems, label_value_problems, shown
from netverify.model.labels import Operator

_OPERATORS = ", ".join(f"`{operator}`" for operator in Operator)


def check_selector(selector: Selector | None, path: FieldPath, findings: Findings) -> None:
    """Check the selector at ``path``."""
    if selector is None:
        return
    if selector.matchLabels:
        check_label_map(selector.matchLabels, (*path, "matchLabels"), findings)
        if None in selector.matchLabels.values():
            warn_null_values(selector.matchLabels, (*path, "matchLabels"), findings)
    if selector.matchExpressions:
        for index, item in enumerate(selector.matchExpressions):
            _check_requirement(item or SelectorRequirement(), (*path, "matchExpressions", index), findings)


def _check_requirement(item: SelectorRequirement, path: FieldPath, findings: Findings) -> None:
    for problem in label_key_problems(item.key or ""):
        findings.refuse("NV223", (*path, "key"), f"{problem}, not {shown(item.key or '')}")
    match item.operator:
        case "In" | "NotIn":
            if not item.values:
                findings.refuse("NV226", (*path, "values"), f"must name at least one value for `{item.operator}`")
        case "Exists" | "DoesNotExist":
            if item.values:
                findings.refuse("NV227", (*path, "values"), f"must be left out for `{item.operator}`")
        case _:
            _refuse_operator(item.operator or "", (*path, "operator"), findings)
    for index, value in enumerate(item.values or ()):
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
