"""The rule table evaluated on one concrete flow.

The symbolic reading mirrors this file function by function and name by name; hold the two side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard, assert_never

from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction, Endpoint, Flow, Pod
from netverify.model.labels import selector_matches
from netverify.rules.predicate import (
    AddressIn,
    All,
    AnyOf,
    Behaves,
    InNamespace,
    IsPod,
    IsWorkload,
    NamedPort,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
    SameNode,
)
from netverify.rules.table import Action, PolicySet, Rule, RuleTable, Tier


def matches(predicate: Predicate, flow: Flow, behaviours: Mapping[Behaviour, bool]) -> bool:  # noqa: C901, PLR0911, PLR0912 - one arm for each node type
    """Whether ``predicate`` holds for ``flow``; ``behaviours`` must give every behaviour that it mentions."""
    match predicate:
        case All(parts):
            return all(matches(part, flow, behaviours) for part in parts)
        case AnyOf(parts):
            return any(matches(part, flow, behaviours) for part in parts)
        case Not(part):
            return not matches(part, flow, behaviours)
        case InNamespace(end, name):
            endpoint = flow.at(end)
            return isinstance(endpoint, Pod) and endpoint.namespace == name
        case NamespaceMatches(end, selector):
            endpoint = flow.at(end)
            return _is_pod(endpoint) and selector_matches(selector, endpoint.namespace_labels)
        case PodMatches(end, selector):
            endpoint = flow.at(end)
            return _is_pod(endpoint) and selector_matches(selector, endpoint.labels)
        case OnHostNetwork(end):
            endpoint = flow.at(end)
            return isinstance(endpoint, Pod) and endpoint.host_network
        case Behaves(behaviour):
            return behaviours[behaviour]
        case PortIn(protocol, ports):
            return flow.protocol is protocol and flow.port in ports
        case NamedPort(protocol, name):
            return flow.protocol is protocol and named_port(flow.destination, predicate, flow.port, behaviours)
        case AddressIn(end, ranges):
            return any(flow.at(end).address in block for block in ranges)
        case IsPod(end):
            return _is_pod(flow.at(end))
        case IsWorkload(end, key):
            endpoint = flow.at(end)
            return isinstance(endpoint, Pod) and endpoint.workload == key
        case SameNode():
            return flow.same_node
        case _ as never:
            assert_never(never)


def _is_pod(endpoint: Endpoint) -> TypeGuard[Pod]:
    """Whether ``endpoint`` is a pod, not a node and not outside."""
    return isinstance(endpoint, Pod) and not endpoint.is_node


def named_port(destination: Endpoint, wanted: NamedPort, port: int, behaviours: Mapping[Behaviour, bool]) -> bool:
    """Whether ``destination`` is a pod that declares ``port`` under the wanted name and protocol."""
    return isinstance(destination, Pod) and any(
        declared.name == wanted.name
        and declared.protocol is wanted.protocol
        and declared.number == port
        and (not declared.init or behaviours[Behaviour.INIT_CONTAINER_PORTS_NAMED])
        for declared in destination.ports
    )


def tier_applies(tier: Tier, flow: Flow, behaviours: Mapping[Behaviour, bool]) -> bool:
    """Whether some selection of ``tier`` holds, and its condition does."""
    return matches(tier.condition, flow, behaviours) and any(
        matches(selection.subject, flow, behaviours) for selection in tier.applies
    )


def rule_matches(rule: Rule, flow: Flow, behaviours: Mapping[Behaviour, bool]) -> bool:
    """Whether subject, peer and traffic of ``rule`` all hold."""
    return (
        matches(rule.subject, flow, behaviours)
        and matches(rule.traffic, flow, behaviours)
        and matches(rule.peer, flow, behaviours)
    )


def tier_action(tier: Tier, flow: Flow, behaviours: Mapping[Behaviour, bool]) -> Action:
    """What ``tier`` does with ``flow``: the first matching rule decides, else the default.

    ``PASS`` iff the tier does not apply to the subject, or says so itself.
    """
    if not tier_applies(tier, flow, behaviours):
        return Action.PASS
    for rule in tier.rules:
        if rule_matches(rule, flow, behaviours):
            return rule.action
    return tier.default


def table_allows(table: RuleTable, flow: Flow, behaviours: Mapping[Behaviour, bool]) -> bool:
    """Whether one direction allows ``flow``: the first tier that does not pass decides, after the last ``ALLOW``."""
    for tier in table.tiers:
        match tier_action(tier, flow, behaviours):
            case Action.ALLOW:
                return True
            case Action.DENY:
                return False
            case Action.PASS:
                continue
    return True


def is_self_connection(flow: Flow) -> bool:
    """Whether both ends are one and the same existing pod; no policy can block that.

    Two pods never share an address, except on the host network of one node. Source: "Network Policies" ("a pod cannot
    block access to itself").
    """
    source, destination = flow.source, flow.destination
    return (
        isinstance(source, Pod)
        and isinstance(destination, Pod)
        and source.workload is not None
        and source.workload == destination.workload
        and source.address == destination.address
    )


def allows(policies: PolicySet, flow: Flow, behaviours: Mapping[Behaviour, bool]) -> bool:
    """Whether ``flow`` is allowed: by the source's egress table and by the destination's ingress table."""
    return is_self_connection(flow) or all(
        table_allows(policies.tables[direction], flow, behaviours) for direction in Direction
    )
