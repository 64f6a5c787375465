"""``netverify report``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.commands.check import FAIL_ON, SPEC
from netverify.cli.common_flags import common_flags, paths_argument, routing_flags
from netverify.cli.framework_name import FrameworkName
from netverify.cli.lazy_group import carried_out
from netverify.report.formats import OF_EVIDENCE

_EPILOG = """\b
Assertions name the controls that they are evidence for, as in
`controls: ["pci-dss-4.0.1:1.3.1"]`; `netverify init --framework` writes them.
Each control is
  shown         all that proofs can answer of it is proved
  supported     likewise, of a control that needs more than proofs
  violated      a flow is allowed that an assertion for it forbids
  not shown     something that it needs is missing or undecided
  not assessed  this report says nothing about it

\b
Examples:
  netverify report --framework pci-dss-4.0.1
  netverify report --framework hipaa --framework soc2 -o html=audit.html
  netverify report --framework ./ours.yaml -o json=audit.json -o csv=flows.csv

\b
Exit status: as `netverify check`, for the assertions that name a control of
  the frameworks.
"""


@click.command("report", epilog=_EPILOG)
@paths_argument
@click.option(
    "--framework",
    "frameworks",
    metavar="FRAMEWORK",
    type=FrameworkName(),
    multiple=True,
    required=True,
    help="A framework of the list of `netverify frameworks`, or a file of your own; repeatable.",
)
@SPEC
@FAIL_ON
@click.option("--no-exceptions", is_flag=True, help="Ignore exceptions.")
@common_flags(OF_EVIDENCE, solving=True)
@routing_flags
def report_command(**given: Any) -> int:
    """Write an audit report: what is proved for each control."""
    return carried_out("report", given)
