"""Policies that name the port of a Service where policy sees that of its pods.

Source: NetworkPolicyPort.port ("the port on the given protocol"), which is compared after address translation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from netverify.diagnostics import NOWHERE, Diagnostic, Severity
from netverify.model.cluster import Workload, WorkloadKey
from netverify.model.labels import selector_matches
from netverify.model.network_policy import NetworkPolicy, PolicyRule
from netverify.model.service import Service, ServicePort
from netverify.routes.index import RoutingIndex
from netverify.routes.target_ports import target_port


def policy_port_findings(index: RoutingIndex) -> Iterator[Diagnostic]:
    """NV604: a rule admits to the port of a Service of the pods that it is about, and not to theirs.

    A rule for egress counts where none of the pods that its selectors match declares that port.
    """
    behind = _translated(index)
    translated = {(port.port, port.protocol) for ports in behind.values() for _, port, _ in ports}
    for policy in index.cluster.network_policies:
        for rule in policy.ingress if policy.for_ingress else ():
            selected = [
                one
                for one in index.workloads.get(policy.namespace, ())
                if selector_matches(policy.pod_selector, one.labels)
            ]
            yield from _confused(policy, rule, selected, behind)
        for rule in policy.egress if policy.for_egress else ():
            if not any((one.port, one.protocol) in translated for one in rule.ports):
                continue
            peers = _peers(policy, rule, index)
            declared = {(port.number, port.protocol) for one in peers for port in one.ports}
            if not any((one.port, one.protocol) in declared for one in rule.ports):
                yield from _confused(policy, rule, peers, behind)


def _peers(policy: NetworkPolicy, rule: PolicyRule, index: RoutingIndex) -> list[Workload]:
    """The workloads that the selectors of ``rule`` match."""
    spaces = index.cluster.namespaces
    return [
        one
        for one in index.cluster.workloads
        for peer in rule.peers
        if peer.ip_block is None
        and (peer.pod_selector is None or selector_matches(peer.pod_selector, one.labels))
        and (
            one.key.namespace == policy.namespace
            if peer.namespace_selector is None
            else one.key.namespace in spaces
            and selector_matches(peer.namespace_selector, spaces[one.key.namespace].labels)
        )
    ]


def _confused(
    policy: NetworkPolicy,
    rule: PolicyRule,
    workloads: Iterable[Workload],
    behind: Mapping[WorkloadKey, list[tuple[Service, ServicePort, int]]],
) -> Iterator[Diagnostic]:
    numbers = {(one.port, one.protocol) for one in rule.ports if isinstance(one.port, int) and one.end_port is None}
    if not numbers or len(numbers) < len(rule.ports):
        return
    for workload in workloads:
        declared = {(one.number, one.protocol) for one in workload.ports}
        for service, port, number in behind.get(workload.key, ()):
            named, seen = (port.port, port.protocol), (number, port.protocol)
            if named in numbers and seen not in numbers and named not in declared:
                text = f"NetworkPolicy `{policy.namespace}/{policy.name}` allows port {port.port}, the port of "
                text += f"Service `{service}`: policy sees port {number} of `{workload.key}` instead"
                advice = f"write {number}, or the name of the container port"
                where = ((port.origin or service.origin or NOWHERE, "the Service's port"),)
                yield Diagnostic("NV604", Severity.WARNING, text, rule.origin, advice, where)
                return


def _translated(index: RoutingIndex) -> Mapping[WorkloadKey, list[tuple[Service, ServicePort, int]]]:
    """By workload, the Services that lead to another port of its pods than their own."""
    found: dict[WorkloadKey, list[tuple[Service, ServicePort, int]]] = defaultdict(list)
    for service in index.objects.services:
        if service.selector is None or service.headless:
            continue
        for workload in index.selected(service.namespace, service.selector):
            for port in service.ports:
                number = target_port(workload, port)
                if number is not None and number != port.port:
                    found[workload.key].append((service, port, number))
    return found
