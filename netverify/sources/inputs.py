"""What is to be read: every source found, and rendered where it has to be, before anything of it is read."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from hashlib import blake2b, sha256
from typing import TYPE_CHECKING, BinaryIO, TypedDict, Unpack

from netverify.documents.limits import DEFAULT_LIMITS
from netverify.late import late
from netverify.records import dataclass
from netverify.sources.coverage import RenderedBy
from netverify.sources.gathered import Digest, Gathered
from netverify.sources.gathering import contents
from netverify.sources.permissions import NOTHING_ALLOWED, Permissions
from netverify.sources.renderings import HelmChart, KustomizeBuild, Rendering, Rendition
from netverify.sources.sources import STANDARD_INPUT, Source, SourceList, find_sources

if TYPE_CHECKING:
    from netverify.sources import renditions
else:
    (renditions,) = late("netverify.sources", "renditions")


class Named(TypedDict, total=False):
    """What names inputs besides files, as :func:`find_inputs` takes it."""

    default_namespace: str
    kustomize: Sequence[str]
    helm: Sequence[str]
    values: Sequence[str]
    sets: Sequence[str]
    renderings: Sequence[Rendering]
    texts: Mapping[str, bytes]
    permissions: Permissions


@dataclass(frozen=True, slots=True)
class Inputs:
    """``sources`` are what is to be read: those ``found`` that nothing ``rendered`` consumes, and what it gave.

    Objects that name no namespace are of ``default_namespace``; ``strict``: what is not rendered is an error.
    """

    sources: tuple[Source, ...]
    found: SourceList
    rendered: Rendition
    rendered_by: tuple[RenderedBy, ...]
    default_namespace: str
    strict: bool

    def digests(self) -> tuple[str, tuple[Digest, ...]] | None:
        """What stands for all that decides what is read here, and the digest of each source, in the order of reading.

        None where some source cannot be read. The bytes may be others when they are read again: the account of an
        inventory (``Coverage.digests``) says which ones it is of.
        """
        rendered = self.rendered
        whole = blake2b(digest_size=32)
        found = (
            self.found.diagnostics,
            self.found.skipped,
            sorted((k, sorted(v)) for k, v in self.found.roots.items()),
        )
        made = (rendered.diagnostics, rendered.skipped, rendered.fetched, rendered.unrendered, rendered.gaps)
        whole.update(repr((found, made, self.rendered_by, self.default_namespace, self.strict)).encode())
        digests: list[Digest] = []
        for content in contents(self.sources, DEFAULT_LIMITS):
            if isinstance(content, Gathered):
                return None
            digest = Digest(content.path, sha256(content.data).hexdigest())
            how = (content.namespace, content.home, content.labels, content.follower, content.in_chart)
            whole.update(repr((digest, how)).encode())
            digests.append(digest)
        return whole.hexdigest(), tuple(digests)


def find_inputs(filenames: Sequence[str], *, strict: bool = False, **named: Unpack[Named]) -> Inputs:
    """All that the arguments name, found and rendered; what is wrong is in what was found; nothing is raised.

    ``values`` and ``sets`` go to every chart of ``helm``; ``renderings`` come after those of ``kustomize`` and
    ``helm``, and a file that one of them applies is not read once more as it stands. ``texts`` are manifests by the
    name to report them by. With ``strict`` what is not rendered is an error. ``permissions`` are what may be read and
    fetched besides what the checkouts hold that are named.
    """
    namespace, permissions = named.get("default_namespace", "default"), named.get("permissions", NOTHING_ALLOWED)
    found = find_sources(filenames, _piped_input() if STANDARD_INPUT in filenames else None, permissions=permissions)
    wanted: list[Rendering] = [KustomizeBuild(directory) for directory in named.get("kustomize", ())]
    values, sets = tuple(named.get("values", ())), tuple(named.get("sets", ()))
    wanted += [HelmChart(chart, values, sets) for chart in named.get("helm", ())]
    wanted += named.get("renderings", ())
    rendered = renditions.render_all(wanted, namespace, permissions, strict=strict) if wanted else Rendition()
    sources = [one for one in found.sources if one.file is None or one.file.resolve() not in rendered.consumed]
    sources += rendered.sources
    sources += [Source(name, data=data) for name, data in named.get("texts", {}).items()]
    made_by = renditions.rendered_by(rendered.made) if wanted else ()
    return Inputs(tuple(sources), found, rendered, made_by, namespace, strict)


def _piped_input() -> BinaryIO | None:
    """Standard input, unless it is a terminal or closed."""
    stdin = sys.stdin
    return None if stdin is None or stdin.closed or stdin.isatty() else stdin.buffer
