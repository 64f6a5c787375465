"""What is wrong with an intent file itself: zones that are nobody, approvals of nothing, exceptions that expired."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.refusal import shown
from netverify.gate.claiming import Claiming
from netverify.gate.intent.ends import united
from netverify.gate.intent.spec import Only, Spec
from netverify.gate.judging import Judge
from netverify.gate.outcome import BaselineUse, ExceptionState, ExceptionUse
from netverify.gate.prepared import Prepared
from netverify.model.flow import End
from netverify.policy.predicate import All
from netverify.query.called import Called
from netverify.symbolic.casting import PodScope


def empty_zones(spec: Spec, claiming: Claiming) -> Iterator[Diagnostic]:
    """``NV712``: zones that no existing pod is in, where the manifests hold pods at all."""
    if not claiming.context.inventory.cluster.workloads:
        return
    cast = claiming.context.search.casting.cast
    for zone in spec.zones:
        parts = claiming.ends.zone(zone)
        if any(_leads_elsewhere(part.called) for part in parts):
            continue
        found = cast(united(parts).predicate, End.DESTINATION, PodScope.EXISTING)
        if not found.workloads and not found.external:
            text = f"no existing pod is in zone {shown(zone.name)}"
            advice = "check its labels and namespaces; what is proved of it holds for pods that could be created"
            yield Diagnostic("NV712", Severity.WARNING, text, zone.origin, advice)


def _leads_elsewhere(called: Called | None) -> bool:
    """Whether no selector says who is behind what is ``called``."""
    return called is not None and (called.service is None or called.service.selector is None)


def approved_but_impossible(prepared: Prepared, judge: Judge) -> Iterator[Diagnostic]:
    """``NV713``: flows that an assertion approves, and that no policy lets through."""
    if not isinstance(prepared.assertion.statement, Only):
        return
    for flow, exempt in prepared.approved:
        asked = [
            replace(
                claim,
                exempt=(),
                question=replace(
                    claim.question,
                    source=All((claim.question.source, exempt.source)),
                    destination=All((claim.question.destination, exempt.target)),
                ),
            )
            for claim in prepared.claims
        ]
        if flow.origin is not None and not any(judge.is_possible(claim, prepared.assertion.id) for claim in asked):
            text = f"an approved flow of {shown(prepared.assertion.id)} is never possible"
            yield Diagnostic("NV713", Severity.WARNING, text, flow.origin, "remove the approval, or fix the policy")


def expired(uses: Iterable[ExceptionUse]) -> Iterator[Diagnostic]:
    """``NV719``: exceptions that no longer hold, which fail the gate whether something needs them or not."""
    for use in uses:
        if use.state is ExceptionState.EXPIRED:
            given = use.exception
            text = f"exception {shown(given.id)} expired on {given.expires}: its flows count again"
            yield Diagnostic("NV719", Severity.ERROR, text, given.origin, "renew it, or remove it")


def outdated(baseline: BaselineUse | None) -> Iterator[Diagnostic]:
    """``NV721``: a baseline of an earlier version, some of which matches nothing."""
    if baseline is not None and baseline.is_old and baseline.gone:
        number = "1 entry" if baseline.gone == 1 else f"{baseline.gone} entries"
        text = f"{number} of the baseline {shown(baseline.path)} match nothing; an earlier version wrote it"
        advice = "write it anew with `--write-baseline`, after a look at what it would hide"
        yield Diagnostic("NV721", Severity.WARNING, text, Origin(baseline.path), advice)
