"""What may go wrong in a line: for a node of the syntax tree, the ways to change it in place."""

import ast
from functools import partial

OPPOSITES = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
NEIGHBOURS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
FUNCTIONS = {"any": "all", "all": "any", "min": "max", "max": "min"}
ARITHMETIC = {ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.LShift: ast.RShift, ast.RShift: ast.LShift}
MEMBERS = {
    "End": {"SOURCE": "DESTINATION", "DESTINATION": "SOURCE"},
    "Direction": {"INGRESS": "EGRESS", "EGRESS": "INGRESS"},
    "World": {"EXISTING": "POSSIBLE", "POSSIBLE": "EXISTING"},
    "Action": {"ALLOW": "DENY", "DENY": "ALLOW", "PASS": "ALLOW"},
    "Scope": {"EXISTING": "POSSIBLE", "POSSIBLE": "EXISTING"},
    "Status": {"SAT": "UNSAT", "UNSAT": "UNKNOWN", "UNKNOWN": "UNSAT"},
    "Verdict": {
        "REACHABLE": "UNREACHABLE",
        "UNREACHABLE": "UNKNOWN",
        "UNKNOWN": "UNREACHABLE",
        "VACUOUS": "UNREACHABLE",
    },
    "Judgement": {"PROVED": "UNKNOWN", "REFUTED": "PROVED", "UNKNOWN": "PROVED", "VACUOUS": "PROVED"},
}
"""By class of members that verdicts are made of, the member that one is mistaken for."""
NAMES = {"old": "new", "new": "old"}


def changes(node, returns):
    """Functions that each change ``node`` in place to something wrong; ``returns`` is what its function returns."""
    match node:
        case ast.Compare():
            yield from _of_comparison(node)
        case ast.BoolOp():
            yield partial(setattr, node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
            for number in range(len(node.values)):
                yield partial(_without_operand, node, number)
        case ast.UnaryOp(op=ast.Not()):
            yield partial(become, node, node.operand)
        case ast.If() | ast.IfExp():
            for value in (True, False):
                yield partial(setattr, node, "test", ast.copy_location(ast.Constant(value), node.test))
        case ast.comprehension() | ast.Tuple() | ast.List() | ast.Set() | ast.Call():
            yield from _of_parts(node)
        case ast.Constant(value=bool()):
            yield partial(setattr, node, "value", not node.value)
        case ast.Constant(value=int()):
            yield partial(setattr, node, "value", node.value + 1)
        case ast.BinOp():
            yield from _of_arithmetic(node)
        case ast.Attribute(value=ast.Name(id=owner)) if node.attr in MEMBERS.get(owner, {}):
            yield partial(setattr, node, "attr", MEMBERS[owner][node.attr])
        case ast.Attribute() if node.attr in NAMES:
            yield partial(setattr, node, "attr", NAMES[node.attr])
        case ast.Name(ctx=ast.Load()) if node.id in NAMES:
            yield partial(setattr, node, "id", NAMES[node.id])
        case ast.match_case() if node.guard is not None:
            yield partial(setattr, node, "guard", None)
        case ast.stmt():
            yield from _of_statement(node, returns)


def become(node, other):
    """Turn ``node`` into ``other``, wherever it hangs."""
    kept = dict(vars(other))
    node.__class__ = other.__class__
    vars(node).clear()
    vars(node).update(kept)


def _of_comparison(node):
    for number, operator in enumerate(node.ops):
        for table in (OPPOSITES, NEIGHBOURS):
            if type(operator) in table:
                yield partial(node.ops.__setitem__, number, table[type(operator)]())


def _without_operand(node, number):
    del node.values[number]
    if len(node.values) == 1:
        become(node, node.values[0])


def _of_parts(node):
    """Something left out of a list of parts: a condition, spread elements, a field that ``replace`` sets."""
    match node:
        case ast.comprehension():
            for number in range(len(node.ifs)):
                yield partial(node.ifs.__delitem__, number)
        case ast.Call(func=ast.Name(id=name)):
            if name in FUNCTIONS:
                yield partial(setattr, node.func, "id", FUNCTIONS[name])
            if name == "replace":
                for number in range(len(node.keywords)):
                    yield partial(node.keywords.__delitem__, number)
        case ast.Tuple() | ast.List() | ast.Set():
            for number, part in enumerate(node.elts):
                if isinstance(part, ast.Starred) and len(node.elts) > 1:
                    yield partial(node.elts.__delitem__, number)


def _of_arithmetic(node):
    if type(node.op) in ARITHMETIC:
        yield partial(setattr, node, "op", ARITHMETIC[type(node.op)]())
    elif isinstance(node.op, ast.Add | ast.Sub):
        yield partial(become, node, node.left)


def _of_statement(node, returns):
    match node:
        case ast.Continue():
            yield partial(become, node, ast.copy_location(ast.Break(), node))
        case ast.Break():
            yield partial(become, node, ast.copy_location(ast.Continue(), node))
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            # The function stays a generator: nothing is yielded any more, in the same place.
            nothing = ast.YieldFrom(ast.Tuple([], ast.Load()))
            yield partial(setattr, node, "value", ast.fix_missing_locations(ast.copy_location(nothing, node)))
        case ast.Expr() | ast.AugAssign() | ast.Raise():
            yield partial(become, node, ast.copy_location(ast.Pass(), node))
        case ast.Return(value=ast.expr() as value):
            yield from _of_return(node, value, returns)


def _of_return(node, value, returns):
    if returns == "bool" and not isinstance(value, ast.Constant | ast.Compare | ast.BoolOp | ast.UnaryOp):
        yield partial(setattr, node, "value", ast.copy_location(ast.UnaryOp(ast.Not(), value), value))
    elif returns.endswith("| None") and not isinstance(value, ast.Constant):
        yield partial(setattr, node, "value", ast.copy_location(ast.Constant(None), value))
    elif (
        returns.startswith(("tuple[", "Sequence[", "Iterator[", "Iterable["))
        and "..." in f"{returns}..."
        and (not isinstance(value, ast.Tuple) or not returns.startswith("tuple[") or returns.endswith("...]"))
    ):
        yield partial(setattr, node, "value", ast.copy_location(ast.Tuple([], ast.Load()), value))
