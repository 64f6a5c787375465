"""Istio's ambient mesh in words, for reports that need no solver."""

from __future__ import annotations

from netverify.model.cluster import Cluster
from netverify.model.mesh import HBONE_PORT, ambient_mesh

_NAMED = 3
ARRIVES = f"traffic between members of the ambient mesh of Istio arrives on TCP {HBONE_PORT}"
"""How members of the mesh connect to each other."""


def mesh_of_map(cluster: Cluster) -> tuple[str, ...]:
    """That a map shows policy alone where the ambient mesh of ``cluster`` carries traffic, in a line."""
    mesh = ambient_mesh(cluster)
    if mesh is None:
        return ()
    where = [f"namespace {name}" for name in mesh.namespaces] + (["single pods"] if mesh.pods_alone else [])
    some = ", ".join(where[:_NAMED]) + (", ..." if where[_NAMED:] else "")
    return (f"{ARRIVES} ({some}): TCP between them is as the map says only where it says the same of {HBONE_PORT}",)
