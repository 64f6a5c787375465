"""``v1`` Pod: one pod, existing or to be. Source: k8s.io/api ``core/v1/types.go``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netverify.documents.document import Document
from netverify.kinds import stored
from netverify.kinds.choices import check_choice
from netverify.kinds.fields import Loose, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.ip import check_ip, read_ip
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import ObjectMeta, Who, labels_of
from netverify.kinds.pod_facts import arguments_of, container_ports, pod_network
from netverify.kinds.pod_template import PodSpecFields, check_pod_spec
from netverify.model.addresses import Address, parse_address
from netverify.model.cluster import Workload, WorkloadKey


class PodIPFields(TypedDict, total=False):
    """One item of ``podIPs``."""

    ip: str


class StatusFields(TypedDict, total=False):
    """``status``."""

    phase: str
    hostIP: str
    hostIPs: list[Loose[PodIPFields] | None]
    podIP: str
    podIPs: list[Loose[PodIPFields] | None]


class PodFields(TypedDict, total=False):
    """The whole object."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    spec: PodSpecFields
    status: Loose[StatusFields]


_RESTART_POLICIES = ("Always", "OnFailure", "Never")
_ENDED = frozenset({"Succeeded", "Failed"})
"""The phases of pods that have ended: policy and Services pass them over."""


def _check(pod: PodFields, findings: Findings) -> None:
    spec = pod.get("spec") or {}
    check_choice(spec.get("restartPolicy") or None, _RESTART_POLICIES, ("spec", "restartPolicy"), findings)
    check_pod_spec(spec, ("spec",), findings, fills_host_ports=bool(spec.get("hostNetwork")))
    status = pod.get("status") or {}
    if address := status.get("podIP"):
        check_ip(address, ("status", "podIP"), findings)
    for index, item in enumerate(status.get("podIPs") or ()):
        if item and (address := item.get("ip")):
            check_ip(address, ("status", "podIPs", index, "ip"), findings)


def _fact(pod: PodFields, who: Who, document: Document) -> Workload:
    """The workload that one Pod is."""
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    on_hosts = map(read_ip, _texts(status.get("hostIPs"), status.get("hostIP")))
    return Workload(
        key=WorkloadKey(who.namespace, who.name, "Pod"),
        labels=labels_of(pod.get("metadata")),
        ports=container_ports(spec),
        host_network=bool(spec.get("hostNetwork")),
        addresses=tuple(map(parse_address, _texts(status.get("podIPs"), status.get("podIP")))),
        single=True,
        origin=document.origin(),
        network=pod_network(spec),
        host_addresses=tuple(one for one in on_hosts if isinstance(one, Address)),
        arguments=arguments_of(spec, who.namespace),
        service_account=stored.service_account(spec.get("serviceAccountName"), spec.get("serviceAccount")),
        node=spec.get("nodeName") or "",
    )


def _texts(several: Sequence[PodIPFields | None] | None, one: str | None) -> list[str]:
    """The addresses of a list, or else the single one, each once."""
    texts = [item.get("ip") for item in several or () if item is not None] or [one]
    return [text for text in dict.fromkeys(texts) if text]


def _has_ended(pod: PodFields) -> bool:
    return (pod.get("status") or {}).get("phase") in _ENDED


POD = Kind("", ("v1",), "Pod", PodFields, _check, _fact, ended=_has_ended)
