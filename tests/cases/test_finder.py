"""The finder of our own modules: it finds what Python's own does, and never runs what was compiled of another text."""

import os
import py_compile
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from types import ModuleType

import pytest

from netverify.cli import finder
from netverify.cli.finder import Finder

TIME_NS = 1_700_000_000_000_000_000


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "__init__.py").write_text("")
    written(tmp_path, "value = 1\n")
    return tmp_path


def written(folder, text, time_ns=TIME_NS):
    file = folder / "one.py"
    file.write_text(text)
    os.utime(file, ns=(time_ns, time_ns))


def imported(folder) -> ModuleType:
    spec = Finder("sample").find_spec("sample.one", [str(folder)])
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def compiled_files(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)


def test_a_module_is_what_pythons_own_finder_makes_of_it(folder):
    theirs = PathFinder.find_spec("sample.one", [str(folder)])
    module = imported(folder)
    assert (module.__file__, module.__cached__) == (theirs.origin, theirs.cached)
    assert (module.__name__, module.__package__) == ("sample.one", "sample")
    assert module.__spec__.has_location
    assert module.__spec__.submodule_search_locations is None
    assert module.__loader__.get_source("sample.one") == "value = 1\n"


def test_what_is_no_module_of_the_package_is_left_to_others(folder):
    ours = Finder("sample")
    assert ours.find_spec("sample", None) is None
    assert ours.find_spec("other.one", [str(folder)]) is None
    assert ours.find_spec("sample.inner", [str(folder)]) is None
    assert ours.find_spec("sample.absent", [str(folder)]) is None


def test_what_was_compiled_is_run_while_its_source_stays_as_it_is(folder):
    assert imported(folder).value == 1
    compiled = next((folder / "__pycache__").iterdir())
    compiled.write_bytes(compiled.read_bytes().replace(b"value", b"other"))
    assert imported(folder).other == 1


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [("value = 2\n", TIME_NS + 10**9), ("value = 22\n", TIME_NS)],
    ids=["of another time", "of another size"],
)
def test_a_source_that_has_changed_is_compiled_anew(folder, text, time_ns):
    assert imported(folder).value == 1
    written(folder, text, time_ns)
    assert imported(folder).value == int(text.split()[-1])


def test_what_is_compiled_in_another_form_is_left_to_python(folder):
    py_compile.compile(str(folder / "one.py"), invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    written(folder, "value = 3\n")
    assert imported(folder).value == 3


def test_what_was_compiled_by_another_python_or_is_cut_short_is_compiled_anew(folder):
    assert imported(folder).value == 1
    compiled = next((folder / "__pycache__").iterdir())
    for bad in (b"", b"\0" * 20, compiled.read_bytes()[:9]):
        compiled.write_bytes(bad)
        assert imported(folder).value == 1


def test_the_finder_stands_aside_where_compiled_files_lie_elsewhere(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [])
    monkeypatch.setattr(sys, "pycache_prefix", "/nowhere")
    finder.install()
    assert sys.meta_path == []
    monkeypatch.setattr(sys, "pycache_prefix", None)
    finder.install()
    assert [type(one) for one in sys.meta_path] == [Finder]
