"""From sources, or from documents, to the inventory: the cluster, the account of what was read, and the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar, Unpack

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.document import Document
from netverify.kinds.names import dns_label_problems
from netverify.kinds.read_object import Fact, ReadObject
from netverify.model.cluster import Cluster, Namespace, Node, Workload
from netverify.model.cluster_network_policy import ClusterNetworkPolicy, PodsPeer
from netverify.model.controller import ConfigMap
from netverify.model.gateway import Gateway, GatewayClass, ReferenceGrant, Route
from netverify.model.ingress import Ingress, IngressClass, OpenShiftRoute
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator
from netverify.model.network_policy import NetworkPolicy
from netverify.model.routing import RoutingObjects, placed_objects
from netverify.model.service import EndpointSlice, Service
from netverify.sources.account import Account
from netverify.sources.collection import ALONE, Means, collect
from netverify.sources.config_maps import with_config_maps, with_config_maps_of
from netverify.sources.coverage import Coverage, Inventory
from netverify.sources.duplicates import of_one_api, with_repeated_refused, without_duplicates
from netverify.sources.gathered import Gathered, merged
from netverify.sources.gathering import Terms
from netverify.sources.inputs import Inputs, Named, find_inputs
from netverify.sources.ownership import settle
from netverify.sources.unread_forms import HOLDS_MANIFESTS, in_other_forms


def with_every_namespace(cluster: Cluster) -> Cluster:
    """``cluster`` with the namespaces that it only refers to, in the order of names."""
    namespaces = dict(cluster.namespaces)
    for name in _mentioned(cluster):
        if name not in namespaces:
            namespaces[name] = Namespace(name, {NAMESPACE_NAME_LABEL: name}, declared=False)
    return replace(cluster, namespaces=dict(sorted(namespaces.items())))


def _mentioned(cluster: Cluster) -> Iterator[str]:
    yield from (workload.key.namespace for workload in cluster.workloads)
    yield from (item.namespace for item in cluster.unsupported if item.namespace)
    yield from (one.namespace for one in placed_objects(cluster.routing))
    for policy in cluster.network_policies:
        yield policy.namespace
        for selector in _namespace_selectors(policy):
            yield from _named_by(selector)
    for one in cluster.cluster_policies:
        for selector in _selectors_of(one):
            yield from _named_by(selector)


def _namespace_selectors(policy: NetworkPolicy) -> Iterator[LabelSelector]:
    for rule in (*policy.ingress, *policy.egress):
        for peer in rule.peers:
            if peer.namespace_selector is not None:
                yield peer.namespace_selector


def _selectors_of(policy: ClusterNetworkPolicy) -> Iterator[LabelSelector]:
    peers = (peer for rule in (*policy.ingress, *policy.egress) for peer in rule.peers)
    for peer in (policy.subject, *peers):
        if isinstance(peer, PodsPeer) and isinstance(peer.namespaces, LabelSelector):
            yield peer.namespaces


def _named_by(selector: LabelSelector) -> Iterable[str]:
    """The namespaces that ``selector`` asks for by name, leaving out values that are the name of none."""
    return (
        value
        for requirement in selector.requirements
        if requirement.key == NAMESPACE_NAME_LABEL and requirement.operator is Operator.IN
        for value in requirement.values
        if value and not dns_label_problems(value)
    )


_RoutingFact = TypeVar(
    "_RoutingFact",
    Service,
    EndpointSlice,
    Ingress,
    IngressClass,
    OpenShiftRoute,
    GatewayClass,
    Gateway,
    Route,
    ReferenceGrant,
    ConfigMap,
)
_NONE_DROPPED: Mapping[str, int] = MappingProxyType({})


def build_inventory(
    documents: Iterable[Document], *, default_namespace: str = "default", dropped: Mapping[str, int] = _NONE_DROPPED
) -> Inventory:
    """The inventory of ``documents``.

    Objects that name no namespace are read as of ``default_namespace``. ``dropped`` counts by kind the documents that
    were left out before because their kind is irrelevant.
    """
    account = Account(default_namespace)
    account.irrelevant.update(dropped)
    documents = tuple(documents)
    for document in documents:
        account.add(document)
    gathered = with_config_maps_of(account.gathered(), documents, default_namespace)
    return inventory_of(gathered, default_namespace)


def inventory_of(gathered: Gathered, default_namespace: str) -> Inventory:
    """The inventory of all that was gathered, with ``default_namespace`` for objects that name none.

    An object that the API server would refuse is left out, is an error among the diagnostics, and stands in
    ``coverage.unread``; so is one that appears twice with different content.
    """
    unique, repeated = without_duplicates(gathered.reads)
    objects, beside = of_one_api(unique)
    workloads, owned = settle(objects)
    facts = [read.fact for read in objects]
    cluster = Cluster(
        namespaces={fact.name: fact for fact in facts if isinstance(fact, Namespace)},
        workloads=tuple(sorted(workloads, key=_by_name)),
        network_policies=tuple(
            sorted(
                (fact for fact in facts if isinstance(fact, NetworkPolicy)),
                key=lambda policy: (policy.namespace, policy.name),
            )
        ),
        unsupported=tuple(
            sorted(
                (*gathered.unsupported, *beside.things),
                key=lambda item: (item.namespace or "", item.kind, item.name, item.origin),
            )
        ),
        routing=_routing(objects),
        nodes=tuple(sorted((fact for fact in facts if isinstance(fact, Node)), key=lambda node: node.name)),
        cluster_policies=_cluster_policies(facts),
    )
    found = (*gathered.diagnostics, *repeated.findings, *beside.findings, *owned)
    return Inventory(
        cluster=with_every_namespace(cluster),
        coverage=_coverage(gathered, repeated.conflicts, beside.reads),
        diagnostics=tuple(sorted((*found, *_placed_by_default(gathered, default_namespace)), key=Diagnostic.sort_key)),
        approximations=tuple(_narrowing_text(name, origins) for name, origins in sorted(gathered.narrowing.items())),
    )


def read_inventory(
    filenames: Sequence[str], *, strict: bool = False, means: Means = ALONE, **named: Unpack[Named]
) -> Inventory:
    """The inventory of all that the arguments name; what cannot be read is among the diagnostics; nothing is raised.

    ``filenames`` and ``named`` are what :func:`~netverify.sources.inputs.find_inputs` takes, ``means`` what
    :func:`inventory_of_inputs` does.
    """
    return inventory_of_inputs(find_inputs(filenames, strict=strict, **named), means)


def inventory_of_inputs(inputs: Inputs, means: Means = ALONE) -> Inventory:
    """The inventory of ``inputs``; what cannot be read is among the diagnostics; nothing is raised.

    ``means`` change how long it takes, and nothing else; a process that dies under them is a ``WorkerDiedError``.
    """
    found, rendered, namespace = inputs.found, inputs.rendered, inputs.default_namespace
    outside = [*found.diagnostics, *rendered.diagnostics, *(_in_other_forms(inputs) if inputs.strict else ())]
    collected = collect(inputs.sources, Terms(namespace, inputs.strict), means)
    gathered = with_config_maps(collected, inputs.sources, namespace)
    gaps = Gathered(unsupported=rendered.gaps)
    inventory = inventory_of(merged((_told_before(outside, gathered), gathered, gaps)), namespace)
    coverage = replace(
        inventory.coverage,
        skipped=tuple(dict.fromkeys((*found.skipped, *rendered.skipped))),
        rendered=inputs.rendered_by,
        fetched=rendered.fetched,
        unrendered=(*rendered.unrendered, *inventory.coverage.unrendered),
    )
    return with_repeated_refused(replace(inventory, coverage=coverage), found.roots)


def _in_other_forms(inputs: Inputs) -> Iterator[Diagnostic]:
    """Files that hold manifests in a form that is not read, as errors."""
    advice = "give what it becomes, or leave it out of what is read"
    for path in in_other_forms((*inputs.found.skipped, *inputs.rendered.skipped)):
        yield Diagnostic("NV133", Severity.ERROR, HOLDS_MANIFESTS, Origin(path), advice)


def _told_before(findings: Sequence[Diagnostic], gathered: Gathered) -> Gathered:
    """What was found before sources were read, without what was found there again."""
    again = set(gathered.diagnostics) if findings else frozenset()
    new = [finding for finding in dict.fromkeys(findings) if finding not in again]
    unread = tuple(finding.origin for finding in new if finding.severity is Severity.ERROR)
    return Gathered(diagnostics=tuple(new), unread=unread)


def _by_name(workload: Workload) -> tuple[str, str, str]:
    return (workload.key.namespace, workload.key.name, workload.key.kind)


def _routing(objects: Iterable[ReadObject]) -> RoutingObjects:
    """Of ``objects`` those that route traffic."""
    by_type: dict[type[Fact], list[ReadObject]] = {}
    for read in objects:
        by_type.setdefault(type(read.fact), []).append(read)

    def all_of(kind: type[_RoutingFact]) -> tuple[_RoutingFact, ...]:
        reads = sorted(by_type.get(kind, ()), key=lambda read: read.identity)
        return tuple(read.fact for read in reads if isinstance(read.fact, kind))

    return RoutingObjects(
        services=all_of(Service),
        endpoint_slices=all_of(EndpointSlice),
        ingresses=all_of(Ingress),
        ingress_classes=all_of(IngressClass),
        openshift_routes=all_of(OpenShiftRoute),
        gateway_classes=all_of(GatewayClass),
        gateways=all_of(Gateway),
        routes=all_of(Route),
        reference_grants=all_of(ReferenceGrant),
        config_maps=all_of(ConfigMap),
    )


def _cluster_policies(facts: Iterable[Fact]) -> tuple[ClusterNetworkPolicy, ...]:
    policies = (fact for fact in facts if isinstance(fact, ClusterNetworkPolicy))
    return tuple(sorted(policies, key=lambda policy: (policy.api, policy.name)))


def _coverage(gathered: Gathered, conflicts: Sequence[ReadObject], beside: Sequence[ReadObject]) -> Coverage:
    """The account; objects in ``conflicts`` were read, but count as refused, those ``beside`` as not modelled."""
    modelled = Counter(gathered.modelled)
    modelled.subtract(read.kind for read in (*conflicts, *beside))
    not_modelled = Counter(gathered.unsupported_kinds) + Counter(read.kind for read in beside)
    unread = (*gathered.unread, *(read.origin for read in conflicts))
    unsupported = (not_modelled, gathered.unrendered_kinds)
    counts = (modelled, gathered.irrelevant, gathered.approximated, *unsupported)
    return Coverage(
        files=gathered.files,
        documents=sum(sum(count.values()) for count in counts) + gathered.not_manifests + len(unread),
        modelled=dict(sorted((+modelled).items())),
        irrelevant=dict(sorted(gathered.irrelevant.items())),
        approximated=dict(sorted(gathered.approximated.items())),
        unsupported=dict(sorted(not_modelled.items())),
        unrendered_kinds=dict(sorted(gathered.unrendered_kinds.items())),
        unrendered=tuple(
            (f"{one.kind} {one.name}", one.unrendered)
            for one in gathered.unsupported
            if one.unrendered and one.kind in gathered.unrendered_kinds
        ),
        not_manifests=gathered.not_manifests,
        templates=tuple(origin.path for origin in gathered.templates),
        unread=tuple(sorted(unread)),
        digests=tuple(sorted(gathered.digests)),
    )


def _placed_by_default(gathered: Gathered, default_namespace: str) -> list[Diagnostic]:
    unplaced = [read.origin for read in gathered.reads if not read.placed]
    if not unplaced:
        return []
    objects = "1 object names" if len(unplaced) == 1 else f"{len(unplaced)} objects name"
    text = f"{objects} no namespace: read as `{default_namespace}`"
    advice = "name another one with `-n`, or build the overlay that places them with `-k`"
    return [Diagnostic("NV205", Severity.NOTE, text, min(unplaced), advice)]


def _narrowing_text(name: str, origins: Sequence[Origin]) -> str:
    objects = (
        f"1 object, {min(origins)}" if len(origins) == 1 else f"{len(origins)} objects, the first at {min(origins)}"
    )
    return f"a service mesh that enforces {name} ({objects}) may refuse connections that are allowed here"
