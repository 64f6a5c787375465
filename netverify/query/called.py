"""What a question calls by a name that is no pod's: a Service, of which some ports are asked about."""

from __future__ import annotations

from netverify.diagnostics import Origin
from netverify.model.cluster import WorkloadKey
from netverify.model.flow import End
from netverify.model.labels import selector_of
from netverify.model.service import Service, ServicePort, ServiceType
from netverify.policy.predicate import All, AnyOf, InNamespace, IsPod, NamedPort, PodMatches, PortIn, Predicate
from netverify.policy.visit import alternatives
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Alias:
    """A name on the way to what a question calls: ``db.shop.svc.cluster.local``; ``origin`` is of the object behind."""

    text: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Uncalled:
    """A name that nothing goes by: ``why``, and what to do about it; either may be empty."""

    why: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """A Service that is called, or a name that leads out of the cluster (``service`` is None).

    ``ports`` are those of its ports that are asked about. ``aliases`` are the names that led there, the one that the
    sentence gives first; none where it names the Service itself. ``hostname`` picks some endpoints of a headless
    Service: of existing pods those of ``workloads``. ``notes`` say what is not sure about the name. ``nowhere`` says in
    words why the name leads nowhere as far as the manifests tell, and is empty where it leads somewhere; ``is_sure``:
    nothing outside the manifests could change that. ``by_address``: it is called by an address of the Service;
    ``by_block``: by a block of addresses that has more than this one. ``entered_by`` are then the kinds of ways in that
    begin at such an address, ``externalIPs`` and ``LoadBalancer``. ``only``: it is called as a way to the pods of that
    workload, and whoever else is behind it is not meant.
    """

    service: Service | None
    ports: tuple[ServicePort, ...] = ()
    aliases: tuple[Alias, ...] = ()
    hostname: str = ""
    workloads: tuple[WorkloadKey, ...] = ()
    notes: tuple[str, ...] = ()
    nowhere: str = ""
    is_sure: bool = True
    by_address: bool = False
    by_block: bool = False
    entered_by: frozenset[str] = frozenset()
    only: WorkloadKey | None = None

    def is_entered_by(self, kind: str) -> bool:
        """Whether ways in of ``kind`` may begin where it is called: at its address, if it is called by one."""
        return not self.by_address or kind in self.entered_by

    @property
    def is_dialled_directly(self) -> bool:
        """Whether a client connects to the port of the endpoint itself, so that no port of the Service counts.

        Source: "Headless Services"; "ExternalName" ("ports meaningless").
        """
        return self.service is None or self.service.headless or self.service.type is ServiceType.EXTERNAL_NAME


def asked_ports(service: Service, traffic: Predicate) -> tuple[ServicePort, ...]:
    """The ports of ``service`` that ``traffic`` means, which speaks of numbers and names of the Service's ports."""
    return tuple(port for port in service.ports if means(traffic, port))


def means(traffic: Predicate, port: ServicePort) -> bool:
    """Whether ``traffic`` speaks of ``port`` by its number or its name."""
    return any(_means(part, port) for part in alternatives(traffic))


def selected_pods(service: Service, end: End) -> Predicate:
    """Whoever ``service`` selects, existing or not; never holds for one without a selector."""
    if service.selector is None:
        return AnyOf()
    return All((IsPod(end), InNamespace(end, service.namespace), PodMatches(end, selector_of(service.selector))))


def _means(part: Predicate, port: ServicePort) -> bool:
    if isinstance(part, PortIn):
        return port.protocol is part.protocol and port.port in part.ports
    return isinstance(part, NamedPort) and port.protocol is part.protocol and port.name == part.name
