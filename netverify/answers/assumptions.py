"""What an answer takes as given, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from netverify.answers.context import Context
from netverify.answers.premises import SCTP_IS_POLICED, cni_premises, pod_cidr_premise
from netverify.model.flow import End
from netverify.model.traffic import Protocol
from netverify.symbolic.obligations import Obligation
from netverify.symbolic.refinement import Found


def assumptions(context: Context, found: Found) -> tuple[str, ...]:
    """The assumptions that an answer from ``found`` rests on, sorted by what they are about.

    A flow between existing pods rests on none about possible ones, and no flow rests on what possible pods cannot be.
    """
    about_pods: Iterable[str] = ()
    if found.goal is None:
        about_pods = (*_about_host_network(found), *_about_pods(context, [goal for goal, _ in found.obligations]))
    elif not found.existing:
        about_pods = _about_pods(context, [found.goal])
    return tuple(dict.fromkeys((*cni_premises(context.settings), *about_pods)))


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
            yield pod_cidr_premise(context.settings)
        else:
            yield "a pod whose address is not in the manifests may have any address"
    protocols = {obligation.encoder.protocol.fixed for obligation in obligations}
    if list(Protocol).index(Protocol.SCTP) in protocols:
        yield SCTP_IS_POLICED
