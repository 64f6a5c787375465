"""Label selectors evaluated for all pods of a block, or all namespaces, at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from netverify.model.cluster import NODES, Namespace
from netverify.model.flow import End
from netverify.model.labels import (
    EVERYTHING,
    NAMESPACE_NAME_LABEL,
    LabelSelector,
    Operator,
    Requirement,
    requirement_holds,
)
from netverify.pairs.bits import bits_of, ones
from netverify.pairs.cells import Cells, both_cells
from netverify.pairs.diagrams import NEVER, Diagram
from netverify.pairs.domain import Domain
from netverify.pairs.population import ACCOUNT, EXTERNAL, HOSTS, Block
from netverify.pairs.spread import Spread
from netverify.pairs.variables import LabelVariable


class PodSelectors:
    """Which pods of a block a selector matches; labels that controllers set are left open."""

    def __init__(self, domain: Domain) -> None:
        self._diagrams = domain.diagrams
        self._variables = domain.variables
        self._nodes = domain.population.nodes

    def cells(self, selector: LabelSelector, end: End, block: Block) -> Cells:
        """The members of ``block`` that ``selector`` matches at ``end``; addresses have no labels."""
        return self._all_hold(selector.requirements, end, block)

    def with_account(self, name: str, end: End, block: Block) -> Cells:
        """The members of ``block`` that run as the service account ``name``."""
        return self._all_hold((Requirement(ACCOUNT, Operator.IN, (name,)),), end, block)

    def _all_hold(self, requirements: Sequence[Requirement], end: End, block: Block) -> Cells:
        if block.number == EXTERNAL or not block.full:
            return ()
        sure = block.full & ~self._nodes if block.number == HOSTS else block.full
        open_cells: list[Cells] = []
        for requirement in requirements:
            holding = _holders(requirement, block)
            opened = block.opened.get(requirement.key, 0)
            if opened:
                label = self._variables.pod_label(end, requirement.key)
                diagram = self._diagrams.when(label.number, _values(requirement, label))
                known = ((self._diagrams.always, holding & ~opened),)
                open_cells.append((*known, (diagram, opened)))
            else:
                sure &= holding
        cells: Cells = ((self._diagrams.always, sure),) if sure else ()
        for further in open_cells:
            cells = both_cells(self._diagrams, cells, further)
        return cells


def _holders(requirement: Requirement, block: Block) -> int:
    """Who satisfies ``requirement``, but for those whose label is open."""
    match requirement.operator:
        case Operator.IN:
            return _with_values(requirement, block)
        case Operator.NOT_IN:
            return block.full & ~_with_values(requirement, block)
        case Operator.EXISTS:
            return block.having.get(requirement.key, 0)
        case Operator.DOES_NOT_EXIST:
            return block.full & ~block.having.get(requirement.key, 0)


def _with_values(requirement: Requirement, block: Block) -> int:
    values = block.labels.get(requirement.key)
    if values is None:
        return 0
    bits = 0
    for value in requirement.values:
        bits |= values.get(value, 0)
    return bits


def _values(requirement: Requirement, label: LabelVariable) -> int:
    """The values of an open label that satisfy ``requirement``."""
    match requirement.operator:
        case Operator.IN:
            return label.one_of(requirement.values)
        case Operator.NOT_IN:
            return label.everything & ~label.one_of(requirement.values)
        case Operator.EXISTS:
            return label.present
        case Operator.DOES_NOT_EXIST:
            return label.everything & ~label.present


class NamespaceSelectors:
    """Who is in a namespace that a selector matches; labels of namespaces that are only referred to are left open."""

    def __init__(self, domain: Domain) -> None:
        self._diagrams = domain.diagrams
        self._spreads = domain.spreads
        self._variables = domain.variables
        self._population = domain.population
        places = sorted((domain.population.of_namespace.keys() | domain.population.hosts_of.keys()) - {NODES})
        self._namespaces = [domain.namespaces[name] for name in places]
        declared: list[int] = []
        values: dict[str, dict[str, list[int]]] = {}
        for number, namespace in enumerate(self._namespaces):
            if not namespace.declared:
                continue
            declared.append(number)
            for key, value in namespace.labels.items():
                if key in domain.mentions.namespace_labels:
                    values.setdefault(key, {}).setdefault(value, []).append(number)
        self._index = Block(-1, None, tuple(range(len(self._namespaces))))
        self._index.full = bits_of(declared)
        self._index.labels = {key: {v: bits_of(who) for v, who in named.items()} for key, named in values.items()}
        self._index.having = {key: sum(named.values()) for key, named in self._index.labels.items()}
        self._open = [namespace for namespace in self._namespaces if not namespace.declared]
        self._known: dict[LabelSelector, Spread] = {}
        self._hosts_that_are_pods = domain.hosts_that_are_pods()

    def spread(self, selector: LabelSelector) -> Spread:
        """Who is in a namespace that ``selector`` matches; addresses are in none."""
        found = self._known.get(selector)
        if found is None:
            found = self._known[selector] = self._spread(selector)
        return found

    def _spread(self, selector: LabelSelector) -> Spread:
        if selector == EVERYTHING:
            return Spread(self._diagrams.always, {EXTERNAL: (), **self._hosts_that_are_pods})
        blocks: dict[int, Cells] = {}
        hosts: dict[Diagram, int] = defaultdict(int)
        for namespace, diagram in self._matching(selector):
            number = self._population.of_namespace.get(namespace.name)
            if number is not None:
                blocks[number] = ((diagram, self._population.blocks[number].full),)
            hosts[diagram] |= self._population.hosts_of.get(namespace.name, 0)
        if cells := tuple((diagram, bits) for diagram, bits in hosts.items() if bits):
            blocks[HOSTS] = cells
        return Spread(NEVER, blocks) if blocks else self._spreads.never

    def _matching(self, selector: LabelSelector) -> Iterator[tuple[Namespace, Diagram]]:
        matching = self._index.full
        for requirement in selector.requirements:
            matching &= _holders(requirement, self._index)
        for number in ones(matching):
            yield self._namespaces[number], self._diagrams.always
        for namespace in self._open:
            diagram = self._open_matches(namespace, selector)
            if diagram != NEVER:
                yield namespace, diagram

    def _open_matches(self, namespace: Namespace, selector: LabelSelector) -> Diagram:
        """The labels of ``namespace`` with which ``selector`` matches it; its name is known."""
        matches: Diagram = self._diagrams.always
        for requirement in selector.requirements:
            if requirement.key == NAMESPACE_NAME_LABEL:
                holds: Diagram = self._diagrams.always if requirement_holds(requirement, namespace.labels) else NEVER
            else:
                label = self._variables.namespace_label(namespace.name, requirement.key)
                holds = self._diagrams.when(label.number, _values(requirement, label))
            matches = self._diagrams.both(matches, holds)
        return matches
