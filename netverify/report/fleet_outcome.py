"""What became of many clusters: all that reports say of each, as plain facts that can be sent and kept.

A process of its own judges a cluster, and what it found is read again on another day. So there is nothing here that
needs the cluster: traces are steps, and what only programs read is JSON.
"""

from __future__ import annotations

from datetime import date

from netverify.diagnostics import Diagnostic, Origin
from netverify.diagnostics import Severity as Gravity
from netverify.gate.intent.spec import Severity
from netverify.gate.outcome import GRAVEST, GateVerdict
from netverify.records import dataclass
from netverify.report.finding_list import Rule, Step


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing that is wrong, as a list of findings has it: see :class:`~netverify.report.finding_list.Finding`."""

    verdict: str
    text: str
    places: tuple[Origin, ...]
    fingerprint: str
    steps: tuple[Step, ...] = ()
    set_aside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One assertion in one cluster.

    ``also`` are graver verdicts on parts of it. ``short`` says what is wrong in a line and ``full`` in several, both
    empty of a proof. ``doubts`` are why it is unknown. ``data`` is its object in the JSON of ``check``.
    """

    id: str
    title: str
    severity: Severity
    statement: str
    origin: Origin
    verdict: GateVerdict
    also: tuple[GateVerdict, ...]
    rule: Rule
    found: tuple[Shown, ...]
    short: str
    full: tuple[str, ...]
    doubts: tuple[str, ...]
    is_complete: bool
    violations: int
    data: str


@dataclass(frozen=True, slots=True)
class Excepting:
    """An exception: what it says, what became of it (``ExceptionState``), and its object in the JSON of ``check``."""

    id: str
    text: str
    state: str
    data: str


@dataclass(frozen=True, slots=True)
class Account:
    """What was read of a cluster: how much, in words, and as the JSON of ``check`` has it."""

    files: int
    documents: int
    texts: tuple[str, ...]
    data: str


@dataclass(frozen=True, slots=True)
class Shard:
    """Some assertions in one cluster, in the order of the intent, and what goes with them.

    ``findings`` are about the intent, ``inputs`` about the manifests. ``baseline`` is its object in the JSON of
    ``check``, and ``known`` says how far it applied; both are empty without one. ``basis`` is what the verdicts rest
    on, each a term and a text.
    """

    cells: tuple[Cell, ...]
    exceptions: tuple[Excepting, ...]
    findings: tuple[Diagnostic, ...]
    inputs: tuple[Diagnostic, ...]
    baseline: str
    known: str
    basis: tuple[tuple[str, str], ...]
    account: Account
    is_cut_short: bool

    @property
    def lacks_input(self) -> bool:
        """Whether some input was refused or could not be read."""
        return any(one.severity is Gravity.ERROR for one in self.inputs)


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """All of one cluster, whose name is at ``origin``; ``status`` is what ``check`` of it alone would end with.

    ``failures`` are why nothing was judged: then there is nothing else. ``kept`` of ``shards`` were judged by an
    earlier run.
    """

    name: str
    origin: Origin
    status: int
    cells: tuple[Cell, ...] = ()
    exceptions: tuple[Excepting, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    inputs: tuple[Diagnostic, ...] = ()
    failures: tuple[Diagnostic, ...] = ()
    baseline: str = ""
    known: str = ""
    basis: tuple[tuple[str, str], ...] = ()
    account: Account | None = None
    is_cut_short: bool = False
    kept: int = 0
    shards: int = 0

    @property
    def worst(self) -> GateVerdict | None:
        """The gravest verdict; None where nothing was judged."""
        return min((one.verdict for one in self.cells), key=GRAVEST.index, default=None)


@dataclass(frozen=True, slots=True)
class FleetReport:
    """All of one run over the clusters of ``file``, in its order; ``files`` are those of the intent.

    Without ``milliseconds`` no report says how long anything took, nor what an earlier run did of it.
    """

    file: str
    files: tuple[str, ...]
    clusters: tuple[ClusterReport, ...]
    today: date
    milliseconds: int | None = None

    @property
    def columns(self) -> tuple[Cell, ...]:
        """Of each assertion a cell, as it says what was asserted, in the order of the intent."""
        first: dict[str, Cell] = {}
        for cluster in self.clusters:
            for cell in cluster.cells:
                first.setdefault(cell.id, cell)
        return tuple(first.values())
