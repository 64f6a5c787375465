"""Changed ways in and changed Services, in the lines that every form of a comparison has of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netverify.answers.surface import ExposedWay
from netverify.diagnostics import Origin
from netverify.diff.outcome import ServiceChange, WayChange
from netverify.query.outcome import EndpointKind, Route
from netverify.records import dataclass
from netverify.report.quantities import listed
from netverify.report.surface_text import OPENNESS_WORDS
from netverify.report.way_text import condition, from_whom, knock_text, opened_by, target_text

_NAMED = 4


@dataclass(frozen=True, slots=True)
class RoutingRow:
    """One change: ``mark`` is ``+`` for more, ``-`` for less, ``~`` for both, and ``=`` where access is the same."""

    mark: str
    text: str
    place: str
    details: tuple[str, ...]


def way_row(change: WayChange) -> RoutingRow:
    """``+ TCP 443  LoadBalancer of Service shop/web: open``."""
    way = change.way
    mark = _mark(change.gained, change.lost)
    return RoutingRow(
        mark, f"{knock_text(way)}  {opened_by(way)}: {_became(change)}", _place(way.origin), tuple(_details(change))
    )


def service_row(change: ServiceChange) -> RoutingRow:
    """``~ Service shop/web leads pods elsewhere``."""
    details = [
        *change.what,
        *(f"leads to {one}" for one in change.gained),
        *(f"no longer leads to {one}" for one in change.lost),
    ]
    text = f"Service {change.service} leads pods elsewhere"
    return RoutingRow(_mark(change.gained, change.lost, both=True), text, _place(change.service.origin), tuple(details))


def _mark(gained: Sequence[object], lost: Sequence[object], *, both: bool = False) -> str:
    if bool(gained) is bool(lost):
        return "~" if gained or both else "="
    return "+" if gained else "-"


def _became(change: WayChange) -> str:
    before, after = (one and OPENNESS_WORDS[one.openness] for one in (change.before, change.after))
    if before is None:
        return f"new, {after}"
    if after is None:
        return f"gone, was {before}"
    return f"{after}, as before" if before == after else f"{after}, was {before}"


def _details(change: WayChange) -> Iterator[str]:
    yield from change.what
    if change.before is None or change.after is None:
        one = change.after or change.before
        assert one is not None
        ends = listed(_ends(one.routes), at_most=_NAMED)
        yield " -> ".join(part for part in (target_text(change.way), ends) if part) or "nothing"
        yield f"from {from_whom(one)}"
        if one.why:
            yield f"why: {one.why}"
    else:
        for verb, routes in (("leads to", change.gained), ("no longer leads to", change.lost)):
            if routes:
                yield f"{verb} {listed(_ends(routes), at_most=_NAMED)}, {_on(routes)}"
    yield from _conditions(change.before, change.after)


def _ends(routes: Sequence[Route]) -> tuple[str, ...]:
    """The existing endpoints, or all where there are none."""
    existing = [route.text for route in routes if route.leads_to is not EndpointKind.POSSIBLE]
    return tuple(dict.fromkeys(existing or [route.text for route in routes]))


def _on(routes: Sequence[Route]) -> str:
    """On which conditions the first of ``routes`` is there."""
    fewest = min((route.provided for route in routes), key=len)
    return f"{', '.join(fewest)}" if fewest else "whatever else"


def _conditions(before: ExposedWay | None, after: ExposedWay | None) -> Iterator[str]:
    needs = after.needs if after else before.needs if before else ()
    yield from (f"only {condition(need)}" for need in needs)


def _place(origin: Origin | None) -> str:
    return f"{origin.path}:{origin.line}" if origin is not None and origin.line else ""
