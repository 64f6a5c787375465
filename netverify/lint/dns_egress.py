"""Pods whose egress is isolated and that cannot look names up.

Source: "DNS for Services and Pods"; RFC 7766: a resolver asks over UDP, and over TCP where an answer is cut short. The
port that policy sees is that of the DNS pods, which on OpenShift is 5353.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.context import Context
from netverify.answers.dns import DnsAccess, DnsVerdict, dns_access_of
from netverify.diagnostics import NOWHERE, Diagnostic, Severity
from netverify.lint.plain_queries import PlainQueries
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Workload
from netverify.model.labels import selector_matches
from netverify.model.network_policy import NetworkPolicy
from netverify.model.pod_network import DnsPolicy
from netverify.model.traffic import Protocol
from netverify.query.wording import setting_words
from netverify.routes.cluster_dns import DNS_PORT, PROTOCOLS, DnsServer, cluster_dns


def dns_findings(context: Context) -> Iterator[Diagnostic]:
    """NV607: no query gets through; NV608: only over one protocol; NV609: to port 53 only, where DNS is elsewhere.

    One finding for all workloads of a namespace that the same policies isolate. Pods that ask others than the cluster
    are left out.
    """
    seen: set[tuple[str, tuple[str, ...]]] = set()
    servers = cluster_dns(context.routing, context.settings.routing).servers
    queries = PlainQueries(context, servers)
    for workload in context.inventory.cluster.workloads:
        if workload.host_network or workload.network.dns_policy is not DnsPolicy.CLUSTER_FIRST:
            continue
        policies = _isolating(workload, context)
        key = (workload.key.namespace, tuple(policy.name for policy in policies))
        if not policies or key in seen:
            continue
        seen.add(key)
        blocked = queries.blocked(workload)
        if blocked is None:
            access = dns_access_of(context, workload.key)
            # A plugin that exempts traffic to the own node lets it through, which few are known to do.
            stopped = {DnsVerdict.BLOCKED, DnsVerdict.DEPENDS} if _needs_own_node(access) else {DnsVerdict.BLOCKED}
            blocked = tuple(one for one in PROTOCOLS if access.over(one) in stopped)
        yield from _finding(workload, policies, blocked, servers)


def _needs_own_node(access: DnsAccess) -> bool:
    """Whether queries get through only where pods always reach their own node, and never by a rule."""
    exempt = setting_words(Behaviour.POD_TO_LOCAL_NODE_ALLOWED, value=True)
    return all(path.server.advice and exempt in path.needs for path in access.paths if path.needs)


def _isolating(workload: Workload, context: Context) -> list[NetworkPolicy]:
    return [
        policy
        for policy in context.routing.policies.get(workload.key.namespace, ())
        if policy.for_egress and selector_matches(policy.pod_selector, workload.labels)
    ]


def _finding(
    workload: Workload, policies: list[NetworkPolicy], blocked: tuple[Protocol, ...], servers: tuple[DnsServer, ...]
) -> Iterator[Diagnostic]:
    if not blocked:
        return
    origin = policies[0].origin or NOWHERE
    who = f"`{workload.key}` and other pods with the same policies"
    ports = sorted({server.port for server in servers if isinstance(server.port, int)})
    if DNS_PORT not in ports and ports and any(_names_dns_port(policy) for policy in policies):
        text = f"{who} may ask port {DNS_PORT}, but the DNS pods listen on {', '.join(map(str, ports))}"
        yield Diagnostic("NV609", Severity.WARNING, text, origin, f"allow {ports[0]} over UDP and TCP as well")
    elif len(blocked) == 2:
        text = f"{who} cannot look up names: no egress rule allows DNS queries"
        local = "; ".join(dict.fromkeys(server.advice for server in servers if server.advice))
        to_pods = f"allow egress to the DNS pods on {' or '.join(map(str, ports or [DNS_PORT]))}, over UDP and TCP"
        advice = local or to_pods
        yield Diagnostic("NV607", Severity.WARNING, text, origin, advice)
    else:
        text = f"{who} cannot look up names over {blocked[0]}"
        why = "a rule without `protocol` is for TCP only" if blocked[0] is Protocol.UDP else "long answers need TCP"
        yield Diagnostic("NV608", Severity.WARNING, text, origin, f"allow both UDP and TCP: {why}")


def _names_dns_port(policy: NetworkPolicy) -> bool:
    return any(port.port == DNS_PORT for rule in policy.egress for port in rule.ports)
