"""``netverify fleet``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.commands.check import judging_flags
from netverify.cli.common_flags import fleet_flags, routing_flags
from netverify.cli.lazy_group import carried_out
from netverify.report.formats import OF_FINDINGS

_EPILOG = """\b
A file of clusters:
  clusters:
    - name: eu-prod
      sources: [{manifests: clusters/eu-prod}]
      cni: cilium
    - name: us-prod
      sources: [{kustomize: overlays/us-prod}]
      intent: us-prod.yaml           # more assertions, or exceptions
      baseline: us-prod.baseline.json

\b
Examples:
  netverify fleet clusters.yaml
  netverify fleet --spec netverify.yaml -o text -o html=fleet.html
  netverify fleet clusters.yaml --cluster eu-prod --only db-is-closed
  netverify fleet clusters.yaml --jobs 8 --max-time 1h --max-memory 16g
  netverify fleet clusters.yaml --engine ray

\b
Exit status: that of `netverify check` for the worst cluster, the gravest of
  5, 4, 2, 3, 1, 0. A cluster that could not be read or judged never passes.
"""


@click.command("fleet", epilog=_EPILOG)
@click.argument("clusters", metavar="[CLUSTERS]", default="clusters.yaml", type=click.Path())
@judging_flags
@click.option("--cluster", "names", metavar="NAME", multiple=True, help="Only the cluster with that name; repeatable.")
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Where clusters are judged: in processes here, or by an existing Ray cluster.",
)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, 256),
    envvar="NETVERIFY_JOBS",
    help="Maximum number of clusters at once.  [default: one for each processor and each 512 MiB of --max-memory]",
)
@fleet_flags(OF_FINDINGS)
@routing_flags
def fleet_command(**given: Any) -> int:
    """Check many clusters against one intent, with one report."""
    return carried_out("fleet", given)
