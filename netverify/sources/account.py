"""Takes documents one by one and keeps the account: each becomes exactly one count."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import field

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.document import Document, Value
from netverify.kinds.findings import object_text
from netverify.kinds.kind import Kind
from netverify.kinds.names import shown
from netverify.kinds.read_object import ReadObject
from netverify.kinds.registry import kind_of, kind_of_object
from netverify.model.cluster import Unsupported, Workload
from netverify.records import dataclass
from netverify.sources.classification import OBJECT_FIELDS, KindClass, classify, group_of, may_be_manifest
from netverify.sources.gathered import Gathered
from netverify.sources.lists import is_list, objects_in
from netverify.sources.unmodelled import unmodelled
from netverify.sources.unsupported_kinds import NARROWING_MESH_KINDS

OWN_FILE = "netverify file"
"""What an intent file and the like are counted as, in the place of a kind."""
_OWN_SCHEMAS = ("netverify/", "urn:netverify:")


@dataclass(slots=True)
class Account:
    """What the documents seen so far came to. The counters count documents by kind.

    ``maybe_parts`` are no objects by themselves. ``follower`` is who made them of a checkout: what it has followed
    stands for nothing that is not here.
    """

    default_namespace: str
    follower: str = ""
    modelled: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    irrelevant: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    approximated: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    unsupported_kinds: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    unrendered_kinds: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    not_manifests: int = 0
    maybe_parts: list[Document] = field(default_factory=list)
    unread: list[Origin] = field(default_factory=list)
    reads: list[ReadObject] = field(default_factory=list)
    unsupported: list[Unsupported] = field(default_factory=list)
    narrowing: dict[str, list[Origin]] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def add(self, document: Document) -> None:
        """Take in ``document``, or each of its items where it is a list."""
        if (kind := kind_of_object(document.value)) is not None:
            self._add_modelled(document, kind)
            return
        for item in objects_in(document):
            if item is not document and not isinstance(item.value, dict):
                text = "an item of a list must be an object: a server refuses the list"
                self._refuse(Diagnostic("NV202", Severity.ERROR, text, item.origin()))
            else:
                self._add_object(item)

    def gathered(self, files: int = 0, templates: tuple[Origin, ...] = ()) -> Gathered:
        """What the documents came to, for good, which are of so many ``files``."""
        self._judge_parts()
        return Gathered(
            files=files,
            templates=templates,
            reads=tuple(self.reads),
            modelled=dict(self.modelled),
            irrelevant=dict(self.irrelevant),
            approximated=dict(self.approximated),
            unsupported_kinds=dict(self.unsupported_kinds),
            unrendered_kinds=dict(self.unrendered_kinds),
            not_manifests=self.not_manifests,
            unread=tuple(self.unread),
            unsupported=tuple(self.unsupported),
            narrowing={name: tuple(origins) for name, origins in self.narrowing.items()},
            diagnostics=tuple(self.diagnostics),
        )

    def _add_object(self, document: Document) -> None:
        value = document.value
        if isinstance(value, list) and any(may_be_manifest(item) for item in value):
            text = "a bare list of objects is not a manifest: a server takes one object, or a `kind: List` with `items`"
            self._refuse(Diagnostic("NV202", Severity.ERROR, text, document.origin()))
            return
        if not may_be_manifest(value):
            self.maybe_parts.append(document)
            return
        kind, api_version = value.get("kind"), value.get("apiVersion")
        if not isinstance(kind, str) or not isinstance(api_version, str):
            self._refuse_untyped(document)
            return
        if is_list(value):
            self._add_empty_list(document, kind)
            return
        reading = classify(api_version, kind)
        match reading.kind_class:
            case KindClass.MODELLED:
                known = kind_of(api_version, kind)
                assert known is not None
                self._add_modelled(document, known)
            case KindClass.IRRELEVANT:
                self.irrelevant[kind] += 1
            case KindClass.NARROWING:
                self.approximated[kind] += 1
                name = NARROWING_MESH_KINDS[(group_of(api_version), kind)]
                self.narrowing.setdefault(name, []).append(document.origin())
            case KindClass.NO_SUCH_KIND:
                types = f"{shown(f'kind: {kind}')} with {shown(f'apiVersion: {api_version}')}"
                text = f"{object_text(value)}: a server has no {types}"
                self._refuse(Diagnostic("NV201", Severity.ERROR, text, document.origin(("kind",)), reading.advice))
            case KindClass.UNSUPPORTED | KindClass.POLICY_LIKE | KindClass.UNKNOWN | KindClass.LIST:
                self._add_unsupported(document, reading.kind_class)

    def _add_modelled(self, document: Document, kind: Kind) -> None:
        read, findings = kind.read(document, self.default_namespace)
        self.diagnostics += findings
        if read is None:
            self.unread.append(document.origin())
            return
        self.modelled[kind.name] += 1
        self.reads.append(read)

    def _add_empty_list(self, document: Document, kind: str) -> None:
        items = document.value.get("items")
        if items in (None, []):
            self.irrelevant[kind] += 1
            return
        text = f"{object_text(document.value)}: `items` must be a list"
        self._refuse(Diagnostic("NV212", Severity.ERROR, text, document.origin(("items",))))

    def _add_unsupported(self, document: Document, kind_class: KindClass) -> None:
        kind = document.value["kind"]
        pods = self._custom_pods(document)
        found = unmodelled(
            document, kind_class, self.default_namespace, follower=self.follower, pods_are_read=pods is not None
        )
        if pods is not None:
            self.modelled[pods.key.kind] += 1
            group, placed = group_of(document.value["apiVersion"]), bool(_namespace_of(document))
            self.reads.append(ReadObject(pods, group, pods.key.kind, placed=placed))
        elif found.thing is None:
            self.irrelevant[kind] += 1
        elif found.thing.unrendered:
            self.unrendered_kinds[kind] += 1
        else:
            self.unsupported_kinds[kind] += 1
        if found.thing is None:
            return
        self.unsupported.append(found.thing)
        if found.finding is not None:
            self.diagnostics.append(found.finding)

    def _custom_pods(self, document: Document) -> Workload | None:
        """The pods of another project's controller, where its object says what they are."""
        from netverify.kinds.custom_pods import custom_pods  # noqa: PLC0415 only such objects need it

        written = _namespace_of(document)
        namespace = written if isinstance(written, str) and written else self.default_namespace
        return custom_pods(group_of(document.value["apiVersion"]), document, namespace)

    def _judge_parts(self) -> None:
        """Beside objects, what has a field that objects have is one of which a part is missing; alone, another file."""
        has_objects = any(
            (self.reads, self.irrelevant, self.approximated, self.unsupported_kinds, self.unrendered_kinds)
        )
        for document in self.maybe_parts:
            if has_objects and isinstance(document.value, dict) and not OBJECT_FIELDS.isdisjoint(document.value):
                self._refuse_untyped(document)
            elif _is_own(document.value):
                self.irrelevant[OWN_FILE] += 1
            else:
                self.not_manifests += 1
        self.maybe_parts.clear()

    def _refuse_untyped(self, document: Document) -> None:
        missing = [name for name in ("apiVersion", "kind") if not isinstance(document.value.get(name), str)]
        names = " and ".join(f"`{name}`" for name in missing)
        text = f"{object_text(document.value)}: {names} must be a string, and a server needs both to know what it is"
        self._refuse(Diagnostic("NV202", Severity.ERROR, text, document.origin((missing[0],))))

    def _refuse(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.append(diagnostic)
        self.unread.append(Origin(diagnostic.origin.path, diagnostic.origin.document, diagnostic.origin.line))


def _is_own(value: Value) -> bool:
    """Whether ``value`` is what a file of this program holds: intent, clusters, a schema, a baseline or a report."""
    if not isinstance(value, dict):
        return False
    clusters = value.get("clusters")
    if isinstance(clusters, list) and any(isinstance(one, dict) and "sources" in one for one in clusters):
        return True
    return "assertions" in value or any(str(value.get(key, "")).startswith(_OWN_SCHEMAS) for key in ("schema", "$id"))


def _namespace_of(document: Document) -> Value:
    """The namespace that is written for an object, of whatever type; None where there is none."""
    meta = document.value.get("metadata")
    return document.namespace or (meta.get("namespace") if isinstance(meta, dict) else None)
