"""What an object says about traffic beside what is modelled of it: enough to tell whether two say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256

from netverify.documents.document import Document, Value

_ABOUT_TRAFFIC = (
    "cloud.google.com/",
    "io.cilium/",
    "konghq.com/",
    "networking.",
    "service.beta.kubernetes.io/",
    "service.kubernetes.io/",
)
_PLAIN_FILTERS = frozenset(
    {"CORS", "RequestHeaderModifier", "RequestMirror", "RequestRedirect", "ResponseHeaderModifier", "URLRewrite"}
)
"""The filters that send no request to where it would not go without them, and those that are modelled."""


def of_class(document: Document) -> str:
    """The parameters of an IngressClass or a GatewayClass."""
    spec = _mapping(document.value.get("spec"))
    return _digest({name: spec[name] for name in ("parameters", "parametersRef") if spec.get(name)})


def of_gateway(document: Document) -> str:
    """The addresses and the infrastructure of a Gateway, annotations for that, and what listeners ask of clients."""
    spec = _mapping(document.value.get("spec"))
    rest = {name: value for name, value in spec.items() if name not in {"gatewayClassName", "listeners"} and value}
    notes = _mapping(_mapping(document.value.get("metadata")).get("annotations"))
    told = {name: value for name, value in notes.items() if name.startswith(_ABOUT_TRAFFIC)}
    listeners = [*map(_of_listener, spec.get("listeners") or ())]
    return _digest([rest, told, listeners] if rest or told or any(listeners) else {})


def of_route(document: Document) -> str:
    """The conditions on headers and parameters of a route's rules, and the filters that may send requests elsewhere."""
    rules = _mapping(document.value.get("spec")).get("rules") or ()
    return _digest([parts for rule in rules if (parts := [*_of_rule(_mapping(rule))])])


def _of_listener(listener: Value) -> Value:
    tls = _mapping(_mapping(listener).get("tls"))
    return {name: value for name, value in tls.items() if name not in {"mode", "certificateRefs"} and value}


def _of_rule(rule: Mapping[str, Value]) -> Iterator[Value]:
    for one in rule.get("matches") or ():
        told = {name: _mapping(one)[name] for name in ("headers", "queryParams") if _mapping(one).get(name)}
        if told:
            yield told
    for holder in (rule, *map(_mapping, rule.get("backendRefs") or ())):
        yield from (one for one in holder.get("filters") or () if _mapping(one).get("type") not in _PLAIN_FILTERS)


def _mapping(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, dict) else {}


def _digest(value: Value) -> str:
    """Two values with one digest are the same; it is empty for nothing."""
    return sha256(json.dumps(value, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest() if value else ""
