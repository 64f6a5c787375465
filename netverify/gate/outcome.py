"""What a gate found: for each assertion a verdict, what violates it, and what that is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from netverify.answers.verdict import Judgement
from netverify.diagnostics import Diagnostic
from netverify.gate.intent.spec import Assertion, ExceptionText, World, ZoneText
from netverify.model.cluster import WorkloadKey
from netverify.query.derivation import Derived, EvidenceDigests, GoalFile, SolvedText
from netverify.query.outcome import Reason, Route, Scope, Witness, witnesses_of
from netverify.query.remarks import Remarked
from netverify.records import dataclass
from netverify.routes.doors import GATEWAY_STANDS_IN, NODE_STANDS_IN
from netverify.routes.ingresses import SOURCES_IGNORED
from netverify.routes.load_balancers import INSIDE, NODES_REACHED

_LENGTH: Final = 20
_FORMERLY: Final[Mapping[str, str]] = MappingProxyType(
    {
        NODES_REACHED: "where the addresses of nodes can be reached from there",
        INSIDE: "where clients there are let into the network of the internal load balancer",
        SOURCES_IGNORED: "where the controller pays no heed to the source ranges in the annotations",
        NODE_STANDS_IN: "where the pod's node stands in for the pod on the way out of the cluster",
        GATEWAY_STANDS_IN: "where an address outside stands in for the pod on the way out of the cluster",
    },
)
"""What conditions of ways in were called when baselines were written that know them."""


SAME_PODS: Final = "the baseline knows it by other rules, between the same pods of the manifests"
"""What is new in a violation of which no pod is."""


def fingerprint(*parts: str) -> str:
    """A short text that stands for ``parts``, in hexadecimal digits; the same whatever a condition is called today."""
    text = "\0".join(_FORMERLY.get(part, part) for part in parts)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


class GateVerdict(StrEnum):
    """The judgement on one assertion, with what was remarked on it. ``PROVED`` is a proof.

    ``EXCEPTED`` is one with flows left aside for a reason. ``BASELINED``: refuted, but what violates it was known when
    the baseline was written, and nothing else does.
    """

    PROVED = "proved"
    REFUTED = "refuted"
    VACUOUS = "vacuous"
    UNKNOWN = "unknown"
    EXCEPTED = "excepted"
    BASELINED = "baselined"


GRAVEST = (
    GateVerdict.REFUTED,
    GateVerdict.VACUOUS,
    GateVerdict.UNKNOWN,
    GateVerdict.BASELINED,
    GateVerdict.EXCEPTED,
    GateVerdict.PROVED,
)
"""Verdicts, those that matter most first."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which an assertion does not hold.

    ``text`` says it in a line: who may reach whom on what, or cannot though it should. ``source`` and ``destination``
    are places: a namespace, a workload, a way in. ``witness`` is one flow of it, allowed or refused, ``because`` its
    trace. ``fingerprint`` is the same wherever the same thing goes wrong for the same reason, in whatever files.
    ``parts`` is what it is made of, if that is several: a fingerprint and words for each. A baseline has to know all.
    ``covered`` are marks of it that a baseline of an earlier version need not know: it knows all their flows by others.
    ``shown_by`` are the goals that the witness is a model of, one for each connection of a route. ``pods`` are
    workloads at its ends, ``ports`` what port names of rules mean there, None where no name matters, and ``news`` is
    what is new in it where a baseline knows something that reads the same: all are empty where no baseline is read or
    written. ``has_moved``: a name means something by now that the baseline does not know.
    """

    text: str
    source: str
    destination: str
    fingerprint: str
    refused: bool = False
    scope: Scope | None = None
    witness: Witness | None = None
    because: tuple[Reason, ...] = ()
    route: Route | None = None
    is_baselined: bool = False
    parts: tuple[tuple[str, str], ...] = ()
    covered: frozenset[str] = frozenset()
    shown_by: tuple[SolvedText, ...] = ()
    pods: tuple[str, ...] = ()
    ports: tuple[str, ...] | None = None
    has_moved: bool = False
    news: str = ""

    @property
    def witnesses(self) -> tuple[Witness, ...]:
        """The flows that show it: one for each connection of its route, if there is one."""
        return witnesses_of(self.witness, self.route)

    @property
    def said(self) -> str:
        """``text``, and what is new in it."""
        return f"{self.text}; {self.news}" if self.news else self.text

    @property
    def entries(self) -> tuple[tuple[str, str], ...]:
        """What a baseline knows it by, with words for each."""
        return tuple((mark, f"{self.text}: {who}") for mark, who in self.parts) or ((self.fingerprint, self.text),)

    @property
    def marks(self) -> tuple[str, ...]:
        """The fingerprints that a baseline knows it by."""
        return tuple(mark for mark, _ in self.entries)


@dataclass(frozen=True, slots=True)
class Result(Remarked):
    """What became of one assertion.

    ``statement`` says in words what was to hold. ``is_baselined`` and ``excepted_by`` are remarks on ``judgement``:
    that a baseline knew all that refutes it, and the ids of exceptions that it needs. ``violations`` are those of
    existing pods first, in the order of their texts, and ``is_complete`` iff there are no others. ``because`` are the
    policies that carry the proof. ``questions`` is how many questions were answered, ``milliseconds`` how long that
    took, None where that is not to be told. ``also`` are graver judgements than a proof on parts of it, beside
    ``judgement``. ``derivation`` says from which of the texts of ``smt2`` a proof follows, and ``goals`` are the files
    that these were written to.
    """

    assertion: Assertion
    statement: str
    judgement: Judgement
    world: World
    fingerprint: str
    violations: tuple[Violation, ...] = ()
    is_complete: bool = True
    because: tuple[Reason, ...] = ()
    excepted_by: tuple[str, ...] = ()
    questions: int = 0
    milliseconds: int | None = 0
    smt2: tuple[SolvedText, ...] = ()
    derivation: Derived = None
    goals: tuple[GoalFile, ...] = ()
    also: tuple[GateVerdict, ...] = ()
    is_baselined: bool = False

    @property
    def verdict(self) -> GateVerdict:
        """The judgement with what was remarked on it."""
        if self.judgement is Judgement.PROVED and self.excepted_by:
            return GateVerdict.EXCEPTED
        if self.judgement is Judgement.REFUTED and self.is_baselined:
            return GateVerdict.BASELINED
        return GateVerdict(self.judgement)


class ExceptionState(StrEnum):
    """What became of an exception. An ``EXPIRED`` one is not applied; an ``UNUSED`` one excepts nothing."""

    USED = "used"
    UNUSED = "unused"
    EXPIRED = "expired"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class ExceptionUse:
    """An exception, and what became of it. ``IGNORED``: exceptions were not to be applied."""

    exception: ExceptionText
    state: ExceptionState


@dataclass(frozen=True, slots=True)
class BaselineUse:
    """How far a baseline applied: ``known`` violations were in it, ``gone`` are those of it that are no more.

    ``is_old``: an earlier version wrote it, which knew some violations by other marks, so that they count as gone.
    ``excepted`` of it are there, and an exception leaves them aside. ``new`` are violations that are not in it, and
    ``changed`` are those ``gone`` in whose place there is a new one.
    """

    path: str
    known: int
    gone: int
    is_old: bool = False
    excepted: int = 0
    new: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True)
class ZoneMembers:
    """A zone with what is in it: ``pods`` are existing workloads and nodes.

    ``others`` are addresses, and Services and names of which no selector says who is behind them. ``empty`` are those
    of its ends that nobody is in.
    """

    zone: ZoneText
    pods: tuple[WorkloadKey, ...] = ()
    others: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nobody is in it: what is proved of it is about pods that could be created alone."""
        return not self.pods and not self.others


