"""``netverify schema``: the JSON Schemas of intent files and of ``goals.json``."""

from __future__ import annotations

import click

from netverify.gate.evidence.schema import goals_schema_text
from netverify.gate.intent.schema import schema_text


@click.command(
    "schema",
    epilog="""\b
Examples:
  netverify schema > netverify.schema.json
  check-jsonschema --schemafile netverify.schema.json netverify.yaml
  netverify schema goals > goals.schema.json

\b
An editor with the YAML language server checks and completes an intent file
whose first line is
  # yaml-language-server: $schema=netverify.schema.json
""",
)
@click.argument("what", type=click.Choice(["intent", "goals"]), default="intent")
def schema_command(what: str) -> int:
    """Print the JSON Schema of intent files, or of the goals.json that --emit-smt2 writes."""
    if what == "goals":
        click.echo(goals_schema_text(), nl=False)
        return 0
    click.echo(schema_text(), nl=False)
    return 0
