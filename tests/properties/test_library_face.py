"""The library as those see it who import it: names, documentation, types, and what an import costs."""

import contextlib
import inspect
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

import netverify

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "library.md").read_text()
BLOCKS = re.findall(r"^```(python|text)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
CONSUMER = """
from collections.abc import Iterator
from typing import assert_type
from pathlib import Path
import netverify
from netverify import Answer, Listing, Protocol, PortSet, Verdict, Witness

cluster = netverify.read(Path("k8s"), "more/*.yaml", kustomize="overlay", cni="cilium", assume=["named-ports=free"])
assert_type(cluster, netverify.Cluster)
outcome = cluster.ask("who can reach b/pg")
assert_type(outcome, Answer | Listing)
assert_type(outcome.verdict, Verdict)
if isinstance(outcome, Answer):
    assert_type(outcome.witness, Witness | None)
else:
    assert_type(outcome.possible, tuple[str, ...])
mapped = cluster.map(focus="b/pg", ports="5432")
assert_type(mapped.connections(), Iterator[netverify.Connection])
ports: dict[Protocol, PortSet] = {p: s for one in mapped.connections() for p, s in one.allowed.items()}
try:
    cluster.assert_isolated("namespace b")
except netverify.FailedAssertionError as error:
    assert_type(error.answer, Answer)
except netverify.SentenceError as error:
    assert_type(error.start, int)
"""


def run(*words, cwd=ROOT):
    return subprocess.run(
        [sys.executable, *words], cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def test_every_name_of_the_library_is_there_documented_and_on_its_page():
    assert list(netverify.__all__) == sorted(netverify.__all__)
    for name in netverify.__all__:
        value = getattr(netverify, name)
        assert inspect.getdoc(value), name
        assert value.__name__ == name
        assert re.search(rf"\b{name}\b", PAGE), f"{name} is not in docs/library.md"
    assert set(netverify.__all__) <= set(dir(netverify))


def test_every_name_that_type_checkers_see_is_one_that_can_be_imported():
    text = (ROOT / "netverify" / "__init__.py").read_text()
    for_checkers, _, for_running = text.partition("if TYPE_CHECKING:")[2].partition("\nelse:")
    homes = dict(re.findall(r'"(\w+)": "([\w.]+)"', for_running))
    imports = re.findall(r"from ([\w.]+) import ([\w, ]+|\([^)]*\))", for_checkers)
    seen = {name: module for module, names in imports for name in re.findall(r"\w+", names)}
    assert seen == homes
    assert set(homes) == set(netverify.__all__)


def test_public_members_have_docstrings():
    for owner in (netverify.Cluster, netverify.Map):
        for name, member in inspect.getmembers(owner):
            if not name.startswith("_"):
                assert inspect.getdoc(member), f"{owner.__name__}.{name}"


def test_everything_that_the_library_raises_has_one_base():
    raised = [getattr(netverify, name) for name in netverify.__all__ if name.endswith("Error")]
    assert len(raised) == 6
    assert all(issubclass(one, netverify.NetverifyError) for one in raised)
    assert issubclass(netverify.FailedAssertionError, AssertionError)


def test_a_name_that_the_library_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'raed'"):
        netverify.raed  # noqa: B018 - looking it up is the test


def test_importing_the_package_imports_nothing_else_and_reading_needs_no_solver():
    code = (
        "import sys, netverify\n"
        "assert [m for m in sys.modules if m.startswith('netverify')] == ['netverify']\n"
        "netverify.read('examples/backdoor').map()\n"
        "assert 'z3' not in sys.modules and 'click' not in sys.modules"
    )
    assert run("-c", code).stderr == ""


def test_a_strict_type_checker_sees_every_name_with_its_type(tmp_path, mypy_cache):
    (tmp_path / "consumer.py").write_text(CONSUMER)
    (tmp_path / "mistaken.py").write_text(CONSUMER.replace("netverify.Cluster", "netverify.Clutser"))
    both = ("consumer.py", "mistaken.py")
    settings = f"--config-file={ROOT / 'pyproject.toml'}"  # those that the cache was made with
    checked = run("-m", "mypy", "--strict", settings, f"--cache-dir={mypy_cache}", *both, cwd=tmp_path).stdout
    assert "Clutser" in checked
    assert "consumer.py" not in checked, checked


def test_no_annotation_of_the_library_names_a_type_of_another_package():
    for module in sorted((ROOT / "netverify" / "library").glob("*.py")):
        assert not re.search(r"\b(?:z3|pydantic|yaml|click)\b", module.read_text()), module


def test_the_first_example_takes_no_more_than_ten_lines():
    assert len(BLOCKS[0][1].splitlines()) <= 10


def test_every_example_prints_what_the_page_shows(monkeypatch):
    monkeypatch.chdir(ROOT)
    names = {}
    shown = 0
    for number, (kind, text) in enumerate(BLOCKS):
        if kind == "text" or text.startswith("# test_"):
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(text, names)  # noqa: S102 - the page's own examples
        assert BLOCKS[number + 1] == ("text", printed.getvalue())
        shown += 1
    assert shown >= 4


def test_the_example_for_pytest_passes_and_fails_with_the_answer(tmp_path):
    (example,) = (text for kind, text in BLOCKS if kind == "python" and text.startswith("# test_"))
    test = tmp_path / "test_network.py"
    quiet = ("-m", "pytest", "-q", "-c", str(tmp_path / "pytest.ini"), "--rootdir", str(tmp_path), str(test))
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:randomly -p no:cacheprovider\n")
    test.write_text(example)
    passed = run(*quiet)
    assert "3 passed" in passed.stdout, passed.stdout
    test.write_text(example.replace(', "pods role=admin in namespaces team=a"', ""))
    failed = run(*quiet)
    assert "1 failed, 2 passed" in failed.stdout
    assert "E           netverify" not in failed.stdout
    assert "policies.yaml:65" in failed.stdout
    assert "cluster.assert_only_reachable_from(" in failed.stdout
    assert "def _judge" not in failed.stdout
    assert "def assert_only_reachable_from" not in failed.stdout
