"""Whose addresses are whose, made ready for every question about one inventory."""

from __future__ import annotations

from dataclasses import replace

from netverify.answers.settings import Settings
from netverify.manifests.coverage import Inventory
from netverify.model.addresses import parse_cidr
from netverify.model.nodes import with_known_nodes


def with_owners(inventory: Inventory, settings: Settings) -> Inventory:
    """``inventory`` with every node that is known, be it by what ``settings`` take as given."""
    cluster = with_known_nodes(inventory.cluster, map(parse_cidr, settings.node_cidrs))
    return replace(inventory, cluster=cluster) if cluster.nodes != inventory.cluster.nodes else inventory
