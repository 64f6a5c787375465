"""Fixes of findings about policies, found in the files that hold them and checked by reading them again.

A fix is safe only where the finding that it belongs to is a proof that nothing changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from netverify.diagnostics import Edit, Fix, Origin
from netverify.documents.document import Document, FieldPath, Value
from netverify.lint.near_misses import NearMiss
from netverify.lint.parts import RulePart
from netverify.lint.patches import may_be_named, patch
from netverify.model.flow import Direction
from netverify.model.network_policy import NetworkPolicy
from netverify.sources.editing import Sheet, item_removal, removal, replacement
from netverify.sources.places import Places

_MOST_RULES = 50
"""So many rules of one document have a fix; it is found for the rest once these are gone."""


class Mending:
    """Makes fixes for the policies of one cluster."""

    def __init__(self, policies: Sequence[NetworkPolicy], places: Places) -> None:
        self._places = places
        self._origins = Counter(policy.origin for policy in policies)
        self._rules_of: Counter[Origin] = Counter()

    def without_policy(self, policy: NetworkPolicy) -> Fix | None:
        """The fix that removes ``policy``, where its document holds nothing else."""
        found = self._found(policy)
        if found is None:
            return None
        sheet, _ = found
        edit = removal(sheet)
        if edit is not None and edit.last - edit.first == len(sheet.lines) and may_be_named(policy.origin.path):
            return None
        return _fix(policy, sheet, edit, safe=True)

    def without_rule(self, part: RulePart) -> Fix | None:
        """The fix that removes a rule, where the types of its policy do not depend on it.

        Each is checked by reading all of the document, so that a document has no more than some.
        """
        found = self._found(part.policy)
        self._rules_of[part.policy.origin] += 1
        if found is None or self._rules_of[part.policy.origin] > _MOST_RULES:
            return None
        sheet, document = found
        spec: Value = document.value["spec"]
        if part.direction is Direction.EGRESS and not spec.get("policyTypes"):
            return None
        place, key_place = document.positions.at(part.path), document.positions.key_at(part.path[:-1])
        return _fix(part.policy, sheet, item_removal(sheet, part.path, place, key_place), safe=True)

    def with_label(self, policy: NetworkPolicy, selector: FieldPath, misses: Sequence[NearMiss]) -> Fix | None:
        """The suggestion to write the only label that was likely meant, in ``matchLabels`` of a selector."""
        found = self._found(policy)
        if found is None or len(misses) != 1 or misses[0].key != misses[0].found_key:
            return None
        sheet, document = found
        (miss,) = misses
        path = (*selector, "matchLabels", miss.key)
        if _value_at(document.value, path) != miss.written:
            return None
        place = document.positions.at(path)
        return _fix(policy, sheet, replacement(sheet, path, place, miss.written, miss.found), safe=False)

    def _found(self, policy: NetworkPolicy) -> tuple[Sheet, Document] | None:
        """The file and the document of ``policy``; None where two policies come from one document, or none does."""
        if self._origins[policy.origin] != 1:
            return None
        sheet, document = self._places.sheet(policy), self._places.document(policy)
        return None if sheet is None or document is None else (sheet, document)


def _value_at(value: Value, path: FieldPath) -> Value:
    """The value at ``path``; None where there is none."""
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        else:
            value = value[part] if isinstance(value, list) and isinstance(part, int) else None
    return value


def _fix(policy: NetworkPolicy, sheet: Sheet, edit: Edit | None, *, safe: bool) -> Fix | None:
    if edit is None:
        return None
    text = patch(policy.origin.path, sheet.data, [edit])
    return Fix(policy.origin.path, (edit,), text, safe, policy.namespace) if text else None
