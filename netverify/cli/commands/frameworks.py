"""``netverify frameworks``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.common_flags import output_flags
from netverify.cli.framework_name import FrameworkName
from netverify.cli.lazy_group import carried_out
from netverify.report.formats import OF_DOCUMENTS

_EPILOG = """\b
Of each control it says what a proof is worth:
  proves           it answers what the control asks of a network
  supports         it is a part of the evidence, which needs more
  does not assess  netverify has nothing to say, and the reason

\b
Examples:
  netverify frameworks
  netverify frameworks pci-dss-4.0.1
  netverify frameworks ./our-controls.yaml -o json
"""


@click.command("frameworks", epilog=_EPILOG)
@click.argument("name", metavar="[FRAMEWORK]", required=False, type=FrameworkName())
@output_flags(OF_DOCUMENTS)
def frameworks_command(**given: Any) -> int:
    """List frameworks of controls, or show one of them.

    FRAMEWORK is one of the list, or a file of your own.
    """
    return carried_out("frameworks", given)
