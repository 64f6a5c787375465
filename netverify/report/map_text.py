"""A map as text for people: who reaches what, or a summary where that would be too long; what it rests on below."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from netverify.answers.map_summary import map_summary
from netverify.answers.map_view import map_view
from netverify.answers.mapping import Map
from netverify.answers.membership import Union
from netverify.query.grouping import Grouping
from netverify.report.entries import account, laid_out, premise_entries
from netverify.report.map_doubts import render_doubts
from netverify.report.map_lines import map_lines
from netverify.report.map_namespace_text import namespace_lines
from netverify.report.map_summary_text import summary_entries, table_lines
from netverify.report.terminal import Line
from netverify.sources.coverage import Inventory

MOST_LINES = 200
"""A map of more lines is summarised, unless a grouping is asked for."""


def render_map(
    mapped: Map, inventory: Inventory, grouping: Grouping | None, *, replicas: bool = False
) -> Iterator[Line]:
    """Doubts, who reaches what, the numbers, what the map rests on, and the account of the inputs.

    Without a ``grouping``, by workload, or by the numbers of each namespace when that takes more than
    :data:`MOST_LINES` lines.
    """
    yield from render_doubts(mapped)
    summary = map_summary(mapped)
    lines = _lines(mapped, grouping, replicas=replicas)
    if lines is None:
        yield from table_lines(summary)
    else:
        yield from lines
    yield ()
    yield from laid_out([*summary_entries(mapped, summary), *premise_entries(mapped)])
    yield from account(inventory)


def _lines(mapped: Map, grouping: Grouping | None, *, replicas: bool) -> Iterator[Line] | None:
    """None where they would be too many."""
    if grouping is Grouping.NAMESPACE:
        return namespace_lines(map_view(mapped, grouping, replicas=replicas))
    if grouping is not None:
        return map_lines(map_view(mapped, grouping, replicas=replicas))
    if _destinations(mapped) > MOST_LINES:
        return None
    few = list(islice(map_lines(map_view(mapped, Grouping.WORKLOAD, replicas=replicas)), MOST_LINES + 1))
    return iter(few) if len(few) <= MOST_LINES else None


def _destinations(mapped: Map) -> int:
    """How many workloads have a line of their own at least."""
    connectivity = mapped.connectivity
    if not mapped.wanted.names_endpoints:
        return sum(1 for endpoint in connectivity.endpoints if endpoint.workload)
    reached = Union()
    for bundle in connectivity.bundles():
        reached.add(bundle.destinations)
    return sum(1 for number in reached.numbers() if connectivity.endpoints[number].workload)
