"""Ranges of addresses that pods may have, in an ipBlock.

Source: "Network Policies" ("ipBlock: … These should be cluster-external IPs, since Pod IPs are ephemeral and
unpredictable"); plugins differ in whether an ipBlock matches pods at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.settings import Settings
from netverify.diagnostics import Diagnostic, Severity
from netverify.lint.parts import peers_of
from netverify.lint.wording import policy_text
from netverify.model.addresses import AddressRange, cidrs, parse_cidr
from netverify.model.behaviours import Behaviour
from netverify.model.network_policy import NetworkPolicy
from netverify.sources.places import Places

_PRIVATE = tuple(map(parse_cidr, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))


def pod_range_findings(policies: tuple[NetworkPolicy, ...], settings: Settings, places: Places) -> Iterator[Diagnostic]:
    """NV630: an ipBlock within private ranges, or that has addresses of pods if those are known.

    One note for each policy; none about single addresses, nor where it is known what an ipBlock matches.
    """
    if Behaviour.IPBLOCK_MATCHES_PODS in settings.fixed:
        return
    known = tuple(map(parse_cidr, settings.pod_cidrs))
    for policy in policies:
        found = [one for one in peers_of(policy) if one.peer.ip_block and _is_pods(one.peer.ip_block.cidr, known)]
        if not found:
            continue
        blocks = [cidrs(one.peer.ip_block.cidr)[0] for one in found if one.peer.ip_block]
        listed = ", ".join(dict.fromkeys(blocks[:3])) + (", ..." if len(set(blocks)) > 3 else "")
        text = f"{policy_text(policy)} has ipBlocks with addresses that pods may have ({listed}): the CNI plugin "
        text += "decides whether they match pods"
        help_text = "use selectors for pods; name your plugin with `--cni`, or use `--assume ipblock-matches-pods=true`"
        yield Diagnostic("NV630", Severity.NOTE, text, found[0].origin(places, "ipBlock", "cidr"), help_text)


def _is_pods(block: AddressRange, known: tuple[AddressRange, ...]) -> bool:
    if block.first == block.last:
        return False
    if known:
        return any(block.family == one.family and block.first <= one.last and one.first <= block.last for one in known)
    return any(block.family == one.family and one.first <= block.first and block.last <= one.last for one in _PRIVATE)
