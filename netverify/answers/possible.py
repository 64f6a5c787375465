"""Possible pods at the open end of a question: exactly who, in words, and proved by the solver.

The all-pairs reading finds the description; the symbolic reading proves that nothing is missing from it, and that
nothing in it is too much.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netverify.answers.context import Context
from netverify.answers.demonstrated import DemonstrationWords
from netverify.answers.reachability import gave_up
from netverify.connectivity.creatable import Asked, Creatable
from netverify.connectivity.demonstrations import Demonstration, Demonstrations
from netverify.connectivity.terms import Term, Terms
from netverify.model.flow import End
from netverify.queries.question import Question, narrowed
from netverify.rules.predicate import All, Not
from netverify.symbolic.casting import PodScope
from netverify.symbolic.refinement import Found
from netverify.symbolic.status import Status


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
