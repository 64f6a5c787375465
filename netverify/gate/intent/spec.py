"""An intent file as data: what its author wrote, each text with its place, not yet looked up in any cluster."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from netverify.diagnostics import Origin
from netverify.model.flow import Direction, End
from netverify.model.labels import LabelSelector
from netverify.records import dataclass

RESERVED = frozenset({"any", "internet", "namespace", "ns", "pods", "reach", "service", "services", "svc"})
"""Words of the sentence grammar, which no zone can be called."""
UNBOUND = "TO BIND"
"""What a zone says of which somebody still has to say what is in it. It is no ENDPOINT."""
VERBS = (
    "deny",
    "allow",
    "only",
    "isolated",
    "separate",
    "no-external",
    "no-ingress-from-internet",
    "no-egress-to-internet",
    "default-deny",
    "policy-covers-every-pod",
    "dns-works",
    "no-metadata-endpoint",
    "equivalent",
    "not-more-permissive",
)
"""What an assertion can say, in the order of the documentation."""


class Severity(StrEnum):
    """How much it matters that an assertion holds, gravest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return tuple(Severity).index(self)


class World(StrEnum):
    """Which pods an assertion is about: those of the manifests, or all that there could be."""

    EXISTING = "existing"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Written:
    """A text that the author wrote, and where."""

    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class FlowText:
    """Connections in words. No ``sources``: from anyone; no ``destinations``: to anyone; no ``ports``: on any."""

    sources: tuple[Written, ...] = ()
    destinations: tuple[Written, ...] = ()
    ports: tuple[Written, ...] = ()
    justification: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class NamespacesText:
    """Namespaces by name or, where ``selector`` is given, by labels; all of the manifests where nothing is."""

    names: tuple[Written, ...] = ()
    selector: LabelSelector | None = None


@dataclass(frozen=True, slots=True)
class ZoneText:
    """A named set. ``ends`` are other zones or ENDPOINTs that it is the union of, with those in ``cidrs``.

    Without them it is the pods that ``pods`` matches in ``namespaces``, each everything where it is None.
    """

    name: str
    origin: Origin
    ends: tuple[Written, ...] = ()
    cidrs: tuple[Written, ...] = ()
    namespaces: NamespacesText | None = None
    pods: LabelSelector | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Deny:
    """No such connection."""

    flow: FlowText


@dataclass(frozen=True, slots=True)
class Allow:
    """Every such pair of ends can connect."""

    flow: FlowText


@dataclass(frozen=True, slots=True)
class Only:
    """Nothing but ``flows`` has ``zone`` as its ``end``; with ``within`` also what is inside ``zone``."""

    end: End
    zone: tuple[Written, ...]
    flows: tuple[FlowText, ...]
    within: bool = False


@dataclass(frozen=True, slots=True)
class Isolated:
    """No connection into or out of ``zone``."""

    zone: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Separate:
    """No connection between any two of ``zones``, or of the namespaces that ``namespaces`` matches."""

    zones: tuple[Written, ...] = ()
    namespaces: LabelSelector | None = None


@dataclass(frozen=True, slots=True)
class NoExternal:
    """No connection between ``zone`` and outside, in ``directions``; with ``internet`` that part of outside alone."""

    zone: tuple[Written, ...]
    directions: tuple[Direction, ...]
    internet: bool = False


@dataclass(frozen=True, slots=True)
class DefaultDeny:
    """What no rule speaks of is denied."""

    namespaces: NamespacesText
    directions: tuple[Direction, ...]


@dataclass(frozen=True, slots=True)
class CoversEveryPod:
    """Some policy selects every pod."""

    namespaces: NamespacesText
    directions: tuple[Direction, ...]


@dataclass(frozen=True, slots=True)
class DnsWorks:
    """Every existing pod of ``zone`` may ask the DNS of the cluster."""

    zone: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class NoMetadata:
    """No connection from ``zone`` to the metadata endpoint of the cloud."""

    zone: tuple[Written, ...]


class Comparing(StrEnum):
    """What must hold beside a baseline."""

    EQUIVALENT = "equivalent"
    NOT_MORE_PERMISSIVE = "not-more-permissive"


@dataclass(frozen=True, slots=True)
class ComparedTo:
    """How all flows compare to those of another directory, or of a revision; exactly one is given."""

    wanted: Comparing
    directory: Written | None = None
    revision: Written | None = None


Statement: TypeAlias = (
    Deny
    | Allow
    | Only
    | Isolated
    | Separate
    | NoExternal
    | DefaultDeny
    | CoversEveryPod
    | DnsWorks
    | NoMetadata
    | ComparedTo
)


@dataclass(frozen=True, slots=True)
class Assertion:
    """What must hold, and what the author says about it. ``verb`` is the field that ``statement`` comes from."""

    id: str
    verb: str
    statement: Statement
    origin: Origin
    title: str = ""
    severity: Severity = Severity.HIGH
    controls: tuple[str, ...] = ()
    world: World | None = None


@dataclass(frozen=True, slots=True)
class ExceptionText:
    """Flows that the assertions with these ids leave aside until the end of the day ``expires``."""

    id: str
    assertions: tuple[Written, ...]
    flows: tuple[FlowText, ...]
    reason: str
    owner: str
    expires: date
    origin: Origin
    ticket: str = ""


class SourceKind(StrEnum):
    """How the manifests of a source come to be."""

    MANIFESTS = "manifests"
    KUSTOMIZE = "kustomize"
    HELM = "helm"
    FLUX = "flux"
    ARGOCD = "argocd"


@dataclass(frozen=True, slots=True)
class SourceText:
    """Where manifests are: ``path`` is relative to the current directory, whatever the file's own is."""

    kind: SourceKind
    path: str
    origin: Origin
    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    namespace: str | None = None
    release: str | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """Everything that the intent files of one run say together. ``files`` are their paths, in the order of reading.

    ``checkouts`` are the folders that they may name paths of; none where they are trusted.
    """

    files: tuple[str, ...]
    checkouts: tuple[Path, ...] = ()
    sources: tuple[SourceText, ...] = ()
    namespace: str | None = None
    cni: Written | None = None
    assumptions: tuple[Written, ...] = ()
    cluster_domain: str | None = None
    node_local_dns: bool | None = None
    api_servers: tuple[Written, ...] = ()
    ingress_controller: Written | None = None
    zones: tuple[ZoneText, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    exceptions: tuple[ExceptionText, ...] = field(default=())
