"""``netverify resolve``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.common_flags import common_flags, paths_argument, routing_flags
from netverify.cli.lazy_group import carried_out
from netverify.report.formats import OF_DOCUMENTS

_EPILOG = """\b
  NAME      as a program would have it: postgres, postgres.shop,
            postgres.shop.svc.cluster.local, _http._tcp.web.shop.svc;
            with a dot at the end it is looked up as it is
  ENDPOINT  the asking pods: NS/NAME, KIND NS/NAME, or namespace NS for an
            ordinary pod there

\b
Examples:
  netverify resolve postgres --from shop/web -f manifests/
  netverify resolve api.payments --from "namespace shop" -f . -o json
  netverify resolve db.shop --from shop/web --node-local-dns -f .

\b
Exit status: 0 looked up, whatever was found; 2 misuse; 3 unknown whether
  policy lets the queries through; 4 an input could not be read; 5 internal
  error.
"""


@click.command("resolve", epilog=_EPILOG)
@click.argument("name")
@paths_argument
@click.option("--from", "source", metavar="ENDPOINT", required=True, help="The pods that ask.")
@common_flags(OF_DOCUMENTS, solving=True)
@routing_flags
def resolve_command(**given: Any) -> int:
    """Look up a DNS name as a pod does, step by step.

    Also says whether policy allows the DNS queries.
    """
    return carried_out("resolve", given)
