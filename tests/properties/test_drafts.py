"""A draft holds whatever text it is made of: what is written is what is read, and no comment ends early."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from netverify.diagnostics import NOWHERE
from netverify.documents.loader import load
from netverify.gate.draft.outline import Draft, Entry, written
from netverify.gate.intent.shape import IntentShape
from netverify.gate.intent.spec import Assertion, FlowText, Only, SourceKind, SourceText
from netverify.model.flow import End
from netverify.report.draft_yaml import render_draft

# Characters that nobody sees are refused when the file is read.
TEXTS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=12) | st.sampled_from(
    [
        "yes",
        "~",
        "null",
        "1e3",
        "0x1f",
        "017",
        "a: b",
        "a #b",
        "- a",
        "{{ a }}",
        "\n# b",
        "'",
        '"',
        "\\",
        "*a",
        "&a",
        "!b",
    ]
)
EMPTY = Draft(date(2026, 11, 24), ())


def value_of(draft):
    loaded = load("netverify.yaml", render_draft(draft, "netverify.schema.json").encode())
    assert loaded.diagnostics == ()
    (document,) = loaded.documents
    return document.value


@given(TEXTS, TEXTS)
def test_every_text_is_read_back_as_it_is(path, text):
    flow = FlowText(written(path, text), (), written("80", "1-2/udp"), text)
    statement = Only(End.DESTINATION, written(path), (flow,))
    entry = Entry(Assertion("a", "only", statement, NOWHERE, text))
    source = SourceText(SourceKind.HELM, path, NOWHERE, (text,), (f"a={text}",))
    value = value_of(replace(EMPTY, sources=(source,), namespace=text, entries=(entry,)))
    assert value["sources"] == [{"helm": path, "values": [text], "set": {"a": text}}]
    assert value["namespace"] == text
    only = {
        "to": path,
        "flows": [{"from": [path, text], "ports": [80, "1-2/udp"], "justification": text}],
    }
    assert value["assertions"] == [{"id": "a", "title": text, "only": only}]


@given(TEXTS, TEXTS)
def test_a_comment_stays_one_whatever_it_says(remark, text):
    statement = Only(End.DESTINATION, written(text), (FlowText(written(text), (), (), text),))
    later = Entry(Assertion("a", "only", statement, NOWHERE, text), (remark, f"{remark}\nb: c"), holds=False)
    source = SourceText(SourceKind.KUSTOMIZE, text, NOWHERE)
    value = value_of(replace(EMPTY, entries=(later,), remarks=(remark,), alternatives=(source,)))
    assert value == {"version": 1, "assertions": []}
    IntentShape.model_validate(value)
