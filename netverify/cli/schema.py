"""``netverify schema``: the JSON Schemas of intent files, files of clusters, ``goals.json`` and frameworks."""

from __future__ import annotations

import click

from netverify.evidence.reading import framework_schema_text
from netverify.gate.evidence.schema import goals_schema_text
from netverify.gate.intent.schema import clusters_schema_text, schema_text


def run(what: str) -> int:
    """Does what the flags ask for."""
    texts = {
        "intent": schema_text,
        "clusters": clusters_schema_text,
        "goals": goals_schema_text,
        "framework": framework_schema_text,
    }
    click.echo(texts[what](), nl=False)
    return 0
