"""What every question about one inventory shares: its policies, indexes, searches and latitude."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from netverify.dialects.tiers import lower
from netverify.manifests.coverage import Inventory
from netverify.model.behaviours import Behaviour
from netverify.rules.slicing import PolicyIndex
from netverify.symbolic.obligations import ClusterIndex, Latitude, index_cluster
from netverify.symbolic.search import Search
from netverify.symbolic.solver import Budget


@dataclass(frozen=True, slots=True)
class Context:
    """An inventory made ready for questions. ``behaviours`` are the fixed ones; the others are free.

    ``keep_goals``: answers carry the texts that were solved.
    """

    inventory: Inventory
    behaviours: Mapping[Behaviour, bool]
    latitude: Latitude
    policies: PolicyIndex
    index: ClusterIndex
    search: Search
    keep_goals: bool


def make_context(
    inventory: Inventory,
    behaviours: Mapping[Behaviour, bool],
    latitude: Latitude,
    budget: Budget,
    *,
    keep_goals: bool,
) -> Context:
    """Lower the policies of ``inventory`` and index its cluster."""
    policies = PolicyIndex(lower(inventory.cluster))
    index = index_cluster(inventory.cluster)
    search = Search(index, policies, behaviours, latitude, budget)
    return Context(inventory, behaviours, latitude, policies, index, search, keep_goals)
