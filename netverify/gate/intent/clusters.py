"""The file of clusters that one intent is judged of: where the manifests of each are, and what is special about it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.document import Document
from netverify.documents.refusal import shown
from netverify.gate.intent.convert import Converter
from netverify.gate.intent.problems import problems
from netverify.gate.intent.reading import IntentError, checkout_of_intent, leaving, lets, mapping_in
from netverify.gate.intent.shape import ClusterShape, FleetShape
from netverify.gate.intent.spec import Spec, Written
from netverify.records import dataclass
from netverify.sources.permissions import NOTHING_ALLOWED, Permissions, leaves
from netverify.sources.sources import STANDARD_INPUT

_CLUSTERS: Final = ("a file of clusters", "`netverify fleet --help` shows one", "name the file of clusters")
_SCHEMA: Final = "`netverify schema clusters` prints what can be here"


@dataclass(frozen=True, slots=True)
class ClusterText:
    """One cluster as its author wrote it, at ``origin``.

    ``given`` is what it says about manifests and what is taken as given, without anything that must hold; ``intent``
    are files with more of that, and ``baseline`` is the file of violations that are known. Paths are relative to the
    current directory.
    """

    name: str
    origin: Origin
    given: Spec
    intent: tuple[Written, ...] = ()
    baseline: Written | None = None


def read_clusters(path: str, permissions: Permissions = NOTHING_ALLOWED) -> tuple[ClusterText, ...]:
    """The clusters that the file at ``path`` names, in its order; at least one.

    It may name only what is in its checkout (without ``.git``: in its folder), unless ``permissions`` let it, or it is
    in no checkout and not below or above the current folder. Raises :class:`IntentError` for a file that cannot be
    read, is not of the shape, names a cluster twice, or leads out of its checkout.
    """
    root = checkout_of_intent(Path(path), (Path(),))
    if not permissions.lets(Path(path), root):
        raise IntentError((leaves(path, Origin(path)),))
    document, found = mapping_in(Path(path), path, _CLUSTERS)
    if document is None:
        raise IntentError(found)
    try:
        shape = FleetShape.model_validate(document.value)
    except ValidationError as error:
        raise IntentError(tuple(problems(error, document, FleetShape, _SCHEMA))) from None
    reading = _Clusters(document, Path(os.path.dirname(path)), root)  # noqa: PTH120 - as the user wrote it
    clusters = tuple(reading.cluster(number, one) for number, one in enumerate(shape.clusters))
    wrong = [
        *reading.diagnostics,
        *_twice(clusters),
        *(one for each in clusters for one in reading.wrong_paths(each, permissions)),
    ]
    if wrong:
        raise IntentError(tuple(sorted(wrong, key=Diagnostic.sort_key)))
    return clusters


class _Clusters(Converter):
    """Converts the clusters of ``document``, which may name what is below ``root``."""

    def __init__(self, document: Document, folder: Path, root: Path | None) -> None:
        super().__init__(document, folder)
        self._root = root

    def cluster(self, number: int, shape: ClusterShape) -> ClusterText:
        """One of them."""
        path = ("clusters", number)
        given = self.inventory(shape, path)
        baseline = self.below(shape.baseline) if shape.baseline else None
        return ClusterText(
            shape.name,
            self._at((*path, "name")),
            replace(given, checkouts=() if self._root is None else (self._root,)),
            self.texts([self.below(one) for one in shape.intent], (*path, "intent")),
            self._written(baseline, (*path, "baseline")),
        )

    def wrong_paths(self, cluster: ClusterText, permissions: Permissions) -> Iterator[Diagnostic]:
        """Each path of ``cluster`` that leads out of the checkout, or to no intent, or to standard input."""
        yield from leaving(cluster.given.sources, permissions, self._root)
        named = (*cluster.intent, *((cluster.baseline,) if cluster.baseline is not None else ()))
        for one in named:
            if not lets(one.text, permissions, self._root):
                yield leaves(one.text, one.origin)
            elif one in cluster.intent and not Path(one.text).is_file():
                text, advice = f"there is no file {shown(one.text)}", "paths are relative to this file"
                yield Diagnostic("NV703", Severity.ERROR, text, one.origin, advice)
        for source in cluster.given.sources:
            if source.path == STANDARD_INPUT:
                text = f"cluster {shown(cluster.name)} reads standard input, which all clusters would share"
                yield Diagnostic("NV703", Severity.ERROR, text, source.origin, "name a file or a folder")


def _twice(clusters: tuple[ClusterText, ...]) -> Iterator[Diagnostic]:
    first: dict[str, Origin] = {}
    for one in clusters:
        if one.name in first:
            text = f"two clusters are called {shown(one.name)}"
            advice = "give one of them another name"
            yield Diagnostic("NV704", Severity.ERROR, text, one.origin, advice, ((first[one.name], "the first one"),))
        first.setdefault(one.name, one.origin)
