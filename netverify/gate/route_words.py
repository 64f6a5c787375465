"""What is against a claim about routes, in words."""

from __future__ import annotations

from netverify.answers.route_verdicts import needs
from netverify.queries.outcome import Answer, Effect, Route


def violation_text(route: Route, source: str) -> tuple[str, str]:
    """That ``source`` gets through by ``route``, and the stations of its way alone, which are empty for the direct one.

    The first condition is in the text, and that there are more.
    """
    way = " -> ".join(hop.text for hop in route.path)
    last = route.legs[-1]
    by = f" ({through(last)})" if through(last) else ""
    return f"{source} can reach {route.text}{f' by way of {way}' if way else ''}{first_condition(route)}{by}", way


def first_condition(route: Route) -> str:
    """What must hold for ``route``, behind a comma: the first condition, and that there are more; empty without any."""
    conditions = needs(route)
    return f", {conditions[0]}" + (", and on further conditions" if conditions[1:] else "") if conditions else ""


def through(answer: Answer) -> str:
    """The policy whose rule lets the flow of ``answer`` in, or out; empty where none decides."""
    deciding = [one.policy for one in answer.because if one.effect is Effect.ALLOW and one.policy is not None]
    return str(deciding[-1]) if deciding else ""
