"""Who reaches what, as a table for each namespace: what is reached, where, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from netverify.answers.exposure import Exposure, Way, exposures
from netverify.answers.map_view import MapView
from netverify.pairs.outcome import Connection, Isolation
from netverify.query.traffic_text import traffic_text
from netverify.report.document import Cell, Row, Table, cell
from netverify.report.node_words import NodeWords
from netverify.report.terminal import Ink, Line, Span, line

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
        text += ": selected by no policy"
    if not way.on:
        return cell(traffic_text(way.ports)), cell(text)
    needs = cell(f"depending on {', '.join(way.on)}", ink=Ink.DIM)
    return cell(f"perhaps {traffic_text(way.ports)}", ink=Ink.YELLOW), (*cell(text), *needs)


def _is_open(exposure: Exposure, view: MapView) -> bool:
    """Whether no policy selects the workloads of ``exposure``."""
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
    return (Span(surely), perhaps, Span(f", depending on {', '.join(access.on)}", Ink.DIM))
