"""Who reaches what, as lines of text: a heading for each namespace, below it what is reached, where, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, zip_longest
from textwrap import wrap

from netverify.answers.exposure import Exposure, Way, exposures
from netverify.answers.map_view import MapView
from netverify.pairs.outcome import Isolation
from netverify.query.traffic_text import traffic_text
from netverify.records import dataclass
from netverify.report.node_words import NodeWords
from netverify.report.terminal import Ink, Line, Span, line
from netverify.visible import columns, padded, visible

_NOTHING = ("", "", Ink.PLAIN)
_NAME_WIDTH, _PORT_WIDTH, _SOURCE_WIDTH = 44, 34, 76


@dataclass(frozen=True, slots=True)
class _Cells:
    """One exposure, laid out: names below each other, and lines of ports and sources."""

    names: list[str]
    ways: list[tuple[str, str, Ink]]


def map_lines(view: MapView) -> Iterator[Line]:
    """The lines of ``view``, by workload or class, in the order of places."""
    words = NodeWords(view)
    for namespace, group in groupby(exposures(view), key=lambda one: view.nodes[one.destinations[0]].namespace):
        yield line("to addresses outside" if namespace is None else f"to namespace {namespace}", Ink.BOLD)
        yield from _laid_out([_cells(exposure, view, words) for exposure in group])


def _cells(exposure: Exposure, view: MapView, words: NodeWords) -> _Cells:
    ways = [cell for way in exposure.ways for cell in _way_cells(way, exposure, view, words)]
    return _Cells(_names(exposure, view, words), ways or [("no port", "reachable from nowhere", Ink.DIM)])


def _names(exposure: Exposure, view: MapView, words: NodeWords) -> list[str]:
    first = view.nodes[exposure.destinations[0]]
    if first.namespace is None:
        return [piece for text in words.outside(_bits(exposure.destinations)) for piece in wrap(text, _NAME_WIDTH)]
    return [visible(view.nodes[number].id.removeprefix(f"{first.namespace}/")) for number in exposure.destinations]


def _way_cells(way: Way, exposure: Exposure, view: MapView, words: NodeWords) -> Iterator[tuple[str, str, Ink]]:
    only = exposure.destinations[0] if len(exposure.destinations) == 1 else None
    alone = 1 << only if only is not None and len(view.nodes[only].members) == 1 else 0
    sources = [*words.of(way.sources, alone), *(["its own replicas"] if way.own else [])]
    text = f"from {', '.join(map(visible, sources))}"
    if _is_open(exposure, view) and way is exposure.ways[0]:
        text += ": selected by no policy"
    ports = wrap(f"{'perhaps ' if way.on else ''}{traffic_text(way.ports)}", _PORT_WIDTH) or [""]
    ink = Ink.YELLOW if way.on else Ink.PLAIN
    for port, source in zip_longest(ports, _wrapped(text), fillvalue=""):
        yield port, source, ink
    if way.on:
        for text in _wrapped(f"depending on {', '.join(way.on)}"):
            yield "", text, Ink.DIM


def _wrapped(text: str) -> list[str]:
    return wrap(text, _SOURCE_WIDTH, break_long_words=False, break_on_hyphens=False)


def _is_open(exposure: Exposure, view: MapView) -> bool:
    """Whether no policy selects the workloads of ``exposure``."""
    return exposure.isolation is Isolation.OPEN and view.nodes[exposure.destinations[0]].namespace is not None


def _laid_out(cells: list[_Cells]) -> Iterator[Line]:
    names_width = max(columns(name) for one in cells for name in one.names)
    ports_width = max(len(ports) for one in cells for ports, _, _ in one.ways)
    for one in cells:
        for name, (ports, text, ink) in zip_longest(one.names, one.ways, fillvalue=_NOTHING):
            yield (
                Span(f"  {padded(name if isinstance(name, str) else '', names_width)}  "),
                Span(f"{ports:<{ports_width}}  ", ink),
                Span(text, Ink.DIM if ink is Ink.DIM else Ink.PLAIN),
            )


def _bits(numbers: Iterable[int]) -> int:
    return sum(1 << number for number in numbers)
