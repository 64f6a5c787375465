"""Of the policies of one namespace those that may select a pod that another selects, by labels that they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from netverify.model.labels import LabelSelector, Operator
from netverify.model.network_policy import NetworkPolicy
from netverify.policy.overlap import both_match


class Neighbours:
    """The policies of one namespace, in their order, by the values that their selectors ask for."""

    def __init__(self, policies: Sequence[NetworkPolicy]) -> None:
        self._policies = policies
        self._asking: dict[str, dict[str, list[int]]] = {}
        for number, policy in enumerate(policies):
            for key, values in _asked(policy.pod_selector):
                for value in values:
                    self._asking.setdefault(key, {}).setdefault(value, []).append(number)
        self.of = cache(self._of)
        self._indifferent = cache(self._indifferent_to)

    def _of(self, selector: LabelSelector) -> tuple[str, ...]:
        """The names of the policies that may select a pod which ``selector`` matches, in their order."""
        return tuple(
            policy.name
            for policy in map(self._policies.__getitem__, self._candidates(selector))
            if both_match(policy.pod_selector, selector)
        )

    def _candidates(self, selector: LabelSelector) -> Iterable[int]:
        """The numbers of these policies, and perhaps of others."""
        for key, values in _asked(selector):
            asking: Mapping[str, list[int]] = self._asking.get(key, {})
            found = {number for value in values for number in asking.get(value, ())}
            return sorted(found | self._indifferent(key))
        return range(len(self._policies))

    def _indifferent_to(self, key: str) -> frozenset[int]:
        """The numbers of the policies that ask for no value of ``key``."""
        asking = {number for some in self._asking.get(key, {}).values() for number in some}
        return frozenset(number for number in range(len(self._policies)) if number not in asking)


def _asked(selector: LabelSelector) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each label of which ``selector`` asks for one of some values, with these."""
    return ((one.key, one.values) for one in selector.requirements if one.operator is Operator.IN)
