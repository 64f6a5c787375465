"""The account of the inputs, as the last lines of a text report."""

from __future__ import annotations

from collections import Counter

from netverify.report.quantities import counted, counted_kinds, listed
from netverify.sources.coverage import Coverage, Inventory
from netverify.sources.unread_forms import HOLDS_MANIFESTS, form_of, in_other_forms


def _modelled(inventory: Inventory) -> str:
    cluster = inventory.cluster
    referred = sum(1 for namespace in cluster.namespaces.values() if not namespace.declared)
    namespaces = counted(len(cluster.namespaces), "namespace")
    if referred:
        namespaces += f" ({referred} not declared)"
    parts = [
        namespaces,
        counted(len(cluster.workloads), "workload"),
        counted(len(cluster.network_policies) + len(cluster.cluster_policies), "policy"),
    ]
    if declared := sum(1 for node in cluster.nodes if node.origin is not None):
        parts.append(counted(declared, "node"))
    if cluster.routing.services:
        parts.append(counted(len(cluster.routing.services), "service"))
    return ", ".join(parts)


def _left_out(coverage: Coverage) -> tuple[str, ...]:
    parts: list[str] = []
    if coverage.unread:
        places = tuple(dict.fromkeys(str(origin) for origin in coverage.unread))
        parts.append(f"{counted(len(coverage.unread), 'input')} not read ({listed(places)})")
    if coverage.unsupported:
        parts.append(f"{counted_kinds(coverage.unsupported)} not modelled")
    if coverage.templates:
        parts.append(f"{counted(len(coverage.templates), 'template')} not rendered ({listed(coverage.templates)})")
    for why in dict.fromkeys(reason for _, reason in coverage.unrendered):
        things = tuple(what for what, reason in coverage.unrendered if reason == why)
        parts.append(f"{listed(things)} not rendered: {why}")
    if unread := in_other_forms(coverage.skipped):
        parts.append(_unread_forms(unread))
    for why in sorted({reason for _, reason in coverage.skipped} - {HOLDS_MANIFESTS}):
        paths = tuple(path for path, reason in coverage.skipped if reason == why)
        parts.append(f"{counted(len(paths), 'path')}: {why} ({listed(paths)})")
    return tuple(parts)


def _unread_forms(paths: tuple[str, ...]) -> str:
    """``3 files that hold manifests, in forms that are not read: 2 .j2, 1 .cue (a.j2, b.j2, c.cue)``."""
    forms = ", ".join(f"{number} {form}" for form, number in Counter(map(form_of, paths)).most_common())
    verb = "holds" if len(paths) == 1 else "hold"
    return f"{counted(len(paths), 'file')} that {verb} manifests, in forms that are not read: {forms} ({listed(paths)})"


def _rendered(coverage: Coverage) -> tuple[str, ...]:
    """What each program rendered, with its version."""
    programs = dict.fromkeys((one.program, one.version) for one in coverage.rendered)
    rendered = tuple(
        f"rendered by {program} {version or '(of unknown version)'}: "
        + listed(tuple(one.what for one in coverage.rendered if (one.program, one.version) == (program, version)))
        for program, version in programs
    )
    return (
        *rendered,
        *(f"fetched {what}; what was rendered with it has the digest {one}" for what, one in coverage.fetched),
    )


def coverage_text(inventory: Inventory) -> tuple[str, ...]:
    """``2 namespaces, 3 workloads, 2 services; nothing left out``, with a further line for each omission.

    Where something was rendered, a line for each program says by which version.
    """
    coverage = inventory.coverage
    parts = [_modelled(inventory)]
    if any(coverage.irrelevant.values()):
        parts.append(f"{counted_kinds(coverage.irrelevant)} irrelevant")
    if any(coverage.approximated.values()):
        parts.append(f"{counted_kinds(coverage.approximated)} approximated")
    if coverage.not_manifests:
        parts.append(f"{counted(coverage.not_manifests, 'document')} without apiVersion and kind")
    left_out = _left_out(coverage)
    if not left_out:
        return ("; ".join((*parts, "nothing left out")), *_rendered(coverage))
    return ("; ".join(parts), *(f"not analysed: {part}" for part in left_out), *_rendered(coverage))
