"""Exceptions that objects of the cluster carry as annotations, with the flows that they leave aside."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.context import Context
from netverify.gate.claim import Exempt
from netverify.gate.prepared_exception import PreparedException
from netverify.intent.annotations import exception_of
from netverify.model.flow import Direction, End
from netverify.model.network_policy import NetworkPolicy
from netverify.rules.predicate import ALWAYS, All, InNamespace


def annotated_exceptions(context: Context) -> Iterator[PreparedException]:
    """Every annotation of a policy or a namespace as an exception.

    That of a policy leaves aside what its rules allow, that of a namespace every flow into it and out of it. Raises
    :class:`netverify.intent.annotations.AnnotationError`.
    """
    cluster = context.inventory.cluster
    for policy in cluster.network_policies:
        for ignore in policy.ignores:
            of = f"NetworkPolicy {policy.namespace}/{policy.name}"
            yield PreparedException(exception_of(ignore, of), tuple(_allowed_by(policy, context)))
    for namespace in cluster.namespaces.values():
        for ignore in namespace.ignores:
            into = Exempt(ALWAYS, InNamespace(End.DESTINATION, namespace.name))
            out = Exempt(InNamespace(End.SOURCE, namespace.name), ALWAYS)
            yield PreparedException(exception_of(ignore, f"Namespace {namespace.name}"), (into, out))


def _allowed_by(policy: NetworkPolicy, context: Context) -> Iterator[Exempt]:
    for direction in Direction:
        table = context.policies.slice(direction, (policy.namespace,))
        for rule in (rule for tier in table.every_tier() for rule in tier.rules):
            if (rule.policy.namespace, rule.policy.name) != (policy.namespace, policy.name):
                continue
            source, target = (rule.peer, rule.subject) if direction is Direction.INGRESS else (rule.subject, rule.peer)
            yield Exempt(source, All((target, rule.traffic)), by_hop=True)
