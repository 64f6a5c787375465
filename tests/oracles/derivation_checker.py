"""Checks the evidence of a run as somebody would who has the folder, a solver, and `docs/evidence.md`.

Nothing of the package is used: a proof holds here iff every leaf of its derivation is a text of the folder, with the
digest that `goals.json` gives, of which the solver says what is claimed.

    python tests/oracles/derivation_checker.py [--solver NAME] [--assertion ID]... FOLDER

The solver is the first that is here of: the Python modules cvc5 and bitwuzla, the commands cvc5, bitwuzla, yices-smt2
and z3. netverify itself uses Z3.

Exit status: 0 where every proof follows; 1 where something is not as claimed, or there is no proof; 2 where nothing
could be checked: no folder, no goals.json, no solver.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path

PROOFS = {"proved", "excepted", "unreachable", "no"}
"""Verdicts of which each needs a derivation."""
WITH_PARTS = {"all-of": 2, "closed-route": 1, "one-pod": 2, "all-exempt": 1}
"""Rules that only say how something follows from their parts, with the fewest parts that there can be."""
PERHAPS_PARTS = {"same-text", "all-pairs"}
WITHOUT_TEXT = {"nobody", "no-route", "same-routes"}


class WrongEvidenceError(Exception):
    """Something in the folder is not as `docs/evidence.md` says."""


@dataclass
class Checked:
    """What was found in order: texts by name with what was claimed of each, and leaves that no text shows."""

    texts: dict = field(default_factory=dict)
    trusted: list = field(default_factory=list)
    proofs: int = 0


def digest(data):
    """The digest of bytes, as `goals.json` writes it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def canonical(value):
    """A value as canonical JSON, without its own digest."""
    plain = {key: part for key, part in value.items() if key != "digest"}
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check(folder, solve, wanted=()):
    """Everything in `folder`, or `WrongEvidenceError`. `solve` says `sat` or `unsat` of a text.

    `wanted` are the ids of assertions that there have to be.
    """
    found = Checked()
    for part in _parts(Path(folder), solve, wanted, found):
        part()
    return found


def check_all(folder, solve, wanted=()):
    """What `check` finds, and every failure in words where it would end with the first."""
    found, failures = Checked(), []
    parts = _parts(Path(folder), solve, wanted, found)
    try:
        for part in parts:
            try:
                part()
            except WrongEvidenceError as error:
                failures.append(str(error))
    except WrongEvidenceError as error:
        failures.append(str(error))
    return found, failures


def _parts(folder, solve, wanted, found):
    """What there is to check, one after the other. What the rest needs is checked on the way, and ends it."""
    document = json.loads((folder / "goals.json").read_bytes())
    hold(document["schema"] == "netverify/goals/v1", "another schema")
    for part in ("inputs", "options"):
        yield partial(
            hold, digest(canonical(document[part])) == document[part]["digest"], f"the digest of the {part} is wrong"
        )
    goals = {goal["name"]: goal for goal in document["goals"]}
    hold(len(goals) == len(document["goals"]), "a goal is listed twice")
    there = {path.name for path in folder.iterdir()}
    yield partial(hold, there == {"goals.json", *goals}, "other files are there than are listed")
    for name, goal in goals.items():
        yield partial(_check_text, folder / name, goal, document, solve)
    found.texts.update({name: goal["answer"] for name, goal in goals.items()})
    ids = [one["id"] for one in document["assertions"]]
    hold(len(set(ids)) == len(ids), "an assertion is there twice")
    yield partial(hold, set(wanted) <= set(ids), f"there is nothing about {sorted(set(wanted) - set(ids))}")
    for one in document["assertions"]:
        yield partial(_check_assertion, one, goals, found)


def hold(condition, otherwise):
    """`condition`, or an error."""
    if not condition:
        raise WrongEvidenceError(otherwise)


def _check_text(path, goal, document, solve):
    hold(path.is_file(), f"{path.name} is missing")
    data = path.read_bytes()
    hold(digest(data) == goal["digest"], f"{path.name} is not the text that is listed")
    head = data.decode().splitlines()[:3]
    expected = [f"inputs {document['inputs']['digest']}", f"options {document['options']['digest']}"]
    hold(head == [f"; {line}" for line in (document["schema"], *expected)], f"{path.name} is of another run")
    hold(path.name.endswith(f".{goal['answer']}.smt2"), f"{path.name} says another answer")
    if goal["answer"] != "unknown":
        hold(solve(data.decode()) == goal["answer"], f"the solver says otherwise of {path.name}")


def _check_assertion(one, goals, found):
    mine = set(one["goals"])
    hold(mine <= goals.keys(), f"{one['id']} names goals that are not there")
    for violation in one["violations"]:
        hold(set(violation["goals"]) <= mine, f"{one['id']}: a violation is shown by a goal of others")
        hold(all(goals[name]["answer"] == "sat" for name in violation["goals"]), f"{one['id']}: nothing violates it")
    if one["verdict"] not in PROOFS:
        return
    hold(one["derivation"] is not None, f"{one['id']} is {one['verdict']} without a derivation")
    hold(not one["violations"], f"{one['id']} is {one['verdict']} and violated")
    _check_step(one["derivation"], one["id"], mine, goals, found)
    found.proofs += 1


