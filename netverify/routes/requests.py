"""Which way in serves a request: by host and path, the most specific first.

Source: "Ingress" ("Multiple matches": the longest path, then Exact before Prefix; an exact host before a wildcard);
gateway-api ``HTTPRouteRule.matches`` (exact path, then the longest prefix).
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from netverify.model.ingress import PathType
from netverify.records import dataclass
from netverify.routes.hostnames import intersection
from netverify.routes.ingresses import host_matches, path_matches
from netverify.routes.way_in import Tls, WayIn

_PORTS = {"http": 80, "https": 443}
_EXACT = "Exact"


@dataclass(frozen=True, slots=True)
class Request:
    """A request for ``path`` of ``host``, over TLS or not; ``port`` is the one that its URL names or implies."""

    host: str
    path: str
    port: int
    over_tls: bool


class UrlError(ValueError):
    """A text that is no URL of a request; the message says why."""


def read_url(text: str) -> Request:
    """The request that ``text`` (``https://shop.example.com/api``) stands for. Raises :class:`UrlError`."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise UrlError(str(error).lower()) from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise UrlError("it must begin with `http://HOST` or `https://HOST`")
    return Request(parts.hostname.lower(), parts.path or "/", port or _PORTS[parts.scheme], parts.scheme == "https")


def serving(ways: Iterable[WayIn], request: Request) -> tuple[WayIn, ...]:
    """The ways that serve ``request``: of each controller the most specific ones; several where nothing tells which."""
    best: dict[str, list[WayIn]] = {}
    ways = tuple(ways)
    for way in ways:
        if way.controller is None or way.aside or not _serves(way, request):
            continue
        rivals = best.setdefault(way.controller.name, [])
        if rivals and _specificity(way) < _specificity(rivals[0]):
            continue
        if rivals and _specificity(way) > _specificity(rivals[0]):
            rivals.clear()
        rivals.append(way)
    chosen = tuple(way for rivals in best.values() for way in rivals)
    objects = {way.object for way in chosen} | {
        str(key) for way in chosen if way.controller for key in way.controller.workloads
    }
    beside = (way for way in ways if way.aside and not objects.isdisjoint((way.object, _called(way))))
    return (*chosen, *beside)


def _called(way: WayIn) -> str:
    """What opens ``way``, called as a workload is."""
    return f"{way.namespace}/{way.name}[{way.kind}]"


def _serves(way: WayIn, request: Request) -> bool:
    if (way.tls is not Tls.NONE) is not request.over_tls or way.port not in (None, request.port):
        return False
    if way.by == "Gateway":
        hosted = intersection(way.host, request.host) is not None
    else:
        hosted = host_matches(way.host, request.host)
    if not hosted or way.tls is Tls.PASSED_THROUGH:
        return hosted
    if way.path_type == "RegularExpression":
        return True
    kind = PathType.EXACT if way.path_type == _EXACT else PathType.PREFIX
    return path_matches(kind, way.path, request.path)


def _specificity(way: WayIn) -> tuple[bool, int, bool, int, bool]:
    """Greater is more specific; a default backend, which names neither host nor path, comes last."""
    is_exact_host = bool(way.host) and not way.host.startswith("*")
    if way.by == "Gateway":
        return (is_exact_host, len(way.host), way.path_type == _EXACT, len(way.path), False)
    return (is_exact_host, len(way.host), False, len(way.path), way.path_type == _EXACT)
