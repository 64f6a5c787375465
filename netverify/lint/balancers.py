"""Load balancers that are open to the world, and ways in that work by luck.

Source: ServiceSpec (``loadBalancerSourceRanges``, ``externalTrafficPolicy``), "Using Source IP"; "Network Policies":
what a policy does to pods on the host network is left to the plugin.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.openings import Opening, Rests
from netverify.answers.surface import ExposedWay, Openness, Surface
from netverify.diagnostics import NOWHERE, Diagnostic, Origin, Severity
from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, AddressRange, joined, overlap, parse_cidr, size, subtract
from netverify.model.behaviours import Behaviour
from netverify.model.service import Service
from netverify.query.address_words import range_words
from netverify.query.internet import internet_ranges
from netverify.query.outcome import Effect
from netverify.query.wording import setting_words
from netverify.routes.load_balancers import is_internal
from netverify.routes.way_in import SeenAs

_OF_NODES = tuple(map(parse_cidr, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))
"""The addresses that nodes have where theirs are not on the internet."""
_POLICED = setting_words(Behaviour.HOST_NETWORK_POLICED, value=True)


def balancer_findings(surface: Surface) -> Iterator[Diagnostic]:
    """NV612: a load balancer that lets the world in; NV619: a way in that works by luck. Each Service once."""
    told: set[str] = set()
    for one in surface.ways:
        service = one.way.service
        if one.way.by == "LoadBalancer" and service is not None and str(service) not in told:
            found = list(_of_balancer(one, service))
            told.update([str(service)] if found else [])
            yield from found
        elif one.way.controller is not None and one.way.controller.workloads:
            yield from _of_controller(one)


def _of_balancer(one: ExposedWay, service: Service) -> Iterator[Diagnostic]:
    if is_internal(service) or one.openness is Openness.BROKEN:
        return
    origin = service.origin or NOWHERE
    if _is_shut(one):
        yield Diagnostic(
            "NV619", Severity.WARNING, _what_policy_sees(one, service), origin, _advice(one), _closing(one)
        )
    elif not service.source_ranges and _lets_the_world_in(one):
        text = f"Service `{service}` is a load balancer that is open to every address"
        advice = "set `loadBalancerSourceRanges`, or the annotation of your cloud for an internal load balancer"
        yield Diagnostic("NV612", Severity.WARNING, text, origin, advice)


def _of_controller(one: ExposedWay) -> Iterator[Diagnostic]:
    """A controller on the host network, which policy admits by labels: elsewhere it sees the address of a node."""
    of_node = [opening for opening in one.openings if opening.rests is Rests.SAME_NODE]
    others = [opening for opening in one.openings if opening.rests is Rests.NOTHING and _POLICED not in opening.needs]
    if not of_node or others or all(opening.rests is Rests.NODE_ADDRESS for opening in one.openings):
        return
    text = (
        f"{one.way.object} works only if its controller, which is on the host network, runs on the same node as the pod"
    )
    advice = "allow the addresses of nodes with an ipBlock, or move the controller off the host network"
    yield Diagnostic("NV619", Severity.WARNING, text, one.way.origin or NOWHERE, advice)


def _is_shut(one: ExposedWay) -> bool:
    """Whether policy lets clients through by luck alone, or not at all.

    That is: where a pod happens to be on the node that takes the connection, or where a node happens to have an address
    that was meant for clients.
    """
    if one.openness is Openness.UNKNOWN:
        return False
    return not any(_works(opening, one) for opening in one.openings)


def _works(opening: Opening, one: ExposedWay) -> bool:
    """Whether ``opening`` of ``one`` rests on more than luck; addresses of nodes are mostly private."""
    if opening.rests is Rests.NODE_ADDRESS:
        return bool(overlap(_seen_clients(one), _OF_NODES))
    return opening.rests is Rests.NOTHING


def _seen_clients(one: ExposedWay) -> tuple[AddressRange, ...]:
    """The addresses that policy admits where it sees the client."""
    ranges = [opening.clients for opening in one.openings if not opening.hidden]
    return joined(block for some in ranges for block in (some or (EVERY_IPV4, EVERY_IPV6)))


def _lets_the_world_in(one: ExposedWay) -> bool:
    """Whether more than half of the internet, of either family, gets through."""
    if one.openness is Openness.UNKNOWN:
        return True
    if _hides(one) and any(
        opening.hidden and opening.clients is None and _works(opening, one) for opening in one.openings
    ):
        return True
    return any(_is_most(_seen_clients(one), family) for family in (4, 6))


def _hides(one: ExposedWay) -> bool:
    return any(source.seen_as is SeenAs.NODE for source in one.way.sources)


def _is_most(ranges: tuple[AddressRange, ...], family: int) -> bool:
    internet = [block for block in internet_ranges() if block.family == family]
    left = size(rest for block in internet for rest in subtract(block, ranges))
    return 2 * left < size(internet)


def _what_policy_sees(one: ExposedWay, service: Service) -> str:
    if not _hides(one):
        return f"no policy admits the clients of Service `{service}`"
    seen = _seen_clients(one)
    admits = f"allows only {range_words(seen)}" if seen else "allows no client address"
    sees = f"for clients of Service `{service}` it sees the address of a node (externalTrafficPolicy: Cluster)"
    return f"policy {admits}, but {sees}"


def _advice(one: ExposedWay) -> str:
    local = ["set `externalTrafficPolicy: Local`"] if _hides(one) else []
    admit = [] if _seen_clients(one) else ["allow the clients with an ipBlock"]
    return ", and ".join([*local, *admit])


def _closing(one: ExposedWay) -> tuple[tuple[Origin, str], ...]:
    closing = [reason for reason in one.because if reason.effect is Effect.DENY]
    return tuple(
        (reason.place, "selects the pod, and no rule allows it") for reason in closing if reason.place is not None
    )
