"""Inputs that were not read, because the budget of the command ended first."""

from __future__ import annotations

from netverify.cli.request import Sources
from netverify.diagnostics import Origin
from netverify.model.cluster import Cluster
from netverify.sources.coverage import Coverage, Inventory


def unread(sources: Sources) -> Inventory:
    """The inventory where nothing of ``sources`` was read: its account names them all."""
    return Inventory(Cluster({}), Coverage(unread=tuple(map(Origin, sources.names))))
