"""Blocks of addresses, some of which are a Service's: the Service is one part of them, what else is there another."""

from __future__ import annotations

import pytest

from cases.test_addresses_of_services import CLUSTER_IP, PODS, SHUT, TO_PODS, egress, service, verdict

BLOCK = "10.96.7.0/24"
CLUSTER = PODS + service(CLUSTER_IP)
TO_BLOCK = egress("[{to: [{ipBlock: {cidr: 10.96.7.0/24}}]}]")
NOWHERE = egress("[]")
UNMODELLED = """
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: x, namespace: shop}
spec: {endpointSelector: {}, egress: [{toEntities: [all]}]}
---
"""


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        (SHUT + TO_BLOCK, "reachable"),
        (TO_PODS, "reachable"),
        (SHUT + TO_PODS, "unreachable"),
        (NOWHERE, "unreachable"),
        (NOWHERE + UNMODELLED, "unknown"),
    ],
    ids=["by the addresses alone", "by the Service alone", "shut", "by neither", "not modelled"],
)
def test_a_block_is_reached_iff_its_service_or_another_of_its_addresses_is(policies: str, expected: str) -> None:
    assert verdict(CLUSTER + policies, f"can shop/web reach {BLOCK}:80") == expected


@pytest.mark.parametrize(
    ("policies", "expected"),
    [(TO_PODS, "reachable"), (SHUT, "reachable"), (SHUT + UNMODELLED, "unknown")],
    ids=["by pods", "by pods, at other addresses", "not modelled"],
)
def test_who_can_reach_a_block_is_unknown_where_a_part_of_it_is(policies: str, expected: str) -> None:
    assert verdict(CLUSTER + policies, f"who can reach {BLOCK}:80") == expected
