"""Pods whose egress is isolated and that cannot look names up.

Source: "DNS for Services and Pods"; RFC 7766: a resolver asks over UDP, and over TCP where an answer is cut short. The
port that policy sees is that of the DNS pods, which on OpenShift is 5353.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.context import Context
from netverify.answers.dns import DnsAccess, DnsVerdict, dns_access_of
from netverify.diagnostics import NOWHERE, Diagnostic, Severity
from netverify.lint.specimens import ORDINARY
from netverify.model.addresses import Address
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Workload
from netverify.model.flow import Direction, End, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL, Labels, selector_matches, selector_of
from netverify.model.mesh import ambient_mesh
from netverify.model.network_policy import NetworkPolicy
from netverify.model.pod_network import DnsPolicy
from netverify.model.traffic import Protocol
from netverify.policy.evaluate import matches, table_allows
from netverify.policy.predicate import All, Choices, Decided, NamespaceMatches
from netverify.policy.visit import conjuncts
from netverify.query.wording import setting_words
from netverify.routes.cluster_dns import DNS_PORT, PROTOCOLS, DnsServer, cluster_dns
from netverify.symbolic.candidates import may_allow
from netverify.symbolic.scene import Cast, Scene


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


# Queries that are plainly let through, or plainly not, need no solver. One flow that the reference reading allows
# refutes that no query gets through. That none does is plain where no rule of the asking pod can match a query at all:
# folding a predicate says no only if it never holds.

_WITHOUT_NAMES: Choices = {
    **ORDINARY,
    Behaviour.NAMED_PORTS_SUPPORTED: False,
    Behaviour.NAMED_PORT_VOIDS_POLICY: True,
}
"""What a plugin does that applies no policy which names a port: most queries that seldom get through do with it."""


class PlainQueries:
    """Queries to ``servers``, those of the cluster of ``context``."""

    def __init__(self, context: Context, servers: tuple[DnsServer, ...]) -> None:
        self._context = context
        self._servers = servers
        settings, inventory = context.settings, context.inventory
        cluster = inventory.cluster
        self._answering = {one.key: one for one in cluster.workloads if one.key in {each.workload for each in servers}}
        usual = all(one.stand_in is None and isinstance(one.port, int) for one in servers)
        nothing_else = not (cluster.unsupported or inventory.has_errors or settings.pod_cidrs or ambient_mesh(cluster))
        hosts = any(self._is_on_host(one) for one in servers)
        everything = {one.protocol for one in servers} == set(PROTOCOLS)
        placed = any(one.known_addresses for one in self._answering.values())
        self._tellable = usual and nothing_else and everything and not hosts and not placed

    def blocked(self, workload: Workload) -> tuple[Protocol, ...] | None:
        """The protocols over which no query of ``workload`` gets through; None where that is not plain."""
        if not self._tellable or workload.known_addresses or workload.key in self._answering:
            return None
        blocked: list[Protocol] = []
        for protocol in PROTOCOLS:
            servers = [one for one in self._servers if one.protocol is protocol]
            if all(self._gets_through(workload, one) for one in servers):
                continue
            if any(self._may_leave(workload, one) for one in servers):
                return None
            blocked.append(protocol)
        return tuple(blocked)

    def _gets_through(self, workload: Workload, server: DnsServer) -> bool:
        return any(
            matches(All((server.destination, server.traffic)), flow, behaviours)
            and all(table_allows(self._context.policies.slice(d, (home,)), flow, behaviours) for d, home in ends)
            for behaviours in (Decided(usual, self._context.settings.fixed) for usual in (ORDINARY, _WITHOUT_NAMES))
            for flow, ends in self._flows(workload, server)
        )

    def _flows(self, workload: Workload, server: DnsServer) -> Iterator[tuple[Flow, tuple[tuple[Direction, str], ...]]]:
        """A query, with the direction and the namespace of each end that policies may speak of."""
        cluster, home = self._context.inventory.cluster, workload.key.namespace
        there, port = _namespace_of(server), server.port
        who = self._answering.get(server.workload) if server.workload is not None else None
        namespace = cluster.namespaces.get(there)
        labels = namespace.labels if namespace is not None else {NAMESPACE_NAME_LABEL: there}
        if isinstance(port, int) and there:
            asking = Pod(home, cluster.namespaces[home].labels, _labels(workload), _address(1), workload=workload.key)
            answering = Pod(there, labels, server.labels, _address(2))
            if who is not None:
                answering = Pod(there, labels, _labels(who), _address(2), who.ports, workload=who.key)
            flow = Flow(asking, answering, server.protocol, port)
            yield flow, ((Direction.EGRESS, home), (Direction.INGRESS, there))

    def _may_leave(self, workload: Workload, server: DnsServer) -> bool:
        """Whether policies of the asking pod may let a query out; False only if they never do."""
        context, port = self._context, server.port
        casts = {End.SOURCE: Cast(workloads=(workload,)), End.DESTINATION: self._cast(server)}
        number = port if isinstance(port, int) else None
        namespaces = context.inventory.cluster.namespaces
        scene = Scene(casts, namespaces, context.settings.fixed, server.protocol, number)
        return may_allow(context.policies.slice(Direction.EGRESS, (workload.key.namespace,)), scene)

    def _cast(self, server: DnsServer) -> Cast:
        if server.workload is not None:
            return Cast(workloads=(self._answering[server.workload],))
        return Cast(namespaces=(_namespace_of(server),))

    def _is_on_host(self, server: DnsServer) -> bool:
        """Whether an existing pod on the host network may be meant by ``server``: it has exemptions of its own."""
        if server.workload is not None:
            return self._answering[server.workload].host_network
        asked = selector_of(server.labels)
        there = self._context.routing.workloads.get(_namespace_of(server), ())
        return any(one.host_network and selector_matches(asked, one.labels) for one in there)


def _labels(workload: Workload) -> Labels:
    """The labels of a pod of ``workload``, with values that those may have which its controller sets."""
    chosen = {key: (values or ("any",))[0] for key, values in workload.open_labels.items()}
    return {**workload.labels, **chosen}


def _namespace_of(server: DnsServer) -> str:
    """The namespace that the destination is in; empty where it does not tell."""
    if server.workload is not None:
        return server.workload.namespace
    for part in conjuncts(server.destination):
        if isinstance(part, NamespaceMatches):
            for requirement in part.selector.requirements:
                if requirement.key == NAMESPACE_NAME_LABEL and len(requirement.values) == 1:
                    return requirement.values[0]
    return ""


def _address(number: int) -> Address:
    """An address of the ranges for documentation."""
    return Address(4, 0xC0000200 + number)
