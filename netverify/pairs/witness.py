"""A course made a flow: two endpoints with addresses and labels, protocol, port, and what the CNI does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from netverify.model.address_plan import Holder
from netverify.model.addresses import Address
from netverify.model.behaviours import CAUTIOUS
from netverify.model.cluster import DEFAULT_SERVICE_ACCOUNT, ContainerPort, Workload
from netverify.model.flow import End, Endpoint, External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL, Labels, unused
from netverify.pairs.access import Pair
from netverify.pairs.bits import ones
from netverify.pairs.courses import Course, decided
from netverify.pairs.domain import NEW_NAMESPACES, Domain
from netverify.pairs.pair_diagrams import Place
from netverify.pairs.population import ACCOUNT, EXTERNAL
from netverify.pairs.variables import ABSENT, OTHER
from netverify.policy.predicate import Choice, Decided

_NEW_NAMESPACE = "new-namespace"


class Decoder:
    """Decodes courses; what they leave open is chosen."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._ipv4 = (1 << domain.plan.intervals.ipv4_count) - 1

    def decode(self, course: Course, pair: Pair, source: Place, destination: Place) -> tuple[Flow, dict[Choice, bool]]:
        """A flow of ``course`` between two places that are ``pair``, and all behaviours with which it is allowed."""
        variables = self._domain.variables
        addresses = self._addresses(course, pair, source, destination)
        protocol, ports = next(iter(self._domain.ports.sets(course.ports).items()))
        port = ContainerPort(ports.ranges[0][0], protocol)
        flow = Flow(
            self._endpoint(course, End.SOURCE, source, addresses[0]),
            self._endpoint(course, End.DESTINATION, destination, addresses[1], port),
            protocol,
            port.number,
            same_node=bool(course.values.get(variables.same_node())) or addresses[0] == addresses[1],
        )
        return flow, Decided(CAUTIOUS, decided(course, variables), self._domain.fixed)

    def _addresses(self, course: Course, pair: Pair, source: Place, destination: Place) -> tuple[Address, Address]:
        """Addresses of one family; the same one only where two pods on one node's host network have no other."""
        shared: tuple[Address, Address] | None = None
        for family in (self._ipv4, ~self._ipv4):
            for one in self._candidates(source, course.left.source & family):
                for other in self._candidates(destination, course.left.destination & family):
                    if one != other:
                        return one, other
                    shared = shared or (one, other)
        assert shared is not None
        assert pair.may_share
        return shared

    def _candidates(self, place: Place, intervals: int) -> Iterator[Address]:
        """Addresses in ``intervals`` that ``place`` may have: known ones, then up to two others of each interval."""
        plan = self._domain.plan
        block, bit = place
        if block.number == EXTERNAL:
            yield from plan.free(Holder.EXTERNAL, bit) if intervals >> bit & 1 else ()
            return
        workload = block.workloads[bit]
        yield from (known for known in workload.known_addresses if intervals >> plan.intervals.index_of(known) & 1)
        if not workload.addresses:
            holder = Holder.NODE if workload.host_network else Holder.POD
            for interval in ones(intervals):
                yield from plan.free(holder, interval)

    def _endpoint(
        self, course: Course, end: End, place: Place, address: Address, port: ContainerPort | None = None
    ) -> Endpoint:
        """The one at ``place``; a pod that could be created gives the names that it needs to ``port``."""
        block, bit = place
        if block.number == EXTERNAL:
            return External(address)
        workload = block.workloads[bit]
        if workload.key in self._domain.creation.workloads:
            return self._created(course, end, workload.key.namespace, address, port)
        labels = {**workload.labels, **dict(self._open_labels(course, end, workload))}
        return Pod(
            workload.key.namespace,
            self._namespace_labels(course, workload.key.namespace),
            labels,
            address,
            workload.ports,
            workload.host_network,
            workload.key,
            workload.service_account or self._account(course, end),
        )

    def _created(self, course: Course, end: End, namespace: str, address: Address, port: ContainerPort | None) -> Pod:
        """A pod that could be created in ``namespace``, with the labels and port names that ``course`` gives it."""
        variables = self._domain.variables
        labels: dict[str, str] = {}
        for key in sorted(variables.pod_values.keys() - {ACCOUNT}):
            label = variables.pod_label(end, key)
            number = course.values.get(label.number, ABSENT)
            if number != ABSENT:
                labels[key] = _named(number, label.values)
        named = [variables.port_name_of(one) for one, value in course.values.items() if value]
        names = [one.name for one in named if port is not None and one is not None and one.protocol is port.protocol]
        ports = tuple(replace(port, name=name) for name in sorted(names)) if port is not None else ()
        of_namespace = self._namespace_labels(course, namespace)
        shown = of_namespace[NAMESPACE_NAME_LABEL]
        return Pod(shown, of_namespace, labels, address, ports, service_account=self._account(course, end))

    def _shown(self, namespace: str) -> str:
        """The name of ``namespace``; of one that could be created, one that nobody mentions."""
        if namespace not in NEW_NAMESPACES:
            return namespace
        taken = {*self._domain.namespaces, *self._domain.mentions.namespace_labels.get(NAMESPACE_NAME_LABEL, ())}
        first = unused(_NEW_NAMESPACE, taken)
        return first if namespace == NEW_NAMESPACES[0] else unused(_NEW_NAMESPACE, {*taken, first})

    def _account(self, course: Course, end: End) -> str:
        """The service account that ``course`` gives to the pod at ``end``; the usual one if that will do."""
        names = self._domain.variables.pod_values.get(ACCOUNT)
        if not names:
            return DEFAULT_SERVICE_ACCOUNT
        label = self._domain.variables.pod_label(end, ACCOUNT)
        number = course.values.get(label.number)
        named = next((name for name, index in label.values.items() if index == number), None)
        return named or (DEFAULT_SERVICE_ACCOUNT if number is None else unused(DEFAULT_SERVICE_ACCOUNT, label.values))

    def _open_labels(self, course: Course, end: End, workload: Workload) -> Iterator[tuple[str, str]]:
        """The labels that the controller of ``workload`` sets, as far as selectors name their keys."""
        for key, choices in workload.open_labels.items():
            if key not in self._domain.variables.pod_values:
                continue
            label = self._domain.variables.pod_label(end, key)
            number = course.values.get(label.number)
            if choices is None:
                yield key, _named(OTHER if number is None else number, label.values)
            else:
                yield key, next(c for c in choices if number is None or label.values.get(c, OTHER) == number)

    def _namespace_labels(self, course: Course, name: str) -> Labels:
        namespace = self._domain.namespaces[name]
        if namespace.declared:
            return namespace.labels
        chosen: dict[str, str] = {}
        for key in self._domain.mentions.namespace_labels:
            if key != NAMESPACE_NAME_LABEL:
                label = self._domain.variables.namespace_label(name, key)
                number = course.values.get(label.number, ABSENT)
                if number != ABSENT:
                    chosen[key] = _named(number, label.values)
        return {**chosen, NAMESPACE_NAME_LABEL: self._shown(name)}


def _named(number: int, values: Mapping[str, int]) -> str:
    """The label value with that number; for ``OTHER`` one that nobody names."""
    if number == OTHER:
        return unused("other", values)
    return next(value for value, index in values.items() if index == number)
