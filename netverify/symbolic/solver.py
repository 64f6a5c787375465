"""Z3 behind one function: text in, status and model out. Only ``z3.unsat`` counts as unsatisfiable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import blake2b

from netverify.budget import NO_MEMORY_LEFT, Budget, effort_limit_met, solver_limit_met, time_limit_met
from netverify.diagnostics import NetverifyError
from netverify.interruption import INTERRUPTS
from netverify.symbolic import libz3 as z3
from netverify.symbolic.status import Goal, Solved, Status


class MisreadError(NetverifyError):
    """The solver did not read the goal as it was printed: a bug, never an answer."""


ENGINES = ("QF_FD", "QF_BV")
"""The second one tries again where the first gave up."""

_SHORT = 20_000
"""Characters of a goal that is solved so fast that it takes longer to make a context."""

_LONGEST_MS = 2**32 - 2
"""The longest time that Z3 can count; it takes one more for no limit."""


def solve(goal: Goal, budget: Budget, preferences: Sequence[Sequence[str]] = ()) -> Solved:
    """Solve ``goal``; of several models, one of the first preference that any model meets.

    A preference is a list of Boolean constants (``-`` in front: negated). Raises :class:`MisreadError` when the text
    was not read whole.
    """
    return _once(lambda: _solve(goal, budget, preferences), budget, (goal, list(map(tuple, preferences))))


def decide(goal: Goal, budget: Budget) -> Solved:
    """Whether ``goal`` is satisfiable, without a model and without a core. Raises as :func:`solve`."""
    return _once(lambda: _decide(goal, budget), budget, goal)


def _once(solve: Callable[[], Solved], budget: Budget, asked: object) -> Solved:
    """What ``solve`` gives, or gave when the same was ``asked`` within this run: gates ask much more than once.

    What is asked holds the whole text of a goal, and it alone decides the answer. Only clear answers are remembered.
    """
    budget.checkpoint()
    limits = budget.rlimit, budget.timeout_s, budget.seed
    digest = blake2b(repr((asked, limits)).encode(), digest_size=32).digest()
    known = budget.solved.get(digest)
    if isinstance(known, Solved):
        return known
    solved = solve()
    if solved.status is not Status.UNKNOWN:
        budget.solved[digest] = solved
    return solved


def _solve(goal: Goal, budget: Budget, preferences: Sequence[Sequence[str]]) -> Solved:
    solved = Solved(Status.UNKNOWN)
    settled = goal.settled()
    if not z3.main_ctx.cache_info().currsize and len(settled.text) <= _SHORT:
        model = _model_of(settled, ENGINES[0], budget, preferences, z3.main_ctx())
        if model.status is Status.SAT:
            return model
    for attempt, engine in enumerate(ENGINES):
        solver, guards = _loaded(settled, engine, budget, budget.seed + attempt, z3.main_ctx())
        match _checked(solver, guards):
            case Status.SAT:
                # A context of its own makes it the same model whatever was solved before.
                model = _model_of(settled, engine, budget, preferences, z3.Context())
                return model if model.status is Status.SAT else _given_up(model, budget)
            case Status.UNSAT:
                if goal.denials:
                    solver, guards = _loaded(goal, engine, budget, budget.seed + attempt, z3.main_ctx())
                return _with_small_core(solver, guards, goal)
            case Status.UNKNOWN:
                solved = Solved(Status.UNKNOWN, reason=_why_unknown(solver, budget))
    return _given_up(solved, budget)


def _decide(goal: Goal, budget: Budget) -> Solved:
    whole = replace(goal.settled(), guards=(), telling=())
    solved = Solved(Status.UNKNOWN)
    for attempt, engine in enumerate(ENGINES):
        solver, _ = _loaded(whole, engine, budget, budget.seed + attempt, z3.main_ctx())
        solved = Solved(_checked(solver, []))
        if solved.status is not Status.UNKNOWN:
            return solved
        solved = Solved(Status.UNKNOWN, reason=_why_unknown(solver, budget))
    return _given_up(solved, budget)


def _given_up(solved: Solved, budget: Budget) -> Solved:
    """``solved``, of which no engine gave an answer; the budget keeps why."""
    budget.gave_up.append(solved.reason)
    return solved


def _loaded(
    goal: Goal,
    engine: str,
    budget: Budget,
    seed: int,
    context: z3.Context,
) -> tuple[z3.Solver, list[z3.BoolRef]]:
    """A solver that holds the goal; its guards are kept apart, to be assumed."""
    budget.checkpoint()
    solver = z3.SolverFor(engine, ctx=context)
    solver.set("rlimit", budget.rlimit)
    if budget.timeout_s is not None:
        solver.set("timeout", min(_LONGEST_MS, max(1, int(budget.timeout_s * 1000))))
    solver.set("random_seed", seed)
    if INTERRUPTS.are_installed:
        # Z3 would take an interrupt for its own, and give an answer.
        solver.set("ctrl_c", False)  # noqa: FBT003 a parameter of Z3
    try:
        read = INTERRUPTS.during(lambda: z3.parse_smt2_string(goal.text, ctx=context), context.interrupt)
    except z3.Z3Exception as error:
        raise MisreadError(str(error)) from error
    if len(read) != goal.assertions:
        message = f"{len(read)} assertions read, {goal.assertions} printed"
        raise MisreadError(message)
    unguarded = goal.assertions - len(goal.guards)
    for number in range(unguarded):
        # What the vector's own items would do, without wrapping each in Python first.
        z3.Z3_solver_assert(context.ref(), solver.address, z3.Z3_ast_vector_get(context.ref(), read.address, number))
    guards = [read[number] for number in range(unguarded, goal.assertions)]
    if tuple(guard.decl().name() for guard in guards) != goal.guards:
        message = "the guards were read as other assertions"
        raise MisreadError(message)
    return solver, guards


def _checked(solver: z3.Solver, assumptions: list[z3.BoolRef]) -> Status:
    # What the solver's own method does, without looking at the sort of each assumption in Python first.
    count = len(assumptions)
    array = (z3.Ast * count)(*(one.address for one in assumptions))
    result = INTERRUPTS.during(
        lambda: z3.CheckSatResult(z3.Z3_solver_check_assumptions(solver.ctx.ref(), solver.address, count, array)),
        solver.ctx.interrupt,
    )
    if result == z3.unknown and solver.reason_unknown() == "interrupted from keyboard":
        raise KeyboardInterrupt
    if result == z3.unsat:
        return Status.UNSAT
    return Status.SAT if result == z3.sat else Status.UNKNOWN


_OUT_OF_EFFORT = frozenset(("max. resource limit exceeded", "canceled", "sat.canceled"))
"""What Z3 says where it ends at its ``rlimit``; an interrupt and the end of its time have reasons of their own."""
_OUT_OF_MEMORY = frozenset(("max. memory exceeded", "memout", "out of memory", "sat.max.memory"))
_SAYS_NOTHING = frozenset(("", "unknown", "no reason given"))
"""What Z3 says where a limit ends it before it has begun to search: its logics here are decidable."""


def _why_unknown(solver: z3.Solver, budget: Budget) -> str:
    """Why the last check came to nothing, in words that name the flag of the limit that ended it."""
    reason: str = solver.reason_unknown()
    if reason == "timeout" and budget.timeout_s is not None:
        return time_limit_met(budget)
    if reason in _OUT_OF_EFFORT:
        return effort_limit_met(budget)
    if reason in _OUT_OF_MEMORY:
        return NO_MEMORY_LEFT
    return solver_limit_met(budget) if reason in _SAYS_NOTHING else f"the solver came to no answer: {reason}"


def _model_of(
    goal: Goal,
    engine: str,
    budget: Budget,
    preferences: Sequence[Sequence[str]],
    context: z3.Context,
) -> Solved:
    """A model of the first preference that has one; of none in particular where none has.

    It is the same whenever nothing was in ``context`` before.
    """
    solver, guards = _loaded(goal, engine, budget, budget.seed, context)
    for preference in (*preferences, ()):
        if _checked(solver, [*guards, *(_literal(name, context) for name in preference)]) is Status.SAT:
            return Solved(Status.SAT, model=_model(solver.model()))
    return Solved(Status.UNKNOWN, reason=_why_unknown(solver, budget))


def _literal(name: str, context: z3.Context) -> z3.BoolRef:
    return z3.Not(z3.Bool(name[1:], context)) if name.startswith("-") else z3.Bool(name, context)


def _with_small_core(solver: z3.Solver, guards: list[z3.BoolRef], goal: Goal) -> Solved:
    """The guards that suffice, from the most telling ones that do, without what they can do without.

    They are left out in their order, as if one by one, so that the same goal always has the same core.
    """
    by_name = dict(zip(goal.guards, guards, strict=True))
    statuses: set[Status] = set()

    def suffice(names: Sequence[str]) -> bool:
        status = _checked(solver, [by_name[name] for name in names])
        statuses.add(status)
        return status is Status.UNSAT

    telling = (one for one in dict.fromkeys(goal.telling) if one != goal.guards)
    candidates = next(filter(suffice, telling), goal.guards)
    statuses.clear()
    core = _needed(candidates, suffice)
    return Solved(Status.UNSAT, core=core, satisfiable_without_core=Status.SAT in statuses)


def _needed(candidates: Sequence[str], suffice: Callable[[Sequence[str]], bool]) -> tuple[str, ...]:
    """What stays of ``candidates``, which suffice, where each is left out in turn if all others that are left suffice.

    The next one that stays is looked for in ever longer steps and then by halves: what stays is little in most cases.
    """
    kept: list[str] = []
    rest = list(candidates)
    while rest:
        dropped, beyond, step = 0, len(rest) + 1, 1
        while dropped < len(rest) and beyond > dropped + 1:
            tried = min(dropped + step, beyond - 1, len(rest)) if beyond > len(rest) else (dropped + beyond) // 2
            if suffice([*kept, *rest[tried:]]):
                dropped, step = tried, 2 * step
            else:
                beyond = tried
        if dropped == len(rest):
            break
        kept.append(rest[dropped])
        rest = rest[dropped + 1 :]
    return tuple(kept)


def _model(model: z3.ModelRef) -> dict[str, int | bool]:
    values: dict[str, int | bool] = {}
    for declaration in model.decls():
        if declaration.arity():
            continue
        value = model[declaration]
        values[declaration.name()] = value.as_long() if z3.is_bv_value(value) else bool(z3.is_true(value))
    return values
