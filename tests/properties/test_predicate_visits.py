"""Who takes predicates apart has to know every node type: the type checker finds each place when one is added."""

import ast
import re
import shutil
from functools import cache
from pathlib import Path

from mypy import api

from netverify.policy import predicate as nodes
from netverify.policy.predicate import AboutEnd, Predicate

PACKAGE = Path(nodes.__file__).parents[1]
NAMES = {kind.__name__ for kind in Predicate.__args__}
ABOUT_END = {kind.__name__ for kind in AboutEnd.__args__}
VISIT = "policy/visit.py"
SAFE_IN_DOUBT = "policy/overlap.py"
"""Says that two rules share no flow only of what it knows, so that a new node type makes it slower and not wrong."""
ADDED = '''
@dataclass(frozen=True, slots=True)
class Planted:
    """A node type that nothing knows yet."""

    end: End


AboutEnd: TypeAlias = Planted | '''


LEFT_AS_THEY_ARE = {
    ("pairs/asked.py", "_conjuncts"),
    ("policy/partial.py", "left_of"),
    ("symbolic/predicate_facts.py", "within"),
}
"""Functions that give a leaf back as it is, or what a function of theirs says that it is, whatever its type."""


@cache
def nodes_of(path):
    """All nodes of the tree of a file, which is read once for all tests here."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def matches_of(path):
    """The matches over predicates in a file, each with the function that it is in."""
    if not re.search(r"^ +match ", path.read_text(encoding="utf-8"), re.MULTILINE):
        return
    for function in nodes_of(path):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Match) and classes_in(node) & NAMES:
                    yield function, node


def classes_in(match):
    patterns = (node for case in match.cases for node in ast.walk(case.pattern) if isinstance(node, ast.MatchClass))
    return {node.cls.id for node in patterns if isinstance(node.cls, ast.Name)}


def is_told(match):
    """Whether the last case refuses what is left, or hands it as a leaf to a function that does."""
    last = match.cases[-1]
    (statement, *more) = last.body
    call = getattr(statement, "value", None)
    if more or last.guard or not isinstance(last.pattern, ast.MatchAs) or not isinstance(call, ast.Call):
        return False
    return any(isinstance(arg, ast.Name) and arg.id == last.pattern.name for arg in call.args)


def is_exhaustive(match):
    """Whether it ends in ``assert_never`` and is about everything that looks at an end."""
    call = getattr(match.cases[-1].body[0], "value", None)
    name = getattr(getattr(call, "func", None), "id", "")
    return name == "assert_never" and isinstance(match.subject, ast.Name) and classes_in(match) >= ABOUT_END


def files():
    return {str(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("*.py"))}


def test_no_match_over_predicates_passes_over_node_types_in_silence():
    silent = [
        f"{name}:{match.lineno} {function.name}"
        for name, path in files().items()
        for function, match in matches_of(path)
        if name != SAFE_IN_DOUBT
        and (name, function.name) not in LEFT_AS_THEY_ARE
        and not is_told(match)
        and not (name == VISIT and match.cases[-1].pattern.name)
    ]
    assert silent == []


def test_compounds_are_told_from_leaves_by_the_visit_and_a_few_matches():
    asked = {
        name
        for name, path in files().items()
        if re.search(r"isinstance\([^#]*?\b(?:All|AnyOf)\b", path.read_text(encoding="utf-8"))
        for node in nodes_of(path)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "isinstance"
        and {n.id for n in ast.walk(node.args[1]) if isinstance(n, ast.Name)} & {"All", "AnyOf"}
    }
    # Beside the visit: short cuts before an exhaustive match, and words.
    assert asked == {VISIT, SAFE_IN_DOUBT, "pairs/clauses.py", "pairs/evaluate.py", "query/wording.py"}


def test_the_type_checker_finds_every_place_that_has_to_know_a_new_node_type(tmp_path, mypy_cache):
    copy = tmp_path / "netverify"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    written = copy / "policy" / "predicate.py"
    text = written.read_text(encoding="utf-8")
    assert text.count("AboutEnd: TypeAlias = ") == 1
    written.write_text(text.replace("AboutEnd: TypeAlias = ", ADDED), encoding="utf-8")
    places = {
        (name, function.name): range(match.lineno, match.end_lineno + 1)
        for name, path in files().items()
        for function, match in matches_of(path)
        if is_exhaustive(match)
    }
    checked = [str(copy / name) for name, _ in places]
    options = ["--strict", "--no-error-summary", "--cache-dir", str(mypy_cache)]
    output, errors, _ = api.run([*options, *sorted(set(checked))])
    refused = [line.split(":", 2) for line in output.splitlines() if "assert_never" in line and "Planted" in line]
    found = {(str(Path(path).relative_to(copy)), int(number)) for path, number, _ in refused}
    missed = [place for place, lines in places.items() if not any((place[0], line) in found for line in lines)]
    assert missed == [], (output, errors)
    rooms = {"policy", "symbolic", "pairs", "query", "answers", "gate"}
    assert {name.split("/")[0] for name, _ in places} == rooms
    assert len(places) >= 15
