"""Laws of the sentence grammar."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netverify.model.addresses import parse_address
from netverify.model.cluster import Cluster, Namespace, Workload, WorkloadKey
from netverify.query.names import KINDS
from netverify.query.question import Question
from netverify.query.sentence import SentenceError, canonical_sentence, parse_sentence

NAMESPACES = ("a", "b", "in", "namespace", "reach", "pods")
NAMES = ("web", "db", "internet", "any", "reach", "job", "x.y", "1.2", "can")
ALL_KINDS = sorted(set(KINDS.values()))
CLUSTER = Cluster(
    {name: Namespace(name, {}, declared=True) for name in NAMESPACES},
    tuple(
        Workload(WorkloadKey(namespace, name, kind), {}, addresses=(parse_address(f"10.{n}.{k}.9"),))
        for n, namespace in enumerate(sorted(NAMESPACES))
        for name in sorted(NAMES)
        for k, kind in enumerate(ALL_KINDS)
        if (n + k + len(name)) % 3
    ),
)

PIECES = (
    *("can", "who", "what", "reach", "namespace", "namespaces", "pods", "pod", "any", "in", "notin", "outside"),
    *("internet", "service", "deploy", "a/web", "b/db", "web", "a", "[", "]", "(", ")", ",", "=", "==", "!=", "!"),
    *(":", "::", "::1", "10.0.0.0/8", "2001:db8::", "80", "80-90", "http", "/tcp", "/", "?", '"', "'", " ", "é", "\0"),
    *("<", "%", "*", ".", "-", "x=", "app"),
    *(
        "is",
        "reachable",
        "from",
        "be",
        "reached",
        "by",
        "talk",
        "to",
        "access",
        "does",
        "the",
        "all",
        "with",
        "of",
        "on",
    ),
    *("port", "udp", "-n", "anyone", "outside", "cluster", "deploy/web", "ns/a", "which", "not", "and", "exposed"),
)
SENTENCES = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=14).map(lambda pieces: "can any pod reach " + " ".join(pieces)),
)

label_keys = st.sampled_from(("app", "in", "reach", "outside", "notin", "k8s.io/name", "A_b.c"))
label_values = st.sampled_from(("", "web", "in", "reach", "notin", "1", "a.b-c_D"))
value_lists = st.lists(label_values, min_size=2, max_size=3).map(lambda values: f"({','.join(values)})")
requirements = st.one_of(
    label_keys,
    label_keys.map("!{}".format),
    st.builds("{}{}{}".format, label_keys, st.sampled_from(("=", "==", "!=", " = ")), label_values),
    st.builds("{} {} {}".format, label_keys, st.sampled_from(("in", "notin")), value_lists),
)
selectors = st.lists(requirements, max_size=4).map(lambda parts: f'"{",".join(parts)}"')
names = st.sampled_from(NAMESPACES).map('"{}"'.format)
places = st.one_of(names.map("namespace {}".format), selectors.map("namespaces {}".format))
scopes = st.one_of(st.just(""), st.builds(" {} {}".format, st.sampled_from(("in", "outside")), places))
endpoints = st.one_of(
    names.map("namespace {}".format),
    st.builds("pods {}{}".format, selectors, scopes),
    scopes.map("any pod{}".format),
    st.sampled_from(CLUSTER.workloads).map(lambda workload: str(workload.key)),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).filter(lambda address: address.ipv4_mapped is None).map("[{}]".format),
    st.builds("{}/{}".format, st.ip_addresses(v=4), st.integers(0, 32)),
    st.just("internet"),
)
port_numbers = st.integers(1, 65535)
ranges = st.tuples(port_numbers, port_numbers).map(lambda pair: f"{min(pair)}-{max(pair)}")
port_names = st.sampled_from(("http", "reach", "in", "8080-a"))
ports = st.one_of(
    st.just(""),
    st.builds(
        ":{}{}".format,
        st.one_of(port_numbers, ranges, port_names),
        st.sampled_from(("", "/tcp", "/udp", "/sctp", "/any")),
    ),
)
questions = st.one_of(
    st.builds("can {} reach {}{}".format, endpoints, endpoints, ports),
    st.builds("who can reach {}{}".format, endpoints, ports),
    st.builds("what can {} reach{}".format, endpoints, ports),
)


def outcome_of(text: str) -> Question | SentenceError:
    try:
        return parse_sentence(text, CLUSTER)
    except SentenceError as error:
        return error


@given(SENTENCES)
def test_any_text_is_a_question_or_a_sentence_error_that_points_into_it(text: str) -> None:
    outcome = outcome_of(text)
    if isinstance(outcome, SentenceError):
        assert 0 <= outcome.start <= outcome.end <= len(text)
        assert outcome.code.startswith("NV4")
        assert outcome.message == outcome.message.strip()
    else:
        assert replace(parse_sentence(canonical_sentence(outcome), CLUSTER), text=text) == outcome


@given(questions)
def test_the_canonical_sentence_asks_the_same_question_and_is_its_own_canonical_sentence(text: str) -> None:
    question = parse_sentence(text, CLUSTER)
    canonical = canonical_sentence(question)
    again = parse_sentence(canonical, CLUSTER)
    assert replace(again, text=text) == question
    assert canonical_sentence(again) == canonical


@given(questions, st.sampled_from((str.upper, str.lower)))
def test_words_may_be_written_in_capitals(text: str, change) -> None:
    first, _, rest = text.partition(" ")
    assert replace(parse_sentence(f"{change(first)} {rest}", CLUSTER), text=text) == parse_sentence(text, CLUSTER)


@given(questions, st.integers(1, 3))
def test_space_between_words_means_nothing(text: str, width: int) -> None:
    outside_quotes = [part.replace(" ", " " * width) if i % 2 == 0 else part for i, part in enumerate(text.split('"'))]
    spaced = '"'.join(outside_quotes)
    assert replace(parse_sentence(f"  {spaced}\t\n", CLUSTER), text=text) == parse_sentence(text, CLUSTER)
