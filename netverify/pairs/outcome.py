"""What the all-pairs reading finds: endpoints, and who among them may open which connections."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from netverify.model.addresses import AddressRange
from netverify.model.cluster import WorkloadKey
from netverify.model.flow import Direction
from netverify.model.traffic import PortSet, Protocol
from netverify.pairs.bits import ones
from netverify.policy.table import Rule
from netverify.records import dataclass

EXTERNAL_KIND = "external"

POD_ADDRESS = "pod-address"
"""In ``Access.on``: it depends on a pod or node address that is not in the manifests, or leave a choice of."""
SAME_NODE = "same-node"
"""In ``Access.on``: it depends on whether both pods run on one node."""
POD_LABELS = "pod-labels"
"""In ``Access.on``: it depends on the value of a label that a controller adds, such as ``pod-template-hash``."""
SERVICE_ACCOUNT = "service-account"
"""In ``Access.on``: it depends on the service account of a pod, which is not in the manifests."""
PORT_NAMES = "port-names"
"""In what depends, of pods that could be created only: it depends on which names they give to their ports."""
NAMESPACE_LABELS = "namespace-labels"
"""In ``Access.on``: it depends on labels of a namespace whose Namespace object is not in the manifests."""


@dataclass(frozen=True, slots=True)
class MapEndpoint:
    """One end of connections: an existing workload, or a range of external addresses; exactly one of both is given."""

    workload: WorkloadKey | None = None
    block: AddressRange | None = None

    @property
    def id(self) -> str:
        """``shop/web[Deployment]``, or ``10.0.0.0-10.255.255.255``."""
        return str(self.workload or self.block)

    @property
    def kind(self) -> str:
        """The kind of the workload, or ``external``."""
        return self.workload.kind if self.workload else EXTERNAL_KIND


@dataclass(frozen=True, slots=True)
class Access:
    """What one endpoint may open to another.

    ``allowed`` holds whatever is left open; ``depends`` only under some values of what ``on`` names: behaviours of the
    CNI, and the four constants above. The two are disjoint; protocols without ports are missing; ``on`` is sorted and
    names exactly what makes a difference.
    """

    allowed: Mapping[Protocol, PortSet] = field(default_factory=dict)
    depends: Mapping[Protocol, PortSet] = field(default_factory=dict)
    on: tuple[str, ...] = ()


class Isolation(StrEnum):
    """Whether policies of one direction isolate an endpoint, so that only what they allow is allowed.

    A NetworkPolicy does so to whom it selects. A ClusterNetworkPolicy never does: what no rule denies goes on.
    """

    OPEN = "open"
    ISOLATED = "isolated"
    DEPENDS = "depends"


class Members:
    """A set of endpoints of the block numbered ``block``, as ``bits``; ``numbers`` gives the endpoint of each bit."""

    __slots__ = ("bits", "block", "numbers")

    def __init__(self, block: int, numbers: tuple[int, ...], bits: int) -> None:
        self.block = block
        self.numbers = numbers
        self.bits = bits

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __iter__(self) -> Iterator[int]:
        return map(self.numbers.__getitem__, ones(self.bits))

    def parts(self) -> Iterator[Members]:
        """The set itself: it is of a single block."""
        yield self

    def __and__(self, other: Members) -> int:
        """How many endpoints are in both."""
        return (self.bits & other.bits).bit_count() if self.block == other.block else 0


class WideMembers:
    """A set of endpoints of many blocks: ``crowds``, which are disjoint, without those in the blocks ``left_out``.

    Each crowd holds members by block; ``count`` is how many they hold together. Sets that differ in few blocks share
    their crowds.
    """

    __slots__ = ("_count", "_crowds", "_left_out")

    def __init__(self, crowds: Sequence[Mapping[int, Members]], count: int, left_out: Collection[int]) -> None:
        self._crowds = crowds
        self._left_out = left_out
        for crowd in crowds:
            for number in left_out:
                if number in crowd:
                    count -= crowd[number].bits.bit_count()
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        for members in self.parts():
            yield from members

    def __and__(self, other: Members) -> int:
        """How many endpoints are in both."""
        ours = self.in_block(other.block)
        return 0 if ours is None else ours & other

    def in_block(self, block: int) -> Members | None:
        """The endpoints of one block; None without any."""
        found = None
        if block not in self._left_out:
            for crowd in self._crowds:
                if (members := crowd.get(block)) is not None:
                    found = members if found is None else Members(block, members.numbers, found.bits | members.bits)
        return found

    def parts(self) -> Iterator[Members]:
        """Disjoint sets of single blocks that together are this one."""
        for crowd in self._crowds:
            for number, members in crowd.items():
                if number not in self._left_out:
                    yield members

    def without(self, blocks: Collection[int]) -> WideMembers:
        """The same but for those in ``blocks``."""
        count = sum(len(members) for crowd in self._crowds for members in crowd.values())
        return WideMembers(self._crowds, count, {*self._left_out, *blocks})


@dataclass(slots=True)
class Bundle:
    """Each of ``sources`` has ``access`` to each of ``destinations``; nothing is said of an endpoint and itself.

    Never changed once made; it is not frozen because there are very many, and that would double what each one costs.
    """

    sources: Members | WideMembers
    destinations: Members
    access: Access

    def __len__(self) -> int:
        """How many ordered pairs of distinct endpoints these are."""
        return len(self.sources) * len(self.destinations) - (self.sources & self.destinations)


@dataclass(frozen=True, slots=True)
class Connection:
    """One ordered pair, by numbers of endpoints; both are the same for replicas of one workload."""

    source: int
    destination: int
    access: Access


@dataclass(frozen=True, slots=True)
class RuleUse:
    """For which ``subjects`` a rule may match, and which of their ``peers``: on some port, in some circumstances.

    Peers are sources for ingress and destinations for egress. Both are the union of their items.
    """

    direction: Direction
    rule: Rule
    subjects: tuple[Members, ...]
    peers: tuple[Members, ...]
