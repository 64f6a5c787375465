"""The shape of an intent file: pydantic models, from which the published JSON Schema is made.

They say which fields there are and of which types; what the texts in them mean is for :mod:`netverify.intent.ends`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, PlainValidator, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from netverify.model.labels import Operator

_ID = r"^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,118}[A-Za-z0-9])?$"
_ZONE_NAME = r"^[A-Za-z](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$"
RESERVED = frozenset({"any", "internet", "namespace", "ns", "pods", "reach", "service", "services", "svc"})
"""Words of the sentence grammar, which no zone can be called."""


def _texts(value: Any) -> list[str]:
    """One text or a list of at least one."""
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str) and item.strip() for item in items):
        raise PydanticCustomError("texts", "must be a text, or a list of at least one")
    return items


def _ports(value: Any) -> list[str]:
    """Numbers, ranges or names, each with a protocol or without."""
    items = value if isinstance(value, list) else [value]
    if not items or not all(type(item) in (int, str) for item in items):
        raise PydanticCustomError(
            "ports", "must be a port such as `5432`, `8000-8999/udp` or `http`, or a list of such"
        )
    return [str(item) for item in items]


def _setting(value: Any) -> list[str]:
    """What a key is assumed to be: a Boolean, a text or a list of texts."""
    items = value if isinstance(value, list) else [value]
    if not items or not all(type(item) in (bool, str) for item in items):
        raise PydanticCustomError("setting", "must be true, false, a text or a list of texts")
    return [str(item).lower() if isinstance(item, bool) else item for item in items]


def _day(value: Any) -> date:
    """A day as ISO 8601 writes it."""
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("day", "must be a day such as `2027-01-31`")


def _value(value: Any) -> str:
    """A value for a chart, as ``--set`` takes it."""
    if value is None or isinstance(value, dict | list):
        raise PydanticCustomError("value", "must be a text, a number or a Boolean: put more into a file of `values`")
    return str(value).lower() if isinstance(value, bool) else str(value)


_ONE_OR_MORE = {"type": "array", "minItems": 1, "items": {"type": "string"}}
Texts: TypeAlias = Annotated[
    list[str], PlainValidator(_texts), WithJsonSchema({"anyOf": [{"type": "string"}, _ONE_OR_MORE]})
]
Ends: TypeAlias = Annotated[
    list[str],
    PlainValidator(_texts),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, _ONE_OR_MORE],
            "description": "Zones, or ENDPOINTs as in a question: `namespace NS`, `NS/NAME`, `pods LABELS in namespace "
            "NS`, `service NS/NAME`, `any pod`, `internet`, an address or a CIDR.",
        }
    ),
]
Ports: TypeAlias = Annotated[
    list[str],
    PlainValidator(_ports),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["integer", "string"]},
                {"type": "array", "minItems": 1, "items": {"type": ["integer", "string"]}},
            ],
            "description": "PORT[/PROTOCOL]: a number, a range a-b or the name of a port; tcp where none is given.",
        }
    ),
]
Setting: TypeAlias = Annotated[
    list[str],
    PlainValidator(_setting),
    WithJsonSchema({"anyOf": [{"type": ["boolean", "string"]}, {"type": "array", "items": {"type": "string"}}]}),
]
Day: TypeAlias = Annotated[date, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
ChartValue: TypeAlias = Annotated[
    str, PlainValidator(_value), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
Identity: TypeAlias = Annotated[str, Field(pattern=_ID)]
ZoneName: TypeAlias = Annotated[str, Field(pattern=_ZONE_NAME)]
Text: TypeAlias = Annotated[str, Field(min_length=1)]


class Shape(BaseModel):
    """A mapping with a fixed set of fields; no value is ever converted."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False, defer_build=True)


class ExpressionShape(Shape):
    """One test on one label."""

    key: Text
    operator: Annotated[Operator, Field(strict=False)]
    values: list[str] = []


class SelectorShape(Shape):
    """A label selector as Kubernetes has it; empty: everything."""

    match_labels: dict[str, str] = Field(default={}, alias="matchLabels")
    match_expressions: list[ExpressionShape] = Field(default=[], alias="matchExpressions")


def _kind_of_names(value: Any) -> str:
    """How namespaces are written: as a selector, or by name."""
    return "selector" if isinstance(value, dict | SelectorShape) else "names"


Namespaces: TypeAlias = Annotated[
    Annotated[Texts, Tag("names")] | Annotated[SelectorShape, Tag("selector")], Discriminator(_kind_of_names)
]


class ZoneShape(Shape):
    """A named set of pods or addresses: `namespaces` and `pods` narrow each other, as in a policy's peer."""

    description: Text | None = None
    namespaces: Namespaces | None = Field(default=None, description="Names, or a selector on their labels.")
    pods: SelectorShape | None = None
    cidrs: Texts | None = Field(default=None, description="Addresses outside the cluster.")
    any: Ends | None = Field(default=None, description="Everything that is in one of these zones or ENDPOINTs.")


def _kind_of_zone(value: Any) -> str:
    """How a zone is written: as a mapping, or as one or more ends."""
    return "mapping" if isinstance(value, dict | ZoneShape) else "ends"


ZoneOrEnds: TypeAlias = Annotated[
    Annotated[ZoneShape, Tag("mapping")] | Annotated[Ends, Tag("ends")], Discriminator(_kind_of_zone)
]


class ManifestsShape(Shape):
    """A file, a directory (read recursively) or a glob."""

    manifests: Text


class KustomizeShape(Shape):
    """An overlay that kustomize builds."""

    kustomize: Text


class HelmShape(Shape):
    """A chart that helm renders."""

    helm: Text
    values: Texts | None = None
    set: dict[str, ChartValue] = {}
    namespace: Text | None = None
    release: Text | None = None


