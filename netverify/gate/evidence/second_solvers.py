"""Solvers that are not Z3, put to the texts of saved goals.

They are an extra: ``pip install '.[second-solvers]'`` in a checkout.

Source: the Python interfaces of Bitwuzla (bitwuzla.github.io) and cvc5 (cvc5.github.io).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from types import MappingProxyType
from typing import TypeAlias

from netverify.diagnostics import NetverifyError

_Opinion: TypeAlias = tuple[int, str]
"""How many assertions a solver read, and what it says of them together."""


class MisreadGoalError(NetverifyError):
    """A solver read fewer assertions than a text has, or none of it: what it says is no opinion on that text."""


def installed() -> tuple[str, ...]:
    """The names of the solvers that there are here, sorted."""
    return tuple(name for name in sorted(_SOLVERS) if find_spec(name) is not None)


def opinion(text: str, solver: str, timeout_s: float) -> str:
    """What ``solver`` says of ``text`` within ``timeout_s`` seconds: ``sat``, ``unsat`` or ``unknown``.

    Raises :class:`MisreadGoalError`.
    """
    plain = re.sub(r"^;.*\n", "", text, flags=re.MULTILINE)
    goal, _, after = plain.rpartition("(check-sat)\n")
    if after or not goal:
        message = "a text asks one question, at its end"
        raise MisreadGoalError(message)
    printed = len(re.findall(r"^\(assert ", goal, re.MULTILINE))
    read, said = _SOLVERS[solver](goal, int(timeout_s * 1000))
    if read < printed:
        message = f"{solver} read {read} assertions, {printed} are printed"
        raise MisreadGoalError(message)
    return said


def _bitwuzla(goal: str, timeout_ms: int) -> _Opinion:
    import bitwuzla  # noqa: PLC0415 it may not be installed

    options = bitwuzla.Options()
    options.set(bitwuzla.Option.TIME_LIMIT_PER, timeout_ms)
    parser = bitwuzla.Parser(bitwuzla.TermManager(), options, language="smt2")
    try:
        parser.parse(goal, parse_only=False, parse_file=False)
    except bitwuzla.BitwuzlaException as error:
        raise MisreadGoalError(str(error)) from None
    solver = parser.bitwuzla()
    said = {bitwuzla.Result.SAT: "sat", bitwuzla.Result.UNSAT: "unsat"}
    return len(solver.get_assertions()), said.get(solver.check_sat(), "unknown")


def _cvc5(goal: str, timeout_ms: int) -> _Opinion:
    import cvc5  # noqa: PLC0415 it may not be installed

    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("produce-assertions", "true")
    solver.setOption("tlimit-per", str(timeout_ms))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, goal, "goal")
    symbols = parser.getSymbolManager()
    try:
        while not (command := parser.nextCommand()).isNull():
            command.invoke(solver, symbols)
        result = solver.checkSat()
    except RuntimeError as error:
        raise MisreadGoalError(str(error)) from None
    said = "sat" if result.isSat() else "unsat" if result.isUnsat() else "unknown"
    return len(solver.getAssertions()), said


_SOLVERS: Mapping[str, Callable[[str, int], _Opinion]] = MappingProxyType({"bitwuzla": _bitwuzla, "cvc5": _cvc5})
