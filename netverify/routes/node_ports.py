"""Ports of nodes that lead on to pods: whoever connects to an address of a node there may connect to a pod.

Source: "Virtual IPs and Service Proxies" (``type: NodePort``); the portmap plugin, for ``hostPort``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from netverify.model.flow import End
from netverify.policy.predicate import Leaf, NamedPort, PortIn, Predicate
from netverify.policy.visit import about_traffic, may_hold
from netverify.query.question import Question
from netverify.query.whereabouts import names_nodes
from netverify.routes.way_in import WayIn


def begins_there(way: WayIn, question: Question) -> bool:
    """Whether ``way`` begins at a port of a node, and ``question`` is about nodes as such, and may mean that port."""
    if way.problem or way.by not in ("NodePort", "hostPort") or not names_nodes(question.destination, End.DESTINATION):
        return False
    return _may_be_to(question.traffic, way)


def led_on(question: Question, ways: Iterable[WayIn]) -> tuple[str, ...]:
    """Which ports of nodes that ``question`` is about lead on to pods, so that the node alone does not decide."""
    return tuple(
        f"port {way.port} of a node leads on to {way.object}, but whether policy allows it there is not checked"
        for way in ways
        if way.port is not None and begins_there(way, question)
    )


def _may_be_to(traffic: Predicate, way: WayIn) -> bool:
    """Whether ``traffic`` may be to the port of a node where ``way`` begins; False only if that is sure."""

    def may_be(leaf: Leaf) -> bool:
        match about_traffic(leaf):
            case PortIn(protocol, ports):
                return protocol is way.protocol and (way.port is None or way.port in ports)
            case NamedPort() | None:
                return True
            case _ as never:
                assert_never(never)

    return may_hold(traffic, may_be)
