"""What an answer holds: the verdict, the witness, and the reasons."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from netverify.diagnostics import Origin
from netverify.model.addresses import AddressRange
from netverify.model.flow import Direction, End, Flow
from netverify.policy.predicate import Choice, Choices
from netverify.policy.table import PolicyRef
from netverify.query.derivation import Derived, SolvedText
from netverify.query.remarks import Remarked
from netverify.records import dataclass


class Verdict(StrEnum):
    """The answer to a reachability question. ``UNREACHABLE`` is a proof."""

    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"
    VACUOUS = "vacuous"


class Scope(StrEnum):
    """Whether pods of the manifests already suffice for a reachable answer, or only a pod that is not in them."""

    EXISTING = "existing"
    POSSIBLE = "possible"


class Routing(StrEnum):
    """Where a reason that is no policy's belongs: to how traffic gets there."""

    ROUTING = "routing"


class Effect(StrEnum):
    """What one direction did with the flow. ``NOT_ISOLATED``: no policy selects the subject."""

    ALLOW = "allow"
    DENY = "deny"
    NOT_ISOLATED = "not-isolated"


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the trace.

    ``object`` is what decides about routing (``Service b/pg``). ``policy`` is None where no policy decided. ``rule``
    counts from 0 and is None when no rule matched (the policy isolates and nothing allows). ``detail`` says in words
    what the deciding rule matched (``from pods with role=admin``), or, for ``NOT_ISOLATED``, why nothing applies.
    """

    direction: Direction | Routing
    effect: Effect
    policy: PolicyRef | None = None
    rule: int | None = None
    origin: Origin | None = None
    detail: str = ""
    object: str = ""

    @property
    def place(self) -> Origin | None:
        """Where the deciding rule is, or else the policy; None where no policy decided."""
        return self.origin or (self.policy.origin if self.policy else None)


@dataclass(frozen=True, slots=True)
class Witness:
    """A flow that policy allows, small and replayed in the reference reading.

    ``behaviours`` are those that the flow needs, with the value that it needs; the flow is allowed whatever the others
    are. ``source_address_matters`` (and its twin) is false when the address in ``flow`` is arbitrary.
    """

    flow: Flow
    behaviours: Choices = field(default_factory=dict)
    source_address_matters: bool = False
    destination_address_matters: bool = False
    port_matters: bool = True

    @property
    def needs(self) -> list[tuple[Choice, bool]]:
        """``behaviours`` in the order of their names."""
        return sorted(self.behaviours.items(), key=lambda one: str(one[0]))

    def address_matters(self, end: End) -> bool:
        """Whether the flow needs the address that it has at ``end``."""
        return self.source_address_matters if end is End.SOURCE else self.destination_address_matters


class EndpointKind(StrEnum):
    """What stands at the end of a route: existing pods, pods that could be created, or an address."""

    EXISTING = "existing"
    POSSIBLE = "possible"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Hop:
    """One station on a path: ``Ingress shop/web (host shop.example.com, path /api)``; ``port`` is that knocked at."""

    text: str
    port: int | str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One way that the traffic of a question can take, judged.

    ``source`` and ``text`` say where it comes from and leads (``b/pg[StatefulSet]:5432``), ``path`` what it passes
    before the last pod. ``legs`` are its connections in order, each of which policy decides: to a controller, from
    there to the pod. ``provided`` is what must hold outside the manifests for it. ``leads_to`` says what is at its
    end.
    """

    source: str
    text: str
    verdict: Verdict
    path: tuple[Hop, ...]
    legs: tuple[Answer, ...]
    provided: tuple[str, ...] = ()
    leads_to: EndpointKind = EndpointKind.EXISTING


@dataclass(frozen=True, slots=True)
class Answer(Remarked):
    """The answer to one question.

    ``because`` traces the witness in both directions, or for an unreachable answer names the policies that carry the
    proof. ``smt2`` are the formulas that were solved, in order, with their results. Of these, ``shown_by`` is the one
    that the witness is a model of, and ``derivation`` says from which ones a proof follows, that nothing is reachable
    or that there is nothing to reach. ``each_way`` has what holds of the two ways to read a port that is one of the
    pods and one of their Service, in this order; it is empty elsewhere. ``read_as`` says what the sentence was taken
    for, where it does not say it all.
    """

    question: str
    verdict: Verdict
    scope: Scope | None = None
    witness: Witness | None = None
    because: tuple[Reason, ...] = ()
    smt2: tuple[SolvedText, ...] = ()
    shown_by: SolvedText | None = None
    derivation: Derived = None
    routes: tuple[Route, ...] = ()
    route: Route | None = None
    each_way: tuple[Verdict, ...] = ()
    read_as: tuple[str, ...] = ()

    @property
    def witnesses(self) -> tuple[Witness, ...]:
        """The flows that show it: one for each connection of its route, if there is one."""
        return witnesses_of(self.witness, self.route)


def witnesses_of(witness: Witness | None, route: Route | None) -> tuple[Witness, ...]:
    """The flows that show one thing: those of the connections of its ``route``, else its ``witness``."""
    shown = [leg.witness for leg in route.legs] if route is not None else [witness]
    return tuple(one for one in shown if one is not None)


@dataclass(frozen=True, slots=True)
class Listed:
    """One existing endpoint of a listing: a workload (``shop/web[Deployment]``) or an external range of addresses.

    ``witness`` is one flow that shows it. ``addresses`` are those of a range. ``provided`` is what must hold outside
    the manifests for the way that it takes.
    """

    text: str
    witness: Witness
    because: tuple[Reason, ...] = ()
    addresses: AddressRange | None = None
    provided: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing(Remarked):
    """The answer to ``who can reach …`` or ``what can … reach``.

    ``existing`` are the endpoints of the manifests and external ranges, in the order of names; ``possible`` describes
    the pods that could be created, each a selector in words (``pods with role=admin in namespaces with team=a``).
    ``read_as`` as in an ``Answer``.
    """

    question: str
    verdict: Verdict
    existing: tuple[Listed, ...] = ()
    possible: tuple[str, ...] = ()
    read_as: tuple[str, ...] = ()