def by_control(results: Iterable[Result]) -> dict[str, tuple[Result, ...]]:
    """The results of the assertions that name a control, by its name, in the order of names."""
    found: dict[str, list[Result]] = {}
    for result in results:
        for control in dict.fromkeys(result.assertion.controls):
            found.setdefault(control, []).append(result)
    return {name: tuple(some) for name, some in sorted(found.items())}


@dataclass(frozen=True, slots=True)
class GateReport:
    """All of one run, in the order of the intent files.

    ``findings`` are about the intent itself: zones that match nobody, approvals of nothing, exceptions
    that have expired. ``inputs`` are findings about the manifests, and about those that assertions compare with.
    ``unchanged_since`` is the revision since which nothing changed, so that nothing was judged. ``is_cut_short``: the
    budget of the command ended before everything was judged. ``evidence`` tells the goals that were written for this
    run from those of others. ``zones`` are those of the intent, with what is in them.
    """

    results: tuple[Result, ...]
    exceptions: tuple[ExceptionUse, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    baseline: BaselineUse | None = None
    today: date | None = None
    milliseconds: int | None = 0
    files: tuple[str, ...] = ()
    inputs: tuple[Diagnostic, ...] = ()
    unchanged_since: str | None = None
    is_cut_short: bool = False
    evidence: EvidenceDigests | None = None
    zones: tuple[ZoneMembers, ...] = ()

    @property
    def counts(self) -> Mapping[GateVerdict, int]:
        """How many assertions have each verdict; every verdict is there."""
        found = Counter(result.verdict for result in self.results)
        return {verdict: found[verdict] for verdict in GateVerdict}
