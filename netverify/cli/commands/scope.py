"""``netverify scope``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.commands.check import SPEC
from netverify.cli.common_flags import common_flags, paths_argument
from netverify.cli.lazy_group import carried_out
from netverify.report.formats import OF_SCOPES

_EPILOG = """\b
  ENDPOINT  as in questions: namespace NS | NS/NAME | KIND NS/NAME |
            pods LABELS [in namespace NS | in namespaces LABELS]

\b
Examples:
  netverify scope --zone cde
  netverify scope --zone cde --zone connected -o json=scope.json -o text
  netverify scope --from shop/web manifests/
  netverify scope --zone cde -o dot | dot -Tsvg > scope.svg

\b
Exit status: 0 found; 1 nobody is in a zone or is the ENDPOINT; 2 misuse, or
  intent that cannot be read; 3 an object that is not modelled could change
  the scope, or the budget ended; 4 an input could not be read; 5 internal
  error.
"""


@click.command("scope", epilog=_EPILOG)
@paths_argument
@click.option("--zone", "zones", metavar="ZONE", multiple=True, help="A zone of the intent file; repeatable.")
@click.option(
    "--from",
    "source",
    metavar="ENDPOINT",
    help="Instead of zones: everything that these pods reach, as if they were compromised.",
)
@SPEC
@common_flags(OF_SCOPES, solving=False)
def scope_command(**given: Any) -> int:
    """List what is connected with a zone, directly or by others.

    Each with the shortest path, and the rules and ports that carry it. The scope covers existing pods and addresses
    outside; pods that could be created are described where they are one connection away.
    """
    return carried_out("scope", given)
