"""What reaches each namespace today, in groups of sources that may use the same ports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from netverify.gate.draft.outline import written
from netverify.gate.draft.peers import Peers
from netverify.gate.intent.spec import FlowText
from netverify.model.behaviours import name_of
from netverify.model.traffic import EVERY_PORT, PortSet, Protocol, port_set
from netverify.pairs.all_pairs import Connectivity
from netverify.pairs.outcome import Access, MapEndpoint
from netverify.records import dataclass

Ports = tuple[tuple[Protocol, PortSet], ...]
"""Ports by protocol, in the order of protocols; protocols without ports are missing."""


@dataclass(slots=True)
class _Inflow:
    """What one source may open to one namespace: ``ports``, and what some of it depends on."""

    ports: dict[Protocol, PortSet] = field(default_factory=dict)
    on: set[str] = field(default_factory=set)

    def add(self, access: Access) -> None:
        for found in (access.allowed, access.depends):
            for protocol, ports in found.items():
                self.ports[protocol] = port_set(*self.ports.get(protocol, PortSet()).ranges, *ports.ranges)
        self.on.update(access.on)


Inflows = Mapping[str, Mapping[int, _Inflow]]
"""By what is reached, and by the number of the source: what it may open, certainly or perhaps."""


def inflows(connectivity: Connectivity, apart: frozenset[int] | None = None) -> Inflows:
    """What may be opened to the pods of each namespace; with ``apart`` to each of those workloads, by its id."""
    endpoints = connectivity.endpoints
    found: dict[str, dict[int, _Inflow]] = {}

    def place(number: int) -> str | None:
        workload = endpoints[number].workload
        if workload is None or apart is None:
            return workload.namespace if workload else None
        return str(workload) if number in apart else None

    for bundle in connectivity.bundles():
        places: dict[str, list[int]] = {}
        for number in bundle.destinations:
            if (name := place(number)) is not None:
                places.setdefault(name, []).append(number)
        for name, reached in places.items():
            for source in (one for one in bundle.sources if reached != [one]):
                found.setdefault(name, {}).setdefault(source, _Inflow()).add(bundle.access)
    for one in connectivity.replicas():
        if (name := place(one.source)) is not None:
            found.setdefault(name, {}).setdefault(one.source, _Inflow()).add(one.access)
    return found


def flows_into(found: Mapping[int, _Inflow], peers: Peers, justification: str) -> tuple[FlowText, ...]:
    """The flows of ``found``, each for everybody who may use the same ports."""
    groups: dict[Ports, list[int]] = {}
    for source, inflow in found.items():
        groups.setdefault(_sorted(inflow.ports), []).append(source)
    flows = []
    for ports, sources in groups.items():
        on = sorted({one for source in sources for one in found[source].on})
        why = f"{justification}, in part depending on {', '.join(map(name_of, on))}" if on else justification
        flows.append(FlowText(written(*peers.words(sources)), (), written(*port_words(ports)), why))
    return tuple(sorted(flows, key=lambda flow: [one.text for one in flow.sources]))


def is_open(found: Mapping[int, _Inflow], endpoints: Sequence[MapEndpoint]) -> bool:
    """Whether every address outside may use every port, as where no policy isolates the pods."""
    outside = [number for number, one in enumerate(endpoints) if one.workload is None]
    ports = (found[number].ports if number in found else {} for number in outside)
    return all(one.get(protocol) == EVERY_PORT for one in ports for protocol in Protocol)


def _sorted(ports: Mapping[Protocol, PortSet]) -> Ports:
    return tuple((protocol, ports[protocol]) for protocol in Protocol if ports.get(protocol))


def port_words(ports: Ports) -> Iterator[str]:
    """``ports`` as intent files write them; nothing where they are every port of every protocol."""
    if all(dict(ports).get(protocol) == EVERY_PORT for protocol in Protocol):
        return
    for protocol, numbers in ports:
        for first, last in numbers.ranges:
            text = str(first) if first == last else f"{first}-{last}"
            yield text if protocol is Protocol.TCP else f"{text}/{protocol.lower()}"
