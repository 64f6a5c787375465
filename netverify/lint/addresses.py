"""Addresses and names in the place of what policy sees.

Source: "Network Policies" (ipBlock: "cluster ingress and egress mechanisms often require rewriting the source or
destination IP"); ServiceSpec.externalName, which is an alias in DNS and no more.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.diagnostics import NOWHERE, Diagnostic, Severity
from netverify.model.addresses import Address
from netverify.model.nodes import is_known_node
from netverify.model.service import Service, ServiceType
from netverify.query.service_addresses import BALANCER, addresses_of
from netverify.routes.dns_step import ToService
from netverify.routes.index import RoutingIndex
from netverify.routes.lookup import service_called
from netverify.routes.options import RoutingOptions


def address_findings(index: RoutingIndex, options: RoutingOptions) -> Iterator[Diagnostic]:
    """NV610: an ipBlock that is the address of a Service; NV611: an alias that leads past policy."""
    known = {one.address: one for each in index.objects.services for one in addresses_of(each)}
    for policy in index.cluster.network_policies:
        for rule in policy.egress if policy.for_egress else ():
            for peer in rule.peers:
                block = peer.ip_block.cidr if peer.ip_block is not None else None
                if block is None or block.first != block.last:
                    continue
                found = known.get(Address(block.family, block.first))
                if found is not None and not is_known_node(found.address, index.cluster):
                    of = f"the {found.what} of Service `{found.service}`"
                    if found.what == BALANCER:
                        of = f"the address of the load balancer of Service `{found.service}`"
                    text = f"NetworkPolicy `{policy.namespace}/{policy.name}` allows {block}, {of}: policy sees the "
                    text += "pods behind it instead"
                    advice = "select the pods behind the Service, on their own port"
                    yield Diagnostic("NV610", Severity.WARNING, text, peer.origin or rule.origin, advice)
    for service in index.objects.services:
        if service.type is ServiceType.EXTERNAL_NAME:
            yield _alias(service, index, options)


def _alias(service: Service, index: RoutingIndex, options: RoutingOptions) -> Diagnostic:
    target = service_called(index, f"{service.external_name.rstrip('.')}.", None, options).target
    where = f"Service `{target.service}`" if isinstance(target, ToService) else f"`{service.external_name}`"
    text = f"Service `{service}` is an alias of {where}: policies for the pods of `{service}` do not apply to it"
    advice = "write policies for the target's pods" if isinstance(target, ToService) else ""
    return Diagnostic("NV611", Severity.NOTE, text, service.origin or NOWHERE, advice)
