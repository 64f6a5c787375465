"""Pods, ReplicaSets and Jobs that belong to a controller which is also present: not counted twice.

One that differs from what its controller's template gives stays as a workload of its own, so that no fact is lost; the
addresses of the others are handed to their controller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from types import MappingProxyType

from netverify.diagnostics import Diagnostic, Severity
from netverify.kinds.read_object import Owner, ReadObject
from netverify.kinds.registry import is_read
from netverify.model.addresses import Address
from netverify.model.cluster import Workload, WorkloadKey, run_alike
from netverify.model.pod_network import PodNetwork
from netverify.records import dataclass

_MAKERS: Mapping[str, str] = MappingProxyType({"ReplicaSet": "Deployment", "Job": "CronJob"})
"""Controllers that are made by another one, which names them after itself with a suffix."""
_DEPTHS: Mapping[str, int] = MappingProxyType({"Pod": 2, **dict.fromkeys(_MAKERS, 1)})
"""Controllers come before what they make: kinds that are not here first, then these in the order of the numbers."""


@dataclass(slots=True)
class _Settling:
    """The workloads that stay, and which of them stands for each object that does not."""

    kept: dict[WorkloadKey, Workload] = field(default_factory=dict)
    stands_for: dict[WorkloadKey, WorkloadKey] = field(default_factory=dict)
    counts: dict[str, list[ReadObject]] = field(default_factory=dict)
    addresses: dict[WorkloadKey, set[Address]] = field(default_factory=dict)
    host_addresses: dict[WorkloadKey, set[Address]] = field(default_factory=dict)


def settle(objects: Iterable[ReadObject]) -> tuple[list[Workload], list[Diagnostic]]:
    """The workloads that the pods and controllers of ``objects`` are, each pod once, and notes on what was left out."""
    settling = _Settling()
    made: list[ReadObject] = []
    for read in objects:
        if not isinstance(read.fact, Workload):
            continue
        if read.fact.key.kind in _DEPTHS:
            made.append(read)
        elif read.owner is None:
            settling.kept[read.fact.key] = read.fact
        else:
            _settle_one(read, settling)
    for read in sorted(made, key=lambda read: _DEPTHS[read.identity.kind]):
        _settle_one(read, settling)
    for key, addresses in settling.addresses.items():
        settling.kept[key] = replace(settling.kept[key], replica_addresses=tuple(sorted(addresses)))
    for key, addresses in settling.host_addresses.items():
        settling.kept[key] = replace(settling.kept[key], host_addresses=tuple(sorted(addresses)))
    return list(settling.kept.values()), list(_notes(settling))


def _settle_one(read: ReadObject, settling: _Settling) -> None:
    assert isinstance(read.fact, Workload)
    fact = read.fact
    owner = _present_owner(read, fact.key.namespace, settling)
    if fact.key.kind == "Pod" and read.ended:
        settling.counts.setdefault("ended", []).append(read)
    elif owner is None:
        settling.kept[fact.key] = fact
    elif read.ended or is_of_template(fact, settling.kept[owner]):
        settling.stands_for[fact.key] = owner
        if not read.ended:
            settling.kept[owner] = run_alike(settling.kept[owner], fact)
        if fact.addresses:
            settling.addresses.setdefault(owner, set()).update(fact.addresses)
        if fact.host_addresses:
            settling.host_addresses.setdefault(owner, set()).update(fact.host_addresses)
        settling.counts.setdefault("owned", []).append(read)
    else:
        settling.kept[fact.key] = fact
        settling.counts.setdefault("differs", []).append(read)


def _present_owner(read: ReadObject, namespace: str, settling: _Settling) -> WorkloadKey | None:
    """The workload in ``namespace`` that stands for the controller of ``read``; None when there is none present."""
    if read.owner is None:
        return None
    for kind, name in _candidates(read.owner):
        key = WorkloadKey(namespace, name, kind)
        key = settling.stands_for.get(key, key)
        if key in settling.kept:
            return key
    return None


def _candidates(owner: Owner) -> Iterator[tuple[str, str]]:
    """The owner as named, then the controller that may have made it (``web`` for the ReplicaSet ``web-7d4b9``)."""
    if not is_read(owner.group, owner.kind):
        return
    yield owner.kind, owner.name
    maker, _, suffix = owner.name.rpartition("-")
    if owner.kind in _MAKERS and maker and suffix:
        yield _MAKERS[owner.kind], maker


def is_of_template(pods: Workload, controller: Workload) -> bool:
    """Whether ``pods`` could be of the controller's template: same ports, network and labels, but for open ones."""
    if pods.host_network != controller.host_network or set(pods.ports) != set(controller.ports):
        return False
    if _resolver_and_node_ports(pods.network) != _resolver_and_node_ports(controller.network):
        return False
    opened = controller.open_labels.keys() | pods.open_labels.keys()
    if any(not _can_be(value, controller.open_labels.get(key)) for key, value in pods.labels.items()):
        return False
    fixed = {key: value for key, value in pods.labels.items() if key not in opened}
    return fixed == {key: value for key, value in controller.labels.items() if key not in opened}


def _resolver_and_node_ports(network: PodNetwork) -> PodNetwork:
    """``network`` without the names of the pods, which their controller gives them."""
    return replace(network, hostname="", subdomain="", governing_service="", ordinals=None)


def _can_be(value: str, values: tuple[str, ...] | None) -> bool:
    return values is None or value in values


def _notes(settling: _Settling) -> Iterator[Diagnostic]:
    texts = {
        "ended": ("NV210", "has terminated: it matches nothing", "have terminated: they match nothing"),
        "owned": ("NV208", "is counted with its controller", "are counted with their controllers"),
        "differs": (
            "NV209",
            "differs from its controller's template in labels, ports or network: kept as a workload of its own",
            "differ from their controllers' templates in labels, ports or network: kept as workloads of their own",
        ),
    }
    for reason, reads in settling.counts.items():
        code, one, many = texts[reason]
        first = min(reads, key=lambda read: read.origin)
        kind, _, namespace, stem = first.identity
        name = f"{kind} `{namespace}/{stem}`"
        text = f"{name} {one}" if len(reads) == 1 else f"{name} and {len(reads) - 1} more {many}"
        yield Diagnostic(code, Severity.NOTE, text, first.origin)
