"""What every question about one inventory shares: its policies, indexes and searches."""

from __future__ import annotations

from dataclasses import dataclass

from netverify.answers.settings import Settings
from netverify.dialects.tiers import lower
from netverify.manifests.coverage import Inventory
from netverify.rules.slicing import PolicyIndex
from netverify.symbolic.obligations import Latitude, index_cluster
from netverify.symbolic.search import Search
from netverify.symbolic.solver import Budget


@dataclass(frozen=True, slots=True)
class Context:
    """An inventory made ready for questions under ``settings``."""

    inventory: Inventory
    settings: Settings
    policies: PolicyIndex
    search: Search


def make_context(inventory: Inventory, settings: Settings) -> Context:
    """Lower the policies of ``inventory`` and index its cluster."""
    policies = PolicyIndex(lower(inventory.cluster))
    search = Search(
        index_cluster(inventory.cluster),
        policies,
        settings.fixed,
        Latitude(settings.pod_cidrs, settings.free_named_ports),
        Budget(settings.timeout_s, settings.seed),
    )
    return Context(inventory, settings, policies, search)
