"""``netverify version``: what runs, for a report of a fault."""

from __future__ import annotations

import platform

import click

PARTS = ("z3-solver", "pyyaml", "pydantic", "click")


def version_of(distribution: str) -> str:
    """The installed version of ``distribution``; ``unknown`` when it runs without being installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 slow, and help does not need it

    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


@click.command(
    "version",
    epilog="""\b
Example:
  netverify version
""",
)
def version_command() -> int:
    """Print the versions of netverify and of what it stands on."""
    click.echo(f"netverify {version_of('netverify')}")
    click.echo(f"python {platform.python_version()}")
    for part in PARTS:
        click.echo(f"{part} {version_of(part)}")
    return 0
