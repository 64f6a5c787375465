"""Every finding about Services, names and ways in."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain

from netverify.answers.context import Context
from netverify.answers.surface import Surface
from netverify.codes import CODES
from netverify.diagnostics import Diagnostic
from netverify.lint.addresses import address_findings
from netverify.lint.balancers import balancer_findings
from netverify.lint.dns_egress import dns_findings
from netverify.lint.endpoints import endpoint_findings
from netverify.lint.forwards import forward_findings
from netverify.lint.governing import governing_findings
from netverify.lint.meshes import mesh_findings
from netverify.lint.policy_ports import policy_port_findings
from netverify.lint.services import service_findings
from netverify.lint.ways import way_findings

ABOUT_DNS = frozenset({"NV607", "NV608", "NV609"})


def routing_findings(
    context: Context, surface: Surface, codes: Collection[str] = frozenset(CODES)
) -> tuple[Diagnostic, ...]:
    """All of them that have one of ``codes``, in the order of places; ``surface`` is that of ``context``."""
    index, options = context.routing, context.settings.routing
    found = chain(
        endpoint_findings(index),
        policy_port_findings(index),
        address_findings(index, options),
        service_findings(index),
        governing_findings(index),
        mesh_findings(index.cluster),
        dns_findings(context) if ABOUT_DNS.intersection(codes) else (),
        way_findings(surface),
        forward_findings(index, surface),
        balancer_findings(surface),
    )
    return tuple(sorted({one for one in found if one.code in codes}, key=Diagnostic.sort_key))
