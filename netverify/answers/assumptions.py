"""What an answer takes as given, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from netverify.answers.context import Context
from netverify.manifests.coverage import Coverage
from netverify.model.behaviours import FIXED_BY_DEFAULT, MEANING
from netverify.model.traffic import Protocol
from netverify.symbolic.obligations import Obligation


def assumptions(context: Context, obligations: Collection[Obligation]) -> tuple[str, ...]:
    """The assumptions of an answer that rests on ``obligations``, sorted by what they are about."""
    return tuple(dict.fromkeys((*_about_cni(context), *_about_pods(context, obligations))))


def _about_cni(context: Context) -> Iterator[str]:
    for behaviour, value in sorted(context.behaviours.items()):
        if FIXED_BY_DEFAULT.get(behaviour) == value:
            yield MEANING[behaviour]
        else:
            yield f"{behaviour}={'true' if value else 'false'}"


def _about_pods(context: Context, obligations: Collection[Obligation]) -> Iterator[str]:
    casts = [space.cast for obligation in obligations for space in obligation.encoder.spaces.values()]
    if any(cast.namespaces for cast in casts):
        yield "pods that could be created are not on the host network"
    if any(obligation.mentions.port_names for obligation in obligations):
        if context.latitude.free_named_ports:
            yield "pods that could be created may give any name to any port"
        else:
            yield "pods that could be created name their ports as existing pods of their namespace do"
    if any(obligation.mentions.ranges for obligation in obligations):
        if context.latitude.pod_cidrs:
            yield f"pod addresses lie in {', '.join(context.latitude.pod_cidrs)}"
        else:
            yield "a pod whose address is not in the manifests may have any address"
    protocols = {obligation.encoder.protocol.fixed for obligation in obligations}
    if list(Protocol).index(Protocol.SCTP) in protocols:
        yield "the CNI polices SCTP"


def notes(coverage: Coverage) -> tuple[str, ...]:
    """What the account of the inputs says that bears on every answer."""
    if not coverage.templates:
        return ()
    count = len(coverage.templates)
    files = "1 file is a template" if count == 1 else f"{count} files are templates"
    return (f"{files} and was not rendered: what it would create is not in this answer",)
