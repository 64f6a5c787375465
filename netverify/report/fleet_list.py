"""What became of many clusters as a list of findings: those of each gate, with the cluster that they are of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from netverify.diagnostics import Diagnostic, Severity
from netverify.gate.outcome import GRAVEST, GateVerdict, fingerprint
from netverify.report.finding_list import Case, Finding, FindingList, Outcome, Rule
from netverify.report.fleet_outcome import Cell, ClusterReport, FleetReport, Shown
from netverify.report.fleet_words import counts_text, of_cluster, worst_first
from netverify.report.gate_list import OUTCOMES


def list_of_fleet(report: FleetReport) -> FindingList:
    """``report`` as a list: the findings of the gravest verdicts first, a case for each assertion in each cluster."""
    clusters = worst_first(report)
    rules = _Rules()
    found = [
        (GRAVEST.index(cell.verdict), cell.severity.rank, _finding(cluster, cell, shown, rules))
        for cluster in clusters
        for cell in cluster.cells
        for shown in cell.found
    ]
    findings = tuple(finding for _, _, finding in sorted(found, key=lambda one: one[:2]))
    cases = tuple(case for cluster in clusters for case in _cases(cluster))
    return FindingList(
        "fleet",
        counts_text(report),
        rules.all(),
        findings,
        cases,
        of_inputs=_told(clusters, "inputs"),
        of_intent=(*_told(clusters, "failures"), *_told(clusters, "findings")),
    )


def _told(clusters: list[ClusterReport], name: str) -> tuple[Diagnostic, ...]:
    return tuple(dict.fromkeys(of_cluster(one, finding) for one in clusters for finding in getattr(one, name)))


class _Rules:
    """A rule for each assertion. Where two clusters assert different things by one id, the second has its own."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}

    def of(self, cluster: ClusterReport, cell: Cell) -> Rule:
        """The rule for ``cell`` of ``cluster``."""
        rule = self._rules.setdefault(cell.id, cell.rule)
        if rule == cell.rule:
            return rule
        own = f"{cluster.name}/{cell.id}"
        return self._rules.setdefault(own, replace(cell.rule, id=own))

    def all(self) -> tuple[Rule, ...]:
        """All that there are so far."""
        return tuple(self._rules.values())


def _finding(cluster: ClusterReport, cell: Cell, shown: Shown, rules: _Rules) -> Finding:
    heading = cell.title or cell.statement
    verdict = GateVerdict(shown.verdict)
    return Finding(
        rules.of(cluster, cell),
        cell.severity,
        verdict.value,
        f"{cluster.name}: {cell.title or cell.id}",
        f"cluster {cluster.name}: {heading}",
        f"cluster {cluster.name}: {shown.text}",
        shown.places,
        fingerprint(cluster.name, shown.fingerprint),
        ((cell.origin, "the assertion"), (cluster.origin, "the cluster")),
        partial(tuple, shown.steps),
        shown.set_aside,
        (f"asserted by {cell.id} at {cell.origin}",),
        {"verdict": verdict.value, "cluster": cluster.name, "severity": cell.severity.value},
    )


def _cases(cluster: ClusterReport) -> Iterator[Case]:
    """One for each assertion, and one that fails where there is none: nothing of that cluster was judged."""
    for cell in cluster.cells:
        name = f"{cell.id}: {cell.title}" if cell.title else cell.id
        yield Case(cluster.name, name, OUTCOMES[cell.verdict], cell.verdict.value, cell.short, partial(list, cell.full))
    if not cluster.cells:
        why = [one.message for one in cluster.failures if one.severity is Severity.ERROR]
        short = why[0] if why else "nothing was judged"
        yield Case(cluster.name, "judged", Outcome.ERROR, "unknown", short, partial(list, why))
