"""Rules that custom resources state in their OpenAPI schema: what is required, sizes, ranges, choices, references."""

from __future__ import annotations

from collections.abc import Sequence, Sized

from netverify.documents.document import FieldPath
from netverify.kinds.fields import StringMap
from netverify.kinds.findings import Findings
from netverify.kinds.names import dns_label_problems, dns_subdomain_problems, shown
from netverify.kinds.selector import SelectorFields
from netverify.model.traffic import MAX_PORT, MIN_PORT
from netverify.patterns import pattern

_KIND = pattern(r"[a-zA-Z](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?")
_LONGEST_KIND = 63
_LONGEST_NAME = 253


def require(value: object, path: FieldPath, findings: Findings, *, advice: str = "") -> None:
    """Check that the field at ``path`` is there."""
    if value is None:
        findings.refuse("NV552", path, "is missing", advice=advice)


def check_size(items: Sized | None, sizes: tuple[int, int], path: FieldPath, findings: Findings) -> None:
    """Check how many items there are at ``path``, if it is there: between the two of ``sizes``."""
    if items is None:
        return
    fewest, most = sizes
    if len(items) < fewest:
        findings.refuse("NV553", path, "must have at least one item")
    elif len(items) > most:
        findings.refuse("NV553", path, f"must not have more than {most} items, not {len(items)}")


def check_range(number: int | None, bounds: tuple[int, int], path: FieldPath, findings: Findings) -> None:
    """Check the number at ``path``, if it is there."""
    if number is not None and not bounds[0] <= number <= bounds[1]:
        findings.refuse("NV554", path, f"must be between {bounds[0]} and {bounds[1]}, not `{number}`")


def check_port(number: int | None, path: FieldPath, findings: Findings) -> None:
    """Check the port at ``path``, if it is there."""
    check_range(number, (MIN_PORT, MAX_PORT), path, findings)


def check_object_name(name: str | None, path: FieldPath, findings: Findings) -> None:
    """Check the name at ``path``, if it is there; the schema asks for little more than that it is not empty."""
    if name is not None and not 1 <= len(name) <= _LONGEST_NAME:
        findings.refuse("NV222", path, f"must have between 1 and {_LONGEST_NAME} characters, not {len(name)}")


def check_namespace_name(name: str | None, path: FieldPath, findings: Findings) -> None:
    """Check the name of a namespace at ``path``, if it is there."""
    for problem in dns_label_problems(name) if name is not None else ():
        findings.refuse("NV222", path, f"{problem}, not {shown(name or '')}")


def check_section_name(name: str | None, path: FieldPath, findings: Findings) -> None:
    """Check the name of a listener or a rule at ``path``, if it is there."""
    for problem in dns_subdomain_problems(name) if name is not None else ():
        findings.refuse("NV222", path, f"{problem}, not {shown(name or '')}")


def check_group_and_kind(group: str | None, kind: str | None, path: FieldPath, findings: Findings) -> None:
    """Check the ``group`` and the ``kind`` of the reference at ``path``, as far as they are there."""
    for problem in dns_subdomain_problems(group) if group else ():
        findings.refuse("NV222", (*path, "group"), f"{problem}, not {shown(group or '')}")
    if kind is not None and not (len(kind) <= _LONGEST_KIND and _KIND.fullmatch(kind)):
        text = f"must be the name of a kind, of letters, digits and `-`, not {shown(kind)}"
        findings.refuse("NV222", (*path, "kind"), text)


def without_nulls(selector: SelectorFields) -> SelectorFields:
    """``selector`` as a custom resource stores it: without the labels that have no value."""
    labels = selector.get("matchLabels")
    if not labels or None not in labels.values():
        return selector
    kept: StringMap = {key: value for key, value in labels.items() if value is not None}
    return {**selector, "matchLabels": kept}


def warn_of_nulls(selector: SelectorFields, path: FieldPath, findings: Findings) -> None:
    """Warn of each label of the selector at ``path`` that has no value."""
    for key in (key for key, value in (selector.get("matchLabels") or {}).items() if value is None):
        findings.warn(
            "NV562",
            (*path, "matchLabels", key),
            "has no value: it is dropped, so the selector matches whatever the label is",
            advice=f'write the value, or `{key}: ""` for the empty one',
        )


def same_items(items: Sequence[object]) -> list[tuple[int, int]]:
    """Each index whose item stood before, with the index of the first of its kind."""
    first: dict[object, int] = {}
    return [(index, first[item]) for index, item in enumerate(items) if first.setdefault(item, index) != index]
