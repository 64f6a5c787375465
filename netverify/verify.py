"""The pipeline on one page: inputs to inventory; from there a sentence to an answer, or all pairs to a map."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from netverify.answers.settings import Settings, with_owners
from netverify.diagnostics import Diagnostic
from netverify.late import late
from netverify.policy.predicate import ALWAYS
from netverify.query.narrowing import Wanted
from netverify.query.outcome import Answer, Listing, Verdict
from netverify.query.question import Form, Question
from netverify.query.sentence import parse_sentence
from netverify.query.unmatched_labels import unmatched_labels
from netverify.routes.index import RoutingIndex
from netverify.routes.naming import Names
from netverify.sources.coverage import Inventory

if TYPE_CHECKING:
    from netverify.answers import combined, context, listed_ways, mapping, plugin_notes, resolution, routed, scoping
    from netverify.answers import surface as surfaces
    from netverify.answers.context import Context
    from netverify.answers.mapping import Map
    from netverify.answers.resolution import Resolution
    from netverify.answers.routed import Router
    from netverify.answers.scope import Place, Scope
    from netverify.answers.surface import Surface
    from netverify.gate import checking, router
    from netverify.gate import plugins as gate_plugins
    from netverify.gate import zones as gate_zones
    from netverify.gate.checking import Terms
    from netverify.gate.draft import drafting, outline
    from netverify.gate.draft.outline import Draft
    from netverify.gate.intent import ends
    from netverify.gate.intent.spec import Spec, ZoneText
    from netverify.gate.outcome import GateReport
    from netverify.gate.router import GateRouter
    from netverify.lint import all as all_findings
    from netverify.lint import linting
    from netverify.lint.linting import Linted
    from netverify.routes.requests import Request
else:
    combined, context, listed_ways, mapping, plugin_notes, resolution, routed, scoping, surfaces = late(
        "netverify.answers",
        *(
            "combined",
            "context",
            "listed_ways",
            "mapping",
            "plugin_notes",
            "resolution",
            "routed",
            "scoping",
            "surface",
        ),
    )
    checking, router, ends, gate_plugins, gate_zones = late(
        "netverify.gate", "checking", "router", "intent.ends", "plugins", "zones"
    )
    drafting, outline = late("netverify.gate.draft", "drafting", "outline")
    all_findings, linting = late("netverify.lint", "all", "linting")


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
        notes = (*unmatched_labels(question, self.inventory.cluster), *self._about_the_plugin(question, found))
        remarks = replace(found.remarks, notes=(*found.notes, *notes)) if notes else found.remarks
        return replace(found, read_as=question.read_as, remarks=remarks)

    def _about_the_plugin(self, question: Question, found: Answer | Listing) -> tuple[str, ...]:
        """How to name the plugin where ``found`` depends on it; and what is proved with those that keep to the API."""
        if self.settings.cni is not None or not plugin_notes.outcome_depends(found):
            return ()
        offered = plugin_notes.offer(self.inventory)
        if isinstance(found, Listing):
            return (offered,)
        kept = plugin_notes.kept_to_the_api(self.settings)
        if kept is None or not plugin_notes.is_beside_the_api(*found.witnesses):
            return (offered,)
        with_others = Verifier(self.inventory, kept).answer(question)
        if with_others.verdict is not Verdict.UNREACHABLE:
            return (offered,)
        cluster = self.inventory.cluster
        return *plugin_notes.proved_with_the_others("it is proved that nothing gets through", cluster), offered

    def _listing(self, question: Question) -> Listing:
        if question.called is not None:
            return listed_ways.routed_listing(question, self._router)
        direct = replace(question, services=())
        found = listed_ways.listing_with_ways(direct, self._router)
        if not question.services:
            return found
        return combined.list_block(question, found, self._router)

    def question(self, sentence: str) -> Question:
        """The question that ``sentence`` asks. Raises as :meth:`ask` does."""
        default = self.settings.default_namespace
        return parse_sentence(sentence, self.inventory.cluster, default_namespace=default, names=self._names.called)

    def answer(self, question: Question) -> Answer:
        """Answer a ``question`` of the form ``can``, however it came to be."""
        if question.source == ALWAYS:
            return self.answer_of_anyone(question)
        if question.services:
            return combined.answer_block(question, self._router)
        return self._router.answer(question)

    def answer_of_anyone(self, question: Question) -> Answer:
        """Answer ``question``, whose source is both pods and addresses outside, each on every way that it can take."""
        return combined.answer_of_anyone(question, self._router)

    def map(self, wanted: Wanted | None = None) -> Map:
        """Who may open which connections to whom, among existing pods and external ranges; as far as ``wanted``.

        Raises :class:`netverify.query.sentence_error.SentenceError` when ``wanted`` cannot be read or names what does
        not exist.
        """
        return mapping.make_map(self.inventory, self.settings, wanted or Wanted())

    def scope(self, places: Sequence[Place], *, is_outward: bool = False) -> Scope:
        """Who reaches ``places`` and whom they reach, directly or by others; the latter alone where ``is_outward``."""
        return scoping.scope_of(places, self._context, is_outward=is_outward)

    def places(self, zones: Sequence[ZoneText], names: Sequence[str]) -> tuple[Place, ...]:
        """Those of ``zones`` that go by ``names``, which all do.

        Raises :class:`netverify.gate.intent.ends.EndError` for a zone that cannot be looked up.
        """
        found = ends.Ends(zones, self.inventory.cluster, self.settings.default_namespace, self._names.called)
        return tuple(gate_zones.place_of(zone, found) for name in names for zone in zones if zone.name == name)

    def exposed(self, request: Request | None = None, tell: Callable[[int, int], None] | None = None) -> Surface:
        """Every way in from outside, or those that serve ``request``, and whether policy lets it through.

        ``tell`` hears how many of how many are judged.
        """
        return (
            surfaces.surface(self._router, request) if tell is None else surfaces.surface(self._router, request, tell)
        )

    def resolve(self, name: str, source: str) -> Resolution:
        """What the pods that ``source`` names make of the DNS name ``name``.

        Raises :class:`netverify.query.sentence_error.SentenceError` for a source that is no workload or namespace.
        """
        return resolution.resolution(name, source, self._context)

    def findings(self, surface: Surface) -> tuple[Diagnostic, ...]:
        """What was probably not meant about Services, names and ways in; ``surface`` is all of :meth:`exposed`."""
        return all_findings.routing_findings(self._context, surface)

    def check(self, spec: Spec, terms: Terms) -> GateReport:
        """What became of every assertion of ``spec``.

        Raises :class:`netverify.gate.intent.reading.IntentError` when some cannot be judged.
        """
        found = ends.Ends(spec.zones, self.inventory.cluster, self.settings.default_namespace, self._names.called)
        report = checking.check(spec, self._gate_router, found, terms)
        if self.settings.cni is not None:
            return report
        beside, kept = gate_plugins.beside_the_api(report), plugin_notes.kept_to_the_api(self.settings)
        with_others = None
        if beside and kept is not None and not report.is_cut_short:
            with_others = Verifier(self.inventory, kept).check(spec, gate_plugins.terms_for(beside, terms))
        return gate_plugins.with_notes(report, with_others, self.inventory)

    def draft(self, day: date, tell: Callable[[int, int], None] | None = None) -> Draft:
        """An intent to begin with: what holds today, and what does not hold yet. It names no sources.

        ``tell`` hears how much of how much is done.
        """
        draft = drafting.Drafting(
            self.inventory.cluster, self.map(), lambda spec: self.check(spec, checking.Terms(day)), day
        )
        if tell is not None:
            draft = replace(draft, tell=tell)
        return outline.Draft(day, (), zones=tuple(draft.zones().values()), entries=draft.entries())

    def lint(self, codes: Collection[str], tell: Callable[[int, int], None] | None = None) -> Linted:
        """The findings of ``codes``, about Services, names, ways in and policies.

        ``tell`` hears how many of how many ways in are judged, where that is asked for.
        """
        earlier = len(self.settings.budget.gave_up)
        surface = self.exposed(None, tell) if linting.ABOUT_WAYS.intersection(codes) else surfaces.Surface(())
        return linting.lint(self._context, surface, codes, earlier)

    @cached_property
    def _names(self) -> Names:
        return Names(RoutingIndex(self.inventory.cluster), self.settings.routing)

    @cached_property
    def _router(self) -> Router:
        return routed.Router(self._context)

    @cached_property
    def _gate_router(self) -> GateRouter:
        return router.GateRouter(self._context)

    @cached_property
    def _context(self) -> Context:
        return context.make_context(self.inventory, self.settings)


def ask(sentence: str, inventory: Inventory, settings: Settings | None = None) -> Answer | Listing:
    """Answer one question; see :meth:`Verifier.ask`, which is cheaper for many."""
    return Verifier(inventory, settings).ask(sentence)


__all__ = ["Settings", "Verifier", "Wanted", "ask"]
