"""The scope of a zone as a result: who reaches it and whom it reaches, directly or by others, and by which rules."""

from __future__ import annotations

from netverify.pairs.all_pairs import Connectivity
from netverify.pairs.outcome import Access
from netverify.policy.predicate import Predicate
from netverify.query.outcome import Reason, Witness
from netverify.query.remarks import Remarked
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """What a scope is of, in words, as a predicate about a source and one about a destination."""

    text: str
    source: Predicate
    destination: Predicate


@dataclass(frozen=True, slots=True)
class Inside:
    """Who is in a place, by numbers of endpoints: ``sure``, and ``perhaps`` where that depends on something."""

    place: Place
    sure: tuple[int, ...]
    perhaps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One connection of a path: what ``access`` allows, with a flow that shows it and the rules that decide it."""

    source: int
    destination: int
    access: Access
    witness: Witness
    because: tuple[Reason, ...]

    @property
    def is_sure(self) -> bool:
        """Whether some port is allowed whatever is left open."""
        return bool(self.access.allowed)


@dataclass(frozen=True, slots=True)
class Path:
    """A shortest chain of connections in the order of the traffic.

    ``is_sure``: every step is allowed whatever is left open. There may be one of ``sooner`` steps that is not.
    """

    steps: tuple[Step, ...]
    is_sure: bool
    sooner: int | None = None

    @property
    def hops(self) -> int:
        """How many connections it is made of."""
        return len(self.steps)

    @property
    def on(self) -> tuple[str, ...]:
        """What it depends on, as ``Access.on``; empty where it is sure."""
        return tuple(sorted({on for one in self.steps if not one.is_sure for on in one.access.on}))


@dataclass(frozen=True, slots=True)
class Connected:
    """A workload, or ranges of addresses outside that are alike, with a path ``into`` the places or ``out`` of them."""

    members: tuple[int, ...]
    into: Path | None
    out: Path | None

    @property
    def hops(self) -> int:
        """Those of the shorter path."""
        return min(one.hops for one in (self.into, self.out) if one is not None)


@dataclass(frozen=True, slots=True)
class Scope(Remarked):
    """``entries`` are connected with the places, nearest first, and ``apart`` are the workloads that are not.

    ``is_outward``: only what the places reach was looked for. ``possible_into`` and ``possible_out`` describe pods that
    could be created and are one connection away. ``vacuous_because`` is which place nobody is in.
    """

    connectivity: Connectivity
    inside: tuple[Inside, ...]
    entries: tuple[Connected, ...]
    apart: tuple[int, ...]
    is_outward: bool = False
    possible_into: tuple[str, ...] = ()
    possible_out: tuple[str, ...] = ()
    vacuous_because: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The places in words."""
        return " and ".join(one.place.text for one in self.inside)
