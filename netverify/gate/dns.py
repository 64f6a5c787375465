"""Whether existing pods may ask the DNS of the cluster, as a statement that is judged."""

from __future__ import annotations

from dataclasses import replace

from netverify.answers.context import Context
from netverify.answers.dns import DnsAccess, DnsVerdict, dns_access_of, dns_refused
from netverify.answers.verdict import Judgement, judgement, of_search
from netverify.gate.claiming import Claiming
from netverify.gate.intent.spec import DnsWorks
from netverify.gate.judged import Judged, of_answers, texts, together
from netverify.gate.outcome import Violation, fingerprint
from netverify.model.cluster import Workload
from netverify.model.flow import End
from netverify.model.traffic import Protocol
from netverify.policy.predicate import All, IsWorkload, Predicate
from netverify.query.derivation import all_of
from netverify.query.outcome import Answer, Scope, Verdict
from netverify.query.remarks import Remarks
from netverify.symbolic.casting import PodScope

_DNS = "the DNS of the cluster"


def judge_dns(statement: DnsWorks, assertion: str, claiming: Claiming) -> Judged:
    """Whether every existing pod of the zone may ask over UDP, whatever is left open.

    Raises :class:`netverify.gate.intent.ends.EndError`.
    """
    context = claiming.context
    zone = claiming.ends.pods(statement.zone, End.SOURCE)
    workloads = context.search.casting.cast(zone.predicate, End.SOURCE, PodScope.EXISTING).workloads
    if not workloads:
        note = f"no existing pod is `{zone.text}`"
        return Judged(Judgement.VACUOUS, remarks=Remarks(notes=(note,)))
    return together([_judged(workload, zone.predicate, assertion, context) for workload in workloads])


def _judged(workload: Workload, zone: Predicate, assertion: str, context: Context) -> Judged:
    access = dns_access_of(context, workload.key, (Protocol.UDP,))
    found = _by_access(workload, zone, assertion, context, access)
    given = [path.server.assumption for path in access.paths_over(Protocol.UDP) if path.server.assumption]
    return replace(found, remarks=found.remarks.given(given))


def _by_access(workload: Workload, zone: Predicate, assertion: str, context: Context, access: DnsAccess) -> Judged:
    answers = [path.answer for path in access.paths_over(Protocol.UDP)]
    verdict = access.over(Protocol.UDP)
    match verdict:
        case DnsVerdict.ALLOWED:
            return _by_every_pod(workload, zone, assertion, context, answers)
        case DnsVerdict.UNKNOWN:
            return of_answers(Judgement.UNKNOWN, answers)
        case DnsVerdict.BLOCKED | DnsVerdict.DEPENDS | DnsVerdict.NOBODY:
            found = _violation(workload, assertion, access, verdict)
            return of_answers(Judgement.REFUTED, answers, violations=(found,))


def _by_every_pod(
    workload: Workload, zone: Predicate, assertion: str, context: Context, answers: list[Answer]
) -> Judged:
    """The same of all pods of one workload, of which some may ask some server, as far as is known.

    Other pods of it may have other labels, and either end another address, which a rule that denies may speak of.
    """
    source = All((IsWorkload(End.SOURCE, workload.key), zone))
    refused = list(dns_refused(context, source, str(workload.key), Protocol.UDP))
    answers = [*answers, *refused]
    found = next((one for one in refused if one.verdict is Verdict.REACHABLE), None)
    if found is None:
        is_known = all(one.verdict is not Verdict.UNKNOWN for one in refused)
        proof = all_of("", [one.derivation for one in refused])
        verdict = judgement(of_search(is_found=False, is_complete=is_known))
        return of_answers(verdict, answers, derivation=proof)
    violation = Violation(
        f"a pod of {workload.key} cannot ask the DNS of the cluster over UDP",
        str(workload.key),
        _DNS,
        fingerprint(assertion, str(workload.key), "some"),
        refused=True,
        scope=Scope.EXISTING,
        witness=found.witness,
        because=found.because,
        shown_by=texts((found,)),
    )
    return of_answers(Judgement.REFUTED, answers, violations=(violation,))


def _violation(workload: Workload, assertion: str, access: DnsAccess, verdict: DnsVerdict) -> Violation:
    paths = access.paths_over(Protocol.UDP)
    needs = list(dict.fromkeys(need for path in paths for need in path.needs))
    why = {
        DnsVerdict.BLOCKED: "cannot ask the DNS of the cluster over UDP",
        DnsVerdict.NOBODY: "has no DNS to ask: its Service has no endpoint for UDP",
    }.get(verdict, f"may ask the DNS of the cluster only where {' and '.join(needs) or 'one of its servers is asked'}")
    advice = "; ".join(dict.fromkeys(path.server.advice for path in paths if path.server.advice))
    reasons = tuple(dict.fromkeys(reason for path in paths for reason in path.answer.because))
    return Violation(
        f"{workload.key} {why}" + (f": {advice}" if advice else ""),
        str(workload.key),
        _DNS,
        fingerprint(assertion, str(workload.key), verdict),
        refused=True,
        scope=Scope.EXISTING,
        because=reasons,
    )
