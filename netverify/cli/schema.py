"""``netverify schema``: the JSON Schemas of intent files and of ``goals.json``."""

from __future__ import annotations

import click

from netverify.gate.evidence.schema import goals_schema_text
from netverify.gate.intent.schema import schema_text


def run(what: str) -> int:
    """Does what the flags ask for."""
    if what == "goals":
        click.echo(goals_schema_text(), nl=False)
        return 0
    click.echo(schema_text(), nl=False)
    return 0
