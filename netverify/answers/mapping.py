"""The map of who may open which connections to whom. It comes from the all-pairs reading, and no solver is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType

from netverify.answers.doubts import (
    described,
    missing_pods,
    notes,
    objects_that_may,
    objects_that_relabel,
    settled,
    unread_inputs,
)
from netverify.answers.mesh_words import mesh_of_map
from netverify.answers.premises import SCTP_IS_POLICED, cni_premises, pod_cidr_premise
from netverify.answers.settings import Settings
from netverify.model.cluster import Cluster, Node
from netverify.model.flow import Direction
from netverify.pairs.all_pairs import Connectivity, all_pairs
from netverify.policy.predicate import Predicate
from netverify.policy.table import PolicySet, RuleTable
from netverify.policy.tiers import lower
from netverify.query.narrowing import Narrowing, Wanted, read_narrowing, undeclared_ports
from netverify.query.remarks import Remarked, Remarks
from netverify.records import dataclass
from netverify.routes.index import RoutingIndex
from netverify.routes.ways_in import ways_in
from netverify.sources.coverage import Inventory

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Map(Remarked):
    """What the all-pairs reading found, as far as it is ``wanted``, and what that is worth.

    ``unknown_because`` is why connections may be missing or not exist (objects that are not modelled, inputs that could
    not be read); empty where the map holds. ``vacuous_because`` is which endpoint or port that is wanted is none.
    """

    connectivity: Connectivity
    wanted: Wanted
    vacuous_because: tuple[str, ...] = ()

    @property
    def has_workloads(self) -> bool:
        """Whether the manifests hold any workload: they come first among the endpoints."""
        return bool(self.connectivity.endpoints and self.connectivity.endpoints[0].workload)


def make_map(inventory: Inventory, settings: Settings, wanted: Wanted, also: Iterable[Predicate] = ()) -> Map:
    """The map of ``inventory``, which tells apart what the predicates ``also`` do.

    Raises :class:`netverify.query.sentence_error.SentenceError` when ``wanted`` cannot be read, or names what the
    manifests do not know.
    """
    inventory = settled(inventory, settings)
    # A map has pods and ranges of addresses: a node is part of the range that its address is in, and that is said.
    cluster = replace(inventory.cluster, nodes=())
    narrowing = read_narrowing(wanted, cluster, settings.default_namespace)
    found = _found(cluster, lower(cluster), settings, (*narrowing.predicates, *also))
    connectivity = _narrowed(found, narrowing)
    return Map(
        connectivity,
        wanted,
        vacuous_because=(
            *_nobody(connectivity, cluster, settings, wanted, narrowing),
            *(undeclared_ports(wanted.ports, cluster.workloads) if cluster.workloads else ()),
        ),
        remarks=Remarks(
            _doubts(inventory),
            (*_assumptions(settings, cluster), *_ways_left_out(cluster, settings)),
            inventory.approximations,
            (
                *_emptiness(cluster),
                *_nodes(inventory.cluster),
                *missing_pods(inventory),
                *mesh_of_map(cluster),
                *notes(inventory.coverage),
            ),
        ),
    )


def _found(cluster: Cluster, policies: PolicySet, settings: Settings, asked: Iterable[Predicate]) -> Connectivity:
    return all_pairs(cluster, policies, settings.fixed, pod_cidrs=settings.pod_cidrs, asked=asked)


def _narrowed(connectivity: Connectivity, narrowing: Narrowing) -> Connectivity:
    if narrowing == Narrowing():
        return connectivity
    return connectivity.narrowed(
        source=narrowing.source,
        destination=narrowing.destination,
        traffic=narrowing.traffic,
        focus=narrowing.focus,
    )


def _doubts(inventory: Inventory) -> tuple[str, ...]:
    may_add, may_remove = (objects_that_may(effect, inventory, None) for effect in ("allow", "deny"))
    return (
        *unread_inputs(inventory),
        *described([one for one in may_add if one.may_deny], "add and remove connections"),
        *described([one for one in may_add if not one.may_deny], "add connections"),
        *described([one for one in may_remove if not one.may_allow], "remove connections"),
        *described(objects_that_relabel(inventory, None), "change the labels of pods"),
    )


def _assumptions(settings: Settings, cluster: Cluster) -> Iterator[str]:
    yield from cni_premises(settings, cluster)
    if settings.pod_cidrs:
        yield pod_cidr_premise(settings)
    yield SCTP_IS_POLICED


def _ways_left_out(cluster: Cluster, settings: Settings) -> Iterator[str]:
    """That connections by ways in are not in the map, where there are such ways."""
    found = ways_in(RoutingIndex(cluster), settings.routing)
    count = sum(not way.problem and way.by != "hostNetwork" for way in found)  # whose address is the pod's own
    if count == 1:
        yield "connections through the way in are not in this map: `netverify exposed` shows it"
    elif count:
        yield f"connections through the {count} ways in are not in this map: `netverify exposed` lists them"


def _emptiness(cluster: Cluster) -> Iterator[str]:
    if not cluster.workloads:
        yield "the manifests hold no workloads; `netverify query` answers for pods that could be created"


def _nodes(cluster: Cluster) -> Iterator[str]:
    """That addresses of nodes are among the external ones."""
    pods = {address for workload in cluster.workloads for address in workload.known_addresses}
    known = [f"{node.name}{_at(node)}" for node in cluster.nodes if node.within or not pods.issuperset(node.addresses)]
    if known:
        shown = ", ".join(known[:_NAMED]) + (f" and {len(known) - _NAMED} more" if known[_NAMED:] else "")
        yield (
            f"the addresses of nodes ({shown}) are among the external ones: ask about one with `netverify query`. A "
            "node reaches the pods that run on it whatever policy says, and not every CNI matches nodes by ipBlock"
        )


def _at(node: Node) -> str:
    texts = [str(address) for address in node.addresses if str(address) != node.name]
    return f" at {', '.join(texts)}" if texts else ""


def _nobody(
    connectivity: Connectivity, cluster: Cluster, settings: Settings, wanted: Wanted, narrowing: Narrowing
) -> Iterator[str]:
    """Which endpoint that is wanted is nobody. Without any policy, everybody would have connections."""
    ends = (wanted.source, wanted.destination, wanted.focus)
    if ends == (None, None, None) or not cluster.workloads or any(True for _ in connectivity.bundles()):
        return
    no_policies = PolicySet(MappingProxyType({direction: RuleTable(direction, ()) for direction in Direction}))
    anyone = _found(cluster, no_policies, settings, narrowing.predicates)
    alone = (Narrowing(source=narrowing.source), Narrowing(destination=narrowing.destination))
    for text, one in zip(ends, (*alone, Narrowing(focus=narrowing.focus)), strict=True):
        if text is not None and not any(True for _ in _narrowed(anyone, one).bundles()):
            yield f"nothing matches `{text}`"
