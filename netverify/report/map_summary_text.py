"""A map in numbers, as text: what stands below every map, and the table of namespaces that stands for a big one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netverify.answers.map_summary import Count, MapSummary, PlaceSummary, Trait
from netverify.answers.mapping import Map
from netverify.model.behaviours import Behaviour
from netverify.query.narrowing import Wanted
from netverify.report.behaviour_text import dependency_text
from netverify.report.entries import Entry, column
from netverify.report.quantities import counted
from netverify.report.terminal import Ink, Line, Span, line
from netverify.visible import columns, padded, visible

MOST_PLACES = 40
"""So many namespaces are in the table; of more, the most exposed are."""

_COLUMNS = (
    ("isolated in", Trait.ISOLATED_FOR_INGRESS),
    ("isolated out", Trait.ISOLATED_FOR_EGRESS),
    ("from outside", Trait.REACHED_FROM_OUTSIDE),
    ("from elsewhere", Trait.REACHED_FROM_ELSEWHERE),
    ("to outside", Trait.REACHING_OUTSIDE),
)


def count_text(count: Count) -> str:
    """``3``; ``3-5`` where two more depend on something."""
    return str(count.surely) if count.surely == count.perhaps else f"{count.surely}-{count.perhaps}"


def table_lines(summary: MapSummary) -> Iterator[Line]:
    """A line for each namespace: how many workloads it has, and how many of them are what the head of a column says."""
    shown = _shown(summary.places)
    rows = [
        (visible(place.name), str(place.workloads), *(count_text(place.traits[trait]) for _, trait in _COLUMNS))
        for place in shown
    ]
    head = ("namespace", "workloads", *(title for title, _ in _COLUMNS))
    widths = [max(columns(row[at]) for row in (head, *rows)) for at in range(len(head))]
    yield line(_row(head, widths), Ink.BOLD)
    for row in rows:
        yield (Span(_row(row, widths)),)
    rest = len(summary.places) - len(shown)
    if rest:
        yield line(f"and {counted(rest, 'namespace')} that fewer reach", Ink.DIM)
    advice = "`--focus NS/NAME` shows one workload, `--by workload` or `-o json=FILE` everything"
    yield line(f"in numbers of workloads; {advice}", Ink.DIM)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers = [f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)]
    return "  ".join((padded(cells[0], widths[0]), *numbers[1:]))


def _shown(places: tuple[PlaceSummary, ...]) -> list[PlaceSummary]:
    if len(places) <= MOST_PLACES:
        return list(places)
    exposed = sorted(places, key=_exposure, reverse=True)[:MOST_PLACES]
    return sorted(exposed, key=lambda place: place.name)


def _exposure(place: PlaceSummary) -> tuple[int, ...]:
    about = (Trait.REACHED_FROM_OUTSIDE, Trait.REACHED_FROM_ELSEWHERE, Trait.REACHING_OUTSIDE)
    return tuple(place.traits[trait].perhaps for trait in about)


def summary_entries(mapped: Map, summary: MapSummary) -> list[Entry]:
    """How many workloads and connections there are, how open they are, and what it depends on."""
    if mapped.wanted != Wanted():
        lines = [f"{count_text(summary.connected)} pairs connected, of those asked about"]
    else:
        about = {trait: count_text(summary.total.traits[trait]) for trait in Trait}
        ingress, egress = about[Trait.ISOLATED_FOR_INGRESS], about[Trait.ISOLATED_FOR_EGRESS]
        workloads = f"{counted(summary.total.workloads, 'workload')} in {counted(len(summary.places), 'namespace')}"
        outside = f"{about[Trait.REACHED_FROM_OUTSIDE]} reachable from outside"
        lines = [
            f"{workloads}: {ingress} selected by an ingress policy, {egress} by an egress policy",
            f"{outside}, {about[Trait.REACHING_OUTSIDE]} can reach outside",
            f"{count_text(summary.connected)} of {counted(summary.pairs, 'pair')} connected",
        ]
    return [*column("in all", lines), *column("perhaps", list(_dependencies(summary.on)))]


def _dependencies(on: Sequence[str]) -> Iterator[str]:
    """What each of ``on`` means, and how to decide it."""
    for one in on:
        yield f"{one}: {dependency_text(one)}"
    if any(one in list(Behaviour) for one in on):
        yield "`--cni NAME` fixes what that plugin is known to do, `--assume KEY=VALUE` fixes one of these"
