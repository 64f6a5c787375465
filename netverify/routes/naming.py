"""What a name in a question leads to: the Service behind a DNS name, and what an alias is an alias of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netverify.late import late
from netverify.model.api_server import API_SERVER_SERVICE
from netverify.model.service import ServiceType
from netverify.query.called import Alias, Called, Uncalled, asked_ports
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.query.question import Question
from netverify.query.suggestions import did_you_mean
from netverify.routes.index import RoutingIndex
from netverify.routes.options import RoutingOptions

if TYPE_CHECKING:
    from netverify.routes import absent_names, dns_step, lookup, resolver
    from netverify.routes.lookup import Lookup
else:
    absent_names, dns_step, lookup, resolver = late(
        "netverify.routes", "absent_names", "dns_step", "lookup", "resolver"
    )


class Names:
    """Looks names up as the pods of one cluster do."""

    def __init__(self, index: RoutingIndex, options: RoutingOptions) -> None:
        self._index = index
        self._options = options

    def called(self, name: str, namespace: str | None) -> Called | Uncalled:
        """What ``name`` means to a pod of ``namespace`` (None: of any)."""
        found = lookup.service_called(self._index, name, namespace, self._options)
        absent = absent_names.absent_name(self._index, found, namespace, self._options)
        if absent is not None:
            return Uncalled(absent.why, absent.advice)
        called = self._called(found)
        if called is None:
            return Uncalled(f"it {found.problem}" if found.problem else "")
        outside = found.target if isinstance(found.target, dns_step.ToOutside) else None
        if outside is not None and (close := absent_names.close_names(self._index, outside.name)):
            note = f"{outside.name} is taken to be outside the cluster: {did_you_mean(close)}"
            return replace(called, notes=(*called.notes, note))
        return called

    def followed(self, question: Question) -> Question:
        """``question`` about what an ExternalName Service that it calls is an alias of.

        The client connects to the port that it asks for, so that is the port of the Service at the end.
        """
        called = question.called
        if called is None or called.service is None or called.service.type is not ServiceType.EXTERNAL_NAME:
            return question
        alias = called.service
        first = Alias(f"Service {alias}, an alias of {alias.external_name}", alias.origin)
        found = lookup.service_called(
            self._index, f"{alias.name}.{alias.namespace}.svc.{resolver.zone_of(self._options)}.", None, self._options
        )
        end = self._called(found) or self._without_pods(found)
        if end is None:
            nowhere = f"{first.text}: {_why_nowhere(found)}"
            leading = Called(alias, aliases=(*called.aliases, first), nowhere=nowhere, is_sure=_is_sure(found))
            return replace(question, called=leading)
        if end.service is not None and not end.is_dialled_directly:
            everything = question.traffic == EVERY_TRAFFIC
            ports = end.service.ports if everything else asked_ports(end.service, question.traffic)
            end = replace(end, ports=ports)
        return replace(question, called=replace(end, aliases=(*called.aliases, first, *end.aliases[2:])))

    def _without_pods(self, found: Lookup) -> Called | None:
        """A headless Service whose pods are yet to be created."""
        service = lookup.service_without_pods(self._index, found)
        return Called(service, aliases=_names(found)) if service is not None else None

    def _called(self, found: Lookup) -> Called | None:
        names = _names(found)
        # That a namespace which no manifest mentions holds a namesake is too far-fetched to be told each time.
        near = [one for one in found.absent if one.split()[-1].partition("/")[0] in self._index.cluster.namespaces]
        notes = tuple(f"{found.name} would mean something else if the cluster had {one}" for one in near)
        match found.target:
            case dns_step.ToService(service, hostname, workloads):
                return Called(service, aliases=names, hostname=hostname, workloads=workloads, notes=notes)
            case dns_step.ToOutside(name):
                return Called(None, aliases=(*names, Alias(f"{name}, outside the cluster")), notes=notes)
            case dns_step.ToApiServer():
                return Called(API_SERVER_SERVICE, aliases=names, notes=notes)
            case _:
                return None


def _names(found: Lookup) -> tuple[Alias, ...]:
    steps = found.steps
    return tuple(Alias(step.name, step.origin) for step in steps if step.ends_search or step is steps[-1])


def _is_sure(found: Lookup) -> bool:
    """Whether a name that leads nowhere does so whatever else is in the cluster, and whomever its DNS asks."""
    return not found.absent and all(step.outcome is not dns_step.Outcome.FORWARDED for step in found.steps)


def _why_nowhere(found: Lookup) -> str:
    last = found.steps[-1]
    return last.detail or f"there is no {last.name}"
