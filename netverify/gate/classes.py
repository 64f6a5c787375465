"""All flows that policy allows of those that a question is about, in classes: each with one of them to show.

A class is what goes between two places by one rule on each side. Classes are listed by reading all pairs, and the
solver proves that they hold every flow, so that the list is the same whatever flows a solver finds first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from itertools import islice
from typing import Final

from netverify.answers.classes import every_class
from netverify.answers.context import Context
from netverify.answers.derived import proof_of, shown_by
from netverify.answers.reachability import answer_found, answer_listed
from netverify.answers.replay import ReplayError, answers_under
from netverify.diagnostics import NetverifyError
from netverify.gate.causes import Cause, Reason, Reasons, any_of, cause_of, flows_of, place_of, traced
from netverify.gate.intent.spec import World
from netverify.gate.pods import standing_in
from netverify.model.behaviours import CAUTIOUS
from netverify.model.flow import Direction, End, Flow, Pod
from netverify.pairs.diagrams import TooIntricateError
from netverify.pairs.rule_pairs import RulePair
from netverify.policy.predicate import All, Choices, Decided, IsWorkload, Not, Predicate, SameNode
from netverify.policy.visit import conjuncts, leaves
from netverify.query.derivation import Derived, all_of
from netverify.query.outcome import Answer, Verdict
from netverify.query.question import Question, without
from netverify.query.whereabouts import is_outside
from netverify.records import dataclass
from netverify.symbolic.refinement import Found, printed
from netverify.symbolic.status import Status

MOST_CLASSES: Final = 500
"""So many classes of flows are looked for; with more, the result says that there are others."""


class IncompleteListError(NetverifyError):
    """The solver finds a flow that no class of a list holds: a bug, never a finding."""


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


def classes_of(question: Question, world: World, context: Context, reasons: Reasons) -> Classes:
    """The classes of the flows that ``question`` is about, among the pods of ``world``.

    Raises :class:`IncompleteListError` where the solver contradicts the reading of all pairs.
    """
    pairs = listed(question, world, context)
    try:
        if pairs is not None:
            return classes_by(pairs, question, world, context, reasons)
    except IncompleteListError:
        if not _asks_for_a_node_outside(question):
            raise
    return searched(question, world, context, reasons)


def classes_by(
    pairs: Sequence[RulePair], question: Question, world: World, context: Context, reasons: Reasons
) -> Classes:
    """The classes of ``pairs``, which are :func:`listed`, with the proof that there are no others."""
    found: dict[tuple[str, ...], tuple[RulePair, Cause]] = {}
    for pair in pairs:
        cause = cause_of(pair, reasons, context)
        found.setdefault((cause.source, cause.destination, cause.reason), (pair, cause))
        if len(found) > MOST_CLASSES:
            break
    told = list(islice(found.values(), MOST_CLASSES))
    answers = [answered(pair, cause.flows, question, world, context) for pair, cause in told]
    classes = [FlowClass(answer, cause) for answer, (_, cause) in zip(answers, told, strict=True)]
    sure = tuple(one for one in classes if one.answer.verdict is Verdict.REACHABLE)
    if len(found) > len(sure):
        return Classes(sure, is_complete=False, answers=tuple(answers))
    rest, asked = _others(question, world, context, flows_of(one.cause for one in sure))
    is_complete = rest.status is Status.UNSAT
    return Classes(sure, is_complete, tuple(answers), proof_of(asked, rest, context) if is_complete else None)


def answered(pair: RulePair, flows: Predicate, question: Question, world: World, context: Context) -> Answer:
    """What the flow of ``pair`` says of ``question``; with the goal that it is a model of, of ``flows``, if kept."""
    asked = replace(question, traffic=All((question.traffic, flows)))
    answer = answer_listed(asked, context, pair.flow, pair.behaviours)
    if not context.settings.keep_goals:
        return answer
    found = shown(asked, world, context)
    if found.status is Status.UNSAT:
        raise IncompleteListError(question.text)
    return replace(answer, smt2=printed(found), shown_by=shown_by(found, context))


def covered(
    flows: Mapping[str, Predicate], known: Collection[str], question: Question, world: World, context: Context
) -> frozenset[str]:
    """The marks of ``flows`` that are not ``known``, where each of their flows is one of those of known marks too.

    ``flows`` are what ``question`` is about among the pods of ``world``, by marks.
    """
    others = [mark for mark in flows if mark not in known]
    if not others or len(others) == len(flows):
        return frozenset()
    rest = without(question, *(told for mark, told in flows.items() if mark in known))
    find = context.search.find_other if world is World.POSSIBLE else context.search.find_existing
    if find(rest).status is Status.UNSAT:
        return frozenset(others)
    apart = ((mark, replace(rest, traffic=All((rest.traffic, flows[mark])))) for mark in others)
    return frozenset(mark for mark, asked in apart if find(asked).status is Status.UNSAT)


def listed(
    question: Question, world: World, context: Context, subjects: Direction | None = None
) -> Sequence[RulePair] | None:
    """The rule pairs of the flows that ``question`` is about; None where reading all pairs does not tell them.

    Where rules are not taken as they are, flows count first that need each to be as it is written, which the solver
    looks for.
    """
    if context.policies.approximations:
        return None
    try:
        by_rules = context.by_rules(question.asked)
        allowed = by_rules.allowed(question.asked, possible=world is World.POSSIBLE, subjects=subjects)
        return tuple(islice(allowed, 2 * MOST_CLASSES + 1))
    except TooIntricateError:
        return None


def _asks_for_a_node_outside(question: Question) -> bool:
    """Whether an address outside has to be on the node of the other end: all pairs say that it is on none."""
    parts = {part for one in question.asked for part in conjuncts(one)}
    if not any(parts.issuperset(conjuncts(is_outside(end))) for end in End):
        return False
    return any(isinstance(leaf, SameNode) for part in parts for leaf in leaves(part))


def _others(question: Question, world: World, context: Context, flows: Iterator[Predicate]) -> tuple[Found, Question]:
    """What the solver says of flows that are none of ``flows``, and the question about these."""
    asked = without(question, *flows)
    search = context.search
    found = search.find_other(asked) if world is World.POSSIBLE else search.find_existing(asked)
    if found.status is Status.SAT:
        raise IncompleteListError(question.text)
    return found, asked


def searched(question: Question, world: World, context: Context, reasons: Reasons) -> Classes:
    """As :func:`classes_of`, by the solver alone: one flow after the other."""
    classes: list[FlowClass] = []
    answers: list[Answer] = []

    def left_of(asked: Question, found: Found) -> Question | None:
        if found.flow is None or len(classes) >= MOST_CLASSES:
            return None
        answers.append(answer_found(asked, context, found))
        if answers[-1].verdict is not Verdict.REACHABLE:
            return None
        cause = cause_of(traced(found.flow, found.behaviours, context), reasons, context)
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

    A mark is the words for the pods, and the reason. ``flows`` are theirs, as far as that is known.
    """

    marks: tuple[tuple[str, str], ...]
    is_complete: bool
    flows: Mapping[tuple[str, str], Predicate] = field(default_factory=dict)


