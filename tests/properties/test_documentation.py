"""The documentation against the program: tables that repeat the code, and every command with its output."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from netverify.cli.main import main
from netverify.model.behaviours import CNI_PROFILES, MEANING, MEANING_OF_NOT, Behaviour, name_of

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "examples" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
CONSOLE = re.compile(r"^( *)```console\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
ELLIPSIS = "…"


def console_examples():
    """Every ``$ command`` of a console block with the output below it."""
    for page in PAGES:
        for block in CONSOLE.finditer(page.read_text()):
            lines = [line.removeprefix(block.group(1)) for line in block.group(2).splitlines()]
            starts = [i for i, line in enumerate(lines) if line.startswith("$ ")]
            for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
                name = f"{page.relative_to(ROOT)}: {lines[start][2:]}"
                yield pytest.param(page, lines[start][2:], lines[start + 1 : end], id=name)


@pytest.fixture
def beside(tmp_path):
    """A folder with a copy of the examples of the project, so that files which a page writes are nowhere else."""
    shutil.copytree(ROOT / "examples", tmp_path / "project" / "examples")
    return tmp_path / "project"


def words_of(command):
    """What follows ``netverify``."""
    words = shlex.split(command)
    assert words[0] == "netverify", "only commands of this project can be held to their output"
    return words[1:]


def environment_of(beside):
    """All that the environment of a command holds."""
    kept = {key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ}
    return {**kept, "HOME": str(beside.parent), "COLUMNS": "120", "PYTHONUTF8": "1"}


@pytest.fixture
def output_of(beside, monkeypatch, capsys):
    """What a command prints beside the examples, with standard error after standard output."""

    def run(command):
        monkeypatch.chdir(beside)
        environment = environment_of(beside)
        for name in os.environ.keys() - {"PYTEST_CURRENT_TEST"}:
            monkeypatch.delenv(name)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with Path(os.devnull).open() as nothing:
            monkeypatch.setattr(sys, "stdin", nothing)
            main(words_of(command), "netverify")
        printed = capsys.readouterr()
        return printed.out + printed.err

    return run


def output_of_program(command, beside):
    """What the installed program prints there."""
    done = subprocess.run(
        [sys.executable, "-m", "netverify", *words_of(command)],
        cwd=beside,
        env=environment_of(beside),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def pattern_of(expected):
    """The output that ``expected`` documents: an ellipsis alone stands for any lines, within a line for any text."""
    parts = []
    for line in expected:
        if line.strip() == ELLIPSIS:
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(re.escape(piece) for piece in line.rstrip().split(ELLIPSIS)) + r"[ ]*\n")
    return "".join(parts)


@pytest.mark.parametrize(("page", "command", "expected"), list(console_examples()))
def test_a_documented_command_prints_what_the_page_shows(page, command, expected, output_of, request):
    printed = output_of(command)
    if request.config.getoption("--update") and not any(ELLIPSIS in line for line in expected):
        before, after = ("\n".join([f"$ {command}", *lines]) for lines in (expected, printed.splitlines()))
        page.write_text(page.read_text().replace(before, after))
        return
    assert re.fullmatch(pattern_of(expected), printed), f"{command} printed:\n{printed}"


@pytest.mark.parametrize(
    ("command", "expected"), [one.values[1:] for one in console_examples() if one.values[0] == ROOT / "README.md"]
)
def test_the_program_prints_what_the_readme_shows(command, expected, beside):
    printed = output_of_program(command, beside)
    assert re.fullmatch(pattern_of(expected), printed), f"{command} printed:\n{printed}"


def test_an_ellipsis_hides_only_what_it_stands_for():
    assert re.fullmatch(pattern_of(["a", ELLIPSIS, "d 1…9"]), "a\nb\nc\nd 123459\n")
    assert not re.fullmatch(pattern_of(["a", "c"]), "a\nb\nc\n")
    assert not re.fullmatch(pattern_of(["a"]), "a\nb\n")


def behaviour_tables():
    """The two tables of docs/semantics.md, from the code."""
    meanings = [f"| `{name_of(one)}` | {MEANING[one]} | {MEANING_OF_NOT[one]} |" for one in Behaviour]
    shown = {True: "yes", False: "no", None: "·"}
    rows = [
        f"| `{name_of(behaviour)}` | "
        + " | ".join(shown[CNI_PROFILES[cni].get(behaviour)] for cni in CNI_PROFILES)
        + " |"
        for behaviour in Behaviour
    ]
    names = [cni.replace("-", "&#8209;") for cni in CNI_PROFILES]
    return "\n".join(
        [
            "| behaviour | true | false |",
            "|---|---|---|",
            *meanings,
            "",
            "| behaviour | " + " | ".join(names) + " |",
            "|---" * (len(names) + 1) + "|",
            *rows,
        ],
    )


def test_the_tables_of_behaviours_say_what_the_code_says(request):
    page = ROOT / "docs" / "semantics.md"
    text = page.read_text()
    begin, end = re.search(r"<!-- behaviours: .* -->\n", text).end(), text.index("<!-- end of behaviours -->")
    if request.config.getoption("--update"):
        page.write_text(f"{text[:begin]}{behaviour_tables()}\n{text[end:]}")
        return
    assert text[begin:end].strip() == behaviour_tables()


def test_the_places_that_the_semantics_name_exist():
    text = (ROOT / "docs" / "semantics.md").read_text()
    for row in re.findall(r"^\| A\d+ \|.*\| ([^|]*) \|$", text, re.MULTILINE):
        module = None
        for name in re.findall(r"`([^`]+)`", row):
            if "/" in name:
                module = ROOT / "netverify" / name
                assert module.exists(), name
            else:
                assert re.search(rf"\b{name.rpartition('.')[2]}\b", module.read_text()), f"{name} in {module}"


def test_every_rule_of_the_semantics_has_its_row():
    text = (ROOT / "docs" / "semantics.md").read_text()
    numbers = [int(number) for number in re.findall(r"^\| A(\d+) \|", text, re.MULTILINE)]
    assert numbers == [*range(1, 25), *range(30, 38), *range(40, 45)]
