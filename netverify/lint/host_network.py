"""Policies for pods on the host network.

Source: "Network Policies" ("NetworkPolicy behaviour for hostNetwork pods is undefined, … The most common is that they
are ignored").
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.settings import Settings
from netverify.diagnostics import Diagnostic, Severity
from netverify.lint.inhabitants import Inhabitants
from netverify.lint.wording import policy_text
from netverify.model.behaviours import Behaviour
from netverify.model.network_policy import NetworkPolicy


def host_network_findings(
    policies: tuple[NetworkPolicy, ...], there: Inhabitants, settings: Settings
) -> Iterator[Diagnostic]:
    """NV632: a policy whose pods are all on the host network, unless the CNI is known to police those."""
    if settings.fixed.get(Behaviour.HOST_NETWORK_POLICED):
        return
    for policy in policies:
        selected = there.selected(policy.namespace, policy.pod_selector)
        if selected and all(one.host_network for one in selected):
            text = (
                f"{policy_text(policy)} selects only pods on the host network, where most CNI plugins apply no policy"
            )
            where = tuple((one.origin, f"on the host network: {one.key}") for one in selected[:1] if one.origin)
            help_text = "protect the ports of the node in another way, such as a host firewall"
            yield Diagnostic("NV632", Severity.WARNING, text, policy.origin, help_text, where)
