"""The shape of an intent file: pydantic models, from which the published JSON Schema is made.

They say which fields there are and of which types. :mod:`netverify.gate.intent.ends` says what the texts in them mean.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from netverify.gate.intent.spec import VERBS
from netverify.gate.intent.values import ChartValue, Day, Ends, Ports, Setting, Texts
from netverify.model.labels import Operator

_ID = r"^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,118}[A-Za-z0-9])?$"
_ZONE_NAME = r"^[A-Za-z](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$"
Identity: TypeAlias = Annotated[str, Field(pattern=_ID)]
ZoneName: TypeAlias = Annotated[str, Field(pattern=_ZONE_NAME)]
Text: TypeAlias = Annotated[str, Field(min_length=1)]


def _exactly_one(*fields: str) -> dict[str, Any]:
    """What JSON Schema says of a mapping that has one of ``fields`` and no other; reading says it by itself."""
    return {"oneOf": [{"required": [field]} for field in fields]}


class Shape(BaseModel):
    """A mapping with a fixed set of fields; no value is ever converted."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False, defer_build=True)


class ExpressionShape(Shape):
    """One test on one label."""

    model_config = ConfigDict(
        title="expression",
        json_schema_extra={
            "if": {"properties": {"operator": {"enum": [Operator.IN.value, Operator.NOT_IN.value]}}},
            "then": {"properties": {"values": {"minItems": 1}}, "required": ["values"]},
            "else": {"properties": {"values": {"maxItems": 0}}},
        },
    )

    key: Text = Field(description="The label that is tested.")
    operator: Annotated[Operator, Field(strict=False)] = Field(description="How it is tested, as Kubernetes does.")
    values: list[str] = Field(default=[], description="For `In` and `NotIn`: the values.")


class SelectorShape(Shape):
    """A label selector as Kubernetes has it; empty: everything."""

    model_config = ConfigDict(title="selector")

    match_labels: dict[str, str] = Field(
        default={}, alias="matchLabels", description="Labels, each with the value that it must have."
    )
    match_expressions: list[ExpressionShape] = Field(
        default=[], alias="matchExpressions", description="Tests on labels, all of which must hold."
    )


def _kind_of_names(value: Any) -> str:
    """How namespaces are written: as a selector, or by name."""
    return "selector" if isinstance(value, dict | SelectorShape) else "names"


Namespaces: TypeAlias = Annotated[
    Annotated[Texts, Tag("names")] | Annotated[SelectorShape, Tag("selector")], Discriminator(_kind_of_names)
]


class ZoneShape(Shape):
    """A named set of pods or addresses: `namespaces` and `pods` narrow each other, as in a policy's peer."""

    model_config = ConfigDict(
        title="zone",
        json_schema_extra={"anyOf": [{"required": [one]} for one in ("namespaces", "pods", "cidrs", "any")]},
    )

    description: Text | None = Field(default=None, description="What this zone is, for readers.")
    namespaces: Namespaces | None = Field(default=None, description="Names, or a selector on their labels.")
    pods: SelectorShape | None = Field(default=None, description="A selector on the labels of pods.")
    cidrs: Texts | None = Field(default=None, description="Addresses outside the cluster, as CIDRs.")
    any: Ends | None = Field(default=None, description="Everything that is in one of these.")


def _kind_of_zone(value: Any) -> str:
    """How a zone is written: as a mapping, or as one or more ends."""
    return "mapping" if isinstance(value, dict | ZoneShape) else "ends"


ZoneOrEnds: TypeAlias = Annotated[
    Annotated[ZoneShape, Tag("mapping")] | Annotated[Ends, Tag("ends")], Discriminator(_kind_of_zone)
]


class ManifestsShape(Shape):
    """Manifests as they are."""

    model_config = ConfigDict(title="manifests")

    manifests: Text = Field(description="A file, a directory, which is read recursively, or a glob.")


class KustomizeShape(Shape):
    """An overlay that kustomize builds."""

    model_config = ConfigDict(title="overlay")

    kustomize: Text = Field(description="The directory with the kustomization.")


