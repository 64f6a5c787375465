"""``netverify query``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.common_flags import common_flags, routing_flags
from netverify.cli.lazy_group import carried_out
from netverify.report.formats import OF_DOCUMENTS

_EPILOG = """\b
Questions:
  can SOURCE reach TARGET        one flow, or a proof that there is none
  is TARGET reachable from SOURCE
  who can reach TARGET           every source
  what can SOURCE reach          every target
Other words work as well, such as: does a connect to b on port 5432?

\b
  TARGET  ENDPOINT[:PORT[/PROTOCOL]], or ENDPOINT on PORT; PORT is a number,
          a range a-b or the name of a port, PROTOCOL is tcp (default), udp,
          sctp or any
  SOURCE  ENDPOINT: namespace NS | NS/NAME | NAME | KIND NS/NAME |
          KIND/NAME -n NS | service NS/NAME | pods LABELS | any pod, both
          with [in NS | in namespaces LABELS] | any pod outside ... |
          internet | outside | ADDRESS | CIDR; as a target also a DNS name.
          The port of a Service is its own

\b
Examples:
  netverify query "can namespace a reach b/pg:5432" manifests/
  netverify query "is shop/db reachable from the internet?" manifests/
  netverify query who can talk to deploy/web -n shop -f manifests/
  netverify query "can internet reach pods app=web:https" . --cni cilium
  netverify query "can namespace shop reach api.payments.svc:80" .
  netverify query "can any pod reach b/pg" . --expect unreachable
  kubectl get all,ns,netpol -A -o yaml |
    netverify query "who can reach b/pg" -f -

\b
Exit status: 0 answered; 1 the question is about nothing, or --expect differs;
  2 misuse; 3 unknown; 4 an input could not be read; 5 internal error.
"""


@click.command("query", epilog=_EPILOG)
@click.argument("words", metavar="QUESTION [PATH]...", nargs=-1)
@click.option(
    "--counterexample",
    metavar="FILE",
    type=click.Path(),
    help="Write the pods that make it reachable as YAML for kubectl apply.",
)
@click.option(
    "--expect",
    type=click.Choice(["reachable", "unreachable"]),
    help="End with status 1 if the answer is different.",
)
@common_flags(OF_DOCUMENTS, solving=True)
@routing_flags
def query_command(**given: Any) -> int:
    """Ask who can reach what; get a proof or a counterexample.

    The answer covers every pod in the manifests and every pod that could be created. Put QUESTION in quotes to name
    paths of manifests after it; without quotes, name them with -f.
    """
    return carried_out("query", given)
