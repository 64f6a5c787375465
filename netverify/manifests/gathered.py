"""What sources gave once their text is gone: facts, counts and findings, each independent of the other sources.

Nothing here knows YAML or pydantic: it can be merged, stored, and sent from one process to another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from netverify.diagnostics import Diagnostic, Origin
from netverify.model.cluster import Namespace, Node, Unsupported, Workload
from netverify.model.controller import ConfigMap
from netverify.model.gateway import Gateway, GatewayClass, ReferenceGrant, Route
from netverify.model.ingress import Ingress, IngressClass, OpenShiftRoute
from netverify.model.network_policy import NetworkPolicy
from netverify.model.routing import RoutingFact
from netverify.model.service import EndpointSlice, Service

Fact: TypeAlias = Namespace | Node | NetworkPolicy | Workload | RoutingFact
Identity: TypeAlias = tuple[str, str, str]

_CLUSTER_SCOPED = (Namespace, Node, IngressClass, GatewayClass)
_KINDS: Mapping[type[Fact], str] = MappingProxyType(
    {
        Namespace: "Namespace",
        Node: "Node",
        NetworkPolicy: "NetworkPolicy",
        Service: "Service",
        Ingress: "Ingress",
        IngressClass: "IngressClass",
        OpenShiftRoute: "Route",
        GatewayClass: "GatewayClass",
        Gateway: "Gateway",
        ReferenceGrant: "ReferenceGrant",
        ConfigMap: "ConfigMap",
    }
)
"""The kind of a fact by its type; a workload, a route and a slice of endpoints have theirs with them."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The controller that an object says it belongs to."""

    group: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class ReadObject:
    """One object of a modelled kind that the API server would take.

    ``placed`` is false where the object names no namespace and got the default one. ``generated``: the server makes up
    the end of the name. ``ended``: a pod that has terminated, or a controller that wants no pods.
    """

    fact: Fact
    owner: Owner | None = None
    placed: bool = True
    generated: bool = False
    ended: bool = False

    @property
    def identity(self) -> Identity:
        """Kind, namespace (empty for what is in none) and name."""
        fact = self.fact
        if isinstance(fact, Workload):
            return fact.key.kind, fact.key.namespace, fact.key.name
        kind = fact.kind if isinstance(fact, Route | EndpointSlice) else _KINDS[type(fact)]
        return kind, "" if isinstance(fact, _CLUSTER_SCOPED) else fact.namespace, fact.name

    @property
    def origin(self) -> Origin:
        """Where the object starts."""
        assert self.fact.origin is not None
        return self.fact.origin


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """What a source was called, and the SHA-256 of its bytes, in hexadecimal digits."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What became of the documents of some sources: each is in exactly one count, or in ``unread``.

    The mappings count documents by kind. ``files`` counts the sources, ``templates`` are those that are no manifests;
    ``narrowing`` names the kinds of a mesh that may refuse what policy allows, each with the places of its objects.
    ``digests`` are those of the sources that were read.
    """

    files: int = 0
    reads: tuple[ReadObject, ...] = ()
    modelled: Mapping[str, int] = field(default_factory=dict)
    irrelevant: Mapping[str, int] = field(default_factory=dict)
    approximated: Mapping[str, int] = field(default_factory=dict)
    unsupported_kinds: Mapping[str, int] = field(default_factory=dict)
    unrendered_kinds: Mapping[str, int] = field(default_factory=dict)
    not_manifests: int = 0
    templates: tuple[Origin, ...] = ()
    unread: tuple[Origin, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    narrowing: Mapping[str, tuple[Origin, ...]] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    digests: tuple[Digest, ...] = ()


def merged(parts: Iterable[Gathered]) -> Gathered:
    """All of ``parts`` as one, in their order."""
    parts = tuple(parts)
    narrowing: dict[str, tuple[Origin, ...]] = {}
    for part in parts:
        for name, origins in part.narrowing.items():
            narrowing[name] = narrowing.get(name, ()) + origins
    return Gathered(
        files=sum(part.files for part in parts),
        reads=tuple(read for part in parts for read in part.reads),
        modelled=_summed(part.modelled for part in parts),
        irrelevant=_summed(part.irrelevant for part in parts),
        approximated=_summed(part.approximated for part in parts),
        unsupported_kinds=_summed(part.unsupported_kinds for part in parts),
        unrendered_kinds=_summed(part.unrendered_kinds for part in parts),
        not_manifests=sum(part.not_manifests for part in parts),
        templates=tuple(origin for part in parts for origin in part.templates),
        unread=tuple(origin for part in parts for origin in part.unread),
        unsupported=tuple(item for part in parts for item in part.unsupported),
        narrowing=narrowing,
        diagnostics=tuple(finding for part in parts for finding in part.diagnostics),
        digests=tuple(digest for part in parts for digest in part.digests),
    )


def _summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total)
