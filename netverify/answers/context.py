"""What every question about one inventory shares: its policies, indexes and searches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from netverify.answers.doubts import settled
from netverify.answers.replay import Replayer
from netverify.answers.settings import Settings, with_owners
from netverify.kinds.names import dns_label_problems
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import NODES, Cluster, Namespace, Workload
from netverify.model.flow import Direction
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.mesh import ambient_mesh
from netverify.model.nodes import ANY_NODE, peopled, place_of_nodes
from netverify.policy.mentions import Mentions, collect
from netverify.policy.predicate import Predicate
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import PolicySet, RuleTable
from netverify.policy.tiers import lower
from netverify.query.question import Question
from netverify.records import dataclass
from netverify.routes.index import RoutingIndex
from netverify.routes.openshift_router import with_conventions
from netverify.routes.planning import Planning
from netverify.sources.coverage import Inventory
from netverify.symbolic.casting import PodScope
from netverify.symbolic.cluster_index import ModelOptions, index_cluster
from netverify.symbolic.search import Search

if TYPE_CHECKING:
    from netverify.pairs.all_pairs import Connectivity
    from netverify.pairs.refused import RefusedPairs


class Pairs:
    """All pairs of one cluster, read anew only for a question that tells more apart than the reading at hand.

    ``replayer`` replays flows of it, in which the labels of namespaces that have a Namespace object are fixed; ``mesh``
    is who is in an ambient mesh.
    """

    def __init__(self, cluster: Cluster, policies: PolicyIndex, settings: Settings) -> None:
        self._cluster = cluster
        self._policies = policies
        self._settings = settings
        declared = frozenset(one.name for one in cluster.namespaces.values() if one.declared)
        self.replayer = Replayer(policies, declared)
        self.mesh = ambient_mesh(cluster)
        self._asked: tuple[Predicate, ...] = ()
        self._reading: Connectivity | None = None
        self._by_rules: dict[tuple[object, ...], RefusedPairs] = {}
        self._expected: dict[Predicate, None] = {}

    def about(self, question: Question) -> Connectivity:
        """Who among the existing pods and external ranges may reach whom, as far as ``question`` asks."""
        asked = (question.source, question.destination, question.traffic)
        return self._telling_apart(asked).narrowed(
            source=question.source, destination=question.destination, traffic=question.traffic
        )

    def expect(self, asked: Iterable[Predicate]) -> None:
        """Tell apart what ``asked`` do, since questions with them will come: a reading for each would take longer."""
        self._expected.update(dict.fromkeys(asked))

    def by_rules(self, asked: Sequence[Predicate], people: Cluster, settings: Settings) -> RefusedPairs:
        """By which rules flows get through, read so that they can be asked about with ``asked``.

        ``people`` may have more namespaces than the cluster, without anybody in them.
        """
        from netverify.pairs.refused import RefusedPairs  # noqa: PLC0415 most questions do without

        key = (settings.free_named_ports, *people.namespaces)
        reading = self._by_rules.get(key)
        if reading is None or not reading.tells_apart(asked):
            self.expect(asked)
            reading = self._by_rules[key] = RefusedPairs(
                people,
                self._policies,
                settings.fixed,
                asked=tuple(self._expected),
                pod_cidrs=settings.pod_cidrs,
                free_named_ports=settings.free_named_ports,
            )
        return reading

    def _telling_apart(self, asked: tuple[Predicate, ...]) -> Connectivity:
        if self._reading is not None and self._reading.tells_apart(*asked):
            return self._reading
        if _looks_at_addresses(asked):
            # To tell its addresses apart costs every other question more than it saves.
            return self._read(asked)
        self._asked += asked
        self._reading = self._read(self._asked)
        return self._reading

    def _read(self, asked: tuple[Predicate, ...]) -> Connectivity:
        from netverify.pairs.all_pairs import all_pairs  # noqa: PLC0415 most questions do without

        settings = self._settings
        return all_pairs(self._cluster, self._policies, settings.fixed, pod_cidrs=settings.pod_cidrs, asked=asked)


def _looks_at_addresses(predicates: tuple[Predicate, ...]) -> bool:
    mentions = Mentions()
    for predicate in predicates:
        collect(predicate, mentions)
    return bool(mentions.addressed)


@dataclass(frozen=True, slots=True)
class Context:
    """An inventory made ready for questions under ``settings``."""

    inventory: Inventory
    settings: Settings
    policies: PolicyIndex
    search: Search
    pairs: Pairs
    routing: RoutingIndex

    @property
    def people(self) -> Cluster:
        """The cluster with its nodes among the workloads."""
        return peopled(self.inventory.cluster)

    def by_rules(self, asked: Sequence[Predicate]) -> RefusedPairs:
        """By which rules flows get through for which ``asked`` hold."""
        return self.pairs.by_rules(asked, self.people, self.settings)

    @property
    def planning(self) -> Planning:
        """What routes are planned by."""
        casting, settings = self.search.casting, self.settings
        return Planning(
            self.routing,
            self.inventory.cluster,
            settings.routing,
            settings.cni,
            settings.may_see_outer_addresses,
            partial(casting.cast, scope=PodScope.NAMED),
            casting.count,
        )


def with_namespaces_of(question: Question, context: Context) -> Context:
    """``context`` with the namespaces that only ``question`` names, by a selector on their name: they could be created.

    A new namespace that nobody names would not do for them, since that has none of the names that selectors list.
    """
    mentions = Mentions()
    for predicate in (question.source, question.destination, *question.beside):
        collect(predicate, mentions)
    cluster = context.inventory.cluster
    named = mentions.namespace_labels.get(NAMESPACE_NAME_LABEL, set())
    missing = [name for name in named if name not in cluster.namespaces and not dns_label_problems(name)]
    if not missing:
        return context
    added = {name: Namespace(name, {NAMESPACE_NAME_LABEL: name}, declared=False) for name in missing}
    namespaces = dict(sorted({**cluster.namespaces, **added}.items()))
    inventory = replace(context.inventory, cluster=replace(cluster, namespaces=namespaces))
    # Nobody is in a namespace that only the question names, so all pairs stay as they are.
    return _context(inventory, context.settings, context.policies, context.pairs)


def with_free_names(context: Context) -> Context:
    """``context`` in which pods that could be created may give any name to any port."""
    settings = replace(context.settings, free_named_ports=True)
    search = context.search.with_options(ModelOptions(settings.pod_cidrs, free_named_ports=True))
    return replace(context, settings=settings, search=search)


def with_nodes(context: Context) -> Context:
    """``context`` with one more node, of which nothing is known, as a possible end of a flow.

    A node has the addresses and the exemptions of pods on the host network, and no labels: what a policy says about
    pods by selectors never holds for it.
    """
    cluster = context.inventory.cluster
    # Nothing may take a node for a pod, so that behaviour is out of the question while nodes are asked about.
    behaviours = {**context.settings.behaviours, Behaviour.HOST_NETWORK_POLICED: False}
    with_them = replace(
        cluster,
        namespaces={NODES: place_of_nodes(), **cluster.namespaces},
        workloads=(ANY_NODE, *cluster.workloads),
    )
    inventory = replace(context.inventory, cluster=with_them)
    settings = replace(context.settings, behaviours=behaviours)
    return _context(inventory, settings, context.policies, Pairs(peopled(with_them), context.policies, settings))


def with_half(direction: Direction, context: Context) -> Context:
    """``context`` in which policy of ``direction`` alone decides."""
    whole = context.policies.policies.tables
    tables = {one: table if one is direction else RuleTable(one, ()) for one, table in whole.items()}
    policies = PolicyIndex(PolicySet(MappingProxyType(tables)))
    pairs = Pairs(context.people, policies, context.settings)
    return _context(context.inventory, context.settings, policies, pairs)


def with_workload(workload: Workload, context: Context) -> Context:
    """``context`` with ``workload`` in its cluster, in the place of the one that has its name, if there is one."""
    cluster, home = context.inventory.cluster, workload.key.namespace
    others = [one for one in cluster.workloads if one.key != workload.key]
    undeclared = Namespace(home, {NAMESPACE_NAME_LABEL: home}, declared=False)
    with_it = replace(
        cluster,
        namespaces=dict(sorted({home: undeclared, **cluster.namespaces}.items())),
        workloads=tuple(sorted((*others, workload), key=lambda one: one.key)),
    )
    inventory = replace(context.inventory, cluster=with_it)
    pairs = Pairs(peopled(with_it), context.policies, context.settings)
    return _context(inventory, context.settings, context.policies, pairs)


def with_router(context: Context) -> Context:
    """``context`` with the router of OpenShift, and nodes on its network, as its operator labels their namespaces."""
    cluster = with_conventions(context.inventory.cluster)
    inventory = replace(context.inventory, cluster=cluster)
    return _context(
        inventory, context.settings, context.policies, Pairs(peopled(cluster), context.policies, context.settings)
    )


def make_context(inventory: Inventory, settings: Settings) -> Context:
    """Lower the policies of ``inventory`` and index its cluster."""
    inventory = with_owners(settled(inventory, settings), settings)
    policies = PolicyIndex(lower(inventory.cluster))
    return _context(inventory, settings, policies, Pairs(peopled(inventory.cluster), policies, settings))


def _context(inventory: Inventory, settings: Settings, policies: PolicyIndex, pairs: Pairs) -> Context:
    search = Search(
        index_cluster(peopled(inventory.cluster)),
        policies,
        settings.fixed,
        ModelOptions(settings.pod_cidrs, settings.free_named_ports),
        settings.budget,
        shows_all=settings.keep_goals,
    )
    return Context(inventory, settings, policies, search, pairs, RoutingIndex(inventory.cluster))
