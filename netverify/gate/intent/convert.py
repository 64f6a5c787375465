"""From the shape of one intent file to its data: each text gets its place, each assertion its one verb."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.document import Document, FieldPath
from netverify.documents.refusal import shown
from netverify.gate.intent import shape as shapes
from netverify.gate.intent.spec import (
    RESERVED,
    UNBOUND,
    VERBS,
    Allow,
    Assertion,
    ComparedTo,
    Comparing,
    CoversEveryPod,
    DefaultDeny,
    Deny,
    DnsWorks,
    ExceptionText,
    FlowText,
    Isolated,
    NamespacesText,
    NoExternal,
    NoMetadata,
    Only,
    Separate,
    SourceKind,
    SourceText,
    Spec,
    Statement,
    World,
    Written,
    ZoneText,
)
from netverify.gate.intent.spec import Severity as HowGrave
from netverify.kinds.names import label_key_problems, label_value_problems
from netverify.model.flow import Direction, End
from netverify.model.labels import LabelSelector, Operator, Requirement, selector_of

_NEEDS_VALUES = (Operator.IN, Operator.NOT_IN)


class Converter:
    """Converts ``document``, whose paths are relative to ``folder``; what is wrong is in ``diagnostics``."""

    def __init__(self, document: Document, folder: Path) -> None:
        self._document = document
        self._folder = folder
        self.diagnostics: list[Diagnostic] = []

    def spec(self, shape: shapes.IntentShape) -> Spec:
        """All that the file says."""
        return replace(
            self.inventory(shape, ()),
            zones=tuple(self._zone(name, one) for name, one in shape.zones.items()),
            assertions=tuple(
                assertion
                for number, one in enumerate(shape.assertions)
                if (assertion := self._assertion(one, ("assertions", number))) is not None
            ),
            exceptions=tuple(self._exception(one, ("exceptions", n)) for n, one in enumerate(shape.exceptions)),
        )

    def inventory(self, shape: shapes.InventoryShape, path: FieldPath) -> Spec:
        """What the part of the file at ``path`` says about manifests, and what is taken as given about them."""
        return Spec(
            files=(self._document.path,),
            sources=tuple(self._source(one, (*path, "sources", number)) for number, one in enumerate(shape.sources)),
            namespace=shape.namespace,
            cni=self._written(shape.cni, (*path, "cni")),
            assumptions=tuple(
                Written(f"{key}={value}", self._at((*path, "assume", key, number)))
                for key, values in shape.assume.items()
                for number, value in enumerate(values)
            ),
            cluster_domain=shape.cluster_domain,
            node_local_dns=shape.node_local_dns if "node_local_dns" in shape.model_fields_set else None,
            api_servers=self.texts(shape.api_server, (*path, "api-server")),
            ingress_controller=self._written(shape.ingress_controller, (*path, "ingress-controller")),
        )

    def _at(self, path: FieldPath) -> Origin:
        return self._document.origin(path)

    def _written(self, text: str | None, path: FieldPath) -> Written | None:
        return Written(text, self._at(path)) if text else None

    def texts(self, texts: Sequence[str] | None, path: FieldPath) -> tuple[Written, ...]:
        """Each of ``texts`` with its place: that of the item, or of the value that is one text."""
        return tuple(Written(text, self._at((*path, number))) for number, text in enumerate(texts or ()))

    def _source(self, shape: shapes.SourceShape, path: FieldPath) -> SourceText:
        origin = self._at(path)
        match shape:
            case shapes.ManifestsShape():
                return SourceText(SourceKind.MANIFESTS, self.below(shape.manifests), origin)
            case shapes.KustomizeShape():
                return SourceText(SourceKind.KUSTOMIZE, self.below(shape.kustomize), origin)
            case shapes.FluxShape():
                return SourceText(SourceKind.FLUX, self.below(shape.flux), origin)
            case shapes.ArgoShape():
                return SourceText(SourceKind.ARGOCD, self.below(shape.argocd), origin)
            case shapes.HelmShape():
                return SourceText(
                    SourceKind.HELM,
                    self.below(shape.helm),
                    origin,
                    values=tuple(map(self.below, shape.values or ())),
                    sets=tuple(f"{key}={value}" for key, value in shape.set.items()),
                    namespace=shape.namespace,
                    release=shape.release,
                )

    def below(self, text: str) -> str:
        """The path ``text`` in the file, relative to the current directory."""
        return os.path.normpath(self._folder / text)

    def _zone(self, name: str, shape: shapes.ZoneShape | list[str]) -> ZoneText:
        path: FieldPath = ("zones", name)
        origin = self._document.key_origin(path)
        if name.lower() in RESERVED:
            advice = "give it another name"
            self._refuse("NV703", f"no zone can be called {shown(name)}: it is a word of questions", origin, advice)
        if name in ("true", "false"):
            advice = "quote it: YAML reads a bare `yes`, `no`, `on`, `off`, `y` or `n` as a Boolean"
            self._refuse("NV703", f"no zone can be called {shown(name)}, which is a Boolean", origin, advice)
        if isinstance(shape, list):
            return ZoneText(name, origin, ends=self._members(name, shape, path))
        kinds = [shape.any is not None, shape.cidrs is not None, (shape.namespaces or shape.pods) is not None]
        if sum(kinds) != 1 and kinds != [True, True, False]:
            text = f"zone {shown(name)} needs `any`, `cidrs`, or `namespaces` and `pods`"
            self._refuse("NV703", text, origin, "make two zones, and a third one with `any: [ONE, OTHER]`")
        return ZoneText(
            name,
            origin,
            ends=self._members(name, shape.any, (*path, "any")),
            cidrs=self.texts(shape.cidrs, (*path, "cidrs")),
            namespaces=self._namespaces(shape.namespaces, (*path, "namespaces")) if shape.namespaces else None,
            pods=self._selector(shape.pods, (*path, "pods")) if shape.pods else None,
            description=shape.description or "",
        )

    def _members(self, name: str, texts: Sequence[str] | None, path: FieldPath) -> tuple[Written, ...]:
        """The ends of the zone called ``name``, each of which somebody has named."""
        members = self.texts(texts, path)
        for one in members:
            if one.text == UNBOUND:
                advice = (
                    "write what is in it, as `namespace payments`; or remove the zone and the assertions that name it"
                )
                self._refuse("NV723", f"zone {shown(name)} is not bound yet", one.origin, advice)
        return members

    def _namespaces(self, shape: list[str] | shapes.SelectorShape | None, path: FieldPath) -> NamespacesText:
        if isinstance(shape, shapes.SelectorShape):
            return NamespacesText(selector=self._selector(shape, path))
        return NamespacesText(self.texts(shape, path))

    def _selector(self, shape: shapes.SelectorShape, path: FieldPath) -> LabelSelector:
        requirements: list[Requirement] = []
        for key, value in shape.match_labels.items():
            self._check_label(key, (value,), (*path, "matchLabels", key))
        for number, one in enumerate(shape.match_expressions):
            self._check_label(one.key, one.values, (*path, "matchExpressions", number))
            wants_values = one.operator in _NEEDS_VALUES
            if wants_values != bool(one.values):
                text = f"operator `{one.operator}` {'needs' if wants_values else 'takes no'} values"
                self._refuse("NV703", text, self._at((*path, "matchExpressions", number)), "")
            requirements.append(Requirement(one.key, one.operator, tuple(sorted(set(one.values)))))
        return selector_of(shape.match_labels, tuple(requirements))

    def _check_label(self, key: str, values: Sequence[str], path: FieldPath) -> None:
        """Refuse a label that no object can have: a selector that names it would match nothing, silently."""
        for problem in label_key_problems(key):
            self._refuse("NV703", f"the label key {shown(key)} {problem}", self._document.key_origin(path), "")
        for value in values:
            for problem in label_value_problems(value):
                self._refuse("NV703", f"the label value {shown(value)} {problem}", self._at(path), "")

    def _flow(self, shape: shapes.FlowShape, path: FieldPath) -> FlowText:
        return FlowText(
            self.texts(shape.source, (*path, "from")),
            self.texts(shape.destination, (*path, "to")),
            self.texts(shape.ports, (*path, "ports")),
            (shape.justification or "") if isinstance(shape, shapes.ApprovedShape) else "",
            self._at(path),
        )

    def _assertion(self, shape: shapes.AssertionShape, path: FieldPath) -> Assertion | None:
        given = [verb for verb in VERBS if getattr(shape, verb.replace("-", "_")) is not None]
        origin = self._at(path)
        if len(given) != 1:
            found = f"has {' and '.join(f'`{one}`' for one in given)}" if given else "says nothing that must hold"
            advice = f"give it one of {', '.join(f'`{one}`' for one in VERBS)}"
            self._refuse("NV706", f"assertion {shown(shape.id)} {found}", origin, advice)
            return None
        verb = given[0]
        statement = self._statement(verb, shape, (*path, verb))
        if statement is None:
            return None
        return Assertion(
            id=shape.id,
            verb=verb,
            statement=statement,
            origin=self._at((*path, "id")),
            title=shape.title or "",
            severity=HowGrave(shape.severity),
            controls=tuple(shape.controls),
            world=World(shape.world) if shape.world else None,
        )

    def _statement(self, verb: str, shape: shapes.AssertionShape, path: FieldPath) -> Statement | None:
        value = getattr(shape, verb.replace("-", "_"))
        zone = self.texts(value, path) if isinstance(value, list) else ()
        both = (Direction.INGRESS, Direction.EGRESS)
        of_zone: dict[str, Callable[[], Statement]] = {
            "isolated": lambda: Isolated(zone),
            "no-external": lambda: NoExternal(zone, both),
            "no-ingress-from-internet": lambda: NoExternal(zone, (Direction.INGRESS,), internet=True),
            "no-egress-to-internet": lambda: NoExternal(zone, (Direction.EGRESS,), internet=True),
            "dns-works": lambda: DnsWorks(zone),
            "no-metadata-endpoint": lambda: NoMetadata(zone),
        }
        if verb in of_zone:
            return of_zone[verb]()
        if verb in ("deny", "allow"):
            return self._about_flows(verb, value, path)
        if verb == "only":
            return self._only(value, path)
        if verb == "separate":
            return self._separate(value, path)
        if verb in ("default-deny", "policy-covers-every-pod"):
            kind = DefaultDeny if verb == "default-deny" else CoversEveryPod
            directions = tuple(one for one in both if one.value in value.directions)
            return kind(self._namespaces(value.namespaces, (*path, "namespaces")), directions)
        return self._compared(verb, value, path)

    def _about_flows(self, verb: str, shape: shapes.FlowShape, path: FieldPath) -> Statement | None:
        flow = self._flow(shape, path)
        if not flow.sources and not flow.destinations:
            self._refuse("NV703", f"`{verb}` needs `from` or `to`", flow.origin, "say who must not reach whom")
            return None
        return Deny(flow) if verb == "deny" else Allow(flow)

    def _only(self, shape: shapes.OnlyShape, path: FieldPath) -> Statement | None:
        if (shape.source is None) == (shape.destination is None):
            self._refuse("NV703", "`only` needs either `from` or `to`", self._at(path), "make two assertions for both")
            return None
        end = End.SOURCE if shape.source is not None else End.DESTINATION
        field = "from" if end is End.SOURCE else "to"
        zone = self.texts(shape.source or shape.destination, (*path, field))
        flows = tuple(self._flow(one, (*path, "flows", number)) for number, one in enumerate(shape.flows))
        for flow in flows:
            if flow.sources if end is End.SOURCE else flow.destinations:
                text = f"an approved flow of `only` has no `{field}` of its own"
                self._refuse("NV703", text, flow.origin, f"it is that of the assertion: narrow `{field}` there")
        return Only(end, zone, flows, shape.within)

    def _separate(self, value: list[str] | shapes.SelectorShape, path: FieldPath) -> Statement | None:
        if isinstance(value, shapes.SelectorShape):
            return Separate(namespaces=self._selector(value, path))
        if len(value) < 2:
            self._refuse("NV703", "`separate` needs two zones or more", self._at(path), "")
            return None
        return Separate(self.texts(value, path))

    def _compared(self, verb: str, shape: shapes.BaselineShape, path: FieldPath) -> Statement | None:
        if (shape.directory is None) == (shape.revision is None):
            self._refuse("NV703", f"`{verb}` needs either `directory` or `revision`", self._at(path), "")
            return None
        directory = Written(self.below(shape.directory), self._at((*path, "directory"))) if shape.directory else None
        revision = self._written(shape.revision, (*path, "revision"))
        return ComparedTo(Comparing(verb), directory, revision)

    def _exception(self, shape: shapes.ExceptionShape, path: FieldPath) -> ExceptionText:
        for number, one in enumerate(shape.flows):
            if one.source is None and one.destination is None and one.ports is None:
                text = f"a flow of exception {shown(shape.id)} names nothing, so it would except everything"
                self._refuse("NV703", text, self._at((*path, "flows", number)), "say `from`, `to` or `ports`")
        return ExceptionText(
            id=shape.id,
            assertions=self.texts(shape.assertions, (*path, "assertions")),
            flows=tuple(self._flow(one, (*path, "flows", number)) for number, one in enumerate(shape.flows)),
            reason=shape.reason,
            owner=shape.owner,
            expires=shape.expires,
            origin=self._at((*path, "id")),
            ticket=shape.ticket or "",
        )

    def _refuse(self, code: str, message: str, origin: Origin | None, advice: str) -> None:
        assert origin is not None
        self.diagnostics.append(Diagnostic(code, Severity.ERROR, message, origin, advice))
