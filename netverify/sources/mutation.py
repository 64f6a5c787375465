"""Objects that change, generate or delete other objects on their way into the cluster, or later.

What an object does follows from the kinds that it is about, and from what it changes in them. Source:
``MutatingAdmissionPolicy`` and ``MutatingWebhookConfiguration`` of admissionregistration.k8s.io; the documentation of
Kyverno (rules) and Gatekeeper (mutation).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from netverify.patterns import pattern
from netverify.sources.effects import (
    BOTH_ANYWHERE,
    NO_EFFECT_ALONE,
    RELABELS_PODS,
    ROUTES,
    Effect,
    both,
)
from netverify.sources.irrelevant_kinds import IRRELEVANT_KINDS

_EVERYTHING: Final = "*"
_POLICIES: Final = ("networkpolic", "authorizationpolic", "peerauthentication", "firewall", "namespace", "hostendpoint")
_PODS: Final = frozenset(
    {
        *("pod", "podtemplate", "replicationcontroller", "deployment", "statefulset", "daemonset", "replicaset"),
        *("job", "cronjob", "rollout", "cloneset", "deploymentconfig", "virtualmachine", "virtualmachineinstance"),
    }
)
_WAYS: Final = frozenset(
    {
        *("service", "endpoint", "endpointslice", "ingress", "ingressclass", "gateway", "gatewayclass"),
        *("httproute", "grpcroute", "tlsroute", "tcproute", "udproute", "referencegrant", "route"),
    }
)
_ABOUT_PODS: Final = pattern(r"label|hostnetwork|port|metadata\}|/(?:metadata|spec|template)(?![\w/-])")
"""In the text of a change to pods: it may be about what policy sees of them, or replace all of `/metadata`."""

_GROUPS_OF_PODS: Final = frozenset(
    {"apps", "batch", "apps.kruise.io", "apps.openshift.io", "argoproj.io", "kubevirt.io", "serving.knative.dev"}
)
_GROUPS_OF_WAYS: Final = frozenset({"discovery.k8s.io", "gateway.networking.k8s.io", "route.openshift.io"})
"""Groups of which all resources together hold some that are about pods, and about ways in."""

_RULED_BY_OBJECTS: Final = ("mutation.gatekeeper.sh", "kyverno.svc", "kyverno.svc-fail", "kyverno.svc-ignore")
"""Ends of the names of webhooks that do what other objects say, which are read for themselves."""

_LEAVE_LABELS: Final = (
    *("istio.io", "linkerd.io", "vault.hashicorp.com", "cert-manager.io", "amazonaws.com", "k8s.aws", "vpa.k8s.io"),
    *("azure-workload-identity.io", "knative.dev", "cnpg.io", "keda.sh", "gke.io", "jobset.x-k8s.io", "kubevirt.io"),
    *("kueue.x-k8s.io", "elastic.co", "strimzi.io", "coreos.com"),
)
"""Ends of the names of webhooks that are known to change no label or port of a pod that a policy goes by."""


def effect_of_kinds(kinds: Iterable[str], text: str | None) -> Effect:
    """What it may do to change objects of ``kinds``; ``text`` is the change as JSON, None where it is not known."""
    effect = NO_EFFECT_ALONE
    for kind in kinds:
        name = _singular(kind)
        if name == _EVERYTHING or any(word in name for word in _POLICIES):
            return BOTH_ANYWHERE
        if name in _WAYS:
            effect = both(effect, ROUTES)
        if name in _PODS and (text is None or _ABOUT_PODS.search(text.lower())):
            effect = both(effect, RELABELS_PODS)
    return effect


def effect_of_webhooks(value: Mapping[str, Any]) -> Effect:
    """What the webhooks of a ``MutatingWebhookConfiguration`` may do: their programs are in no manifest."""
    effect = NO_EFFECT_ALONE
    webhooks = value.get("webhooks")
    if webhooks is not None and not isinstance(webhooks, list):
        return BOTH_ANYWHERE
    for webhook in webhooks or ():
        if not isinstance(webhook, dict):
            return BOTH_ANYWHERE
        effect = both(effect, _of_webhook(webhook))
    return effect


def _of_webhook(webhook: Mapping[str, Any]) -> Effect:
    name = webhook.get("name")
    name = name if isinstance(name, str) else ""
    if name.endswith(_RULED_BY_OBJECTS):
        return NO_EFFECT_ALONE
    effect = effect_of_kinds(_ruled(webhook.get("rules")), None)
    return NO_EFFECT_ALONE if name.endswith(_LEAVE_LABELS) and not effect.may_allow else effect


def effect_of_admission_policy(value: Mapping[str, Any]) -> Effect:
    """What a policy with ``matchConstraints`` and ``mutations`` may do, of the API server or of Kyverno."""
    spec = value.get("spec")
    if not isinstance(spec, dict):
        return BOTH_ANYWHERE
    constraints = spec.get("matchConstraints")
    rules = constraints.get("resourceRules") if isinstance(constraints, dict) else None
    if not isinstance(rules, list) or not rules:
        return BOTH_ANYWHERE
    targets = spec.get("targetMatchConstraints")
    rules = [*rules, *_list(targets.get("resourceRules"))] if isinstance(targets, dict) else rules
    return effect_of_kinds(_ruled(rules), json.dumps([spec.get("mutations"), spec.get("variables")]))


def effect_of_assignment(value: Mapping[str, Any]) -> Effect:
    """What an ``Assign``, ``AssignMetadata`` or ``ModifySet`` of Gatekeeper may do."""
    spec = value.get("spec")
    if not isinstance(spec, dict) or not isinstance(spec.get("location"), str):
        return BOTH_ANYWHERE
    if spec["location"].startswith("metadata.annotations"):
        return NO_EFFECT_ALONE
    if value.get("kind") == "AssignMetadata":
        match = spec.get("match")
        items = match.get("kinds") if isinstance(match, dict) else None
    else:
        items = spec.get("applyTo")
    kinds = [kind for item in _list(items) for kind in _list(item.get("kinds") if isinstance(item, dict) else None)]
    return effect_of_kinds(map(str, kinds) if kinds else [_EVERYTHING], spec["location"])


def effect_of_kyverno_rules(value: Mapping[str, Any]) -> Effect:
    """What the rules of a ``ClusterPolicy`` or a ``Policy`` may do together; those of the latter in its namespace."""
    spec = value.get("spec")
    rules = spec.get("rules") if isinstance(spec, dict) else None
    if not isinstance(rules, list):
        return BOTH_ANYWHERE
    effect = NO_EFFECT_ALONE
    for rule in rules:
        effect = both(effect, _of_kyverno_rule(rule))
    if value.get("kind") == "Policy" and not effect.is_none:
        return replace(effect, cluster_wide=False)
    return effect


def _of_kyverno_rule(rule: Any) -> Effect:
    if not isinstance(rule, dict):
        return BOTH_ANYWHERE
    effect = NO_EFFECT_ALONE
    if "mutate" in rule:
        matched = [*_kinds_in(rule.get("match")), *_kinds_of_targets(rule["mutate"])]
        effect = effect_of_kinds(matched or [_EVERYTHING], json.dumps(rule["mutate"]))
    if "generate" in rule:
        generated = list(_kinds_in(rule["generate"])) or [_EVERYTHING]
        if not all(any(kind in kinds for kinds in IRRELEVANT_KINDS.values()) for kind in generated):
            effect = both(effect, BOTH_ANYWHERE)
    return effect


def effect_of_cleanup(value: Mapping[str, Any]) -> Effect:
    """What a policy that deletes objects may do: only that policies are gone matters."""
    found = list(_kinds_in(value.get("spec")))
    resources = [resource for item in _mappings(value.get("spec")) for resource in _ruled([item])]
    touched = [*found, *(one for one in resources if one)]
    effect = effect_of_kinds(touched or [_EVERYTHING], "")
    return BOTH_ANYWHERE if effect.may_allow else NO_EFFECT_ALONE


def _kinds_of_targets(mutate: Any) -> Iterator[str]:
    yield from _kinds_in(mutate.get("targets") if isinstance(mutate, dict) else None)


def _kinds_in(value: Any) -> Iterator[str]:
    """Every kind that stands under ``kind`` or ``kinds`` in ``value``, without what an object that it holds says."""
    for item in _mappings(value):
        one, many = item.get("kind"), item.get("kinds")
        found = [*([one] if one is not None else []), *(_list(many) if many is not None else [])]
        yield from (str(kind) for kind in found)


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _mappings(item)
    if isinstance(value, dict):
        yield value
        for key, item in value.items():
            if key != "data":
                yield from _mappings(item)


def _ruled(rules: Any) -> Iterator[str]:
    """The kinds that admission rules are about; a whole group where one names every resource of it."""
    if not isinstance(rules, list):
        yield _EVERYTHING
        return
    for rule in rules:
        if not isinstance(rule, dict):
            yield _EVERYTHING
            continue
        groups, resources = rule.get("apiGroups"), rule.get("resources")
        for resource in map(str, _list(resources)):
            if resource.partition("/")[0] == _EVERYTHING:
                yield from _of_groups(_list(groups))
            else:
                yield resource.partition("/")[0]


def _of_groups(groups: list[Any]) -> Iterator[str]:
    """What matters of all resources of ``groups``."""
    for group in groups:
        if group in {_EVERYTHING, "", "networking.k8s.io"} or not isinstance(group, str):
            yield _EVERYTHING
        elif group in _GROUPS_OF_PODS:
            yield "pods"
        elif group in _GROUPS_OF_WAYS:
            yield "gateways"
        elif group.endswith(("projectcalico.org", "cilium.io", "antrea.io", "networking.k8s.io", "istio.io")):
            yield "networkpolicies"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _singular(kind: str) -> str:
    """``pods/status``, ``apps/v1/Deployment`` and ``Pod.v1`` by the bare name, in lower case and singular."""
    parts = [part for part in kind.lower().split("/") if part]
    if not parts:
        return _EVERYTHING
    name = parts[-1] if parts[-1] not in {"status", "scale", "finalizers", "ephemeralcontainers"} else parts[-2:][0]
    name = name.partition(".")[0]
    if _EVERYTHING in name:
        return _EVERYTHING
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-2] if name.endswith("sses") else name.removesuffix("s") if not name.endswith("ss") else name


MUTATIONS: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], Effect]] = MappingProxyType(
    {
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"): effect_of_admission_policy,
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): effect_of_webhooks,
        **{
            ("mutations.gatekeeper.sh", kind): effect_of_assignment
            for kind in ("Assign", "AssignMetadata", "ModifySet")
        },
        **{("kyverno.io", kind): effect_of_kyverno_rules for kind in ("ClusterPolicy", "Policy")},
        **{("kyverno.io", kind): effect_of_cleanup for kind in ("CleanupPolicy", "ClusterCleanupPolicy")},
        **{
            ("policies.kyverno.io", kind): effect_of_admission_policy
            for kind in ("MutatingPolicy", "NamespacedMutatingPolicy")
        },
        **{("policies.kyverno.io", kind): effect_of_cleanup for kind in ("DeletingPolicy", "NamespacedDeletingPolicy")},
    }
)
"""By group and kind, what an object may do, from what it says."""
