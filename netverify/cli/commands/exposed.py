"""``netverify exposed``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.common_flags import common_flags, paths_argument, routing_flags
from netverify.cli.lazy_group import carried_out
from netverify.report.formats import OF_FINDINGS

_EPILOG = """\b
Ways in are load balancers, NodePorts, external IPs, Ingresses, Gateways,
Routes, host ports and pods on the host network. Each is
  open      clients reach existing pods
  depends   clients reach existing pods under the listed conditions
  possible  only pods that are not in the manifests can be reached, or connect
  blocked   policy blocks it (proved)
  broken    it leads nowhere, whatever policy says
  unknown   neither proved nor refuted

\b
Examples:
  netverify exposed -f manifests/
  netverify exposed -f . --cni cilium -o json
  netverify exposed -f . --fail-on open,depends
  netverify exposed -f . --url https://shop.example.com/api/orders
  netverify exposed -f . --ingress-controller "pods app=nginx in edge"

\b
Exit status: 0 listed; 1 what --fail-on names; 2 misuse; 3 unknown;
  4 an input could not be read; 5 internal error.
"""


@click.command("exposed", epilog=_EPILOG)
@paths_argument
@click.option(
    "--fail-on",
    metavar="STATES",
    default="never",
    show_default=True,
    help="End with status 1 when a way in is in one of these states, with commas between: open, depends, possible, "
    "broken; or `never`.",
)
@click.option("--url", metavar="URL", help="Only the ways in for this URL, such as https://HOST/PATH.")
@common_flags(OF_FINDINGS, solving=True)
@routing_flags
def exposed_command(**given: Any) -> int:
    """List every way in from outside the cluster.

    The list shows where each way in leads, and whether policy allows it.
    """
    return carried_out("exposed", given)
