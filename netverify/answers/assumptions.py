"""What an answer takes as given, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from netverify.answers.context import Context
from netverify.manifests.coverage import Coverage
from netverify.model.behaviours import CNI_PROFILES, FIXED_BY_DEFAULT, MEANING
from netverify.model.flow import End
from netverify.model.traffic import Protocol
from netverify.queries.wording import setting_words
from netverify.symbolic.obligations import Obligation
from netverify.symbolic.search import Found


def assumptions(context: Context, found: Found) -> tuple[str, ...]:
    """The assumptions that an answer from ``found`` rests on, sorted by what they are about.

    A flow between existing pods rests on none about possible ones, and no flow rests on what possible pods cannot be.
    """
    about_pods: Iterable[str] = ()
    if found.goal is None:
        about_pods = (*_about_host_network(found), *_about_pods(context, [goal for goal, _ in found.obligations]))
    elif not found.existing:
        about_pods = _about_pods(context, [found.goal])
    return tuple(dict.fromkeys((*_about_cni(context), *about_pods)))


def _about_cni(context: Context) -> Iterator[str]:
    profile = CNI_PROFILES[context.settings.cni] if context.settings.cni else {}
    if context.settings.cni:
        yield f"the CNI is {context.settings.cni}"
    for behaviour, value in sorted(context.settings.fixed.items()):
        if profile.get(behaviour) == value:
            continue
        if FIXED_BY_DEFAULT.get(behaviour) == value:
            yield MEANING[behaviour]
        else:
            yield setting_words(behaviour, value=value)


def _about_host_network(found: Found) -> Iterator[str]:
    spaces = [space for goal, _ in found.obligations for space in goal.encoder.spaces.values()]
    if any(space.cast.namespaces for space in spaces):
        yield "pods that could be created are not on the host network"


def _about_pods(context: Context, obligations: Collection[Obligation]) -> Iterator[str]:
    if any(goal.mentions.port_names and goal.encoder.spaces[End.DESTINATION].cast.namespaces for goal in obligations):
        if context.settings.free_named_ports:
            yield "pods that could be created may give any name to any port"
        else:
            yield "pods that could be created name their ports as existing pods of their namespace do"
    if any(obligation.mentions.ranges for obligation in obligations):
        if context.settings.pod_cidrs:
            yield f"pod addresses lie in {', '.join(context.settings.pod_cidrs)}"
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
    if count == 1:
        return ("1 file is a template that was not rendered: what it would create is not in this answer",)
    return (f"{count} files are templates that were not rendered: what they would create is not in this answer",)
