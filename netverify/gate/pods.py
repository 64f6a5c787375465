"""A pod of one workload in the place of another pod."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from netverify.documents.refusal import shown
from netverify.gate.claim import PreparedException
from netverify.gate.outcome import Violation
from netverify.model.behaviours import CAUTIOUS
from netverify.model.cluster import Workload
from netverify.model.flow import End, Pod
from netverify.model.labels import selector_of
from netverify.policy.evaluate import matches
from netverify.policy.predicate import All, Decided, IsWorkload
from netverify.policy.visit import leaves
from netverify.query.outcome import Witness
from netverify.query.selector_grammar import selector_text


def standing_in(pod: Pod, workload: Workload) -> Pod | None:
    """A pod of ``workload`` at the address of ``pod``; None where it cannot be there, or that is not known.

    It is in the same namespace and of another workload, and nothing about it is left open but its address and labels
    that its controller adds, which it has not.
    """
    is_elsewhere = workload.host_network or workload.known_addresses
    if is_elsewhere or pod.host_network or workload.key.namespace != pod.namespace or workload.key == pod.workload:
        return None
    found = replace(pod, labels=workload.labels, ports=workload.ports, workload=workload.key)
    return found if workload.service_account is None else replace(found, service_account=workload.service_account)


def uncovered(
    exceptions: Iterable[PreparedException], violations: Iterable[Violation], workloads: Iterable[Workload]
) -> tuple[str, ...]:
    """For each workload that ``exceptions`` name: that other pods with its labels, as in ``violations``, do count.

    In the order of the exceptions, each once.
    """
    witnesses = [one.witness for one in violations if one.witness is not None and not one.is_baselined]
    known = tuple(workloads)
    told = (
        text for one in exceptions for witness in witnesses for end in End for text in _told(one, witness, end, known)
    )
    return tuple(dict.fromkeys(told))


def _told(prepared: PreparedException, witness: Witness, end: End, workloads: Iterable[Workload]) -> Iterator[str]:
    pod = witness.flow.at(end)
    if not isinstance(pod, Pod) or pod.workload is not None or not pod.labels:
        return
    behaviours = Decided(CAUTIOUS, witness.behaviours)
    for workload in workloads:
        other = standing_in(pod, workload)
        if other is None or not pod.labels.items() <= workload.labels.items():
            continue
        flow = witness.flow.with_end(end, other)
        flows = (All((one.source, one.target)) for one in prepared.flows)
        if any(IsWorkload(end, workload.key) in leaves(one) and matches(one, flow, behaviours) for one in flows):
            meant = f"pods {selector_text(selector_of(pod.labels))} in namespace {pod.namespace}"
            yield (
                f"exception {shown(prepared.exception.id)} covers the pods of {workload.key} alone, and not other pods "
                f"that could be created with the same labels: to cover these too, write `{meant}`"
            )
