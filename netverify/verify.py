"""The pipeline on one page: inputs to inventory; from there a sentence to an answer, or all pairs to a map."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from netverify.answers.settings import Settings, with_owners
from netverify.diagnostics import Diagnostic
from netverify.policy.predicate import ALWAYS
from netverify.query.asking import read_asking
from netverify.query.narrowing import Wanted
from netverify.query.outcome import Answer, Listing
from netverify.query.question import Form, Question
from netverify.query.sentence import parse_sentence
from netverify.routes.index import RoutingIndex
from netverify.routes.naming import Names
from netverify.sources.coverage import Inventory

if TYPE_CHECKING:
    from netverify.answers.context import Context
    from netverify.answers.mapping import Map
    from netverify.answers.resolution import Resolution
    from netverify.answers.routed import Router
    from netverify.answers.surface import Surface
    from netverify.gate.checking import Terms
    from netverify.gate.draft.outline import Draft
    from netverify.gate.intent.spec import Spec
    from netverify.gate.outcome import GateReport
    from netverify.gate.router import GateRouter
    from netverify.lint.linting import Linted
    from netverify.routes.requests import Request


class Verifier:
    """Answers questions about one inventory; what they share is computed once.

    The solver is imported when it is first asked.
    """

    def __init__(self, inventory: Inventory, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.inventory = with_owners(inventory, self.settings)

    def ask(self, sentence: str) -> Answer | Listing:
        """Answer ``sentence``: an ``Answer`` to ``can``, a ``Listing`` to ``who`` and ``what``.

        Raises :class:`netverify.query.sentence_error.SentenceError` when the sentence cannot be read or names what
        does not exist.
        """
        question = self.question(sentence)
        found = self.answer(question) if question.form is Form.CAN else self._listing(question)
        return replace(found, read_as=question.read_as)

    def _listing(self, question: Question) -> Listing:
        if question.called is not None:
            from netverify.answers.listed_ways import routed_listing  # noqa: PLC0415 it imports the solver

            return routed_listing(question, self._router)
        from netverify.answers.listed_ways import listing_with_ways  # noqa: PLC0415 it imports the solver

        direct = replace(question, services=())
        found = listing_with_ways(direct, self._router)
        if not question.services:
            return found
        from netverify.answers.combined import list_block  # noqa: PLC0415 as above

        return list_block(question, found, self._router)

    def question(self, sentence: str) -> Question:
        """The question that ``sentence`` asks. Raises as :meth:`ask` does."""
        default = self.settings.default_namespace
        return parse_sentence(sentence, self.inventory.cluster, default_namespace=default, names=self._names.called)

    def answer(self, question: Question) -> Answer:
        """Answer a ``question`` of the form ``can``, however it came to be."""
        if question.source == ALWAYS:
            return self.answer_of_anyone(question)
        if question.services:
            from netverify.answers.combined import answer_block  # noqa: PLC0415 it imports the solver

            return answer_block(question, self._router)
        return self._router.answer(question)

    def answer_of_anyone(self, question: Question) -> Answer:
        """Answer ``question``, whose source is both pods and addresses outside, each on every way that it can take."""
        from netverify.answers.combined import answer_of_anyone  # noqa: PLC0415 it imports the solver

        return answer_of_anyone(question, self._router)

    def map(self, wanted: Wanted | None = None) -> Map:
        """Who may open which connections to whom, among existing pods and external ranges; as far as ``wanted``.

        Raises :class:`netverify.query.sentence_error.SentenceError` when ``wanted`` cannot be read or names what does
        not exist.
        """
        from netverify.answers.mapping import make_map  # noqa: PLC0415 a question does without

        return make_map(self.inventory, self.settings, wanted or Wanted())

    def exposed(self, request: Request | None = None, tell: Callable[[int, int], None] | None = None) -> Surface:
        """Every way in from outside, or those that serve ``request``, and whether policy lets it through.

        ``tell`` hears how many of how many are judged.
        """
        from netverify.answers.surface import surface  # noqa: PLC0415 it imports the solver

        return surface(self._router, request) if tell is None else surface(self._router, request, tell)

    def resolve(self, name: str, source: str) -> Resolution:
        """What the pods that ``source`` names make of the DNS name ``name``.

        Raises :class:`netverify.query.sentence_error.SentenceError` for a source that is no workload or namespace.
        """
        from netverify.answers.resolution import resolution  # noqa: PLC0415 it imports the solver

        asking = read_asking(source, self.inventory.cluster, self.settings.default_namespace)
        return resolution(name, asking, self._context)

    def findings(self, surface: Surface) -> tuple[Diagnostic, ...]:
        """What was probably not meant about Services, names and ways in; ``surface`` is all of :meth:`exposed`."""
        from netverify.lint.all import routing_findings  # noqa: PLC0415 other commands do without

        return routing_findings(self._context, surface)

    def check(self, spec: Spec, terms: Terms) -> GateReport:
        """What became of every assertion of ``spec``.

        Raises :class:`netverify.gate.intent.reading.IntentError` when some cannot be judged.
        """
        from netverify.gate.checking import check  # noqa: PLC0415 it imports the solver
        from netverify.gate.intent.ends import Ends  # noqa: PLC0415 as above

        ends = Ends(spec.zones, self.inventory.cluster, self.settings.default_namespace, self._names.called)
        return check(spec, self._gate_router, ends, terms)

    def draft(self, day: date, tell: Callable[[int, int], None] | None = None) -> Draft:
        """An intent to begin with: what holds today, and what does not hold yet. It names no sources.

        ``tell`` hears how much of how much is done.
        """
        from netverify.gate.checking import Terms  # noqa: PLC0415 as above
        from netverify.gate.draft.drafting import Drafting  # noqa: PLC0415 it imports the solver
        from netverify.gate.draft.outline import Draft  # noqa: PLC0415 as above

        drafting = Drafting(self.inventory.cluster, self.map(), lambda spec: self.check(spec, Terms(day)), day)
        if tell is not None:
            drafting = replace(drafting, tell=tell)
        return Draft(day, (), zones=tuple(drafting.zones().values()), entries=drafting.entries())

    def lint(self, codes: Collection[str], tell: Callable[[int, int], None] | None = None) -> Linted:
        """The findings of ``codes``, about Services, names, ways in and policies.

        ``tell`` hears how many of how many ways in are judged, where that is asked for.
        """
        from netverify.answers.surface import Surface  # noqa: PLC0415 other commands do without
        from netverify.lint.linting import ABOUT_WAYS, lint  # noqa: PLC0415 as above

        earlier = len(self.settings.budget.gave_up)
        surface = self.exposed(None, tell) if ABOUT_WAYS.intersection(codes) else Surface(())
        return lint(self._context, surface, codes, earlier)

    @cached_property
    def _names(self) -> Names:
        return Names(RoutingIndex(self.inventory.cluster), self.settings.routing)

    @cached_property
    def _router(self) -> Router:
        from netverify.answers.routed import Router  # noqa: PLC0415 it imports the solver

        return Router(self._context)

    @cached_property
    def _gate_router(self) -> GateRouter:
        from netverify.gate.router import GateRouter  # noqa: PLC0415 it imports the solver

        return GateRouter(self._context)

    @cached_property
    def _context(self) -> Context:
        from netverify.answers.context import make_context  # noqa: PLC0415 it imports the solver

        return make_context(self.inventory, self.settings)


def ask(sentence: str, inventory: Inventory, settings: Settings | None = None) -> Answer | Listing:
    """Answer one question; see :meth:`Verifier.ask`, which is cheaper for many."""
    return Verifier(inventory, settings).ask(sentence)


__all__ = ["Settings", "Verifier", "Wanted", "ask"]
