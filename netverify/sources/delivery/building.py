"""Builds a folder of a checkout the way controllers do: as its kustomization says, or all manifests below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from netverify.diagnostics import Origin, Severity
from netverify.sources import programs
from netverify.sources.delivery.checkout import Checkout, LeavesCheckoutError
from netverify.sources.delivery.delivered import ANYWHERE, Delivered
from netverify.sources.delivery.mirror import Edit, Mirror, NotBuildableError, NotReadableError, origin_of
from netverify.sources.overlays import Overlays
from netverify.sources.permissions import leaves
from netverify.sources.programs import Program, ProgramFailedError
from netverify.sources.rendering import HOW_TO_GET_KUSTOMIZE, TIMEOUT_S, Rendered, failed, missing, uncopied
from netverify.sources.scratch import Scratch
from netverify.sources.sources import Source
from netverify.sources.tree import Folder, Found, Notes, walk
from netverify.visible import visible

_GENERATORS: Final = (b"Generator", b"generators")


class Builder:
    """Builds folders of one checkout; what goes wrong is told to ``delivered``."""

    def __init__(self, checkout: Checkout, delivered: Delivered) -> None:
        self._checkout = checkout
        self._delivered = delivered

    def build(self, what: str, folder: Path, edits: Mapping[str, Any]) -> tuple[Source, ...] | None:
        """The manifests that ``folder`` stands for with ``edits`` made to its kustomization; None if unknown.

        ``edits`` are fields of a kustomization: lists are added to, other fields replaced. Where nothing but a
        namespace is changed, files are read as they stand, so that findings name them.
        """
        namespace = edits.get("namespace")
        if not edits.keys() - {"namespace"}:
            sources = self._as_written(folder, namespace)
            if sources is not None:
                return sources
        return self._built(what, folder, edits)

    def _as_written(self, folder: Path, namespace: str | None) -> tuple[Source, ...] | None:
        """The files that ``folder`` applies; None if only kustomize can tell."""
        notes = Notes()
        top = walk(folder, self._checkout.shown(folder), notes)
        overlays = Overlays()
        sources: list[Source] = []
        for one in _applied(top, overlays):
            if one is not top or overlays.owns(one):
                placed = None if _generates(one) else overlays.apply([one], one)
                if placed is None or _needs_kustomize(overlays):
                    return None
                sources += [_source(each.found, namespace or each.namespace) for each in placed]
        sources += [_source(found, namespace) for found in _manifests(top, overlays)]
        if not all(self._checkout.holds(source.file) for source in sources if source.file is not None):
            return None
        self._delivered.consumed |= {source.file.resolve() for source in sources if source.file is not None}
        self._delivered.skipped += [*notes.skipped, *overlays.skipped]
        self._delivered.diagnostics += (leaves(one, Origin(one)) for one in notes.leaving)
        self._delivered.diagnostics += overlays.diagnostics
        return tuple(sources)

    def _built(self, what: str, folder: Path, edits: Mapping[str, Any]) -> tuple[Source, ...] | None:
        shown = self._checkout.shown(folder)
        program = programs.kustomizer()
        if program is None:
            self._delivered.diagnostics += missing(
                shown, "neither `kustomize` nor `kubectl` is installed", HOW_TO_GET_KUSTOMIZE
            ).diagnostics
            return None
        try:
            with Scratch() as scratch:
                mirror = Mirror(self._checkout, scratch.path)
                text = self._printed(what, folder, edits, program, mirror)
        except OSError as error:
            self._delivered.diagnostics += uncopied(shown, error).diagnostics
            return None
        if text is None:
            return None
        for name, reason in mirror.missing:
            self._delivered.gap(f"{name} of {what}", reason, origin_of(self._checkout, folder), ANYWHERE)
        self._delivered.consumed |= mirror.consumed
        self._delivered.made.append((what, program))
        if programs.is_blank(text):
            self._delivered.gap(what, programs.printed_nothing(program), origin_of(self._checkout, folder), ANYWHERE)
        return (Source(f"{shown} (rendered for {visible(what)})", data=text, rendered=True),)

    def _printed(
        self, what: str, folder: Path, edits: Mapping[str, Any], program: Program, mirror: Mirror
    ) -> bytes | None:
        """What ``program`` makes of ``folder``; None where it is told why there is nothing."""
        shown = self._checkout.shown(folder)
        try:
            copy = mirror.add(folder, self._edit(folder, edits))
            return programs.run(program, ["--load-restrictor", "LoadRestrictionsNone", str(copy)], TIMEOUT_S)
        except ProgramFailedError as error:
            self._not_built(what, folder, mirror, failed(shown, error.message, error.said))
        except NotReadableError as error:
            self._delivered.diagnostics += error.diagnostics
        except NotBuildableError as error:
            self._delivered.gap(what, error.reason, origin_of(self._checkout, folder), ANYWHERE)
        except LeavesCheckoutError as error:
            self._delivered.refuse("NV146", str(error), origin_of(self._checkout, folder), _STAY_INSIDE)
        return None

    def _not_built(self, what: str, folder: Path, mirror: Mirror, failure: Rendered) -> None:
        """Say why a folder was not built: for want of what the checkout does not have, if anything is missing."""
        if mirror.missing:
            name, reason = mirror.missing[0]
            self._delivered.gap(what, f"it needs {name}, and {reason}", origin_of(self._checkout, folder), ANYWHERE)
            return
        place = str(mirror.into)
        self._delivered.diagnostics += (
            replace(one, help=one.help.replace(place, self._checkout.prefix)) for one in failure.diagnostics
        )

    def _edit(self, folder: Path, edits: Mapping[str, Any]) -> Edit:
        def edit(value: dict[str, Any]) -> None:
            if not value:
                value["resources"] = list(self._resources(folder))
            for name, change in edits.items():
                before = value.get(name)
                value[name] = _joined(before, change)

        return edit

    def _resources(self, folder: Path) -> Iterator[str]:
        """What a controller lists in the kustomization that it makes for a folder without one."""
        notes = Notes()
        top = walk(folder, self._checkout.shown(folder), notes)
        self._delivered.skipped += notes.skipped
        self._delivered.diagnostics += (leaves(one, Origin(one)) for one in notes.leaving)
        overlays = Overlays()
        for one in _applied(top, overlays):
            if one is not top:
                yield one.path.relative_to(folder).as_posix()
        yield from (found.file.relative_to(folder).as_posix() for found in _manifests(top, overlays))


_STAY_INSIDE: Final = "name what is in the checkout"


def _applied(top: Folder, overlays: Overlays) -> Iterator[Folder]:
    """The folder itself, and of those below it the first on each way down that have a kustomization."""
    yield top
    pending = [] if overlays.owns(top) else list(reversed(top.folders))
    while pending:
        folder = pending.pop()
        if overlays.owns(folder):
            yield folder
        else:
            pending.extend(reversed(folder.folders))


def _manifests(top: Folder, overlays: Overlays) -> Iterator[Found]:
    """The files of a folder without a kustomization, and of those below it, that a controller lists.

    Source: ``scanManifests`` in github.com/fluxcd/pkg/kustomize: files end in .yaml or .yml.
    """
    pending = [top]
    while pending:
        folder = pending.pop()
        if overlays.owns(folder):
            continue
        yield from (found for found in folder.manifests if not found.shown.endswith(".json"))
        pending.extend(reversed(folder.folders))


def _needs_kustomize(overlays: Overlays) -> bool:
    return any(finding.severity is Severity.ERROR or finding.code == "NV141" for finding in overlays.diagnostics)


def _joined(before: Any, change: Any) -> Any:
    """A field as it was with a change: lists and mappings are added to, anything else is replaced."""
    if isinstance(before, list) and isinstance(change, list):
        return [*before, *change]
    return {**before, **change} if isinstance(before, dict) and isinstance(change, dict) else change


def _source(found: Found, namespace: str | None) -> Source:
    return Source(found.shown, namespace, found.file)


def _generates(folder: Folder) -> bool:
    """Whether the kustomization makes objects that are in no file."""
    try:
        text = b"".join(found.file.read_bytes()[:65536] for found in folder.kustomizations)
    except OSError:
        return True
    return any(sign in text for sign in _GENERATORS)


def placed(sources: tuple[Source, ...], home: str | None, labels: Mapping[str, str]) -> tuple[Source, ...]:
    """``sources`` whose objects are in ``home`` where they name no namespace, with ``labels``."""
    return tuple(replace(one, home=home, labels=tuple(sorted(labels.items()))) for one in sources)
