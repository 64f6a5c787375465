"""What the page of a map knows, as JSON: endpoints by number, who may open what to whom, rules, and the account.

Pairs are not listed one by one: a bundle is a set of sources, a set of destinations and an access, each a number in a
table that the page holds once. A set of endpoints is a text such as ``0-4,7``. Every text is visible.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from itertools import islice
from typing import Protocol as Shape

from netverify.diagnostics import NOWHERE, Origin
from netverify.model.behaviours import MEANING, Behaviour
from netverify.model.flow import Direction
from netverify.model.traffic import PortSet, Protocol
from netverify.pairs.outcome import (
    NAMESPACE_LABELS,
    POD_ADDRESS,
    POD_LABELS,
    PORT_NAMES,
    SAME_NODE,
    SERVICE_ACCOUNT,
    Access,
    Bundle,
    Isolation,
    MapEndpoint,
    Members,
    RuleUse,
)
from netverify.policy.predicate import Predicate
from netverify.policy.visit import alternatives
from netverify.query.remarks import Remarks
from netverify.query.wording import peer_words, traffic_words
from netverify.records import dataclass
from netverify.report.address_text import range_text
from netverify.report.map_page_account import Json, account
from netverify.sources.coverage import Inventory
from netverify.visible import visible

_OPEN_QUESTIONS: Mapping[str, str] = {
    POD_ADDRESS: "the address of a pod or node, which is not in the manifests",
    SAME_NODE: "whether both pods run on one node",
    POD_LABELS: "the value of a label that a controller adds",
    SERVICE_ACCOUNT: "the service account of a pod, which is not in the manifests",
    PORT_NAMES: "which names pods that could be created give to their ports",
    NAMESPACE_LABELS: "the labels of a namespace that has no Namespace object in the manifests",
}
_LETTERS = {Isolation.OPEN: "o", Isolation.ISOLATED: "i", Isolation.DEPENDS: "d"}
_MANY_ALTERNATIVES = 6
_NUMBERS_AT_ONCE = 3 * 4096


class Found(Shape):
    """The all-pairs reading, as far as the page needs it."""

    @property
    def endpoints(self) -> tuple[MapEndpoint, ...]:
        """Workloads, then external ranges."""

    def bundles(self) -> Iterator[Bundle]:
        """Disjoint rectangles of connections."""

    def isolation(self, direction: Direction, /) -> tuple[Isolation, ...]:
        """For each endpoint by number."""

    def rule_uses(self) -> Iterator[RuleUse]:
        """Which rule may let whom talk with whom."""


class Findings(Shape):
    """A map: what was found, and what has to be said about it."""

    @property
    def connectivity(self) -> Found:
        """Who may open what to whom."""

    @property
    def remarks(self) -> Remarks:
        """What that is worth."""


@dataclass(slots=True)
class _Table:
    """Texts in the order in which they were first met, each once."""

    texts: list[str] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        """The number of ``text``; a new one if it was not met before."""
        number = self._numbers.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
        return number

    def visible(self) -> list[Json]:
        """The texts, escaped where they need it."""
        return [visible(text) for text in self.texts]


@dataclass(slots=True)
class _Sets:
    """Sets of endpoints by number. What blocks number their endpoints with is kept, so that its id lasts."""

    table: _Table = field(default_factory=_Table)
    _known: dict[tuple[int, int], tuple[tuple[int, ...], int]] = field(default_factory=dict)

    def number(self, members: Members) -> int:
        """The number of the set."""
        key = (id(members.numbers), members.bits)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (members.numbers, self.table.number(members_text(members)))
        return known[1]


@dataclass(slots=True)
class _Accesses:
    """Accesses by number, likewise."""

    table: _Table = field(default_factory=_Table)
    on: set[str] = field(default_factory=set)
    _known: dict[int, tuple[Access, int]] = field(default_factory=dict)

    def number(self, access: Access) -> int:
        """The number of ``access``."""
        known = self._known.get(id(access))
        if known is None:
            row: Json = [_ports(access.allowed), _ports(access.depends), list[Json](access.on)]
            known = self._known[id(access)] = (access, self.table.number(_dumped(row)))
            self.on.update(access.on)
        return known[1]


def members_text(members: Members) -> str:
    """``0-4,7``: the numbers of ``members`` as ascending ranges."""
    ranges: list[list[int]] = []
    for number in members:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def page_data(findings: Findings, inventory: Inventory, *, title: str, narrowed: str) -> Iterator[str]:
    """One JSON object in pieces. Bundles come first, since they are most of it, and say which tables the rest needs."""
    found, sets, accesses, files = findings.connectivity, _Sets(), _Accesses(), _Table()
    numbers = (
        str(number)
        for bundle in found.bundles()
        for sources in bundle.sources.parts()
        for number in (sets.number(sources), sets.number(bundle.destinations), accesses.number(bundle.access))
    )
    yield '{"bundles":['
    lead = ""
    while piece := list(islice(numbers, _NUMBERS_AT_ONCE)):
        yield lead + ",".join(piece)
        lead = ","
    yield f'],"accesses":[{",".join(accesses.table.texts)}],'
    rest: dict[str, Json] = {
        "title": visible(title),
        "narrowed": visible(narrowed),
        **_endpoints(found, inventory, files),
        **_rules(found, sets, files),
        "files": files.visible(),
        "sets": list[Json](sets.table.texts),
        "meanings": {name: meaning(name) for name in sorted(accesses.on)},
        "ofPlugin": [name for name in sorted(accesses.on) if name in list(Behaviour)],
        "account": account(findings.remarks, inventory),
    }
    yield _dumped(rest)[1:]


def _endpoints(found: Found, inventory: Inventory, files: _Table) -> dict[str, Json]:
    """Workloads with their places, ranges outside, and the isolation of each as a letter."""
    namespaces, kinds = _Table(), _Table()
    origins = {workload.key: workload.origin for workload in inventory.cluster.workloads}
    workloads: list[Json] = []
    for key in (endpoint.workload for endpoint in found.endpoints if endpoint.workload):
        names: list[Json] = [namespaces.number(key.namespace), kinds.number(key.kind), visible(key.name)]
        workloads.append([*names, *_place(origins.get(key) or NOWHERE, files)])
    return {
        "namespaces": namespaces.visible(),
        "kinds": kinds.visible(),
        "workloads": workloads,
        "outside": [[str(one.block), range_text(one.block)] for one in found.endpoints if one.block],
        **{direction.value: "".join(_LETTERS[one] for one in found.isolation(direction)) for direction in Direction},
    }


def _rules(found: Found, sets: _Sets, files: _Table) -> dict[str, Json]:
    """The rules that somebody may use, with their subjects, peers and places; the built-in one has no policy."""
    policies = _Table()
    rules: list[Json] = [
        [
            use.direction.value,
            use.rule.action.value,
            policies.number(str(use.rule.policy) if use.rule.origin.path else ""),
            use.rule.index,
            *_place(use.rule.origin, files),
            [sets.number(one) for one in use.subjects],
            [sets.number(one) for one in use.peers],
            _words(use.rule.subject),
            _words(use.rule.peer),
            visible(traffic_words(use.rule.traffic)),
        ]
        for use in found.rule_uses()
        if use.peers
    ]
    return {"rules": rules, "policies": policies.visible()}


def _place(origin: Origin, files: _Table) -> tuple[int, int]:
    return files.number(origin.path), origin.line


def _dumped(value: Json) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _ports(ports: Mapping[Protocol, PortSet]) -> dict[str, Json]:
    return {protocol.value: str(ports[protocol]) for protocol in Protocol if protocol in ports}


def _words(predicate: Predicate) -> str:
    """Who an end of a rule is, in words; of many alternatives the first ones."""
    words = list(dict.fromkeys(peer_words(one) for one in alternatives(predicate)))
    more = ["..."] if len(words) > _MANY_ALTERNATIVES else []
    return visible("; ".join([*words[:_MANY_ALTERNATIVES], *more]))


def meaning(name: str) -> str:
    """What the entry ``name`` of an access's ``on`` is about."""
    if name in _OPEN_QUESTIONS:
        return _OPEN_QUESTIONS[name]
    if name not in list(Behaviour):
        return name
    return MEANING[Behaviour(name)]
