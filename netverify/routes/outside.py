"""Where a controller connects to that is no Service of the cluster."""

from __future__ import annotations

from netverify.model.addresses import Address
from netverify.model.service import Service
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Outside:
    """What is no Service and no pod by name: ``name`` is an address or the name of one, ``port`` is None for any.

    ``address`` is the address where it is written; whoever is there may be a pod or a node. ``alias`` is the Service of
    type ExternalName that names it, if one does.
    """

    name: str
    port: int | None = None
    address: Address | None = None
    alias: Service | None = None
