"""Objects of kinds that are not modelled: what each may do, and the finding that says so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.document import Document, Value
from netverify.kinds.findings import object_text
from netverify.kinds.names import shown
from netverify.model.cluster import Unsupported
from netverify.records import dataclass
from netverify.sources.classification import KindClass, group_of, holds_policy
from netverify.sources.delivered_kinds import STANDS_FOR_OTHERS, effect_of_delivery, is_followed
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


AS_IT_STANDS = "these files do not contain {}"
"""Why what an object stands for is not in the manifests."""


TEMPLATE = "template"
"""What stands for a kind where a file is a template that was not rendered."""


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """``thing`` is None for an object that does nothing after all: it is irrelevant."""

    thing: Unsupported | None
    finding: Diagnostic | None = None


def unmodelled(
    document: Document,
    kind_class: KindClass,
    default_namespace: str,
    *,
    follower: str = "",
    pods_are_read: bool = False,
) -> Unmodelled:
    """What the object of a kind that is not modelled may do. ``follower`` is who made the manifests, if anybody.

    ``pods_are_read``: the pods that are made for it are existing ones, so only what else it may do is left.
    """
    value = document.value
    kind, group = value["kind"], group_of(value["apiVersion"])
    if is_followed(group, kind, follower):
        return Unmodelled(None)
    namespace = document.namespace or _text(_metadata(value).get("namespace"))
    effect = _effect(document, kind_class, namespace or default_namespace)
    if pods_are_read:
        effect = replace(effect, makes_pods=False)
    if effect.is_none and (pods_are_read or (group, kind) in MUTATIONS):
        return Unmodelled(None)
    thing = unsupported(document, effect, default_namespace)
    is_known = kind_class is not KindClass.UNKNOWN or effect.may_allow
    return Unmodelled(replace(thing, is_known=is_known), _finding(document, kind_class, effect))


def unsupported(document: Document, effect: Effect, default_namespace: str) -> Unsupported:
    """The object of ``document`` as one that may have ``effect``."""
    value = document.value
    namespace = document.namespace or _text(_metadata(value).get("namespace")) or default_namespace
    name = _text(_metadata(value).get("name"))
    return Unsupported(
        kind=value["kind"],
        name=f"{namespace}/{name}" if effect.unrendered else name,
        namespace=None if effect.cluster_wide else effect.place or namespace,
        origin=document.origin(),
        may_allow=effect.may_allow,
        may_deny=effect.may_deny,
        may_route=effect.may_route,
        digest=digest_of(value),
        makes_pods=effect.makes_pods,
        relabels_pods=effect.relabels_pods,
        unrendered=AS_IT_STANDS.format(effect.unrendered) if effect.unrendered else "",
    )


def template(origin: Origin, data: bytes) -> Unsupported:
    """What a file may do that is a template: what it would create may be anything, anywhere."""
    return unrendered(TEMPLATE, "", "nothing here rendered it", origin, digest=sha256(data).hexdigest())


def unrendered(  # noqa: PLR0913 one argument for each field
    kind: str, name: str, reason: str, origin: Origin, *, digest: str, namespace: str | None = None
) -> Unsupported:
    """Something that would create objects, in ``namespace`` alone or anywhere, and was not rendered for ``reason``."""
    return Unsupported(
        kind=kind,
        name=name,
        namespace=namespace,
        origin=origin,
        may_allow=True,
        may_deny=True,
        may_route=True,
        digest=digest,
        makes_pods=True,
        unrendered=reason,
    )


def digest_of(value: Value) -> str:
    """The same for objects that say the same, however they are written."""
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _effect(document: Document, kind_class: KindClass, namespace: str) -> Effect:
    value = document.value
    kind, group = value["kind"], group_of(value["apiVersion"])
    if kind_class is KindClass.UNKNOWN:
        return BOTH_ANYWHERE if holds_policy(value) else effect_of_unknown(value)
    if kind_class is KindClass.LIST:
        return NO_EFFECT_ALONE
    effect = effect_of(group, kind, namespace, value)
    if effect.makes_pods and (group, kind) not in STANDS_FOR_OTHERS and _holds_policy_below(value):
        return both(effect, BOTH_ANYWHERE)
    return effect


def _holds_policy_below(value: Value) -> bool:
    return any(map(holds_policy, value.values()))


def _metadata(value: Value) -> dict[str, Value]:
    meta = value.get("metadata")
    return meta if isinstance(meta, dict) else {}


def _finding(document: Document, kind_class: KindClass, effect: Effect) -> Diagnostic:
    subject = f"{object_text(document.value)} of {shown(document.value['apiVersion'])}"
    origin = document.origin()
    if effect.unrendered:
        text = f"{object_text(document.value)} is not rendered: {AS_IT_STANDS.format(effect.unrendered)}"
        severity = Severity.WARNING if effect.may_allow else Severity.NOTE
        return Diagnostic("NV153", severity, text, origin, _HOW_TO_RENDER)
    if kind_class is KindClass.UNKNOWN and not effect.may_allow:
        ways = ", and a way in that it opens is not followed" if effect.may_route else ""
        text = f"{subject} is of a kind that is not known: pods that are made for it only count as possible ones{ways}"
        return Diagnostic("NV204", Severity.WARNING, text, origin)
    does = list(_deeds(effect))
    if not effect.may_allow and not effect.may_deny:
        severity = Severity.WARNING if effect.relabels_pods else Severity.NOTE
        return Diagnostic("NV203", severity, f"{subject} is not modelled: {', and '.join(does)}", origin)
    both_ways = effect.may_allow and effect.may_deny
    verb = "allow and deny" if both_ways else "allow" if effect.may_allow else "deny"
    where = (
        "anywhere" if effect.cluster_wide else f"in namespace `{effect.place}`" if effect.place else "in its namespace"
    )
    text = f"{subject} is not modelled: it may {verb} traffic {where}, and verdicts that it could change are unknown"
    return Diagnostic("NV203", Severity.WARNING, text, origin)


def _deeds(effect: Effect) -> list[str]:
    """What an object does that allows and denies nothing, in words."""
    deeds = ["the pods that are made for it only count as possible ones"] if effect.makes_pods else []
    if effect.may_route:
        deeds.append("a way in that it opens is not followed")
    if effect.relabels_pods:
        deeds.append("it may change labels of the pods that these manifests show, and verdicts about them are unknown")
    return deeds or ["by itself it changes nothing"]


_HOW_TO_RENDER = (
    "what it could change is unknown: follow it with `--flux` or `--argocd`, render it and add the result with `-f`, "
    "or take it to be harmless with `--assume unrendered=harmless`"
)


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
