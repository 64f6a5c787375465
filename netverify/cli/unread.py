"""Inputs that were not read, because the budget of the command ended first."""

from __future__ import annotations

from netverify.cli.request import Sources
from netverify.diagnostics import Origin
from netverify.manifests.coverage import Coverage, Inventory
from netverify.model.cluster import Cluster


def unread(sources: Sources) -> Inventory:
    """The inventory where nothing of ``sources`` was read: its account names them all."""
    return Inventory(Cluster({}), Coverage(unread=tuple(map(Origin, sources.names))))
