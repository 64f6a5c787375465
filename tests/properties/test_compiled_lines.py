"""The compiled reader of plain YAML gives what the one in Python gives, and nothing needs it."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from fuzz.fuzz_targets import check_loading, plain_documents
from fuzz.mutation import mutated
from fuzz.seeds import MANIFESTS, PLAIN, PLAIN_WORDS
from netverify.documents import plain_lines

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
TEXT = ROOT / "netverify" / "documents" / "compiled_lines.pyx"
COMPILED = plain_lines.COMPILED
compiled = pytest.mark.skipif(COMPILED is None, reason="no compiled reader is in use")
AT_THE_EDGES = (
    *(
        b"",
        b"\n",
        b" ",
        b"#",
        b"# c",
        b"a",
        b"a:",
        b"-",
        b"- ",
        b"- -",
        b'"',
        b'a: "',
        b"a: '",
        b"a: {",
        b"a: [",
        b"a: -",
    ),
    *(b"a: b:", b"a: b ", b"a: b: c", b"a:  b", b'a: "\\"', b"a: '\\'", b"\x00", b"a: \x00", b"a: b\x00", b"a\x00: b"),
    *(
        b"\xef\xbb\xbfa: b",
        b"a: \xff",
        b"a: b\r\n",
        b"a:\tb",
        b"\ta: b",
        b"a: \xed\xa0\x80",
        b"a: \xc3\xa9",
        b"a: \x7f",
    ),
    *(b"k" * 200 + b": v", b"k" * 201 + b": v", b"k" * 202 + b": v", b"a: " + b"v" * 64, b"a: " + b"v" * 65),
    *(b"a: " + b"v" * 199_000, b"a: '" + b"v" * 300_000 + b"'", b" " * 100_000 + b"a: b", b"\n" * 100_000 + b"a: b"),
    *(b"\n".join(b" " * deep + b"a:" for deep in range(levels)) for levels in (63, 64, 65, 66, 300)),
    *(b"".join(b" " * 2 * deep + b"- a:\n" for deep in range(levels)) for levels in (31, 32, 33)),
    *(
        b"a: 1\na: 2",
        b"a: 1\na:",
        b"a: 1\na:\n  b: 1",
        b"a:\na: 1",
        b"a:\n- b\na: 1",
        b"a:\n  b: 1\n b: 2",
        b"- a\nb: c",
    ),
    *(b"items: []", b"a:\n  items: []", b"- items: a", b"items:", b"1: 2", b"on: 1\ntrue: 2", b"~: 1", b"null: 1"),
    *(
        b"a: .inf",
        b"a: 1_0",
        b"a: 0x" + b"f" * 2000,
        b"a: 1e999",
        b".nan: a",
        b"_a: b",
        b"a: 08",
        b"y: y",
        b"a: {}\nb: []",
    ),
)


@compiled
def test_what_is_at_the_edges_is_read_alike():
    for text in AT_THE_EDGES:
        plain_documents(text)
        plain_documents(text + b"\n")


@compiled
def test_mutations_of_manifests_are_read_alike():
    dice = random.Random(1)
    inputs = [mutated(dice.choice(PLAIN), dice, MANIFESTS, PLAIN_WORDS) for _ in range(2500)]
    assert sum(map(plain_documents, PLAIN)) == len(PLAIN)
    assert sum(map(plain_documents, [*MANIFESTS, *inputs])) > 300


IRRELEVANT = tuple(
    text.encode()
    for text in (
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: b\n",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: b\n  a: c\n",
        "apiVersion: v1\nkind: ConfigMap\nkind: Pod\n",
        "apiVersion: v1\nkind: ConfigMap\n  # c\ndata:\n  a: .inf\n",
        "apiVersion: v1\nkind: ConfigMap\n_x: b\ndata:\n  a: b\n",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    b\n",
        "apiVersion: 1\nkind: ConfigMap\n",
        "apiVersion: v1\nkind: 'ConfigMap'\nitems: []\n",
        "kind: ConfigMap\na:\n  apiVersion: v1\n",
        "a: b\n",
        "- apiVersion: v1\n",
    )
)


@compiled
def test_what_is_irrelevant_is_dropped_alike():
    dice = random.Random(1)
    for text in (*IRRELEVANT, b"---\n".join(IRRELEVANT)):
        check_loading(text)
        for _ in range(15):
            check_loading(mutated(text, dice, IRRELEVANT, PLAIN_WORDS))


@compiled
@pytest.mark.long
@pytest.mark.skipif(not CORPUS.exists(), reason="needs the corpus beside the checkout")
def test_real_manifests_are_read_alike():
    files = [path for path in sorted(CORPUS.rglob("*.y*ml")) if path.is_file()]
    assert sum(plain_documents(path.read_bytes()) for path in files) > 1000


@compiled
def test_a_text_that_was_met_before_changes_nothing():
    """More texts than are kept, with the same first and last bytes, met again in another order."""
    words = [b"name-%06d-of-one" % number for number in range(20_000)]
    random.Random(1).shuffle(words)
    for part in (words, words[::-1]):
        value, _ = COMPILED.read(b"".join(b"- %b\n" % word for word in part), 64, str.upper, str.upper)
        assert value == [word.decode().upper() for word in part]


@compiled
def test_what_resolving_raises_is_raised_and_not_remembered():
    def refuse(text):
        raise LookupError(text)

    for _ in range(2):
        with pytest.raises(LookupError, match="never-met"):
            COMPILED.read(b"a: never-met\n", 64, refuse, str)
        with pytest.raises(LookupError, match="nor-this"):
            COMPILED.read(b"a:\n- nor-this: b\n", 64, str, refuse)
    assert COMPILED.read(b"nor-this: never-met\n", 64, str, str)[0] == {"nor-this": "never-met"}


def test_the_reader_is_compiled_wherever_it_can_be():
    """So that a build which silently gives up is noticed. ``./check`` compiles a changed text again."""
    compiler = os.environ.get("CC") or "cc"
    works = (
        shutil.which(compiler)
        and not subprocess.run([compiler, "--version"], capture_output=True, check=False).returncode
    )
    if not works or not Path(sysconfig.get_path("include"), "Python.h").exists():
        pytest.skip("there is no C compiler with the headers of Python")
    if os.environ.get("NETVERIFY_PURE_READER"):
        pytest.skip("NETVERIFY_PURE_READER is set")
    assert COMPILED is not None, "run `.venv/bin/python -m pip install --editable .`"


@compiled
def test_the_compiled_reader_is_left_out_when_it_is_old_or_not_wanted(tmp_path, monkeypatch):
    text = tmp_path / "compiled_lines.pyx"
    monkeypatch.setattr(COMPILED, "__file__", str(tmp_path / "compiled_lines.so"))
    assert plain_lines._compiled() is COMPILED
    text.write_bytes(TEXT.read_bytes())
    assert plain_lines._compiled() is COMPILED
    text.write_bytes(TEXT.read_bytes() + b"\n")
    assert plain_lines._compiled() is None
    text.unlink()
    monkeypatch.setenv("NETVERIFY_PURE_READER", "1")
    assert plain_lines._compiled() is None


def test_nothing_needs_the_compiled_reader(monkeypatch):
    monkeypatch.setitem(sys.modules, "netverify.documents.compiled_lines", None)
    monkeypatch.delattr("netverify.documents.compiled_lines", raising=False)
    assert plain_lines._compiled() is None


@pytest.fixture
def building(monkeypatch):
    """The build hook; hatchling is only where something is built."""
    interface = ModuleType("interface")
    interface.BuildHookInterface = type("Hook", (), {"__class_getitem__": classmethod(lambda cls, _: cls)})
    monkeypatch.setitem(sys.modules, "hatchling.builders.hooks.plugin.interface", interface)
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.delitem(sys.modules, "hatch_build", raising=False)
    import hatch_build  # noqa: PLC0415 with the interface above

    return hatch_build


def built_with(building, root, version, run):
    """What the hook says to hatchling, and to the user, where ``run`` runs Cython and the compiler."""
    building.run = run
    told = []
    hook = building.ReaderHook()
    hook.root, hook.app = str(root), SimpleNamespace(display_info=told.append)
    data = {"force_include": {}, "pure_python": True}
    hook.initialize(version, data)
    found = {name: Path(made).read_bytes() for made, name in data.pop("force_include").items()}
    hook.finalize(version, data, "")
    return data, found, told


def a_checkout(building, folder):
    (folder / building.TEXT).parent.mkdir(parents=True)
    (folder / building.TEXT).write_text("")
    (folder / building.BUILT).write_bytes(b"old")
    return folder


def pretends(folder, *command):
    if "-o" in command:
        (folder / command[-1]).write_bytes(b"new")


def test_a_wheel_holds_what_was_compiled_and_is_tagged_for_its_platform(building, tmp_path):
    root = a_checkout(building, tmp_path)
    data, found, told = built_with(building, root, "standard", pretends)
    assert (data, found, told) == ({"pure_python": False, "infer_tag": True}, {building.BUILT.as_posix(): b"new"}, [])
    assert (root / building.BUILT).read_bytes() == b"old"


def test_an_editable_installation_has_it_in_the_source_tree(building, tmp_path):
    root = a_checkout(building, tmp_path)
    assert built_with(building, root, "editable", pretends) == ({"pure_python": True}, {}, [])
    assert (root / building.BUILT).read_bytes() == b"new"


@pytest.mark.parametrize("compiler", ["false", "not-there-at-all"])
def test_a_build_without_a_compiler_succeeds_and_says_why(building, tmp_path, compiler):
    root, run = a_checkout(building, tmp_path), building.run

    def without(folder, *command):
        run(folder, *((compiler,) if "-o" in command else ("true",)))

    for version in ("standard", "editable"):
        data, found, (told,) = built_with(building, root, version, without)
        assert (data, found) == ({"pure_python": True}, {})
        assert told.startswith(f"netverify will read YAML with Python alone, which is slower: `{compiler}` ")
    assert not (root / building.BUILT).exists()
