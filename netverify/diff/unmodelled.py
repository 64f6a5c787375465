"""What is not modelled of policy, pods and routing and differs between two sides, which may be a difference."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from netverify.answers.doubts import described, objects_that_relabel
from netverify.answers.mesh_words import ARRIVES
from netverify.diff.changes import Changes
from netverify.diff.outcome import Inputs
from netverify.model.cluster import Cluster, Unsupported
from netverify.model.controller import DEFAULT_BACKENDS, STREAMS, ConfigMap, place_of
from netverify.model.flow import Direction
from netverify.model.labels import Labels
from netverify.model.mesh import has_other_mesh
from netverify.model.service import SOURCE_RANGES, ServiceType
from netverify.patterns import pattern
from netverify.records import dataclass
from netverify.routes.ingresses import READ_OF_INGRESS
from netverify.routes.load_balancers import READ_OF_SERVICE
from netverify.routes.openshift_routes import ALLOWLISTS
from netverify.sources.coverage import Inventory


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """``opaque`` are the namespaces where something that is not modelled decides, by the same facts on both sides.

    ``inputs`` are both inventories with the other such objects alone: those that put everything in doubt.
    """

    opaque: frozenset[str]
    inputs: Inputs


def unmodelled(inputs: Inputs, changes: Changes) -> Unmodelled:
    """What is not modelled, by what that puts in doubt.

    Where nothing is different at all, nothing is in doubt. Otherwise an object is the same on both sides iff it says
    the same there, acts in its own namespace alone, all policies of that are the same, and so are all labels, ports and
    networks that it could look at, wherever they are.
    """
    changed = {name for direction in Direction for name in changes.places(direction)}
    if not changes.same_facts:
        return Unmodelled(frozenset(), inputs)
    counts = [Counter(map(identity, _deciding(inventory))) for _, inventory in inputs.named]
    differing = {identity for identity in counts[0] | counts[1] if counts[0][identity] != counts[1][identity]}
    known = all(one.digest for _, inventory in inputs.named for one in _deciding(inventory))
    if known and not differing and not changes.any:
        return Unmodelled(frozenset(), Inputs(_without_any(inputs.old), _without_any(inputs.new)))
    places = {one.namespace for _, inventory in inputs.named for one in _deciding(inventory) if one.namespace}
    quiet = {
        place
        for place in places - changed
        if not any(identity[2] == place for identity in differing)
        and all(one.digest for _, inventory in inputs.named for one in _deciding(inventory) if one.namespace == place)
    }
    return Unmodelled(frozenset(quiet), Inputs(_without(inputs.old, quiet), _without(inputs.new, quiet)))


def _deciding(inventory: Inventory) -> Collection[Unsupported]:
    return [one for one in inventory.cluster.unsupported if one.may_allow or one.may_deny]


def identity(one: Unsupported) -> tuple[str, str, str | None, str]:
    """What is the same of two objects that say the same, if it is known what they say."""
    return one.kind, one.name, one.namespace, one.digest


def of_one_side(ours: Iterable[Unsupported], theirs: Iterable[Unsupported]) -> list[Unsupported]:
    """Those of ``ours`` that the other side does not have; each that it has answers for one that says the same."""
    left = Counter(map(identity, theirs))
    found = []
    for one in ours:
        if one.digest and left[identity(one)]:
            left[identity(one)] -= 1
        else:
            found.append(one)
    return found


def _without_any(inventory: Inventory) -> Inventory:
    return replace(inventory, cluster=replace(inventory.cluster, unsupported=()))


def _without(inventory: Inventory, places: Collection[str]) -> Inventory:
    kept = tuple(one for one in inventory.cluster.unsupported if one.namespace not in places)
    return replace(inventory, cluster=replace(inventory.cluster, unsupported=kept))


def unmodelled_pods(inputs: Inputs, changes: Changes) -> Iterator[str]:
    """Why pods may not be to policy what the manifests say of them, in words: labels that others set, and a mesh.

    What sets labels is the same where both sides have it, and says the same of workloads that are the same.
    """
    both = dict(inputs.named)
    for name, other in (("old", "new"), ("new", "old")):
        ours, theirs = (objects_that_relabel(both[side], None) for side in (name, other))
        different = ours if changes.workloads else of_one_side(ours, theirs)
        yield from (f"{name}: {text}" for text in described(different, "change the labels of pods"))
    if has_other_mesh(inputs.old.cluster, inputs.new.cluster):
        yield f"other pods are in the mesh: {ARRIVES}, and Istio is not modelled"


_READ = frozenset((*READ_OF_INGRESS, *READ_OF_SERVICE, *ALLOWLISTS, SOURCE_RANGES))
"""The annotations that ways in are made of, so that a change of one shows there."""
_TUNING = pattern(
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
