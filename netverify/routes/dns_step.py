"""What looking up one absolute name gives: an outcome, records, and what it leads to."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from netverify.diagnostics import Origin
from netverify.model.addresses import Address
from netverify.model.cluster import WorkloadKey
from netverify.model.service import Service, ServicePort
from netverify.records import dataclass


class RecordType(StrEnum):
    """Types of records. ``ADDRESS`` is an A or an AAAA record: of which family, the manifests do not tell."""

    A = "A"
    AAAA = "AAAA"
    ADDRESS = "A/AAAA"
    CNAME = "CNAME"
    SRV = "SRV"


class Outcome(StrEnum):
    """What becomes of the query for one name.

    ``FORWARDED``: it is not in the zone of the cluster, whose DNS asks its upstream; what that says is not known.
    ``NOT_ASKED``: the DNS of the cluster is not asked.
    """

    NOERROR = "NOERROR"
    NXDOMAIN = "NXDOMAIN"
    CNAME = "CNAME"
    FORWARDED = "forwarded"
    NOT_ASKED = "not asked"
    LOOP = "loop"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Record:
    """One record, or one for each of some pods; ``value`` in words where the manifests do not tell it."""

    type: RecordType
    value: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class ToService:
    """The name is that of ``service``, or of some of its endpoints.

    ``hostname`` is what endpoints are called before the name of the Service, empty for all of them; ``workloads`` are
    those that ``hostname`` means. ``port`` is that of an SRV name.
    """

    service: Service
    hostname: str = ""
    workloads: tuple[WorkloadKey, ...] = ()
    addresses: tuple[Address, ...] = ()
    port: ServicePort | None = None


@dataclass(frozen=True, slots=True)
class ToApiServer:
    """The name is that of the API server, whose Service is in every cluster and in few manifests."""


@dataclass(frozen=True, slots=True)
class ToOutside:
    """``name`` is not one of the cluster: whoever the cluster's DNS asks answers for it."""

    name: str


@dataclass(frozen=True, slots=True)
class ToAddress:
    """The name spells out ``address``, whoever is there, in ``namespace``."""

    address: Address
    namespace: str


Target: TypeAlias = ToService | ToApiServer | ToOutside | ToAddress


@dataclass(frozen=True, slots=True)
class Step:
    """One name that was looked up.

    ``name`` is absolute, without the dot at its end. ``object`` and ``origin`` are what holds its records. ``detail``
    says why there are none, or what else bears on them. ``absent`` is what would have to be in the cluster, beside what
    is in the manifests, for another outcome (``Service shop/web``); empty where nothing would change it. ``alias`` is
    what a CNAME leads to.
    """

    name: str
    outcome: Outcome
    records: tuple[Record, ...] = ()
    target: Target | None = None
    object: str = ""
    origin: Origin | None = None
    detail: str = ""
    absent: str = ""
    alias: str = ""

    @property
    def ends_search(self) -> bool:
        """Whether a resolver stops here: the name has records, of whatever type.

        A name that exists without any does not end it. Source: glibc ``res_query.c`` (``got_nodata``).
        """
        return bool(self.records)
