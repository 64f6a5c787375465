"""Checks the evidence of a run as somebody would who has the folder, a solver, and `docs/evidence.md`.

Nothing of the package is used: a proof holds here iff every leaf of its derivation is a text of the folder, with the
digest that `goals.json` gives, of which the solver says what is claimed.
"""

import hashlib
import json
from dataclasses import dataclass, field
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
    folder = Path(folder)
    document = json.loads((folder / "goals.json").read_bytes())
    hold(document["schema"] == "netverify/goals/v1", "another schema")
    hold(digest(canonical(document["inputs"])) == document["inputs"]["digest"], "the digest of the inputs is wrong")
    hold(digest(canonical(document["options"])) == document["options"]["digest"], "the digest of the options is wrong")
    goals = {goal["name"]: goal for goal in document["goals"]}
    hold(len(goals) == len(document["goals"]), "a goal is listed twice")
    hold({path.name for path in folder.iterdir()} == {"goals.json", *goals}, "other files are there than are listed")
    for name, goal in goals.items():
        _check_text(folder / name, goal, document, solve)
    ids = [one["id"] for one in document["assertions"]]
    hold(len(set(ids)) == len(ids), "an assertion is there twice")
    hold(set(wanted) <= set(ids), f"there is nothing about {sorted(set(wanted) - set(ids))}")
    found = Checked({name: goal["answer"] for name, goal in goals.items()})
    for one in document["assertions"]:
        _check_assertion(one, goals, found)
    return found


def hold(condition, otherwise):
    """`condition`, or an error."""
    if not condition:
        raise WrongEvidenceError(otherwise)


def _check_text(path, goal, document, solve):
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
