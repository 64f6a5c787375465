"""The scene of an obligation: who may stand at each end, and what is fixed about the flow.

Folding a predicate against the scene decides most rules before anything is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from functools import cached_property
from typing import assert_never

from netverify.model.behaviours import Behaviour
from netverify.model.cluster import NODES, Namespace, Workload, is_node
from netverify.model.flow import End
from netverify.model.labels import EVERYTHING, LabelSelector, selector_matches
from netverify.model.traffic import Protocol
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
from netverify.policy.table import Rule, RuleTable, Selection
from netverify.records import dataclass

NEW_NAMESPACE = ""
"""Stands for a namespace that no manifest mentions; the empty string is no namespace's name."""


@dataclass(frozen=True)
class Cast:
    """Who may stand at one end: possible pods of ``namespaces``, existing pods of ``workloads``, external addresses.

    Nodes are among the workloads.

    ``namespaces`` are sorted; ``NEW_NAMESPACE`` among them stands for a namespace that could be created. ``workloads``
    are sorted by key, and may be in other namespaces. ``hosts``: possible pods may be on the host network, too.
    ``unnamed``: possible pods stand for existing pods that are like them and are not among the ``workloads``.
    """

    namespaces: tuple[str, ...] = ()
    workloads: tuple[Workload, ...] = ()
    external: bool = False
    hosts: bool = False
    unnamed: bool = False

    @property
    def empty(self) -> bool:
        """Nobody may stand here."""
        return not (self.namespaces or self.workloads or self.external)

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Every namespace that a pod at this end may be in, sorted."""
        return tuple(sorted({*self.namespaces, *(workload.key.namespace for workload in self.workloads)}))


@dataclass(frozen=True, slots=True)
class Scene:
    """The casts of both ends, and what is known of the traffic and the CNI; None or missing means free.

    ``crowds`` are the existing pods that a possible pod of the cast stands for, but whose address is known: where
    addresses are scarce nobody else can have theirs, and they have to be named after all.
    """

    casts: Mapping[End, Cast]
    namespaces: Mapping[str, Namespace]
    behaviours: Mapping[Behaviour, bool]
    protocol: Protocol | None = None
    port: int | None = None
    crowds: Mapping[End, tuple[Workload, ...]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Nobody may stand at one of the ends."""
        return any(cast.empty for cast in self.casts.values())


def fold(predicate: Predicate, scene: Scene) -> bool | None:  # noqa: C901, PLR0911, PLR0912 - one arm for each node type
    """True or False only if ``predicate`` is that for every flow of the scene; None if it depends or takes long."""
    match predicate:
        case All(parts):
            return _fold_all(parts, scene)
        case AnyOf(parts):
            return _fold_any(parts, scene)
        case Not(part):
            folded = fold(part, scene)
            return None if folded is None else not folded
        case Behaves(behaviour):
            return scene.behaviours.get(behaviour)
        case PortIn(protocol, ports):
            if scene.protocol is not None and scene.protocol is not protocol:
                return False
            if scene.protocol is None or scene.port is None:
                return None
            return scene.port in ports
        case NamedPort(protocol, _):
            return False if scene.protocol is not None and scene.protocol is not protocol else None
        case InNamespace(end, name):
            cast = scene.casts[end]
            if name not in cast.places:
                return False
            return True if cast.places == (name,) and not cast.external else None
        case NamespaceMatches(end, selector):
            return _fold_namespace(selector, scene.casts[end], scene)
        case PodMatches(end, selector):
            return _fold_labels(selector, scene.casts[end])
        case OnHostNetwork(end):
            return _agreed(_on_host(scene.casts[end]))
        case IsPod(end):
            return _agreed(_pods_or_not(scene.casts[end]))
        case HasServiceAccount(end, name):
            return _fold_account(name, scene.casts[end])
        case IsWorkload(end, key):
            cast = scene.casts[end]
            among = [workload.key == key for workload in cast.workloads]
            if cast.unnamed and True not in among and key.namespace in cast.places:
                return None  # it may be one of those that possible pods stand for
            return _agreed({*among, *([False] if cast.namespaces or cast.external else [])})
        case AddressIn() | SameNode() | Unspecified():
            return None
        case _ as never:
            assert_never(never)


def _fold_all(parts: Iterable[Predicate], scene: Scene) -> bool | None:
    result: bool | None = True
    for part in parts:
        folded = fold(part, scene)
        if folded is False:
            return False
        if folded is None:
            result = None
    return result


def _fold_any(parts: Iterable[Predicate], scene: Scene) -> bool | None:
    result: bool | None = False
    for part in parts:
        folded = fold(part, scene)
        if folded is True:
            return True
        if folded is None:
            result = None
    return result


def _fold_namespace(selector: LabelSelector, cast: Cast, scene: Scene) -> bool | None:
    answers: set[bool] = {False} if cast.external else set()
    for place in cast.places:
        if place == NODES:
            answers |= {False}
            continue
        namespace = scene.namespaces.get(place)
        if selector == EVERYTHING:
            answers |= {True}
        elif namespace is None or not namespace.declared:
            return None
        else:
            answers.add(selector_matches(selector, namespace.labels))
        if len(answers) > 1:
            return None
    return _agreed(answers)


def _fold_labels(selector: LabelSelector, cast: Cast) -> bool | None:
    answers = _pods_or_not(cast)
    if selector == EVERYTHING or True not in answers:
        return _agreed(answers)
    if cast.external or cast.namespaces or len(cast.workloads) != 1:
        return None
    (workload,) = cast.workloads
    if any(requirement.key in workload.open_labels for requirement in selector.requirements):
        return None
    return selector_matches(selector, workload.labels)


def _fold_account(name: str, cast: Cast) -> bool | None:
    answers = _pods_or_not(cast)
    if True not in answers:
        return _agreed(answers)
    if cast.external or cast.namespaces or len(cast.workloads) != 1:
        return None
    (workload,) = cast.workloads
    return None if workload.service_account is None else workload.service_account == name


def _pods_or_not(cast: Cast) -> set[bool]:
    """Whether those in ``cast`` are pods, which nodes and addresses outside are not."""
    others: set[bool] = {False} if cast.external else set()
    others |= {True} if cast.namespaces else set()
    return others | {not is_node(workload.key) for workload in cast.workloads}


def _on_host(cast: Cast) -> set[bool]:
    others: set[bool] = {False} if cast.namespaces or cast.external else set()
    others |= {True} if cast.namespaces and cast.hosts else set()
    return others | {workload.host_network for workload in cast.workloads}


def _agreed(answers: set[bool]) -> bool | None:
    return next(iter(answers)) if len(answers) == 1 else None


def surviving(table: RuleTable, scene: Scene) -> RuleTable:
    """``table`` without what never holds in the scene: selections and rules that fold to False."""
    return RuleTable(
        table.direction,
        tuple(
            replace(
                tier,
                applies=tuple(selection for selection in tier.applies if _selection_survives(selection, scene)),
                rules=tuple(rule for rule in tier.rules if _rule_survives(rule, scene)),
            )
            for tier in table.tiers
        ),
        tuple(surviving(other, scene) for other in table.also),
    )


def _selection_survives(selection: Selection, scene: Scene) -> bool:
    return fold(selection.subject, scene) is not False


def _rule_survives(rule: Rule, scene: Scene) -> bool:
    return (
        fold(rule.traffic, scene) is not False
        and fold(rule.subject, scene) is not False
        and fold(rule.peer, scene) is not False
    )
