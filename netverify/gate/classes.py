"""All flows that policy allows of those that a question is about, in classes: each with one of them to show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from netverify.answers.classes import every_class
from netverify.answers.context import Context
from netverify.answers.derived import proof_of
from netverify.answers.explain import ReplayError, relevant_tables
from netverify.answers.reachability import answer_found
from netverify.gate.causes import Cause, cause_of, cause_of_subject, place_of
from netverify.gate.intent.spec import World
from netverify.model.behaviours import CAUTIOUS
from netverify.model.cluster import Workload
from netverify.model.flow import Direction, End, Flow, Pod
from netverify.policy.evaluate import allows, matches
from netverify.policy.predicate import All, Choices, Decided, IsWorkload, Not, Predicate
from netverify.query.derivation import Derived, all_of
from netverify.query.outcome import Answer, Verdict
from netverify.query.question import Question, without
from netverify.records import dataclass
from netverify.symbolic.refinement import Found
from netverify.symbolic.status import Status

MOST_CLASSES: Final = 500
"""So many classes of flows are looked for; with more, the result says that there are others."""


@dataclass(frozen=True, slots=True)
class FlowClass:
    """The flows of ``cause``, of which the witness of ``answer`` is one."""

    answer: Answer
    cause: Cause


@dataclass(frozen=True, slots=True)
class Classes:
    """What was found: ``classes`` hold every flow iff ``is_complete``. ``answers`` are those to all questions.

    ``derivation`` is the proof that they hold every flow, if texts are kept.
    """

    classes: tuple[FlowClass, ...]
    is_complete: bool
    answers: tuple[Answer, ...]
    derivation: Derived = None


def classes_of(question: Question, world: World, context: Context) -> Classes:
    """The classes of the flows that ``question`` is about, among the pods of ``world``."""
    classes: list[FlowClass] = []
    answers: list[Answer] = []

    def left_of(asked: Question, found: Found) -> Question | None:
        if found.flow is None or len(classes) >= MOST_CLASSES:
            return None
        answers.append(answer_found(asked, context, found))
        if answers[-1].verdict is not Verdict.REACHABLE:
            return None
        cause = cause_of(found.flow, found.behaviours, context)
        classes.append(FlowClass(answers[-1], cause))
        return without(asked, cause.flows)

    pieces = context.search.pieces.of(question)
    ends = [every_class(piece, lambda asked: shown(asked, world, context), left_of) for piece in pieces]
    is_complete = all(found.status is Status.UNSAT for found, _ in ends)
    proof = all_of(question.text, [proof_of(asked, found, context) for found, asked in ends])
    return Classes(tuple(classes), is_complete, tuple(answers), proof)


def shown(question: Question, world: World, context: Context) -> Found:
    """A flow that ``question`` is about, with as many existing ends as can be."""
    search = context.search
    return search.find_another(question) if world is World.POSSIBLE else search.find_existing(question)


_CREATED: Final = "pods that could be created"


@dataclass(frozen=True, slots=True)
class OpenPods:
    """One mark for each existing workload, and for pods that could be created, with each reason; all iff complete.

    A mark is the words for the pods, and the reason.
    """

    marks: tuple[tuple[str, str], ...]
    is_complete: bool


def open_pods(question: Question, direction: Direction, world: World, context: Context) -> OpenPods:
    """Whose flows ``question`` is about, among the pods of ``world``, at the subject's end of ``direction``."""
    marks: set[tuple[str, str]] = set()

    def left_of(asked: Question, found: Found) -> Question | None:
        if found.flow is None or len(marks) >= MOST_CLASSES:
            return None
        behaviours = Decided(CAUTIOUS, context.settings.behaviours, found.behaviours)
        if not _is_open(found.flow, asked, behaviours, context):
            raise ReplayError(asked.text)
        reason, is_rule = cause_of_subject(found.flow, direction, behaviours, context)
        alike = dict(_alike(found.flow, asked, direction, behaviours, context))
        # That no policy selects a pod is the same whichever others they select.
        marks.update((mark, repr(reason) if is_rule or mark == _CREATED else "no policy") for mark in alike)
        return without(asked, *(All((who, reason)) for who in alike.values()))

    found, _ = every_class(question, lambda asked: shown(asked, world, context), left_of)
    return OpenPods(tuple(sorted(marks)), found.status is Status.UNSAT)


def _is_open(flow: Flow, question: Question, behaviours: Choices, context: Context) -> bool:
    """Whether ``question`` is about ``flow``, and policy allows it. The reference reading decides."""
    tables = relevant_tables(context.policies, flow)
    return all(matches(part, flow, behaviours) for part in question.asked) and allows(tables, flow, behaviours)


def _alike(
    flow: Flow, question: Question, direction: Direction, behaviours: Choices, context: Context
) -> Iterator[tuple[str, Predicate]]:
    """The subject of ``flow`` and the other workloads of its namespace that may take its place, each with a mark."""
    end = direction.subject
    subject = flow.at(end)
    assert isinstance(subject, Pod)
    workloads = [one for one in context.inventory.cluster.workloads if one.key.namespace == subject.namespace]
    if subject.workload is None:
        others = tuple(Not(IsWorkload(end, one.key)) for one in workloads)
        yield _CREATED, All((place_of(subject, end, context), *others))
        return
    yield str(subject.workload), IsWorkload(end, subject.workload)
    for one in workloads:
        if one.key == subject.workload or not _is_as_it_stands(one):
            continue
        pod = replace(subject, labels=one.labels, ports=one.ports, workload=one.key)
        pod = pod if one.service_account is None else replace(pod, service_account=one.service_account)
        other = replace(flow, source=pod) if end is End.SOURCE else replace(flow, destination=pod)
        if _is_open(other, question, behaviours, context):
            yield str(one.key), IsWorkload(end, one.key)


def _is_as_it_stands(workload: Workload) -> bool:
    """Whether nothing about its pods is left open but their addresses, of which they may have any."""
    return not (workload.host_network or workload.open_labels or workload.known_addresses)
