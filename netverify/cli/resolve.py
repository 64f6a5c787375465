"""``netverify resolve``: the flags, and their way into a request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from netverify.cli.assumed import assumed
from netverify.cli.common_flags import common_flags, routing_flags, routing_of, sources_of
from netverify.cli.outputs import checked_outputs

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
@click.option("--from", "source", metavar="ENDPOINT", required=True, help="The pods that ask.")
@common_flags(("text", "json"), solving=True)
@routing_flags
def resolve(name: str, source: str, **flags: Any) -> int:
    """Look a DNS name up as a pod does, step by step, and say whether policy lets the queries through."""
    from netverify.cli.request import ResolveRequest  # noqa: PLC0415 help does not need it

    request = ResolveRequest(
        name=name,
        source=source,
        sources=sources_of(flags),
        assumed=assumed(flags["cni"], flags["assumptions"]),
        routing=routing_of(flags),
        outputs=checked_outputs(flags["outputs"]),
        color=flags["color"],
        timeout_s=flags["timeout"],
        seed=flags["seed"],
        smt2_folder=Path(flags["smt2_folder"]) if flags["smt2_folder"] else None,
    )
    from netverify.cli.resolving import resolve_request  # noqa: PLC0415 it imports the solver; help must not wait

    return resolve_request(request)
