"""``netverify frameworks``: one run from the flags to the exit status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from textwrap import wrap
from typing import Final

from netverify.cli.outputs import Output, checked_outputs
from netverify.cli.refusal import Refusal
from netverify.cli.report_formats import rendered, this_run
from netverify.cli.reports import reported
from netverify.cli.request import FrameworksRequest
from netverify.cli.statuses import ExitStatus
from netverify.evidence.framework import Framework, asked_by, zones_to_bind
from netverify.evidence.reading import framework, shipped
from netverify.gate.draft.outline import Draft, Entry
from netverify.model.cluster import NODES, Cluster, is_node
from netverify.query.suggestions import did_you_mean, nearest
from netverify.report.framework_document import (
    document_of_framework,
    document_of_frameworks,
    render_framework_json,
    render_frameworks_json,
)
from netverify.report.quantities import counted
from netverify.report.report import Report


def run(name: str | None, outputs: Sequence[Output], color: str) -> int:
    """Does what the flags ask for."""
    request = FrameworksRequest(outputs=checked_outputs(outputs), color=color)
    if name is None:
        every = framework_named(*shipped())
        report = Report(lambda: document_of_frameworks(every), lambda: (render_frameworks_json(every),))
    else:
        (one,) = framework_named(name)
        report = Report(lambda: document_of_framework(one), lambda: (render_framework_json(one),))
    status = ExitStatus.ANSWERED
    return reported(request, lambda output: rendered(report, output, color, lambda: this_run(status)), status)


_MOST_NAMESPACES: Final = 60


def drafted_from(frameworks: Sequence[Framework], cluster: Cluster) -> Draft:
    """An intent file with what ``frameworks`` need proved, and the zones that the user has to bind in ``cluster``."""
    titles = " and ".join(one.title for one in frameworks)
    heading = (
        f"What has to be proved for {titles}.",
        "A proof is a part of the evidence: `netverify frameworks NAME` says what it is worth for each control.",
        "Under `flows` approve what is needed, as",
        "  - {from: namespace shop, ports: 443, justification: the shop books payments}",
    )
    zones = (
        "Replace each TO BIND with what is in the zone: `namespace payments`, `pods app=card in namespace payments`,",
        "or a list of such; write `cidrs: [192.0.2.0/24]` for addresses outside. Remove a zone that you do not have,",
        "with the assertions that name it: their controls are then not assessed.",
        *_namespaces(cluster),
    )
    named = {one.id: one.title for one in frameworks}
    entries = [
        Entry(one.assertion, tuple(f"{named[each.framework]}, {each.id}: {each.title}" for each in one.controls))
        for one in asked_by(frameworks)
    ]
    return Draft(
        date.min, (), zones=zones_to_bind(frameworks), entries=tuple(entries), heading=heading, zone_remarks=zones
    )


def _namespaces(cluster: Cluster) -> Iterator[str]:
    """The namespaces that there are, with how many workloads each has; nothing where there are none."""
    workloads = Counter(one.key.namespace for one in cluster.workloads if not is_node(one.key))
    names = sorted(name for name in cluster.namespaces if name != NODES)
    if names:
        more = f", and {len(names) - _MOST_NAMESPACES} more" if names[_MOST_NAMESPACES:] else ""
        listed = (f"{name} ({counted(workloads[name], 'workload')})" for name in names[:_MOST_NAMESPACES])
        yield from wrap(f"The manifests have the namespaces {', '.join(listed)}{more}.", 110)


def framework_named(*names: str) -> tuple[Framework, ...]:
    """The frameworks that the user names, each once: those that are shipped by their ids, others by their files.

    Raises :class:`Refusal` where there is none of that name, and
    :class:`~netverify.evidence.reading.FrameworkError` for a file that cannot be used.
    """
    found: dict[str, Framework] = {}
    for name in dict.fromkeys(names):
        try:
            one = framework(name)
        except KeyError:
            listed = "`netverify frameworks` lists them; a file of your own ends with `.yaml`"
            advice = did_you_mean(nearest(name, shipped())) or listed
            raise Refusal("NV420", f"there is no framework `{name}`", advice) from None
        if one.id in shipped() and name != one.id:
            message = f"`{name}` is called `{one.id}`, as a framework that netverify ships"
            raise Refusal("NV420", message, "give your own framework an id of its own")
        if one.id in found:
            raise Refusal("NV420", f"two frameworks are called `{one.id}`", "give one of them another id")
        found[one.id] = one
    return tuple(found.values())
