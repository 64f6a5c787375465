"""A way in, in words: where a client knocks, who opens, and where that leads."""

from __future__ import annotations

from netverify.answers.openings import Opening
from netverify.answers.surface import ExposedWay
from netverify.model.addresses import cidrs
from netverify.query.address_words import range_words
from netverify.routes.way_in import Tls, WayIn

_WEB = frozenset({"Ingress", "Gateway", "Route"})
_MANY = 4


def knock_text(way: WayIn) -> str:
    """Where the client knocks: ``https://shop.example.com/api``, ``TCP 443``, ``TCP 30080 of any node``."""
    if way.by in _WEB and (way.host or way.path):
        scheme = "https" if way.tls is not Tls.NONE else "http"
        port = "" if way.port in (None, 80, 443) else f":{way.port}"
        return f"{scheme}://{way.host or '*'}{port}{way.path}"
    number = way.port if way.port is not None else "(allocated by the server)"
    of_node = " of a node" if way.by in ("NodePort", "hostPort", "hostNetwork") else ""
    return f"{way.protocol} {number if way.port is not None or way.by == 'NodePort' else '(any)'}{of_node}"


def opened_by(way: WayIn) -> str:
    """``Ingress shop/web``; ``NodePort of Service shop/web``."""
    return way.object if way.by == way.kind else f"{way.by} of {way.object}"


def target_text(way: WayIn) -> str:
    """What it leads to, in the terms of its object: ``Service payments/api:80``."""
    if way.service is not None:
        return f"Service {way.service}" + (f":{way.service_port.port}" if way.service_port else "")
    return str(way.workload) if way.workload else ""


def from_whom(one: ExposedWay) -> str:
    """For whom ``one`` is open by its own rules and by policy; where it is not open, by its own rules alone."""
    return clients_text(one.openings[0], one.way) if one.openings else restriction_text(one.way)


def clients_text(opening: Opening, way: WayIn | None = None) -> str:
    """``81.2.69.0/24``; ``anyone``."""
    if opening.clients is not None:
        return range_words(opening.clients)
    return "clients inside the network of the cloud" if way is not None and way.internal else "anyone"


def condition(need: str) -> str:
    """``need`` after *only*."""
    return need if need.startswith("where ") else f"with {need}"


def restriction_text(way: WayIn) -> str:
    """For whom it is open by its own rules; ``anyone`` where they do not say."""
    if way.restricted_to:
        named = [cidr for block in way.restricted_to for cidr in cidrs(block)]
        return ", ".join(named[:_MANY]) + (", ..." if named[_MANY:] else "")
    return "clients inside the network of the cloud" if way.internal else "anyone"
