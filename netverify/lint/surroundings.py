"""What findings about policies are judged by: the cluster, who is there, the files, and what mends them."""

from __future__ import annotations

from netverify.lint.inhabitants import Inhabitants
from netverify.lint.mending import Mending
from netverify.model.cluster import Cluster
from netverify.model.network_policy import NetworkPolicy
from netverify.records import dataclass
from netverify.sources.places import Places


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The cluster of the policies, its existing pods, and where the policies are written."""

    cluster: Cluster
    there: Inhabitants
    places: Places
    mending: Mending

    @property
    def policies(self) -> tuple[NetworkPolicy, ...]:
        """Every policy of the cluster."""
        return self.cluster.network_policies
