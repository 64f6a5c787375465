"""What the API server would make of an object once it drops a field that it does not know.

Clients that do not ask for strict validation get a warning at most, and the object is stored without the field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from netverify.manifests.document import Value
from netverify.manifests.schema.ingress import IngressSpec
from netverify.manifests.schema.network_policy import (
    EgressRuleShape,
    IngressRuleShape,
    IPBlockShape,
    NetworkPolicyShape,
    NetworkPolicySpec,
    PeerShape,
    PortShape,
)
from netverify.manifests.schema.selector import Selector
from netverify.manifests.schema.service import ServiceSpec
from netverify.manifests.schema.shape import Shape

_DROPPED = "a server that does not validate strictly would drop it, and"

_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "from": "a rule under `ingress`",
        "to": "a rule under `egress`",
        "ports": "a rule, beside `from` or `to`",
        "port": "an item of `ports`",
        "endPort": "an item of `ports`",
        "protocol": "an item of `ports`",
        "podSelector": "`spec`, or an item of `from` or `to`",
        "namespaceSelector": "an item of `from` or `to`",
        "ipBlock": "an item of `from` or `to`",
        "cidr": "`ipBlock`",
        "except": "`ipBlock`",
        "matchLabels": "`podSelector` or `namespaceSelector`",
        "matchExpressions": "`podSelector` or `namespaceSelector`",
        "ingress": "`spec`",
        "egress": "`spec`",
        "policyTypes": "`spec`",
    },
)
"""Where each field of a NetworkPolicy belongs."""

_POLICY_SHAPES = (
    NetworkPolicyShape,
    NetworkPolicySpec,
    IngressRuleShape,
    EgressRuleShape,
    PeerShape,
    PortShape,
    IPBlockShape,
)


def place_of(shape: type[Shape], name: str) -> list[str]:
    """Where the field ``name``, which ``shape`` does not have, belongs; nothing when that is not known."""
    if shape is Selector and name not in _PLACES:
        return [f"labels go under `matchLabels`: `matchLabels: {{{name}: ...}}`"]
    if shape is IngressSpec and name == "backend":
        return ["did you mean `defaultBackend`?"]
    if issubclass(shape, _POLICY_SHAPES) and name in _PLACES:
        return [f"`{name}` belongs in {_PLACES[name]}"]
    return []


def consequence(shape: type[Shape], name: str, value: Value) -> list[str]:
    """What ``value``, which is of ``shape``, would mean without the field ``name``; nothing where the meaning stays."""
    meaning = _meaning_without(shape, name, value if isinstance(value, dict) else {})
    return [f"{_DROPPED} {meaning}"] if meaning else []


def _meaning_without(shape: type[Shape], name: str, value: dict[str, Value]) -> str:
    readings: dict[type[Shape], Callable[[], str]] = {
        IngressRuleShape: lambda: _rule_without(value, "from", "from everyone"),
        EgressRuleShape: lambda: _rule_without(value, "to", "to everyone"),
        PeerShape: lambda: _peer_without(value),
        PortShape: lambda: "" if "port" in value else "the item would allow every port of its protocol",
        IPBlockShape: lambda: "nothing would be excepted from `cidr`" if name.lower().startswith("exc") else "",
        Selector: lambda: _selector_without(value),
        NetworkPolicySpec: lambda: _spec_without(name, value),
        ServiceSpec: lambda: _service_without(name, value),
        NetworkPolicyShape: lambda: "" if value.get("spec") else "the policy would select every pod of its namespace",
    }
    return readings[shape]() if shape in readings else ""


def _service_without(name: str, spec: dict[str, Value]) -> str:
    if "selector" in name.lower() and not spec.get("selector"):
        return "the Service would select no pods"
    if "range" in name.lower() and not spec.get("loadBalancerSourceRanges"):
        return "the load balancer would let everyone in"
    return ""


def _selector_without(selector: dict[str, Value]) -> str:
    if selector.get("matchLabels") or selector.get("matchExpressions"):
        return "the selector would match more than it says"
    return "the selector would match everything"


def _rule_without(rule: dict[str, Value], peers: str, everyone: str) -> str:
    if not rule.get(peers):
        return f"the rule would allow traffic {everyone}"
    return "" if rule.get("ports") else "the rule would allow every port"


def _peer_without(peer: dict[str, Value]) -> str:
    left = [field for field in ("podSelector", "namespaceSelector", "ipBlock") if peer.get(field) is not None]
    if not left:
        return "an item that names no peer would be left, which is refused"
    return f"all that `{'` and `'.join(left)}` matches would be allowed"


def _spec_without(name: str, spec: dict[str, Value]) -> str:
    if spec.get("podSelector") is None:
        return "the policy would select every pod of its namespace"
    if name.lower().startswith("policytype"):
        return "`policyTypes` would be guessed from the rules"
    return ""
