"""Who is in the zones of an intent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from netverify.answers.scope import Place
from netverify.diagnostics import Diagnostic, Severity
from netverify.documents.refusal import shown
from netverify.gate.claiming import Claiming
from netverify.gate.intent.ends import Ends, united
from netverify.gate.intent.spec import Spec, Written, ZoneText
from netverify.gate.outcome import ZoneMembers
from netverify.model.cluster import WorkloadKey
from netverify.model.flow import End
from netverify.query.called import Called
from netverify.query.endpoint_grammar import EndpointPhrase
from netverify.symbolic.casting import PodScope


def zone_members(spec: Spec, claiming: Claiming) -> Iterator[ZoneMembers]:
    """Who is in each zone of ``spec``."""
    for zone in spec.zones:
        pods, others = _members(claiming.ends.zone(zone), claiming)
        ends = ((one.text, claiming.ends.parts((one,), End.DESTINATION)) for one in zone.ends)
        empty = tuple(text for text, parts in ends if not any(_members(parts, claiming)))
        yield ZoneMembers(zone, pods, others, empty)


def _members(parts: Sequence[EndpointPhrase], claiming: Claiming) -> tuple[tuple[WorkloadKey, ...], tuple[str, ...]]:
    """The existing pods and nodes of ``parts``, and what else they are."""
    found = claiming.context.search.casting.cast(united(parts).predicate, End.DESTINATION, PodScope.EXISTING)
    others = [one.text for one in parts if one.outside or _leads_elsewhere(one.called)]
    also = [united(parts).text] if found.external and not others else []
    return tuple(one.key for one in found.workloads), (*others, *also)


def place_of(zone: ZoneText, ends: Ends) -> Place:
    """``zone`` as something to scope.

    Raises :class:`netverify.gate.intent.ends.EndError` where nothing says who is in it.
    """
    written = (Written(zone.name, zone.origin),)
    return Place(f"zone {zone.name}", *(ends.pods(written, end).predicate for end in (End.SOURCE, End.DESTINATION)))


def empty_zones(zones: Iterable[ZoneMembers], claiming: Claiming) -> Iterator[Diagnostic]:
    """``NV712``: zones that no existing pod is in, where the manifests hold pods at all."""
    for one in zones:
        if one.is_empty and claiming.context.inventory.cluster.workloads:
            text = f"no existing pod is in zone {shown(one.zone.name)}"
            advice = "check its labels and namespaces; what is proved of it holds for pods that could be created"
            yield Diagnostic("NV712", Severity.WARNING, text, one.zone.origin, advice)


def _leads_elsewhere(called: Called | None) -> bool:
    """Whether no selector says who is behind what is ``called``."""
    return called is not None and (called.service is None or called.service.selector is None)
