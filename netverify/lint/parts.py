"""The parts of policies that findings are about, one by one, each with its place."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.diagnostics import Origin
from netverify.documents.document import FieldPath
from netverify.lint.wording import policy_text
from netverify.model.flow import Direction
from netverify.model.network_policy import NetworkPolicy, Peer, PolicyRule
from netverify.records import dataclass
from netverify.sources.places import Places


@dataclass(frozen=True, slots=True)
class RulePart:
    """Rule number ``index``, from 0, of a direction that ``policy`` lists in its types, or not."""

    policy: NetworkPolicy
    direction: Direction
    index: int
    rule: PolicyRule

    @property
    def listed(self) -> bool:
        """Whether the direction is among the policy's types."""
        return self.policy.for_ingress if self.direction is Direction.INGRESS else self.policy.for_egress

    @property
    def path(self) -> FieldPath:
        """Where the rule is in the object."""
        return ("spec", str(self.direction), self.index)

    @property
    def peers_key(self) -> str:
        """``from`` or ``to``."""
        return "from" if self.direction is Direction.INGRESS else "to"

    def __str__(self) -> str:
        return f"{self.direction} rule {self.index + 1} of {policy_text(self.policy)}"


@dataclass(frozen=True, slots=True)
class PeerPart:
    """Peer number ``index``, from 0, of a rule."""

    of: RulePart
    index: int
    peer: Peer

    @property
    def path(self) -> FieldPath:
        """Where the peer is in the object."""
        return (*self.of.path, self.of.peers_key, self.index)

    def origin(self, places: Places, *fields: str) -> Origin:
        """The place of the peer, or of a field of it."""
        return places.origin(self.of.policy, (*self.path, *fields), self.of.rule.origin)

    def __str__(self) -> str:
        return f"peer {self.index + 1} of {self.of}"


def rules_of(policy: NetworkPolicy) -> Iterator[RulePart]:
    """Every rule of ``policy``, of a listed direction or not."""
    for direction, rules in ((Direction.INGRESS, policy.ingress), (Direction.EGRESS, policy.egress)):
        for index, rule in enumerate(rules):
            yield RulePart(policy, direction, index, rule)


def peers_of(policy: NetworkPolicy) -> Iterator[PeerPart]:
    """Every peer of every rule of ``policy``."""
    for part in rules_of(policy):
        for index, peer in enumerate(part.rule.peers):
            yield PeerPart(part, index, peer)
