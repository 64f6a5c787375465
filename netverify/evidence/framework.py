"""A framework as data: its controls in our own words, and what has to be proved for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from netverify.diagnostics import NOWHERE, Origin
from netverify.gate.intent.spec import (
    UNBOUND,
    Assertion,
    CoversEveryPod,
    DefaultDeny,
    Deny,
    FlowText,
    Isolated,
    NoExternal,
    NoMetadata,
    Only,
    Separate,
    Statement,
    Written,
    ZoneText,
)
from netverify.records import dataclass

BETWEEN = ":"
"""Between a framework and its control, where an assertion names one: ``pci-dss-4.0.1:1.3.1``."""


class Worth(StrEnum):
    """What proofs about network policy can say of a control.

    ``PROVES``: they answer what it asks of the network of a cluster. ``SUPPORTS``: they are part of the evidence, which
    needs more. ``NONE``: netverify does not assess it.
    """

    PROVES = "proves"
    SUPPORTS = "supports"
    NONE = "does not assess"


@dataclass(frozen=True, slots=True)
class Control:
    """One control. ``because`` says why proofs are worth that much, and ``is_proposed`` that it is not in force.

    ``intent`` is what it asks for, in our own words. ``templates`` are assertions over zones that the user binds, and
    all have to be proved. ``wants_reasons``: each flow that they approve needs a justification.
    """

    framework: str
    id: str
    title: str
    intent: str
    worth: Worth
    because: str
    origin: Origin
    templates: tuple[Assertion, ...] = ()
    wants_reasons: bool = False
    is_proposed: bool = False

    @property
    def reference(self) -> str:
        """How an assertion names it."""
        return f"{self.framework}{BETWEEN}{self.id}"


@dataclass(frozen=True, slots=True)
class Framework:
    """A list of controls. ``zones`` are the names that its assertions use, each with what belongs in it."""

    id: str
    title: str
    source: str
    path: str
    zones: tuple[tuple[str, str], ...]
    controls: tuple[Control, ...]


def zones_in(statement: Statement) -> tuple[Written, ...]:
    """The ends that ``statement`` names, in its order. Empty for a statement that is about namespaces alone."""
    match statement:
        case Deny(flow):
            return (*flow.sources, *flow.destinations)
        case Only(_, zone, flows, _):
            return (*zone, *(end for flow in flows for end in (*flow.sources, *flow.destinations)))
        case Isolated(zone) | NoExternal(zone) | NoMetadata(zone):
            return zone
        case Separate(zones, _):
            return zones
        case _:
            return ()


def says(statement: Statement, template: Statement) -> bool:  # noqa: PLR0911 one arm for each verb
    """Whether ``statement`` says at least what ``template`` asks for: the same of the same ends.

    It may deny more ports, cover more directions, and choose what it approves where the template does not. Other ends
    are another statement, also where they happen to hold more: whether they do depends on the cluster.
    """
    match statement, template:
        case Deny(mine), Deny(asked):
            same = _same(mine.sources, asked.sources) and _same(mine.destinations, asked.destinations)
            return same and (not mine.ports or (bool(asked.ports) and _ports(asked.ports) <= _ports(mine.ports)))
        case Only(end, zone, flows, within), Only(asked_end, asked_zone, approved, may_be_within):
            may = {_flow(one) for one in approved}
            same = end is asked_end and _same(zone, asked_zone) and (may_be_within or not within)
            return same and (not may or all(_flow(one) in may for one in flows))
        case (Isolated(mine), Isolated(asked)) | (NoMetadata(mine), NoMetadata(asked)):
            return _same(mine, asked)
        case Separate(mine, selector), Separate(asked, asked_selector):
            return selector == asked_selector and {one.text for one in asked} <= {one.text for one in mine}
        case NoExternal(mine, directions, internet), NoExternal(asked, asked_directions, asked_internet):
            return _same(mine, asked) and internet == asked_internet and set(asked_directions) <= set(directions)
        case (DefaultDeny(mine, directions), DefaultDeny(asked, asked_directions)) | (
            CoversEveryPod(mine, directions),
            CoversEveryPod(asked, asked_directions),
        ):
            same = mine.selector == asked.selector and _same(mine.names, asked.names)
            return same and set(asked_directions) <= set(directions)
        case _:
            return False


def _same(mine: tuple[Written, ...], asked: tuple[Written, ...]) -> bool:
    return {one.text for one in mine} == {one.text for one in asked}


def _flow(flow: FlowText) -> tuple[frozenset[str], ...]:
    ends = (flow.sources, flow.destinations)
    return (*(frozenset(one.text for one in some) for some in ends), frozenset(_ports(flow.ports)))


def _ports(ports: tuple[Written, ...]) -> set[str]:
    return {one.text.lower().removesuffix("/tcp") for one in ports}


@dataclass(frozen=True, slots=True)
class Asked:
    """An assertion for the user's intent file, with the controls that need it."""

    assertion: Assertion
    controls: tuple[Control, ...]


def asked_by(frameworks: Sequence[Framework]) -> tuple[Asked, ...]:
    """What ``frameworks`` need proved together: each statement once, under a name of its own."""
    found: list[Asked] = []
    for control in (control for one in frameworks for control in one.controls):
        for template in control.templates:
            known = next((at for at, one in enumerate(found) if _is_same(one.assertion, template)), None)
            if known is not None:
                found[known] = _also_for(found[known], control)
                continue
            taken = {one.assertion.id for one in found}
            name = template.id if template.id not in taken else f"{template.id}-{control.framework}"
            found.append(_also_for(Asked(replace(template, id=name), ()), control))
    return tuple(found)


def zones_to_bind(frameworks: Sequence[Framework]) -> tuple[ZoneText, ...]:
    """The zones of ``frameworks``, for the user to say what is in them; each with what belongs there."""
    about: dict[str, dict[str, None]] = {}
    for name, text in (zone for one in frameworks for zone in one.zones):
        about.setdefault(name, {})[text] = None
    unbound = (Written(UNBOUND, NOWHERE),)
    return tuple(ZoneText(name, NOWHERE, unbound, description="; ".join(texts)) for name, texts in about.items())


def _also_for(asked: Asked, control: Control) -> Asked:
    controls = (*asked.controls, control)
    references = tuple(dict.fromkeys(one.reference for one in controls))
    return Asked(replace(asked.assertion, controls=references), controls)


def _is_same(one: Assertion, other: Assertion) -> bool:
    mine, its = one.statement, other.statement
    if isinstance(mine, Only) and isinstance(its, Only) and set(map(_flow, mine.flows)) != set(map(_flow, its.flows)):
        return False
    return says(mine, its) and says(its, mine)
