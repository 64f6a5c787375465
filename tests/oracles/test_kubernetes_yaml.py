"""Every text of the oracle is read as Kubernetes' own YAML libraries read it, or refused by a named rule."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from netverify.manifests.loader import load

ORACLE = Path(__file__).resolve().parents[2].parent / "shared" / "oracles" / "kubernetes_yaml.json"
ROWS = json.loads(ORACLE.read_text()) if ORACLE.exists() else []

REFUSED_ON_PURPOSE = {
    "NV102",  # duplicate keys, also after both became the same string
    "NV103",  # explicit tags
    "NV104",  # directives
    "NV109",  # line separators and invisible characters
    "NV110",  # a carriage return alone
    "NV111",  # UTF-16
    "NV113",  # content after `...`
    "NV114",  # numbers with underscores
}


def read(data):
    """The first document as canonical JSON, or the code of the refusal; a template is refused too."""
    loaded = load("input.yaml", data)
    if loaded.diagnostics or loaded.templated:
        return None, loaded.diagnostics[0].code if loaded.diagnostics else "template"
    value = loaded.documents[0].value if loaded.documents else None
    return json.dumps(value, sort_keys=True), None


@pytest.mark.skipif(not ROWS, reason="the oracle is not beside this checkout")
@pytest.mark.parametrize("row", ROWS, ids=[repr(base64.b64decode(row["input_base64"])) for row in ROWS])
def test_a_text_has_the_value_that_kubernetes_gives_it_or_a_named_refusal(row):
    value, code = read(base64.b64decode(row["input_base64"]))
    if row["kubernetes_json"].startswith("ERR"):
        assert code is not None
    elif code is not None:
        assert code in REFUSED_ON_PURPOSE
    else:
        assert value == json.dumps(json.loads(row["kubernetes_json"]), sort_keys=True)


@pytest.mark.skipif(not ROWS, reason="the oracle is not beside this checkout")
def test_few_texts_that_kubernetes_accepts_are_refused():
    refused = [
        row
        for row in ROWS
        if not row["kubernetes_json"].startswith("ERR") and read(base64.b64decode(row["input_base64"]))[1] is not None
    ]
    assert len(refused) <= 25
