"""Names with the form of one of the cluster that no object has: why, and what was probably meant.

Source: DNS-Based Service Discovery (``NAME.NAMESPACE.svc.ZONE``, ``HOSTNAME.NAME.NAMESPACE.svc.ZONE``); StatefulSet
("Stable Network ID": a pod's name is below its ``serviceName``).
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.cluster import Workload
from netverify.model.service import Service
from netverify.patterns import pattern
from netverify.query.suggestions import did_you_mean, nearest
from netverify.records import dataclass
from netverify.routes.dns_endpoints import dns_endpoints, goes_by
from netverify.routes.dns_names import labels_in
from netverify.routes.dns_step import ToOutside
from netverify.routes.index import RoutingIndex
from netverify.routes.lookup import Lookup
from netverify.routes.options import RoutingOptions
from netverify.routes.records import is_known_namespace
from netverify.routes.resolver import zone_of

_FORMS = (2, 3)
"""So many labels has the name of a Service, or of one of its endpoints, with the namespace and without ``svc``."""

_NUMBERED = pattern(r"(.+)-([0-9]+)")


@dataclass(frozen=True, slots=True)
class AbsentName:
    """A name that no object has. ``why`` says what is missing; ``advice`` what to do, empty where nobody knows."""

    why: str
    advice: str = ""


def absent_name(
    index: RoutingIndex, found: Lookup, namespace: str | None, options: RoutingOptions
) -> AbsentName | None:
    """Why ``found`` leads nowhere, as a pod of ``namespace`` looks it up (None: of any); None where it does not.

    A name that the DNS of the cluster forwards leads nowhere either if it has the form of a Service's: its last label
    is a namespace, or a Service of the namespace. One with a dot at its end is meant as it is.
    """
    if found.problem or (found.target is not None and not isinstance(found.target, ToOutside)):
        return None
    full = _in_namespace(index, _labels(found.name, zone_of(options)), namespace)
    if not isinstance(found.target, ToOutside):
        return _missing(index, full, found) if full is not None else AbsentName(found.steps[-1].detail)
    if full is None or found.name.endswith("."):
        return None
    absent = _missing(index, full, found)
    outside = f"for a host outside the cluster, write `{found.name}.`"
    return AbsentName(absent.why, f"{absent.advice} ({outside})" if absent.advice else outside)


def _missing(index: RoutingIndex, full: tuple[str, ...], found: Lookup) -> AbsentName:
    """What is missing for ``found``, which is the name of a Service or an endpoint with the labels ``full``."""
    *hostname, name, home = full
    service = index.services.get((home, name))
    if service is not None:
        return _without_endpoint(index, service, ".".join(hostname), found)
    near = did_you_mean(tuple(".".join((*hostname, one)) for one in _close(index, name, home)))
    if not is_known_namespace(index, home):
        return AbsentName(f"no manifest declares or mentions a namespace `{home}`", near)
    return AbsentName(f"no manifest holds a Service {home}/{name}", near or _namesakes(index, name, home))


def close_names(index: RoutingIndex, name: str) -> tuple[str, ...]:
    """The names of Services, ``NAME.NAMESPACE``, that ``name`` is close to."""
    labels = name.split(".")
    return _close(index, *labels) if len(labels) == _FORMS[0] else ()


def _close(index: RoutingIndex, name: str, home: str) -> tuple[str, ...]:
    """Services with nearly this name, in the namespace ``home``, or in one with nearly its name; or else namesakes."""
    services = index.objects.services
    homes = (home,) if is_known_namespace(index, home) else nearest(home, {one.namespace for one in services})
    near = [f"{close}.{at}" for at in homes for close in nearest(name, [s.name for s in services if s.namespace == at])]
    if near or not is_known_namespace(index, home):
        return tuple(near)
    return tuple(f"{one.name}.{one.namespace}" for one in services if one.name == name)


def _labels(name: str, zone: str) -> tuple[tuple[str, ...], bool]:
    """The labels of ``name`` before ``svc`` and the zone, and whether it has these; none for another name of the zone.

    Labels of ports (``_http``) are left out.
    """
    bare = name.removesuffix(".").lower()
    inside = labels_in(bare, zone)
    labels = tuple(bare.split(".")) if inside is None else inside
    labels = tuple(label for label in labels if not label.startswith("_"))
    if labels[-1:] == ("svc",):
        return labels[:-1], True
    return (labels, False) if inside is None else ((), True)


def _in_namespace(
    index: RoutingIndex, found: tuple[tuple[str, ...], bool], namespace: str | None
) -> tuple[str, ...] | None:
    """The labels ``found`` with the namespace last; None where they have not the form of a Service or its endpoint."""
    labels, is_full = found
    if len(labels) in _FORMS and (is_full or is_known_namespace(index, labels[-1])):
        return labels
    if len(labels) == _FORMS[0]:
        homes = [one.namespace for one in index.objects.services if one.name == labels[-1]]
        homes = [one for one in homes if namespace in (None, one)]
        if homes:
            return (*labels, homes[0])
    return None


def _namesakes(index: RoutingIndex, name: str, home: str) -> str:
    workloads = [str(one.key) for one in index.workloads.get(home, ()) if one.key.name == name]
    return f"ask about its pods by `{workloads[0]}`, or add the Service" if workloads else ""


def _without_endpoint(index: RoutingIndex, service: Service, hostname: str, found: Lookup) -> AbsentName:
    """Why ``service`` has no endpoint that goes by ``hostname``."""
    if not hostname:
        return AbsentName(found.steps[-1].detail)
    if any(goes_by(one, hostname) for one in dns_endpoints(index, service)):
        here = f"did you mean `{hostname}.{service.name}.{service.namespace}`?"
        return AbsentName("without a namespace it means something in that of the pod which asks", here)
    why = f"Service {service} has no endpoint `{hostname}`"
    if not service.headless:
        return AbsentName(f"{why}: it is not headless", "ask about the Service, or about the pods behind it")
    found_by = (_by_governing(index, service, hostname, one) for one in _owners(index, service, hostname))
    told = next((one for one in found_by if one is not None), None)
    if told is not None:
        return AbsentName(f"{why}: {told.why}", told.advice)
    return AbsentName(why, "ask about the Service, or about the pods behind it")


def _by_governing(index: RoutingIndex, service: Service, hostname: str, owner: Workload) -> AbsentName | None:
    """What keeps a pod of ``owner`` from going by ``hostname`` below ``service``; None if its serviceName is that."""
    governing = owner.network.governing_service
    if governing == service.name:
        return None
    if not governing:
        return AbsentName(f"{owner.key} has no serviceName", f"write `serviceName: {service.name}`")
    why = f"the serviceName of {owner.key} is `{governing}`, and its pods have names below that alone"
    if (service.namespace, governing) in index.services:
        return AbsentName(why, f"did you mean `{hostname}.{governing}.{service.namespace}`?")
    absent = f"no manifest holds a Service {service.namespace}/{governing}"
    return AbsentName(why, f"write `serviceName: {service.name}`; {absent}")


def _owners(index: RoutingIndex, service: Service, hostname: str) -> Iterator[Workload]:
    """The StatefulSets whose pod would go by ``hostname``."""
    numbered = _NUMBERED.fullmatch(hostname)
    for one in index.workloads.get(service.namespace, ()):
        if one.key.kind == "StatefulSet" and numbered and numbered[1] == one.key.name:
            yield one
