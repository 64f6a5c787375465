"""What a name in a question leads to: the Service behind a DNS name, and what an alias is an alias of."""

from __future__ import annotations

from dataclasses import replace

from netverify.model.service import ServiceType
from netverify.queries.called import Alias, Called, asked_ports
from netverify.queries.port_grammar import EVERY_TRAFFIC
from netverify.queries.question import Question
from netverify.routing.dns_step import ToApiServer, ToOutside, ToService
from netverify.routing.index import RoutingIndex
from netverify.routing.lookup import Lookup, service_called
from netverify.routing.options import RoutingOptions


class Names:
    """Looks names up as the pods of one cluster do."""

    def __init__(self, index: RoutingIndex, options: RoutingOptions) -> None:
        self._index = index
        self._options = options

    def called(self, name: str, namespace: str | None) -> Called | None:
        """What ``name`` means to a pod of ``namespace`` (None: of any); None where the cluster has nothing for it."""
        return self._called(service_called(self._index, name, namespace, self._options))

    def followed(self, question: Question) -> Question:
        """``question`` about what an ExternalName Service that it calls is an alias of.

        The client connects to the port that it asks for, so that is the port of the Service at the end.
        """
        called = question.called
        if called is None or called.service is None or called.service.type is not ServiceType.EXTERNAL_NAME:
            return question
        alias = called.service
        first = Alias(f"Service {alias}, an alias of {alias.external_name}", alias.origin)
        end = self._called(service_called(self._index, f"{alias.external_name.rstrip('.')}.", None, self._options))
        if end is None:
            return replace(question, called=Called(None, aliases=(*called.aliases, first)))
        if end.service is not None and not end.is_dialled_directly:
            everything = question.traffic == EVERY_TRAFFIC
            ports = end.service.ports if everything else asked_ports(end.service, question.traffic)
            end = replace(end, ports=ports)
        return replace(question, called=replace(end, aliases=(*called.aliases, first, *end.aliases[1:])))

    def _called(self, found: Lookup) -> Called | None:
        steps = found.steps
        names = tuple(Alias(step.name, step.origin) for step in steps if step.ends_search or step is steps[-1])
        # That a namespace which no manifest mentions holds a namesake is too far-fetched to be told each time.
        near = [one for one in found.absent if one.split()[-1].partition("/")[0] in self._index.cluster.namespaces]
        notes = tuple(f"{found.name} would mean something else if the cluster had {one}" for one in near)
        match found.target:
            case ToService(service, hostname, workloads):
                return Called(service, aliases=names, hostname=hostname, workloads=workloads, notes=notes)
            case ToOutside(name):
                return Called(None, aliases=(*names, Alias(f"{name}, outside the cluster")), notes=notes)
            case ToApiServer():
                return Called(None, aliases=(*names, Alias("the API server, outside of pods")), notes=notes)
            case _:
                return None
