"""`python -m mutation`: puts slips into the package, one at a time, and sees whether a test fails."""

import argparse
import random
import sys
from pathlib import Path

import pytest

from mutation.results import Results
from mutation.rooms import KEPT, MAP, ROOMS
from mutation.run import MutationRun
from mutation.seeded import modules, mutants

TESTS = ("tests/cases", "tests/agreement", "tests/oracles", "tests/golden", "tests/properties")


def main():
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__.partition(": ")[2])
    parser.add_argument("--map", action="store_true", help="write down anew which lines each test runs; an hour")
    parser.add_argument("--only", nargs="+", default=list(ROOMS), metavar="NAME", help="rooms or modules of them")
    parser.add_argument("--sample", type=int, metavar="N", help="so many mutants, chosen by --seed; else all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--budget", type=float, default=20, metavar="SECONDS", help="of tests for each mutant")
    parser.add_argument("--results", type=Path, default=KEPT / "results.jsonl", help="what is in it is not run again")
    parser.add_argument("--again", action="store_true", help="run the survivors of the results again")
    parser.add_argument("--report", action="store_true", help="say what the results come to, and run nothing")
    given = parser.parse_args()
    if given.map:
        MAP.unlink(missing_ok=True)
        return pytest.main(["-q", "-p", "no:randomly", "-p", "mutation.touched_lines", *TESTS])
    chosen = [one for name in modules() if is_among(name, given.only) for one in mutants(name)]
    if given.sample is not None and given.sample < len(chosen):
        chosen = random.Random(given.seed).sample(chosen, given.sample)
    results = Results.read(given.results)
    if not given.report:
        if not MAP.exists():
            parser.error("there is no map of what tests run: make one with --map (Python 3.12 or later)")
        todo = [one for one in chosen if results.is_open(one.name, again=given.again)]
        status = pytest.main(
            ["-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--hypothesis-seed=0", *TESTS],
            [MutationRun(todo, results, given.budget)],
        )
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            return status
    return results.report(chosen)


def is_among(module, names):
    return any(module == name or module.startswith(f"{name}.") for name in names)


sys.exit(main())
