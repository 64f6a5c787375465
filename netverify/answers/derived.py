"""Derivations of answers: from what a search found, and from the connections of routes that are closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from netverify.answers.context import Context
from netverify.model.flow import End
from netverify.query.derivation import Derived, Rule, SolvedText, Step, all_of
from netverify.query.outcome import Answer, Route, Verdict
from netverify.query.question import Question
from netverify.symbolic.obligations import annotated
from netverify.symbolic.refinement import Found, printed
from netverify.symbolic.status import Status

CLOSED = (Verdict.UNREACHABLE, Verdict.VACUOUS)
"""The verdicts of which one on a connection closes its route."""


def shown_by(found: Found, context: Context) -> SolvedText | None:
    """The text that the flow of ``found`` is a model of, if texts are kept."""
    if found.goal is None or not context.settings.keep_goals:
        return None
    return annotated(found.goal), Status.SAT.value


def proof_of(question: Question, found: Found, context: Context, *, refused: bool = False) -> Derived:
    """The proof that ``found`` is; ``refused``: that no flow is refused, rather than that none is allowed.

    None where ``found`` is no proof, or texts are not kept. See :meth:`netverify.symbolic.search.Search.find` for the
    order of the goals: one for each portion, before it those that left policies out, and last the premises.
    """
    if not context.settings.keep_goals or found.status is not Status.UNSAT:
        return None
    goals = printed(found)
    if found.vacuous:
        return _of_nobody(question.text, goals)
    premises = goals[-1] if goals[-1][1] == Status.SAT.value else None
    if premises is None and found.premises_hold:
        premises = _premises(question, found, context)
    says = f"every flow of this is allowed: {question.text}" if refused else f"no: {question.text}"
    closed = [goal for goal in goals if goal[1] == Status.UNSAT.value]
    return all_of(says, [Step(Rule.GOAL, says, goal=goal, premises=premises) for goal in closed])


def nobody_at(question: Question, end: End, found: Found, context: Context) -> Derived:
    """The proof that nobody is at ``end`` of ``question``; as :func:`proof_of`."""
    if not context.settings.keep_goals or not found.vacuous:
        return None
    text = question.source_text if end is End.SOURCE else question.destination_text
    return _of_nobody(f"{text} as the {end}", printed(found))


def _of_nobody(says: str, goals: tuple[SolvedText, ...]) -> Step:
    """That there are no flows at all: by the text without policies, or by the inventory alone."""
    if goals and goals[-1][1] == Status.UNSAT.value:
        return Step(Rule.GOAL, f"there are no such flows: {says}", goal=goals[-1])
    return Step(Rule.NOBODY, f"nobody is at one of the ends: {says}")


def _premises(question: Question, found: Found, context: Context) -> SolvedText | None:
    """The text without policies. The solver saw that the goal can be met without one of them, which is not printed."""
    spaces = [space for obligation, _ in found.obligations for space in obligation.encoder.spaces.values()]
    existing = not any(space.cast.namespaces for space in spaces)
    texts = printed(context.search.find_premises(question, existing=existing))
    return texts[-1] if texts else None


def closed_route(route: Route) -> Derived:
    """The proof that nothing gets by ``route``: that one of its connections is closed."""
    leg = next((one for one in route.legs if one.verdict in CLOSED), None)
    if leg is None or leg.derivation is None or not route.path:
        return leg.derivation if leg is not None else None
    by = " -> ".join(hop.text for hop in route.path)
    return Step(Rule.CLOSED_ROUTE, f"{route.source} does not reach {route.text} by {by}", (leg.derivation,))


def closed_routes(routes: Iterable[Route]) -> list[Derived]:
    """The proofs about those of ``routes`` that are closed."""
    return [closed_route(route) for route in routes if route.verdict in CLOSED]


def without_route(says: str, *, why: str) -> Step:
    """That no route leads anywhere, as routing alone tells."""
    return Step(Rule.NO_ROUTE, f"no route: {says}" + (f": {why}" if why else ""))


def with_steps(found: Answer, says: str, steps: Iterable[Derived]) -> Answer:
    """``found``, whose proof needs ``steps`` as well."""
    return replace(found, derivation=all_of(says, (found.derivation, *steps)))
