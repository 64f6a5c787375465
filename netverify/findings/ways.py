"""Ways in that lead nowhere, and ways in that policy closes.

Source: HTTPIngressPath.backend, BackendObjectReference, ReferenceGrant; a default-deny that forgets the controller
answers 502 or 504.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.surface import Openness, Surface
from netverify.diagnostics import NOWHERE, Diagnostic, Severity
from netverify.queries.outcome import Effect


def way_findings(surface: Surface) -> Iterator[Diagnostic]:
    """NV605: a way in that leads nowhere; NV606: one that no policy lets through."""
    for one in surface.ways:
        origin = one.way.origin or NOWHERE
        if one.openness is Openness.BROKEN:
            text = f"{_called(one.way.object)} leads nowhere: {one.why}"
            yield Diagnostic("NV605", Severity.WARNING, text, origin)
        elif one.openness is Openness.BLOCKED and one.way.controller is not None:
            closing = [reason for reason in one.because if reason.effect is Effect.DENY and reason.place is not None]
            where = tuple((reason.place, "isolates, and no rule allows it") for reason in closing if reason.place)
            advice = "admit the controller's pods, on the port of the pod"
            yield Diagnostic("NV606", Severity.WARNING, one.why, origin, advice, where)


def _called(text: str) -> str:
    kind, _, name = text.partition(" ")
    return f"{kind} `{name}`"
