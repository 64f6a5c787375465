"""Goals that a file of tests puts to the solver again and again, answered once: the text of a goal decides its answer.

A run of the package remembers what it solved, and the next run asks anew. Tests make many runs about one cluster, and
a seeded fault leaves most goals as they are. Whoever tests the solver itself overrides the fixture ``solved_goals``.
"""

from functools import wraps
from hashlib import blake2b

MOST = 5_000
"""Answers that are kept; all are forgotten where there would be more."""

_known = {}


def forget_goals():
    """Have every goal solved anew: before and after a fault in what comes between a text and its answer."""
    _known.clear()


def remembering(once):
    """``solver._once``, which asks for what no run of this file has asked before."""

    @wraps(once)
    def remembered(solve, budget, asked):
        text = repr((asked, budget.rlimit, budget.timeout_s, budget.seed))
        digest = blake2b(text.encode(), digest_size=32).digest()

        def solve_or_remember():
            if digest not in _known:
                solved = solve()
                if solved.status.name == "UNKNOWN":
                    return solved
                if len(_known) >= MOST:
                    forget_goals()
                _known[digest] = solved
            return _known[digest]

        return once(solve_or_remember, budget, asked)

    return remembered
