"""The repository itself: what a reader or a packager takes for granted and nobody would notice missing."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections import defaultdict
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest

from netverify.codes import CODES
from netverify.report.map_html import SCRIPTS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "netverify"
PAGES = ROOT / "docs" / "diagnostics"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SECTIONS = (
    ["What it means", "Example", "What to do"],
    ["What it means", "Why", "Example", "Use instead"],
)
MAX_LINES = 300
LONG_FILES = {
    "gate/intent/shape.py": "the shape of an intent file: its fields with what the JSON Schema says of them",
    "kinds/controllers.py": "five kinds that differ in a few fields",
    "kinds/ingress.py": "one kind: its fields, its rules and its fact",
    "kinds/network_policy.py": "one kind: its fields, its rules and its fact",
    "pairs/evaluate.py": "one arm for each node type",
}
MAX_FUNCTION = 40
LONG_FUNCTIONS = {
    "answers.reachability:_answer": "the order in which evidence is looked for is a part of the verdict",
    "diff.compare:compare": "the comparison on one page",
    "documents.builder:run": "a call costs more than a line",
    "documents.plain_lines:_read": "a call costs more than a line",
    "gate.checking:check": "a run of a gate on one page",
    "gate.wording:_words": "one arm for each verb",
    "library.reading:read": "its docstring is the documentation of the library",
    "pairs.domain:make_domain": "one domain, which has many parts",
    "policy.evaluate:matches": "one arm for each node type",
    "sources.unsupported_kinds:_table": "a table",
    "symbolic.encode:matches": "one arm for each node type",
    "symbolic.obligations:obligation": "what is printed, in its order",
    "symbolic.scene:fold": "one arm for each node type",
}
REGISTRIES = {"kinds.registry", "lint.all", "lint.linting", "report.report", "routes.ways_in"}
"""What one of these alone imports is one of its rows, and so is a format or a document that a command writes."""

MOST_SINGLE = 93
"""How many other modules may have a single importer. Lower it as there are fewer; never raise it."""

MOST_LATE_IMPORTS = 23
"""How many imports may be in functions; likewise."""

VAGUE_NAMES = {"utils", "util", "helpers", "common", "manager", "core", "misc"}
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|root|tmp/[a-z]|home/[a-z]+|Users/[A-Za-z]+)/")


def tracked_text_files():
    """Every text file of the project; outside a git checkout (an unpacked sdist), every file that is not hidden."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [
            path for path in ROOT.rglob("*") if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
        ]
    for path in paths:
        if path.is_file() and not path.is_symlink():
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def test_every_diagnostic_code_has_a_page_and_every_page_a_code():
    assert {path.stem for path in PAGES.glob("NV*.md")} == set(CODES)


def test_the_index_of_diagnostics_lists_every_code_with_its_title_in_order():
    rows = re.findall(r"^\| \[(\w+)\]\((\w+)\.md\) \| (.+) \|$", (PAGES / "README.md").read_text(), re.MULTILINE)
    assert rows == [(code, code, title) for code, title in CODES.items()]


def test_every_diagnostic_page_has_the_title_of_its_code_and_says_what_it_means_and_what_to_do():
    assert {path.stem: fault for path in PAGES.glob("NV*.md") if (fault := fault_of_page(path))} == {}


def fault_of_page(path):
    """What is wrong with the form of a page; empty when nothing is."""
    text = path.read_text()
    if not text.startswith(f"# {path.stem}: {CODES.get(path.stem)}\n"):
        return "title"
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    if sections not in SECTIONS:
        return "sections"
    parts = re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]
    return "" if all(len(part.split()) >= 3 for part in parts) else "an empty section"


def test_nothing_is_marked_as_unfinished():
    found = [str(path.relative_to(ROOT)) for path, text in tracked_text_files() if UNFINISHED.search(text)]
    assert found == []


def test_no_file_speaks_of_a_path_of_one_machine():
    found = {
        str(path.relative_to(ROOT)): match.group()
        for path, text in tracked_text_files()
        if (match := MACHINE_PATH.search(text))
    }
    assert found == {}


@cache
def texts():
    """By dotted name below the package, the text of each module."""
    parts = {path: path.relative_to(PACKAGE).with_suffix("").parts for path in modules()}
    names = {path: ".".join(one[:-1] if one[-1] == "__init__" else one) for path, one in parts.items()}
    return {names[path]: path.read_text() for path in parts}


def functions(text):
    """Name and number of lines of each function of ``text``, told by indentation, which is fast."""
    lines = text.splitlines()
    for start, line in enumerate(lines):
        if found := re.match(r"( *)(?:async )?def (\w+)", line):
            within = re.compile(rf"{found[1]}(?: |\)|$)")
            end = next(
                (at for at in range(start + 1, len(lines)) if lines[at] and not within.match(lines[at])), len(lines)
            )
            yield found[2], len("\n".join(lines[start:end]).rstrip().splitlines())


def importers():
    """By module, those that import it."""
    found = defaultdict(set)
    for name, text in texts().items():
        for room, several, one in re.findall(
            r"^ *from netverify\.?(\S*) import (?:\(([^)]*)\)|(.*))", text, re.MULTILINE
        ):
            for alias in (several or one).split(","):
                inner = f"{room}.{alias.split()[0]}".removeprefix(".") if alias.split() else room
                found[inner if inner in texts() else room].add(name)
    return found


def test_no_module_is_too_long_to_read_in_one_sitting_but_those_that_say_why():
    lengths = {str(path.relative_to(PACKAGE)): len(path.read_text().splitlines()) for path in modules()}
    assert {name for name, length in lengths.items() if length > MAX_LINES} == set(LONG_FILES)


