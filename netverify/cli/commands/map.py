"""``netverify map``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.common_flags import common_flags, paths_argument
from netverify.cli.lazy_group import carried_out
from netverify.report.formats import OF_MAPS

_EPILOG = """\b
  ENDPOINT  as in questions: namespace NS | NS/NAME | KIND NS/NAME |
            pods LABELS [in namespace NS | in namespaces LABELS] |
            any pod [outside ...] | internet | ADDRESS | CIDR
  PORT      a number, a range a-b or the name of a port; PROTOCOL is
            tcp (default), udp, sctp or any

\b
Examples:
  netverify map -f manifests/
  netverify map -f . --cni cilium --focus shop/db
  netverify map -f . --from internet --port 22 --port 53/udp
  netverify map -f . -o json=map.json -o text
  netverify map -f . -o html=map.html
  netverify map -f . -o dot | dot -Tsvg > map.svg
  netverify map -f . --max-time 1h --max-memory 8g -o html=map.html

\b
Exit status: 0 mapped; 1 an endpoint that a flag names is nobody; 2 misuse;
  3 an object that is not modelled could change the map, or the budget ended;
  4 an input could not be read; 5 internal error.
"""


@click.command("map", epilog=_EPILOG)
@paths_argument
@click.option(
    "--by",
    "grouping",
    type=click.Choice(["workload", "class", "namespace"]),
    help="What the rows compare: workloads, classes of identical workloads, or namespaces.",
)
@click.option("--focus", metavar="ENDPOINT", help="Only connections from or to these.")
@click.option("--from", "source", metavar="ENDPOINT", help="Only connections from these.")
@click.option("--to", "destination", metavar="ENDPOINT", help="Only connections to these.")
@click.option(
    "--port", "ports", metavar="PORT[/PROTOCOL]", multiple=True, help="Only connections to these ports; repeatable."
)
@click.option("--exclude-external", is_flag=True, help="Only connections between workloads.")
@click.option("--replicas", is_flag=True, help="Also connections between the pods of one workload.")
@common_flags(OF_MAPS, solving=False)
def map_command(**given: Any) -> int:
    """List all connections that policy allows.

    Between all pairs of workloads, and to and from addresses outside. The map covers existing pods only; `netverify
    query` also answers for pods that could be created.
    """
    return carried_out("map", given)
