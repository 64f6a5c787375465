"""What became of clusters, in words and in order, for all reports of a fleet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from netverify.diagnostics import Diagnostic, Severity
from netverify.gate.outcome import GRAVEST, GateVerdict
from netverify.report.fleet_outcome import Cell, ClusterReport, FleetReport
from netverify.report.incomplete import limits_text

STANDINGS: Mapping[int, str] = MappingProxyType(
    {5: "crashed", 4: "unread", 2: "refused", 3: "unknown", 1: "failed", 0: "passed"}
)
"""What a cluster came to, by the exit status that `check` of it has, the gravest first."""
_GRAVEST_FIRST = tuple(STANDINGS)
_FAILING = (GateVerdict.REFUTED, GateVerdict.VACUOUS, GateVerdict.UNKNOWN)


def worst_first(report: FleetReport) -> list[ClusterReport]:
    """The clusters by what they came to, then by how much is wrong, then in the order of their file."""

    def weight(cluster: ClusterReport) -> tuple[int, ...]:
        counts = Counter(cell.verdict for cell in cluster.cells)
        return (_GRAVEST_FIRST.index(cluster.status), *(-counts[verdict] for verdict in GRAVEST))

    return sorted(report.clusters, key=weight)


def failing_in(cells: Iterable[Cell]) -> int:
    """How many of ``cells`` are refuted, vacuous or unknown."""
    return sum(1 for cell in cells if cell.verdict in _FAILING)


def columns_worst_first(report: FleetReport) -> list[Cell]:
    """Of each assertion a cell, those first that fail in most clusters, then the graver ones."""
    failing = Counter(cell.id for cluster in report.clusters for cell in cluster.cells if cell.verdict in _FAILING)
    return sorted(report.columns, key=lambda cell: (-failing[cell.id], cell.severity.rank))


def standings(report: FleetReport) -> Mapping[str, int]:
    """How many clusters came to what, the gravest first; every word is there."""
    counts = Counter(cluster.status for cluster in report.clusters)
    return {word: counts[status] for status, word in STANDINGS.items()}


def verdicts(report: FleetReport) -> Mapping[GateVerdict, int]:
    """How many verdicts there are of each kind, over all clusters; every verdict is there."""
    counts = Counter(cell.verdict for cluster in report.clusters for cell in cluster.cells)
    return {verdict: counts[verdict] for verdict in GRAVEST}


def counts_text(report: FleetReport) -> str:
    """``1 unread, 2 failed, 97 passed (12 refuted, 288 proved)``, and which limits were met."""
    clusters = ", ".join(f"{number} {word}" for word, number in standings(report).items() if number)
    assertions = ", ".join(f"{number} {verdict}" for verdict, number in verdicts(report).items() if number)
    limits = limits_text(doubts(report))
    return f"{clusters} ({assertions or 'nothing judged'})" + (f"; incomplete: {limits}" if limits else "")


def doubts(report: FleetReport) -> list[str]:
    """Why something is unknown, of all clusters."""
    return [reason for cluster in report.clusters for cell in cluster.cells for reason in cell.doubts]


def of_cluster(cluster: ClusterReport, diagnostic: Diagnostic) -> Diagnostic:
    """``diagnostic`` with the cluster that it is about."""
    text = f"cluster {cluster.name}: {diagnostic.message}"
    return Diagnostic(
        diagnostic.code, diagnostic.severity, text, diagnostic.origin, diagnostic.help, diagnostic.secondary
    )


def shortfalls(report: FleetReport) -> tuple[Diagnostic, ...]:
    """Every error besides the verdicts, with its cluster, the worst cluster first, each once."""
    found = (
        of_cluster(cluster, one)
        for cluster in worst_first(report)
        for one in (*cluster.failures, *cluster.findings, *cluster.inputs)
        if one.severity is Severity.ERROR
    )
    return tuple(dict.fromkeys(found))
