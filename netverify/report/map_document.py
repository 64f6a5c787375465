"""A map as a document: who reaches what, or a summary where that would be too long; what it rests on below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netverify.answers.map_summary import Count, MapSummary, PlaceSummary, Trait, map_summary
from netverify.answers.map_view import map_view
from netverify.answers.mapping import Map
from netverify.answers.membership import Union
from netverify.model.behaviours import Behaviour
from netverify.query.grouping import Grouping
from netverify.query.narrowing import Wanted
from netverify.report.behaviour_text import dependency_text
from netverify.report.coverage_text import coverage_text
from netverify.report.document import Account, Block, Facts, Gap, Headline, Remark, Row, Table, cell
from netverify.report.entries import Entry, column, doubt_entries, premise_entries
from netverify.report.map_tables import exposure_tables, namespace_tables
from netverify.report.quantities import counted
from netverify.report.terminal import Ink
from netverify.sources.coverage import Inventory

MOST_ROWS = 200
"""A map of more rows is summarised, unless a grouping is asked for."""

MOST_PLACES = 40
"""So many namespaces are in the summary; of more, the most exposed are."""

_COLUMNS = (
    ("isolated in", Trait.ISOLATED_FOR_INGRESS),
    ("isolated out", Trait.ISOLATED_FOR_EGRESS),
    ("from outside", Trait.REACHED_FROM_OUTSIDE),
    ("from elsewhere", Trait.REACHED_FROM_ELSEWHERE),
    ("to outside", Trait.REACHING_OUTSIDE),
)


def document_of_map(
    mapped: Map, inventory: Inventory, grouping: Grouping | None, *, replicas: bool = False
) -> Iterator[Block]:
    """Doubts, who reaches what, the numbers, what the map rests on, and the account of the inputs.

    Without a ``grouping``, by workload, or by the numbers of each namespace when that takes more than
    :data:`MOST_ROWS` rows.
    """
    yield from doubts_of(mapped)
    summary = map_summary(mapped)
    tables = _tables(mapped, grouping, replicas=replicas)
    yield from _summary_blocks(summary) if tables is None else tables
    yield Gap()
    yield Facts((*_numbers(mapped, summary), *premise_entries(mapped)))
    yield Account(coverage_text(inventory))


def doubts_of(mapped: Map) -> Iterator[Block]:
    """Why the map may be wrong, or is about nobody; nothing when it holds and is about somebody."""
    for reason in mapped.vacuous_because:
        yield Headline("VACUOUS", f": {reason}", Ink.RED)
    if mapped.unknown_because:
        yield Headline("IN DOUBT", ": this map may lack connections, or show some that are not allowed", Ink.RED)
        yield Facts(tuple(doubt_entries(mapped)))


def _tables(mapped: Map, grouping: Grouping | None, *, replicas: bool) -> Iterator[Table] | None:
    """None where they would be too long."""
    if grouping is Grouping.NAMESPACE:
        return namespace_tables(map_view(mapped, grouping, replicas=replicas))
    if grouping is not None:
        return exposure_tables(map_view(mapped, grouping, replicas=replicas))
    if _destinations(mapped) > MOST_ROWS:
        return None
    tables = exposure_tables(map_view(mapped, Grouping.WORKLOAD, replicas=replicas))
    few: list[Table] = []
    rows = 0
    for table in tables:
        few.append(table)
        rows += 1 + sum(max(len(row.parts), len(row.label)) for row in table.rows)
        if rows > MOST_ROWS:
            return None
    return iter(few)


def _destinations(mapped: Map) -> int:
    """How many workloads have a row of their own at least."""
    connectivity = mapped.connectivity
    if not mapped.wanted.names_endpoints:
        return sum(1 for endpoint in connectivity.endpoints if endpoint.workload)
    reached = Union()
    for bundle in connectivity.bundles():
        reached.add(bundle.destinations)
    return sum(1 for number in reached.numbers() if connectivity.endpoints[number].workload)


def count_text(count: Count) -> str:
    """``3``; ``3-5`` where two more depend on something."""
    return str(count.surely) if count.surely == count.perhaps else f"{count.surely}-{count.perhaps}"


def _summary_blocks(summary: MapSummary) -> Iterator[Block]:
    """A row for each namespace: how many workloads it has, and how many of them are what the head of a column says."""
    shown = _shown(summary.places)
    rows = tuple(
        Row(
            cell(place.name),
            (tuple(map(cell, (str(place.workloads), *(count_text(place.traits[trait]) for _, trait in _COLUMNS)))),),
        )
        for place in shown
    )
    yield Table("", ("namespace", "workloads", *(title for title, _ in _COLUMNS)), rows, "namespace", numbers=True)
    rest = len(summary.places) - len(shown)
    if rest:
        yield Remark(f"and {counted(rest, 'namespace')} that fewer reach", Ink.DIM)
    advice = "`--focus NS/NAME` shows one workload, `--by workload` or `-o json=FILE` everything"
    yield Remark(f"in numbers of workloads; {advice}", Ink.DIM)


def _shown(places: tuple[PlaceSummary, ...]) -> list[PlaceSummary]:
    if len(places) <= MOST_PLACES:
        return list(places)
    exposed = sorted(places, key=_exposure, reverse=True)[:MOST_PLACES]
    return sorted(exposed, key=lambda place: place.name)


def _exposure(place: PlaceSummary) -> tuple[int, ...]:
    about = (Trait.REACHED_FROM_OUTSIDE, Trait.REACHED_FROM_ELSEWHERE, Trait.REACHING_OUTSIDE)
    return tuple(place.traits[trait].perhaps for trait in about)


def _numbers(mapped: Map, summary: MapSummary) -> list[Entry]:
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
