"""Why a flow is allowed, as a class of flows that are allowed for the same reason between the same places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias, assert_never

from netverify.answers.context import Context
from netverify.answers.replay import relevant_tables
from netverify.gate.precedence import Precedence, is_own, matching, value
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import NODES
from netverify.model.flow import Direction, End, Endpoint, External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator, Requirement
from netverify.pairs.rule_pairs import Deciders, RulePair
from netverify.pairs.tables import Decider
from netverify.policy.predicate import (
    ALWAYS,
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
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import Action, Rule, RuleTable, Tier
from netverify.policy.trace import Decision, trace
from netverify.query.whereabouts import is_outside
from netverify.records import dataclass

_Two: TypeAlias = tuple[Predicate, Predicate]

_NOTHING: Final = AnyOf()
OUTSIDE = "outside"
"""The place of every address outside the cluster."""


@dataclass(frozen=True, slots=True)
class Cause:
    """All flows go from ``source`` to ``destination``, places in words, for the same reason as one did.

    ``places`` and ``reasons`` say it in predicates, of both ends and of both directions in their order; ``reason`` says
    it in a text that is the same wherever policies say the same, however they are called. That text also has what goes
    before the rules and takes flows from them, which ``flows`` have not.
    """

    source: str
    destination: str
    places: _Two
    reasons: _Two
    reason: str

    @property
    def flows(self) -> Predicate:
        """All the flows."""
        return All((*self.places, *self.reasons))


def flows_of(causes: Iterable[Cause]) -> Iterator[Predicate]:
    """Predicates of which one holds iff one of ``causes`` does; few, where many places share their reasons."""
    by_places: dict[_Two, dict[Predicate, dict[Predicate, None]]] = {}
    for one in causes:
        into, out = one.reasons
        by_places.setdefault(one.places, {}).setdefault(out, {})[into] = None
    sources: dict[tuple[Predicate, Predicate], list[Predicate]] = {}
    for (source, destination), reasons in by_places.items():
        alike: dict[tuple[Predicate, ...], list[Predicate]] = {}
        for out, entering in reasons.items():
            alike.setdefault(tuple(entering), []).append(out)
        told = any_of([All((any_of(leaving), any_of(entering))) for entering, leaving in alike.items()])
        sources.setdefault((destination, told), []).append(source)
    for (destination, told), places in sources.items():
        yield All((any_of(places), destination, told))


def any_of(parts: Sequence[Predicate]) -> Predicate:
    """One of ``parts`` holds."""
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


@dataclass(frozen=True, slots=True)
class Reason:
    """What lets flows through in one direction: all those flows, and a text. ``is_rule``: a rule does."""

    flows: Predicate
    text: str
    is_rule: bool


def cause_of(pair: RulePair, reasons: Reasons, context: Context) -> Cause:
    """Why policy allows the flow of ``pair``, which it does."""
    flow = pair.flow
    found = [reasons.of(direction, pair.deciders[direction], flow.at(direction.subject)) for direction in Direction]
    places = [place_of(flow.at(end), end, context) for end in End]
    return Cause(
        place_words(flow.source, context),
        place_words(flow.destination, context),
        (places[0], places[1]),
        (found[0].flows, found[1].flows),
        "; ".join(one.text for one in found),
    )


def traced(flow: Flow, behaviours: Choices, context: Context) -> RulePair:
    """``flow`` with the first rules that let it through, which policy does."""
    tables = relevant_tables(context.policies, flow).tables
    return RulePair(
        {one: tuple(_decider(trace(table, flow, behaviours)) for table in tables[one].every()) for one in Direction},
        flow,
        behaviours,
    )


def _decider(decision: Decision) -> Decider:
    return decision.rule if decision.rule is not None else decision.tier


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
        on_host = OnHostNetwork(end)
        return All((InNamespace(end, endpoint.namespace), on_host if endpoint.host_network else Not(on_host)))
    return All((IsPod(end), NamespaceMatches(end, _elsewhere(context))))


def _elsewhere(context: Context) -> LabelSelector:
    known = tuple(sorted(context.inventory.cluster.namespaces))
    return LabelSelector((Requirement(NAMESPACE_NAME_LABEL, Operator.NOT_IN, known),) if known else ())


class Reasons:
    """What lets flows through, as predicates and in texts, for one set of policies; each is made once.

    ``fixed`` are the behaviours that are not left open.
    """

    def __init__(self, policies: PolicyIndex, fixed: Mapping[Behaviour, bool]) -> None:
        self._policies = policies
        self._fixed = fixed
        self._precedence = Precedence(fixed)
        self._known: dict[tuple[object, ...], tuple[Deciders, Reason]] = {}

    def of(self, direction: Direction, deciders: Deciders, subject: Endpoint) -> Reason:
        """The reason for which ``deciders`` of ``direction`` let flows of ``subject`` through."""
        place = None if isinstance(subject, External) else (subject.namespace, subject.host_network)
        key = (direction, place, *map(id, deciders))
        if key not in self._known:
            names = () if isinstance(subject, External) else (subject.namespace,)
            tables = tuple(self._policies.slice(direction, names).every())
            found = [self._of_one(*one, subject) for one in zip(deciders, tables, strict=True)]
            flows = found[0] if len(found) == 1 else All(tuple(found))
            rules = [one for one in deciders if isinstance(one, Rule)]
            # What is built in is known by its rule alone, which is the same whatever it is built into.
            text = (
                repr(matching(rules[0])) if len(found) == 1 and rules and rules[0].policy.is_built_in else repr(flows)
            )
            before = [self._precedence.before(*one) for one in zip(deciders, tables, strict=True)]
            # Without anything before it, as in clusters with NetworkPolicy alone, the text is that of the rule.
            told = f"{text} after {before}" if any(before) else text
            self._known[key] = (deciders, Reason(flows, told, bool(rules)))
        return self._known[key][1]

    def _of_one(self, decider: Decider, table: RuleTable, subject: Endpoint) -> Predicate:
        match decider:
            case Rule() if decider.policy.is_built_in:
                return All((*_applies(_tier_of(decider, table)), matching(decider)))
            case Rule():
                return matching(decider)
            case Tier():
                return All(tuple(_applies(_tier_of(decider, table))))
            case None:
                return self._open(table, subject)
            case _ as never:
                assert_never(never)

    def _open(self, table: RuleTable, subject: Endpoint) -> Predicate:
        """Flows that no tier of ``table`` decides, of subjects where ``subject`` is."""
        end = table.direction.subject
        if isinstance(subject, External):
            return is_outside(end)
        if subject.is_node:
            return InNamespace(end, NODES)
        if subject.host_network:
            return OnHostNetwork(end)
        # Who is on the host network is another place, with reasons of its own.
        return All((Not(OnHostNetwork(end)), *self._undecided(table)))

    def _undecided(self, table: RuleTable) -> Iterator[Predicate]:
        """What holds iff every tier leaves the flow to the next: of most tiers, that no policy selects the subject."""
        selecting: list[Predicate] = []
        others: list[Predicate] = []
        for tier in table.tiers:
            known = value(tier.condition, self._fixed)
            if not tier.applies or known is False:
                continue
            if known is None or _may_pass(tier):
                others.append(AnyOf((Not(All(tuple(_applies(tier)))), _passes(tier))))
            else:
                selecting += [selection.subject for selection in tier.applies]
        if selecting:
            yield Not(AnyOf(tuple(sorted(dict.fromkeys(selecting), key=repr))))
        yield from others


def _tier_of(decider: Rule | Tier, table: RuleTable) -> Tier:
    return next(tier for tier in table.tiers if is_own(decider, tier))


def _applies(tier: Tier) -> Iterator[Predicate]:
    if tier.condition != ALWAYS:
        yield tier.condition
    yield AnyOf(tuple(selection.subject for selection in tier.applies))


def _may_pass(tier: Tier) -> bool:
    """Whether ``tier`` may leave a flow of its subjects to the next one."""
    decides_all = any(rule.subject == rule.peer == rule.traffic == ALWAYS for rule in tier.rules)
    return (tier.default is Action.PASS and not decides_all) or any(rule.action is Action.PASS for rule in tier.rules)


def _passes(tier: Tier) -> Predicate:
    """Flows of subjects of ``tier`` that it leaves to the next one; of rules with a tie, all that it may leave."""
    passed, rest = _left_by(tier.rules)
    return AnyOf((passed, All(rest))) if tier.default is Action.PASS else passed


def _left_by(rules: Sequence[Rule]) -> tuple[Predicate, tuple[Predicate, ...]]:
    """The flows that ``rules`` leave to the next tier, and all that holds of those that no rule of them is about.

    Half by half, since a formula that is as deep as there are rules cannot be gone through.
    """
    if len(rules) > 1:
        half = len(rules) // 2
        (passed, rest), (later, more) = _left_by(rules[:half]), _left_by(rules[half:])
        return passed if later == _NOTHING else AnyOf((passed, All((*rest, later)))), (*rest, *more)
    for rule in rules:
        if rule.action is Action.PASS:
            return matching(rule), ()
        if not rule.tie:
            return _NOTHING, (Not(matching(rule)),)
    return _NOTHING, ()
