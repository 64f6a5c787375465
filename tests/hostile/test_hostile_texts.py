"""Texts that are broken, or built to be read in two ways: each gives one clear error at its place, and no document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netverify.codes import CODES
from netverify.diagnostics import Severity
from netverify.documents.limits import Limits
from netverify.documents.loader import load

DENY = b"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\n"
SMALL = Limits(depth=8, nodes=40, alias_nodes=30, scalar_bytes=200, file_bytes=4096, documents=6, refusals=3)

TEXTS = {
    # libyaml does not take it
    "a tab as indentation": (b"a:\n\tb: 1\n", "NV101", 2, 1),
    "an unclosed bracket": (b"a: [1, 2\nb: 3\n", "NV101", 2, 2),
    "an unclosed brace": (b"a: {b: 1\n", "NV101", 2, 1),
    "an unclosed quote": (b'a: "b\n', "NV101", 2, 1),
    "a mapping in a plain scalar": (b"a: b: c\n", "NV101", 1, 5),
    "a reserved indicator": (b"a: @b\n", "NV101", 1, 4),
    "a backtick": (b"a: `b`\n", "NV101", 1, 4),
    "a percent sign": (b"a: %b\n", "NV101", 1, 4),
    "a list in a mapping": (b"a: 1\n- b\n", "NV101", 2, 1),
    "a dash as a value": (b"a: -\n", "NV101", 1, 4),
    "an unknown escape": (b'a: "\\q"\n', "NV101", 1, 5),
    "a lone surrogate escape": (b'a: "\\ud800"\n', "NV101", 1, 7),
    "bad indentation": (b"a:\n  b: 1\n c: 2\n", "NV101", 3, 2),
    "an anchor without a name": (b"a: & b\n", "NV101", 1, 5),
    "two anchors on one node": (b"a: &b &c d\n", "NV101", 1, 7),
    # the same key twice, as written or as Kubernetes reads it
    "a key twice": (b"a: 1\nb: 2\na: 3\n", "NV102", 3, 1),
    "ingress twice": (DENY + b"spec:\n  ingress: [{}]\n  ingress: []\n", "NV102", 6, 3),
    "a number and its string": (b"1: a\n'1': b\n", "NV102", 2, 1),
    "a Boolean and its string": (b"true: a\n'true': b\n", "NV102", 2, 1),
    "two spellings of true": (b"on: a\ny: b\n", "NV102", 2, 1),
    "two spellings of sixteen": (b"0x10: a\n020: b\n", "NV102", 2, 1),
    "a key twice between braces": (b"{a: 1, a: 2}\n", "NV102", 1, 8),
    "a key twice by an alias": (b"a: &k x\nx: 1\n*k : 2\n", "NV102", 3, 1),
    "a key twice in JSON": (b'{"a": {"b": 1, "b": 2}}\n', "NV102", 1, 16),
    "a key twice in JSON by an escape": (b'{"a": 1, "\\u0061": 2}\n', "NV102", 1, 10),
    "a key twice in the second JSON value": (b'{"a": 1}\n{"a": 1, "a": 2}\n', "NV102", 2, 10),
    # tags, directives, merge keys
    "a custom tag": (b"a: !custom b\n", "NV103", 1, 4),
    "a standard tag": (b"port: !!str 80\n", "NV103", 1, 7),
    "a Python tag": (b"a: !!python/object/apply:os.system [id]\n", "NV103", 1, 4),
    "a tag on a key": (b"!!str 1: v\n", "NV103", 1, 1),
    "a tag on a mapping": (b"spec: !x {a: 1}\n", "NV103", 1, 7),
    "the tag that is no tag": (b"a: ! b\n", "NV103", 1, 4),
    "a version directive": (b"%YAML 1.1\n---\na: 1\n", "NV104", 1, 1),
    "a tag directive": (b"# c\n%TAG ! tag:example.com,2000:\n---\na: 1\n", "NV104", 2, 1),
    "a merge key": (b"a: &x {b: 1}\nc:\n  <<: *x\n", "NV105", 3, 3),
    "a merge key of a list": (b"a: &x {b: 1}\nc: {<<: [*x, *x]}\n", "NV105", 2, 5),
    # keys that are no strings
    "null as a key": (b"null: v\n", "NV106", 1, 1),
    "a tilde as a key": (b"~: v\n", "NV106", 1, 1),
    "a question mark without a key": (b"?\n: v\n", "NV106", 1, 2),
    "a list as a key": (b"[a, b]: c\n", "NV106", 1, 1),
    "a mapping as a key": (b"? {a: b}\n: c\n", "NV106", 1, 3),
    "an alias of a list as a key": (b"a: &x [1]\n*x : 2\n", "NV106", 2, 1),
    "an integer beyond 64 bits as a key": (b"18446744073709551615: v\n", "NV106", 1, 1),
    # aliases
    "an alias without an anchor": (b"a: *b\n", "NV107", 1, 4),
    "an alias of another document": (b"a: &b 1\n---\na: *b\n", "NV107", 3, 4),
    "an alias in its own anchor": (b"a: &b [*b]\n", "NV107", 1, 8),
    "an alias of its own mapping": (b"&m\na: *m\n", "NV107", 2, 4),
    "an alias in a new anchor of an old name": (b"a: &b 1\nc: &b [*b]\n", "NV107", 2, 8),
    "aliases that double": (
        b"a: &a [1, 1, 1]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\n",
        "NV108",
        3,
        12,
    ),
    # characters
    "a NUL": (b"a: b\x00c\n", "NV109", 1, 5),
    "an escape character": (b"a: \x1b[31m\n", "NV109", 1, 4),
    "a DEL": (b"a: b\x7f\n", "NV109", 1, 5),
    "a C1 control": (b"a: b\xc2\x9b31m\n", "NV109", 1, 5),
    "a next-line character": (b"a: b\xc2\x85c: d\n", "NV109", 1, 5),
    "a line separator in a comment": (b"# c\xe2\x80\xa8kind: Pod\n", "NV109", 1, 4),
    "a paragraph separator": (b"a: b\xe2\x80\xa9c: d\n", "NV109", 1, 5),
    "a byte order mark inside": (b"ports:\n\xef\xbb\xbf- port: 5432\n", "NV109", 2, 1),
    "two byte order marks": (b"\xef\xbb\xbf\xef\xbb\xbfa: 1\n", "NV109", 1, 1),
    "a noncharacter": (b"a: \xef\xbf\xbe\n", "NV109", 1, 4),
    "a zero-width space in a value": (b"team: pci\xe2\x80\x8b\n", "NV109", 1, 7),
    "a zero-width joiner in a key": (b"te\xe2\x80\x8dam: pci\n", "NV109", 1, 1),
    "a direction override in quotes": (b'team: "\xe2\x80\xaeicp"\n', "NV109", 1, 7),
    "a soft hyphen": (b"team: p\xc2\xadci\n", "NV109", 1, 7),
    "an escaped zero-width space in JSON": (b'{"team": "pci\\u200b"}\n', "NV109", 1, 10),
    "a lone surrogate in JSON": (b'{"a": "\\ud800"}\n', "NV109", 1, 7),
    "a carriage return alone": (b"a: 1\r---\rb: 2\n", "NV110", 1, 5),
    "a carriage return alone at the end": (b"a: 1\r", "NV110", 1, 5),
    "latin-1": (b"a: caf\xe9\n", "NV111", 1, 7),
    "an overlong encoding": (b"a: \xc0\xaf\n", "NV111", 1, 4),
    "an encoded surrogate": (b"a: \xed\xa0\x80\n", "NV111", 1, 4),
    "UTF-16": (b"\xff\xfea\x00:\x00 \x001\x00", "NV111", 1, 1),
    # documents
    "a document on the separator": (b"--- {kind: Pod}\n", "NV112", 1, 1),
    "a separator with text": (b"a: 1\n---- b\n", "NV112", 2, 1),
    "a key that starts like a separator": (b"---a: 1\n", "NV112", 1, 1),
    "a document after the end marker": (b"a: 1\n...\nb: 2\n", "NV113", 3, 1),
    # numbers
    "a number with underscores": (b"port: 5_432\n", "NV114", 1, 7),
    "a hexadecimal number with underscores": (b"port: 0x15_38\n", "NV114", 1, 7),
    "a fraction with underscores": (b"a: .5_5\n", "NV114", 1, 4),
    "infinity": (b"a: .inf\n", "NV115", 1, 4),
    "minus infinity": (b"a: -.Inf\n", "NV115", 1, 4),
    "not a number": (b"a: .NaN\n", "NV115", 1, 4),
    "a number of 5,000 digits": (b"a: 1" + b"0" * 3000 + b"\n", "NV115", 1, 4),
    "a number beyond every float in JSON": (b'{"a": 1e400}\n', "NV115", 1, 1),
    "NaN in JSON": (b'{"a": NaN}\n', "NV115", 1, 1),
    "Infinity in JSON": (b'{"a": -Infinity}\n', "NV115", 1, 1),
    # sizes
    "nesting beyond the limit": (b"a: " + b"[" * 9 + b"\n", "NV116", 1, 11),
    "block nesting beyond the limit": (b"- " * 9 + b"a\n", "NV116", 1, 17),
    "nesting beyond the limit in JSON": (b'{"a": ' + b"[" * 8 + b"]" * 8 + b"}\n", "NV116", 1, 14),
    "too many keys in JSON": (b"{" + b", ".join(b'"%d": 1' % n for n in range(30)) + b"}\n", "NV117", 1, 172),
    "too many documents": (b"a: 1\n---\n" * 7, "NV117", 13, 1),
    "a text that is too long": (b"a: " + b"x" * 201 + b"\n", "NV118", 1, 4),
    "a text that is too long in JSON": (b'{"a": "' + b"x" * 201 + b'"}\n', "NV118", 1, 7),
    "a file that is too large": (b"#" * 4097, "NV119", 0, 0),
    # read differently by Kubernetes
    "an escape that only JSON has": (b'a: "x\\/y"\n', "NV121", 1, 4),
    "a question mark between braces": (b"{k: a?b}\n", "NV121", 1, 5),
    "a question mark between brackets": (b"[a?b]\n", "NV121", 1, 2),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_gives_one_error_at_its_place(name):
    data, code, line, column = TEXTS[name]
    loaded = load("hostile.yaml", data, SMALL)
    assert not loaded.templated
    assert [(one.code, one.severity) for one in loaded.diagnostics] == [(code, Severity.ERROR)]
    origin = loaded.diagnostics[0].origin
    assert (origin.path, origin.line, origin.column) == ("hostile.yaml", line, column)


@pytest.mark.parametrize("name", TEXTS)
def test_a_refusal_is_a_short_line_of_printable_text_with_help(name):
    data, code, _, _ = TEXTS[name]
    diagnostic = load("hostile.yaml", data, SMALL).diagnostics[0]
    assert code in CODES
    assert 10 <= len(diagnostic.message) <= 200
    assert diagnostic.message.isprintable()
    assert not diagnostic.message.endswith(".")
    assert not re.match(r"[A-Z][a-z]", diagnostic.message)
    assert "Error" not in diagnostic.message
    assert re.fullmatch(r"[ -~]{5,200}", diagnostic.help)


def test_there_are_texts_for_every_refusal_of_a_text():
    texts = {code for _, code, _, _ in TEXTS.values()}
    of_texts = {code for code in CODES if "NV101" <= code <= "NV121"}
    assert texts == of_texts
    assert len(TEXTS) >= 60


def test_a_duplicate_key_points_at_the_first_one_too():
    diagnostic = load("x.yaml", b"---\na: {b: [1, 2], c: 3}\nd: 4\na: 5\n").diagnostics[0]
    assert [(str(place), text) for place, text in diagnostic.secondary] == [("x.yaml:2:1", "first given here")]


def test_a_refused_document_does_not_hide_the_others():
    loaded = load("x.yaml", b"kind: A\n---\nkind: [\n---\nkind: C\n")
    assert [(one.index, one.value) for one in loaded.documents] == [(0, {"kind": "A"}), (2, {"kind": "C"})]
    assert [(one.code, one.origin.document) for one in loaded.diagnostics] == [("NV101", 1)]


def test_a_file_of_garbage_is_given_up_with_an_error_of_its_own():
    loaded = load("x.yaml", b"[\n---\n" * 100)
    assert len(loaded.diagnostics) == 51
    assert loaded.diagnostics[-1].code == "NV123"


def test_an_invisible_character_in_a_comment_is_allowed():
    loaded = load("x.yaml", "a: 1 # \u200b family: \U0001f468\u200d\U0001f469\n".encode())
    assert loaded.diagnostics == ()
    assert loaded.documents[0].value == {"a": 1}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"port: {{ .Values.port }}\n", "a placeholder as a value"),
        (b"{{- if .Values.on }}\nkind: Pod\n{{- end }}\n", "a placeholder on a line of its own"),
        (b'a: 1\n{{ include "x" . | nindent 2 }}\nb: 2\n', "an include"),
        (b"metadata:\n  labels:\n    {{- toYaml .Values.labels | nindent 4 }}\nspec: 1\n", "an indented include"),
        (b"a: 1\n--- {{ .Values.x }}\nb: 2\n", "a placeholder on a separator"),
    ],
)
def test_a_template_is_counted_as_one_and_is_an_error_only_under_strict(text, why):
    assert why
    loaded = load("t.yaml", text)
    assert (loaded.templated, loaded.documents, loaded.diagnostics) == (True, (), ())
    strict = load("t.yaml", text, strict=True)
    assert strict.templated
    assert [one.code for one in strict.diagnostics] == ["NV122"]


@pytest.mark.parametrize(
    "text",
    [
        b"# {{ not a template }}\na: [\n",
        b'a: "{{ quoted }}"\nb: [\n',
        b"a: '{{ quoted }}'\na: 1\n",
        b"kind: A\n---\na: [\n---\nexpr: x{{ y }}\n",
        b"a: {{ x }}\r\xff",
    ],
)
def test_braces_elsewhere_do_not_make_an_error_a_template(text):
    loaded = load("t.yaml", text)
    assert not loaded.templated
    assert len(loaded.diagnostics) == 1


PAGES = Path(__file__).resolve().parents[2] / "docs" / "diagnostics"
NOT_SHOWN_IN_FULL = {"NV117", "NV118", "NV123"}


def blocks(code):
    return re.findall(r"^```yaml\n(.*?)^```", (PAGES / f"{code}.md").read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("code", sorted(code for code in CODES if "NV101" <= code <= "NV122"))
def test_the_example_of_a_page_gives_its_code_and_the_way_out_gives_none(code):
    examples = [load("page.yaml", text.encode(), strict=True) for text in blocks(code)]
    found = [[one.code for one in loaded.diagnostics] for loaded in examples]
    if code in NOT_SHOWN_IN_FULL:
        assert found == [[], []]
    elif len(found) == 2:
        assert found == [[code], []]
    else:
        assert all(codes in ([code], []) for codes in found)


def test_json_that_is_too_deep_for_its_decoder_is_refused_where_it_becomes_too_deep():
    (found,) = load("hostile.yaml", b'{"a]":\n ' + b"[" * 50_000).diagnostics
    assert (found.code, found.origin.line, found.origin.column) == ("NV116", 2, 65)
