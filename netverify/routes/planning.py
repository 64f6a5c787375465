"""What the planning of routes has to know of a cluster, and of those whom a question is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from netverify.model.cluster import Cluster
from netverify.model.flow import End
from netverify.policy.predicate import Predicate
from netverify.records import dataclass
from netverify.routes.index import RoutingIndex
from netverify.routes.options import RoutingOptions


class EndDomain(Protocol):
    """Who may be at one end of a flow, existing or possible."""

    @property
    def places(self) -> tuple[str, ...]:
        """The namespaces that pods among them may be in."""

    @property
    def empty(self) -> bool:
        """Whether it is nobody; True only if that is sure."""


@dataclass(frozen=True, slots=True)
class Planning:
    """A cluster, with what a user says of it, to plan routes in; no policy of it is asked.

    ``cni`` is the name of its plugin, if that is given. ``may_see_outer_addresses``: policy of a source may see the
    address outside that it connects to, rather than the pod behind. ``domain`` tells who may be at an end where a
    predicate holds, and ``count`` at most how many existing pods that are.
    """

    index: RoutingIndex
    cluster: Cluster
    options: RoutingOptions
    cni: str | None
    may_see_outer_addresses: bool
    domain: Callable[[Predicate, End], EndDomain]
    count: Callable[[Predicate, End], int]