def open_pods(  # noqa: PLR0913, PLR0917 - what is asked of the pairs
    pairs: Sequence[RulePair],
    question: Question,
    direction: Direction,
    world: World,
    context: Context,
    reasons: Reasons,
) -> OpenPods:
    """Whose flows ``question`` is about at the subject's end of ``direction``: of ``pairs``, which are :func:`listed`.

    Raises :class:`IncompleteListError` where the solver finds others.
    """
    marks: dict[tuple[str, str], list[Predicate]] = {}
    alike: dict[Predicate, list[Predicate]] = {}
    for pair in pairs:
        subject = pair.flow.at(direction.subject)
        assert isinstance(subject, Pod)
        reason = reasons.of(direction, pair.deciders[direction], subject)
        mark, who = _subject(subject, direction.subject, context)
        marks.setdefault(_mark(mark, reason), []).append(All((who, reason.flows)))
        alike.setdefault(reason.flows, []).append(who)
    if len(pairs) > MOST_CLASSES:
        return OpenPods(tuple(sorted(marks)[:MOST_CLASSES]), is_complete=False)
    open_ = (All((any_of(who), flows)) for flows, who in alike.items())
    rest, _ = _others(question, world, context, open_)
    flows = {mark: any_of(parts) for mark, parts in marks.items()}
    return OpenPods(tuple(sorted(marks)), rest.status is Status.UNSAT, flows)


def _mark(mark: str, reason: Reason) -> tuple[str, str]:
    """That no policy selects a pod is the same whichever others they select."""
    return mark, reason.text if reason.is_rule or mark == _CREATED else "no policy"


def _subject(subject: Pod, end: End, context: Context) -> tuple[str, Predicate]:
    """``subject``, or all pods of its namespace that could be created, in words and as a predicate."""
    if subject.workload is not None:
        return str(subject.workload), IsWorkload(end, subject.workload)
    workloads = [one for one in context.inventory.cluster.workloads if one.key.namespace == subject.namespace]
    return _CREATED, All((place_of(subject, end, context), *(Not(IsWorkload(end, one.key)) for one in workloads)))


def open_pods_found(
    question: Question, direction: Direction, world: World, context: Context, reasons: Reasons
) -> OpenPods:
    """As :func:`open_pods`, by the solver alone."""
    marks: set[tuple[str, str]] = set()

    def left_of(asked: Question, found: Found) -> Question | None:
        if found.flow is None or len(marks) >= MOST_CLASSES:
            return None
        behaviours = Decided(CAUTIOUS, context.settings.behaviours, found.behaviours)
        if not answers_under(asked.asked, context.policies, found.flow, behaviours):
            raise ReplayError(asked.text)
        deciders = traced(found.flow, behaviours, context).deciders[direction]
        reason = reasons.of(direction, deciders, found.flow.at(direction.subject))
        alike = dict(_alike(found.flow, asked, direction, behaviours, context))
        marks.update(_mark(mark, reason) for mark in alike)
        return without(asked, *(All((who, reason.flows)) for who in alike.values()))

    found, _ = every_class(question, lambda asked: shown(asked, world, context), left_of)
    return OpenPods(tuple(sorted(marks)), found.status is Status.UNSAT)


def _alike(
    flow: Flow, question: Question, direction: Direction, behaviours: Choices, context: Context
) -> Iterator[tuple[str, Predicate]]:
    """The subject of ``flow`` and the other workloads of its namespace that may take its place, each with a mark."""
    end = direction.subject
    subject = flow.at(end)
    assert isinstance(subject, Pod)
    yield _subject(subject, end, context)
    for one in context.inventory.cluster.workloads if subject.workload is not None else ():
        pod = standing_in(subject, one)
        if pod is None or one.open_labels:
            continue
        if answers_under(question.asked, context.policies, flow.with_end(end, pod), behaviours):
            yield str(one.key), IsWorkload(end, one.key)
