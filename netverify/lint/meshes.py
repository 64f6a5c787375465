"""Policies that admit ports of applications to pods in Istio's ambient mesh, and not the port of the mesh.

Source: "Ambient and Kubernetes NetworkPolicy" ("traffic between pods in the mesh … will be tunneled … on port 15008").
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.diagnostics import NOWHERE, Diagnostic, Severity
from netverify.model.cluster import Cluster
from netverify.model.flow import Direction
from netverify.model.labels import selector_matches
from netverify.model.mesh import HBONE_PORT, AmbientMesh, ambient_mesh
from netverify.model.network_policy import NetworkPolicy, PolicyPort, PolicyRule
from netverify.model.traffic import Protocol


def mesh_findings(cluster: Cluster) -> Iterator[Diagnostic]:
    """NV636, policy by policy and direction by direction: neither it nor one beside it admits TCP 15008."""
    mesh = ambient_mesh(cluster)
    if mesh is None:
        return
    for policy in cluster.network_policies:
        if not _is_for_members(policy, mesh, cluster):
            continue
        for direction in Direction:
            if _names_ports(policy, direction) and not _is_admitted(policy, direction, cluster):
                yield _finding(policy, direction)


def _finding(policy: NetworkPolicy, direction: Direction) -> Diagnostic:
    way = "to" if direction is Direction.INGRESS else "from"
    text = f"NetworkPolicy `{policy.namespace}/{policy.name}` stops traffic of the ambient mesh {way} its pods"
    advice = (
        f"admit TCP {HBONE_PORT} as well: members of the mesh connect to it for every port; that opens every "
        "port to the sources that it allows, so Istio's policies must restrict them"
    )
    return Diagnostic("NV636", Severity.WARNING, text, policy.origin or NOWHERE, advice)


def _is_for_members(policy: NetworkPolicy, mesh: AmbientMesh, cluster: Cluster) -> bool:
    """Whether ``policy`` selects members: of its namespace those that exist, or any that come."""
    selected = [
        one
        for one in cluster.workloads
        if one.key.namespace == policy.namespace and selector_matches(policy.pod_selector, one.labels)
    ]
    if not selected:
        return policy.namespace in mesh.namespaces
    return any(mesh.has(policy.namespace, one.labels, host_network=one.host_network) for one in selected)


def _rules(policy: NetworkPolicy, direction: Direction) -> tuple[PolicyRule, ...]:
    if direction is Direction.INGRESS:
        return policy.ingress if policy.for_ingress else ()
    return policy.egress if policy.for_egress else ()


def _names_ports(policy: NetworkPolicy, direction: Direction) -> bool:
    """Whether a rule admits TCP ports of pods, whoever they are."""
    return any(
        port.protocol is Protocol.TCP
        for rule in _rules(policy, direction)
        for port in rule.ports
        if not rule.peers or any(peer.ip_block is None for peer in rule.peers)
    )


def _is_admitted(policy: NetworkPolicy, direction: Direction, cluster: Cluster) -> bool:
    """Whether a rule of ``policy``, or of one for the same pods or for all, admits the port of the mesh."""
    beside = [
        one
        for one in cluster.network_policies
        if one.namespace == policy.namespace
        and (one.pod_selector == policy.pod_selector or not one.pod_selector.requirements)
    ]
    rules = [rule for one in beside for rule in _rules(one, direction)]
    return any(not rule.ports or any(map(_is_hbone, rule.ports)) for rule in rules)


def _is_hbone(port: PolicyPort) -> bool:
    if port.protocol is not Protocol.TCP or isinstance(port.port, str):
        return False
    return port.port is None or port.port <= HBONE_PORT <= (port.end_port or port.port)
