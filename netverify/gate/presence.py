"""Whether anyone of the manifests is at the ends of a claim about existing pods."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.context import Context
from netverify.gate.claim import Claim
from netverify.intent.spec import World
from netverify.model.flow import End
from netverify.queries.called import Called
from netverify.symbolic.casting import PodScope


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
