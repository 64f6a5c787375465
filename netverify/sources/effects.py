"""What an object that is not modelled may do to reachability, and to whom."""

from __future__ import annotations

from dataclasses import replace

from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Effect:
    """What an object may do to reachability.

    ``cluster_wide``: its effect is not limited to one namespace, which is ``place``, or its own where that is empty.
    ``makes_pods``: a controller makes pods for it, which are not read and so only count as possible ones.
    ``may_route``: it brings traffic to pods, which policy may admit. ``relabels_pods``: it changes labels, ports or the
    network of pods that the manifests show. ``unrendered`` says what it stands for and is not in the manifests; it is
    empty where the object stands for itself.
    """

    may_allow: bool
    may_deny: bool
    cluster_wide: bool
    makes_pods: bool = False
    may_route: bool = False
    relabels_pods: bool = False
    place: str = ""
    unrendered: str = ""

    @property
    def is_none(self) -> bool:
        """Whether the object does nothing at all by itself."""
        acts = (self.may_allow, self.may_deny, self.makes_pods, self.may_route, self.relabels_pods, self.unrendered)
        return not any(acts)


BOTH_IN_NAMESPACE = Effect(may_allow=True, may_deny=True, cluster_wide=False)
BOTH_ANYWHERE = Effect(may_allow=True, may_deny=True, cluster_wide=True)
DENY_IN_NAMESPACE = Effect(may_allow=False, may_deny=True, cluster_wide=False)
DENY_ANYWHERE = Effect(may_allow=False, may_deny=True, cluster_wide=True)
ALLOW_ANYWHERE = Effect(may_allow=True, may_deny=False, cluster_wide=True)
NO_EFFECT_ALONE = Effect(may_allow=False, may_deny=False, cluster_wide=True)
"""Only other unsupported objects make use of it."""
MAKES_PODS = Effect(may_allow=False, may_deny=False, cluster_wide=False, makes_pods=True)
MAKES_PODS_AND_ROUTES = replace(MAKES_PODS, may_route=True)
MAKES_PODS_AND_POLICY = replace(BOTH_IN_NAMESPACE, makes_pods=True)
ROUTES = replace(NO_EFFECT_ALONE, may_route=True)
ROUTES_AND_DENIES = replace(DENY_ANYWHERE, may_route=True)
RELABELS_PODS = replace(NO_EFFECT_ALONE, relabels_pods=True)


def both(one: Effect, other: Effect) -> Effect:
    """What ``one`` and ``other`` do together, anywhere if either acts anywhere."""
    if one.is_none or other.is_none:
        return other if one.is_none else one
    return Effect(
        may_allow=one.may_allow or other.may_allow,
        may_deny=one.may_deny or other.may_deny,
        cluster_wide=one.cluster_wide or other.cluster_wide or one.place != other.place,
        makes_pods=one.makes_pods or other.makes_pods,
        may_route=one.may_route or other.may_route,
        relabels_pods=one.relabels_pods or other.relabels_pods,
        place=one.place,
        unrendered=one.unrendered or other.unrendered,
    )