def _check_step(step, owner, mine, goals, found):
    rule, parts = step["rule"], step.get("of", [])
    known = {"rule", "says", "of", "goal", "premises"}
    hold(step.keys() <= known and step["says"], f"{owner}: a step has fields that nobody defined")
    if rule in WITH_PARTS:
        hold(len(parts) >= WITH_PARTS[rule] and "goal" not in step, f"{owner}: `{rule}` follows from too little")
    elif rule in PERHAPS_PARTS:
        hold("goal" not in step, f"{owner}: `{rule}` with a goal of its own")
        if not parts:
            found.trusted.append(step)
    elif rule in WITHOUT_TEXT:
        hold("goal" not in step and not parts, f"{owner}: `{rule}` with a goal")
        found.trusted.append(step)
    else:
        hold(rule in {"goal", "witness"} and not parts, f"{owner}: there is no rule `{rule}`")
        _check_leaf(step, owner, mine, goals)
    for part in parts:
        _check_step(part, owner, mine, goals, found)


def _check_leaf(step, owner, mine, goals):
    wanted = {"goal": "unsat", "witness": "sat"}[step["rule"]]
    hold(step.get("goal") in mine, f"{owner}: a leaf is no goal of it")
    hold(goals[step["goal"]]["answer"] == wanted, f"{owner}: a leaf is not {wanted}")
    if "premises" in step:
        hold(step["premises"] in mine, f"{owner}: premises are no goal of it")
        hold(goals[step["premises"]]["answer"] == "sat", f"{owner}: premises cannot be met")


def cvc5_module(text):
    """What the Python module of cvc5 says of `text`."""
    import cvc5

    solver = cvc5.Solver(cvc5.TermManager())
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "text")
    said = ""
    try:
        while not (command := parser.nextCommand()).isNull():
            said += command.invoke(solver, parser.getSymbolManager())
    except RuntimeError as error:
        return f"{said}{error}"
    return said.strip()


def bitwuzla_module(text):
    """What the Python module of Bitwuzla says of `text`."""
    import bitwuzla

    parser = bitwuzla.Parser(bitwuzla.TermManager(), bitwuzla.Options(), language="smt2")
    question, _, _ = text.rpartition("(check-sat)")
    try:
        parser.parse(question, parse_only=False, parse_file=False)
    except bitwuzla.BitwuzlaException as error:
        return str(error)
    said = parser.bitwuzla().check_sat()
    return {bitwuzla.Result.SAT: "sat", bitwuzla.Result.UNSAT: "unsat"}.get(said, "unknown")


def command(program, text):
    """What a solver on the command line prints about `text`; an error after the answer is no answer."""
    with tempfile.NamedTemporaryFile("w", suffix=".smt2", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([program, file.name], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else f"{done.stdout} {done.stderr}".strip()


def solvers():
    """The solvers that are here, by name."""
    modules = {"cvc5": cvc5_module, "bitwuzla": bitwuzla_module}
    here = {name: solve for name, solve in modules.items() if find_spec(name)}
    for name in ("cvc5", "bitwuzla", "yices-smt2", "z3"):
        if name not in here and (program := shutil.which(name)):
            here[name] = partial(command, program)
    return here


def main(arguments=None):
    """Check the folder that is named on the command line, and print what follows or does not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--solver", metavar="NAME", help="cvc5, bitwuzla, yices-smt2 or z3")
    parser.add_argument(
        "--assertion", action="append", default=[], metavar="ID", help="that has to be there; repeatable"
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="what `--emit-smt2` wrote")
    given = parser.parse_args(arguments)
    if not (given.folder / "goals.json").is_file():
        print(f"{given.folder} holds no goals.json: name a folder that `--emit-smt2` wrote", file=sys.stderr)
        return 2
    here = solvers()
    name = given.solver or next(iter(here), "")
    if name not in here:
        what = f"there is no solver `{name}`" if name else "no solver is here"
        print(f"{what}: pip install cvc5, or put cvc5, bitwuzla, yices-smt2 or z3 on PATH", file=sys.stderr)
        return 2
    try:
        found, failures = check_all(given.folder, here[name], given.assertion)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        print(f"goals.json is not as docs/evidence.md says: {type(error).__name__}: {error}")
        return 1
    return report(given.folder, name, found, failures)


def report(folder, solver, found, failures):
    """Prints what was found; the exit status."""
    if not failures and not found.proofs:
        failures = [f"{folder} holds no proof"]
    for failure in failures:
        print(failure)
    if failures:
        return 1
    proofs = "1 proof follows" if found.proofs == 1 else f"{found.proofs} proofs follow"
    texts = "1 text" if len(found.texts) == 1 else f"{len(found.texts)} texts"
    print(f"{proofs} from {texts}, checked with {solver}")
    if solver == "z3":
        print("z3 is the solver that netverify uses: for a second opinion, pip install cvc5")
    for rule, count in sorted(Counter(step["rule"] for step in found.trusted).items()):
        print(f"no text shows {count} of the steps (rule `{rule}`): look at the manifests")
    return 0


if __name__ == "__main__":
    sys.exit(main())
