"""What one object of a kind that is not modelled may do, from its group, its kind and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from netverify.sources.delivered_kinds import STANDS_FOR_OTHERS, effect_of_delivery
from netverify.sources.effects import BOTH_ANYWHERE, BOTH_IN_NAMESPACE, MAKES_PODS, NO_EFFECT_ALONE, Effect, both
from netverify.sources.mutation import MUTATIONS
from netverify.sources.unsupported_kinds import UNSUPPORTED_KINDS

_ISTIO_IN_ROOT: Final = frozenset(
    {"AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication", "Sidecar", "EnvoyFilter"}
)
_POLICY_KEYS: Final = frozenset({"networkpolicy", "networkpolicies", "networkpolicypeers"})
_WAY_KEYS: Final = frozenset({"ingress", "route", "expose", "exposed", "externallistener", "hosts", "loadbalancer"})
_WAY_TYPES: Final = frozenset({"nodeport", "loadbalancer", "ingress", "route"})


def effect_of(group: str, kind: str, namespace: str, value: Mapping[str, Any]) -> Effect:
    """What the object ``value`` of an unsupported kind may do; of a kind on no list, everything anywhere.

    Istio policies in the mesh's root namespace apply everywhere, which is taken to be any with ``istio`` in its name.
    Of an object that pods are made for, what it says itself decides whether it may write policy or open a way in, too.
    """
    if (group, kind) in STANDS_FOR_OTHERS:
        return effect_of_delivery(group, kind, namespace, value)
    if (group, kind) in MUTATIONS:
        return MUTATIONS[group, kind](value)
    effect = UNSUPPORTED_KINDS.get((group, kind), BOTH_ANYWHERE)
    if group.endswith(".istio.io") and kind in _ISTIO_IN_ROOT and "istio" in namespace:
        return Effect(effect.may_allow, effect.may_deny, cluster_wide=True)
    if (group, kind) in _TENANTS:
        return effect if _says_anything(value, _TENANT_KEYS) else NO_EFFECT_ALONE
    return both(effect, asked_for(value)) if effect.makes_pods else effect


def effect_of_unknown(value: Mapping[str, Any]) -> Effect:
    """What an object of a kind that nobody knows is taken to do: pods are made for it, and what it asks for itself.

    It may be in no namespace; and where it asks for nothing, its pods are taken to be anywhere.
    """
    effect = both(MAKES_PODS, asked_for(value))
    meta = value.get("metadata")
    is_placed = isinstance(meta, dict) and bool(meta.get("namespace"))
    acts = effect.may_allow or effect.may_route
    return effect if is_placed and acts else replace(effect, cluster_wide=True)


def asked_for(value: Mapping[str, Any]) -> Effect:
    """What ``value`` asks of its operator in words that most operators share: policies, or a way in, for its pods."""
    effect = NO_EFFECT_ALONE
    for key, item in _fields(value.get("spec")):
        name = key.lower()
        if name in _POLICY_KEYS and _is_on(item):
            effect = both(effect, BOTH_IN_NAMESPACE)
        if (name in _WAY_KEYS and _is_on(item)) or (
            name.endswith("type") and isinstance(item, str) and item.lower() in _WAY_TYPES
        ):
            effect = both(effect, replace(MAKES_PODS, may_route=True))
    return effect


_TENANTS: Final = frozenset({("capsule.clastix.io", "Tenant")})
_TENANT_KEYS: Final = frozenset({"networkPolicies", "labels", "additionalMetadataList"})
"""What a tenant of Capsule says to put policies into its namespaces, or labels on them."""


def _says_anything(value: Mapping[str, Any], keys: frozenset[str]) -> bool:
    return any(key in keys and bool(item) for key, item in _fields(value.get("spec")))


def _is_on(item: Any) -> bool:
    """Whether a field is set, and does not switch itself off."""
    if isinstance(item, dict):
        return bool(item) and item.get("enabled") is not False
    return bool(item)


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key with what stands under it, at any depth."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            yield from one.items()
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)
