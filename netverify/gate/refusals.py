"""All flows that policy refuses of those that a question is about: pair by pair, each with its ports and the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import field, replace

from netverify.answers.classes import every_class
from netverify.answers.context import Context, with_half
from netverify.answers.reachability import answer_listed, answer_refused
from netverify.answers.replay import relevant_tables
from netverify.gate.causes import place_of, place_words
from netverify.gate.classes import MOST_CLASSES, IncompleteListError
from netverify.gate.intent.spec import World
from netverify.model.behaviours import CAUTIOUS
from netverify.model.flow import Direction, End, External, Flow, Pod
from netverify.model.traffic import EVERY_PORT, MAX_PORT, MIN_PORT, PortSet, Protocol, port_set
from netverify.pairs.diagrams import TooIntricateError
from netverify.pairs.refused import Refused
from netverify.policy.evaluate import matches, table_allows
from netverify.policy.mentions import Mentions, collect, collect_table
from netverify.policy.predicate import (
    ALWAYS,
    All,
    AnyOf,
    Choices,
    Decided,
    IsWorkload,
    NamedPort,
    Not,
    PortIn,
    Predicate,
)
from netverify.policy.visit import alternatives
from netverify.query.outcome import Answer, Scope, Verdict
from netverify.query.question import Question, without
from netverify.records import dataclass
from netverify.symbolic.casting import PodScope
from netverify.symbolic.refinement import Found, is_existing
from netverify.symbolic.status import Status

_Ports = dict[Protocol, PortSet]


@dataclass(frozen=True, slots=True)
class Refusal:
    """That policy refuses flows from ``source`` to ``destination``, in words, of which ``answer`` has one.

    ``ports`` are all that it refuses between them, of one item of those that were asked about; ``reason`` names the
    directions that refuse.
    """

    source: str
    destination: str
    ports: str
    reason: str
    answer: Answer
    scope: Scope

    @property
    def marks(self) -> tuple[str, ...]:
        """What tells the refusal from others, wherever files and lines move."""
        return (self.source, self.destination, "refused", self.ports, self.reason)


@dataclass(frozen=True, slots=True)
class Refusals:
    """What was found. ``end`` is the last answer: a proof that there are no others where it is ``UNREACHABLE``."""

    refusals: tuple[Refusal, ...]
    answers: tuple[Answer, ...]
    end: Answer

    @property
    def is_complete(self) -> bool:
        """Whether these are all."""
        return self.end.verdict in (Verdict.UNREACHABLE, Verdict.VACUOUS)


@dataclass(slots=True)
class _Pair:
    """The refusals between two ends on one item of the traffic, as they are found."""

    item: Predicate
    words: tuple[str, str]
    answer: Answer
    scope: Scope
    flows: Predicate = ALWAYS
    ports: _Ports = field(default_factory=dict)
    directions: set[Direction] = field(default_factory=set)

    def told(self) -> Refusal:
        ports = "; ".join(f"{protocol} {ports}" for protocol, ports in sorted(self.ports.items()))
        reason = " and ".join(sorted(self.directions))
        return Refusal(*self.words, f"{self.item!r} {ports}", reason, self.answer, self.scope)


def refusals_of(question: Question, world: World, context: Context) -> Refusals:
    """The refusals of the flows that ``question`` is about, among the pods of ``world``.

    Raises :class:`~netverify.gate.classes.IncompleteListError` where the solver contradicts the reading of all pairs.
    """
    refused = _listed(question, world, context)
    if refused is None:
        return _searched(question, world, context)
    scope = _scope_of(world)
    answers = [answer_listed(question, context, one.flow, one.behaviours, refused=True) for one in refused]
    unsure = next((one for one in answers if one.verdict is not Verdict.REACHABLE), None)
    told = [_refusal(*one, question, context) for one in zip(refused, answers, strict=True)]
    sure = tuple(one for one in told if one.answer.verdict is Verdict.REACHABLE)[:MOST_CLASSES]
    if unsure is not None or len(refused) > MOST_CLASSES:
        return Refusals(sure, tuple(answers), unsure or answers[-1])
    asked = without(question, *(_flows(one, question.traffic, context) for one in refused))
    found = context.search.find_refused(asked, scope)
    if found.status is Status.SAT:
        raise IncompleteListError(question.text)
    end = answer_refused(asked, context, found)
    return Refusals(sure, (*answers, end), end)


def _scope_of(world: World) -> PodScope:
    return PodScope.EXISTING if world is World.EXISTING else PodScope.NAMED


def _listed(question: Question, world: World, context: Context) -> tuple[Refused, ...] | None:
    """Two ends with all that is refused between them; None where reading all pairs does not tell that."""
    if context.policies.approximations:
        return None
    try:
        found = context.by_rules(question.asked).refused(question.asked, possible=world is World.POSSIBLE)
        alike: dict[tuple[str, str], Refused] = {}
        for one in found:
            alike.setdefault(end_words(one.flow, context), one)
            if len(alike) > MOST_CLASSES:
                break
        return tuple(alike.values())
    except TooIntricateError:
        return None


def _refusal(refused: Refused, answer: Answer, question: Question, context: Context) -> Refusal:
    words = end_words(refused.flow, context)
    kind = Scope.EXISTING if is_existing(refused.flow) else Scope.POSSIBLE
    ports = {} if _is_named(question.traffic) else dict(refused.ports)
    directions = set(refused.directions)
    return _Pair(question.traffic, words, answer, kind, ports=ports, directions=directions).told()


def _flows(refused: Refused, traffic: Predicate, context: Context) -> Predicate:
    """The flows of ``refused``; of a port that is named, on whatever number."""
    ports = [PortIn(protocol, ports) for protocol, ports in refused.ports.items()]
    on = ALWAYS if _is_named(traffic) else AnyOf(tuple(ports))
    return All((_this_pair(refused.flow, context), on))


def _searched(question: Question, world: World, context: Context) -> Refusals:
    """As :func:`refusals_of`, by the solver alone: one flow after the other."""
    scope = _scope_of(world)
    pairs: dict[tuple[str, str], _Pair] = {}
    answers: list[Answer] = []

    def left_of(asked: Question, found: Found) -> Question | None:
        answers.append(answer_refused(asked, context, found))
        if answers[-1].verdict is not Verdict.REACHABLE or found.flow is None or len(pairs) >= MOST_CLASSES:
            return None
        words = end_words(found.flow, context)
        kind = Scope.EXISTING if found.existing else Scope.POSSIBLE
        flows = _this_pair(found.flow, context)
        pair = pairs.setdefault(words, _Pair(question.traffic, words, answers[-1], kind, flows))
        refused = _add_to(pair, found, asked, context)
        return without(asked, All((flows, refused)))

    found, asked = every_class(question, lambda asked: context.search.find_refused(asked, scope), left_of)
    if found.status is not Status.SAT:
        answers.append(answer_refused(asked, context, found))
    _add_directions(pairs.values(), question, scope, context)
    return Refusals(tuple(pair.told() for pair in pairs.values()), tuple(answers), answers[-1])


def _add_directions(pairs: Collection[_Pair], question: Question, scope: PodScope, context: Context) -> None:
    """Add to ``pairs`` the directions that refuse other flows of them than those which came first."""
    for direction in Direction if pairs else ():
        half = with_half(direction, context)
        for pair in pairs:
            if direction not in pair.directions:
                asked = replace(question, traffic=All((question.traffic, pair.flows)))
                found = half.search.find_refused(asked, scope)
                if answer_refused(asked, half, found).verdict is Verdict.REACHABLE:
                    pair.directions.add(direction)


def items_of(traffic: Predicate) -> tuple[Predicate, ...]:
    """What was listed, item by item; one for several protocols stays one."""
    alike: dict[object, list[Predicate]] = {}
    for part in alternatives(traffic):
        told: object = part
        if isinstance(part, PortIn):
            told = part.ports
        elif isinstance(part, NamedPort):
            told = part.name
        alike.setdefault(told, []).append(part)
    return tuple(parts[0] if len(parts) == 1 else AnyOf(tuple(parts)) for parts in alike.values())


def _is_named(item: Predicate) -> bool:
    mentions = Mentions()
    collect(item, mentions)
    return bool(mentions.port_names)


def _add_to(pair: _Pair, found: Found, asked: Question, context: Context) -> Predicate:
    """Add to ``pair`` every port that is refused as in ``found``, as traffic; a name stands for its numbers."""
    assert found.flow is not None
    flow = found.flow
    behaviours = Decided(CAUTIOUS, context.settings.behaviours, found.behaviours)
    if _is_named(pair.item):
        pair.directions.update(_refusing(flow, behaviours, context))
        return ALWAYS
    refused: _Ports = {}
    for protocol, first, last in _each_kind(flow, asked, context):
        one = replace(flow, protocol=protocol, port=first)
        directions = tuple(_refusing(one, behaviours, context))
        if directions and all(matches(part, one, behaviours) for part in asked.asked):
            refused[protocol] = port_set(*refused.get(protocol, PortSet()).ranges, (first, last))
            pair.directions.update(directions)
    if not refused:  # what makes a difference lies elsewhere than in the ports
        refused = {flow.protocol: port_set((flow.port, flow.port))}
        pair.directions.update(_refusing(flow, behaviours, context))
    for protocol, ports in refused.items():
        pair.ports[protocol] = port_set(*pair.ports.get(protocol, PortSet()).ranges, *ports.ranges)
    return AnyOf(tuple(PortIn(protocol, ports) for protocol, ports in refused.items()))


def _each_kind(flow: Flow, asked: Question, context: Context) -> Iterator[tuple[Protocol, int, int]]:
    """Ranges of ports that neither policies nor the question tell apart."""
    mentions = Mentions()
    for table in relevant_tables(context.policies, flow).tables.values():
        collect_table(table, mentions)
    for part in asked.asked:
        collect(part, mentions)
    named = {port.number for port in flow.destination.ports} if isinstance(flow.destination, Pod) else set()
    own = {flow.port, *named}
    starts = {MIN_PORT, *mentions.ports, *own, *(port + 1 for port in own)}
    cuts = sorted(start for start in starts if MIN_PORT <= start <= MAX_PORT)
    for protocol in Protocol:
        for first, after in zip(cuts, (*cuts[1:], EVERY_PORT.ranges[0][1] + 1), strict=True):
            yield protocol, first, after - 1


def _refusing(flow: Flow, behaviours: Choices, context: Context) -> Iterator[Direction]:
    tables = relevant_tables(context.policies, flow).tables
    yield from (one for one in Direction if not table_allows(tables[one], flow, behaviours))


def end_words(flow: Flow, context: Context) -> tuple[str, str]:
    """Both ends of a refused flow: workloads by name, others by their place."""
    source, destination = (
        str(end.workload) if isinstance(end, Pod) and end.workload is not None else place_words(end, context)
        for end in (flow.source, flow.destination)
    )
    return source, destination


def _this_pair(flow: Flow, context: Context) -> Predicate:
    return All(tuple(_like(flow.at(end), end, context) for end in End))


def _like(endpoint: Pod | External, end: End, context: Context) -> Predicate:
    """Everyone at ``end`` whom the words for ``endpoint`` mean: an existing pod has a name, and no place means it."""
    if isinstance(endpoint, Pod) and endpoint.workload is not None:
        return IsWorkload(end, endpoint.workload)
    place = place_of(endpoint, end, context)
    if isinstance(endpoint, External):
        return place
    there = context.search.casting.index.in_namespace.get(endpoint.namespace, ())
    return All((place, *(Not(IsWorkload(end, one.key)) for one in there)))
