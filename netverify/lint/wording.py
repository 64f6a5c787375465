"""How findings call policies and selectors."""

from __future__ import annotations

from netverify.model.labels import LabelSelector, Operator, Requirement
from netverify.model.network_policy import NetworkPolicy


def policy_text(policy: NetworkPolicy) -> str:
    """``NetworkPolicy `shop/web` ``."""
    return f"NetworkPolicy `{policy.namespace}/{policy.name}`"


def selector_text(selector: LabelSelector) -> str:
    """The selector as kubectl takes it: ``app=web,tier notin (a,b)``."""
    return ",".join(map(_requirement_text, selector.requirements))


def _requirement_text(requirement: Requirement) -> str:
    key, values = requirement.key, requirement.values
    match requirement.operator:
        case Operator.IN if len(values) == 1:
            return f"{key}={values[0]}"
        case Operator.IN:
            return f"{key} in ({','.join(values)})"
        case Operator.NOT_IN if len(values) == 1:
            return f"{key}!={values[0]}"
        case Operator.NOT_IN:
            return f"{key} notin ({','.join(values)})"
        case Operator.EXISTS:
            return key
        case Operator.DOES_NOT_EXIST:
            return f"!{key}"
