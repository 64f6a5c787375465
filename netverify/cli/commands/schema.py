"""``netverify schema``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.lazy_group import carried_out


@click.command(
    "schema",
    epilog="""\b
Examples:
  netverify schema > netverify.schema.json
  check-jsonschema --schemafile netverify.schema.json netverify.yaml
  netverify schema clusters > clusters.schema.json
  netverify schema goals > goals.schema.json
  netverify schema framework > framework.schema.json

\b
An editor with the YAML language server checks and completes an intent file
whose first line is
  # yaml-language-server: $schema=netverify.schema.json
""",
)
@click.argument("what", type=click.Choice(["intent", "clusters", "goals", "framework"]), default="intent")
def schema_command(**given: Any) -> int:
    """Print the JSON Schema of intent files and other files.

    `fleet` reads clusters, --emit-smt2 writes goals.json, `frameworks` reads frameworks.
    """
    return carried_out("schema", given)
