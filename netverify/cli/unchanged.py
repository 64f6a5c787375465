"""Whether a run of ``netverify check`` would read exactly what it would have read at a git revision.

Only what is known to be the same counts as the same: what cannot be decided has changed. Imported late: few runs ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from netverify.cli.refusal import Refusal
from netverify.cli.request import CheckRequest, Sources
from netverify.diagnostics import Severity
from netverify.documents.refusal import shown
from netverify.gate.intent import FILE_NAMES as INTENT_FILES
from netverify.gate.intent.spec import ComparedTo, Spec
from netverify.model.ignores import IGNORE_PREFIX
from netverify.patterns import pattern
from netverify.sources.git import RevisionError
from netverify.sources.globs import Pattern, has_magic
from netverify.sources.kustomization import FILE_NAMES as KUSTOMIZATION_FILES
from netverify.sources.overlays import REMOTE_SIGNS
from netverify.sources.permissions import Permissions
from netverify.sources.renderings import HelmChart, KustomizeBuild, Rendering, place_of
from netverify.sources.revision_tree import RevisionTree, tree_at
from netverify.sources.sources import STANDARD_INPUT, find_sources

_FIXED: Final = pattern(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""The name of a commit that can never be another one."""
_ANNOTATION: Final = IGNORE_PREFIX.partition("/")[0].encode()
_EXPIRES: Final = pattern(rb"expires\s*=\s*(\d{4}-\d{2}-\d{2}|)")


def is_unchanged(request: CheckRequest, spec: Spec, judged: frozenset[str], today: date) -> bool:
    """Whether all that ``request`` reads for the assertions ``judged`` is as it was at its revision.

    An exception that has expired counts as a change: the day is one of the things that are read. Raises
    :class:`Refusal` where git cannot tell what there was.
    """
    revision = request.changed_since
    assert revision is not None
    try:
        tree = tree_at(revision, _lasting_until(today))
    except RevisionError as error:
        message = f"git cannot determine what changed since {shown(revision)}: {error.message}"
        raise Refusal("NV420", message, error.help) from None
    if any(one.expires < today for one in spec.exceptions) or not all(map(tree.is_same, _intent_files(request, spec))):
        return False
    if not request.specs and not all(tree.is_same_or_absent(Path(name)) for name in INTENT_FILES):
        return False
    compared = [one.statement for one in spec.assertions if one.id in judged and isinstance(one.statement, ComparedTo)]
    if not all(_FIXED.fullmatch(one.revision.text) for one in compared if one.revision is not None):
        return False
    directories = [one.directory.text for one in compared if one.directory is not None]
    return _same_manifests(
        (*request.sources.filenames, *directories), tree, request.sources.permissions
    ) and _same_renderings(request.sources, tree)


def _intent_files(request: CheckRequest, spec: Spec) -> Iterator[Path]:
    yield from map(Path, spec.files)
    if request.baseline is not None:
        yield Path(request.baseline)


def _same_manifests(arguments: Iterable[str], tree: RevisionTree, permissions: Permissions) -> bool:
    """Whether ``arguments`` lead to the same files with the same bytes, those that kustomizations name included."""
    names = tuple(dict.fromkeys(arguments))
    if STANDARD_INPUT in names:
        return False
    found = find_sources(names, None, permissions=permissions)
    if any(one.severity is Severity.ERROR for one in found.diagnostics):
        return False
    roots = [Path(Pattern(name).base if has_magic(name) and not Path(name).exists() else name) for name in names]
    files = (source.file for source in found.sources if source.file is not None)
    overlays = (folder / name for folder in found.looked_into for name in KUSTOMIZATION_FILES)
    return (
        all(map(tree.is_same, files))
        and all(map(tree.is_same_or_absent, overlays))
        and all(tree.is_same_below(root) if root.is_dir() else tree.is_same(root) for root in roots)
    )


def _same_renderings(sources: Sources, tree: RevisionTree) -> bool:
    """Whether what is rendered is: it may depend on any file of the repository, and on nothing else."""
    renderings: tuple[Rendering, ...] = (
        *map(KustomizeBuild, sources.kustomize),
        *(HelmChart(chart, sources.values) for chart in sources.helm),
        *sources.renderings,
    )
    if not renderings:
        return True
    named = [Path(path) for one in renderings for path in (place_of(one), *_values(one))]
    is_inside = all(path.exists() and tree.place(path) is not None for path in named)
    return is_inside and tree.is_same_throughout() and not any(_is_remote(name, tree) for name in tree.entries)


def _values(rendering: Rendering) -> tuple[str, ...]:
    return rendering.values if isinstance(rendering, HelmChart) else ()


def _is_remote(name: str, tree: RevisionTree) -> bool:
    """Whether the file ``name`` is a kustomization that takes something from another place."""
    if Path(name).name not in KUSTOMIZATION_FILES:
        return False
    text = (tree.top / name).read_bytes().decode(errors="replace")
    return "helm" in text or any(sign in text for sign in REMOTE_SIGNS)


def _lasting_until(today: date) -> Callable[[bytes], bool]:
    """Whether no exception that bytes carry as an annotation has expired ``today``; not where that is unclear."""

    def lasts(data: bytes) -> bool:
        carried = data.count(_ANNOTATION)
        dates = _EXPIRES.findall(data) if carried else ()
        return len(dates) >= carried and all(one.decode() >= today.isoformat() for one in dates)

    return lasts
