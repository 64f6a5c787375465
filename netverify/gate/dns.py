"""Whether existing pods may ask the DNS of the cluster, as a statement that is judged."""

from __future__ import annotations

from netverify.answers.context import Context
from netverify.answers.dns import DnsAccess, DnsVerdict, dns_access_of
from netverify.gate.claiming import Claiming
from netverify.gate.fingerprint import fingerprint
from netverify.gate.judged import Judged, of_answers, together
from netverify.gate.outcome import GateVerdict, Violation
from netverify.intent.spec import DnsWorks
from netverify.model.cluster import Workload
from netverify.model.flow import End
from netverify.model.traffic import Protocol
from netverify.queries.outcome import Scope
from netverify.symbolic.casting import PodScope


def judge_dns(statement: DnsWorks, assertion: str, claiming: Claiming) -> Judged:
    """Whether every existing pod of the zone may ask over UDP, whatever is left open.

    Raises :class:`netverify.intent.ends.EndError`.
    """
    context = claiming.context
    zone = claiming.ends.pods(statement.zone, End.SOURCE)
    workloads = context.search.casting.cast(zone.predicate, End.SOURCE, PodScope.EXISTING).workloads
    if not workloads:
        note = f"no existing pod is `{zone.text}`"
        return Judged(GateVerdict.VACUOUS, notes=(note,))
    return together([_judged(workload, assertion, context) for workload in workloads])


def _judged(workload: Workload, assertion: str, context: Context) -> Judged:
    access = dns_access_of(context, workload.key)
    answers = [path.answer for path in access.paths_over(Protocol.UDP)]
    verdict = access.over(Protocol.UDP)
    match verdict:
        case DnsVerdict.ALLOWED:
            return of_answers(GateVerdict.PROVED, answers)
        case DnsVerdict.UNKNOWN:
            return of_answers(GateVerdict.UNKNOWN, answers)
        case DnsVerdict.BLOCKED | DnsVerdict.DEPENDS | DnsVerdict.NOBODY:
            found = _violation(workload, assertion, access, verdict)
            return of_answers(GateVerdict.REFUTED, answers, violations=(found,))


def _violation(workload: Workload, assertion: str, access: DnsAccess, verdict: DnsVerdict) -> Violation:
    paths = access.paths_over(Protocol.UDP)
    needs = list(dict.fromkeys(need for path in paths for need in path.needs))
    why = {
        DnsVerdict.BLOCKED: "cannot ask the DNS of the cluster over UDP",
        DnsVerdict.NOBODY: "has no DNS to ask: its Service has no endpoint for UDP",
    }.get(verdict, f"may ask the DNS of the cluster only where {' and '.join(needs) or 'one of its servers is asked'}")
    reasons = tuple(dict.fromkeys(reason for path in paths for reason in path.answer.because))
    return Violation(
        f"{workload.key} {why}",
        str(workload.key),
        "the DNS of the cluster",
        fingerprint(assertion, str(workload.key), verdict),
        refused=True,
        scope=Scope.EXISTING,
        because=reasons,
    )
