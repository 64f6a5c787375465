"""What port names of rules mean for the workloads at the end of a violation: rules stay while names move."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

from netverify.gate.pods import standing_in
from netverify.model.cluster import ContainerPort, Workload
from netverify.model.flow import Flow, Pod
from netverify.policy.predicate import NamedPort, Predicate
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import Action
from netverify.policy.visit import leaves
from netverify.records import dataclass

_Name: TypeAlias = tuple[str, str]
"""A protocol and a name."""


@dataclass(frozen=True, slots=True)
class PortNames:
    """The names that matter for the flows of a violation, of which ``flow`` is one.

    ``allowing`` are in the rules that let them through, and ``denying`` in rules that deny or pass others. ``holds``
    says whether a flow is one of them, and ``workloads`` are those of the manifests in the namespace at the end.
    """

    allowing: frozenset[_Name]
    denying: frozenset[_Name]
    flow: Flow
    holds: Callable[[Flow], bool]
    workloads: Sequence[Workload]

    @property
    def meanings(self) -> tuple[str, ...]:
        """What these names mean now, sorted: ``data/db[Pod] TCP 5432 pg``."""
        return tuple(sorted({text for text, _, _ in self._declared()}))

    def moved(self, before: Collection[str]) -> tuple[str, ...]:
        """What names let through now that meant less ``before``, and what they deny no more, of workloads still there.

        A name that means more in a rule that denies lets through nothing, nor does one that means less where it allows.
        """
        there = {str(one.key) for one in self.workloads}
        now = set(self.meanings)
        new = {
            _shown(text)
            for text, workload, port in self._declared()
            if text not in before and (port.protocol, port.name) in self.allowing and self._lets_through(workload, port)
        }
        names = {f"{protocol} {name}" for protocol, name in self.denying}
        gone = {
            f"{_shown(text)}, no longer denied"
            for text in before
            if text not in now and text.partition(" ")[0] in there and _name_in(text) in names
        }
        return tuple(sorted(new | gone))

    def _declared(self) -> Iterator[tuple[str, Workload, ContainerPort]]:
        for workload in self.workloads:
            for port in workload.ports:
                if (port.protocol, port.name) in self.allowing | self.denying:
                    yield f"{workload.key} {port.protocol} {port.number} {port.name}", workload, port

    def _lets_through(self, workload: Workload, port: ContainerPort) -> bool:
        """Whether a flow to ``port`` is one of these; of a workload that may be at another end, it counts as one."""
        pod = self.flow.destination
        assert isinstance(pod, Pod)
        other = pod if workload.key == pod.workload else standing_in(pod, workload)
        if other is None:
            return True
        return self.holds(replace(self.flow, destination=other, protocol=port.protocol, port=port.number))


def names_in(predicates: Iterable[Predicate]) -> frozenset[_Name]:
    """The port names that ``predicates`` ask for."""
    return frozenset(
        (leaf.protocol, leaf.name) for one in predicates for leaf in leaves(one) if isinstance(leaf, NamedPort)
    )


@lru_cache(maxsize=8)
def denying_names(policies: PolicyIndex) -> frozenset[_Name]:
    """The port names in rules of ``policies`` that deny or pass."""
    tables = (table for first in policies.policies.tables.values() for table in first.every())
    rules = (rule for table in tables for tier in table.tiers for rule in tier.rules)
    return names_in(rule.traffic for rule in rules if rule.action is not Action.ALLOW)


def _shown(text: str) -> str:
    """``TCP 22 of data/db[Pod]``."""
    workload, protocol, number, *_ = text.split(" ")
    return f"{protocol} {number} of {workload}"


def _name_in(text: str) -> str:
    _, protocol, _, *name = text.split(" ")
    return f"{protocol} {' '.join(name)}"
