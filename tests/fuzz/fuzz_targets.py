"""What is fuzzed: each target takes bytes, raises nothing but what its documentation says, and ends soon and small."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from agreement.adapter import inventory_of
from fuzz.seeds import BASELINES, INTENTS, MANIFESTS, PLAIN, PLAIN_WORDS, SELECTORS, SENTENCES, WORDS
from generators.small_cases import small_case
from netverify.diagnostics import DiagnosedError
from netverify.documents import loader, plain_lines
from netverify.documents.limits import Limits
from netverify.documents.loader import load
from netverify.documents.plain_lines import COMPILED, read_lines, read_plain
from netverify.documents.refusal import Refusal
from netverify.documents.scalars import Memory
from netverify.gate.baseline import BaselineError, read_baseline
from netverify.gate.intent.reading import read_spec
from netverify.model.cluster import Cluster
from netverify.query.question import Question
from netverify.query.selector_grammar import read_selector, selector_text
from netverify.query.sentence import canonical_sentence, parse_sentence
from netverify.query.sentence_error import SentenceError
from netverify.query.tokens import Tokens
from netverify.sources.cache.packing import pack, unpack
from netverify.sources.cache.store import Store
from netverify.sources.classification import is_irrelevant
from netverify.sources.collection import collect
from netverify.sources.gathered import merged
from netverify.sources.gathering import Content, Terms, gather
from netverify.sources.sources import Source


@dataclass(frozen=True, slots=True)
class Target:
    """``run`` is what is fuzzed, ``seeds`` are inputs to begin with, ``words`` what mutations put in.

    ``absent`` says why it cannot be fuzzed here.
    """

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = WORDS
    absent: str = ""


_SCRATCH = tempfile.TemporaryDirectory(prefix="netverify-fuzz-")
_FOLDER = Path(_SCRATCH.name)
(_FOLDER / "more").mkdir()
(_FOLDER / "more" / "one.yaml").write_bytes(INTENTS[-1])


def _loader(data: bytes) -> None:
    for namespace in (None, "shop"):
        loaded = load("x.yaml", data, namespace=namespace)
        assert not loaded.diagnostics or all(one.origin.path == "x.yaml" for one in loaded.diagnostics)
    load("x.yaml", data, is_irrelevant=is_irrelevant, strict=True)


_ANY_SIZE = 2**30


def plain_documents(data: bytes) -> int:
    """How many documents of ``data`` are read line by line; what is compiled reads each as Python does, or not."""
    assert COMPILED is not None
    read = 0
    for number, chunk in enumerate(data.split(b"---\n")):
        depth = (64, 1, 2, 3, 4, 5)[len(chunk) % 6 if number else 0]
        try:
            defined = read_lines(chunk, depth, Memory())
        except Refusal:
            defined = None
        compiled = read_plain(chunk, Limits(depth=depth, nodes=_ANY_SIZE, scalar_bytes=_ANY_SIZE), Memory())
        is_same = repr(compiled) == repr(defined)
        assert is_same, chunk[:2000]
        read += defined is not None
    return read


def _loaded(data: bytes) -> object:
    found = load("x.yaml", data, is_irrelevant=is_irrelevant)
    documents = [(one.index, repr(one.value), list(one.positions._read_offsets())) for one in found.documents]
    return documents, found.diagnostics, found.dropped, found.templated


def check_loading(data: bytes) -> None:
    """A source is read alike with what is compiled and without."""
    with_compiled = _loaded(data)
    with patch.object(loader, "COMPILED", None), patch.object(plain_lines, "COMPILED", None):
        is_same = with_compiled == _loaded(data)
    assert is_same, data[:2000]


def _lines(data: bytes) -> None:
    plain_documents(data)
    check_loading(data)


def _manifests(data: bytes) -> None:
    collect([Source("x.yaml", data=data), Source("y.yaml", "shop", data=data)], Terms())


def _intent(data: bytes) -> None:
    file = _FOLDER / "netverify.yaml"
    file.write_bytes(data)
    with suppress(DiagnosedError):
        read_spec((str(file),))


_CLUSTERS = tuple(inventory_of(small_case(seed)[0]).cluster for seed in range(4))


def _text(data: bytes) -> str:
    """As the interpreter decodes arguments."""
    return data.decode("utf-8", "surrogateescape")


def _sentence(data: bytes) -> None:
    for cluster in _CLUSTERS:
        try:
            question = parse_sentence(_text(data), cluster, default_namespace="a")
        except SentenceError as error:
            where = (error.start, error.end)
        else:
            where = (0, 0)
            _check_is_canonical(question, cluster)
        assert 0 <= where[0] <= where[1] <= len(_text(data)) + 1


def _check_is_canonical(question: Question, cluster: Cluster) -> None:
    again = parse_sentence(canonical_sentence(question), cluster, default_namespace="a")
    assert again.source == question.source
    assert again.destination == question.destination
    assert again.traffic == question.traffic


def _selector(data: bytes) -> None:
    try:
        selector = read_selector(Tokens(_text(data)))
    except SentenceError:
        return
    assert read_selector(Tokens(selector_text(selector))) == selector


def _cache(data: bytes) -> None:
    """An entry as it lies on the disk; then a body whose digest is right."""
    (_FOLDER / "key").write_bytes(data)
    body = Store(_FOLDER).get("key")
    assert body is None or Store(_FOLDER).put("key", body)
    try:
        gathered = unpack(data, "x.yaml")
    except ValueError:
        return
    merged([gathered])


def _baseline(data: bytes) -> None:
    try:
        baseline = read_baseline("b.json", data.decode("utf-8"))
    except (BaselineError, UnicodeDecodeError):
        return
    baseline.use(())
    assert isinstance(baseline.knows("x"), bool)


def _entries() -> tuple[bytes, ...]:
    packed = [pack(gather(Content("x.yaml", text), Terms()), "x.yaml") for text in MANIFESTS]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, body in enumerate(packed[:2]):
            Store(folder).put(str(number), body)
        return (*packed, *(one.read_bytes() for one in sorted(folder.iterdir())))


def _pieces_of(bodies: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Rows of entries, so that mutations put one pool into the place of another."""
    rows = [json.dumps(row, separators=(",", ":")).encode() for body in bodies[:4] for row in json.loads(body)]
    return tuple(dict.fromkeys((*rows, b"null", b"-1", b"1e9", b"[]", b"{}", b"true", b"NaN", b"9" * 30, b'""')))


def targets() -> dict[str, Target]:
    """Every target by its name."""
    entries = _entries()
    return {
        "loader": Target(_loader, MANIFESTS),
        "lines": Target(_lines, PLAIN * 2 + MANIFESTS, PLAIN_WORDS, "" if COMPILED else "no reader was compiled"),
        "manifests": Target(_manifests, MANIFESTS),
        "intent": Target(_intent, INTENTS),
        "sentence": Target(_sentence, SENTENCES),
        "selector": Target(_selector, SELECTORS),
        "cache": Target(_cache, entries, _pieces_of(entries)),
        "baseline": Target(_baseline, BASELINES),
    }
