"""What is written about traffic on both sides, is not the same, and is not modelled: nobody knows what it changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from netverify.model.cluster import Cluster
from netverify.model.controller import DEFAULT_BACKENDS, STREAMS, ConfigMap, place_of
from netverify.model.labels import Labels
from netverify.model.service import SOURCE_RANGES, ServiceType
from netverify.routing.ingresses import READ_OF_INGRESS
from netverify.routing.load_balancers import READ_OF_SERVICE
from netverify.routing.openshift_routes import ALLOWLISTS

_READ = frozenset((*READ_OF_INGRESS, *READ_OF_SERVICE, *ALLOWLISTS, SOURCE_RANGES))
"""The annotations that ways in are made of, so that a change of one shows there."""
_TUNING = re.compile(
    r"""add-base-url|affinity.*|app-root|backend-protocol|balance|base-url-scheme|client-.*|cors-.*|enable-cors
    |connection-proxy-header|custom-headers|custom-http-errors|disable_cookies|enable-(access-log|influxdb|rewrite-log)
    |enable-open(telemetry|tracing)|force-ssl-redirect|from-to-www-redirect|global-rate-limit.*|grpc-backend
    |http2-push-preload|hsts.*|influxdb-.*|keepalive|keep-alive.*|limit-.*|rate-limit.*|load-?balanc(e|er-attributes)
    |opentelemetry-.*|opentracing-.*|preserve-trailing-slash|proxy-.*|relative-redirects|rewrite-.*|session-cookie-.*
    |ssl-(ciphers|dh-param|policy|prefer-server-ciphers|protocols|redirect|session-.*)|success-codes|tags
    |target-group-attributes|timeout.*|upstream-(hash-by.*|keepalive.*)|use-(gzip|http2|regex)|websocket-services
    |worker-.*|x-forwarded-prefix|(.*-)?health-?check.*|(.*-)?(connection-(idle-timeout|draining.*))|log-.*
    |certificate-arn|(aws-load-balancer-)?(additional-resource-tags|access-log-.*|ssl-.*|name)|neg-status|backend-config""",
    re.VERBOSE,
)
"""Names of annotations and settings, behind their prefix, that change how requests are served, not which or whose."""


def unmodelled_parts(old: Cluster, new: Cluster) -> Iterator[str]:
    """What both sides say differently and nobody reads, in words."""
    before, after = dict(_told(old)), dict(_told(new))
    for thing in sorted(before.keys() & after.keys()):
        ours, theirs = before[thing], after[thing]
        names = [name for name in sorted(ours.keys() | theirs.keys()) if ours.get(name) != theirs.get(name)]
        for name in names:
            yield f"{name or 'something that is not modelled'} of {thing} is not the same on both sides"


def _told(cluster: Cluster) -> Iterator[tuple[str, Labels]]:
    """By object what it says beside what ways in are made of, by name; the empty name is for all the rest."""
    routing = cluster.routing
    for service in routing.services:
        if service.type in (ServiceType.LOAD_BALANCER, ServiceType.NODE_PORT):
            yield f"Service {service}", _annotations(service.annotations)
    for ingress in routing.ingresses:
        yield f"Ingress {ingress.namespace}/{ingress.name}", _annotations(ingress.annotations)
    for route in routing.openshift_routes:
        yield f"Route {route.namespace}/{route.name}", _annotations(route.annotations)
    for one in routing.ingress_classes:
        yield f"IngressClass {one.name}", {"": one.beside}
    for other in routing.gateway_classes:
        yield f"GatewayClass {other.name}", {"": other.beside}
    for gateway in routing.gateways:
        yield f"Gateway {gateway.namespace}/{gateway.name}", {"": gateway.beside}
    for attached in routing.routes:
        yield f"{attached.kind} {attached.namespace}/{attached.name}", {"": attached.beside}
    yield from _of_controllers(cluster)


def _of_controllers(cluster: Cluster) -> Iterator[tuple[str, Labels]]:
    """The arguments of controllers, and the settings that they name."""
    opened: set[tuple[str, str]] = set()
    for workload in cluster.workloads:
        told = {f"argument --{name}": " ".join(workload.arguments[name]) for name in workload.arguments}
        yield str(workload.key), {name: text for name, text in told.items() if name not in _SHOWN_BY_WAYS}
        for name in STREAMS.keys() & workload.arguments.keys():
            opened.update(place_of(value, workload.key.namespace) for value in workload.arguments[name])
    for one in cluster.routing.config_maps:
        if (one.namespace, one.name) not in opened:
            yield f"ConfigMap {one}", _settings(one)


_SHOWN_BY_WAYS = frozenset(f"argument --{name}" for name in (*STREAMS, *DEFAULT_BACKENDS))


def _annotations(notes: Labels) -> Labels:
    return {
        f"annotation {name}": value
        for name, value in notes.items()
        if name not in _READ and not _TUNING.fullmatch(name.rpartition("/")[2])
    }


def _settings(one: ConfigMap) -> Mapping[str, str]:
    return {f"entry {each.key}": each.value for each in one.entries if not _TUNING.fullmatch(each.key)}
