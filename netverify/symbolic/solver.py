"""Z3 behind one function: text in, status and model out. Only ``z3.unsat`` counts as unsatisfiable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import z3


class Status(Enum):
    """What the solver said. Everything that is not a clear answer is ``UNKNOWN``."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Budget:
    """``timeout_s`` in seconds for each call of the solver; ``seed`` makes runs repeatable."""

    timeout_s: float = 30.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Solved:
    """A status; with ``SAT`` a ``model`` (numbers and Booleans by name; a name that is missing may have any value)."""

    status: Status
    model: Mapping[str, int | bool] = field(default_factory=dict)
    reason: str = ""


class MisreadError(Exception):
    """The solver did not read the goal as it was printed: a bug, never an answer."""


ENGINES = ("QF_FD", "QF_BV")
"""The second one tries again where the first gave up."""


def solve(text: str, assertions: int, budget: Budget, prefer: Sequence[str] = ()) -> Solved:
    """Solve the goal ``text``, which has ``assertions`` assertions.

    ``prefer`` are Boolean constants (``-`` in front: negated) that a model should satisfy if any does. Raises
    :class:`MisreadError` when the text was not read whole.
    """
    last = Solved(Status.UNKNOWN)
    for attempt, engine in enumerate(ENGINES):
        solver = _loaded(text, assertions, engine, budget, budget.seed + attempt)
        if prefer:
            preferred = _checked(solver, [_literal(name) for name in prefer])
            if preferred.status is Status.SAT:
                return preferred
        last = _checked(solver, [])
        if last.status is not Status.UNKNOWN:
            return last
    return last


def core(body: str, assertions: int, guards: Sequence[str], budget: Budget) -> tuple[str, ...] | None:
    """A smallest-by-inclusion set of ``guards`` under which ``body`` is unsatisfiable; None if there is none.

    Dropping any one of them makes the rest satisfiable, or undecided within the budget.
    """
    solver = _loaded(body, assertions, ENGINES[0], budget, budget.seed)
    if solver.check(*map(z3.Bool, guards)) != z3.unsat:
        return None
    needed = sorted((str(guard) for guard in solver.unsat_core()), key=guards.index)
    for guard in list(needed):
        without = [other for other in needed if other != guard]
        if solver.check(*map(z3.Bool, without)) == z3.unsat:
            needed = without
    return tuple(needed)


def _loaded(text: str, assertions: int, engine: str, budget: Budget, seed: int) -> z3.Solver:
    solver = z3.SolverFor(engine)
    solver.set("timeout", max(1, int(budget.timeout_s * 1000)))
    solver.set("random_seed", seed)
    try:
        read = z3.parse_smt2_string(text)
    except z3.Z3Exception as error:
        raise MisreadError(str(error)) from error
    if len(read) != assertions:
        message = f"{len(read)} assertions read, {assertions} printed"
        raise MisreadError(message)
    solver.add(read)
    return solver


def _literal(name: str) -> z3.BoolRef:
    return z3.Not(z3.Bool(name[1:])) if name.startswith("-") else z3.Bool(name)


def _checked(solver: z3.Solver, assumptions: list[z3.BoolRef]) -> Solved:
    try:
        result = solver.check(*assumptions)
    except z3.Z3Exception as error:
        return Solved(Status.UNKNOWN, reason=str(error))
    if result == z3.unsat:
        return Solved(Status.UNSAT)
    if result == z3.sat:
        return Solved(Status.SAT, model=_model(solver.model()))
    return Solved(Status.UNKNOWN, reason=solver.reason_unknown())


def _model(model: z3.ModelRef) -> dict[str, int | bool]:
    values: dict[str, int | bool] = {}
    for declaration in model.decls():
        if declaration.arity():
            continue
        value = model[declaration]
        values[declaration.name()] = value.as_long() if z3.is_bv_value(value) else bool(z3.is_true(value))
    return values
