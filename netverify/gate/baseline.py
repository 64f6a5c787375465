"""What was known to be violated when a gate was adopted, by fingerprints."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from netverify.answers.verdict import Judgement
from netverify.diagnostics import Diagnostic, NetverifyError, Origin, Severity
from netverify.documents.refusal import shown
from netverify.gate.outcome import BaselineUse, Result, Violation
from netverify.records import dataclass

SCHEMA = "netverify/baseline/v1"
FINGERPRINTS = 5
"""Which marks violations are known by.

Those of version 1 had no ports of refusals, nor which pods are open; those of version 2 had no rules that let pods use
ways in; those of version 3 left out some pairs of rules between two places that let through no more than others did;
those of version 4 left out what goes before a rule and takes flows from it, and whom ways in let in.
"""
EVERY_PAIR = 4
"""The first version of marks that left out no pair of rules."""


@dataclass(eq=False)
class BaselineError(NetverifyError):
    """A text that is no baseline."""

    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Known:
    """One entry of a baseline. ``pods`` are workloads at the ends of it, empty where the baseline does not say.

    ``ports`` are what port names of rules meant: ``data/db[Pod] TCP 5432 pg``; None where it does not say.
    """

    assertion: str
    text: str
    marks: tuple[str, ...]
    pods: tuple[str, ...] = ()
    ports: tuple[str, ...] | None = None

    def is_like(self, violation: Violation) -> bool:
        """Whether it is between the places of ``violation``, by a policy of the same name."""
        if self.text == violation.text:
            return True
        said = f"{violation.source} can reach {violation.destination}"
        rest = self.text.removeprefix(said)
        is_there = rest != self.text and rest[:1] in {"", " ", ","} and not violation.refused
        return is_there and _policy(self.text) == _policy(violation.text)


def _policy(text: str) -> str:
    return text.rpartition(" (")[2] if text.endswith(")") else ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Known violations: the assertion of each by its fingerprint; ``path`` is where they are written.

    ``version`` is that of the fingerprints, ``entries`` are what was written.
    """

    path: str
    known: Mapping[str, str] = field(default_factory=dict)
    version: int = FINGERPRINTS
    entries: tuple[Known, ...] = ()

    def knows(self, fingerprint: str) -> bool:
        """Whether the violation with that fingerprint was there before."""
        return fingerprint in self.known

    def ports_of(self, violation: Violation) -> frozenset[str] | None:
        """What port names meant when ``violation`` became known; None where that is not written."""
        written = [one.ports for one in self.entries if not {*violation.marks}.isdisjoint(one.marks)]
        known = [ports for ports in written if ports is not None]
        return frozenset(port for ports in known for port in ports) if known else None

    def alike(self, assertion: str, violation: Violation) -> tuple[Known, ...]:
        """What it knows of the assertion with that id between the places of ``violation``, by the same policy."""
        return tuple(one for one in self.entries if one.assertion == assertion and one.is_like(violation))

    def use(self, results: Sequence[Result], excepted: Collection[str] = ()) -> BaselineUse:
        """How far the baseline applied to ``results``; exceptions leave what has ``excepted`` marks aside."""
        found = {mark for result in results for one in result.violations for mark in one.marks}
        known = sum(one.is_baselined for result in results for one in result.violations)
        judged = {result.assertion.id for result in results if result.judgement is not Judgement.UNKNOWN}
        absent = [mark for mark, assertion in self.known.items() if mark not in found and assertion in judged]
        gone = {mark for mark in absent if mark not in excepted}
        new = [(result.assertion.id, one) for result in results for one in result.violations if not one.is_baselined]
        changed = {mark for name, one in new for entry in self.alike(name, one) for mark in entry.marks} & gone
        return BaselineUse(
            self.path,
            known,
            len(gone),
            self.version < FINGERPRINTS,
            excepted=len(absent) - len(gone),
            new=len(new),
            changed=len(changed),
        )


def read_baseline(path: str, text: str) -> Baseline:
    """The baseline that ``text`` is. Raises :class:`BaselineError`."""
    try:
        value = json.loads(text)
        if value["schema"] != SCHEMA:
            raise BaselineError(f"its schema is not `{SCHEMA}`")
        entries = tuple(_entry(one) for one in value["violations"])
        version = int(value.get("fingerprints", 1))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        if isinstance(error, BaselineError):
            raise
        raise BaselineError("it is not what `--write-baseline` writes") from None
    known = {mark: one.assertion for one in entries for mark in one.marks}
    return Baseline(path, known, version, entries)


def _entry(value: Any) -> Known:
    marks = (value["fingerprint"], *value.get("further", ()))
    pods = tuple(map(str, value.get("pods", ())))
    ports = tuple(map(str, value["ports"])) if "ports" in value else None
    return Known(str(value["assertion"]), str(value.get("violation", "")), tuple(map(str, marks)), pods, ports)


def write_baseline(results: Sequence[Result]) -> str:
    """A baseline of everything that violates an assertion of ``results``, an entry each, in a stable order.

    ``further`` are fingerprints besides the first of a violation that is made of several; all of them have to be known.
    Where not all of that was found, the assertion stays violated: what is not told cannot be known. ``pods`` are
    workloads at the ends of a violation, so that a later run can say which are new where a rule changes. ``ports`` are
    those that a port name of its rules means: a name that moves to another port lets through what was not known.
    """
    value = {"schema": SCHEMA, "fingerprints": FINGERPRINTS, "violations": _entries(results)}
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"


def _entries(results: Sequence[Result]) -> list[dict[str, str | list[str]]]:
    violations = {
        (result.assertion.id, one.text, tuple(sorted(one.marks)), one.pods, one.ports)
        for result in results
        for one in result.violations
    }
    return [
        {
            "assertion": assertion,
            "violation": text,
            "fingerprint": mark,
            **({"further": others} if others else {}),
            **({"pods": [*pods]} if pods else {}),
            **({"ports": [*ports]} if ports is not None else {}),
        }
        for assertion, text, (mark, *others), pods, ports in sorted(
            violations, key=lambda one: (*one[:4], one[4] or ())
        )
    ]


def _without_none(entry: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(part or () for part in entry)


def violations_in(results: Sequence[Result]) -> int:
    """How many entries a baseline of ``results`` has."""
    return len(_entries(results))


def outdated(baseline: BaselineUse | None) -> Iterator[Diagnostic]:
    """``NV721``: a baseline of an earlier version, some of which matches nothing."""
    if baseline is not None and baseline.is_old and baseline.gone:
        number = "1 entry" if baseline.gone == 1 else f"{baseline.gone} entries"
        text = f"{number} of the baseline {shown(baseline.path)} match nothing; an earlier version wrote it"
        advice = "write it anew with `--write-baseline`, after a look at what it would hide"
        yield Diagnostic("NV721", Severity.WARNING, text, Origin(baseline.path), advice)
