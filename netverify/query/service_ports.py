"""Which ports of a Service a question asks about. They are the Service's own, never those of its pods."""

from __future__ import annotations

from dataclasses import replace

from netverify.model.service import Service, ServicePort
from netverify.policy.predicate import Predicate
from netverify.query.called import Called, asked_ports
from netverify.query.port_grammar import EVERY_TRAFFIC, traffic_text
from netverify.query.tokens import Token, Tokens

_LISTED = 8


def with_asked_ports(called: Called, traffic: Predicate, tokens: Tokens, token: Token) -> Called:
    """``called`` with those of its ports that ``traffic`` means; ``token`` is where the sentence says which.

    Raises :class:`netverify.query.sentence_error.SentenceError` (``NV411``) when the Service has no such port.
    """
    service = called.service
    if service is None or called.is_dialled_directly:
        return called
    ports = asked_ports(service, traffic)
    if ports or not service.ports:
        return replace(called, ports=ports)
    if traffic == EVERY_TRAFFIC:
        return replace(called, ports=service.ports)
    message = f"Service {service} has no port `{token.text}`"
    raise tokens.error("NV411", message, token, help_text=_advice(service, token.text))


def asked_services(services: tuple[Called, ...], traffic: Predicate) -> tuple[Called, ...]:
    """Those of ``services`` that ``traffic`` means a port of, with these ports."""
    asked: list[Called] = []
    for called in services:
        assert called.service is not None
        ports = called.service.ports if traffic == EVERY_TRAFFIC else asked_ports(called.service, traffic)
        if ports:
            asked.append(replace(called, ports=ports))
    return tuple(asked)


def words_of_twins(called: Called, traffic: Predicate) -> str:
    """What is asked about by a name that a workload and its Service have: ``called`` is the Service, as a way there."""
    service, key = called.service, called.only
    assert service is not None
    assert key is not None
    name = f"`{key.namespace}/{key.name}` is a {key.kind} and a Service"
    if traffic == EVERY_TRAFFIC or called.is_dialled_directly:
        return f"{name}: this is about the pods of the {key.kind}, reached directly or through the Service"
    asked = f"{name}: port {traffic_text(traffic).removeprefix(':').removesuffix('/tcp')} is"
    ports = asked_ports(service, traffic)
    if not ports:
        own = ", ".join(port_words(port) for port in service.ports[:_LISTED])
        return f"{asked} read as the pods' own, since the Service has only {own or 'none'}"
    if all(port.target_port == port.port for port in ports):
        return f"{asked} the same for both"
    targets = " and ".join(dict.fromkeys(_target_words(port) for port in ports))
    return f"{asked} read as the Service's, which leads to {targets} of the pods, and as the pods' own"


def _target_words(port: ServicePort) -> str:
    return str(port.target_port) if isinstance(port.target_port, int) else f"the port called `{port.target_port}`"


def port_words(port: ServicePort) -> str:
    """``80``, ``80/UDP``, ``80 (http)``: a Service's port as a reader knows it."""
    protocol = "" if port.protocol == "TCP" else f"/{port.protocol}"
    return f"{port.port}{protocol}" + (f" ({port.name})" if port.name else "")


def _advice(service: Service, asked: str) -> str:
    words = [port_words(port) for port in service.ports]
    known = ", ".join(words[:_LISTED]) + (", ..." if words[_LISTED:] else "")
    number = asked.partition("/")[0]
    behind = next((port for port in service.ports if str(port.target_port) == number), None)
    if behind is not None:
        return f"{number} is the port of its pods: the Service's is {port_words(behind)}"
    return f"its ports are {known}" if service.ports[1:] else f"its port is {known}"
