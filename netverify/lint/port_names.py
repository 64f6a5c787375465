"""Port names of policies that no pod in question declares.

Source: NetworkPolicyPort.port ("This can either be a numerical or named port on a pod"): the name is looked up on the
destination, for the protocol of the item, which is TCP where none is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netverify.diagnostics import Diagnostic, Severity
from netverify.lint.inhabitants import Inhabitants
from netverify.lint.parts import RulePart, rules_of
from netverify.model.cluster import Workload
from netverify.model.flow import Direction
from netverify.model.network_policy import NetworkPolicy, PolicyPort
from netverify.query.suggestions import did_you_mean, nearest
from netverify.sources.places import Places


def port_name_findings(policies: tuple[NetworkPolicy, ...], there: Inhabitants, places: Places) -> Iterator[Diagnostic]:
    """NV633: a port name that none of the existing pods declares which the rule lets traffic to.

    Nothing is said where there are none, or where others may be meant.
    """
    for policy in policies:
        for part in rules_of(policy):
            named = [(index, port) for index, port in enumerate(part.rule.ports) if isinstance(port.port, str)]
            pods = _destinations(part, there) if named else ()
            for index, port in named:
                if pods and not any(_declares(pod, port) for pod in pods):
                    yield _finding(part, index, port, pods, places)


def _destinations(part: RulePart, there: Inhabitants) -> Sequence[Workload]:
    """The existing pods that the rule lets traffic to; none where it may be for others, too."""
    home = part.policy.namespace
    if part.direction is Direction.INGRESS:
        return there.selected(home, part.policy.pod_selector) if there.settled(home) else ()
    if not part.rule.peers or any(peer.ip_block for peer in part.rule.peers):
        return ()
    found: list[Workload] = []
    for peer in part.rule.peers:
        around = there.neighbourhood(peer, home)
        if around.open or not around.pinned or not all(map(there.settled, around.names)):
            return ()
        for name in around.names:
            found += there.of(name) if peer.pod_selector is None else there.selected(name, peer.pod_selector)
    return found


def _declares(pod: Workload, port: PolicyPort) -> bool:
    return any(one.name == port.port and one.protocol is port.protocol for one in pod.ports)


def _finding(part: RulePart, index: int, port: PolicyPort, pods: Sequence[Workload], places: Places) -> Diagnostic:
    names = {one.name for pod in pods for one in pod.ports if one.name and one.protocol is port.protocol}
    others = {one.protocol for pod in pods for one in pod.ports if one.name == port.port}
    if others:
        help_text = f"the pods declare it for {' and '.join(sorted(others))}: write `protocol: {min(others)}`"
    else:
        help_text = did_you_mean(nearest(str(port.port), names)) or "name the container port, or write its number"
    text = f"{part} is for port `{port.port}` over {port.protocol}, which none of its destination pods declares"
    origin = places.origin(part.policy, (*part.path, "ports", index, "port"), part.rule.origin)
    where = tuple((pod.origin, f"one of the pods: {pod.key}") for pod in pods[:1] if pod.origin is not None)
    return Diagnostic("NV633", Severity.WARNING, text, origin, help_text, where)
