"""Demonstrations as questions that the solver can be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from netverify.connectivity.creatable import NEW_NAMESPACES, Creatable
from netverify.connectivity.demonstrations import Demonstration
from netverify.connectivity.population import ACCOUNT
from netverify.connectivity.terms import Term, Terms, requirements_of, selector_with
from netverify.connectivity.variables import TRUE, Variables
from netverify.model.behaviours import Behaviour
from netverify.model.flow import End
from netverify.model.traffic import PortSet
from netverify.queries.question import Question, narrowed
from netverify.queries.whereabouts import is_outside
from netverify.rules.predicate import (
    AddressIn,
    All,
    AnyOf,
    Choice,
    HasServiceAccount,
    InNamespace,
    IsPod,
    IsWorkload,
    NamespaceMatches,
    Not,
    PodMatches,
    PortIn,
    Predicate,
    SameNode,
    Unspecified,
)
from netverify.symbolic.casting import PodScope


@dataclass(frozen=True, slots=True)
class DemonstrationWords:
    """Says demonstrations about the possible pods at ``end`` in predicates."""

    creatable: Creatable
    terms: Terms
    end: End

    def question(self, question: Question, terms: Sequence[Term], shown: Demonstration) -> Question:
        """``question`` about the pods of ``shown`` and their partner alone, on that port, in that world.

        Those of ``terms`` that are all shown are said as they are said to people.
        """
        whole = [term for term in terms if self.terms.holds(shown.parts, term.parts)]
        rest = self.terms.exactly(self.terms.without(shown.parts, whole))
        pods = AnyOf(tuple(one.predicate(self.end) for one in (*(term.pods for term in whole), *rest)))
        asked = narrowed(question, self.end, All((pods, *self._told_of(self.end, shown))))
        partner = All((*self._partner(shown), *self._told_of(self._other, shown)))
        return replace(
            narrowed(asked, self._other, partner), traffic=All((*self._traffic(shown), *self._unspecified(shown)))
        )

    def behaviours(self, shown: Demonstration) -> Mapping[Behaviour, bool]:
        """What the CNI does in the world of ``shown``."""
        return {one: value for one, value in self._decided(shown) if isinstance(one, Behaviour)}

    def _decided(self, shown: Demonstration) -> Iterator[tuple[Choice, bool]]:
        for variable, value in shown.world.items():
            choice = self._variables.choice_of(variable)
            if choice is not None:
                yield choice, bool(1 << value & TRUE)

    def _unspecified(self, shown: Demonstration) -> Iterator[Predicate]:
        """What policy leaves open, as it is in the world of ``shown``."""
        for one, value in self._decided(shown):
            if isinstance(one, Unspecified):
                yield one if value else Not(one)

    def scope(self, shown: Demonstration) -> PodScope:
        """Who is at the other end."""
        return PodScope.CREATED if self._is_possible(shown) else PodScope.EXISTING

    @property
    def _other(self) -> End:
        return End.DESTINATION if self.end is End.SOURCE else End.SOURCE

    @property
    def _variables(self) -> Variables:
        return self.creatable.domain.variables

    def _is_possible(self, shown: Demonstration) -> bool:
        return shown.partner is not None and shown.partner in self.creatable.domain.creation.workloads

    def _partner(self, shown: Demonstration) -> Iterator[Predicate]:
        end = self._other
        if shown.partner is None:
            yield is_outside(end)
            yield AddressIn(end, (self.creatable.domain.plan.intervals.all[shown.bit],))
            return
        if not self._is_possible(shown):
            yield IsWorkload(end, shown.partner)
        else:
            yield IsPod(end)
            if shown.partner.namespace in NEW_NAMESPACES:
                yield from (
                    Not(InNamespace(end, name)) for name in self.creatable.created if name not in NEW_NAMESPACES
                )
            else:
                yield InNamespace(end, shown.partner.namespace)
        labels = self._variables.labels()
        for variable, value in shown.world.items():
            label = labels.get(variable)
            if label is not None and label.key != ACCOUNT:
                selector = selector_with(requirements_of(label, 1 << value))
                yield PodMatches(end, selector) if label.namespace is None else NamespaceMatches(end, selector)

    def _told_of(self, end: End, shown: Demonstration) -> Iterator[Predicate]:
        """Where the pod at ``end`` is, and as whom it runs, as far as the world of ``shown`` says."""
        labels = self._variables.labels()
        for variable, value in shown.world.items():
            label = labels.get(variable)
            if label is not None and label.key == ACCOUNT and label.end is end:
                named = {number: HasServiceAccount(end, name) for name, number in label.values.items()}
                yield named[value] if value in named else Not(AnyOf(tuple(named.values())))
        interval = shown.world.get(self._variables.address(end))
        if interval is not None:
            yield AddressIn(end, (self.creatable.domain.plan.intervals.all[interval],))

    def _traffic(self, shown: Demonstration) -> Iterator[Predicate]:
        ((protocol, ports),) = self.creatable.domain.ports.sets(1 << shown.port).items()
        first = ports.ranges[0][0]
        yield PortIn(protocol, PortSet(((first, first),)))
        same_node = shown.world.get(self._variables.same_node())
        if same_node is not None:
            yield SameNode() if 1 << same_node & TRUE else Not(SameNode())
        for variable, value in shown.world.items():
            wanted = self._variables.port_name_of(variable)
            if wanted is not None:
                yield wanted if 1 << value & TRUE else Not(wanted)
