"""``netverify schema``: the JSON Schema of intent files."""

from __future__ import annotations

import click


@click.command(
    "schema",
    epilog="""\b
Examples:
  netverify schema > netverify.schema.json
  check-jsonschema --schemafile netverify.schema.json netverify.yaml

\b
An editor with the YAML language server checks and completes an intent file
whose first line is
  # yaml-language-server: $schema=netverify.schema.json
""",
)
def schema() -> int:
    """Print the JSON Schema of intent files."""
    from netverify.intent.schema import schema_text  # noqa: PLC0415 it imports pydantic; help must not wait for it

    click.echo(schema_text(), nl=False)
    return 0
