"""``netverify version``: what runs, for a report of a fault."""

from __future__ import annotations

import platform

import click

from netverify.cli.version import version_of

PARTS = ("z3-solver", "pyyaml", "pydantic", "click")


@click.command(
    "version",
    epilog="""\b
Example:
  netverify version
""",
)
def version_command() -> int:
    """Print the versions of netverify and its libraries."""
    click.echo(f"netverify {version_of('netverify')}")
    click.echo(f"python {platform.python_version()}")
    for part in PARTS:
        click.echo(f"{part} {version_of(part)}")
    return 0
