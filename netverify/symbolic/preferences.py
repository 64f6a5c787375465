"""Which of the models of a goal make the best witnesses."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.behaviours import CAUTIOUS
from netverify.model.cluster import is_node
from netverify.symbolic.obligations import PREFER_EXISTING, PREFER_KNOWN, Obligation
from netverify.symbolic.terms import FALSE, TRUE


def preferences(obligation: Obligation) -> list[list[str]]:
    """Lists of constants (``-`` in front: negated), the best wish first."""
    wishes = list(_of_comparison(obligation) if obligation.other else _of_question(obligation))
    return [wish for number, wish in enumerate(wishes) if wish and wish not in wishes[:number]]


def _of_question(obligation: Obligation) -> Iterator[list[str]]:
    """Existing ends first, then a CNI that allows little."""
    choices, cautious = obligation.choices, _cautious(obligation)
    apart = [f"-{obligation.encoder.same_node}"] if _asks_about_nodes(obligation) else []
    for ends in (choices, *((end,) for end in reversed(choices) if len(choices) > 1), ()):
        existing = [str(PREFER_EXISTING[end]) for end in ends]
        yield from ([*existing, *cautious], [*existing, *apart], existing)


def _of_comparison(obligation: Obligation) -> Iterator[list[str]]:
    """Pods on their own network, then a CNI that allows little."""
    hosts = [space.host for space in obligation.encoder.spaces.values()]
    ordinary, cautious = [f"-{host}" for host in hosts if host not in (TRUE, FALSE)], _cautious(obligation)
    known = [str(name) for name in PREFER_KNOWN.values()]
    yield from ([*ordinary, *cautious, *known], [*ordinary, *known], [*ordinary, *cautious], ordinary, known, cautious)


def _cautious(obligation: Obligation) -> list[str]:
    encoder = obligation.encoder
    names = [f"{'' if CAUTIOUS[free] else '-'}{encoder.behaviours[free]}" for free in obligation.free_behaviours]
    return [*names, *(f"{'' if one.as_written else '-'}{term}" for one, term in encoder.unspecified.items())]


def _asks_about_nodes(obligation: Obligation) -> bool:
    """Whether an end may be a node: what policy says of it shows where the other end is not on that node."""
    encoder = obligation.encoder
    spaces = encoder.spaces.values()
    there = any(is_node(workload.key) for space in spaces for workload in space.cast.workloads)
    return there and str(encoder.same_node) in obligation.body
