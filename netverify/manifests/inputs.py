"""All inputs of one run, read one after the other: documents for the inventory, and the account of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from netverify.diagnostics import Diagnostic, Severity
from netverify.manifests.builder import IsIrrelevant
from netverify.manifests.document import Document
from netverify.manifests.limits import DEFAULT_LIMITS, Limits
from netverify.manifests.loader import load, never_irrelevant
from netverify.manifests.reading import too_large
from netverify.manifests.sources import Source


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the sources hold. ``files`` counts the sources; ``dropped`` the documents of irrelevant kinds, by kind."""

    documents: tuple[Document, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    templates: tuple[str, ...] = ()
    files: int = 0

    @property
    def unread(self) -> tuple[Diagnostic, ...]:
        """The errors: each is an input, or a part of one, that is not accounted for."""
        return tuple(diagnostic for diagnostic in self.diagnostics if diagnostic.severity is Severity.ERROR)


def read_inputs(
    sources: Iterable[Source],
    limits: Limits = DEFAULT_LIMITS,
    *,
    is_irrelevant: IsIrrelevant = never_irrelevant,
    strict: bool = False,
) -> Inputs:
    """Read and parse ``sources`` in order; only one file at a time is held as bytes beside what its documents keep.

    The source that goes past ``limits.total_bytes`` is an error (NV119), and the last one looked at.
    """
    documents: list[Document] = []
    diagnostics: list[Diagnostic] = []
    dropped: Counter[str] = Counter()
    templates: list[str] = []
    files = total = 0
    for source in sources:
        files += 1
        data = source.read(limits)
        if isinstance(data, Diagnostic):
            diagnostics.append(data)
            continue
        total += len(data)
        if total > limits.total_bytes:
            diagnostics.append(too_large(total, limits.total_bytes).diagnostic(source.path))
            break
        loaded = load(source.path, data, limits, is_irrelevant=is_irrelevant, strict=strict)
        documents += (replace(one, namespace=source.namespace) if source.namespace else one for one in loaded.documents)
        diagnostics += loaded.diagnostics
        dropped.update(loaded.dropped)
        if loaded.templated:
            templates.append(source.path)
    return Inputs(tuple(documents), tuple(diagnostics), dict(sorted(dropped.items())), tuple(templates), files)
