"""The reader of YAML and JSON on arbitrary inputs: it never raises, agrees with itself, and knows all places."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from netverify.diagnostics import Severity
from netverify.documents.chunks import Chunk, split
from netverify.documents.events import build
from netverify.documents.limits import DEFAULT_LIMITS, Limits
from netverify.documents.loader import load, never_irrelevant
from netverify.documents.plain_lines import read_lines, read_plain
from netverify.documents.positions import count_nodes
from netverify.documents.refusal import Refusal
from netverify.documents.scalars import Memory, resolve, resolve_json_number, resolve_key

NUMBERISH = st.text("0123456789+-._eExXoObBaFn:~", max_size=24)
FRAGMENTS = st.sampled_from(
    [
        *"abk:{}[],'\"|>-?!&*#%@`\n \t=.~",
        ": ",
        "- ",
        "\n  ",
        "\n- ",
        "---",
        "\n---\n",
        "...",
        "\n...\n",
        "&a ",
        "*a",
        "<<",
        "!!str ",
        "null",
        "on",
        "1e3",
        "0x1F",
        "1_0",
        "\r\n",
        "\r",
        "\ufeff",
        "\u200b",
        "é",
        "\\/",
        "\\u0041",
        "{{ x }}",
        "a: 1",
        "kind: Pod",
        "kind: ConfigMap",
        "apiVersion: v1",
        "items:\n- ",
    ],
)
TEXTS = st.one_of(st.lists(FRAGMENTS, max_size=16).map("".join), st.text(max_size=40))
KEYS = st.one_of(
    st.text("abcxyz/.-", min_size=1, max_size=8), st.sampled_from(["items", "kind", "on", "1", "é", " ", "", "?"])
)
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70), st.sampled_from([0, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1])
) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text("ab \n:#-'\"{}é?", max_size=12), NUMBERISH),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
SAFE_WORDS = st.text("abcdefghz", min_size=2, max_size=6).filter(lambda word: resolve(word) == word)
PLAIN_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), SAFE_WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(SAFE_WORDS, inner, max_size=4)),
    max_leaves=12,
)


def is_config_map(api_version, kind):
    return (api_version, kind) == ("v1", "ConfigMap")


def paths_in(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from paths_in(child, (*path, name))


@given(st.one_of(NUMBERISH, st.text(max_size=30)))
@example("08")
@example("-0b1")
@example("0o")
@example("+.inf")
@example("1" * 2000)
@example("0x" + "f" * 2000)
def test_a_scalar_resolves_or_is_refused(text):
    for read in (resolve, resolve_key, resolve_json_number):
        try:
            value = read(text) if text or read is not resolve_json_number else 0
        except Refusal as refusal:
            value = refusal.code if refusal.code in {"NV106", "NV114", "NV115"} else refusal
        assert isinstance(value, str | int | float | None)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_give_documents_or_errors(data):
    loaded = load("x", data)
    assert all(one.severity is Severity.ERROR and one.code.startswith("NV1") for one in loaded.diagnostics)


@given(TEXTS)
def test_arbitrary_text_gives_documents_or_errors_with_places_inside_it(text):
    loaded = load("x", text.encode("utf-8", "surrogatepass"), is_irrelevant=is_config_map)
    lines = text.count("\n") + 2
    for diagnostic in loaded.diagnostics:
        assert 0 <= diagnostic.origin.line <= lines
        assert diagnostic.message
        assert diagnostic.help
    for document in loaded.documents:
        for path in paths_in(document.value):
            line, column = document.positions.at(path)
            assert 1 <= line <= lines
            assert column >= 1


@given(VALUES.filter(lambda value: isinstance(value, dict | list)))
def test_json_and_yaml_readings_agree_on_a_json_text(value):
    text = json.dumps(value, indent=1)
    chunk = text.encode()
    from_json = load("x.json", chunk)
    try:
        from_yaml = build(chunk, DEFAULT_LIMITS, Memory(), never_irrelevant)
    except Refusal as refusal:
        refused = refusal.code
    else:
        refused = None
    if refused is not None:
        assert [one.code for one in from_json.diagnostics] == [refused]
        return
    assert [one.value for one in from_json.documents] == [from_yaml.value]
    assert repr(from_json.documents[0].value) == repr(from_yaml.value)


@given(VALUES.filter(lambda value: isinstance(value, dict | list)))
def test_json_and_yaml_readings_give_the_same_places(value):
    text = json.dumps(value, indent=1)
    (document,) = load("x.json", text.encode()).documents
    built = build(text.encode(), DEFAULT_LIMITS, Memory(), never_irrelevant)
    assert len(built.offsets) == count_nodes(built.value)
    lines = text.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    places = [document.positions.at(())]
    for path in list(paths_in(document.value))[1:]:
        if isinstance(path[-1], str):
            places.append(document.positions.key_at(path))
        places.append(document.positions.at(path))
    assert [starts[line - 1] + column - 1 for line, column in places] == list(built.offsets)


@given(PLAIN_VALUES, st.sampled_from([True, False, None]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_place_points_at_the_text_of_its_key_and_value(value, flow, newline, with_more):
    text = yaml.safe_dump({"top": value}, default_flow_style=flow, sort_keys=False, width=10_000)
    text = ("# é\u200b\n---\nfirst: 1\n---\n" if with_more else "") + text
    data = text.replace("\n", newline).encode()
    document = load("x", data).documents[-1]
    lines = data.decode().split("\n")
    for path in list(paths_in(document.value))[1:]:
        line, column = document.positions.key_at(path)
        at_key = lines[line - 1][column - 1 :]
        if isinstance(path[-1], str):
            assert re.match(re.escape(path[-1]) + r"\b", at_key)
        line, column = document.positions.at(path)
        leaf = document.value
        for part in path:
            leaf = leaf[part]
        if isinstance(leaf, str):
            assert lines[line - 1][column - 1 :].startswith(leaf)


@given(PLAIN_VALUES, st.sampled_from([True, False, None]))
def test_pyyaml_agrees_where_both_readings_are_the_same(value, flow):
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    loaded = load("x", text.encode())
    assert loaded.diagnostics == ()
    expected = [] if value is None else [yaml.load(text, Loader=yaml.CSafeLoader)]
    assert [one.value for one in loaded.documents] == expected


@given(st.lists(TEXTS, max_size=5))
def test_documents_are_split_on_lines_that_start_with_three_dashes(parts):
    data = "\n---\n".join(parts).encode("utf-8", "surrogatepass")
    lines = data.split(b"\n")
    for chunk in split(data):
        if isinstance(chunk, Chunk):
            first = chunk.data.split(b"\n")[0]
            assert lines[chunk.first_line] == first
            assert not any(line.startswith(b"---") for line in chunk.data.split(b"\n"))


@given(st.lists(st.tuples(st.sampled_from(["ConfigMap", "Pod", "List"]), PLAIN_VALUES), max_size=4), st.randoms())
def test_dropping_early_leaves_exactly_the_other_documents(objects, random):
    texts = []
    for kind, value in objects:
        fields = [("apiVersion", "v1"), ("kind", kind), ("data", value)]
        random.shuffle(fields)
        if random.random() < 0.3:
            texts.append(json.dumps(dict(fields)))
        else:
            style = random.choice([None, '"', "'"])
            texts.append(yaml.safe_dump(dict(fields), sort_keys=False, default_style=style and None))
    data = "---\n".join(text if text.endswith("\n") else text + "\n" for text in texts).encode()
    kept = load("x", data, is_irrelevant=is_config_map)
    everything = load("x", data)
    assert kept.diagnostics == everything.diagnostics == ()
    relevant = [one for one in everything.documents if one.value["kind"] != "ConfigMap"]
    assert [(one.index, one.value, one.origin()) for one in kept.documents] == [
        (one.index, one.value, one.origin()) for one in relevant
    ]
    assert kept.dropped == dict(Counter(kind for kind, _ in objects if kind == "ConfigMap"))


INDENTED = (
    "  apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  data: '\n\nkind: ConfigMap\n\napiVersion: v1\n  '\n"
)
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\n"
POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"


@pytest.mark.parametrize(
    "text",
    [
        'data: "\nkind: ConfigMap\napiVersion: v1\n"\n"kind": NetworkPolicy\n"apiVersion": networking.k8s.io/v1\n',
        'data: "\nkind: ConfigMap\napiVersion: v1"\n? kind\n: NetworkPolicy\n',
        "data: {x: [\nkind: ConfigMap,\napiVersion: v1\n]}\n? kind\n: NetworkPolicy\n",
        "{kind: NetworkPolicy,\nkind2: 1,\n" + 'x: "\nkind: ConfigMap\napiVersion: v1\n"}\n',
        INDENTED,
        "apiVersion: v1\nkind: ConfigMap\n  Policy\n",
        "apiVersion: v1\nkind: &a ConfigMap\n",
        "- kind: NetworkPolicy\n",
    ],
)
def test_a_document_that_only_looks_irrelevant_is_kept(text):
    loaded = load(
        "x", text.encode(), is_irrelevant=lambda version, kind: is_config_map(version, kind) and "&" not in text
    )
    assert loaded.dropped == {}
    assert loaded.documents or loaded.diagnostics


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (CONFIG_MAP + POLICY, "NV102"),
        (POLICY + CONFIG_MAP, "NV102"),
        (CONFIG_MAP + '"kind": NetworkPolicy\n', "NV102"),
        (CONFIG_MAP + '"\\x6bind": NetworkPolicy\n', "NV102"),
        (CONFIG_MAP + "? kind\n: NetworkPolicy\n", "NV102"),
        (CONFIG_MAP + "<<: {kind: NetworkPolicy}\n", "NV105"),
        (CONFIG_MAP + "data: [\n", "NV101"),
        (CONFIG_MAP + "...\n" + POLICY, "NV113"),
        (CONFIG_MAP + "--- \n--- " + POLICY, "NV112"),
    ],
)
def test_a_second_kind_does_not_pass_as_irrelevant(text, code):
    loaded = load("x", text.encode(), is_irrelevant=is_config_map)
    assert [one.code for one in loaded.diagnostics] == [code]


@pytest.mark.parametrize(
    "text",
    [
        CONFIG_MAP + "data: {a: " + "x" * 1000 + "}\n",
        CONFIG_MAP + "data:\n  a: |\n    \u200b" + "[" * 3000 + "\n",
        "kind: 'ConfigMap' # c\r\napiVersion: \"v1\"\r\ndata: {}\r\n",
        "{apiVersion: v1, kind: ConfigMap, data: {a: " + "x" * 1000 + "}}\n",
        '{"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "' + "x" * 1000 + '"}}\n',
        "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  data: {a: \u200b"
        + "x" * 1000
        + "}\nkind: List\n",
    ],
)
def test_the_texts_of_irrelevant_objects_may_be_long(text):
    loaded = load("x", text.encode(), Limits(scalar_bytes=200), is_irrelevant=is_config_map)
    assert loaded.diagnostics == ()
    assert loaded.dropped == {"ConfigMap": 1}


def test_the_items_of_a_dump_have_budgets_of_their_own():
    item = "- apiVersion: v1\n  kind: Pod\n  spec: {a: [1, 2, 3, 4, 5, 6, 7, 8]}\n"
    noise = "- apiVersion: v1\n  kind: ConfigMap\n  data: {b: c}\n"
    text = "apiVersion: v1\nitems:\n" + (item + noise) * 500 + "kind: List\nmetadata: {resourceVersion: ''}\n"
    loaded = load("x", text.encode(), Limits(nodes=50), is_irrelevant=is_config_map)
    assert loaded.diagnostics == ()
    assert loaded.dropped == {"ConfigMap": 500}
    (document,) = loaded.documents
    assert len(document.value["items"]) == 500
    lines = text.split("\n")
    for number in (0, 1, 499):
        line, column = document.positions.key_at(("items", number, "kind"))
        assert lines[line - 1][column - 1 :] == "kind: Pod"
    assert document.positions.at(("kind",)) == (len(lines) - 2, 7)


def test_aliases_are_copies_and_their_insides_are_found_at_the_anchor():
    (document,) = load("x", b"a: &x {k: [1]}\nb: *x\n&y c: *x\nd: *y\n").documents
    assert document.value == {"a": {"k": [1]}, "b": {"k": [1]}, "c": {"k": [1]}, "d": "c"}
    assert document.value["a"] is not document.value["b"]
    assert document.value["a"]["k"] is not document.value["b"]["k"]
    assert document.positions.at(("b",)) == (2, 4)
    assert document.positions.at(("b", "k", 0)) == (1, 12)
    assert document.positions.key_at(("c",)) == (3, 1)
    assert document.positions.at(("d",)) == (4, 4)


def test_a_path_that_leads_nowhere_is_found_at_its_nearest_ancestor():
    (document,) = load("x", b"a:\n  b: 1\n").documents
    for path in (("a", "c"), ("a", 0), ("a", "b", "c", 0)):
        assert document.positions.at(path)[0] == 2
    assert document.positions.at(("x",)) == (1, 1)


@settings(max_examples=30)
@given(st.text("ab?x1 ", min_size=1, max_size=6))
def test_what_was_read_before_does_not_change_what_is_read_now(word):
    data = f'k: {word}\n---\nk: {{a: {word}}}\n---\n{word}: 1\n---\nk: "{word}/"\n---\nk: "{word}\\/"\n'.encode()
    together = load("x", data)
    apart = [load("x", part) for part in data.split(b"---\n")]
    assert [one.value for one in together.documents] == [one.value for load_ in apart for one in load_.documents]
    assert [one.code for one in together.diagnostics] == [one.code for load_ in apart for one in load_.diagnostics]


WORDS = st.sampled_from(
    ["a", "b", "on", "1", "08", "1_0", ".5", "null", "app.kubernetes.io/name", "a:b", "http://x:80/a", "-1", "--f=x"],
) | st.sampled_from(
    [
        "{}",
        "[]",
        "[1]",
        "a#b",
        "*a",
        "~",
        "x y",
        '"q r"',
        '"on"',
        '"\\n"',
        "a #b",
        "a: b",
        "a - b",
        "x  y",
        "'s t'",
        "'i''s'",
    ],
)
BLOCK_STARTS = st.sampled_from(["", "- ", "a: ", "b: ", "- a: ", "- - ", "a:", "- a:", "on: ", "items:"])
ODD_STARTS = st.sampled_from(["? ", "# ", '"a": ', "&x "])
LINES = st.tuples(
    st.sampled_from([0, 0, 2, 2, 4, 1, 3, 6]),
    BLOCK_STARTS | ODD_STARTS,
    st.one_of(st.just(""), WORDS),
)


def read_without_compiled(chunk, limits):
    try:
        return read_lines(chunk, limits.depth, Memory())
    except Refusal:
        return None


@settings(max_examples=400)
@given(st.lists(LINES, max_size=8), st.sampled_from(["\n", "", "\n\n# c\n", " \n"]))
def test_plain_lines_are_read_as_events_read_them_or_not_at_all(lines, end):
    text = "\n".join(" " * indent + start + word for indent, start, word in lines) + end
    plain = read_plain(text.encode(), DEFAULT_LIMITS, Memory())
    assert repr(plain) == repr(read_without_compiled(text.encode(), DEFAULT_LIMITS))
    if plain is None:
        return
    built = build(text.encode(), DEFAULT_LIMITS, Memory(), never_irrelevant)
    assert repr(plain[0]) == repr(built.value)
    assert list(plain[1]) == list(built.offsets)
    assert built.deferred is None


@given(PLAIN_VALUES.filter(lambda value: isinstance(value, dict | list) and value))
def test_what_is_commonly_written_is_read_by_lines(value):
    text = yaml.safe_dump(value, default_flow_style=False, sort_keys=False)
    plain = read_plain(text.encode(), DEFAULT_LIMITS, Memory())
    if "- - " not in text and "items" not in text:
        assert plain is not None
        assert plain[0] == value


@pytest.mark.parametrize("limits", [Limits(depth=2), Limits(nodes=10), Limits(scalar_bytes=10)])
def test_plain_lines_stay_within_the_budgets(limits):
    assert read_plain(b"a:\n  b:\n    c: d\n", limits, Memory()) is None
