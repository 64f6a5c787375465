"""From whom ways in are open, against plain questions about one address at a time."""

import ipaddress

from agreement.pipeline import read_inventory
from agreement.test_agreement_outside import direct
from generators.routed_clusters import RoutedDice, random_routed_cluster, text_of
from netverify.model.addresses import parse_address
from netverify.query.outcome import EndpointKind, Scope, Verdict
from netverify.verify import Verifier

NOBODY = {str(ipaddress.ip_network("0.0.0.0/0")[end]) for end in (0, -1)}
"""Addresses that no client has."""
ROUTING = {"Service", "EndpointSlice", "Endpoints"}
FURTHER = ("203.0.113.77", "8.8.8.8", "2001:db8:ffff::77")
PEERS = (
    {"ipBlock": {"cidr": "203.0.113.0/24"}},
    {"ipBlock": {"cidr": "8.8.0.0/16", "except": ["8.8.8.0/24"]}},
    {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["203.0.113.64/26"]}},
    {"ipBlock": {"cidr": "2001:db8:ffff::/64"}},
    {"podSelector": {}},
)


def balanced(seed):
    """A random cluster in which load balancers lead to every Service, and policies admit blocks of addresses."""
    rng = RoutedDice(seed + 1_000_000)
    objects = [one for one in random_routed_cluster(seed) if one["kind"] not in {"Ingress", "Gateway", "Route"}]
    for one in objects:
        spec = one.get("spec") or {}
        if one["kind"] == "NetworkPolicy":
            for rule in spec.get("ingress") or []:
                rule.setdefault("from", []).extend(rng.sample(PEERS, rng.randint(0, 2)))
        elif one["kind"] == "Service" and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None":
            one["metadata"].pop("annotations", None)
            for name in ("loadBalancerSourceRanges", "externalIPs", "internalTrafficPolicy"):
                spec.pop(name, None)
            spec |= {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}
    return objects


def wrong(seed):
    """Clients that a load balancer lets through although a plain question says that they are not, and the reverse."""
    objects = balanced(seed)
    without = Verifier(read_inventory(text_of([one for one in objects if one["kind"] not in ROUTING])))
    known = {}
    for one in Verifier(read_inventory(text_of(objects))).exposed().ways:
        if one.way.by != "LoadBalancer":
            continue
        existing = {route.text for route in one.routes if route.leads_to is EndpointKind.EXISTING}
        for endpoint in sorted(existing):
            for client in clients(objects):
                question = f"can {client} reach {endpoint}/{one.way.protocol}"
                if question not in known:
                    known[question] = direct(without.ask(question))
                if known[question] is Verdict.VACUOUS:
                    continue  # an address of a family that the pod lacks is no client of it
                if lets_through(one, client, endpoint) is not (known[question] is Verdict.REACHABLE):
                    yield question, known[question], one.openings


def lets_through(one, client, endpoint):
    """Whether an opening of ``one`` at which policy sees the client is for ``client``."""
    return any(
        is_among(client, opening.clients)
        for opening in one.openings
        if not opening.hidden and opening.scope is Scope.EXISTING and endpoint in opening.endpoints
    )


def is_among(client, ranges):
    return ranges is None or any(parse_address(client) in block for block in ranges)


def clients(objects):
    """An address in every block of a policy, one beside it, and some in none."""
    found = set(FURTHER)
    for one in objects:
        for rule in (one["spec"].get("ingress") or []) if one["kind"] == "NetworkPolicy" else []:
            for peer in rule.get("from") or []:
                block = peer.get("ipBlock") or {}
                for cidr in filter(None, [block.get("cidr"), *(block.get("except") or [])]):
                    network = ipaddress.ip_network(cidr, strict=False)
                    found |= {str(network[0]), str(network[-1])}
                    if network.prefixlen:
                        found.add(str(network.broadcast_address + 1))
    return sorted(found - taken(objects) - NOBODY)


def taken(objects):
    """The addresses of pods, which are no clients outside."""
    return {(one.get("status") or {}).get("podIP") for one in objects}
