"""One direction of policy, read for all subjects at once: with which peers it lets whom talk.

Subjects for whom the same selections and rules hold are a group, and are read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import TypeAlias

from netverify.model.flow import Direction
from netverify.pairs.bits import ones
from netverify.pairs.cells import Cells, both_cells, weigh
from netverify.pairs.clauses import Clause, Clauses
from netverify.pairs.coarsening import Coarsening
from netverify.pairs.diagrams import NEVER, Diagram
from netverify.pairs.domain import Domain
from netverify.pairs.evaluate import Evaluator, Member
from netverify.pairs.population import EXTERNAL, Block
from netverify.pairs.profiles import Profile, profiles
from netverify.pairs.spread import Spread, Spreads
from netverify.pairs.ties import Ties, Weighted
from netverify.policy.predicate import All, Predicate
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import Action, Rule, RuleTable, Tier
from netverify.records import dataclass

Outcome: TypeAlias = tuple[Spread, Diagram]
"""What a table allows some subjects, and when a tier applies to them that denies by default."""

Decider: TypeAlias = Rule | Tier | None
"""What lets a flow through in one table: a rule, a tier by its default, or nothing, where no tier decides."""

Reasons: TypeAlias = tuple[tuple[tuple[Decider, ...], Spread], ...]
"""Why flows get through, one decider for each table; a flow that several rules of one step match has each of them."""


@dataclass(frozen=True, slots=True)
class Group:
    """Members of one block, as bits, who are all treated alike.

    ``spread`` says what may come to them from everyone (ingress), or go from them to everyone (egress). ``isolated``
    says when a tier applies to them that denies by default.
    """

    bits: int
    spread: Spread
    isolated: Diagram


@dataclass(slots=True)
class State:
    """What the tiers so far leave undecided, and what they allow: by which deciders, where that is asked for."""

    undecided: Spread
    allowed: Spread
    isolated: Diagram
    deciders: tuple[tuple[Decider, Spread], ...] = ()


@dataclass(slots=True)
class Item:
    """A selection or a rule for the ``subjects`` of one block: ``towards`` some peers, where ``joint`` holds too."""

    subjects: Cells
    towards: Spread
    joint: tuple[Predicate, ...] = ()
    rule: Rule | None = None


class TableReader:
    """Reads the table of one direction; ``with_deciders`` it can tell reasons, too."""

    def __init__(  # noqa: PLR0913 - what the reading of a table depends on
        self,
        direction: Direction,
        policies: PolicyIndex,
        domain: Domain,
        evaluator: Evaluator,
        coarsening: Coarsening | None,
        *,
        with_deciders: bool = False,
    ) -> None:
        self.direction = direction
        self._with_deciders = with_deciders
        self._policies = policies
        self._diagrams = domain.diagrams
        self._spreads = domain.spreads
        self._evaluator = evaluator
        self._coarsening = coarsening
        self._clauses = Clauses(direction)

    def groups(self, block: Block, *, coarse: bool = True) -> list[Group]:
        """The members of ``block`` in groups, in the order of their first members.

        Unless ``coarse``, diagrams tell which intervals of addresses they speak of, and not only how many kinds.
        """
        if not block.full:
            return []
        first = reduce(self._both, [self._decided(table, block) for table in self._table(block).every()])
        coarsening = self._coarsening if coarse else None
        found = [
            Group(bits, coarsening.coarse(spread) if coarsening else spread, isolated)
            for bits, (spread, isolated) in first.items()
        ]
        return sorted(found, key=lambda group: group.bits & -group.bits)

    def reasons(self, block: Block) -> Mapping[int, Reasons]:
        """Why flows of the members of ``block`` get through; members who are alike are together, as bits."""
        found: dict[int, Reasons] = {block.full: (((), self._spreads.always),)} if block.full else {}
        for table in self._table(block).every() if block.full else ():
            states = self._states(table, block).items()
            found = {
                bits: tuple(_crossed(ours, (*state.deciders, (None, state.undecided)), self._spreads))
                for our_bits, ours in found.items()
                for their_bits, state in states
                if (bits := our_bits & their_bits)
            }
        return found

    def _decided(self, table: RuleTable, block: Block) -> dict[int, Outcome]:
        """What one table, by itself, allows the members of ``block``."""
        either = self._spreads.either
        states = self._states(table, block).items()
        return {bits: (either(state.allowed, state.undecided), state.isolated) for bits, state in states}

    def _states(self, table: RuleTable, block: Block) -> Mapping[int, State]:
        """What one table, by itself, makes of the flows of the members of ``block``."""
        states: Mapping[int, State] = {block.full: State(self._spreads.always, self._spreads.never, NEVER)}
        for tier in table.tiers:
            if tier.applies:
                states = self._through(tier, block, states)
        return states

    def _both(self, one: Mapping[int, Outcome], other: Mapping[int, Outcome]) -> dict[int, Outcome]:
        """What both of two tables allow: the members that both treat alike are one group."""
        spreads, either = self._spreads, self._diagrams.either
        return {
            bits: (spreads.both(ours, theirs), either(isolated, also))
            for our_bits, (ours, isolated) in one.items()
            for their_bits, (theirs, also) in other.items()
            if (bits := our_bits & their_bits)
        }

    def tiers(self, block: Block) -> Sequence[Tier]:
        """The tiers of all tables as far as they can speak of the members of ``block``."""
        return tuple(self._table(block).every_tier())

    def _table(self, block: Block) -> RuleTable:
        if block.namespace is not None:
            names: tuple[str, ...] = (block.namespace,)
        elif block.number == EXTERNAL:
            names = ()
        else:
            names = tuple(sorted({workload.key.namespace for workload in block.workloads}))
        return self._policies.slice(self.direction, names)

    def selections(self, tier: Tier, block: Block) -> list[Item]:
        """The selections of ``tier``, in order."""
        return [self._item(self._clauses.clause(one.subject), block) for one in tier.applies]

    def rules(self, tier: Tier, block: Block) -> list[Item]:
        """The rules of ``tier``, in order."""
        clause = self._clauses.clause
        return [self._item(clause(rule.subject, rule.peer, rule.traffic), block, rule) for rule in tier.rules]

    def _item(self, clause: Clause, block: Block, rule: Rule | None = None) -> Item:
        subjects: Cells = ((self._diagrams.always, block.full),)
        for number, part in enumerate(clause.subject):
            cells = self._evaluator.cells(part, self.direction.subject, block)
            subjects = both_cells(self._diagrams, subjects, cells) if number else cells
        for part in clause.constant:
            subjects = weigh(self._diagrams, self._evaluator.constant(part), subjects)
        towards = self._spreads.always
        if clause.peer:
            peer = clause.peer[0] if len(clause.peer) == 1 else All(clause.peer)
            towards = self._evaluator.spread(peer, self.direction.peer)
        return Item(subjects, towards, clause.joint, rule)

    def _through(self, tier: Tier, block: Block, states: Mapping[int, State]) -> dict[int, State]:
        """``states`` after ``tier``, for those of their members to whom the same items of it apply."""
        condition = self._item(self._clauses.clause(tier.condition), block)
        selections = self.selections(tier, block)
        whole = next((item for item in selections if self._is_always(item, block)), None)
        if whole is not None:
            selections = [whole]
        rules = self.rules(tier, block)
        items = (condition, *selections, *rules)
        unconditional = whole is not None and self._is_always(condition, block)
        ties = Ties(tier, self.direction, self._evaluator, self._spreads)
        told = self._with_deciders
        steps = _Steps(tier, items, 1 + len(selections), ties, unconditional=unconditional, with_deciders=told)
        following: dict[int, State] = {}
        for members, profile in profiles(block.full, items):
            joint = any(items[position].joint for position, _ in profile)
            for bits in (1 << bit for bit in ones(members)) if joint else (members,):
                held = self._towards(profile, items, block, bits)
                for before, state in states.items():
                    if both := bits & before:
                        following[both] = steps.after(state, held)
        return following

    def _is_always(self, item: Item, block: Block) -> bool:
        """Whether ``item`` holds for every subject and towards every peer."""
        everyone = ((self._diagrams.always, block.full),)
        return item.towards is self._spreads.always and not item.joint and item.subjects == everyone

    def _towards(self, profile: Profile, items: Sequence[Item], block: Block, bits: int) -> dict[int, Weighted]:
        """What each item that holds asks of peers; where it looks at both ends, ``bits`` is one member."""
        held: dict[int, Weighted] = {}
        for position, diagram in profile:
            item = items[position]
            towards = item.towards
            for part in item.joint:
                member = Member(self.direction.subject, block, bits.bit_length() - 1)
                towards = self._spreads.both(towards, self._evaluator.spread(part, self.direction.peer, member))
            held[position] = (diagram, towards)
        return held


class _Steps:
    """What one tier makes of states; ``items`` are its condition, its selections, and its rules from ``first`` on.

    ``unconditional``: it surely applies to every subject.
    """

    def __init__(  # noqa: PLR0913 - a tier as its subjects see it
        self,
        tier: Tier,
        items: Sequence[Item],
        first: int,
        ties: Ties,
        *,
        unconditional: bool,
        with_deciders: bool,
    ) -> None:
        self._tier = tier
        self._with_deciders = with_deciders
        self._unconditional = unconditional
        self._ties = ties
        self._default = tier.default
        self._items = items
        self._first = first
        self._spreads = ties.spreads

    def after(self, state: State, held: Mapping[int, Weighted]) -> State:
        """``state`` after the tier, for subjects for whom the items at the positions of ``held`` hold."""
        spreads = self._spreads
        applies = self._applies(held)
        if applies.is_never:
            return state
        rest = spreads.both(state.undecided, applies)
        allowed, passed = state.allowed, spreads.never
        steps = self._ties.steps(
            [(rule, one) for position, one in held.items() if (rule := self._items[position].rule) is not None]
        )
        deciders = list(state.deciders)
        for action, matching, by in steps:
            if action is Action.ALLOW:
                reached = spreads.both(rest, matching)
                allowed = spreads.either(allowed, reached)
                if self._with_deciders:
                    deciders += [(rule, spreads.both(reached, spreads.any_of([one]))) for rule, one in by]
            elif action is Action.PASS:
                passed = spreads.either(passed, spreads.both(rest, matching))
            if len(steps) > 1 or self._default is not Action.DENY:
                rest = spreads.without(rest, matching)
        if self._default is Action.ALLOW:
            allowed = spreads.either(allowed, rest)
            deciders.append((self._tier, rest))
        elif self._default is Action.PASS:
            passed = spreads.either(passed, rest)
        undecided = spreads.either(spreads.without(state.undecided, applies), passed)
        isolated = state.isolated
        if self._default is Action.DENY:
            isolated = spreads.anyone(isolated, applies)
        return State(undecided, allowed, isolated, tuple(deciders))

    def _applies(self, held: Mapping[int, Weighted]) -> Spread:
        """Where the condition and one of the selections hold."""
        if self._unconditional:
            return self._spreads.always
        if 0 not in held:
            return self._spreads.never
        selected = [weighted for position, weighted in held.items() if 0 < position < self._first]
        return self._spreads.both(self._spreads.any_of((held[0],)), self._spreads.any_of(selected))


def _crossed(
    reasons: Reasons, deciders: Iterable[tuple[Decider, Spread]], spreads: Spreads
) -> Iterator[tuple[tuple[Decider, ...], Spread]]:
    """``reasons`` with those of one more table, which has to allow as well."""
    for known, ours in reasons:
        for decider, theirs in deciders:
            both = spreads.both(ours, theirs)
            if not both.is_never:
                yield (*known, decider), both
