"""Which rules may match for whom."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.pairs.diagrams import NEVER
from netverify.pairs.domain import Domain
from netverify.pairs.outcome import Members, RuleUse
from netverify.pairs.population import EXTERNAL, Block
from netverify.pairs.spread import Spread
from netverify.pairs.tables import Item, TableReader
from netverify.policy.table import Rule, Tier


def rule_uses(reader: TableReader, domain: Domain) -> Iterator[RuleUse]:
    """The uses of every rule that ``reader`` knows, in the order of blocks; each rule comes once."""
    found: dict[int, tuple[Rule, list[Members], Spread]] = {}
    for block in domain.population.blocks:
        if block.number == EXTERNAL:
            continue
        for tier in reader.tiers(block):
            for rule, subjects, towards in _matching(tier, block, reader, domain):
                use = found.setdefault(id(rule), (rule, [], towards))
                use[1].append(block.members(subjects))
    peers: dict[int, tuple[Members, ...]] = {}
    for rule, members, towards in found.values():
        if id(towards) not in peers:
            peers[id(towards)] = tuple(_members(towards, domain))
        yield RuleUse(reader.direction, rule, tuple(members), peers[id(towards)])


def _matching(tier: Tier, block: Block, reader: TableReader, domain: Domain) -> Iterator[tuple[Rule, int, Spread]]:
    """The rules of ``tier`` that may match for anyone of ``block``: for whom, and towards whom."""
    selected, selections = 0, reader.selections(tier, block)
    for item in selections:
        selected |= _bits(item)
    always = domain.diagrams.always
    chosen = domain.spreads.any_of([(always, item.towards) for item in selections])
    for rule, item in zip(tier.rules, reader.rules(tier, block), strict=True):
        subjects = _bits(item) & selected
        if subjects and not item.towards.is_never:
            yield rule, subjects, domain.spreads.both(item.towards, chosen)


def _bits(item: Item) -> int:
    bits = 0
    for _, members in item.subjects:
        bits |= members
    return bits


def _members(spread: Spread, domain: Domain) -> Iterator[Members]:
    for block in domain.population.blocks:
        bits = 0
        for diagram, members in domain.spreads.cells(spread, block):
            if diagram != NEVER:
                bits |= members
        if bits:
            yield block.members(bits)
