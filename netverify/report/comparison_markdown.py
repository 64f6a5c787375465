"""A comparison as Markdown, for the comment under a change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from netverify.diff.outcome import Change, Comparison, Inputs, Relation, RoutingChanges
from netverify.report.comparison_text import (
    MEANING,
    cause_place,
    cause_text,
    conditions_of,
    example_text,
    pair_rows,
    proofs_told,
)
from netverify.report.coverage_text import coverage_text
from netverify.report.markdown_text import MARKER
from netverify.report.routing_rows import service_row, way_row
from netverify.sources.coverage import Inventory
from netverify.visible import visible

_SIGN = {
    Relation.EQUIVALENT: "✅",
    Relation.MORE_PERMISSIVE: "⚠️",
    Relation.LESS_PERMISSIVE: "🔒",
    Relation.INCOMPARABLE: "⚠️",
    Relation.UNKNOWN: "❓",
}
_ROWS = 30


def escaped(text: str) -> str:
    """``text`` from an input as it may stand anywhere in Markdown: no markup, no HTML, no mention, one line."""
    safe = visible(text)
    return re.sub(r"[^A-Za-z0-9 .,:;/=()-]", lambda found: f"&#{ord(found.group())};", safe)


def render_comparison_markdown(found: Comparison, inputs: Inputs) -> str:
    """The verdict, then one table of what appears and disappears; the rest folded away."""
    return "\n".join(_lines(found, inputs)) + "\n"


def _lines(found: Comparison, inputs: Inputs) -> Iterator[str]:
    yield MARKER
    yield f"### {_SIGN[found.verdict]} Network policy: {found.verdict.value}"
    yield ""
    yield f"{MEANING[found.verdict].capitalize()}."
    yield from (f"- {escaped(text)}" for text in found.unknown_because)
    rows = [
        *(_row("**+**", one, inputs.new) for one in found.appears),
        *(["| **+** | and more | | | |"] if found.more_appears else []),
        *(_row("**-**", one, inputs.old) for one in found.disappears),
        *(["| **-** | and more | | | |"] if found.more_disappears else []),
    ]
    yield from _table(("", "from", "to", "ports", "because"), rows)
    yield from _routing(found.routing)
    workloads = found.workloads
    alike = pair_rows(workloads.connections)
    pairs = [
        f"| **{one.mark}** | {' | '.join(map(escaped, (one.source, one.to, one.before, one.after)))} |"
        for one in alike[:_ROWS]
    ]
    if rest := sum(len(one.destinations) for one in alike[_ROWS:]) + workloads.further:
        pairs.append(f"| | and {rest} more | | | |")
    if pairs:
        yield from ("", "**Existing workloads**")
    yield from _table(("", "from", "to", "before", "after"), pairs)
    added, removed = (tuple(f"Service {one}" for one in some) for some in (found.routing.added, found.routing.removed))
    told = (
        ("added", (*workloads.added, *added)),
        ("removed", (*workloads.removed, *removed)),
        ("changed", workloads.changed),
    )
    if any(names for _, names in told):
        yield ""
    for what, names in told:
        texts = [name if isinstance(name, str) else ": ".join(name) for name in names[:_ROWS]]
        more = [f"and {len(names) - _ROWS} more"] if len(names) > _ROWS else []
        if texts:
            yield f"- {what}: {', '.join([*map(escaped, texts), *more])}"
    yield from _folded(found, inputs)


def _routing(routing: RoutingChanges) -> Iterator[str]:
    """Ways in and Services that changed, a table of each."""
    for title, rows in (
        ("Ways in", [*map(way_row, routing.ways)]),
        ("Services", [*map(service_row, routing.services)]),
    ):
        cells = [
            f"| **{one.mark}** | {escaped(one.text)} | {_in_lines(one.details)} | {escaped(one.place)} |"
            for one in rows[:_ROWS]
        ]
        if rest := len(rows) - _ROWS if rows[_ROWS:] else 0:
            cells.append(f"| | and {rest} more | | |")
        if cells:
            yield from ("", f"**{title}**")
        yield from _table(("", "what", "how", "where"), cells)


def _in_lines(texts: Sequence[str]) -> str:
    return "<br>".join(map(escaped, texts))


def _folded(found: Comparison, inputs: Inputs) -> Iterator[str]:
    yield from ("", "<details><summary>What this rests on</summary>", "")
    for term, texts in (
        ("proved", proofs_told(found)),
        ("assumes", found.assumptions),
        ("inexact", found.approximations),
        ("note", found.notes),
        *((name, coverage_text(inventory)) for name, inventory in inputs.named),
    ):
        yield from (f"- {term}: {escaped(text)}" for text in texts)
    yield from ("", "</details>")


def _row(mark: str, change: Change, inventory: Inventory) -> str:
    causes = "; ".join(f"{cause_text(one)} ({cause_place(one)})" for one in change.causes)
    causes += "".join(f"; {condition}" for condition in conditions_of(change))
    because = f"{escaped(causes)}<br>such as {escaped(example_text(change, inventory))}"
    return (
        f"| {mark} | {escaped(change.source)} | {escaped(change.destination)} | {escaped(change.traffic)} | {because} |"
    )


def _table(heads: Sequence[str], rows: Sequence[str]) -> Iterator[str]:
    if rows:
        yield ""
        yield f"| {' | '.join(heads)} |"
        yield f"|{'---|' * len(heads)}"
        yield from rows
