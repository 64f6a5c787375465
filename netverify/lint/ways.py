"""Ways in that lead nowhere, and ways in that policy closes.

Source: HTTPIngressPath.backend, BackendObjectReference, ReferenceGrant; a default-deny that forgets the controller
answers 502 or 504.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.surface import ExposedWay, Openness, Surface, why_blocked
from netverify.diagnostics import NOWHERE, Diagnostic, Severity
from netverify.query.address_words import range_words
from netverify.query.outcome import Effect, Verdict
from netverify.routes.way_in import SeenAs, WayIn


def way_findings(surface: Surface) -> Iterator[Diagnostic]:
    """NV605: a way in that leads nowhere; NV606: one that no policy lets through."""
    for one in surface.ways:
        origin = one.way.origin or NOWHERE
        if one.openness is Openness.BROKEN:
            text = f"{_called(one.way.object)} leads nowhere: {one.why}"
            yield Diagnostic("NV605", Severity.WARNING, text, origin)
        elif _is_closed_by_policy(one):
            closing = [reason for reason in one.because if reason.effect is Effect.DENY and reason.place is not None]
            where = tuple(
                (reason.place, "selects the pod, and no rule allows it") for reason in closing if reason.place
            )
            unless = ", unless it is on the host network of their node" if one.openness is Openness.UNKNOWN else ""
            text = why_blocked(one.way) + unless
            yield Diagnostic("NV606", Severity.WARNING, text, origin, _advice(one.way), where)


def _is_closed_by_policy(one: ExposedWay) -> bool:
    """Whether policy closes every route of a controller, but for what it cannot close if no manifest shows the pods."""
    if one.way.controller is None or one.way.doubt or one.openness not in (Openness.BLOCKED, Openness.UNKNOWN):
        return False
    return bool(one.routes) and all(route.verdict is Verdict.UNREACHABLE for route in one.routes)


def _advice(way: WayIn) -> str:
    """Whom to admit: the pods of a controller, or the addresses of a load balancer that connects to pods itself."""
    controller = way.controller
    if controller is None or controller.workloads or controller.possible is not None:
        return "allow the controller's pods, on the port of the pod"
    ranges = [block for source in way.sources if source.seen_as is SeenAs.RANGES for block in source.ranges]
    if ranges:
        return f"allow the ipBlocks {range_words(ranges)}, from which it connects, on the port of the pod"
    return "allow ipBlocks of the load balancer's subnets, on the port of the pod: it connects to pods itself"


def _called(text: str) -> str:
    kind, _, name = text.partition(" ")
    return f"{kind} `{name}`"
