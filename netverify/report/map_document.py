"""A map as a document: who reaches what, or a summary where that would be too long; what it rests on below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from netverify.answers.exposure import Exposure, Way, exposures
from netverify.answers.map_summary import Count, MapSummary, PlaceSummary, Trait, map_summary
from netverify.answers.map_view import MapView, map_view
from netverify.answers.mapping import Map
from netverify.answers.membership import Union
from netverify.model.behaviours import Behaviour, name_of
from netverify.model.cluster import Cluster
from netverify.pairs.outcome import Connection, Isolation
from netverify.query.grouping import Grouping
from netverify.query.narrowing import Wanted
from netverify.query.traffic_text import traffic_text
from netverify.report.behaviour_text import dependency_text
from netverify.report.coverage_text import coverage_text
from netverify.report.document import Account, Block, Cell, Facts, Gap, Headline, Remark, Row, Table, cell
from netverify.report.entries import Entry, column, doubt_entries, premise_entries
from netverify.report.node_words import NodeWords
from netverify.report.quantities import counted
from netverify.report.terminal import Ink, Line, Span, line
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
    mapped: Map, inventory: Inventory, grouping: Grouping | None, *, replicas: bool = False, offer: str = ""
) -> Iterator[Block]:
    """Doubts, who reaches what, the numbers, what the map rests on, and the account of the inputs.

    ``offer`` says how to name the CNI plugin, where nobody has. Without a ``grouping``, by workload, or by the numbers
    of each namespace when that takes more than :data:`MOST_ROWS` rows.
    """
    yield from doubts_of(mapped)
    summary = map_summary(mapped)
    tables = _tables(mapped, grouping, replicas=replicas)
    yield from _summary_blocks(summary) if tables is None else tables
    yield Gap()
    yield Facts((*_numbers(mapped, summary, inventory.cluster, offer), *premise_entries(mapped)))
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


def _numbers(mapped: Map, summary: MapSummary, cluster: Cluster, offer: str) -> list[Entry]:
    """How many workloads and connections there are, how open they are, and what it depends on."""
    if mapped.wanted != Wanted():
        number = count_text(summary.connected)
        lines = [f"{number} {'pair' if number == '1' else 'pairs'} connected, of those asked about"]
    else:
        about = {trait: count_text(summary.total.traits[trait]) for trait in Trait}
        ingress, egress = about[Trait.ISOLATED_FOR_INGRESS], about[Trait.ISOLATED_FOR_EGRESS]
        workloads = f"{counted(summary.total.workloads, 'workload')} in {counted(len(summary.places), 'namespace')}"
        outside = f"{about[Trait.REACHED_FROM_OUTSIDE]} reachable from outside"
        lines = [
            f"{workloads}: {ingress} isolated for ingress, {egress} for egress",
            f"{outside}, {about[Trait.REACHING_OUTSIDE]} can reach outside",
            f"{count_text(summary.connected)} of {counted(summary.pairs, 'pair')} connected",
        ]
        kinds = sorted({policy.api.value for policy in cluster.cluster_policies})
        lines[1:1] = [f"{' and '.join(kinds)} rules count in the connections, but isolate nobody"] if kinds else []
    return [*column("in all", lines), *column("perhaps", list(_dependencies(summary.on, offer)))]


def _dependencies(on: Sequence[str], offer: str) -> Iterator[str]:
    """What each of ``on`` means, and how to decide it."""
    of_plugin = [one for one in on if one in list(Behaviour)]
    if of_plugin and offer:
        names = ", ".join(map(name_of, of_plugin))
        yield offer
        yield from wrap(f"the plugin decides {names}", _WIDE, break_long_words=False, break_on_hyphens=False)
    for one in on:
        if offer and one in of_plugin:
            continue
        meaning = dependency_text(one)
        yield meaning if meaning == one else f"{name_of(one)}: {meaning}"
    if of_plugin and not offer:
        yield "`--assume KEY=VALUE` fixes one of these"


_WIDE = 100
_WIDTHS = (44, 34, 76)
_HEADS = ("", "", "")


def exposure_tables(view: MapView) -> Iterator[Table]:
    """By workload or class, in the order of places; a row has a part for each set of ports."""
    words = NodeWords(view)
    for namespace, group in groupby(exposures(view), key=lambda one: view.nodes[one.destinations[0]].namespace):
        title = "to addresses outside" if namespace is None else f"to namespace {namespace}"
        rows = tuple(_exposed(exposure, view, words) for exposure in group)
        yield Table(title, _HEADS, rows, "destination", widths=_WIDTHS)


def _exposed(exposure: Exposure, view: MapView, words: NodeWords) -> Row:
    parts = tuple(_way(way, exposure, view, words) for way in exposure.ways)
    nobody = (cell("no port", ink=Ink.DIM), cell("reachable from nowhere", ink=Ink.DIM))
    return Row(cell(*_names(exposure, view, words)), parts or (nobody,))


def _names(exposure: Exposure, view: MapView, words: NodeWords) -> Iterable[str]:
    first = view.nodes[exposure.destinations[0]]
    if first.namespace is None:
        return words.outside(_bits(exposure.destinations))
    return (view.nodes[number].id.removeprefix(f"{first.namespace}/") for number in exposure.destinations)


def _way(way: Way, exposure: Exposure, view: MapView, words: NodeWords) -> tuple[Cell, ...]:
    only = exposure.destinations[0] if len(exposure.destinations) == 1 else None
    alone = 1 << only if only is not None and len(view.nodes[only].members) == 1 else 0
    sources = [*words.of(way.sources, alone), *(["its own replicas"] if way.own else [])]
    text = f"from {', '.join(sources)}"
    if _is_open(exposure, view) and way is exposure.ways[0]:
        text += ": isolated by no policy"
    if not way.on:
        return cell(traffic_text(way.ports)), cell(text)
    needs = cell(f"depending on {', '.join(map(name_of, way.on))}", ink=Ink.DIM)
    return cell(f"perhaps {traffic_text(way.ports)}", ink=Ink.YELLOW), (*cell(text), *needs)


def _is_open(exposure: Exposure, view: MapView) -> bool:
    """Whether no policy denies the workloads of ``exposure`` all that no rule allows, as a NetworkPolicy does."""
    return exposure.isolation is Isolation.OPEN and view.nodes[exposure.destinations[0]].namespace is not None


def _bits(numbers: Iterable[int]) -> int:
    return sum(1 << number for number in numbers)


def namespace_tables(view: MapView) -> Iterator[Table]:
    """A table for each namespace: from where it is reached, by how many of the pairs, and on what."""
    by_destination = sorted(view.rows(), key=lambda row: (row.destination, row.source))
    for destination, group in groupby(by_destination, key=lambda row: row.destination):
        rows = tuple(
            Row(cell(f"from {view.nodes[row.source].id}"), ((cell(_share(row, view)), (_traffic(row),)),))
            for row in group
        )
        yield Table(f"to {view.nodes[destination].id}", _HEADS, rows, "source")


def _share(row: Connection, view: MapView) -> str:
    share = view.shares[row.source, row.destination]
    return f"{share.pairs} of {share.possible} pairs"


def _traffic(row: Connection) -> Line:
    access = row.access
    surely = traffic_text(access.allowed)
    if not access.depends:
        return line(surely)
    lead = "; perhaps " if access.allowed else "perhaps "
    perhaps = Span(f"{lead}{traffic_text(access.depends)}", Ink.YELLOW)
    return (Span(surely), perhaps, Span(f", depending on {', '.join(map(name_of, access.on))}", Ink.DIM))
