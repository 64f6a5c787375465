"""What every answer under given settings takes as given about the cluster, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from netverify.answers.settings import Settings
from netverify.model.behaviours import CNI_PROFILES, FIXED_BY_DEFAULT, MEANING, Behaviour
from netverify.model.cluster import Cluster
from netverify.model.cluster_network_policy import ENFORCED
from netverify.query.wording import setting_words

SCTP_IS_POLICED = "the CNI polices SCTP"
"""What no flow or denial of SCTP goes without: a plugin that leaves SCTP alone lets all of it through."""

UNRENDERED_IS_HARMLESS = "what is not rendered neither allows nor denies traffic, and opens no way in"


def cni_premises(settings: Settings, *clusters: Cluster) -> Iterator[str]:
    """The CNI by name, then each behaviour that is fixed otherwise, in the order of behaviours.

    Who enforces policies for the whole cluster is said where one of ``clusters`` has any.
    """
    counts = [Counter(ENFORCED[one.api] for one in cluster.cluster_policies) for cluster in clusters]
    profile = CNI_PROFILES[settings.cni] if settings.cni else {}
    if settings.cni:
        yield f"the CNI is {settings.cni}" + (f", from {settings.cni_from}" if settings.cni_from else "")
    for behaviour, value in sorted(settings.fixed.items()):
        if behaviour in ENFORCED.values():
            if count := max(counted[behaviour] for counted in counts):
                yield _who_enforces(settings, behaviour, count, enforced=value)
            continue
        if profile.get(behaviour) == value:
            continue
        if FIXED_BY_DEFAULT.get(behaviour) == value:
            yield MEANING[behaviour]
        else:
            yield setting_words(behaviour, value=value)
    if settings.node_cidrs:
        yield f"only nodes and pods have addresses in {', '.join(settings.node_cidrs)}"
    yield from unrendered_premise(settings)


def _who_enforces(settings: Settings, behaviour: Behaviour, count: int, *, enforced: bool) -> str:
    if enforced:
        return MEANING[behaviour]
    who, kind = settings.cni or "the CNI", next(api.value for api, one in ENFORCED.items() if one is behaviour)
    objects = f"1 {kind} has" if count == 1 else f"{count} {kind} objects have"
    return f"{objects} no effect: {who} does not enforce any"


def unrendered_premise(settings: Settings) -> Iterator[str]:
    """What is taken as given about what was not rendered, if anything."""
    if settings.unrendered_is_harmless:
        yield UNRENDERED_IS_HARMLESS


def pod_cidr_premise(settings: Settings) -> str:
    """Where pod addresses lie; ``settings`` must tell."""
    return f"pod addresses lie in {', '.join(settings.pod_cidrs)}"
