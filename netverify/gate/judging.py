"""Claims judged: on the direct way, by each route, and by each way in that pods can take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netverify.answers.context import Context, with_namespaces_of
from netverify.answers.verdict import Judgement
from netverify.gate.by_ways import by_hop, is_used_by_ways, judge_by_ways
from netverify.gate.claim import Claim, Exempt, Wanted
from netverify.gate.direct import all_allowed, asked_of, first_allowed, none_allowed
from netverify.gate.intent.spec import World
from netverify.gate.judged import Judged, about_something, held, together, with_steps
from netverify.gate.promised import judge_promise
from netverify.gate.routed import is_refused_straight, is_used_by_route, judge_routes, questions_of
from netverify.gate.router import GateRouter
from netverify.model.flow import End
from netverify.query.called import Called
from netverify.query.derivation import Rule, Step
from netverify.query.question import Question, without
from netverify.query.remarks import Remarks
from netverify.symbolic.casting import PodScope
from netverify.symbolic.status import Status


def absences(claim: Claim, context: Context) -> tuple[str, ...]:
    """What makes ``claim`` vacuous, one phrase for each end without an existing pod and without an address outside.

    Both ends outside are nobody as well: such a flow does not pass the cluster.
    Empty for a claim about pods that could be created, and for one that holds where there is nobody.
    """
    if claim.world is World.POSSIBLE or claim.nobody_will_do:
        return ()
    return tuple(dict.fromkeys(_absent(claim, context)))


def _is_empty(called: Called, context: Context) -> bool:
    """Whether what is ``called`` is a Service that selects nobody, and that no endpoints are written for."""
    service = called.service
    if service is None or service.selector is None:
        return False
    index = context.routing
    is_written = index.slices.get((service.namespace, service.name))
    return not is_written and not index.selected(service.namespace, service.selector)


def _absent(claim: Claim, context: Context) -> Iterator[str]:
    question = claim.question
    ends = [(question.source, End.SOURCE, question.source_text)]
    if question.called is None:
        ends.append((question.destination, End.DESTINATION, question.destination_text))
    elif _is_empty(question.called, context):
        yield f"no existing pod is behind `{question.destination_text}`"
    casts = [context.search.casting.cast(predicate, end, PodScope.EXISTING) for predicate, end, _ in ends]
    nobody = [not cast.workloads and not cast.external for cast in casts]
    absent = [words for is_absent, (_, _, words) in zip(nobody, ends, strict=True) if is_absent]
    if not absent and question.called is None and not any(cast.workloads for cast in casts):
        absent = [words for _, _, words in ends]
    yield from (f"no existing pod is `{words}`" for words in absent)


class Judge:
    """Judges the claims of one assertion after the other; ``router`` remembers what several need."""

    def __init__(self, router: GateRouter) -> None:
        self.router = router

    def judge(self, claim: Claim, assertion: str) -> Judged:
        """What becomes of ``claim`` of the assertion with that id."""
        if absent := absences(claim, self.router.context):
            nobody = Step(Rule.NOBODY, "; ".join(absent)) if self.router.context.settings.keep_goals else None
            return Judged(Judgement.VACUOUS, remarks=Remarks(notes=absent), derivation=nobody)
        return self._judged(claim, assertion)

    def _judged(self, claim: Claim, assertion: str) -> Judged:
        """``claim`` on the direct way, by each route, and by each way in that pods can take."""
        if claim.wanted is Wanted.ALL and not claim.question.is_routed:
            return all_allowed(claim, assertion, self.router)
        parts = [self._part(question, claim, assertion) for question in questions_of(claim)]
        if not claim.question.is_routed and all(part.verdict is Judgement.VACUOUS for part in parts):
            return about_something(parts)  # Where nobody could connect directly, nobody is at one of the ends.
        by_ways = judge_by_ways(claim, assertion, self.router)
        parts += by_ways.parts
        if not claim.exempt or any(part.verdict is not Judgement.VACUOUS for part in parts):
            return with_steps(about_something(parts), by_ways.closed)
        alone = self._judged(replace(claim, exempt=()), assertion)
        if alone.verdict is Judgement.REFUTED:  # Every flow is exempt, which is not the same as that there is none.
            return held(with_steps(together(parts), by_ways.closed))
        return alone

    def _part(self, question: Question, claim: Claim, assertion: str) -> Judged:
        """``claim`` about ``question``, which leaves aside what is exempt."""
        pods = tuple(by_hop(one) for one in claim.exempt)
        part = replace(claim, question=question, exempt=())

        def straight(one: Claim) -> Judged:
            """Policy sees a client without a route as it is, so the flows of exempt pods are left out."""
            beside = tuple(flows for flows in pods if flows not in one.question.beside)
            one = replace(one, question=without(one.question, *beside))
            is_all = one.wanted is Wanted.ALL
            return self.judge(one, assertion) if is_all else none_allowed(one, assertion, self.router)

        if not question.is_routed:
            return self._direct(part, claim, assertion)
        return (judge_promise if claim.wanted is Wanted.ALL else judge_routes)(part, assertion, self.router, straight)

    def _direct(self, part: Claim, claim: Claim, assertion: str) -> Judged:
        """``part`` of ``claim``, without exempt flows, on the direct way; that these are all there is makes it hold.

        Ways in count even then: what is exempt there is told way by way.
        """
        found = none_allowed(part, assertion, self.router)
        if found.verdict is not Judgement.VACUOUS or not claim.exempt:
            return found
        alone = none_allowed(replace(claim, exempt=()), assertion, self.router)
        if alone.verdict is Judgement.VACUOUS:
            return found
        return held(found) if alone.verdict is Judgement.REFUTED else alone

    def is_used(self, exempt: Exempt, claim: Claim, assertion: str) -> bool:
        """Whether ``exempt`` leaves out a flow that is against ``claim``, of which exceptions left out nothing yet.

        False only if that is sure.
        """
        if claim.wanted is Wanted.NONE:
            found = is_used_by_ways(exempt, claim, assertion, self.router)
            return found or is_used_by_route(exempt, claim, self.router)
        if is_refused_straight(exempt, claim, self.router):
            return True
        if not claim.question.is_routed:
            return False
        whole, rest = (self._judged(replace(claim, exempt=one), "") for one in ((), (exempt,)))
        return whole.verdict is Judgement.UNKNOWN or whole.marks != rest.marks

    def is_possible(self, claim: Claim, assertion: str) -> bool:
        """Whether some flow may be against ``claim``, which wants none; False only if that is proved."""
        if claim.question.is_routed:
            return self.judge(claim, assertion).verdict in (Judgement.REFUTED, Judgement.UNKNOWN)
        asked = asked_of(claim)
        context = with_namespaces_of(asked, self.router.context)
        return first_allowed(asked, claim, context).status is not Status.UNSAT