class FluxShape(Shape):
    """A directory with Flux `Kustomization` objects, which are followed inside the checkout."""

    flux: Text


class ArgoShape(Shape):
    """A directory with Argo CD `Application` objects, which are followed inside the checkout."""

    argocd: Text


_SOURCES = {
    "manifests": ManifestsShape,
    "kustomize": KustomizeShape,
    "helm": HelmShape,
    "flux": FluxShape,
    "argocd": ArgoShape,
}


def _kind_of_source(value: Any) -> str | None:
    """Which of the kinds of sources a mapping is, by its fields."""
    if isinstance(value, dict):
        return next((kind for kind in _SOURCES if kind in value), None)
    return next((kind for kind, shape in _SOURCES.items() if isinstance(value, shape)), None)


SourceShape: TypeAlias = Annotated[
    Annotated[ManifestsShape, Tag("manifests")]
    | Annotated[KustomizeShape, Tag("kustomize")]
    | Annotated[HelmShape, Tag("helm")]
    | Annotated[FluxShape, Tag("flux")]
    | Annotated[ArgoShape, Tag("argocd")],
    Discriminator(_kind_of_source),
]


class FlowShape(Shape):
    """Connections; whatever is left out is anyone or any port."""

    source: Ends | None = Field(default=None, alias="from")
    destination: Ends | None = Field(default=None, alias="to")
    ports: Ports | None = None


class ApprovedShape(FlowShape):
    """Connections that are approved."""

    justification: Text | None = Field(default=None, description="Why the business needs it.")


class OnlyShape(Shape):
    """One end, and everything that is approved to reach it or to be reached from it."""

    source: Ends | None = Field(default=None, alias="from")
    destination: Ends | None = Field(default=None, alias="to")
    flows: list[ApprovedShape]
    within: bool = Field(default=False, description="Connections inside the zone are approved, too.")


class CoverageShape(Shape):
    """Namespaces, by name or by their labels, and directions; everything where nothing is given."""

    namespaces: Namespaces | None = None
    directions: list[Literal["ingress", "egress"]] = Field(default=["ingress", "egress"], min_length=1)


class BaselineShape(Shape):
    """What to compare with: a directory, or a git revision of the sources."""

    directory: Text | None = None
    revision: Text | None = None


class AssertionShape(Shape):
    """What must hold: exactly one of the verbs."""

    id: Identity
    title: Text | None = None
    severity: Literal["critical", "high", "medium", "low", "info"] = "high"
    controls: list[Text] = []
    world: Literal["existing", "possible"] | None = Field(
        default=None, description="Which pods it is about; each verb has its own default."
    )
    deny: FlowShape | None = Field(default=None, description="No such connection.")
    allow: FlowShape | None = Field(default=None, description="Every such pair of existing ends can connect.")
    only: OnlyShape | None = Field(default=None, description="Nothing but the approved flows.")
    isolated: Ends | None = Field(default=None, description="No connection into or out of this.")
    separate: Namespaces | None = Field(
        default=None,
        description="No connection between any two of these zones or ENDPOINTs; with a selector, of the namespaces "
        "that it matches.",
    )
    no_external: Ends | None = Field(
        default=None, alias="no-external", description="No connection with addresses outside the cluster."
    )
    no_ingress_from_internet: Ends | None = Field(default=None, alias="no-ingress-from-internet")
    no_egress_to_internet: Ends | None = Field(default=None, alias="no-egress-to-internet")
    default_deny: CoverageShape | None = Field(
        default=None,
        alias="default-deny",
        description="What no rule speaks of is denied, for every pod that there could be.",
    )
    policy_covers_every_pod: CoverageShape | None = Field(
        default=None, alias="policy-covers-every-pod", description="Some policy selects every pod that there could be."
    )
    dns_works: Ends | None = Field(
        default=None, alias="dns-works", description="Every existing pod of these may ask the DNS of the cluster."
    )
    no_metadata_endpoint: Ends | None = Field(
        default=None, alias="no-metadata-endpoint", description="No connection to 169.254.169.254."
    )
    equivalent: BaselineShape | None = Field(default=None, description="The same flows are allowed as there.")
    not_more_permissive: BaselineShape | None = Field(
        default=None, alias="not-more-permissive", description="No flow is allowed that is not allowed there."
    )


class ExceptionShape(Shape):
    """Flows that some assertions leave aside, for a reason and until a day."""

    id: Identity
    assertions: Texts
    flows: Annotated[list[FlowShape], Field(min_length=1)]
    reason: Text
    owner: Text
    expires: Day
    ticket: Text | None = None


class IntentShape(Shape):
    """What must hold of the network of a cluster."""

    model_config = ConfigDict(title="netverify intent")

    version: Literal[1] = 1
    include: list[Text] = Field(default=[], description="Further intent files, below this one's directory.")
    sources: list[SourceShape] = Field(default=[], description="Where the manifests are, relative to this file.")
    namespace: Text | None = Field(default=None, description="Namespace of objects that name none.")
    cni: Text | None = Field(default=None, description="The network plugin, whose behaviours are then fixed.")
    assume: dict[str, Setting] = Field(default={}, description="What `--assume` takes: `pod-cidr: [10.0.0.0/8]`.")
    cluster_domain: Text | None = Field(default=None, alias="cluster-domain")
    node_local_dns: bool = Field(default=False, alias="node-local-dns")
    ingress_controller: Text | None = Field(default=None, alias="ingress-controller")
    zones: dict[ZoneName, ZoneOrEnds] = {}
    assertions: list[AssertionShape] = []
    exceptions: list[ExceptionShape] = []
