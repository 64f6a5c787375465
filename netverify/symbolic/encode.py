"""The rule table printed as SMT-LIB terms.

Mirrors :mod:`netverify.policy.evaluate` function by function and name by name; hold the two side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import assert_never

from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction, End
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol
from netverify.policy.predicate import (
    AddressIn,
    All,
    AnyOf,
    Behaves,
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
from netverify.policy.table import Action, Decides, Rule, RuleTable, Selection, Tier, by_policy, decides, runs
from netverify.symbolic.scene import Scene
from netverify.symbolic.space import NOBODY_EXISTING, EndSpace
from netverify.symbolic.terms import FALSE, TRUE, Index, Term, conjunction, disjunction, negation

PROTOCOLS = tuple(Protocol)


class Encoder:
    """The variables of one obligation and the terms over them; ``definitions`` are shared terms in order of need.

    An encoder ``beside`` another one speaks of the same variables, and both write into one text. Where selections and
    denials are not ``guarded``, no core can be asked for, and equal tables read equal.
    """

    def __init__(  # noqa: PLR0913 - what the goal speaks of, one argument for each kind
        self,
        scene: Scene,
        spaces: Mapping[End, EndSpace],
        port_names: tuple[NamedPort, ...],
        unspecified: tuple[Unspecified, ...] = (),
        beside: Encoder | None = None,
        *,
        guarded: bool = True,
    ) -> None:
        self.spaces = spaces
        self.protocol = Index(
            "protocol",
            len(PROTOCOLS),
            fixed=None if scene.protocol is None else PROTOCOLS.index(scene.protocol),
        )
        self.port = Index("port", MAX_PORT + 1, fixed=scene.port, width=16)
        self.names = {wanted: Term(f"dst_named_{number}") for number, wanted in enumerate(port_names)}
        self.behaviours = {
            behaviour: Term(f"cni_{behaviour.name.lower()}")
            if behaviour not in scene.behaviours
            else (TRUE if scene.behaviours[behaviour] else FALSE)
            for behaviour in Behaviour
        }
        self.unspecified = {one: Term(f"unspecified_{number}") for number, one in enumerate(unspecified)}
        hosts = any(space.on_host_network() != FALSE for space in spaces.values())
        self.same_node = Term("same_node") if hosts else FALSE
        self.definitions: list[tuple[str, Term]] = [] if beside is None else beside.definitions
        self.defined: dict[Term, Term] = {} if beside is None else beside.defined
        self.guards: dict[str, tuple[Direction, Selection]] = {}
        self.denials: dict[str, tuple[Direction, Rule]] = {}
        self._is_guarded = guarded
        self._shared: dict[Predicate, Term] = {}

    def matches(self, predicate: Predicate) -> Term:  # noqa: C901, PLR0911, PLR0912 - one arm for each node type
        """``predicate`` holds."""
        match predicate:
            case All(parts):
                return conjunction(self.matches(part) for part in parts)
            case AnyOf(parts):
                return disjunction(self.matches(part) for part in parts)
            case Not(part):
                return negation(self.matches(part))
            case InNamespace(end, name):
                return self.spaces[end].in_namespace(name)
            case NamespaceMatches(end, selector):
                return self.share(predicate, "namespace", lambda: self.spaces[end].namespace_matches(selector))
            case PodMatches(end, selector):
                return self.spaces[end].pod_matches(selector)
            case OnHostNetwork(end):
                return self.spaces[end].on_host_network()
            case Behaves(behaviour):
                return self.behaviours[behaviour]
            case Unspecified():
                return self.unspecified[predicate]
            case PortIn(protocol, ports):
                return conjunction(
                    (
                        self.protocol.equals(PROTOCOLS.index(protocol)),
                        disjunction(self.port.within(first, last) for first, last in ports.ranges),
                    ),
                )
            case NamedPort(protocol, _):
                named = self.share(predicate, "named_port", lambda: self.named_port(predicate))
                return conjunction((self.protocol.equals(PROTOCOLS.index(protocol)), named))
            case AddressIn(end, ranges):
                return self.share(predicate, "address", lambda: self.spaces[end].address_in(ranges))
            case IsPod(end):
                return self.spaces[end].is_pod()
            case HasServiceAccount(end, name):
                return self.spaces[end].has_service_account(name)
            case IsWorkload(end, key):
                return self.spaces[end].is_workload(key)
            case SameNode():
                return self.same_node
            case _ as never:
                assert_never(never)

    def named_port(self, wanted: NamedPort) -> Term:
        """The destination is a pod that declares the port under the wanted name and protocol."""
        space = self.spaces[End.DESTINATION]
        named: list[Term] = []
        for number, workload in enumerate(space.cast.workloads, start=1):
            for declared in workload.ports:
                if declared.name == wanted.name and declared.protocol is wanted.protocol:
                    counts = self.behaviours[Behaviour.INIT_CONTAINER_PORTS_NAMED] if declared.init else TRUE
                    named.append(conjunction((space.who.equals(number), self.port.equals(declared.number), counts)))
        if space.cast.namespaces:
            possible = (space.who.equals(NOBODY_EXISTING), space.is_pod(), self.names[wanted])
            named.append(conjunction(possible))
        return disjunction(named)

    def tier_applies(self, tier: Tier, direction: Direction) -> Term:
        """Some selection of ``tier`` holds, and its condition does. Each policy's selection has a guard of its own."""
        selected = [self._guarded(selection, direction) for selection in tier.applies]
        return conjunction((self.matches(tier.condition), disjunction(selected)))

    def _guarded(self, selection: Selection, direction: Direction) -> Term:
        subject = self.matches(selection.subject)
        if subject == FALSE or selection.policy.is_built_in or not self._is_guarded:
            return subject
        guard = f"on_{len(self.guards)}"
        self.guards[guard] = direction, selection
        return conjunction((Term(guard), subject))

    def rule_matches(self, rule: Rule) -> Term:
        """Subject, peer and traffic of ``rule`` all hold."""
        return conjunction((self.matches(rule.subject), self.matches(rule.traffic), self.matches(rule.peer)))

    def _decides(self, rule: Rule, direction: Direction) -> Term:
        """``rule`` matches; if it denies, it has a guard of its own."""
        matched = self.rule_matches(rule)
        if matched == FALSE or rule.action is not Action.DENY or rule.policy.is_built_in or not self._is_guarded:
            return matched
        guard = f"denies_{len(self.denials)}"
        self.denials[guard] = direction, rule
        return conjunction((Term(guard), matched))

    def tier_allows(self, tier: Tier, direction: Direction, passed: Term) -> Term:
        """What ``tier`` does with the flow, where ``passed`` is what the tiers after it do.

        The first matching rule decides, else the default.
        """
        outcome = _outcome(tier.default, passed)
        for tie, rules in reversed(list(runs(tier))):
            if tie:
                outcome = self._tied(rules, decides(tie, tier, direction), direction, passed, outcome)
                continue
            for action, alike in groupby(reversed(rules), key=lambda rule: rule.action):
                some_match = disjunction([self._decides(rule, direction) for rule in alike][::-1])
                outcome = choose(some_match, _outcome(action, passed), outcome)
        return choose(self.tier_applies(tier, direction), outcome, passed)

    def _tied(self, rules: Sequence[Rule], open_: Decides, direction: Direction, passed: Term, outcome: Term) -> Term:
        """What rules of one priority do, where ``outcome`` is what those after them do.

        Any policy with a matching rule may decide, by its first one; nothing is left open where they take one action.
        """
        taken = dict.fromkeys(Action, FALSE)
        for of_policy in by_policy(rules):
            before: list[Term] = []
            for rule in of_policy:
                matched = self._decides(rule, direction)
                first = conjunction((matched, *(negation(other) for other in before)))
                taken[rule.action] = disjunction((taken[rule.action], first))
                before.append(matched)
        allowed, denied, left = (self.define("tied", taken[one]) for one in (Action.ALLOW, Action.DENY, Action.PASS))
        allowing, denying = self.unspecified[open_.allowing], self.unspecified[open_.denying]
        outcome = choose(left, passed, outcome)
        outcome = choose(conjunction((denied, disjunction((denying, negation(left))))), FALSE, outcome)
        alone = negation(disjunction((denied, left)))
        return choose(conjunction((allowed, disjunction((allowing, alone)))), TRUE, outcome)

    def table_allows(self, table: RuleTable) -> Term:
        """One direction allows the flow: in each of its tables, the first tier that does not pass decides.

        After the last tier ``ALLOW``.
        """
        return conjunction(self._allows_alone(one) for one in table.every())

    def _allows_alone(self, table: RuleTable) -> Term:
        allowed = TRUE
        for tier in reversed(table.tiers):
            allowed = self.define(
                f"{table.direction}_{_word(tier.name)}", self.tier_allows(tier, table.direction, allowed)
            )
        return allowed

    def allows(self, tables: Mapping[Direction, RuleTable]) -> Term:
        """The flow is allowed by all ``tables``; a connection of a pod to itself is outside the domain."""
        return conjunction(self.table_allows(tables[direction]) for direction in Direction if direction in tables)

    def port_is_valid(self) -> Term:
        """The port is one that can be connected to."""
        return self.port.within(MIN_PORT, MAX_PORT)

    def share(self, predicate: Predicate, stem: str, build: Callable[[], Term]) -> Term:
        """The term of ``predicate``, built and printed once."""
        shared = self._shared.get(predicate)
        if shared is None:
            shared = self._shared[predicate] = self.define(stem, build())
        return shared

    def define(self, stem: str, term: Term) -> Term:
        """A name for ``term``, so that it is printed once; short terms stay as they are."""
        if len(term) < 60:
            return term
        if term not in self.defined:
            name = f"{stem}_{len(self.definitions)}"
            self.definitions.append((name, term))
            self.defined[term] = Term(name)
        return self.defined[term]


def choose(condition: Term, then: Term, otherwise: Term) -> Term:
    """``then`` where ``condition`` holds, else ``otherwise``; without ``ite``."""
    if condition == TRUE:
        return then
    if condition == FALSE or then == otherwise:
        return otherwise
    if then == TRUE:
        return disjunction((condition, otherwise))
    if then == FALSE:
        return conjunction((negation(condition), otherwise))
    return conjunction((disjunction((negation(condition), then)), disjunction((condition, otherwise))))


def _outcome(action: Action, passed: Term) -> Term:
    match action:
        case Action.ALLOW:
            return TRUE
        case Action.DENY:
            return FALSE
        case Action.PASS:
            return passed
        case _ as never:
            assert_never(never)


def _word(name: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in name.lower())