class HelmShape(Shape):
    """A chart that helm renders."""

    model_config = ConfigDict(title="chart")

    helm: Text = Field(description="The directory or the archive of the chart.")
    values: Texts | None = Field(default=None, description="Values files, a later one before an earlier one.")
    set: dict[str, ChartValue] = Field(default={}, description="Single values, as `helm --set` takes them.")
    namespace: Text | None = Field(default=None, description="Namespace of the release.")
    release: Text | None = Field(default=None, description="Name of the release.")


class FluxShape(Shape):
    """What Flux applies, followed inside the checkout."""

    model_config = ConfigDict(title="flux")

    flux: Text = Field(description="The directory that Flux is bootstrapped on, with its `Kustomization` objects.")


class ArgoShape(Shape):
    """What Argo CD applies, followed inside the checkout."""

    model_config = ConfigDict(title="argocd")

    argocd: Text = Field(description="The directory with Argo CD `Application` objects.")


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

    model_config = ConfigDict(title="flow")

    source: Ends | None = Field(
        default=None, alias="from", description="The sources; every pod and address by default."
    )
    destination: Ends | None = Field(
        default=None, alias="to", description="The destinations; every pod and address by default."
    )
    ports: Ports | None = Field(default=None, description="The ports; every port by default.")


class ApprovedShape(FlowShape):
    """Connections that are approved."""

    model_config = ConfigDict(title="approved flow")

    justification: Text | None = Field(default=None, description="Why the business needs it.")


class OnlyShape(Shape):
    """One end, and everything that is approved to reach it or to be reached from it."""

    model_config = ConfigDict(title="only", json_schema_extra=_exactly_one("from", "to"))

    source: Ends | None = Field(
        default=None, alias="from", description="The sources whose outgoing connections are restricted."
    )
    destination: Ends | None = Field(
        default=None, alias="to", description="The destinations whose incoming connections are restricted."
    )
    flows: list[ApprovedShape] = Field(description="What is approved, each with the other end; empty: nothing.")
    within: bool = Field(default=False, description="Connections inside the zone are also approved.")


class CoverageShape(Shape):
    """Namespaces, by name or by their labels, and directions; everything where nothing is given."""

    model_config = ConfigDict(title="coverage")

    namespaces: Namespaces | None = Field(
        default=None, description="Names, or a selector on their labels; all namespaces in the manifests by default."
    )
    directions: list[Literal["ingress", "egress"]] = Field(
        default=["ingress", "egress"], min_length=1, description="Connections into pods, out of pods, or both."
    )


class BaselineShape(Shape):
    """What to compare with: a directory, or a git revision of the sources."""

    model_config = ConfigDict(title="baseline", json_schema_extra=_exactly_one("directory", "revision"))

    directory: Text | None = Field(default=None, description="A directory with manifests, relative to this file.")
    revision: Text | None = Field(default=None, description="A git revision, such as `origin/main`.")


