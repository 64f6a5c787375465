"""What a comparison says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from netverify.diagnostics import Origin
from netverify.model.flow import Direction, Flow
from netverify.model.service import Service
from netverify.model.traffic import PortSet, Protocol
from netverify.pairs.outcome import Access
from netverify.policy.table import PolicyRef
from netverify.query.derivation import Derived, SolvedText
from netverify.query.outcome import Reason, Route, Witness
from netverify.query.remarks import Remarked
from netverify.records import dataclass
from netverify.routes.way_in import WayIn
from netverify.sources.coverage import Inventory

if TYPE_CHECKING:
    from netverify.answers.surface import ExposedWay


class Relation(StrEnum):
    """How the new manifests relate to the old ones. All but ``UNKNOWN`` are proved."""

    EQUIVALENT = "equivalent"
    MORE_PERMISSIVE = "more permissive"
    LESS_PERMISSIVE = "less permissive"
    INCOMPARABLE = "incomparable"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    """Whether there is any access of a kind. ``NO`` is a proof, ``YES`` has a witness that was replayed."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


_RELATIONS = {
    (Certainty.NO, Certainty.NO): Relation.EQUIVALENT,
    (Certainty.YES, Certainty.NO): Relation.MORE_PERMISSIVE,
    (Certainty.NO, Certainty.YES): Relation.LESS_PERMISSIVE,
    (Certainty.YES, Certainty.YES): Relation.INCOMPARABLE,
}


def relation(new_access: Certainty, lost_access: Certainty) -> Relation:
    """The relation that both answers make; ``UNKNOWN`` where one of them is."""
    return _RELATIONS.get((new_access, lost_access), Relation.UNKNOWN)


def either(*parts: Certainty) -> Certainty:
    """Whether there is access of a kind in one of ``parts`` at least."""
    if Certainty.YES in parts:
        return Certainty.YES
    return Certainty.UNKNOWN if Certainty.UNKNOWN in parts else Certainty.NO


class CauseKind(StrEnum):
    """Why the one side allows, and the other does not.

    ``RULE``: a rule allows. ``OPEN``: no policy selects the subject on the allowing side, and ``policy`` is one that
    selects it on the other. ``RELABELLED``: the rule is on both sides, and the namespace of an end is labelled
    differently. ``OWN_NODE``: traffic between a pod and its node.
    """

    RULE = "rule"
    OPEN = "open"
    RELABELLED = "relabelled"
    OWN_NODE = "own-node"


@dataclass(frozen=True, slots=True)
class Cause:
    """What is responsible in one direction; ``rule`` counts from 0. ``place`` is where to look."""

    direction: Direction
    kind: CauseKind
    policy: PolicyRef | None = None
    rule: int | None = None
    place: Origin | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Flows from ``source`` to ``destination`` on ``traffic`` of which some are allowed on one side alone.

    ``witness`` is one of them, small, as the side sees it that allows it, and ``allowed`` traces it there; ``refused``
    traces ``other``, the same flow as the other side sees it. Both were replayed in the reference reading. ``provided``
    says what labels a namespace has on the other side, where the manifests do not tell. ``unnamed`` are names of ports
    that the destination of ``witness``, a pod that could be created, must not give to the port: with one of them the
    flow would be no change. ``doubts`` are objects that are not modelled, or rules that are not taken as they are,
    which could make that flow no change; ``approximations`` are such rules that it needs as they are written.
    ``shown_by`` is the goal that the witness is a model of, if texts are kept.
    """

    source: str
    destination: str
    traffic: str
    causes: tuple[Cause, ...]
    witness: Witness
    allowed: tuple[Reason, ...]
    refused: tuple[Reason, ...]
    other: Flow
    provided: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    shown_by: tuple[SolvedText, ...] = ()
    approximations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PairChange:
    """What an existing workload, or an external range, may open to another one on either side.

    ``gained`` and ``lost`` are the ports whose state is better or worse than before; ``allowed`` is better than
    ``depends``, which is better than neither.
    """

    source: str
    destination: str
    before: Access
    after: Access
    gained: Mapping[Protocol, PortSet]
    lost: Mapping[Protocol, PortSet]


@dataclass(frozen=True, slots=True)
class WorkloadChanges:
    """Existing workloads: on one side only, ``changed`` with what is different, and connections that are.

    ``connections`` are those between workloads that are on both sides, and with external ranges; ``further`` is how
    many are not listed.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[tuple[str, str], ...] = ()
    connections: tuple[PairChange, ...] = ()
    further: int = 0


@dataclass(frozen=True, slots=True)
class WayChange:
    """A way in from outside that is not what it was.

    ``way`` is that of the new side, or of the old one where it is gone. ``before`` and ``after`` say what became of it
    on either side, None where it is not there. ``gained`` are the routes through it that only the new side has, and
    that policy lets through or may let through; ``lost`` those of the old side. ``what`` says in words what is written
    differently. Without ``gained`` and ``lost`` it changes no access by itself.
    """

    way: WayIn
    before: ExposedWay | None
    after: ExposedWay | None
    gained: tuple[Route, ...] = ()
    lost: tuple[Route, ...] = ()
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """A Service of both sides by whose name pods reach other endpoints than before; each endpoint in words."""

    service: Service
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoutingChanges:
    """How traffic gets to pods, compared: ways in from outside, and Services for pods.

    ``new_access`` and ``lost_access`` are about these alone. ``added`` and ``removed`` are the Services of one side.
    ``doubts`` say in words what leaves them unknown. ``no_new`` and ``no_lost`` are the steps by which it follows that
    there is none, if texts are kept.
    """

    new_access: Certainty = Certainty.NO
    lost_access: Certainty = Certainty.NO
    ways: tuple[WayChange, ...] = ()
    services: tuple[ServiceChange, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    smt2: tuple[SolvedText, ...] = ()
    no_new: tuple[Derived, ...] = ()
    no_lost: tuple[Derived, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison(Remarked):
    """The new manifests compared with the old ones.

    ``appears`` and ``disappears`` together hold everything that does, unless ``more_appears`` or ``more_disappears``
    say that there is more; the verdict does not depend on how many are listed. ``proofs`` say what was proved, and
    ``no_new`` and ``no_lost`` from which texts it follows that there is no new access, and no lost access.
    """

    verdict: Relation
    new_access: Certainty
    lost_access: Certainty
    appears: tuple[Change, ...] = ()
    disappears: tuple[Change, ...] = ()
    more_appears: bool = False
    more_disappears: bool = False
    workloads: WorkloadChanges = field(default_factory=WorkloadChanges)
    routing: RoutingChanges = field(default_factory=RoutingChanges)
    proofs: tuple[str, ...] = ()
    smt2: tuple[SolvedText, ...] = ()
    no_new: Derived = None
    no_lost: Derived = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """Both inventories, for reports that show the account of what was read."""

    old: Inventory
    new: Inventory

    @property
    def named(self) -> tuple[tuple[str, Inventory], tuple[str, Inventory]]:
        """Each with its name."""
        return (("old", self.old), ("new", self.new))
