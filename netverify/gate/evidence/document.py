"""``goals.json``: which goals each assertion rests on, what the solver said, and how a proof follows from them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from netverify.gate.evidence.inputs import Inputs, Json, digest_of, with_digest
from netverify.gate.outcome import GateReport
from netverify.query.derivation import Derived, GoalFile, Rule, SolvedText, Step, texts_of
from netverify.records import dataclass

SCHEMA = "netverify/goals/v1"
DOCUMENT = "goals.json"


@dataclass(frozen=True, slots=True)
class Violated:
    """One thing that is against an assertion, and the goals that its flow is a model of."""

    fingerprint: str
    text: str
    shown_by: tuple[SolvedText, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of one assertion, or of the one question of a command. ``goals`` are all that were solved for it."""

    id: str
    statement: str
    verdict: str
    goals: tuple[SolvedText, ...] = ()
    derivation: Derived = None
    violations: tuple[Violated, ...] = ()
    fingerprint: str = ""
    world: str = ""
    excepted_by: tuple[str, ...] = ()

    @property
    def texts(self) -> Iterator[SolvedText]:
        """Every text, those that the verdict follows from first."""
        yield from texts_of(self.derivation)
        yield from (text for one in self.violations for text in one.shown_by)
        yield from self.goals


@dataclass(frozen=True, slots=True)
class Evidence:
    """The files of one run: ``texts`` by their names, and the ``document`` about them.

    ``goals`` are the files that each assertion rests on, by its id; ``inputs`` and ``options`` are digests.
    """

    texts: Mapping[str, str]
    document: str
    goals: Mapping[str, tuple[GoalFile, ...]]
    inputs: str
    options: str

    @property
    def digest(self) -> str:
        """That of the document, which holds the digests of all other files."""
        return digest_of(self.document.encode())


def evidence_of(shown: tuple[Shown, ...], inputs: Inputs, options: Mapping[str, Json], tool: str) -> Evidence:
    """The evidence of a run of ``tool`` (name and version) that came to ``shown``."""
    read, given = inputs.json(), with_digest(options)
    files = GoalFiles((SCHEMA, f"inputs {read['digest']}", f"options {given['digest']}"))
    entries: list[Json] = []
    goals: dict[str, tuple[GoalFile, ...]] = {}
    for one in shown:
        mine = tuple(dict.fromkeys(files.add(text, one.id) for text in one.texts))
        goals[one.id] = mine
        entries.append(_entry(one, mine, files))
    listed = {file.name: file for some in goals.values() for file in some}
    value: dict[str, Json] = {
        "schema": SCHEMA,
        "tool": tool,
        "inputs": read,
        "options": given,
        "goals": [
            {
                "name": name,
                "digest": listed[name].digest,
                "answer": listed[name].answer,
                "unsat_iff": subject_of(_body(text, files.head)),
            }
            for name, text in sorted(files.texts.items())
        ],
        "assertions": entries,
    }
    document = json.dumps(value, ensure_ascii=True, indent=2) + "\n"
    return Evidence(files.texts, document, goals, str(read["digest"]), str(given["digest"]))


def _body(text: str, head: tuple[str, ...]) -> str:
    return text.split("\n", len(head))[-1]


def _entry(one: Shown, mine: tuple[GoalFile, ...], files: GoalFiles) -> Json:
    return {
        "id": one.id,
        "statement": one.statement,
        "verdict": one.verdict,
        **({"world": one.world} if one.world else {}),
        **({"fingerprint": one.fingerprint} if one.fingerprint else {}),
        **({"excepted_by": list(one.excepted_by)} if one.excepted_by else {}),
        "goals": [file.name for file in mine],
        "derivation": _step(one.derivation, one, files) if one.derivation is not None else None,
        "violations": [
            {
                "fingerprint": violation.fingerprint,
                "text": violation.text,
                "goals": [files.add(text, one.id).name for text in violation.shown_by],
            }
            for violation in one.violations
        ],
    }


def _step(step: Step, one: Shown, files: GoalFiles) -> Json:
    """``step`` as an object. What has no words of its own is about the assertion."""
    says: dict[str, Json] = {"rule": step.rule.value, "says": step.says or one.statement}
    if step.goal is not None:
        says["goal"] = files.add(step.goal, one.id).name
    if step.premises is not None:
        says["premises"] = files.add(step.premises, one.id).name
    if step.of or step.rule not in (Rule.GOAL, Rule.NOBODY, Rule.NO_ROUTE, Rule.SAME_ROUTES, Rule.WITNESS):
        says["of"] = [_step(part, one, files) for part in step.of]
    return says


_LONGEST = 70
"""So many characters of an assertion's id, and of what a goal is about, are in a name."""


@dataclass(slots=True)
class GoalFiles:
    """The files of one run. A text that several assertions need is one file, named after the first of them.

    ``head`` are comment lines that every text begins with.
    """

    head: tuple[str, ...]
    texts: dict[str, str] = field(default_factory=dict)
    _known: dict[SolvedText, GoalFile] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def add(self, goal: SolvedText, owner: str) -> GoalFile:
        """The file of ``goal``, which ``owner`` needs."""
        known = self._known.get(goal)
        if known is not None:
            return known
        text, answer = goal
        whole = "\n".join((*(f"; {line}" for line in self.head), text))
        name = next(one for one in _names(owner, text, answer) if one not in self._taken)
        self._taken.add(name)
        self.texts[name] = whole
        made = self._known[goal] = GoalFile(name, digest_of(whole.encode()), answer)
        return made


def _names(owner: str, text: str, answer: str) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"{_slug(owner)}.{number:03}.{_slug(subject_of(text).partition(': ')[2])}.{answer}.smt2"


def subject_of(text: str) -> str:
    """What a text is about, in words: its first comment, after what it is unsatisfiable for."""
    return text.partition("\n")[0].removeprefix(";").partition(" iff ")[2]


def _slug(text: str) -> str:
    """``text`` in small letters, digits and hyphens: names that differ, differ on every file system."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:_LONGEST].strip("-") or "goal"


def shown_by_gate(report: GateReport) -> tuple[Shown, ...]:
    """What became of each assertion, in the order of the report."""
    return tuple(
        Shown(
            one.assertion.id,
            one.statement,
            one.verdict.value,
            one.smt2,
            one.derivation,
            tuple(Violated(each.fingerprint, each.text, each.shown_by) for each in one.violations),
            one.fingerprint,
            one.world.value,
            one.excepted_by,
        )
        for one in report.results
    )