class AssertionShape(Shape):
    """What must hold: exactly one of the verbs."""

    model_config = ConfigDict(title="assertion", json_schema_extra=_exactly_one(*VERBS))

    id: Identity = Field(description="Its name in reports, exceptions and baselines; used once.")
    title: Text | None = Field(default=None, description="What must hold, in words for reports.")
    severity: Literal["critical", "high", "medium", "low", "info"] = Field(
        default="high", description="How serious a violation is."
    )
    controls: list[Text] = Field(default=[], description="Controls of a standard that this is evidence for.")
    world: Literal["existing", "possible"] | None = Field(
        default=None,
        description="The pods that count: existing pods only, or all pods that could be created. "
        "Each verb has its own default.",
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
    no_ingress_from_internet: Ends | None = Field(
        default=None, alias="no-ingress-from-internet", description="No connection from the internet to this."
    )
    no_egress_to_internet: Ends | None = Field(
        default=None, alias="no-egress-to-internet", description="No connection from this to the internet."
    )
    default_deny: CoverageShape | None = Field(
        default=None,
        alias="default-deny",
        description="Every pod that could be created denies what no rule mentions.",
    )
    policy_covers_every_pod: CoverageShape | None = Field(
        default=None,
        alias="policy-covers-every-pod",
        description="Some policy selects every pod that could be created.",
    )
    dns_works: Ends | None = Field(
        default=None, alias="dns-works", description="Every existing pod of these may ask the DNS of the cluster."
    )
    no_metadata_endpoint: Ends | None = Field(
        default=None, alias="no-metadata-endpoint", description="No connection to the metadata endpoint of the cloud."
    )
    equivalent: BaselineShape | None = Field(default=None, description="The same flows are allowed as there.")
    not_more_permissive: BaselineShape | None = Field(
        default=None, alias="not-more-permissive", description="No flow is allowed that is not allowed there."
    )


class ExceptionShape(Shape):
    """Flows that some assertions leave aside, for a reason and until a day."""

    model_config = ConfigDict(title="exception")

    id: Identity = Field(description="Its name in reports; used once.")
    assertions: Texts = Field(description="The ids of the assertions that accept the flows.")
    flows: Annotated[list[FlowShape], Field(min_length=1)] = Field(description="The flows that are accepted.")
    reason: Text = Field(description="Why.")
    owner: Text = Field(description="The person or team that is responsible.")
    expires: Day = Field(description="The last day on which it is valid, such as `2027-01-31`.")
    ticket: Text | None = Field(default=None, description="Where it was decided.")


class InventoryShape(Shape):
    """Where the manifests of a cluster are, and what is taken as given about it."""

    sources: list[SourceShape] = Field(default=[], description="Where the manifests are, relative to this file.")
    namespace: Text | None = Field(default=None, description="Namespace of objects that name none.")
    cni: Text | None = Field(default=None, description="The network plugin, whose behaviours are then fixed.")
    assume: dict[str, Setting] = Field(default={}, description="What `--assume` takes: `pod-cidr: [10.0.0.0/8]`.")
    cluster_domain: Text | None = Field(
        default=None,
        alias="cluster-domain",
        description="Zone of the names in the cluster; `cluster.local` by default.",
    )
    node_local_dns: bool = Field(
        default=False, alias="node-local-dns", description="NodeLocal DNSCache answers on every node."
    )
    api_server: Texts = Field(
        default=[],
        alias="api-server",
        description="Where the API server listens: `10.0.0.1:6443`.",
    )
    ingress_controller: Text | None = Field(
        default=None,
        alias="ingress-controller",
        description="The pods that serve every Ingress, Gateway and Route, as an ENDPOINT.",
    )


class IntentShape(InventoryShape):
    """What must hold for the network of a cluster."""

    model_config = ConfigDict(title="netverify intent")

    version: Literal[1] = Field(default=1, description="The version of this format.")
    include: list[Text] = Field(default=[], description="Further intent files, below this one's directory.")
    zones: dict[ZoneName, ZoneOrEnds] = Field(default={}, description="Names for sets of pods or addresses.")
    assertions: list[AssertionShape] = Field(default=[], description="What must hold.")
    exceptions: list[ExceptionShape] = Field(
        default=[], description="Accepted violations, each with a reason and an end date."
    )


class ClusterShape(InventoryShape):
    """One cluster of a fleet. What it says goes before what the intent says about manifests and plugins."""

    model_config = ConfigDict(title="cluster")

    name: Identity = Field(description="What reports call it.")
    sources: list[SourceShape] = Field(min_length=1, description="Where its manifests are, relative to this file.")
    intent: Texts = Field(default=[], description="Further intent files for this cluster alone.")
    baseline: Text | None = Field(default=None, description="Its baseline, as `check --write-baseline` writes it.")


class FleetShape(Shape):
    """The clusters that `netverify fleet` judges against one intent."""

    model_config = ConfigDict(title="netverify clusters")

    version: Literal[1] = Field(default=1, description="The version of this format.")
    clusters: list[ClusterShape] = Field(min_length=1, description="The clusters, each with a name of its own.")
