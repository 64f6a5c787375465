"""Claims that every flow is allowed, which go by routes: every pod gets through to every endpoint, on every port."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from netverify.answers.route_verdicts import unique
from netverify.answers.verdict import Judgement, judgement, of_any
from netverify.gate.claim import Claim
from netverify.gate.client_kinds import kinds_of_clients
from netverify.gate.intent.spec import World
from netverify.gate.judged import Judged, about_something, held, of_answers, texts, together, with_steps
from netverify.gate.outcome import Violation, fingerprint
from netverify.gate.refusals import Refusal, Refusals, items_of
from netverify.gate.router import GateRouter
from netverify.model.cluster import WorkloadKey
from netverify.model.flow import End
from netverify.policy.predicate import All, Predicate
from netverify.query.called import Called
from netverify.query.outcome import Answer, EndpointKind, Verdict
from netverify.query.question import Question, narrowed, without
from netverify.query.remarks import Remarks
from netverify.query.service_ports import port_words
from netverify.query.whereabouts import is_inside, is_outside
from netverify.routes.planned import PlannedLeg, PlannedRoute
from netverify.symbolic.casting import PodScope

Straight: TypeAlias = Callable[[Claim], Judged]
_Way: TypeAlias = list[tuple[PlannedRoute, Judged]]
"""The routes by one way to one endpoint, each as policy may see it, judged."""


def judge_promise(claim: Claim, assertion: str, router: GateRouter, straight: Straight) -> Judged:
    """Whether every flow of ``claim`` is allowed; from outside, by one way in at least, whoever the client is.

    ``straight`` judges a claim about flows that take no route. Each port is judged alone: one that leads nowhere is
    no reason to call the others all of them.
    """
    question = router.names.followed(claim.question)
    if not question.from_outside:
        return together([_unless_exempt(one, claim, assertion, router) for one in _each_port(question)])
    inside = replace(narrowed(question, End.SOURCE, is_inside(End.SOURCE)), from_outside=False)
    has_pods = router.context.search.casting.cast(inside.source, End.SOURCE, PodScope.EXISTING).workloads
    pods = straight(replace(claim, question=inside)) if has_pods else None
    outside = narrowed(question, End.SOURCE, is_outside(End.SOURCE))
    asked = [kind for port in _each_port(outside) for kind in kinds_of_clients(port, router.ways.all)]
    found = together([_unless_exempt(one, claim, assertion, router) for one in asked])
    return about_something([found, pods] if pods is not None else [found])


def _unless_exempt(question: Question, claim: Claim, assertion: str, router: GateRouter) -> Judged:
    """What becomes of ``claim`` about ``question``; it holds where all that is left to say of it is exempt."""
    judge = _from_outside if question.from_outside else _from_inside
    found = judge(replace(claim, question=question), assertion, router)
    if found.verdict is Judgement.REFUTED and (doubts := _doubts(replace(claim, question=question), router)):
        return replace(of_answers(Judgement.UNKNOWN, ()), remarks=Remarks(doubts))
    if found.verdict is not Judgement.VACUOUS or not question.beside:
        return found
    alone = judge(replace(claim, question=replace(question, beside=())), assertion, router)
    return found if alone.verdict is Judgement.VACUOUS else held(found)


def _each_port(question: Question) -> Iterator[Question]:
    """``question`` port by port."""
    called = question.called
    if called is None or called.service is None or called.is_dialled_directly:
        yield from (replace(question, traffic=one) for one in items_of(question.traffic))
        return
    if len(called.ports) <= 1:
        yield question
        return
    for port in called.ports:
        text = f"{question.destination_text} on {port_words(port)}"
        yield replace(question, called=replace(called, ports=(port,)), destination_text=text)


def _planned(question: Question, router: GateRouter) -> list[PlannedRoute]:
    return [route for route in router.planned(question) if route.is_common and not route.doubt]


def _from_inside(claim: Claim, assertion: str, router: GateRouter) -> Judged:
    """Every pod gets through to every endpoint of one port."""
    routes = _planned(claim.question, router)
    if not routes:
        return _without_routes(claim, assertion, router)
    judged = [_route_refused(route, claim, assertion, router) for route in routes]
    if nowhere := _leads_nowhere(routes, claim, assertion, router):
        return nowhere
    return about_something(judged)


def _doubts(claim: Claim, router: GateRouter) -> tuple[str, ...]:
    """Why flows may come by ways that nobody knows, and on which policy refuses nothing."""
    unknown = [route for route in router.planned(claim.question) if route.doubt]
    return unique(
        route.doubt
        for route in unknown
        if all(_refusals(leg, claim.world, router).end.verdict is Verdict.UNREACHABLE for leg in route.legs)
    )


def _without_routes(claim: Claim, assertion: str, router: GateRouter) -> Judged:
    answer = router.answer(claim.question)
    if answer.verdict is Verdict.UNKNOWN:
        return of_answers(Judgement.UNKNOWN, (answer,))
    why = "no way in leads there" if claim.question.from_outside else "no route leads there"
    return of_answers(Judgement.REFUTED, (answer,), violations=(_cannot(why, claim, assertion, answer),))


def _cannot(why: str, claim: Claim, assertion: str, answer: Answer) -> Violation:
    source, destination = claim.question.source_text, claim.question.destination_text
    text = f"{source} cannot reach {destination}: {why}"
    mark = fingerprint(assertion, claim.key, "refused", source, destination, why)
    return Violation(text, source, destination, mark, refused=True, because=answer.because)


def _leads_nowhere(routes: Sequence[PlannedRoute], claim: Claim, assertion: str, router: GateRouter) -> Judged | None:
    """What becomes of a claim about a port of a Service that no existing pod serves; None where one does."""
    called = claim.question.called
    if called is None or called.service is None or any(one.leads_to is not EndpointKind.POSSIBLE for one in routes):
        return None
    answers = [_refusals(leg, World.POSSIBLE, router).end for route in routes for leg in route.legs[-1:]]
    if all(answer.verdict is Verdict.VACUOUS for answer in answers):
        return of_answers(Judgement.VACUOUS, answers)  # an exception leaves aside whoever could be behind it
    service = called.service
    if not router.context.routing.selected(service.namespace, service.selector or {}):
        if claim.world is World.POSSIBLE:
            return None
        empty = of_answers(Judgement.VACUOUS, answers)
        return replace(empty, remarks=replace(empty.remarks, notes=(f"no existing pod is behind Service {service}",)))
    violation = _cannot(f"no pod behind it has {_target_words(called)}", claim, assertion, answers[0])
    return of_answers(Judgement.REFUTED, answers, violations=(violation,))


def _target_words(called: Called) -> str:
    return " or ".join(f"a port named {port.target_port}" for port in called.ports) or "such a port"


def _from_outside(claim: Claim, assertion: str, router: GateRouter) -> Judged:
    """Every endpoint has a way in that is open to all the clients, of which each is as good as any other."""
    routes = _planned(claim.question, router)
    if not routes:
        return _without_routes(claim, assertion, router)
    if nowhere := _leads_nowhere(routes, claim, assertion, router):
        return nowhere
    open_parts: list[Judged] = []
    closed: list[Judged] = []
    covered: list[Predicate] = []
    for (destination, traffic), ways in _by_endpoint(routes, claim, assertion, router).items():
        judged = [_of_way(way, claim, assertion) for way in ways]
        best = [one for one in judged if one.verdict is Judgement.PROVED]
        if best:
            open_parts.append(together(best))
            covered.append(All((destination, traffic)))
        else:
            closed.append(about_something(judged))
    if claim.question.called is not None:
        return about_something([*open_parts, *closed])
    return _every_flow(claim, assertion, router, covered, (open_parts, closed))


def _every_flow(
    claim: Claim,
    assertion: str,
    router: GateRouter,
    covered: Sequence[Predicate],
    judged: tuple[Sequence[Judged], Sequence[Judged]],
) -> Judged:
    """Of a claim about pods: whether the ways that are open lead to all of them, on all ports."""
    open_parts, closed = judged
    question = replace(claim.question, from_outside=False)
    rest = _refusals(PlannedLeg(without(question, *covered)), claim.world, router)
    if rest.end.verdict is Verdict.VACUOUS and not rest.refusals:
        if not open_parts:
            return of_answers(Judgement.VACUOUS, rest.answers)
        return with_steps(together(open_parts), [rest.end.derivation] if router.context.settings.keep_goals else [])
    about = [one for one in closed if one.verdict is not Judgement.VACUOUS]
    if about:
        return together([*open_parts, *about])
    why = "no way in leads to every port of every pod that is meant"
    violation = _cannot(why, claim, assertion, rest.end)
    return together([*open_parts, of_answers(Judgement.REFUTED, rest.answers, violations=(violation,))])


def _by_endpoint(
    routes: Sequence[PlannedRoute], claim: Claim, assertion: str, router: GateRouter
) -> dict[tuple[Predicate, Predicate], list[_Way]]:
    """``routes``, judged: by their endpoint, then by the way that they come."""
    found: dict[tuple[Predicate, Predicate], dict[object, _Way]] = defaultdict(lambda: defaultdict(list))
    for route in routes:
        last = route.legs[-1].question
        judged = _route_refused(route, claim, assertion, router)
        found[last.destination, last.traffic][route.path].append((route, judged))
    return {endpoint: list(ways.values()) for endpoint, ways in found.items()}


def _of_way(way: _Way, claim: Claim, assertion: str) -> Judged:
    """Whether a client gets through by ``way``, as whomever policy sees it, on no condition outside the manifests."""
    about = [(route, one) for route, one in way if one.verdict is not Judgement.VACUOUS]
    if not about:
        return together([one for _, one in way])
    found = about_something([one for _, one in way])
    if found.verdict is not Judgement.PROVED or any(not route.provided for route, _ in about):
        return found
    route = about[0][0]
    by = " -> ".join(hop.text for hop in route.path)
    text = f"{claim.question.source_text} can reach {route.text} by way of {by} only {route.provided[0]}"
    mark = fingerprint(assertion, claim.key, "refused", route.text, by, *route.provided)
    violation = Violation(text, claim.question.source_text, route.text, mark, refused=True)
    closed = frozenset((Judgement.REFUTED,))
    return replace(found, verdict=Judgement.REFUTED, violations=(violation,), because=(), among=closed)


def _route_refused(route: PlannedRoute, claim: Claim, assertion: str, router: GateRouter) -> Judged:
    found = [_refusals(leg, claim.world, router) for leg in route.legs]
    answers = [answer for one in found for answer in one.answers]
    violations = tuple(
        _violation(route, number, refusal, claim, assertion)
        for number, one in enumerate(found)
        for refusal in one.refusals
    )
    # A way that nobody can take is about nobody, whatever the rest of it is.
    ends = {one.end.verdict for one in found}
    against = Verdict.VACUOUS if Verdict.VACUOUS in ends else of_any(ends)
    verdict = judgement(Verdict.REACHABLE if violations else against)
    is_complete = all(one.is_complete for one in found)
    return of_answers(verdict, answers, violations=violations, is_complete=is_complete)


def _violation(route: PlannedRoute, number: int, refusal: Refusal, claim: Claim, assertion: str) -> Violation:
    """That ``refusal`` is in the way on the connection of ``route`` with that number."""
    question = claim.question
    source = question.source_text if question.from_outside and not number else _workload_or(refusal, question)
    text = f"{source} cannot reach {question.destination_text}: no connection to {route.text}"
    text += f", {route.provided[0]}" if route.choice else ""
    by = " -> ".join(hop.text for hop in route.path)
    return Violation(
        text,
        source,
        route.text,
        fingerprint(assertion, claim.key, route.text, by, *route.provided, str(number), *refusal.marks),
        refused=True,
        witness=refusal.answer.witness,
        because=refusal.answer.because,
        shown_by=texts((refusal.answer,)),
    )


def _workload_or(refusal: Refusal, question: Question) -> str:
    """The workload that is refused, or the source in words."""
    witness = refusal.answer.witness
    workload = getattr(witness.flow.source, "workload", None) if witness is not None else None
    return str(workload) if isinstance(workload, WorkloadKey) else question.source_text


def _refusals(leg: PlannedLeg, world: World, router: GateRouter) -> Refusals:
    found = router.refusals_of(leg, world)
    return replace(found, answers=tuple(router.as_judged(leg, one) for one in found.answers))
