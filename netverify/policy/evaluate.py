"""The rule table evaluated on one concrete flow.

The symbolic reading mirrors this file function by function and name by name; hold the two side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeGuard, assert_never

from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction, Endpoint, Flow, Pod
from netverify.model.labels import selector_matches
from netverify.policy.predicate import (
    AddressIn,
    All,
    AnyOf,
    Behaves,
    Choices,
    HasServiceAccount,
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
    Unspecified,
)
from netverify.policy.table import Action, Decides, PolicySet, Rule, RuleTable, Tier, by_policy, decides, runs


def matches(predicate: Predicate, flow: Flow, behaviours: Choices) -> bool:  # noqa: C901, PLR0911, PLR0912 - one arm for each node type
    """Whether ``predicate`` holds for ``flow``; ``behaviours`` must give all that it leaves open."""
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
        case Unspecified():
            return behaviours[predicate]
        case PortIn(protocol, ports):
            return flow.protocol is protocol and flow.port in ports
        case NamedPort(protocol, name):
            return flow.protocol is protocol and named_port(flow.destination, predicate, flow.port, behaviours)
        case AddressIn(end, ranges):
            return any(flow.at(end).address in block for block in ranges)
        case IsPod(end):
            return _is_pod(flow.at(end))
        case HasServiceAccount(end, name):
            endpoint = flow.at(end)
            return _is_pod(endpoint) and endpoint.service_account == name
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


def named_port(destination: Endpoint, wanted: NamedPort, port: int, behaviours: Choices) -> bool:
    """Whether ``destination`` is a pod that declares ``port`` under the wanted name and protocol."""
    return isinstance(destination, Pod) and any(
        declared.name == wanted.name
        and declared.protocol is wanted.protocol
        and declared.number == port
        and (not declared.init or behaviours[Behaviour.INIT_CONTAINER_PORTS_NAMED])
        for declared in destination.ports
    )


def tier_applies(tier: Tier, flow: Flow, behaviours: Choices) -> bool:
    """Whether some selection of ``tier`` holds, and its condition does."""
    return matches(tier.condition, flow, behaviours) and any(
        matches(selection.subject, flow, behaviours) for selection in tier.applies
    )


def rule_matches(rule: Rule, flow: Flow, behaviours: Choices) -> bool:
    """Whether subject, peer and traffic of ``rule`` all hold."""
    return (
        matches(rule.subject, flow, behaviours)
        and matches(rule.traffic, flow, behaviours)
        and matches(rule.peer, flow, behaviours)
    )


def tier_action(tier: Tier, direction: Direction, flow: Flow, behaviours: Choices) -> Action:
    """What ``tier`` does with ``flow``: the first matching rule decides, else the default.

    ``PASS`` iff the tier does not apply to the subject, or says so itself.
    """
    if not tier_applies(tier, flow, behaviours):
        return Action.PASS
    rule = deciding_rule(tier, direction, flow, behaviours)
    return tier.default if rule is None else rule.action


def deciding_rule(tier: Tier, direction: Direction, flow: Flow, behaviours: Choices) -> Rule | None:
    """The rule of ``tier``, which applies, that decides ``flow``; None where no rule matches.

    It is the first that matches; among rules of one tie, the first of its policy, whichever ``behaviours`` choose.
    """
    for tie, rules in runs(tier):
        if not tie:
            found = next((rule for rule in rules if rule_matches(rule, flow, behaviours)), None)
        else:
            of_each = _first_of_each(rules, flow, behaviours)
            is_open = len(of_each) > 1
            found = _chosen(of_each, decides(tie, tier, direction), behaviours) if is_open else _only(of_each)
        if found is not None:
            return found
    return None


def _first_of_each(rules: Sequence[Rule], flow: Flow, behaviours: Choices) -> dict[Action, Rule]:
    """Of each policy the first of ``rules`` that matches; by action, one rule of each."""
    found: dict[Action, Rule] = {}
    for of_policy in by_policy(rules):
        first = next((rule for rule in of_policy if rule_matches(rule, flow, behaviours)), None)
        if first is not None:
            found.setdefault(first.action, first)
    return found


def _only(found: Mapping[Action, Rule]) -> Rule | None:
    """The rule that decides where no two policies of one priority take different actions."""
    return next(iter(found.values()), None)


def _chosen(found: Mapping[Action, Rule], open_: Decides, behaviours: Choices) -> Rule:
    """The rule that decides, of policies of one priority that take several actions."""
    if Action.ALLOW in found and behaviours[open_.allowing]:
        return found[Action.ALLOW]
    others = {action: rule for action, rule in found.items() if action is not Action.ALLOW}
    if Action.DENY in others and (len(others) == 1 or behaviours[open_.denying]):
        return others[Action.DENY]
    return others[Action.PASS]


def table_allows(table: RuleTable, flow: Flow, behaviours: Choices) -> bool:
    """Whether one direction allows ``flow``: in each of its tables, the first tier that does not pass decides.

    After the last tier ``ALLOW``.
    """
    return all(_allows_alone(one, flow, behaviours) for one in table.every())


def _allows_alone(table: RuleTable, flow: Flow, behaviours: Choices) -> bool:
    for tier in table.tiers:
        match tier_action(tier, table.direction, flow, behaviours):
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


def allows(policies: PolicySet, flow: Flow, behaviours: Choices) -> bool:
    """Whether ``flow`` is allowed: by the source's egress table and by the destination's ingress table."""
    return is_self_connection(flow) or all(
        table_allows(policies.tables[direction], flow, behaviours) for direction in Direction
    )
