"""Everything that a run has rendered: the sources that came of it, by which programs, and what could not be made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import assert_never

from netverify.diagnostics import Origin
from netverify.sources.coverage import RenderedBy
from netverify.sources.delivered_kinds import ARGO, FLUX
from netverify.sources.delivery.argo import Argo
from netverify.sources.delivery.checkout import checkout_of
from netverify.sources.delivery.delivered import ANYWHERE, Delivered
from netverify.sources.delivery.flux import Flux
from netverify.sources.permissions import NOTHING_ALLOWED, Permissions, leaves
from netverify.sources.programs import Program, is_blank, printed_nothing, version_of
from netverify.sources.rendering import Rendered, render_helm, render_kustomize
from netverify.sources.renderings import ArgoPath, FluxPath, HelmChart, KustomizeBuild, Rendering, Rendition
from netverify.sources.sources import Source
from netverify.sources.tree import exists, is_folder


def _follow(controller: type[Flux | Argo], argument: str, permissions: Permissions, *, strict: bool) -> Delivered:
    """What ``controller`` applies from the folder ``argument``."""
    delivered = Delivered(strict)
    path = Path(argument)
    if not argument or not exists(path):
        advice = "check the path; it is taken relative to the current folder"
        delivered.refuse("NV131", "no such file or folder", Origin(argument), advice)
    elif not is_folder(path):
        delivered.refuse("NV132", "not a folder", Origin(argument), "name the folder that the controller applies")
    elif not permissions.lets_named(path):
        delivered.diagnostics.append(leaves(argument, Origin(argument)))
    else:
        controller(checkout_of(path, argument, permissions), delivered).follow(path.resolve())
    return delivered


def render_all(
    renderings: Sequence[Rendering],
    default_namespace: str,
    permissions: Permissions = NOTHING_ALLOWED,
    *,
    strict: bool,
) -> Rendition:
    """What ``renderings`` give together, in their order. With ``strict`` what cannot be rendered is an error."""
    return _together(_render(one, default_namespace, permissions, strict=strict) for one in renderings)


def rendered_by(made: Iterable[tuple[str, Program]]) -> tuple[RenderedBy, ...]:
    """What was rendered with the versions of the programs, each of which is asked once."""
    things = sorted(set(made), key=lambda pair: (pair[0], pair[1].path))
    versions = {program: version_of(program) for program in sorted({p for _, p in things}, key=lambda p: p.path)}
    return tuple(RenderedBy(what, program.name, versions[program]) for what, program in things)


def _render(rendering: Rendering, default_namespace: str, permissions: Permissions, *, strict: bool) -> Rendition:
    match rendering:
        case KustomizeBuild(directory):
            return _of_one(directory, render_kustomize(directory, permissions=permissions), None, strict=strict)
        case HelmChart(chart, values, sets, namespace, release):
            rendered = render_helm(
                chart,
                values,
                sets,
                namespace=namespace or default_namespace,
                release=release,
                permissions=permissions,
            )
            return _of_one(chart, rendered, namespace, strict=strict)
        case FluxPath(path):
            return _delivered(_follow(Flux, path, permissions, strict=strict), FLUX)
        case ArgoPath(path):
            return _delivered(_follow(Argo, path, permissions, strict=strict), ARGO)
        case _:
            assert_never(rendering)


def _of_one(what: str, rendered: Rendered, home: str | None, *, strict: bool) -> Rendition:
    source, program = rendered.source, rendered.program
    if source is None or program is None:
        return Rendition(diagnostics=rendered.diagnostics)
    delivered = Delivered(strict)
    if is_blank(source.data or b""):
        delivered.gap(what, printed_nothing(program), Origin(what), ANYWHERE)
    return Rendition(
        (Source(source.path, data=source.data, home=home, rendered=True),),
        diagnostics=tuple(delivered.diagnostics),
        made=((what, program),),
        fetched=rendered.fetched,
        unrendered=tuple(delivered.unrendered),
        gaps=tuple(delivered.gaps),
    )


def _delivered(delivered: Delivered, follower: str) -> Rendition:
    return Rendition(
        sources=tuple(replace(source, follower=follower) for source in delivered.sources),
        diagnostics=tuple(delivered.diagnostics),
        made=tuple(delivered.made),
        unrendered=tuple(delivered.unrendered),
        gaps=tuple(delivered.gaps),
        skipped=tuple(delivered.skipped),
        consumed=frozenset(delivered.consumed),
    )


def _together(parts: Iterable[Rendition]) -> Rendition:
    parts = tuple(parts)
    return Rendition(
        sources=tuple(source for part in parts for source in part.sources),
        diagnostics=tuple(finding for part in parts for finding in part.diagnostics),
        made=tuple(thing for part in parts for thing in part.made),
        fetched=tuple(dict.fromkeys(one for part in parts for one in part.fetched)),
        unrendered=tuple(dict.fromkeys(gap for part in parts for gap in part.unrendered)),
        gaps=tuple(dict.fromkeys(gap for part in parts for gap in part.gaps)),
        skipped=tuple(dict.fromkeys(path for part in parts for path in part.skipped)),
        consumed=frozenset().union(*(part.consumed for part in parts)),
    )
