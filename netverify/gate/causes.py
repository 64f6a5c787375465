"""Why a flow is allowed, as a class of flows that are allowed for the same reason between the same places."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.context import Context
from netverify.answers.explain import relevant_tables
from netverify.model.cluster import NODES
from netverify.model.flow import Direction, End, Endpoint, External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator, Requirement
from netverify.policy.evaluate import matches
from netverify.policy.predicate import (
    All,
    AnyOf,
    Choices,
    InNamespace,
    IsPod,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    Predicate,
)
from netverify.policy.table import Action, RuleTable
from netverify.policy.trace import Decision, trace
from netverify.query.whereabouts import is_outside
from netverify.records import dataclass

OUTSIDE = "outside"
"""The place of every address outside the cluster."""


@dataclass(frozen=True, slots=True)
class Cause:
    """``flows`` are all that go from ``source`` to ``destination``, places in words, for the same reason as one did.

    ``reason`` says it in a text that is the same wherever policies say the same, however they are called.
    """

    source: str
    destination: str
    flows: Predicate
    reason: str


def cause_of(flow: Flow, behaviours: Choices, context: Context) -> Cause:
    """Why policy allows ``flow``, which it does."""
    tables = relevant_tables(context.policies, flow)
    decisions = [trace(tables.tables[direction], flow, behaviours) for direction in Direction]
    reasons = [_reason(decision, flow, behaviours, context) for decision in decisions]
    places = [place_of(flow.at(end), end, context) for end in End]
    return Cause(
        place_words(flow.source, context),
        place_words(flow.destination, context),
        All((*places, *reasons)),
        "; ".join(repr(reason) for reason in reasons),
    )


def cause_of_subject(flow: Flow, direction: Direction, behaviours: Choices, context: Context) -> tuple[Predicate, bool]:
    """The flows that ``direction`` allows for the reason that it allows ``flow`` for, and whether that is a rule."""
    decision = trace(relevant_tables(context.policies, flow).tables[direction], flow, behaviours)
    return _reason(decision, flow, behaviours, context), decision.rule is not None


def place_words(endpoint: Endpoint, context: Context) -> str:
    """``namespace b``, ``outside``, that the namespace is a new one, or that the pod is on the host network."""
    match endpoint:
        case External():
            return OUTSIDE
        case Pod(is_node=True):
            return "a node"
        case Pod():
            is_known = endpoint.namespace in context.inventory.cluster.namespaces
            where = f"namespace {endpoint.namespace}" if is_known else "a new namespace"
            return f"the host network in {where}" if endpoint.host_network else where


def place_of(endpoint: Endpoint, end: End, context: Context) -> Predicate:
    """Everyone at ``end`` who is in the namespace of ``endpoint``, or in a new one, or a node, or outside, as it is."""
    if isinstance(endpoint, External):
        return is_outside(end)
    if endpoint.is_node:
        return InNamespace(end, NODES)
    if endpoint.namespace in context.inventory.cluster.namespaces:
        return InNamespace(end, endpoint.namespace)
    return All((IsPod(end), NamespaceMatches(end, _elsewhere(context))))


def _elsewhere(context: Context) -> LabelSelector:
    known = tuple(sorted(context.inventory.cluster.namespaces))
    return LabelSelector((Requirement(NAMESPACE_NAME_LABEL, Operator.NOT_IN, known),) if known else ())


def _reason(decision: Decision, flow: Flow, behaviours: Choices, context: Context) -> Predicate:
    """The flows that ``decision`` allows for the reason that it allows ``flow`` for."""
    if decision.rule is not None:
        return All((decision.rule.subject, decision.rule.peer, decision.rule.traffic))
    end = decision.direction.subject
    subject = flow.at(end)
    if isinstance(subject, External):
        return is_outside(end)
    if subject.is_node:
        return InNamespace(end, NODES)
    if subject.host_network:
        return OnHostNetwork(end)
    # Who is on the host network is another place, with reasons of its own.
    table = context.policies.slice(decision.direction, (subject.namespace,))
    decided_otherwise = (*_selections(table), *_other_reasons(table, flow, behaviours))
    return All((Not(OnHostNetwork(end)), *map(Not, decided_otherwise)))


def _selections(table: RuleTable) -> Iterator[Predicate]:
    """Whom some policy isolates."""
    selections = tuple(one.subject for tier in table.every_tier() for one in tier.applies if one.isolates)
    if selections:
        yield AnyOf(tuple(sorted(dict.fromkeys(selections), key=repr)))


def _other_reasons(table: RuleTable, flow: Flow, behaviours: Choices) -> Iterator[Predicate]:
    """What rules allow of tiers that leave it open when none matches, but for those that hold of ``flow`` in vain."""
    allowing = (
        All((rule.subject, rule.peer, rule.traffic))
        for tier in table.every_tier()
        for rule in tier.rules
        if tier.default is Action.PASS and rule.action is Action.ALLOW and not rule.policy.is_built_in
    )
    others = dict.fromkeys(one for one in allowing if not matches(one, flow, behaviours))
    if others:
        yield AnyOf(tuple(sorted(others, key=repr)))
