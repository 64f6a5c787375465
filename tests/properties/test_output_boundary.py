"""What leaves through the renderers cannot drive a terminal, and means what it says."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.model.addresses import Address
from netverify.model.behaviours import CNI_PROFILES, Behaviour
from netverify.model.cluster import Cluster, ContainerPort, Namespace, WorkloadKey
from netverify.model.flow import Direction, External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.traffic import Protocol
from netverify.policy.table import PolicyRef
from netverify.query.outcome import Answer, Effect, Listed, Listing, Reason, Scope, Verdict, Witness
from netverify.query.remarks import Remarks
from netverify.query.sentence_error import SentenceError
from netverify.report.behaviour_text import plugins_text
from netverify.report.counterexample import render_counterexample
from netverify.report.diagnostics import MANY, render_diagnostics, render_sentence_error
from netverify.report.document_text import lines_of
from netverify.report.entries import Entry, laid_out
from netverify.report.query_json import render_answer_json, render_listing_json
from netverify.report.query_text import document_of
from netverify.report.terminal import Ink, Span, paint, wants_colour, wrapped
from netverify.sources.coverage import Coverage, Inventory
from netverify.visible import columns, visible

texts = st.text(max_size=12)
label_maps = st.dictionaries(texts, texts, max_size=3)
origins = st.builds(Origin, texts, st.just(0), st.integers(0, 9), st.integers(0, 9))
keys = st.none() | st.builds(WorkloadKey, texts, texts, st.sampled_from(("Pod", "Deployment")))
addresses = st.builds(Address, st.just(4), st.integers(0, 2**32 - 1))
port_lists = st.lists(
    st.builds(ContainerPort, st.integers(1, 65535), st.sampled_from(Protocol), texts), max_size=2
).map(tuple)
pods = st.builds(Pod, texts, label_maps, label_maps, addresses, port_lists, st.booleans(), keys)
endpoints = st.one_of(pods, st.builds(External, addresses))
flows = st.builds(Flow, endpoints, endpoints, st.sampled_from(Protocol), st.integers(1, 65535), st.booleans())
witnesses = st.builds(
    Witness,
    flows,
    st.dictionaries(st.sampled_from(Behaviour), st.booleans(), max_size=2),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
policies = st.none() | st.builds(PolicyRef, texts, texts, texts, origins)
reasons = st.lists(
    st.builds(
        Reason,
        st.sampled_from(Direction),
        st.sampled_from(Effect),
        policies,
        st.none() | st.integers(0, 3),
        st.none() | origins,
        texts,
    ),
    max_size=2,
).map(tuple)
lines = st.lists(texts, max_size=2).map(tuple)
remarks = st.builds(Remarks, lines, lines, lines, lines)
answers = st.builds(
    Answer,
    texts,
    st.sampled_from(Verdict),
    st.none() | st.sampled_from(Scope),
    st.none() | witnesses,
    reasons,
    remarks=remarks,
)
listings = st.builds(
    Listing,
    texts,
    st.sampled_from(Verdict),
    st.lists(st.builds(Listed, texts, witnesses, reasons), max_size=2).map(tuple),
    lines,
    remarks=remarks,
)
namespaces = st.dictionaries(texts, st.builds(Namespace, texts, label_maps, st.booleans()), max_size=2)
inventories = st.builds(
    Inventory,
    st.builds(Cluster, namespaces),
    st.builds(
        Coverage,
        st.just(1),
        st.just(1),
        modelled=st.dictionaries(texts, st.integers(0, 3), max_size=2),
        irrelevant=st.dictionaries(texts, st.integers(0, 3), max_size=6),
        unsupported=st.dictionaries(texts, st.integers(0, 3), max_size=2),
        templates=lines,
        skipped=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
        unread=st.lists(origins, max_size=2).map(tuple),
    ),
)
diagnostics = st.lists(
    st.builds(
        Diagnostic,
        texts,
        st.sampled_from(Severity),
        texts,
        origins,
        texts,
        st.lists(st.tuples(origins, texts), max_size=1).map(tuple),
    ),
    max_size=3,
)


def is_harmless(text: str) -> bool:
    return all(part.isprintable() for part in text.split("\n"))


@given(st.text())
@example("\x1f\u00b70")  # the escape ends in a letter, beside which the dot in the middle looks like a full stop
def test_visible_text_is_one_printable_line_and_stays_the_same(text: str) -> None:
    assert visible(text).isprintable()
    assert visible(visible(text)) == visible(text)
    assert columns(visible(text)) >= 0
    if text.isascii() and text.isprintable():
        assert visible(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "außen ist die Datenbank für Ærø",
        "доступ а база",
        "πρόσβαση στη βάση",
        "数据库 web服务器",
        "データベース",
        "데이터베이스",
        "قاعدة البيانات",
        "מסד נתונים",
        "ฐานข้อมูล",
        "डेटाबेस",
        "từ chối",
        "e\u0301te\u0301",
        "Netz – innen … „außen“",
        "m² · €5",
    ],
)
def test_letters_of_all_scripts_are_shown_as_they_are(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("p\u0430y", "p\\u0430y"),
        ("\u0440\u0430\u0443", "\\u0440\\u0430\\u0443"),
        ("b\u043eot \u0431\u0430\u0437\u0430", "b\\u043eot \u0431\u0430\u0437\u0430"),
        ("\u03bfk", "\\u03bfk"),
        ("\uff41dmin", "\\uff41dmin"),
        ("\U0001d41a", "\\U0001d41a"),
        ("kube\u2010system", "kube\\u2010system"),
        ("10\u20240", "10\\u20240"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u2066b", "a\\u2066b"),
        ("a\u200bb", "a\\u200bb"),
        ("a\u00a0b", "a\\xa0b"),
        ("a\u3164b", "a\\u3164b"),
        ("\u0301a", "\\u0301a"),
        ("a" + "\u0301" * 4, "a\u0301\u0301\\u0301\\u0301"),
        ("a\ufe0f", "a\\ufe0f"),
        ("a\n\x1b[31m", "a\\n\\x1b[31m"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_hides_or_imitates_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_columns_are_those_of_a_terminal() -> None:
    assert [columns(text) for text in ("web", "außen", "数据库", "e\u0301", "")] == [3, 5, 6, 1, 0]


rows = st.lists(st.builds(Span, st.text(max_size=30), st.sampled_from(Ink)), max_size=5).map(tuple)


def words(lines) -> list[str]:
    return "".join("".join(visible(span.text) for span in spans) + " " for spans in lines).split()


@given(st.lists(rows, max_size=3), st.integers(20, 100))
@example([(Span("aa " + "b" * 18),)], 20)
def test_lines_are_broken_between_words_alone_and_lose_none(lines, width: int) -> None:
    broken = list(wrapped(lines, width))
    assert words(broken) == words(lines)
    for spans in broken:
        text = visible("".join(span.text for span in spans)).rstrip()
        # A word that would begin at the indentation of the next line, or before it, gains nothing there.
        gains_nothing = columns(text[: text.rfind(" ") + 1]) <= width // 2
        assert columns(text) <= width or gains_nothing or "|" in text


def test_what_does_not_fit_goes_on_below_its_column() -> None:
    lines = laid_out([Entry("ingress", "allowed by NetworkPolicy shop/db, rule 1", "policies/shop/db.yaml:12")])
    text = paint(wrapped(lines, 60), coloured=False)
    assert text == ("  ingress   allowed by NetworkPolicy shop/db, rule 1\n              policies/shop/db.yaml:12\n")
    assert paint(wrapped(lines, 100), coloured=False) == paint(lines, coloured=False)


def test_colours_survive_where_a_line_is_broken() -> None:
    lines = [(Span("one two three four ", Ink.RED), Span("five six seven eight"))]
    text = paint(wrapped(lines, 20), coloured=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", text) == "one two three four\n  five six seven\n  eight\n"


def test_lines_of_source_text_are_not_broken() -> None:
    lines = [(Span("  15 | ", Ink.BLUE), Span("a b " * 30))]
    assert list(wrapped(lines, 40)) == lines


def test_places_stay_aligned_behind_wide_letters() -> None:
    entries = [Entry("a", "数据库", "x:1"), Entry("b", "außen!", "x:2")]
    rows = [paint([line], coloured=False).rstrip("\n") for line in laid_out(entries)]
    assert [columns(row[: row.index("x:")]) for row in rows] == [21, 21]


@given(answers, listings, inventories)
def test_text_reports_hold_nothing_but_printable_lines(answer: Answer, listing: Listing, inventory: Inventory) -> None:
    for lines in (list(lines_of(document_of(answer, inventory))), list(lines_of(document_of(listing, inventory)))):
        text = paint(lines, coloured=False)
        assert is_harmless(text)
        assert text.count("\n") == len(lines)
        assert text.startswith(("REACHABLE", "UNREACHABLE", "UNKNOWN", "VACUOUS"))


@given(diagnostics, texts, st.data())
def test_diagnostics_hold_nothing_but_printable_lines(found: list[Diagnostic], sentence: str, data) -> None:
    start = data.draw(st.integers(0, len(sentence)))
    end = data.draw(st.integers(start, len(sentence)))
    error = SentenceError("NV401", sentence, sentence, start, end, sentence)
    for lines in (render_diagnostics(found), render_sentence_error(error)):
        assert is_harmless(paint(lines, coloured=False))


@given(answers, listings, inventories)
def test_json_reports_are_ascii_and_keep_every_text(answer: Answer, listing: Listing, inventory: Inventory) -> None:
    for text, outcome in (
        (render_answer_json(answer, inventory), answer),
        (render_listing_json(listing, inventory), listing),
    ):
        assert is_harmless(text)
        value = json.loads(text)
        assert value["schema"] == "netverify/query/v1"
        assert (value["query"], value["verdict"]) == (outcome.question, outcome.verdict)
        assert value["assumptions"] == list(outcome.assumptions)
        assert value["approximations"] == list(outcome.approximations)


@given(answers, inventories)
def test_the_json_of_an_answer_is_the_witness(answer: Answer, inventory: Inventory) -> None:
    value = json.loads(render_answer_json(answer, inventory))
    assert value["scope"] == (answer.scope and answer.scope.value)
    assert [reason["rule"] for reason in value["because"]] == [reason.rule for reason in answer.because]
    if answer.witness is None:
        assert value["witness"] is None
        return
    flow = answer.witness.flow
    assert (value["witness"]["protocol"], value["witness"]["port"]) == (flow.protocol, flow.port)
    assert value["witness"]["behaviours"] == {str(key): on for key, on in answer.witness.behaviours.items()}
    for end in ("source", "destination"):
        endpoint, written = getattr(flow, end), value["witness"][end]
        if isinstance(endpoint, Pod):
            assert written["labels"] == endpoint.labels
            assert written["namespace_labels"] == endpoint.namespace_labels
            assert written["existing"] is (endpoint.workload is not None)
        else:
            assert written["ip"] == str(endpoint.address)


yaml_texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8) | st.sampled_from(
    ("on", "no", "y", "1e3", "0x1", "null", "~", "- a", "a: b", "#", "{", "1_0", ".inf", "2024-01-01"),
)
yaml_maps = st.dictionaries(yaml_texts, yaml_texts, max_size=3)


@given(
    st.builds(
        Pod,
        yaml_texts,
        yaml_maps,
        yaml_maps,
        addresses,
        st.lists(st.builds(ContainerPort, st.integers(1, 65535), st.sampled_from(Protocol), yaml_texts)).map(tuple),
        st.booleans(),
    ),
)
def test_a_counterexample_is_yaml_that_reads_back_as_the_pod(pod: Pod) -> None:
    flow = Flow(pod, External(Address(4, 1)), Protocol.TCP, 80)
    answer = Answer("can x reach y", Verdict.REACHABLE, Scope.POSSIBLE, Witness(flow))
    namespace, written = list(yaml.safe_load_all(render_counterexample(answer, Cluster({}))))
    assert namespace["kind"] == "Namespace"
    assert namespace["metadata"]["name"] == pod.namespace
    wanted = {key: value for key, value in pod.namespace_labels.items() if key != NAMESPACE_NAME_LABEL}
    assert namespace["metadata"].get("labels", {}) == wanted
    assert written["kind"] == "Pod"
    assert written["metadata"]["namespace"] == pod.namespace
    assert written["metadata"].get("labels", {}) == pod.labels
    assert written["spec"].get("hostNetwork", False) is pod.host_network
    ports = written["spec"]["containers"][0].get("ports", [])
    assert [(p["containerPort"], p["protocol"], p.get("name", "")) for p in ports] == [
        (port.number, port.protocol, port.name) for port in pod.ports
    ]


@given(answers, inventories)
def test_a_counterexample_never_leaves_its_comments(answer: Answer, inventory: Inventory) -> None:
    text = render_counterexample(answer, inventory.cluster)
    assert is_harmless(text)
    for document in text.split("---\n")[1:]:
        assert document.startswith("apiVersion: ")
    assert all(line.startswith("#") for line in text.split("---\n")[0].splitlines())


@given(st.text(max_size=9), st.sampled_from(Ink))
def test_colours_wrap_escaped_text_and_nothing_else(text: str, ink: Ink) -> None:
    painted = paint([(Span(text, ink), Span("|"))], coloured=True)
    plain = paint([(Span(text, ink), Span("|"))], coloured=False)
    assert painted.replace(f"\x1b[{ink}m", "").replace("\x1b[0m", "") == plain


@pytest.mark.parametrize(
    ("choice", "environment", "is_terminal", "expected"),
    [
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, True, False),
        ("auto", {"FORCE_COLOR": ""}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"TERM": "dumb"}, True, False),
    ],
)
def test_colour_follows_the_flag_then_the_environment_then_the_terminal(
    choice, environment, is_terminal, expected
) -> None:
    assert wants_colour(choice, environment, is_terminal=is_terminal) is expected


def test_beyond_many_diagnostics_of_one_code_only_their_number_is_shown() -> None:
    found = [Diagnostic("NV900", Severity.WARNING, f"number {n}", Origin("x", 0, n)) for n in range(1, MANY + 4)]
    found.append(Diagnostic("NV901", Severity.ERROR, "another", Origin("y")))
    text = paint(render_diagnostics(found), coloured=False)
    assert f"number {MANY}\n" in text
    assert f"number {MANY + 1}\n" not in text
    assert "3 more NV900 are not shown; `netverify explain NV900` says what it means\n" in text
    assert text.endswith(f"1 error, {MANY + 3} warnings\n")
    assert paint(render_diagnostics([]), coloured=False) == ""


@given(st.sampled_from(Behaviour), st.booleans())
def test_every_plugin_that_enforces_policy_is_named_once_for_a_behaviour(behaviour: Behaviour, value: bool) -> None:
    text = plugins_text({behaviour: value})
    groups = {"perhaps": None, "not": not value}
    said: dict[str, bool | None] = {}
    for group in text.split("; "):
        lead, _, rest = group.partition(" ")
        meaning = groups.get(lead, value)
        names = (rest if lead in groups else group).split(", ")
        assert not said.keys() & set(names)
        said |= dict.fromkeys(names, meaning)
    enforcing = {
        name: profile.get(behaviour)
        for name, profile in CNI_PROFILES.items()
        if behaviour is Behaviour.POLICY_ENFORCED or profile.get(Behaviour.POLICY_ENFORCED, True)
    }
    assert said == enforcing
