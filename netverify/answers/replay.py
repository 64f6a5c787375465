"""Flows replayed in the reference reading, before anybody sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import assert_never

from netverify.diagnostics import NetverifyError
from netverify.model.flow import Direction, End, Endpoint, External, Flow, Pod
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


def _fixed(leaf: Leaf, end: End, flow: Flow, declared: frozenset[str]) -> bool | None:
    """What ``leaf`` says of ``flow`` however that is made small; None where it may say something else then.

    None as well where it does not look at ``end``.
    """
    match leaf:
        case InNamespace(at) | OnHostNetwork(at) | IsPod(at) | IsWorkload(at):
            if at is not end:
                return None
        case NamespaceMatches(at):
            endpoint = flow.at(end)
            if at is not end or _has_open_namespace(endpoint, declared):
                return None
        case PodMatches(at) | HasServiceAccount(at):
            endpoint = flow.at(end)
            if at is not end or (isinstance(endpoint, Pod) and endpoint.workload is None):
                return None
        case AddressIn() | SameNode() | PortIn() | NamedPort() | Behaves() | Unspecified():
            return None
        case _ as never:
            assert_never(never)
    return matches(leaf, flow, _NOTHING_OPEN)


def _has_open_namespace(endpoint: Endpoint, declared: frozenset[str]) -> bool:
    """Whether nothing fixes the labels of the namespace of ``endpoint``."""
    return isinstance(endpoint, Pod) and not endpoint.is_node and endpoint.namespace not in declared


def _told(endpoint: Endpoint) -> object:
    """What :func:`_fixed` may look at of ``endpoint``."""
    if isinstance(endpoint, External):
        return None
    of_place = endpoint.namespace, frozenset(endpoint.namespace_labels.items()), endpoint.host_network
    if endpoint.workload is None:
        return of_place
    return *of_place, endpoint.workload, frozenset(endpoint.labels.items()), endpoint.service_account


@dataclass(frozen=True, slots=True)
class Replayed:
    """A flow that was replayed, with what is left of a question and of policies for whatever it may be changed to.

    ``whole`` are the policies that can decide it, and ``about`` all that the question says of pods in the namespaces of
    its ends; policy ``refused`` it, or allowed it.
    """

    flow: Flow
    behaviours: Behaviours
    whole: PolicySet
    tables: PolicySet
    asked: tuple[Predicate, ...]
    about: tuple[Predicate, ...] = ()
    refused: bool = False

    def mentions(self) -> Mentions:
        """What still tells apart whatever the flow may be changed to."""
        mentions = Mentions()
        for table in self.tables.tables.values():
            collect_table(table, mentions)
        for part in self.asked:
            collect(part, mentions)
        return mentions

    def holds(self, flow: Flow, behaviours: Behaviours) -> bool:
        """Whether ``flow``, to which the one that was replayed may be changed, is an answer as well."""
        return answers(self.asked, self.tables, flow, behaviours, refused=self.refused)

    def around(self, flow: Flow, is_open: Callable[[Leaf], bool]) -> Replayed:
        """What is left for flows of which no leaf says anything else than of ``flow``, but those that are open.

        So are all leaves that look at behaviours.
        """

        def known(leaf: Leaf) -> bool | None:
            return None if is_open(leaf) else matches(leaf, flow, _NOTHING_OPEN)

        tables = {direction: left_of_table(table, known) for direction, table in self.tables.tables.items()}
        asked = tuple(left_of(part, known) for part in self.asked)
        return replace(self, flow=flow, tables=PolicySet(tables), asked=asked)


class Replayer:
    """Replays flows by the policies of one cluster; ``declared`` are the namespaces that have fixed labels.

    What is left of policies for a subject is found once.
    """

    def __init__(self, policies: PolicyIndex, declared: frozenset[str]) -> None:
        self._policies = policies
        self.declared = declared
        self._unions = tuple(map(Unions, End))
        self._of_subjects: dict[tuple[Direction, object], RuleTable] = {}

    def replay(self, question: Question, flow: Flow, behaviours: Behaviours, *, refused: bool = False) -> Replayed:
        """``flow``, which policy allows or, where ``refused``, does not.

        Raises :class:`ReplayError` when the flow is not what ``question`` asks about, or policy decides otherwise.
        """
        whole = relevant_tables(self._policies, flow)
        tables = PolicySet({direction: self._left(table, flow) for direction, table in whole.tables.items()})
        about = tuple(self._about(question, flow))
        asked = tuple(left for part in about if (left := self._left_of(part, flow)) is not ALWAYS)
        replayed = Replayed(flow, behaviours, whole, tables, asked, about, refused)
        if not replayed.holds(flow, behaviours):
            raise ReplayError(question.text)
        return replayed

    def _left(self, table: RuleTable, flow: Flow) -> RuleTable:
        """What is left of ``table`` for flows between the ends of ``flow``."""
        direction = table.direction
        key = direction, _told(flow.at(direction.subject))
        if key not in self._of_subjects:
            known = partial(_fixed, end=direction.subject, flow=flow, declared=self.declared)
            self._of_subjects[key] = left_of_table(table, known)
        known = partial(_fixed, end=direction.peer, flow=flow, declared=self.declared)
        return left_of_table(self._of_subjects[key], known)

    def _about(self, question: Question, flow: Flow) -> Iterator[Predicate]:
        """What ``question`` says of flows between the namespaces of the ends of ``flow``."""
        for part in question.asked:
            about = part
            for one in self._unions:
                endpoint = flow.at(one.end)
                if isinstance(endpoint, Pod):
                    about = one.within(about, endpoint.namespace)
            yield about

    def _left_of(self, part: Predicate, flow: Flow) -> Predicate:
        """What is left of ``part`` for whatever ``flow`` may be changed to."""

        def known(leaf: Leaf) -> bool | None:
            told = _fixed(leaf, End.SOURCE, flow, self.declared)
            return _fixed(leaf, End.DESTINATION, flow, self.declared) if told is None else told

        return left_of(part, known)
