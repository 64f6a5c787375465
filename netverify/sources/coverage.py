"""The account of every input: read, irrelevant, unsupported, templated, left out, refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.model.cluster import Cluster
from netverify.records import dataclass
from netverify.sources.gathered import Digest


@dataclass(frozen=True, slots=True, order=True)
class RenderedBy:
    """Something that a program rendered; ``version`` is empty where the program does not tell."""

    what: str
    program: str
    version: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of the inputs. ``documents`` is the sum of all other counts of documents.

    ``modelled``, ``irrelevant``, ``approximated`` and ``unsupported`` count documents by kind; an item of a list counts
    as a document. ``approximated`` are kinds that can only narrow what policy admits, each with a sentence among the
    approximations. ``unrendered_kinds`` counts objects that stand for others, as releases do.
    ``templates`` are files that are Helm (or other) templates, not manifests; ``not_manifests`` are
    documents without apiVersion and kind. ``skipped`` are paths left alone on purpose with the reason (hidden folders,
    links out of the tree, files that a kustomization beside them does not name). ``unread`` are inputs that could not
    be read or were refused: while there is one, no verdict holds. ``rendered`` says by which program and version,
    ``fetched`` what was fetched for it with the digest of what it became; ``unrendered`` is what would be applied but
    was not made from these files, with the reason: what it could change is unknown. ``digests`` are those of all
    that was read, as it was rendered, sorted.
    """

    files: int = 0
    documents: int = 0
    modelled: Mapping[str, int] = field(default_factory=dict)
    irrelevant: Mapping[str, int] = field(default_factory=dict)
    approximated: Mapping[str, int] = field(default_factory=dict)
    unsupported: Mapping[str, int] = field(default_factory=dict)
    not_manifests: int = 0
    unrendered_kinds: Mapping[str, int] = field(default_factory=dict)
    templates: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    unread: tuple[Origin, ...] = ()
    rendered: tuple[RenderedBy, ...] = ()
    fetched: tuple[tuple[str, str], ...] = ()
    unrendered: tuple[tuple[str, str], ...] = ()
    digests: tuple[Digest, ...] = ()


@dataclass(frozen=True, slots=True)
class Inventory:
    """What reading the manifests gave: the facts, the account, and the findings in the order of their places."""

    cluster: Cluster
    coverage: Coverage
    diagnostics: tuple[Diagnostic, ...] = ()
    approximations: tuple[str, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Whether some input was refused or could not be read."""
        return any(diagnostic.severity is Severity.ERROR for diagnostic in self.diagnostics)
