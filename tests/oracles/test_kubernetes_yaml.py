"""Every text of the oracle is read as Kubernetes' own YAML libraries read it, or refused by a named rule.

`yaml_facts.json` holds the texts, with the value that they were seen to have there or that they were refused.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from netverify.documents.loader import load

ROWS = json.loads(Path(__file__).with_name("yaml_facts.json").read_text())

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


def text_of(row):
    return row["text"].encode() if "text" in row else base64.b64decode(row["base64"])


@pytest.mark.parametrize("row", ROWS, ids=[repr(text_of(row)) for row in ROWS])
def test_a_text_has_the_value_that_kubernetes_gives_it_or_a_named_refusal(row):
    value, code = read(text_of(row))
    if "refused" in row:
        assert code is not None
    elif code is not None:
        assert code in REFUSED_ON_PURPOSE
    else:
        assert value == json.dumps(row["value"], sort_keys=True)


def test_few_texts_that_kubernetes_accepts_are_refused():
    refused = [row for row in ROWS if "refused" not in row and read(text_of(row))[1] is not None]
    assert len(ROWS) == 150
    assert len(refused) <= 25