def test_no_function_is_too_long_but_those_that_say_why():
    lengths = {f"{name}:{one}": length for name, text in texts().items() for one, length in functions(text)}
    assert {name for name, length in lengths.items() if length > MAX_FUNCTION} == set(LONG_FUNCTIONS)


def test_what_one_file_alone_uses_is_a_part_of_it_more_and_more():
    alone = {name: next(iter(by)) for name, by in importers().items() if len(by - {name}) == 1}
    rows = {name for name, by in alone.items() if by in REGISTRIES or name.startswith("cli.commands.")}
    rows |= {name for name, by in alone.items() if name.startswith("report.") and by.startswith("cli.")}
    files = {name for name in alone if PACKAGE.joinpath(*name.split(".")).with_suffix(".py").exists()}
    assert len(files - rows) <= MOST_SINGLE


def test_few_imports_are_in_functions():
    assert sum(text.count("# noqa: PLC0415") for text in texts().values()) <= MOST_LATE_IMPORTS


def test_no_module_has_a_name_that_says_nothing_or_hides_one_of_the_standard_library():
    names = {path.stem for path in modules()} | {path.name for path in PACKAGE.rglob("*") if path.is_dir()}
    top_level = {path.stem for path in PACKAGE.iterdir()}
    assert names & VAGUE_NAMES == set()
    assert top_level & sys.stdlib_module_names == set()


def test_every_ignored_lint_rule_has_its_reason_beside_it():
    table = (ROOT / "pyproject.toml").read_text().partition("[tool.ruff.lint]")[2].partition("[tool.mypy]")[0]
    rules = [line for line in table.splitlines() if re.match(r'\s+"[A-Z]+[0-9]*",', line)]
    assert len(rules) > 10
    assert [line for line in rules if not re.search(r"# \S+ \S+", line)] == []


def test_every_suppression_in_the_package_names_its_rule_and_its_reason():
    lines = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in modules()
        for line in path.read_text().splitlines()
        if re.search(r"#\s*(?:noqa|type: ignore)", line)
    ]
    reasoned = re.compile(r"(?:noqa: [A-Z]+[0-9]+(?:, [A-Z]+[0-9]+)*|ignore\[[\w, -]+\])[ -]+[a-z]\S* \S+")
    assert [line for line in lines if not reasoned.search(line)] == []


def test_no_message_holds_a_typographic_character_that_the_output_would_escape():
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        if re.search(r"[…–—]|\\[uUN]", text := path.read_text())  # as it is, or written with a backslash
        for node in texts_of_code(ast.parse(text))
        if set(node.value) & set("…–—")
    ]
    assert found == []


def texts_of_code(tree):
    """Every string of a module, parts of f-strings included, but for docstrings, which stand alone as statements."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node


def test_every_script_of_the_page_is_part_of_the_page_and_short():
    scripts = sorted((PACKAGE / "report" / "map_page").glob("*.js"))
    assert {path.name for path in scripts} == set(SCRIPTS)
    assert {path.name: n for path in scripts if (n := len(path.read_text().splitlines())) > MAX_LINES} == {}


def test_the_type_marker_is_shipped():
    assert (PACKAGE / "py.typed").is_file()


def test_the_licence_is_the_one_that_the_metadata_names():
    assert PROJECT["project"]["license"] == "Apache-2.0"
    text = (ROOT / "LICENSE").read_text()
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_changelog_begins_with_the_current_version_or_what_comes_after_it():
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert PROJECT["project"]["version"] in headings[:2]
    assert headings[0] in {"Unreleased", PROJECT["project"]["version"]}


def test_the_installed_package_has_the_version_of_the_metadata():
    assert version("netverify") == PROJECT["project"]["version"]


def test_the_commands_that_the_readme_names_are_there_and_executable():
    commands = re.findall(r"^\./(\S+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert {"try", "check"} <= set(commands)
    for name in (*commands, ".ci/run"):
        path = ROOT / name
        assert path.stat().st_mode & 0o111, name
        checked = subprocess.run(["/bin/sh", "-n", str(path)], capture_output=True, text=True, check=False)
        assert checked.stderr == ""


def test_every_relative_link_of_the_documentation_leads_somewhere():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    broken = []
    for page in [*pages, ROOT / "benchmarks" / "README.md"]:
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            name = target.partition("#")[0]
            if name and "://" not in name and not (page.parent / name).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


@pytest.mark.long
def test_the_wheel_holds_the_package_and_nothing_else(tmp_path):
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, stdin=subprocess.DEVNULL)
    (wheel,) = tmp_path.glob("netverify-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entry_points = archive.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    modules_in_tree = {str(path.relative_to(ROOT)) for path in modules()}
    assert modules_in_tree | {"netverify/py.typed"} <= names
    assert {f"netverify/report/map_page/{path.name}" for path in (PACKAGE / "report" / "map_page").iterdir()} <= names
    assert {f"netverify/pages/{code}.md" for code in CODES} | {"netverify/pages/netverify.schema.json"} <= names
    assert {f"netverify/frameworks/{path.name}" for path in (ROOT / "specs" / "frameworks").iterdir()} <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"netverify"}
    binary = {name for name in names if name.startswith("netverify/documents/compiled_lines.") and name[-4:] != ".pyi"}
    assert len(binary) == (0 if wheel.name.endswith("-py3-none-any.whl") else 1)
    assert {name for name in names if name.endswith((".pyx", ".c", ".so", ".pyd"))} == binary
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "netverify = netverify.cli.main:run" in entry_points
    assert "kubectl-netverify = netverify.cli.main:run" in entry_points
    assert "kubectl_complete-netverify = netverify.cli.kubectl_completing:run" in entry_points
