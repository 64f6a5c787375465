"""The attack surface as text for people, on one screen where it fits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from netverify.answers.surface import ExposedWay, Openness, Surface
from netverify.answers.verdict import of_any
from netverify.query.outcome import Effect, EndpointKind, Route, Verdict
from netverify.report.coverage_text import coverage_text
from netverify.report.document import Account, Block, Facts, Gap, Headline, Item
from netverify.report.entries import remark_entries
from netverify.report.incomplete import incomplete
from netverify.report.quantities import counted
from netverify.report.terminal import Ink
from netverify.report.way_text import clients_text, condition, from_whom, knock_text, opened_by, target_text
from netverify.sources.coverage import Inventory

_INK = {
    Openness.OPEN: Ink.YELLOW,
    Openness.DEPENDS: Ink.YELLOW,
    Openness.POSSIBLE: Ink.YELLOW,
    Openness.BLOCKED: Ink.GREEN,
    Openness.UNKNOWN: Ink.RED,
    Openness.BROKEN: Ink.RED,
    Openness.ENDS: Ink.GREEN,
}
OPENNESS_WORDS = {
    Openness.OPEN: "open",
    Openness.DEPENDS: "open on conditions",
    Openness.POSSIBLE: "open only with pods that are not in these manifests",
    Openness.BLOCKED: "blocked by policy (proved)",
    Openness.UNKNOWN: "neither proved nor refuted",
    Openness.BROKEN: "leading nowhere",
    Openness.ENDS: "ending in a redirect",
}
_FURTHER = 3
_WIDTH = max(len(one) for one in Openness)


def document_of_surface(surface: Surface, inventory: Inventory) -> Iterator[Block]:
    """How many ways in there are, each of them, what the list rests on, and the account of the inputs."""
    yield from incomplete(surface.unknown_because, "what is unknown below was not decided")
    yield _headline(surface)
    for one in surface.ways:
        yield Gap()
        yield _item(one)
    yield Gap()
    yield Facts(tuple(remark_entries(surface)))
    yield Account(coverage_text(inventory))


def counts_text(surface: Surface) -> str:
    """``3 ways in: 2 open, 1 blocked by policy (proved)``."""
    if not surface.ways and surface.unknown_because:
        return "unknown: no way in was found, but not everything was read or decided"
    if not surface.ways:
        return "no way in: these manifests contain none of this kind"
    counts = Counter(one.openness for one in surface.ways)
    each = ", ".join(f"{counts[one]} {OPENNESS_WORDS[one]}" for one in Openness if counts[one])
    return f"{counted(len(surface.ways), 'way')} in: {each}"


def _headline(surface: Surface) -> Headline:
    number, _, rest = counts_text(surface).partition(":")
    ink = Ink.BOLD if surface.ways else Ink.RED if surface.unknown_because else Ink.GREEN
    return Headline(number.upper(), f":{rest}", ink)


def _item(one: ExposedWay) -> Item:
    way = one.way
    place = f"{way.origin.path}:{way.origin.line}" if way.origin and way.origin.line else ""
    state, ink = one.openness.upper(), _INK[one.openness]
    return Item(state, ink, knock_text(way), opened_by(way), place, tuple(way_details(one)), _WIDTH)


def way_details(one: ExposedWay) -> Iterator[str]:
    """Where it leads, through what, for whom, on which conditions, and why it is not open, a line each."""
    way = one.way
    targets = _targets(_told(one))
    leads_to = target_text(way)
    if way.service is None and targets:
        leads_to = ""
    yield " -> ".join(part for part in (leads_to, ", ".join(targets)) if part) or "nothing"
    if way.controller is not None:
        pods = ", ".join(str(key) for key in way.controller.workloads)
        yield f"through {way.controller.name}" + (f": {pods or way.controller.where}")
    yield f"from {from_whom(one)}"
    if one.why:
        yield f"why: {one.why}"
    for reason in one.because:
        if reason.effect is Effect.DENY and reason.policy is not None:
            place = f" at {reason.place.path}:{reason.place.line}" if reason.place and reason.place.line else ""
            yield f"{reason.direction} denied by {reason.policy}{place}"
    yield from (f"only {condition(need)}" for need in one.needs)
    yield from _further(one)
    for note in way.notes:
        yield f"note: {note}"


def _further(one: ExposedWay) -> Iterator[str]:
    """From whom else it is open; of pods that could be created only where no existing pod suffices."""
    others = [opening for opening in one.openings[1:] if opening.scope is one.openings[0].scope]
    for opening in others[:_FURTHER]:
        conditions = f", only {', and '.join(map(condition, opening.needs))}" if opening.needs else ""
        yield f"or from {clients_text(opening)}{conditions}"
    if rest := len(others) - _FURTHER if others[_FURTHER:] else 0:
        yield f"or from others, in {rest} more {'case' if rest == 1 else 'cases'}"


def _told(one: ExposedWay) -> list[Route]:
    """The routes to existing endpoints, or to all where no existing one is there."""
    existing = [route for route in one.routes if route.leads_to is not EndpointKind.POSSIBLE]
    return existing or list(one.routes)


def _targets(routes: list[Route]) -> list[str]:
    """Each endpoint once, with what is the matter where no route to it is open."""
    verdicts: dict[str, list[Verdict]] = {}
    for route in routes:
        verdicts.setdefault(route.text, []).append(route.verdict)
    words = {Verdict.UNREACHABLE: " (blocked)", Verdict.UNKNOWN: " (unknown)"}
    return [f"{text}{words.get(of_any(found), '')}" for text, found in verdicts.items()]
