"""Flows replayed in the reference reading, before anybody sees them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import assert_never

from netverify.diagnostics import NetverifyError
from netverify.model.flow import Direction, External, Flow, Pod
from netverify.policy.evaluate import allows, matches
from netverify.policy.mentions import Mentions, collect, collect_table
from netverify.policy.partial import left_of, left_of_table
from netverify.policy.predicate import (
    ALWAYS,
    AddressIn,
    Behaves,
    Choices,
    HasServiceAccount,
    InNamespace,
    IsPod,
    IsWorkload,
    Leaf,
    NamedPort,
    NamespaceMatches,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
    SameNode,
    Unspecified,
)
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import PolicySet, RuleTable
from netverify.query.question import Question
from netverify.records import dataclass
from netverify.symbolic.predicate_facts import Unions

Behaviours = Choices

_NOTHING_OPEN: Behaviours = {}


class ReplayError(NetverifyError):
    """The reference reading does not allow what the solver found: a bug, never a finding."""


def relevant_tables(policies: PolicyIndex, flow: Flow) -> PolicySet:
    """The policies that can decide ``flow``: those of its ends' namespaces."""
    tables: dict[Direction, RuleTable] = {}
    for direction in Direction:
        subject = flow.at(direction.subject)
        tables[direction] = policies.slice(direction, () if isinstance(subject, External) else (subject.namespace,))
    return PolicySet(tables)


def answers(
    asked: Sequence[Predicate], tables: PolicySet, flow: Flow, behaviours: Behaviours, *, refused: bool = False
) -> bool:
    """Whether all of ``asked`` hold for ``flow``, and ``tables`` allow it or, where ``refused``, do not."""
    is_meant = all(matches(part, flow, behaviours) for part in asked)
    return is_meant and allows(tables, flow, behaviours) is not refused


def answers_under(asked: Sequence[Predicate], policies: PolicyIndex, flow: Flow, behaviours: Behaviours) -> bool:
    """As :func:`answers`, by those of ``policies`` that can decide ``flow``."""
    return answers(asked, relevant_tables(policies, flow), flow, behaviours)


def _fixed(leaf: Leaf, flow: Flow, declared: frozenset[str]) -> bool | None:
    """What ``leaf`` says of ``flow`` however that is made small; None where it may say something else then."""
    match leaf:
        case InNamespace() | OnHostNetwork() | IsPod() | IsWorkload():
            pass
        case NamespaceMatches(end):
            endpoint = flow.at(end)
            if isinstance(endpoint, Pod) and not endpoint.is_node and endpoint.namespace not in declared:
                return None
        case PodMatches(end) | HasServiceAccount(end):
            endpoint = flow.at(end)
            if isinstance(endpoint, Pod) and endpoint.workload is None:
                return None
        case AddressIn() | SameNode() | PortIn() | NamedPort() | Behaves() | Unspecified():
            return None
        case _ as never:
            assert_never(never)
    return matches(leaf, flow, _NOTHING_OPEN)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A flow that was replayed, with what is left of a question and of policies for whatever it may be changed to.

    ``whole`` are the policies that can decide it.
    """

    flow: Flow
    behaviours: Behaviours
    whole: PolicySet
    tables: PolicySet
    asked: tuple[Predicate, ...]

    def mentions(self) -> Mentions:
        """What still tells apart whatever the flow may be changed to."""
        mentions = Mentions()
        for table in self.tables.tables.values():
            collect_table(table, mentions)
        for part in self.asked:
            collect(part, mentions)
        return mentions


def replay(  # noqa: PLR0913, PLR0917 - a flow of one question, and the namespaces that have fixed labels
    question: Question,
    policies: PolicyIndex,
    flow: Flow,
    behaviours: Behaviours,
    declared: frozenset[str],
    unions: Sequence[Unions] = (),
    *,
    refused: bool = False,
) -> Replayed:
    """``flow``, which policy allows or, where ``refused``, does not; ``unions`` say what is asked of its ends.

    Raises :class:`ReplayError` when the flow is not what ``question`` asks about, or policy decides otherwise.
    """
    whole = relevant_tables(policies, flow)
    known = partial(_fixed, flow=flow, declared=declared)
    tables = PolicySet({direction: left_of_table(table, known) for direction, table in whole.tables.items()})
    asked = tuple(left for part in question.asked if (left := left_of(_about(flow, part, unions), known)) is not ALWAYS)
    if not answers(asked, tables, flow, behaviours, refused=refused):
        raise ReplayError(question.text)
    return Replayed(flow, behaviours, whole, tables, asked)


def _about(flow: Flow, predicate: Predicate, unions: Sequence[Unions]) -> Predicate:
    """What holds of ``flow``, whatever it may be changed to, iff ``predicate`` does."""
    for one in unions:
        endpoint = flow.at(one.end)
        if isinstance(endpoint, Pod):
            predicate = one.within(predicate, endpoint.namespace)
    return predicate
