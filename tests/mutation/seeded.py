"""The mutants of the rooms: each a single slip in the body of a function, with a name that survives edits elsewhere."""

import ast
import re
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass

from mutation.operators import changes
from mutation.rooms import PACKAGE, ROOMS, path_of

WORDING = {
    "answers.mesh_words",
    "gate.wording",
    "symbolic.legend",
}
"""Modules that make words alone. What they say is held by golden files, and no verdict depends on it."""
WORDING_FUNCTIONS = re.compile(
    r"words|text|assum|premise|advice|notes|remarks|because|given|_order|_rank|named?_by|labelled"
)
"""The same of functions. Doubts are not among them: a verdict depends on whether there are any."""
WORDING_FIELDS = {
    "assumptions",
    "approximations",
    "notes",
    "because",
    "smt2",
    "source_text",
    "destination_text",
    "text",
}
"""The same of what is given by keyword."""


@dataclass(frozen=True)
class Mutant:
    """One change of one node of ``module``, by their numbers; ``lines`` are its own, then those of its statement."""

    name: str
    module: str
    function: str
    lines: tuple[int, ...]
    node: int
    change: int

    def tree(self):
        """The syntax tree of the module with the slip in it."""
        tree = parsed(self.module)
        node, returns = places(tree)[self.node][:2]
        list(changes(node, returns))[self.change]()
        return ast.fix_missing_locations(tree)


def modules():
    """The names of all modules in which slips are made."""
    paths = (path for room in ROOMS for path in sorted((PACKAGE / room).rglob("*.py")) if path.stem != "__init__")
    names = (".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in paths)
    return [name for name in names if name not in WORDING]


def parsed(module):
    return ast.parse(path_of(module).read_text())


def mutants(module):
    """Every mutant of ``module``, in the order of its text."""
    seen = Counter()
    for number, (node, returns, function, statement) in enumerate(places(parsed(module))):
        before, line = written(node), getattr(node, "lineno", statement.lineno)
        for change in range(len(list(changes(node, returns)))):
            changed = deepcopy(node)
            list(changes(changed, returns))[change]()
            after = written(changed)
            if after == before:
                continue
            text = f"{module}:{function}: {before} -> {after}"
            seen[text] += 1
            name = text if seen[text] == 1 else f"{text} #{seen[text]}"
            lines = (line, *range(statement.lineno, header_end(statement) + 1))
            yield Mutant(name, module, function, lines, number, change)


def header_end(statement):
    """The last line of ``statement`` itself, without the statements in it."""
    body = getattr(statement, "body", None) or getattr(statement, "cases", None)
    first = body[0] if body else None
    if first is None:
        return statement.end_lineno
    return max(statement.lineno, getattr(first, "lineno", statement.lineno + 1) - 1)


def written(node):
    """``node`` in one line; of a compound statement its head."""
    match node:
        case ast.If():
            return f"if {ast.unparse(node.test)}"
        case ast.comprehension():
            return ast.unparse(ast.GeneratorExp(ast.Constant(...), [node])).removeprefix("(... ").removesuffix(")")
        case ast.match_case():
            guard = "" if node.guard is None else f" if {ast.unparse(node.guard)}"
            return f"case {ast.unparse(node.pattern)}{guard}"
        case _:
            return " ".join(ast.unparse(node).split())


def places(tree):
    """Where a slip can be: ``(node, what the function returns, its name, the statement)``, in the order of the text."""
    found = []
    for owner in tree.body:
        if isinstance(owner, ast.FunctionDef):
            collect(owner, owner.name, found)
        elif isinstance(owner, ast.ClassDef):
            for one in owner.body:
                if isinstance(one, ast.FunctionDef) and not one.name.startswith("__"):
                    collect(one, f"{owner.name}.{one.name}", found)
    return found


def collect(function, name, found):
    """Add the places in the body of ``function`` to ``found``: not those in docstrings, messages, types or asserts."""
    returns = ast.unparse(function.returns) if function.returns is not None else ""

    def visit(node, statement):
        match node:
            case ast.FunctionDef():
                for one in node.body:
                    visit(one, one)
                return
            case ast.keyword(arg=field) if field in WORDING_FIELDS:
                return
            case ast.JoinedStr() | ast.Assert() | ast.arguments() | ast.Lambda():
                return
            case ast.Expr(value=ast.Constant()):
                return
            case ast.stmt():
                statement = node
        found.append((node, returns, name, statement))
        for child in () if isinstance(node, ast.Raise) else ast.iter_child_nodes(node):
            if child is not getattr(node, "annotation", None):
                visit(child, statement)

    for one in () if WORDING_FUNCTIONS.search(name.rpartition(".")[2]) else function.body:
        visit(one, one)
