"""Follows what Flux applies from a folder: Kustomizations to their paths, HelmReleases to charts of the checkout."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.refusal import shown as quoted
from netverify.sources.delivery import kustomizations
from netverify.sources.delivery.building import Builder, placed
from netverify.sources.delivery.catalogue import Catalogue
from netverify.sources.delivery.checkout import Checkout, LeavesCheckoutError
from netverify.sources.delivery.delivered import Delivered
from netverify.sources.delivery.objects import Found, objects_of
from netverify.sources.delivery.releases import Releases
from netverify.sources.delivery.variables import Variables, data_of, with_variables
from netverify.sources.kustomization import FILE_NAMES
from netverify.sources.sources import Source
from netverify.sources.tree import exists, is_folder

_MOST: Final = 5000
_VALUES: Final = ("ConfigMap", "Secret")


class Flux:
    """One run of Flux over a checkout; what came of it is in ``delivered``."""

    def __init__(self, checkout: Checkout, delivered: Delivered) -> None:
        self._checkout = checkout
        self._delivered = delivered
        self._builder = Builder(checkout, delivered)
        self.catalogue = Catalogue(checkout)
        self._releases = Releases(checkout, self.catalogue, delivered)
        self._pending: list[Found] = []
        self._seen: dict[tuple[str, str], Found] = {}

    def follow(self, folder: Path) -> None:
        """Apply ``folder`` as Flux does that is bootstrapped on it, and all that comes of this.

        Where a Kustomization found there covers ``folder`` itself, it says how; else it is applied as it stands.
        """
        shown = self._checkout.shown(folder)
        scratch = Delivered(self._delivered.strict)
        sources = Builder(self._checkout, scratch).build(f"the folder {shown}", folder, {})
        found = [one for source in sources or () for one in objects_of(source, scratch)]
        self.catalogue.choose_home(found)
        covering = [one for one in found if self._covers(one, folder)]
        if covering:
            self._enqueue(covering)
        else:
            _add(self._delivered, scratch)
            self._take(sources or ())
        self._follow_all()
        for release in self.catalogue.of_kind("HelmRelease"):
            self._releases.render(release)
        if not any(one.kind in {"Kustomization", "HelmRelease"} for one in found) and sources is not None:
            self._warn_of_nothing(Origin(shown), is_empty=not sources)

    def _warn_of_nothing(self, origin: Origin, *, is_empty: bool) -> None:
        """What is applied from the folder holds nothing to follow; its own objects may be all that there is."""
        message = "no Kustomization or HelmRelease of Flux in what is applied from this folder"
        advice = "name the folder that Flux is bootstrapped on, such as `clusters/production`; or read it with `-f`"
        severity = Severity.ERROR if is_empty else Severity.WARNING
        self._delivered.diagnostics.append(Diagnostic("NV154", severity, message, origin, advice))

    def _covers(self, found: Found, folder: Path) -> bool:
        """Whether a Kustomization applies ``folder``, by itself or with what is above it."""
        if found.kind != "Kustomization" or kustomizations.problem(found) or not self.catalogue.is_here(found):
            return False
        try:
            return folder.resolve().is_relative_to(self._checkout.inside(found.text("path")).resolve())
        except LeavesCheckoutError:
            return False

    def _follow_all(self) -> None:
        """Apply Kustomizations until none is left, those first whose variables are known."""
        while self._pending:
            ready = next((n for n, one in enumerate(self._pending) if not self._missing(one)), 0)
            self._apply(self._pending.pop(ready))

    def _missing(self, found: Found) -> bool:
        references = found.mappings("postBuild", "substituteFrom")
        return any(self.catalogue.find(one.get("kind"), found.namespace, one.get("name")) is None for one in references)

    def _enqueue(self, found: Iterable[Found]) -> None:
        for one in found:
            if one.kind != "Kustomization" or not str(one.value.get("apiVersion")).startswith(kustomizations.GROUP):
                continue
            known = self._seen.setdefault((one.namespace, one.name), one)
            if known is one and len(self._seen) <= _MOST:
                self._pending.append(one)
            elif known.value != one.value:
                self._is_there_twice(one)

    def _is_there_twice(self, found: Found) -> None:
        message = f"{found.title} appears twice with different content"
        advice = "follow one cluster at a time: `--flux clusters/production`"
        self._delivered.refuse("NV149", message, found.origin, advice)

    def _take(self, sources: Iterable[Source]) -> None:
        """Keep ``sources``, and follow what is in them."""
        for source in sources:
            self._delivered.sources.append(source)
            found = objects_of(source, self._delivered)
            for other in self.catalogue.add(found):
                self._is_there_twice(other)
            self._enqueue(found)

    def _apply(self, found: Found) -> None:
        folder = self._folder_of(found)
        if folder is None:
            return
        sources = self._builder.build(found.title, folder, kustomizations.edits(found))
        variables = self._variables(found)
        self._tell_of_ignored(found, folder)
        sources = tuple(with_variables(one, variables, found, self._delivered) for one in sources or ())
        self._take(placed(sources, None, kustomizations.labels(found)))

    def _tell_of_ignored(self, found: Found, folder: Path) -> None:
        """Say so where files below a folder without a kustomization may be left out of the source itself."""
        if any(exists(folder / name) for name in FILE_NAMES):
            return
        if any(exists(one / ".sourceignore") for one in (folder, self._checkout.root)):
            self._delivered.gap(
                f"what `.sourceignore` takes from {found.title}", _READ_ALL_THE_SAME, found.origin, found.reach
            )
        elif self.catalogue.home_ignores():
            self._delivered.gap(
                f"what `spec.ignore` takes from {found.title}", _READ_ALL_THE_SAME, found.origin, found.reach
            )

    def _folder_of(self, found: Found) -> Path | None:
        """Where the path of a Kustomization is; None, and said so, where it is not followed."""
        if (field := kustomizations.problem(found)) is not None:
            message = f"{found.title}: `{field}` is missing or of the wrong type"
            self._delivered.refuse("NV147", message, found.origin, "write it as the documentation of Flux says")
            return None
        reason: str | None = _why_not_now(found) or self.catalogue.elsewhere(found)
        try:
            folder = self._checkout.inside(found.text("path"))
        except LeavesCheckoutError as error:
            message = f"{found.title}: {error}"
            self._delivered.refuse("NV146", message, found.origin, "name a folder of the checkout in `spec.path`")
            return None
        if reason is None and not is_folder(folder):
            reason = f"this checkout has no folder {quoted(self._checkout.relative(folder))}"
        if reason is not None:
            reach = found.reach if found.spec("kubeConfig") is None else None
            self._delivered.gap(found.title, reason, found.origin, reach)
            return None
        return folder.resolve()

    def _variables(self, found: Found) -> Variables:
        values: dict[str, str] = {}
        unknown: list[str] = []
        for reference in found.mappings("postBuild", "substituteFrom"):
            kind, name = reference.get("kind"), reference.get("name")
            holder = self.catalogue.find(kind, found.namespace, name) if kind in _VALUES else None
            if holder is None and reference.get("optional") is True:
                continue
            if holder is None:
                unknown.append(f"{kind} {found.namespace}/{name}")
                continue
            known, whole = data_of(holder)
            values.update(known)
            if not whole:
                unknown.append(holder.title)
        inline = found.spec("postBuild", "substitute") or {}
        values.update({key: text for key, value in inline.items() if (text := _as_text(value)) is not None})
        return Variables({key: value.replace("\n", "") for key, value in values.items()}, tuple(unknown))


_READ_ALL_THE_SAME: Final = "files that it leaves out are read all the same"


def _why_not_now(found: Found) -> str | None:
    """Why what a Kustomization says is not what is in this cluster."""
    if found.spec("kubeConfig") is not None:
        return "it applies to another cluster (`spec.kubeConfig`)"
    if found.spec("suspend"):
        return "it is suspended, so what is in the cluster may be older than these files"
    return None


def _as_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _add(delivered: Delivered, other: Delivered) -> None:
    delivered.diagnostics += other.diagnostics
    delivered.made += other.made
    delivered.unrendered += other.unrendered
    delivered.gaps += other.gaps
    delivered.skipped += other.skipped
    delivered.consumed |= other.consumed
