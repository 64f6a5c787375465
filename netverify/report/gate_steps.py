"""The trace of a violation, one step after the other, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netverify.diagnostics import Origin
from netverify.gate.outcome import Violation
from netverify.model.flow import End, Pod
from netverify.query.outcome import Reason, Witness
from netverify.report.endpoint_text import endpoint_text, port_text
from netverify.report.entries import laid_out
from netverify.report.finding_list import Step
from netverify.report.route_text import hop_text
from netverify.report.terminal import paint
from netverify.report.trace_text import decision_text, trace_entries
from netverify.sources.coverage import Inventory


def steps(violation: Violation, inventory: Inventory) -> tuple[Step, ...]:
    """The source, what it passes, what each direction of policy decides, the destination; empty without a witness."""
    route = violation.route
    if route is None:
        return tuple(connection_steps(violation.witness, violation.because, inventory))
    passed = [Step(hop_text(hop), hop.origin) for hop in route.path]
    legs = [step for leg in route.legs for step in connection_steps(leg.witness, leg.because, inventory)]
    return (Step(f"source: {route.source}"), *passed, *legs) if passed else tuple(legs)


def connection_steps(witness: Witness | None, because: Sequence[Reason], inventory: Inventory) -> Iterator[Step]:
    """The source, what each direction of policy decides, and the destination; nothing without a witness."""
    if witness is None:
        return
    port = port_text(witness.flow, matters=witness.port_matters)
    yield Step(f"source: {_end_text(witness, End.SOURCE, inventory)}", _whereabouts(witness, End.SOURCE, inventory))
    for reason in because:
        detail = f": {reason.detail}" if reason.detail and not reason.object else ""
        yield Step(f"{reason.direction}: {decision_text(reason)}{detail}", reason.place)
    there = f"destination: {_end_text(witness, End.DESTINATION, inventory)} on {port}"
    yield Step(there, _whereabouts(witness, End.DESTINATION, inventory))


def _end_text(witness: Witness, end: End, inventory: Inventory) -> str:
    return endpoint_text(witness, end, inventory.cluster)


def _whereabouts(witness: Witness, end: End, inventory: Inventory) -> Origin | None:
    """Where the workload at ``end`` is written down; None for a pod that is not in the manifests, and outside."""
    pod = witness.flow.at(end)
    if not isinstance(pod, Pod) or pod.workload is None:
        return None
    found = (workload.origin for workload in inventory.cluster.workloads if workload.key == pod.workload)
    return next(found, None)


def trace_lines(violation: Violation, inventory: Inventory) -> list[str]:
    """The trace as visible lines, laid out as in the report for terminals."""
    entries = trace_entries(violation.witness, violation.because, violation.route, inventory)
    return paint(laid_out(entries), coloured=False).splitlines()
