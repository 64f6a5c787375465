"""Claims: what assertions come to, as questions with the answer that they must have."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from netverify.gate.intent.spec import ExceptionText, World
from netverify.model.flow import Direction
from netverify.policy.predicate import Predicate
from netverify.query.question import Question
from netverify.records import dataclass


class Wanted(StrEnum):
    """What must hold of the flows that a question is about."""

    NONE = "none"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Exempt:
    """Flows that do not count: from ``source`` to ``target``, which is about the destination and the traffic.

    ``outside``: the source has addresses, so that a client behind a way in may be meant. ``by_hop``: a connection does
    not count whoever is the client behind it, as from an approved controller of Ingresses.
    """

    source: Predicate
    target: Predicate
    outside: bool = False
    by_hop: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """None, or all, of the flows that ``question`` is about are allowed, among the pods of ``world``.

    ``key`` names the claim among those of its assertion in words. ``exempt`` are flows that are approved.
    ``nobody_will_do``: where there are no such flows at all, it holds.
    ``only_ways``: of flows from outside those by a way in alone; another claim is about the others.
    ``outside`` is what addresses outside are called at its source.
    ``violated`` says in words what is wrong where it does not hold; empty where the flow itself says it. It is then
    about the pods at the subject's end of ``direction`` as a whole.
    """

    key: str
    question: Question
    wanted: Wanted = Wanted.NONE
    world: World = World.POSSIBLE
    exempt: tuple[Exempt, ...] = ()
    nobody_will_do: bool = False
    only_ways: bool = False
    outside: str = "outside"
    violated: str = ""
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class PreparedException:
    """An exception with the flows that it leaves aside."""

    exception: ExceptionText
    flows: tuple[Exempt, ...]

    def is_for(self, ids: Collection[str]) -> bool:
        """Whether it is for an assertion that has one of ``ids``."""
        return any(written.text in ids for written in self.exception.assertions)
