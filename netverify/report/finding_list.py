"""A report as a list of findings: what the writers for SARIF, GitHub, GitLab and JUnit are given, of any command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from functools import partial
from types import MappingProxyType

from netverify.diagnostics import Diagnostic, Origin
from netverify.diagnostics import Severity as Gravity
from netverify.gate.intent.spec import Severity
from netverify.patterns import pattern
from netverify.records import dataclass
from netverify.report.remarks_json import Json

LEVELS: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.CRITICAL: "error",
        Severity.HIGH: "error",
        Severity.MEDIUM: "warning",
        Severity.LOW: "note",
        Severity.INFO: "note",
    },
)
"""How grave programs that know three levels take a severity."""
_PARTS_OF_MESSAGES = pattern(r"`[^`]*`|\d+|(?i:\b(?:in|e)gress\b)")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a connection meets on its way; ``place`` is where it is written down, if it is."""

    text: str
    place: Origin | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What findings are about: an assertion, or a kind of finding.

    ``id`` is unique in a list. ``short`` and ``full`` describe it in a sentence, ``name`` is an identifier, ``help``
    says what to do, as plain text and as Markdown; empty where there is none.
    """

    id: str
    severity: Severity
    short: str
    full: str
    help: str
    help_markdown: str = ""
    name: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or that is worth to know.

    ``verdict`` is a word, ``name`` says what it is about in short and ``statement`` in full, ``text`` what is wrong.
    ``places`` are where to look first, and where else if that is in no file; ``related`` further ones with a text each.
    ``trace`` gives the way of a connection that shows it. ``set_aside`` are the reasons for which it does not count;
    it counts where there are none. ``remarks`` are lines that end it, ``properties`` what else is known for programs.
    ``fingerprint`` stays the same while the finding does. ``goals`` are the texts that it rests on, with their digests.
    """

    rule: Rule
    severity: Severity
    verdict: str
    name: str
    statement: str
    text: str
    places: tuple[Origin, ...]
    fingerprint: str
    related: tuple[tuple[Origin, str], ...] = ()
    trace: Callable[[], tuple[Step, ...]] = tuple
    set_aside: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    properties: Mapping[str, Json] = field(default_factory=dict)
    goals: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it is not set aside."""
        return not self.set_aside


class Outcome(StrEnum):
    """What became of a case, by the words of JUnit."""

    PASSED = "passed"
    FAILURE = "failure"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Case:
    """Something that was judged, passed or not, with the lines to show of it.

    ``suite`` is the file or the command that it belongs to, ``verdict`` a word. ``short`` says in a line what is wrong,
    ``full`` gives everything; both are empty of what passed. ``goals`` are the texts that the verdict rests on.
    """

    suite: str
    name: str
    outcome: Outcome
    verdict: str
    short: str = ""
    full: Callable[[], list[str]] = list
    milliseconds: int | None = None
    goals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingList:
    """Everything that one run of ``command`` found, gravest first, each finding with one of ``rules``.

    ``summary`` counts it in a line. ``passed`` are findings that say that nothing is wrong. ``of_inputs`` and
    ``of_intent`` are all findings about what was read. ``evidence`` names the document that lists the goals, where they
    are kept.
    """

    command: str
    summary: str
    rules: tuple[Rule, ...]
    findings: tuple[Finding, ...]
    cases: tuple[Case, ...]
    passed: tuple[Finding, ...] = ()
    of_inputs: tuple[Diagnostic, ...] = ()
    of_intent: tuple[Diagnostic, ...] = ()
    evidence: str = ""

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What fails the run besides, as inputs that were not read do, each once."""
        found = dict.fromkeys((*self.of_intent, *self.of_inputs))
        return tuple(one for one in found if one.severity is Gravity.ERROR)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is probably not meant in the intent, and fails nothing."""
        return tuple(one for one in self.of_intent if one.severity is Gravity.WARNING)


@dataclass(frozen=True, slots=True)
class Run:
    """The run that a report is of.

    ``directory`` is where it ran, absolute: paths below it are told relative to it. ``command`` repeats the run in a
    shell. ``revision`` and ``repository`` say what was checked out there, where that is known; ``repository`` is a URL.
    """

    version: str
    directory: str
    arguments: tuple[str, ...] = ()
    command: str = "netverify check"
    exit_code: int = 0
    revision: str = ""
    repository: str = ""


def undecided(command: str, reason: str) -> Finding:
    """That ``command`` could not decide something, for ``reason``: without this a list would look complete."""
    title = "netverify could not decide this"
    advice = "Allow more effort, time or memory, or resolve what is in doubt; `--help` lists the flags."
    rule = Rule("undecided", Severity.HIGH, title, title, advice)
    return Finding(rule, rule.severity, "unknown", command, title, reason, (), f"undecided {command} {reason}")


def undecided_case(finding: Finding) -> Case:
    """The case of a finding that :func:`undecided` made: an error, as nothing is proved by it."""
    return Case(finding.name, "decided", Outcome.ERROR, finding.verdict, finding.text, partial(list, (finding.text,)))


def with_help(diagnostic: Diagnostic) -> str:
    """What is wrong and what to do, in a line."""
    return f"{diagnostic.message}; {diagnostic.help}" if diagnostic.help else diagnostic.message


def identity(diagnostic: Diagnostic) -> str:
    """What stays the same while ``diagnostic`` does, whatever line it moves to and however its message is worded.

    It is what the message quotes and counts: names of objects, values, numbers of rules.
    """
    return " ".join((diagnostic.code, diagnostic.origin.path, *_PARTS_OF_MESSAGES.findall(diagnostic.message)))


def numbered(keys: Iterable[str]) -> list[int]:
    """For each of ``keys``, how many of those before it are the same."""
    seen: Counter[str] = Counter()
    numbers: list[int] = []
    for key in keys:
        numbers.append(seen[key])
        seen[key] += 1
    return numbers
