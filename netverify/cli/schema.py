"""``netverify schema``: the JSON Schemas of intent files and of ``goals.json``."""

from __future__ import annotations

import click


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
def schema(what: str) -> int:
    """Print the JSON Schema of intent files, or of the goals.json that --emit-smt2 writes."""
    if what == "goals":
        from netverify.evidence.schema import goals_schema_text  # noqa: PLC0415 most runs print the other one

        click.echo(goals_schema_text(), nl=False)
        return 0
    from netverify.intent.schema import schema_text  # noqa: PLC0415 it imports pydantic; help must not wait for it

    click.echo(schema_text(), nl=False)
    return 0
