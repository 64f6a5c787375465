"""Possible pods at the open end of a question: exactly who, in words, and proved by the solver.

The all-pairs reading finds the description; the symbolic reading proves that nothing is missing from it, and that
nothing in it is too much.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from netverify.answers.context import Context
from netverify.answers.reachability import gave_up
from netverify.model.behaviours import Behaviour
from netverify.model.flow import End
from netverify.model.traffic import PortSet
from netverify.pairs.creatable import Asked, Creatable
from netverify.pairs.demonstrations import Demonstration, Demonstrations
from netverify.pairs.domain import NEW_NAMESPACES
from netverify.pairs.population import ACCOUNT
from netverify.pairs.terms import Term, Terms, requirements_of, selector_with
from netverify.pairs.variables import TRUE, Variables
from netverify.policy.predicate import (
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
from netverify.query.question import Question, narrowed
from netverify.query.whereabouts import is_outside
from netverify.records import dataclass
from netverify.symbolic.casting import PodScope
from netverify.symbolic.refinement import Found
from netverify.symbolic.status import Status


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
        partner = All((*self._partner(shown), *self._told_of(self.end.other, shown)))
        return replace(
            narrowed(asked, self.end.other, partner), traffic=All((*self._traffic(shown), *self._unspecified(shown)))
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
    def _variables(self) -> Variables:
        return self.creatable.domain.variables

    def _is_possible(self, shown: Demonstration) -> bool:
        return shown.partner is not None and shown.partner in self.creatable.domain.creation.workloads

    def _partner(self, shown: Demonstration) -> Iterator[Predicate]:
        end = self.end.other
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


class DescriptionError(Exception):
    """The solver contradicts a description of possible pods: a bug, never a finding."""


@dataclass(frozen=True, slots=True)
class PossibleFound:
    """``descriptions`` together are exactly the possible pods; ``undecided`` says where the solver gave up."""

    descriptions: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


def possible_pods(question: Question, open_end: End, context: Context) -> PossibleFound:
    """The pods that could be created and may stand at ``open_end`` of ``question``.

    Raises :class:`DescriptionError` when the two readings contradict each other.
    """
    asked = Asked(question.source, question.destination, question.traffic, open_end)
    closed, at = (question.destination, End.DESTINATION) if open_end is End.SOURCE else (question.source, End.SOURCE)
    cast = context.search.casting.cast
    creatable = Creatable(
        context.people,
        context.policies,
        context.settings.fixed,
        asked,
        partners=cast(closed, at, PodScope.EXISTING).workloads,
        places=cast(closed, at, PodScope.POSSIBLE).places,
        pod_cidrs=context.settings.pod_cidrs,
        free_named_ports=context.settings.free_named_ports,
    )
    possible = list(creatable.read())
    describing = Terms(creatable, context.inventory.cluster.namespaces, possible)
    terms = describing.all()
    check = _Check(question, context, DemonstrationWords(creatable, describing, open_end))
    demonstrations = Demonstrations(creatable, {one.namespace: one for one in possible})
    undecided = list(check.nothing_missing(terms))
    for sure in (True, False):
        alike = [term for term in terms if bool(term.pods.depends_on) is not sure]
        for demonstration in demonstrations.of(alike, sure=sure):
            undecided += check.nothing_too_much(alike, demonstration)
    return PossibleFound(tuple(str(term.pods) for term in terms), tuple(dict.fromkeys(undecided)))


class _Check:
    """Puts descriptions to the solver."""

    def __init__(self, question: Question, context: Context, words: DemonstrationWords) -> None:
        self._question = question
        self._end = words.end
        self._context = context
        self._words = words

    def nothing_missing(self, terms: list[Term]) -> Iterator[str]:
        """No possible pod that is in none of ``terms`` can; yields why that is not known."""
        others = All(tuple(Not(term.pods.predicate(self._end)) for term in terms))
        asked = narrowed(self._question, self._end, others)
        found = self._context.search.decide_created(asked, self._end, PodScope.POSSIBLE)
        if found.status is Status.SAT:
            raise DescriptionError(f"{self._question.text}: there are others than {[str(term.pods) for term in terms]}")
        yield from _gave_up(found)

    def nothing_too_much(self, terms: Sequence[Term], shown: Demonstration) -> Iterator[str]:
        """Every pod of ``shown`` can, and there are such pods; yields why that is not known."""
        asked = self._words.question(self._question, terms, shown)
        ask, scope, settled = (
            self._context.search.decide_created,
            self._words.scope(shown),
            self._words.behaviours(shown),
        )
        refused = ask(asked, self._end, scope, settled, refused=True)
        if refused.status is Status.SAT:
            raise DescriptionError(f"{self._question.text}: not all of {asked.source} on {asked.traffic}")
        yield from _gave_up(refused)
        anyone = ask(asked, self._end, scope, settled)
        if anyone.status is Status.UNSAT:
            raise DescriptionError(f"{self._question.text}: nobody is {asked.source}")
        yield from _gave_up(anyone)


def _gave_up(found: Found) -> Iterator[str]:
    if found.status is Status.UNKNOWN:
        yield gave_up(found)
