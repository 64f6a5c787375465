"""The routes that the traffic of a question can take, before policy has judged them: from inside the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from netverify.late import late
from netverify.model.addresses import AddressRange
from netverify.model.api_server import is_api_server
from netverify.model.flow import Direction, End
from netverify.model.service import Service, ServicePort
from netverify.policy.predicate import Leaf, NamedPort, Predicate
from netverify.policy.visit import rebuilt
from netverify.query.called import Called
from netverify.query.outcome import EndpointKind, Hop
from netverify.query.question import Form, Question
from netverify.query.whereabouts import is_outside
from netverify.records import dataclass
from netverify.routes.api_server import ADVICE, ANY_USUAL_PORT, api_server_places, in_slices, is_told
from netverify.routes.backends import Backend, backends, dialled, only
from netverify.routes.hops import service_hop
from netverify.routes.planning import Planning

if TYPE_CHECKING:
    from netverify.routes import cluster_dns
else:
    (cluster_dns,) = late("netverify.routes", "cluster_dns")

WHATEVER_ADDRESS = "an address outside the cluster"
"""Where a route leads of which a name outside the cluster is all that is known."""


class Shared(Enum):
    """Which pod two connections of a route have in common, beside what their questions say.

    ``CLIENT``: the last one comes from the same pod as the first. ``STATION``: it comes from the pod that the one
    before it leads to.
    """

    NOBODY = "nobody"
    CLIENT = "client"
    STATION = "station"


@dataclass(frozen=True, slots=True)
class PlannedLeg:
    """One connection of a route, as a question of its own.

    ``by_node``: its source is a node of the cluster; ``to_node``: its destination is. ``by_client``: its source is the
    client itself, at addresses that it keeps. ``by_balancer``: its source is a load balancer, at addresses of its own.
    ``names_freely``: as :class:`netverify.routes.backends.Backend`. ``given`` is what any answer to it takes as given.
    ``half``: policy of that direction alone decides, since that of the other sees another connection; None for both.
    ``wider`` is a question about these connections and more: where that is closed, so is this.
    ``by_router``: its source is the router of OpenShift, as its operator labels it.
    """

    question: Question
    by_node: bool = False
    to_node: bool = False
    by_client: bool = False
    by_balancer: bool = False
    names_freely: bool = False
    half: Direction | None = None
    wider: Question | None = None
    by_router: bool = False
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedRoute:
    """A route as :class:`netverify.query.outcome.Route` has it, with questions for answers.

    Of the routes of one ``choice`` there is only one, and the manifests do not tell which; ``is_common``: it is one
    that has to be open before all count as open.
    ``clients`` are the addresses outside that the ways in on it let in by their own rules; None for any.
    Where there is a ``doubt``, it is not known whether the route is there at all: nothing but policy rules it out.
    """

    text: str
    path: tuple[Hop, ...]
    legs: tuple[PlannedLeg, ...]
    provided: tuple[str, ...] = ()
    leads_to: EndpointKind = EndpointKind.EXISTING
    choice: str = ""
    is_common: bool = True
    clients: tuple[AddressRange, ...] | None = None
    shared: Shared = Shared.NOBODY
    doubt: str = ""


def leg(question: Question, destination: Predicate, traffic: Predicate, text: str) -> Question:
    """``question`` about pods as they are: ``destination``, called ``text``, on ``traffic``."""
    return replace(
        question,
        form=Form.CAN,
        destination=destination,
        traffic=traffic,
        destination_text=text,
        called=None,
        from_outside=False,
    )


def routes_to(question: Question, called: Called, planning: Planning) -> Iterator[PlannedRoute]:
    """The routes from pods of the cluster to what is ``called``; each leads to endpoints that are alike."""
    if called.nowhere:
        return
    aliases = tuple(Hop(alias.text, None, alias.origin) for alias in called.aliases)
    service = called.service
    if service is None:
        outside = leg(question, is_outside(End.DESTINATION), question.traffic, WHATEVER_ADDRESS)
        yield PlannedRoute(WHATEVER_ADDRESS, aliases, (PlannedLeg(outside),))
        return
    options = planning.options
    if is_api_server(service) and (options.api_servers or not in_slices(planning.index)):
        yield from _to_api_server(question, called, aliases, planning)
        return
    given = cluster_dns.past_node_cache(planning.index, service, options)
    seen: set[tuple[Predicate, Predicate]] = set()
    for port, backend in _behind(service, called, question, planning):
        if (backend.destination, backend.traffic) in seen or not _is_called(backend, called):
            continue
        seen.add((backend.destination, backend.traffic))
        asked = leg(question, backend.destination, backend.traffic, backend.text)
        hops = (*aliases, service_hop(service, port))
        planned = PlannedLeg(asked, names_freely=backend.names_freely, given=given)
        yield PlannedRoute(backend_text(backend), hops, (planned,), leads_to=backend.kind)


def _to_api_server(
    question: Question, called: Called, aliases: tuple[Hop, ...], planning: Planning
) -> Iterator[PlannedRoute]:
    """The routes to each place where the API server may listen."""
    service = called.service
    assert service is not None
    options = planning.options
    given = () if is_told(planning.index, options) else (f"{ANY_USUAL_PORT}: {ADVICE}",)
    for port in called.ports:
        hops = (*aliases, service_hop(service, port))
        for place in api_server_places(planning.index, options):
            asked = leg(question, place.destination, place.traffic, place.text)
            yield PlannedRoute(
                f"{place.text}:{place.port}",
                hops,
                (PlannedLeg(asked, to_node=place.on_node, given=given),),
                place.provided,
                EndpointKind.ADDRESS,
                place.site,
                is_common=place.is_common,
            )


def backend_text(backend: Backend) -> str:
    """``b/pg[StatefulSet]:5432``."""
    return backend.text if backend.port is None else f"{backend.text}:{backend.port}"


def _is_called(backend: Backend, called: Called) -> bool:
    """Whether ``backend`` is meant, and the host name that is ``called`` may be one of its own.

    One without a host name is everyone's.
    """
    if called.only not in (None, backend.workload):
        return False
    return not called.hostname or backend.workload is None or backend.workload in called.workloads


def _behind(
    service: Service, called: Called, question: Question, planning: Planning
) -> Iterator[tuple[ServicePort | None, Backend]]:
    if called.is_dialled_directly:
        traffic = _with_numbers(question.traffic, service)
        yield from ((None, one) for one in dialled(planning.index, service, traffic))
        return
    yield from ((port, one) for port in called.ports for one in backends(planning.index, service, port))


def _with_numbers(traffic: Predicate, service: Service) -> Predicate:
    """``traffic`` with the names of the Service's ports, as an SRV record gives them, as numbers."""
    return rebuilt(traffic, lambda leaf: _with_number(leaf, service))


def _with_number(leaf: Leaf, service: Service) -> Leaf:
    if isinstance(leaf, NamedPort):
        for port in service.ports:
            if (port.name, port.protocol) == (leaf.name, leaf.protocol):
                return only(port.protocol, port.port)
    return leaf
