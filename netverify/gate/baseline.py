"""What was known to be violated when a gate was adopted, by fingerprints."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import field

from netverify.answers.verdict import Judgement
from netverify.diagnostics import NetverifyError
from netverify.gate.outcome import BaselineUse, Result
from netverify.records import dataclass

SCHEMA = "netverify/baseline/v1"
FINGERPRINTS = 4
"""Which marks violations are known by.

Those of version 1 had no ports of refusals, nor which pods are open; those of version 2 had no rules that let pods use
ways in; those of version 3 left out some pairs of rules between two places that let through no more than others did.
"""


@dataclass(eq=False)
class BaselineError(NetverifyError):
    """A text that is no baseline."""

    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Baseline:
    """Known violations: the assertion of each by its fingerprint; ``path`` is where they are written.

    ``version`` is that of the fingerprints.
    """

    path: str
    known: Mapping[str, str] = field(default_factory=dict)
    version: int = FINGERPRINTS

    def knows(self, fingerprint: str) -> bool:
        """Whether the violation with that fingerprint was there before."""
        return fingerprint in self.known

    def use(self, results: Sequence[Result]) -> BaselineUse:
        """How far the baseline applied to ``results``."""
        found = {mark for result in results for one in result.violations for mark in one.marks}
        known = sum(one.is_baselined for result in results for one in result.violations)
        judged = {result.assertion.id for result in results if result.judgement is not Judgement.UNKNOWN}
        gone = [mark for mark, assertion in self.known.items() if mark not in found and assertion in judged]
        return BaselineUse(self.path, known, len(gone), self.version < FINGERPRINTS)


def read_baseline(path: str, text: str) -> Baseline:
    """The baseline that ``text`` is. Raises :class:`BaselineError`."""
    try:
        value = json.loads(text)
        if value["schema"] != SCHEMA:
            raise BaselineError(f"its schema is not `{SCHEMA}`")
        known = {
            str(mark): str(one["assertion"])
            for one in value["violations"]
            for mark in (one["fingerprint"], *one.get("further", ()))
        }
        version = int(value.get("fingerprints", 1))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        if isinstance(error, BaselineError):
            raise
        raise BaselineError("it is not what `--write-baseline` writes") from None
    return Baseline(path, known, version)


def write_baseline(results: Sequence[Result]) -> str:
    """A baseline of everything that violates an assertion of ``results``, an entry each, in a stable order.

    ``further`` are fingerprints besides the first of a violation that is made of several; all of them have to be known.
    Where not all of that was found, the assertion stays violated: what is not told cannot be known.
    """
    value = {"schema": SCHEMA, "fingerprints": FINGERPRINTS, "violations": _entries(results)}
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"


def _entries(results: Sequence[Result]) -> list[dict[str, str | list[str]]]:
    violations = {
        (result.assertion.id, one.text, tuple(sorted(one.marks))) for result in results for one in result.violations
    }
    return [
        {"assertion": assertion, "violation": text, "fingerprint": mark, **({"further": others} if others else {})}
        for assertion, text, (mark, *others) in sorted(violations)
    ]


def violations_in(results: Sequence[Result]) -> int:
    """How many entries a baseline of ``results`` has."""
    return len(_entries(results))
